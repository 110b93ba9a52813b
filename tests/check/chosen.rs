//! Mistakes that a planner could make, one by one, and what the checker says of each.

use super::planned;
use design::Objective;
use design::check::check;
use design::plan::Plan;
use serde::Deserialize;
use serde_json::{Value, json};

const MAIL: &str = "
design: mail
entities:
  User:
    key: user_id
    attributes: { user_id: ulid, email: { type: string, unique: true }, name: string }
  Message:
    key: message_id
    ttl: gone_at
    attributes:
      message_id: ulid
      user_id: User
      at: timestamp
      state: [new, read, kept]
      size: integer
      spam: boolean
      gone_at?: timestamp
patterns:
  add_user: { create: User }
  change_email: { update: User, set: [email] }
  get_user: { get: User }
  user_and_messages: { list: [User, Message], by: user_id, sort: at desc, limit: 10 }
  large: { list: Message, by: user_id, range: { size: '>=' } }
  spam: { list: Message, by: user_id, where: { spam: true }, sort: at desc, allow: [filter] }
  in_state: { list: Message, by: [user_id, state], range: at, select: [size] }
  unread: { list: Message, by: user_id, where: { state: new }, sort: size desc, limit: 5 }
  add_message: { create: Message, set: { state: new } }
  mark: { update: Message, set: { state: read }, if: { state: new } }
";

/// The plan of a design, as JSON.
fn document(design: &str) -> (design::workload::Workload, Value) {
    let (workload, plan) = planned("design.yaml", design, Objective::Indexes);
    assert_eq!(check(&workload, &plan), []);
    (
        workload,
        serde_json::to_value(plan).expect("a plan is JSON"),
    )
}

/// Asserts that what the checker says of a changed plan holds all of some words.
#[track_caller]
fn finds(design: &str, words: &str, change: impl Fn(&mut Value)) {
    let (workload, mut plan) = document(design);
    let before = plan.clone();
    change(&mut plan);
    assert_ne!(plan, before, "nothing was changed");
    let changed = Plan::deserialize(&plan).expect("it is still a plan");
    let said: Vec<String> = check(&workload, &changed)
        .iter()
        .map(ToString::to_string)
        .collect();
    assert!(
        said.iter().any(|s| s.contains(words)),
        "{words:?} is not in {said:#?}"
    );
}

/// The entry of a list with a name.
fn named<'a>(all: &'a mut Value, name: &str) -> &'a mut Value {
    let list = all.as_array_mut().expect("a list");
    list.iter_mut()
        .find(|v| v["name"] == name)
        .unwrap_or_else(|| panic!("there is no {name}"))
}

fn pattern<'a>(plan: &'a mut Value, name: &str) -> &'a mut Value {
    named(&mut plan["patterns"], name)
}

fn step<'a>(plan: &'a mut Value, name: &str) -> &'a mut Value {
    &mut pattern(plan, name)["steps"][0]
}

fn action<'a>(plan: &'a mut Value, name: &str, at: usize) -> &'a mut Value {
    &mut step(plan, name)["actions"][at]
}

fn kinds<'a>(plan: &'a mut Value, entity: &str) -> &'a mut Value {
    &mut named(&mut plan["entities"], entity)["kinds"]
}

fn list(value: &mut Value) -> &mut Vec<Value> {
    value.as_array_mut().expect("a list")
}

/// Replaces one literal by another wherever it stands.
fn replace(value: &mut Value, from: &str, to: &str) {
    match value {
        Value::Array(all) => all.iter_mut().for_each(|v| replace(v, from, to)),
        Value::Object(all) => all.values_mut().for_each(|v| replace(v, from, to)),
        Value::String(text) if text == from => *value = json!(to),
        _ => {}
    }
}

#[test]
fn a_read_that_returns_other_items() {
    finds(MAIL, "spam: the items of Message that come", |p| {
        list(&mut step(p, "spam")["filter"]).retain(|c| c["attribute"] != "spam");
    });
    finds(MAIL, "spam: the items of Message that come", |p| {
        let filter = list(&mut step(p, "spam")["filter"]).iter_mut();
        filter
            .filter(|c| c["attribute"] == "spam")
            .for_each(|c| c["value"] = json!(false));
    });
    finds(MAIL, "user_and_messages: the items of Message", |p| {
        step(p, "user_and_messages")["filter"] = Value::Null;
    });
    finds(MAIL, "in_state:", |p| {
        let sort = &mut step(p, "in_state")["sort"][0];
        let bounds = list(&mut sort["between"]);
        bounds.swap(0, 1);
    });
}

