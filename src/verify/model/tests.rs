//! The forms of the design language, and the parameters that follow from them.

#![expect(clippy::panic, reason = "a test fails by a panic")]

use super::super::value::{Args, Attrs, Decimal, Failure, Value};
use super::{Body, Design, Model, Outcome, Parameters, Trouble, Type, Verb};

const SHOP: &str = r#"
design: shop
entities:
  Customer:
    key: customer_id
    attributes:
      customer_id: ulid
      email: { type: string, unique: true }
      name: string
  Order:
    key: order_id
    attributes:
      order_id: ulid
      customer_id: Customer
      status: [placed, paid, shipped, cancelled]
      placed_at: { type: timestamp, immutable: true }
      total: decimal
      note?: string
      day: { derived: day(placed_at) }
  OrderItem:
    key: [order_id, product_id]
    attributes: { order_id: Order, product_id: Product, quantity: integer, price: decimal }
  Product:
    key: product_id
    attributes: { product_id: string, name: string, stock: integer }
  Repo:
    key: [owner, repo]
    unique: [{ handle: [owner, repo], in: names, promised: true }, alias, [alias, repo]]
    references: { owner: { any_of: [Customer, Product] }, fork: { Repo: [from, repo] } }
    attributes: { owner: string, repo: string, alias?: string, from?: string, light?: [on, off, 1], stars: { type: integer, default: 3 } }
patterns:
  repo: { get: Repo, where: { owner: me } }
  named: { list: [Order, Repo], by: [{ account: { Order: customer_id, Repo: owner } }, "note?"], range: total, prefix: alias }
  open: { list: Order, where: { status: [placed, paid], note: missing }, sort: [placed_at desc, order_id], limit: 3 }
  large: { count: Order, by: customer_id, range: { total: ">=" } }
  found: { create: Repo, set: [alias, { stars: 0 }] }
  number: { transaction: [{ update: Product, set: { stock: $n } }, { update: Order, set: { note: text($n) } }] }
  outside: { external: OpenSearch }
  place_order:
    transaction:
      - create: Order
        set: { status: placed }
      - create: OrderItem
        times: 1..20
      - update: Product
        add: { stock: -$quantity }
        if: { stock: { ">=": $quantity } }
        times: 1..20
"#;

fn shop() -> Design {
    Design::read(SHOP).unwrap_or_else(|e| panic!("{e}"))
}

fn parameters(design: &Design, pattern: &str) -> Parameters {
    let pattern = design.pattern(pattern).unwrap_or_else(|e| panic!("{e}"));
    design.parameters(pattern).unwrap_or_else(|e| panic!("{e}"))
}

fn single(design: &Design, pattern: &str) -> Vec<(String, &'static str, bool)> {
    parameters(design, pattern)
        .single
        .into_iter()
        .map(|p| (p.name, p.role, p.optional))
        .collect()
}

#[test]
fn entities_in_their_forms() {
    let design = shop();
    let entity = |name: &str| design.entity(name).unwrap_or_else(|e| panic!("{e}"));
    let order = entity("Order");
    assert_eq!(order.attributes["customer_id"].kind, Type::Ulid);
    assert_eq!(order.attributes["day"].kind, Type::Date);
    assert!(order.attributes["note"].optional && !order.attributes["total"].optional);
    assert_eq!(entity("OrderItem").attributes["order_id"].root, "order_id");
    let repo = entity("Repo");
    let values = ["on", "off", "1"].map(str::to_owned).to_vec();
    assert_eq!(repo.attributes["light"].kind, Type::Enumeration(values));
    let uniques: Vec<_> = repo
        .uniques
        .iter()
        .map(|u| (u.attributes.join(" "), u.namespace.clone(), u.promised))
        .collect();
    let expected = [
        ("owner repo", Some("names".to_owned()), true),
        ("alias", None, false),
        ("alias repo", None, false),
    ];
    assert_eq!(uniques, expected.map(|(a, n, p)| (a.to_owned(), n, p)));
    let references: Vec<_> = repo
        .references
        .iter()
        .map(|r| (r.name.as_str(), r.targets.len(), r.attributes.len()))
        .collect();
    assert!(references.contains(&("owner", 2, 1)) && references.contains(&("fork", 1, 2)));
    assert_eq!(design.implied(), ["Customer", "Product"]);
    assert!(design.immutable(order, "placed_at") && design.immutable(order, "day"));
    assert!(!design.immutable(order, "note") && design.immutable(order, "total"));
    assert!(
        !design.immutable(entity("Customer"), "name")
            && !design.immutable(entity("Product"), "stock")
    );
}

