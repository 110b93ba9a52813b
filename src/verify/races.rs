//! Writes with another writer between their read and their write.

#![expect(clippy::panic, reason = "a test fails by a panic")]

use super::client::Client;
use super::compare::CLOCK;
use super::engine::{Embedded, Engine, Fault, tables};
use super::execute::{CallError, Executor, Written};
use super::plan::Plan;
use super::value::{Args, Attrs, Decimal, Failure, Value};
use serde_json::{Value as Json, json};
use std::cell::RefCell;
use std::rc::Rc;

const STORE: &str = include_str!("../../tests/execution/plans/store.json");

fn text(value: &str) -> Value {
    Value::Text(value.to_owned())
}

fn args(values: &[(&str, Value)]) -> Args {
    Args {
        values: values
            .iter()
            .map(|(n, v)| ((*n).to_owned(), v.clone()))
            .collect(),
        ..Args::default()
    }
}

type OtherWriter = Box<dyn FnOnce(&Embedded)>;

/// An engine on which another writer comes just before the next write.
struct Shared {
    engine: Rc<Embedded>,
    other_writer: RefCell<Option<OtherWriter>>,
}

impl Engine for Rc<Shared> {
    fn call(&self, operation: &str, request: Json) -> Result<Json, Fault> {
        if matches!(
            operation,
            "PutItem" | "UpdateItem" | "DeleteItem" | "TransactWriteItems"
        ) && let Some(other_writer) = self.other_writer.take()
        {
            other_writer(&self.engine);
        }
        self.engine.call(operation, request)
    }

    fn name(&self) -> String {
        self.engine.name()
    }
}

/// A store, and a way to have another writer come before the next write.
struct Store<'a> {
    executor: Executor<'a>,
    shared: Rc<Shared>,
}

impl Store<'_> {
    fn before_next_write(&self, other_writer: impl FnOnce(&Embedded) + 'static) {
        *self.shared.other_writer.borrow_mut() = Some(Box::new(other_writer));
    }
}

fn with_store(run: impl FnOnce(&Store) -> Result<(), CallError>) {
    let document: Json = serde_json::from_str(STORE).unwrap_or_else(|e| panic!("{e}"));
    let plan = Plan::read(&document).unwrap_or_else(|e| panic!("{e}"));
    let engine = Rc::new(Embedded::new().unwrap_or_else(|e| panic!("{e}")));
    let alone: Rc<dyn Engine> = engine.clone();
    let _tables = tables::create(&alone, &plan).unwrap_or_else(|e| panic!("{e:?}"));
    let shared = Rc::new(Shared {
        engine,
        other_writer: RefCell::default(),
    });
    let client = Client::new(Box::new(Rc::clone(&shared)));
    let executor = Executor {
        plan: &plan,
        client: &client,
        now: CLOCK,
    };
    run(&Store { executor, shared }).unwrap_or_else(|e| panic!("{e:?}"));
}

fn add_customer(executor: &Executor, id: &str, email: &str) -> Result<Written, CallError> {
    executor.write(
        "add_customer",
        &args(&[
            ("customer_id", text(id)),
            ("email", text(email)),
            ("name", text("N")),
        ]),
    )
}

/// Another writer's change of a customer's email, with its guards and index keys.
fn foreign_change(engine: &Embedded, id: &str, from: &str, to: &str) {
    let guard = |email: &str| json!({ "PK": { "S": format!("UNIQUE#Customer#email#{email}#") }, "SK": { "S": "UNIQUE" } });
    let mut item = guard(to);
    item["_type"] = json!({ "S": "Customer.email" });
    item["customer_id"] = json!({ "S": id });
    let update = json!({
        "TableName": "store",
        "Key": { "PK": { "S": format!("CUSTOMER#{id}#") }, "SK": { "S": "~" } },
        "UpdateExpression": "SET email = :e, GSI1PK = :k",
        "ExpressionAttributeValues": { ":e": { "S": to }, ":k": { "S": format!("MAIL#{to}#") } },
    });
    let writes = [
        ("UpdateItem", update),
        (
            "DeleteItem",
            json!({ "TableName": "store", "Key": guard(from) }),
        ),
        ("PutItem", json!({ "TableName": "store", "Item": item })),
    ];
    for (operation, request) in writes {
        engine
            .call(operation, request)
            .unwrap_or_else(|e| panic!("{operation}: {e:?}"));
    }
}