#[test]
fn a_read_of_another_index() {
    let (_, mut plan) = document(MAIL);
    let indexes: Vec<Value> = list(&mut plan["tables"][0]["indexes"])
        .iter()
        .map(|i| i["name"].clone())
        .collect();
    assert!(indexes.len() > 1, "{indexes:?}");
    for name in ["user_and_messages", "large", "in_state", "unread"] {
        let own = step(&mut plan, name)["index"].clone();
        for other in indexes.iter().chain([&Value::Null]).filter(|i| **i != own) {
            finds(MAIL, &format!("{name}: "), |p| {
                step(p, name)["index"] = other.clone();
            });
        }
    }
}

#[test]
fn a_read_in_another_order_or_of_too_much() {
    finds(MAIL, "come in another order", |p| {
        let step = step(p, "unread");
        step["forward"] = json!(!step["forward"].as_bool().expect("a direction"));
    });
    finds(MAIL, "unread: its limit is not 5", |p| {
        step(p, "unread")["limit"] = json!(6);
    });
    finds(
        MAIL,
        "user_and_messages: its limit is not 10 and room for 1",
        |p| step(p, "user_and_messages")["limit"] = json!(10),
    );
    finds(MAIL, "the limit is not that of the design", |p| {
        pattern(p, "unread")["limit"]["count"] = json!(50);
    });
    finds(MAIL, "spam: it costs", |p| {
        pattern(p, "spam")["price"] = json!(["fan_out"]);
    });
    finds(MAIL, "its price is []", |p| {
        let spam = pattern(p, "spam");
        spam["price"] = json!([]);
        spam["status"] = json!("covered");
        spam["reason"] = Value::Null;
    });
    finds(MAIL, "requests at most", |p| {
        pattern(p, "large")["requests"] = json!(3);
    });
}

#[test]
fn an_index_without_what_is_read() {
    let narrow = |p: &mut Value, index: &str| {
        named(&mut p["tables"][0]["indexes"], index)["projection"] =
            json!({ "type": "KEYS_ONLY", "attributes": [] });
    };
    for index in ["GSI1", "GSI2"] {
        finds(MAIL, "does not carry", |p| narrow(p, index));
    }
    finds(MAIL, "its projection leaves out", |p| {
        step(p, "in_state")["projection"] = json!(["size"]);
    });
    finds(MAIL, "there is no", |p| {
        list(&mut p["tables"][0]["indexes"]).remove(0);
    });
    finds(MAIL, "two indexes are called", |p| {
        let again = p["tables"][0]["indexes"][0].clone();
        list(&mut p["tables"][0]["indexes"]).push(again);
    });
}

#[test]
fn keys_that_meet() {
    finds(
        MAIL,
        "an item of one can have the key of an item of the other",
        |p| {
            let user = kinds(p, "User")[0]["keys"][0].clone();
            let message = &mut kinds(p, "Message")[0]["keys"][0];
            message["partition"][0]["segments"][0] = user["partition"][0]["segments"][0].clone();
            message["sort"] = user["sort"].clone();
        },
    );
    // The same with all requests changed alike.
    finds(
        MAIL,
        "an item of one can have the key of an item of the other",
        |p| {
            replace(p, "MESSAGE#", "USER#");
        },
    );
    finds(MAIL, "which is part of the identity", |p| {
        kinds(p, "User")[0]["keys"][0]["partition"][0]["segments"][1]["attribute"] = json!("email");
    });
    finds(MAIL, "which can change", |p| {
        list(&mut kinds(p, "Message")[0]["keys"][0]["sort"][0]["segments"])
            .push(json!({ "attribute": "state", "encoding": "enum" }));
    });
    finds(MAIL, "nothing marks the end of", |p| {
        let segments = list(&mut kinds(p, "User")[0]["keys"][0]["partition"][0]["segments"]);
        segments.push(json!({ "attribute": "user_id", "encoding": "text" }));
        segments.remove(2);
    });
}