#[test]
fn reads_in_their_forms() {
    let design = shop();
    assert_eq!(single(&design, "repo"), [("repo".to_owned(), "by", false)]);
    let named = [
        ("account", "by", false),
        ("note", "by", true),
        ("from", "from", true),
        ("to", "to", true),
        ("alias", "prefix", false),
    ];
    assert_eq!(
        single(&design, "named"),
        named.map(|(n, r, o)| (n.to_owned(), r, o))
    );
    assert_eq!(
        single(&design, "large"),
        [
            ("customer_id".to_owned(), "by", false),
            ("total".to_owned(), "bound", false)
        ]
    );
    let Ok(Body::Read(open)) = design.pattern("open").map(|p| &p.body) else {
        panic!("no read")
    };
    assert_eq!((open.verb, open.limit), (Verb::List, Some(3)));
    assert_eq!(
        open.sort,
        [
            ("placed_at".to_owned(), true),
            ("order_id".to_owned(), false)
        ]
    );
    assert!(
        design
            .pattern("outside")
            .is_ok_and(|p| p.external && matches!(p.body, Body::Nothing))
    );
}

#[test]
fn writes_in_their_forms() {
    let design = shop();
    let names = |pattern: &str| -> Vec<String> {
        single(&design, pattern).into_iter().map(|p| p.0).collect()
    };
    assert_eq!(
        names("place_order"),
        ["customer_id", "note", "order_id", "placed_at", "total"]
    );
    let lists = parameters(&design, "place_order").lists;
    let list: Vec<_> = lists
        .iter()
        .map(|l| (l.name.as_str(), l.min, l.max, l.steps.as_slice()))
        .collect();
    assert_eq!(list, [("OrderItem", 1, 20, &[1, 2][..])]);
    let inner: Vec<&str> = lists[0]
        .parameters
        .iter()
        .map(|p| p.name.as_str())
        .collect();
    assert_eq!(inner, ["price", "product_id", "quantity"]);
    let found = single(&design, "found");
    assert!(
        found.contains(&("alias".to_owned(), "value", false))
            && found.contains(&("from".to_owned(), "value", true))
    );
    assert!(!names("found").contains(&"stars".to_owned()));
    assert_eq!(names("number"), ["n", "order_id", "product_id"]);
}

#[test]
fn a_transaction_happens_whole_or_not_at_all() {
    let mut model = Model::new(shop(), 0);
    let text = |t: &str| Value::Text(t.to_owned());
    let product: Attrs = [
        ("product_id", text("p")),
        ("name", text("n")),
        ("stock", Value::Int(2)),
    ]
    .map(|(n, v)| (n.to_owned(), v))
    .into();
    assert!(matches!(
        model.put("Product", &product),
        Ok(Outcome::Done(_))
    ));
    let order = [
        ("order_id", text("o")),
        ("customer_id", text("c")),
        ("placed_at", Value::Instant(0)),
        ("total", Value::Dec(Decimal::new(1, 0))),
    ];
    let mut args = Args {
        values: order.map(|(n, v)| (n.to_owned(), v)).into(),
        ..Args::default()
    };
    let item = |quantity| {
        [
            ("product_id", text("p")),
            ("price", Value::Dec(Decimal::new(1, 0))),
            ("quantity", Value::Int(quantity)),
        ]
    };
    let parameters = parameters(&model.design, "place_order");
    args.lists.insert(
        "OrderItem".to_owned(),
        vec![item(3).map(|(n, v)| (n.to_owned(), v)).into()],
    );
    let failed = Outcome::Failed(vec![Trouble::Fails(
        Failure::Condition,
        "Product".to_owned(),
    )]);
    assert_eq!(
        model.write_named("place_order", &parameters, &args),
        Ok(failed)
    );
    assert_eq!(model.items.len(), 1);
    args.lists.insert(
        "OrderItem".to_owned(),
        vec![item(2).map(|(n, v)| (n.to_owned(), v)).into()],
    );
    assert!(matches!(
        model.write_named("place_order", &parameters, &args),
        Ok(Outcome::Done(_))
    ));
    let stock = model
        .item(&("Product".to_owned(), vec![text("p")]))
        .and_then(|p| p.get("stock"));
    assert_eq!((model.items.len(), stock), (3, Some(&Value::Int(0))));
}
