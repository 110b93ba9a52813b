//! The tables of a plan on an engine: made from the plan document, and removed again by whoever made them.
//!
//! Promises that on an engine that others use too only tables are touched whose making this run asked for and got: their
//! names begin with `design-verify-`, a table that was there before is an error, and each one made is removed at the end,
//! whichever way the run ends. A table that could not be removed is named, so that it can be deleted by hand.

use super::super::plan::{KeyAttribute, KeySchema, Plan, Table};
use super::{Engine, Fault, NOTHING_LISTENS};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

/// How the names of tables on a shared engine begin.
const PREFIX: &str = "design-verify-";

/// The most characters of a table's name.
const LONGEST_NAME: usize = 255;

/// How long a table may take to be made or to become removable. The service says seconds; with many indexes it is more.
const PATIENCE: Duration = Duration::from_secs(300);

/// Attempts to remove a table from an engine that does not answer.
const SILENCES: usize = 3;

/// The name of a table of this run on a shared engine: `design-verify-<table>-<suffix>`.
///
/// The suffix tells one run from another. Characters that the service does not allow become `-`, and a long name loses
/// the end of its table's part.
#[must_use]
pub fn name(table: &str, suffix: &str) -> String {
    let allowed = |c: char| {
        if c.is_ascii_alphanumeric() || "_.-".contains(c) {
            c
        } else {
            '-'
        }
    };
    let suffix: String = suffix.chars().map(allowed).take(64).collect();
    let room = LONGEST_NAME - PREFIX.len() - 1 - suffix.len();
    let table: String = table.chars().map(allowed).take(room).collect();
    format!("{PREFIX}{table}-{suffix}")
}

/// Gives the tables of a plan document other names, wherever it speaks of them.
pub fn renamed(plan: &mut Json, name: impl Fn(&str) -> String) {
    let rename = |place: Option<&mut Json>| {
        if let Some(Json::String(text)) = place {
            *text = name(text);
        }
    };
    for table in parts(plan.get_mut("tables")) {
        rename(table.get_mut("name"));
    }
    for entity in parts(plan.get_mut("entities")) {
        for kind in parts(entity.get_mut("kinds")) {
            rename(kind.get_mut("table"));
        }
    }
    for pattern in parts(plan.get_mut("patterns")) {
        for step in parts(pattern.get_mut("steps")) {
            rename(step.get_mut("table"));
        }
    }
    for conflict in parts(plan.pointer_mut("/proof/conflicts")) {
        rename(conflict.get_mut("table"));
    }
}

fn parts(list: Option<&mut Json>) -> impl Iterator<Item = &mut Json> {
    list.and_then(Json::as_array_mut).into_iter().flatten()
}

/// Why the tables of a plan are not there.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) text: String,
    /// The engine finds something wrong with the table that the plan asks for.
    pub(crate) of_the_plan: bool,
}

/// The tables that a run made on an engine that others use too, to be removed; on any other engine none.
#[must_use = "the tables are removed with this value"]
pub(crate) struct Tables {
    engine: Rc<dyn Engine>,
    names: Vec<String>,
}

/// Makes the tables of `plan`, and waits until they can be used.
///
/// # Errors
/// The table that could not be made, and what the engine says. Those made before it are removed again.
pub(crate) fn create(engine: &Rc<dyn Engine>, plan: &Plan) -> Result<Tables, Refusal> {
    let mut tables = Tables {
        engine: Rc::clone(engine),
        names: Vec::new(),
    };
    for table in &plan.tables {
        if let Err(mut refusal) = tables.create(table) {
            if let Err(left) = tables.remove() {
                refusal.text.push_str(&format!("; {left}"));
            }
            return Err(refusal);
        }
    }
    Ok(tables)
}

impl Tables {
    fn create(&mut self, table: &Table) -> Result<(), Refusal> {
        let name = &table.name;
        let shared = self.engine.shared();
        if shared && !name.starts_with(PREFIX) {
            return Err(Refusal::of_the_engine(format!(
                "table `{name}`: on an engine that others use too its name has to begin with `{PREFIX}`"
            )));
        }
        let answer = self.engine.call("CreateTable", create_request(table));
        let answer = answer.map_err(|fault| refusal(name, &fault))?;
        if shared {
            self.names.push(name.clone());
        }
        let failed =
            |fault: &Fault| Refusal::of_the_engine(format!("table `{name}`: {}", fault.message()));
        if answer["TableDescription"]["TableStatus"] != "ACTIVE" {
            self.wait(name).map_err(Refusal::of_the_engine)?;
        }
        let Some(attribute) = &table.ttl else {
            return Ok(());
        };
        // Items over their time count as absent, whether or not the engine also takes them away.
        let specification = json!({ "AttributeName": attribute, "Enabled": true });
        let request = json!({ "TableName": name, "TimeToLiveSpecification": specification });
        match self.engine.call("UpdateTimeToLive", request) {
            Err(fault) if fault.kind() != "UnknownOperationException" => Err(failed(&fault)),
            _ => Ok(()),
        }
    }

