//! Writes: the images of the table, the entries of the indexes, transactions, refusals.

use super::*;

#[test]
fn puts_and_updates() {
    let client = client(embedded());
    let big = kilobytes(3);
    costs(&client, 1.0, "PutItem", put("a", &[]));
    costs(&client, 2.0, "PutItem", put("b", &[("g", "1")]));
    let all = [("g", "1"), ("h", "1"), ("d", big.as_str())];
    costs(&client, 7.0, "PutItem", put("c", &all));
    // Another attribute: the entry of whole items changes, that of keys does not.
    costs(
        &client,
        6.0,
        "UpdateItem",
        update("c", "SET e = :v", Some("1")),
    );
    // The key of one index is an attribute of the other.
    costs(
        &client,
        8.0,
        "UpdateItem",
        update("c", "SET h = :v", Some("2")),
    );
    costs(
        &client,
        11.0,
        "UpdateItem",
        update("c", "SET g = :v", Some("2")),
    );
    // What an item was counts when it shrinks.
    costs(
        &client,
        6.0,
        "UpdateItem",
        update("c", "SET d = :v", Some("x")),
    );
    costs(
        &client,
        1.0,
        "UpdateItem",
        update("c", "SET d = :v", Some("x")),
    );
    costs(&client, 3.0, "UpdateItem", update("c", "REMOVE h", None));
    // An update that makes its item.
    costs(
        &client,
        2.0,
        "UpdateItem",
        update("d", "SET g = :v", Some("1")),
    );
}

#[test]
fn sets_have_no_order() {
    let client = client(embedded());
    let with = |members: [&str; 2]| {
        let mut made = put("a", &[("g", "1")]);
        made["Item"]["t"] = json!({ "M": { "deep": { "SS": members } } });
        made
    };
    costs(&client, 2.0, "PutItem", with(["x", "y"]));
    costs(&client, 1.0, "PutItem", with(["y", "x"]));
    costs(&client, 2.0, "PutItem", with(["y", "z"]));
}

#[test]
fn deletes() {
    let client = client(embedded());
    let big = kilobytes(3);
    let all = [("g", "1"), ("h", "1"), ("d", big.as_str())];
    costs(&client, 7.0, "PutItem", put("a", &all));
    let delete = json!({ "TableName": "Tab", "Key": item("a", &[]) });
    costs(&client, 7.0, "DeleteItem", delete.clone());
    costs(&client, 1.0, "DeleteItem", delete);
}

#[test]
fn transactions_double_the_table() {
    let client = client(embedded());
    costs(&client, 1.0, "PutItem", put("other", &[]));
    let check = json!({
        "TableName": "Tab", "Key": item("other", &[]), "ConditionExpression": "attribute_exists(pk)",
    });
    let put = put("a", &[("g", "1"), ("h", "1")]);
    let request = json!({ "TransactItems": [{ "Put": put }, { "ConditionCheck": check }] });
    costs(&client, 6.0, "TransactWriteItems", request);
}

#[test]
fn refused_writes() {
    let client = client(embedded());
    costs(&client, 3.0, "PutItem", put("a", &[("d", &kilobytes(3))]));
    let mut again = put("a", &[("d", &kilobytes(5)), ("g", "1")]);
    again["ConditionExpression"] = json!("attribute_not_exists(pk)");
    let got = metered(&client, "PutItem", again.clone());
    assert_eq!((got.requests, got.refused_units, got.off.len()), (0, 5, 0));
    let other = put("b", &[]);
    let transaction = json!({ "TransactItems": [{ "Put": again }, { "Put": other }] });
    let got = metered(&client, "TransactWriteItems", transaction);
    assert_eq!((got.requests, got.refused_units, got.off.len()), (0, 12, 0));
    let mut gone = update("c", "SET d = :v", Some("1"));
    gone["ConditionExpression"] = json!("attribute_exists(pk)");
    assert_eq!(metered(&client, "UpdateItem", gone).refused_units, 1);
    // What the service refuses to look at costs nothing.
    let got = metered(
        &client,
        "PutItem",
        json!({ "TableName": "Tab", "Item": { "pk": s("p") } }),
    );
    assert_eq!(got.refused_units, 0);
}
