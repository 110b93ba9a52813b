//! Engines that say something else, or nothing; and that the meter leaves no trace.

use super::*;

/// An engine that says it used more than it did, or nothing at all.
struct Wrong(Embedded, fn(&mut Json));

impl Engine for Wrong {
    fn call(&self, operation: &str, request: Json) -> Result<Json, Fault> {
        let mut answer = self.0.call(operation, request)?;
        if answer.get("ConsumedCapacity").is_some() {
            (self.1)(&mut answer);
        }
        Ok(answer)
    }

    fn name(&self) -> String {
        self.0.name()
    }
}

#[test]
fn wrong_figures_are_found() {
    let total: fn(&mut Json) = |answer| {
        answer["ConsumedCapacity"]["CapacityUnits"] = json!(9.0);
    };
    // The same in all, in other places.
    let moved: fn(&mut Json) = |answer| {
        answer["ConsumedCapacity"]["Table"]["CapacityUnits"] = json!(0.0);
        answer["ConsumedCapacity"]["GlobalSecondaryIndexes"] =
            json!({ "gko": { "CapacityUnits": 1.0 } });
    };
    for wrong in [total, moved] {
        let client = client(Wrong(embedded(), wrong));
        let got = metered(&client, "PutItem", put("a", &[]));
        assert_eq!((got.requests, got.differing, got.off.len()), (1, 1, 1));
    }
}

#[test]
fn an_engine_without_figures_is_not_compared() {
    let silent: fn(&mut Json) = |answer| {
        if let Some(fields) = answer.as_object_mut() {
            fields.remove("ConsumedCapacity");
        }
    };
    let client = client(Wrong(embedded(), silent));
    assert_eq!(
        metered(&client, "PutItem", put("a", &[])),
        Metered::default()
    );
    // Totals alone are compared as totals.
    let totals: fn(&mut Json) = |answer| {
        if let Some(figures) = answer["ConsumedCapacity"].as_object_mut() {
            figures.retain(|name, _| name == "CapacityUnits");
        }
    };
    let client = self::client(Wrong(embedded(), totals));
    costs(&client, 2.0, "PutItem", put("a", &[("g", "1")]));
}

#[test]
fn the_meter_is_not_seen() {
    let client = with_eight();
    drop(client.take_log());
    let request = query("p", &json!({ "Select": "COUNT" }));
    drop(client.call("Query", request.clone()));
    let on = client.take_log();
    client.meter(false);
    drop(client.call("Query", request));
    let off = client.take_log();
    assert_eq!((on.requests, on.rows_read, on.trace), (1, 8, off.trace));
    assert_eq!(
        (off.requests, off.rows_read, off.metered.requests),
        (1, 8, 0)
    );
}