#[test]
fn a_write_that_forgets() {
    finds(MAIL, "has other conditions than it needs", |p| {
        action(p, "add_user", 1)["condition"] = json!([]);
    });
    finds(MAIL, "it does not put the guard", |p| {
        list(&mut step(p, "add_user")["actions"]).remove(1);
        step(p, "add_user")["call"] = json!("PutItem");
    });
    finds(MAIL, "its conditions are not those", |p| {
        action(p, "add_user", 0)["condition"] = json!([]);
    });
    finds(MAIL, "its conditions are not those", |p| {
        list(&mut action(p, "mark", 0)["condition"]).retain(|c| c["failure"] != "condition");
    });
    finds(MAIL, "its conditions are not those", |p| {
        list(&mut action(p, "mark", 0)["condition"]).retain(|c| c["any"].is_null());
    });
    finds(MAIL, "it does not change the key of", |p| {
        list(&mut action(p, "mark", 0)["keys"]).remove(0);
    });
    finds(MAIL, "is not what becomes of the key of", |p| {
        let key = &mut action(p, "mark", 0)["keys"][0];
        key["do"] = json!(if key["do"] == "set" { "remove" } else { "set" });
    });
    finds(MAIL, "`current` lacks", |p| {
        action(p, "change_email", 0)["current"] = json!([]);
    });
    finds(MAIL, "is not given as the design says", |p| {
        list(&mut action(p, "add_message", 0)["values"]).retain(|v| v["attribute"] != "at");
    });
    finds(MAIL, "instead of one", |p| {
        list(kinds(p, "User")).remove(1);
    });
    finds(MAIL, "where the table looks for it", |p| {
        kinds(p, "Message")[0]["ttl"] = Value::Null;
    });
    finds(MAIL, "`ttl` is not that of the design", |p| {
        named(&mut p["entities"], "Message")["ttl"] = Value::Null;
    });
}

const SHARED: &str = "
design: shared
entities:
  Order:
    key: order_id
    attributes: { order_id: ulid, customer: string, at: timestamp, total: integer, region: string }
patterns:
  get_order: { get: Order }
  touch: { update: Order, set: [customer, at, total, region] }
  newest: { list: Order, by: customer, sort: at desc }
  between: { list: Order, by: customer, range: at }
  dearest: { list: Order, by: customer, sort: total desc }
  in_region: { list: Order, by: [customer, region], sort: at }
";

fn pair(a: &str, b: &str) -> Value {
    json!({ "patterns": [a, b], "table": null, "entity": "Order", "reason": "they differ" })
}

#[test]
fn a_bound_that_is_not_proven() {
    let table = |name: &str| json!({ "patterns": [name], "table": "shared", "entity": "Order", "reason": "it cannot" });
    let (_, plan) = document(SHARED);
    assert_eq!(plan["proof"]["indexes"], 3, "{:#}", plan["proof"]);
    // One key serves both.
    finds(
        SHARED,
        "between and newest are in no conflict: an index on (customer; at)",
        |p| {
            p["proof"]["conflicts"] = json!([
                pair("between", "dearest"),
                pair("between", "newest"),
                pair("dearest", "newest"),
                table("between"),
                table("dearest"),
                table("newest")
            ]);
        },
    );
    finds(SHARED, "the conflicts are not all the pairs", |p| {
        list(&mut p["proof"]["conflicts"]).remove(0);
    });
    finds(SHARED, "the conflicts are not all the pairs", |p| {
        p["proof"]["lower_bound"] = json!(2);
        p["proof"]["method"] = json!("exhaustive");
    });
    finds(SHARED, "the lower bound is above", |p| {
        p["proof"]["lower_bound"] = json!(4);
    });
    finds(SHARED, "the method is", |p| {
        p["proof"]["method"] = json!("exhaustive");
    });
    finds(SHARED, "the numbers of indexes", |p| {
        p["proof"]["gsis"] = json!(2);
    });
    finds(SHARED, "there is no pattern", |p| {
        p["proof"]["conflicts"][0]["patterns"][0] = json!("other");
    });
    finds(SHARED, "`touch`", |p| {
        replace(&mut p["proof"], "dearest", "touch");
    });
}

#[test]
fn a_table_that_could_answer() {
    let design = "
design: shared
entities:
  Line:
    key: [order, number]
    attributes: { order: string, number: integer, product: string, made: { type: timestamp, immutable: true } }
patterns:
  lines: { list: Line, by: order, sort: number }
  of_product: { list: Line, by: product }
  change: { update: Line, set: [product] }
";
    finds(design, "lines and the table are in no conflict", |p| {
        p["proof"]["conflicts"] = json!([{ "patterns": ["lines"], "table": "shared", "entity": "Line", "reason": "it cannot" }]);
    });
    finds(
        design,
        "neither changes what the table's key would hold",
        |p| {
            p["proof"]["conflicts"] = json!([{ "patterns": ["of_product", "lines"], "table": "shared", "entity": "Line", "reason": "it cannot" }]);
        },
    );
}
