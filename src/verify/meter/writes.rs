//! What writes cost: from the images of each item before and after.
//!
//! Promises AWS's rules, in half units. Sources: the Amazon `DynamoDB` Developer Guide, "Read and write operations"
//! (the larger image; a failed condition), "Using global secondary indexes" (what happens to entries) and "`DynamoDB`
//! transactions" (twice the units of the table, whatever the action; the indexes are written once).

use super::super::engine::Engine;
use super::super::plan::Table;
use super::super::value::Physical;
use super::consumed::{Arms, Estimate, TABLE};
use super::{Meter, images};
use crate::cost::units;
use serde_json::Value as Json;

/// An item that a request writes or checks.
pub(super) struct Target {
    table: String,
    key: Physical,
    /// What a put would store.
    put: Option<Physical>,
    check: bool,
    before: Option<Physical>,
}

/// The items that a request writes or checks, as they are before it; nothing for a read.
pub(super) fn targets(
    meter: &Meter,
    engine: &dyn Engine,
    operation: &str,
    request: &Json,
) -> Result<Option<Vec<Target>>, String> {
    let mut made = match operation {
        "PutItem" => vec![target(meter, "Put", request)?],
        "UpdateItem" => vec![target(meter, "Update", request)?],
        "DeleteItem" => vec![target(meter, "Delete", request)?],
        "TransactWriteItems" => {
            let actions = request["TransactItems"].as_array().into_iter().flatten();
            let actions = actions.filter_map(|a| a.as_object()?.iter().next());
            actions
                .map(|(verb, action)| target(meter, verb, action))
                .collect::<Result<_, _>>()?
        }
        _ => return Ok(None),
    };
    for one in &mut made {
        one.before = Meter::item(engine, &one.table, &one.key)?;
    }
    Ok(Some(made))
}

fn target(meter: &Meter, verb: &str, action: &Json) -> Result<Target, String> {
    let name = action["TableName"].as_str().unwrap_or_default();
    let put = action.get("Item").and_then(Json::as_object);
    let table = meter.table(name)?;
    let key = match put {
        Some(item) => key_of(table, item),
        None => action["Key"].as_object().cloned().unwrap_or_default(),
    };
    Ok(Target {
        table: name.to_owned(),
        key,
        put: put.cloned(),
        check: verb == "ConditionCheck",
        before: None,
    })
}

fn key_of(table: &Table, item: &Physical) -> Physical {
    let names = table.key.attributes();
    names
        .filter_map(|a| Some((a.name.clone(), item.get(&a.name)?.clone())))
        .collect()
}

/// What the request cost that wrote these.
pub(super) fn done(
    meter: &Meter,
    engine: &dyn Engine,
    transaction: bool,
    targets: &[Target],
) -> Result<Estimate, String> {
    let mut arms = Arms::new();
    for one in targets {
        let table = meter.table(&one.table)?;
        let after = if one.check {
            one.before.clone()
        } else {
            Meter::item(engine, &one.table, &one.key)?
        };
        let bytes = larger(one.before.as_ref(), after.as_ref())?;
        add(&mut arms, TABLE, table_units(bytes, transaction));
        for index in &table.indexes {
            let entry = images::entry(table, index, one.before.as_ref(), after.as_ref())?;
            add(&mut arms, &index.name, units::index_write_units(entry));
        }
    }
    Ok(Estimate {
        arms,
        ..Estimate::default()
    })
}

/// The write units of a request that was refused for a condition: of each item as it is or as a put would store it, and
/// none of any index. What an update would have stored is not known.
pub(super) fn refused(transaction: bool, targets: &[Target]) -> Result<u64, String> {
    let mut sum = 0;
    for one in targets {
        sum += table_units(larger(one.before.as_ref(), one.put.as_ref())?, transaction);
    }
    Ok(sum)
}

fn table_units(bytes: u64, transaction: bool) -> u64 {
    units::write_units(bytes) * if transaction { 2 } else { 1 }
}

fn larger(one: Option<&Physical>, other: Option<&Physical>) -> Result<u64, String> {
    let bytes = |item: Option<&Physical>| item.map_or(Ok(0), images::size);
    Ok(bytes(one)?.max(bytes(other)?))
}

/// Adds write units; an arm without any is not there, as in the answers of the service.
fn add(arms: &mut Arms, name: &str, units: u64) {
    if units > 0 {
        *arms.entry(name.to_owned()).or_default() += 2 * units;
    }
}