    /// Waits until a table can be used.
    fn wait(&self, name: &str) -> Result<(), String> {
        for pause in pauses() {
            let asked = self
                .engine
                .call("DescribeTable", json!({ "TableName": name }));
            match asked {
                Ok(answer) if answer["Table"]["TableStatus"] == "ACTIVE" => return Ok(()),
                Ok(_) => {}
                // The service may not know a new table everywhere at once.
                Err(fault) if fault.kind() == "ResourceNotFoundException" => {}
                Err(fault) => return Err(format!("table `{name}`: {}", fault.message())),
            }
            std::thread::sleep(pause);
        }
        let seconds = PATIENCE.as_secs();
        Err(format!("table `{name}` is not there after {seconds} s"))
    }

    /// Removes the tables.
    ///
    /// # Errors
    /// Those that are left, and why.
    pub(crate) fn remove(mut self) -> Result<(), String> {
        self.remove_all()
    }

    fn remove_all(&mut self) -> Result<(), String> {
        let names = std::mem::take(&mut self.names);
        let left: Vec<String> = names
            .iter()
            .filter_map(|name| {
                let why = self.remove_one(name).err()?;
                Some(format!(
                    "the table `{name}` is left, delete it by hand: {why}"
                ))
            })
            .collect();
        if left.is_empty() {
            Ok(())
        } else {
            Err(left.join("; "))
        }
    }

    fn remove_one(&self, name: &str) -> Result<(), String> {
        let mut why = String::new();
        let mut silences = 0;
        for pause in pauses() {
            let asked = self
                .engine
                .call("DeleteTable", json!({ "TableName": name }));
            let Err(fault) = asked else {
                return Ok(());
            };
            match fault.kind() {
                "ResourceNotFoundException" => return Ok(()),
                // It is still being made, or too much is going on.
                "ResourceInUseException" | "LimitExceededException" | "InternalServerError" => {}
                "" if silences + 1 < SILENCES => silences += 1,
                _ => return Err(fault.message()),
            }
            why = fault.message();
            std::thread::sleep(pause);
        }
        Err(why)
    }
}

/// The last resort, when a run ends by a panic or forgets its tables: there is nobody left to be told of a failure.
impl Drop for Tables {
    fn drop(&mut self) {
        drop(self.remove_all());
    }
}

impl Refusal {
    fn of_the_engine(text: String) -> Self {
        Self {
            text,
            of_the_plan: false,
        }
    }
}

/// Why a table was not made.
fn refusal(name: &str, fault: &Fault) -> Refusal {
    let message = fault.message();
    let text = match fault.kind() {
        "ResourceInUseException" => {
            format!("table `{name}` was there before and is not touched ({message})")
        }
        // There is no engine, so there is no table either, and no need to name one.
        "" if message.starts_with(NOTHING_LISTENS) => message,
        "" | "InternalServerError" => {
            format!("table `{name}`: {message}; whether it was made is not known")
        }
        _ => format!("table `{name}`: {message}"),
    };
    Refusal {
        text,
        of_the_plan: matches!(
            fault.kind(),
            "ValidationException" | "LimitExceededException"
        ),
    }
}

/// Pauses between questions, each twice the one before up to two seconds, until the patience is over.
fn pauses() -> impl Iterator<Item = Duration> {
    let longest = Duration::from_secs(2);
    let next = move |pause: &Duration| Some((*pause * 2).min(longest));
    let pauses = std::iter::successors(Some(Duration::from_millis(20)), next);
    pauses.scan(Duration::ZERO, |waited, pause| {
        *waited += pause;
        (*waited <= PATIENCE).then_some(pause)
    })
}

fn create_request(table: &Table) -> Json {
    let schema = |key: &KeySchema| {
        let part = |kind: &'static str| move |a: &KeyAttribute| json!({ "AttributeName": a.name, "KeyType": kind });
        Json::Array(
            key.partition
                .iter()
                .map(part("HASH"))
                .chain(key.sort.iter().map(part("RANGE")))
                .collect(),
        )
    };
    let mut types = BTreeMap::new();
    for key in std::iter::once(&table.key).chain(table.indexes.iter().map(|i| &i.key)) {
        types.extend(key.attributes().map(|a| (a.name.clone(), a.kind.clone())));
    }
    let definitions: Vec<Json> = types
        .iter()
        .map(|(name, kind)| json!({ "AttributeName": name, "AttributeType": kind }))
        .collect();
    let mut request = json!({
        "TableName": table.name,
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": schema(&table.key),
        "AttributeDefinitions": definitions,
    });
    for (field, global) in [
        ("GlobalSecondaryIndexes", true),
        ("LocalSecondaryIndexes", false),
    ] {
        let indexes: Vec<Json> = table
            .indexes
            .iter()
            .filter(|i| i.global == global)
            .map(|index| {
                let mut projection = json!({ "ProjectionType": index.projection });
                if index.projection == "INCLUDE" {
                    projection["NonKeyAttributes"] = json!(index.included);
                }
                json!({ "IndexName": index.name, "KeySchema": schema(&index.key), "Projection": projection })
            })
            .collect();
        if !indexes.is_empty() {
            request[field] = Json::Array(indexes);
        }
    }
    request
}

#[cfg(test)]
mod tests;
