//! Reads: pages, what filters and projections hide, reads by key, local indexes.

use super::*;

#[test]
fn queries_are_rounded_once_before_any_filter() {
    let client = with_eight();
    let rejecting = json!({
        "FilterExpression": "#d = :p and :q <> #g",
        "ExpressionAttributeNames": { "#p": "pk", "#d": "d", "#g": "g" },
        "ExpressionAttributeValues": { ":p": s("p"), ":q": s("1") },
    });
    let limited = |limit: usize| {
        let mut made = query("p", &rejecting);
        made["Limit"] = json!(limit);
        made
    };
    costs(&client, 2.0, "Query", query("p", &json!({})));
    costs(
        &client,
        4.0,
        "Query",
        query("p", &json!({ "ConsistentRead": true })),
    );
    costs(&client, 2.0, "Query", query("p", &rejecting));
    costs(
        &client,
        2.0,
        "Query",
        query("p", &json!({ "Select": "COUNT" })),
    );
    costs(
        &client,
        2.0,
        "Query",
        query("p", &json!({ "ProjectionExpression": "sk, h" })),
    );
    costs(&client, 0.5, "Query", query("nobody", &json!({})));
    costs(
        &client,
        1.0,
        "Query",
        query("nobody", &json!({ "ConsistentRead": true })),
    );
    costs(&client, 1.0, "Query", limited(3));
    costs(&client, 0.5, "Query", limited(2));
    let start = json!({ "ExclusiveStartKey": item("4", &[]), "ScanIndexForward": true });
    costs(&client, 1.0, "Query", query("p", &start));
    costs(
        &client,
        2.0,
        "Scan",
        json!({ "TableName": "Tab", "Select": "COUNT" }),
    );
}

#[test]
fn queries_of_indexes_are_rounded_by_their_entries() {
    let client = with_eight();
    let of = |index: &str| {
        let names = json!({ "#p": "g" });
        query(
            "1",
            &json!({ "IndexName": index, "ExpressionAttributeNames": names }),
        )
    };
    costs(&client, 2.0, "Query", of("gall"));
    costs(&client, 0.5, "Query", of("gko"));
    let mut counted = of("gall");
    counted["Select"] = json!("COUNT");
    costs(&client, 2.0, "Query", counted);
    costs(
        &client,
        2.0,
        "Scan",
        json!({ "TableName": "Tab", "IndexName": "gall" }),
    );
}

#[test]
fn reads_by_key_are_rounded_one_by_one() {
    let client = client(embedded());
    drop(client.call("PutItem", put("small", &[])));
    drop(client.call("PutItem", put("big", &[("d", &kilobytes(9))])));
    let get = |sk: &str, consistent: bool| json!({ "TableName": "Tab", "Key": item(sk, &[]), "ConsistentRead": consistent });
    costs(&client, 0.5, "GetItem", get("small", false));
    costs(&client, 3.0, "GetItem", get("big", true));
    costs(&client, 1.0, "GetItem", get("missing", true));
    let mut projected = get("big", false);
    projected["ProjectionExpression"] = json!("#s");
    projected["ExpressionAttributeNames"] = json!({ "#s": "sk" });
    costs(&client, 1.5, "GetItem", projected);
    let keys = ["small", "big", "missing"].map(|sk| item(sk, &[]));
    for part in [
        json!({ "Keys": keys }),
        json!({ "Keys": keys, "ProjectionExpression": "sk" }),
    ] {
        let request = json!({ "RequestItems": { "Tab": part } });
        costs(&client, 2.5, "BatchGetItem", request);
    }
}

#[test]
fn answers_that_are_cut_short_are_metered_as_sent() {
    let client = with_eight();
    client.cut_answers(Some(super::super::super::random::Random::new(1)));
    let keys: Vec<Json> = (0..8).map(|n| item(&n.to_string(), &[])).collect();
    for _ in 0..20 {
        let counting = query("p", &json!({ "Select": "COUNT" }));
        let batch =
            json!({ "RequestItems": { "Tab": { "Keys": keys, "ProjectionExpression": "sk" } } });
        for (operation, request) in [("Query", counting), ("BatchGetItem", batch)] {
            let got = metered(&client, operation, request);
            assert_eq!((got.requests, got.off), (1, Vec::new()));
        }
    }
}

#[test]
fn local_indexes() {
    let client = client(embedded());
    for sk in ["a", "b"] {
        let item = item(sk, &[("x", sk), ("d", &kilobytes(1))]);
        let request = json!({ "TableName": "Loc", "Item": item });
        costs(&client, 2.0, "PutItem", request);
    }
    let of = |more: Json| {
        let mut made = query("p", &more);
        made["TableName"] = json!("Loc");
        made["IndexName"] = json!("lsi");
        made
    };
    costs(&client, 0.5, "Query", of(json!({})));
    costs(
        &client,
        0.5,
        "Query",
        of(json!({ "ProjectionExpression": "x, sk" })),
    );
    let known = |operation: &str, request: Json| {
        let got = metered(&client, operation, request);
        assert_eq!((got.requests, got.off), (0, Vec::new()));
        got.known.into_keys().collect::<Vec<_>>()
    };
    let fetching = [
        json!({ "Select": "ALL_ATTRIBUTES" }),
        json!({ "ProjectionExpression": "sk, d" }),
    ];
    for request in fetching {
        assert_eq!(known("Query", of(request)), [Difference::LocalFetch]);
    }
    let scan = json!({ "TableName": "Loc", "IndexName": "lsi" });
    assert_eq!(known("Scan", scan), [Difference::LocalScan]);
}