fn guards(executor: &Executor) -> Vec<String> {
    let all = executor
        .client
        .everything("store", None)
        .unwrap_or_else(|e| panic!("{e}"));
    let keys = all
        .iter()
        .filter_map(|item| item["PK"]["S"].as_str().map(str::to_owned));
    let mut guards: Vec<String> = keys.filter(|k| k.starts_with("UNIQUE#")).collect();
    guards.sort();
    guards
}

#[test]
fn a_value_that_changed_meanwhile_is_read_again() {
    with_store(|store| {
        let executor = &store.executor;
        add_customer(executor, "ann", "a@x")?;
        store.before_next_write(|engine| foreign_change(engine, "ann", "a@x", "b@x"));
        executor.write(
            "change_email",
            &args(&[("customer_id", text("ann")), ("email", text("c@x"))]),
        )?;
        assert_eq!(guards(executor), ["UNIQUE#Customer#email#c@x#"]);
        let by_email: Attrs = [("email".to_owned(), text("c@x"))].into();
        assert_eq!(
            executor
                .page("customer_by_email", &by_email, None)?
                .items
                .len(),
            1
        );
        Ok(())
    });
}

#[test]
fn an_item_that_vanished_meanwhile_is_not_found() {
    with_store(|store| {
        let executor = &store.executor;
        add_customer(executor, "ann", "a@x")?;
        store.before_next_write(|engine| {
            let key = json!({ "PK": { "S": "CUSTOMER#ann#" }, "SK": { "S": "~" } });
            drop(engine.call("DeleteItem", json!({ "TableName": "store", "Key": key })));
        });
        let change = args(&[("customer_id", text("ann")), ("email", text("c@x"))]);
        let failed = CallError::Failed {
            failure: Failure::NotFound,
            action: 0,
            entity: "Customer".to_owned(),
        };
        assert_eq!(executor.write("change_email", &change), Err(failed));
        assert_eq!(guards(executor), ["UNIQUE#Customer#email#a@x#"]);
        Ok(())
    });
}

#[test]
fn a_row_that_changed_meanwhile_is_skipped() {
    with_store(|store| {
        let executor = &store.executor;
        let order = |id: &str| {
            let total = Value::Dec(Decimal::new(5, 0));
            let values = [
                ("order_id", text(id)),
                ("customer_id", text("ann")),
                ("placed_at", Value::Instant(CLOCK)),
                ("total", total),
            ];
            let product = [
                ("product_id".to_owned(), text("p")),
                ("quantity".to_owned(), Value::Int(1)),
            ];
            let mut args = args(&values);
            args.lists
                .insert("OrderItem".to_owned(), vec![product.into()]);
            args
        };
        let (stock, price) = (Value::Int(9), Value::Dec(Decimal::new(1, 0)));
        let product = [
            ("product_id", text("p")),
            ("category", text("c")),
            ("price", price),
            ("stock", stock),
        ];
        executor.write("stock_product", &args(&product))?;
        for id in ["1", "2", "3"] {
            executor.write("place_order", &order(id))?;
        }
        // The first row that is found is paid for before its turn comes.
        store.before_next_write(|engine| {
            let update = json!({
                "TableName": "store",
                "Key": { "PK": { "S": "ORDER#1#" }, "SK": { "S": "A" } },
                "UpdateExpression": "SET #s = :s",
                "ExpressionAttributeNames": { "#s": "status" },
                "ExpressionAttributeValues": { ":s": { "S": "paid" } },
            });
            engine
                .call("UpdateItem", update)
                .unwrap_or_else(|e| panic!("{e:?}"));
        });
        let written = executor.write("cancel_all", &args(&[("customer_id", text("ann"))]))?;
        assert_eq!(written.number, Some(2));
        Ok(())
    });
}
