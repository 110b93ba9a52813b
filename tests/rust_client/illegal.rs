//! What must not compile of the shop's client: each of these lines has an error, and the compiler says which.

use crate::workspace::{Workspace, workspace};

/// What comes before the lines, which compiles.
const HEAD: &str = "\
use shop_table::*;

fn main() {}

fn legal(shop: &ShopTable, order: &OrderId, customer: &CustomerId, input: &OrdersPlacedBetween) {
    let _ = shop.ship_order(order);
    let _ = shop.orders_of_customer(customer, None);
    let _ = shop.orders_placed_between(input, None);
    let _ = shop.consistent().get_customer(customer);
    let _ = keys::order_pk(order.as_str());
}

fn illegal(shop: &ShopTable, order: &OrderId, customer: &CustomerId, row: Order) {
";

/// What is wrong, the line, and the error.
const LINES: &[(&str, &str, &str)] = &[
    // A write takes what its pattern names, and no attribute beside it: neither a part of a key nor any other.
    (
        "a status beside the one that is set",
        "let _ = shop.ship_order(order, OrderStatus::Placed);",
        "E0061",
    ),
    (
        "a key attribute",
        "let _ = shop.ship_order(order, customer);",
        "E0061",
    ),
    ("no order", "let _ = shop.ship_order();", "E0061"),
    // There is no other way to write: no setter, no put that no pattern names, no update of anything.
    (
        "an update of anything",
        "let _ = shop.update_order(order, &row);",
        "E0599",
    ),
    ("a put of a row", "let _ = shop.put_order(&row);", "E0599"),
    (
        "a setter of a key attribute",
        "row.set_customer_id(customer.clone());",
        "E0599",
    ),
    // A global index has no strongly consistent reads, and a write is no read.
    (
        "a strong read of a global index",
        "let _ = shop.consistent().orders_of_customer(customer, None);",
        "E0599",
    ),
    (
        "a strongly consistent write",
        "let _ = shop.consistent().ship_order(order);",
        "E0599",
    ),
    // A key of several members needs all of them.
    (
        "a status without its customer",
        "let _ = OrdersPlacedBetween { status: OrderStatus::Paid, from: None, to: None };",
        "E0063",
    ),
    (
        "a customer without a status",
        "let _ = OrdersPlacedBetween { customer_id: customer.clone(), from: None, to: None };",
        "E0063",
    ),
    (
        "one value of two in a key",
        "let _ = keys::order_gsi1_sk(Timestamp::now());",
        "E0061",
    ),
    // Identifiers are told apart, and made on purpose.
    (
        "an identifier of another entity",
        "let _ = shop.ship_order(customer);",
        "E0308",
    ),
    (
        "a plain text as an identifier",
        "let _ = shop.ship_order(\"o\");",
        "E0308",
    ),
    // Values have the types that the design says.
    (
        "a status that is none",
        "let _ = OrderStatus::Lost;",
        "E0599",
    ),
    (
        "a day in the place of a time",
        "let _: Timestamp = \"2026-01-01\";",
        "E0308",
    ),
    (
        "an attribute that the entity does not have",
        "let _ = PlaceOrderOrderItem { colour: 1 };",
        "E0560",
    ),
    (
        "a number that is not whole",
        "let _ = PlaceOrderOrderItem { quantity: 1.5, ..loop {} };",
        "E0308",
    ),
    // A made item cannot be put together without the values of its key.
    (
        "a customer without an identifier",
        "let _ = RegisterCustomer { created_at: Timestamp::now(), email: String::new(), name: String::new() };",
        "E0063",
    ),
];

/// The errors of the compiler: line, code and text.
fn errors(workspace: &Workspace) -> Vec<(usize, String, String)> {
    let mut command = workspace.cargo("check");
    command.args(["-p", "shop-table", "--example", "illegal"]);
    let output = command.arg("--message-format=json").output();
    let output = output.unwrap_or_else(|e| panic!("{e}"));
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut found = Vec::new();
    for line in said.lines() {
        let Ok(message) = serde_json::from_str::<serde_json::Value>(line) else {
            continue;
        };
        let message = &message["message"];
        if message["level"] != "error" || !message["code"].is_object() {
            continue;
        }
        let spans = message["spans"].as_array().into_iter().flatten();
        let line = spans
            .filter(|s| s["is_primary"] == true)
            .find_map(|s| s["line_start"].as_u64());
        let text = |json: &serde_json::Value| json.as_str().unwrap_or_default().to_owned();
        found.push((
            usize::try_from(line.unwrap_or_default()).unwrap_or_default(),
            text(&message["code"]["code"]),
            text(&message["message"]),
        ));
    }
    found
}

#[test]
fn illegal_writes_do_not_compile() {
    let Some(workspace) = workspace().filter(|w| w.has("shop")) else {
        return;
    };
    let lines = LINES.iter().fold(String::new(), |text, (_, line, _)| {
        text + &format!("    {line}\n")
    });
    workspace.put_beside("shop", "examples/illegal.rs", &format!("{HEAD}{lines}}}\n"));
    let errors = errors(workspace);
    let first = HEAD.lines().count() + 1;
    let stray = errors
        .iter()
        .find(|(line, _, _)| !(first..first + LINES.len()).contains(line));
    assert_eq!(stray, None, "what is legal compiles");
    for (place, (what, line, code)) in LINES.iter().enumerate() {
        let codes = errors.iter().filter(|(at, _, _)| *at == first + place);
        let codes: Vec<&str> = codes.map(|(_, code, _)| code.as_str()).collect();
        assert!(
            codes.contains(code),
            "{what}: {line}\n{codes:?} and not {code}"
        );
    }
}
