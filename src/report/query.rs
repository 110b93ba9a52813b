//! Requests as `DynamoDB` writes them, with parameters in braces.

use crate::plan::{
    ActionEntry, Choice, Condition, ForEach, PathStep, Pattern, Plan, ReadStep, Segment,
    SortCondition, Step, WriteStep,
};

/// One request in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The operation: `Query`, `TransactWriteItems` …
    pub operation: String,
    /// The index; empty for the table.
    pub index: String,
    /// The key condition of a read; what a write does.
    pub text: String,
}

/// The requests of a pattern, in their order; those of several variants each with its choice.
#[must_use]
pub fn requests(plan: &Plan, pattern: &Pattern) -> Vec<Request> {
    pattern
        .steps
        .iter()
        .map(|step| match step {
            Step::Read(read) => Request {
                operation: read.call.clone(),
                index: read.index.clone().unwrap_or_default(),
                text: reading(plan, read),
            },
            Step::Write(write) => Request {
                operation: write.call.clone(),
                index: String::new(),
                text: writing(write),
            },
        })
        .collect()
}

/// A template in quotes.
fn quoted(segments: &[Segment], optional: &[String]) -> String {
    let text: String = segments
        .iter()
        .map(|s| match s {
            Segment::Literal { literal } => literal.clone(),
            Segment::Attribute { attribute, .. } => format!("{{{attribute}}}"),
            Segment::Shard { .. } => "{shard}".to_owned(),
            Segment::Parameter { parameter, .. } => {
                let mark = if optional.contains(parameter) {
                    "?"
                } else {
                    ""
                };
                format!("{{{parameter}{mark}}}")
            }
            Segment::Variable { variable, .. } => format!("{{{variable}}}"),
            Segment::Row { row, .. } => format!("{{{row}}}"),
        })
        .collect();
    format!("\"{text}\"")
}

/// The value of a choice when its parameters are given, which are then marked as optional.
fn value(choice: &Choice<Vec<Segment>>, optional: &mut Vec<String>) -> String {
    match choice {
        Choice::Plain(segments) => quoted(segments, optional),
        Choice::Given { given, then, .. } => {
            optional.extend(given.iter().cloned());
            value(then, optional)
        }
    }
}

fn sort(attribute: &str, condition: &Choice<SortCondition>, optional: &mut Vec<String>) -> String {
    let condition = match condition {
        Choice::Plain(condition) => condition,
        Choice::Given { given, then, .. } => {
            optional.extend(given.iter().cloned());
            return sort(attribute, then, optional);
        }
    };
    let compared = |op: &str, v: &Choice<Vec<Segment>>, o: &mut Vec<String>| {
        format!("{attribute} {op} {}", value(v, o))
    };
    match condition {
        SortCondition::Equals(v) => compared("=", v, optional),
        SortCondition::Lt(v) => compared("<", v, optional),
        SortCondition::Le(v) => compared("<=", v, optional),
        SortCondition::Gt(v) => compared(">", v, optional),
        SortCondition::Ge(v) => compared(">=", v, optional),
        SortCondition::BeginsWith(v) => format!("begins_with({attribute}, {})", value(v, optional)),
        SortCondition::Between(low, high) => {
            let low = value(low, optional);
            format!("{attribute} BETWEEN {low} AND {}", value(high, optional))
        }
    }
}

