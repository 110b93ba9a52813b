//! Random requests with items of up to some kilobytes: each figure must be the engine's, whatever the sizes.

use super::super::super::random::Random;
use super::*;

/// A text of up to 6 KB, small ones more often.
fn text(random: &mut Random) -> String {
    let most = [3, 900, 1100, 6000][random.below(4)];
    "x".repeat(random.below(most) + 1)
}

fn some(random: &mut Random, names: &[&'static str]) -> Vec<(&'static str, String)> {
    let chosen: Vec<&str> = names
        .iter()
        .copied()
        .filter(|_| random.chance(60))
        .collect();
    let value = |name: &'static str, random: &mut Random| match name {
        "g" | "h" => random.below(3).to_string(),
        _ => text(random),
    };
    chosen.into_iter().map(|n| (n, value(n, random))).collect()
}

fn write(random: &mut Random) -> (&'static str, Json) {
    let sk = random.below(12).to_string();
    let names = ["g", "h", "d", "e"];
    match random.below(5) {
        0 => (
            "DeleteItem",
            json!({ "TableName": "Tab", "Key": item(&sk, &[]) }),
        ),
        1 | 2 => {
            let values = some(random, &names);
            let values: Vec<(&str, &str)> = values.iter().map(|(n, v)| (*n, v.as_str())).collect();
            ("PutItem", put(&sk, &values))
        }
        3 => {
            let name = names[random.below(4)];
            ("UpdateItem", update(&sk, &format!("REMOVE {name}"), None))
        }
        _ => {
            let value = some(random, &["g", "h", "d", "e"]).pop();
            let (name, value) = value.unwrap_or(("g", "1".to_owned()));
            let request = update(&sk, &format!("SET {name} = :v"), Some(&value));
            ("UpdateItem", request)
        }
    }
}

/// Up to four writes of different items.
fn transaction(random: &mut Random) -> Json {
    let mut actions: Vec<(Json, Json)> = Vec::new();
    for _ in 0..=random.below(4) {
        let (operation, request) = write(random);
        let key = request.get("Key").or_else(|| request.get("Item"));
        let sk = key.map_or(Json::Null, |k| k["sk"].clone());
        let verb = operation.trim_end_matches("Item");
        if !actions.iter().any(|(other, _)| *other == sk) {
            actions.push((sk, json!({ verb: request })));
        }
    }
    let actions: Vec<Json> = actions.into_iter().map(|(_, action)| action).collect();
    json!({ "TransactItems": actions })
}

fn read(random: &mut Random) -> (&'static str, Json) {
    let keys = |random: &mut Random| {
        let first = random.below(12);
        (first..first + 5)
            .map(|n| item(&n.to_string(), &[]))
            .collect::<Vec<Json>>()
    };
    let consistent = random.chance(50);
    match random.below(5) {
        0 => {
            let key = item(&random.below(14).to_string(), &[]);
            let request = json!({ "TableName": "Tab", "Key": key, "ConsistentRead": consistent });
            ("GetItem", request)
        }
        1 => {
            let mut part = json!({ "Keys": keys(random), "ConsistentRead": consistent });
            if random.chance(50) {
                part["ProjectionExpression"] = json!("sk, h");
            }
            ("BatchGetItem", json!({ "RequestItems": { "Tab": part } }))
        }
        kind => {
            let mut request = query("p", &json!({}));
            if kind == 2 {
                request["ConsistentRead"] = json!(consistent);
            } else {
                request["IndexName"] = json!(["gall", "gko"][random.below(2)]);
                request["ExpressionAttributeNames"] = json!({ "#p": "g" });
                request["ExpressionAttributeValues"][":p"] = s(&random.below(3).to_string());
            }
            if random.chance(50) {
                request["FilterExpression"] = json!("attribute_exists(e)");
            }
            if random.chance(50) {
                request["Limit"] = json!(random.below(6) + 1);
            }
            match random.below(3) {
                0 => request["Select"] = json!("COUNT"),
                1 => request["ProjectionExpression"] = json!("sk"),
                _ => {}
            }
            ("Query", request)
        }
    }
}

#[test]
fn every_figure_is_that_of_the_engine() {
    for seed in 0..5 {
        let mut random = Random::new(seed);
        let client = client(embedded());
        for _ in 0..400 {
            let (operation, request) = match random.below(5) {
                0 => ("TransactWriteItems", transaction(&mut random)),
                1 | 2 => write(&mut random),
                _ => read(&mut random),
            };
            let got = client.call(operation, request);
            assert!(got.is_ok(), "{operation}: {got:?}");
        }
        let log = client.take_log();
        assert_eq!(log.metered.off, Vec::<String>::new(), "seed {seed}");
        let all = (log.metered.requests, log.metered.consumed);
        assert_eq!(all, (400, log.capacity), "seed {seed}");
        assert!(
            log.metered.consumed > 1000.0,
            "seed {seed}: the items are small"
        );
    }
}