fn reading(plan: &Plan, step: &ReadStep) -> String {
    let Some(table) = plan.tables.iter().find(|t| t.name == step.table) else {
        return String::new();
    };
    let key = step
        .index
        .as_ref()
        .and_then(|i| table.indexes.iter().find(|x| x.name == *i))
        .map_or(&table.key, |i| &i.key);
    let mut optional = Vec::new();
    let partition = key
        .partition
        .iter()
        .zip(&step.partition)
        .map(|(k, v)| format!("{} = {}", k.attribute, quoted(&v.segments, &[])));
    let mut conditions: Vec<String> = partition.collect();
    conditions.extend(
        key.sort
            .iter()
            .zip(&step.sort)
            .map(|(k, c)| sort(&k.attribute, c, &mut optional)),
    );
    let mut text = conditions.join(" AND ");
    if step.call == "Scan" {
        text = format!("all of {}", step.index.as_deref().unwrap_or("the table"));
    }
    let mut add = |more: String| {
        if !text.is_empty() {
            text.push_str(", ");
        }
        text.push_str(&more);
    };
    if let Some(filter) = &step.filter {
        add(format!("filter {}", conditions_text(filter)));
    }
    if !step.forward {
        add("backward".to_owned());
    }
    if step.consistent {
        add("consistent".to_owned());
    }
    if let Some(limit) = step.limit.filter(|_| step.call != "GetItem") {
        add(format!("limit {limit}"));
    }
    if step.select.is_some() {
        add("count".to_owned());
    }
    for each in step.for_each.iter().flatten() {
        add(match each {
            ForEach::Count { variable, count } => {
                format!("for each {variable} from 0 to {}", count.saturating_sub(1))
            }
            ForEach::Values { variable, values } => {
                let values: Vec<String> = values.iter().map(plain).collect();
                format!("for each {variable} of {}", values.join(", "))
            }
            ForEach::Rows { .. } => "for each row".to_owned(),
        });
    }
    if let Some(when) = &step.when {
        let mut parts = Vec::new();
        if !when.given.is_empty() {
            parts.push(format!("with {}", when.given.join(", ")));
        }
        if !when.missing.is_empty() {
            parts.push(format!("without {}", when.missing.join(", ")));
        }
        add(parts.join(" and "));
    }
    text
}

fn plain(value: &serde_json::Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

/// Conditions as an expression.
#[must_use]
pub fn conditions_text(all: &[Condition]) -> String {
    let parts: Vec<String> = all.iter().map(condition_text).collect();
    parts.join(" AND ")
}

fn condition_text(condition: &Condition) -> String {
    if let Some(any) = &condition.any {
        let parts: Vec<String> = any.iter().map(condition_text).collect();
        return format!("({})", parts.join(" OR "));
    }
    let mut name = condition.attribute.clone().unwrap_or_default();
    for step in condition.path.iter().flatten() {
        name.push_str(&match step {
            PathStep::Name(n) => format!(".{n}"),
            PathStep::Parameter { parameter } => format!(".{{{parameter}}}"),
        });
    }
    let operand = || match (&condition.value, &condition.parameter) {
        (Some(serde_json::Value::Array(values)), _) => {
            format!(
                "({})",
                values.iter().map(plain).collect::<Vec<_>>().join(", ")
            )
        }
        (Some(serde_json::Value::String(text)), _) => format!("\"{text}\""),
        (Some(v), _) => v.to_string(),
        (None, Some(parameter)) => format!("{{{parameter}}}"),
        (None, None) => "{now}".to_owned(),
    };
    match condition.op.as_deref().unwrap_or_default() {
        "exists" => format!("attribute_exists({name})"),
        "missing" => format!("attribute_not_exists({name})"),
        "begins_with" => format!("begins_with({name}, {})", operand()),
        "contains" => format!("contains({name}, {})", operand()),
        "lacks" => format!("NOT contains({name}, {})", operand()),
        "in" => format!("{name} IN {}", operand()),
        op => format!("{name} {op} {}", operand()),
    }
}

fn writing(step: &WriteStep) -> String {
    let mut parts: Vec<String> = step.actions.iter().map(action).collect();
    if step.for_each.is_some() {
        parts.push("for each row".to_owned());
    }
    parts.join("; ")
}

fn action(of: &ActionEntry) -> String {
    let mut text = format!("{} {}", of.action, of.kind);
    if of.times.is_some() {
        text.push_str(" (repeated)");
    }
    if !of.condition.is_empty() {
        text.push_str(&format!(" if {}", conditions_text(&of.condition)));
    }
    for change in &of.keys {
        let what = match change.change.as_str() {
            "set" => "set",
            "remove" => "remove",
            _ => "set or remove",
        };
        text.push_str(&format!(", {what} key of {}", change.index));
    }
    if !of.current.is_empty() {
        text.push_str(&format!(", after reading {}", of.current.join(", ")));
    }
    text
}
