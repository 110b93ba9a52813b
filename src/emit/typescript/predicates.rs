//! Conditions that the client looks at itself.

use super::values::{literal, member, plain, store, stored_constant};
use crate::emit::client::{EntityCode, Operand, PatternCode, Type, operands};
use crate::plan::{Condition, PathStep};

/// That a condition of the design does not hold of a state; what is missing meets only `missing` and `lacks`.
pub(super) fn fails(entity: &EntityCode, of: &Condition, state: &str) -> String {
    let attribute = of.attribute.as_deref().unwrap_or_default();
    let ty = entity
        .field(attribute)
        .map_or(Type::Text(Vec::new()), |f| f.ty.clone());
    let value = format!("{state}.{attribute}");
    let found = if ty.is_set() {
        store(&ty, &value)
    } else {
        value.clone()
    };
    let op = of.op.as_deref().unwrap_or_default();
    match op {
        "exists" => return format!("{found} === undefined"),
        "missing" => return format!("{found} !== undefined"),
        _ => {}
    }
    let constants: Vec<&serde_json::Value> = match (&of.value, op) {
        (Some(serde_json::Value::Array(all)), "in") => all.iter().collect(),
        (Some(one), _) => vec![one],
        (None, _) => Vec::new(),
    };
    let texts = matches!(
        ty,
        Type::Text(_) | Type::Enumeration(_) | Type::Date | Type::Month | Type::Timestamp
    );
    if let ("=", [one]) = (op, constants.as_slice())
        && (texts || ty == Type::Boolean)
    {
        let of = one.as_str().map_or_else(|| one.to_string(), literal);
        return format!("{value} !== {of}");
    }
    let stored_as = match (op, &ty) {
        ("contains" | "lacks", Type::TextSet) => "string",
        ("contains" | "lacks", Type::NumberSet) => "number",
        _ => ty.stored_as(),
    };
    let all: Vec<String> = constants
        .iter()
        .map(|c| stored_constant(c, stored_as))
        .collect();
    format!(
        "!meets({}, {}, {})",
        store(&ty, &value),
        literal(op),
        all.join(", ")
    )
}

/// An operand of a condition, as the service stores it; `now` is the name of the clock.
pub(super) fn operand(pattern: &PatternCode, of: &Operand) -> String {
    match of {
        Operand::Constant { value, stored_as } => stored_constant(value, stored_as),
        Operand::Now { stored_as } if stored_as == "timestamp" => {
            "instant(timestamp(now))".to_owned()
        }
        Operand::Now { .. } => "integer(Math.ceil(now / 1000))".to_owned(),
        Operand::Parameter { name, text, .. } => {
            let ty = pattern
                .parameter(name)
                .map_or(Type::Text(Vec::new()), |p| p.ty.clone());
            let value = format!("given.{name}");
            if *text {
                format!("text({})", plain(&ty, &value))
            } else {
                store(&ty, &value)
            }
        }
    }
}

/// Whether a condition compares with the clock.
pub(super) fn asks_the_clock(of: &Condition) -> bool {
    of.now == Some(true) || of.any.iter().flatten().any(asks_the_clock)
}

/// That a condition holds of a stored item; one whose parameter is left out holds.
pub(super) fn holds(pattern: &PatternCode, of: &Condition, item: &str) -> String {
    if let Some(all) = &of.any {
        if let [missing, alive] = all.as_slice()
            && missing.op.as_deref() == Some("missing")
            && alive.now == Some(true)
            && alive.op.as_deref() == Some(">=")
            && missing.attribute == alive.attribute
        {
            return format!("!{}", over(alive, item));
        }
        let parts: Vec<String> = all.iter().map(|c| holds(pattern, c, item)).collect();
        return parts.join(" || ");
    }
    let op = of.op.as_deref().unwrap_or_default();
    if of.now == Some(true) && op == "<" {
        return over(of, item);
    }
    let mut place = vec![
        item.to_owned(),
        literal(of.attribute.as_deref().unwrap_or_default()),
    ];
    for step in of.path.iter().flatten() {
        place.push(match step {
            PathStep::Name(name) => literal(name),
            PathStep::Parameter { parameter } => {
                let ty = pattern
                    .parameter(parameter)
                    .map_or(Type::Text(Vec::new()), |p| p.ty.clone());
                plain(&ty, &format!("given.{parameter}"))
            }
        });
    }
    let found = format!("at({})", place.join(", "));
    match op {
        "exists" => return format!("{found} !== undefined"),
        "missing" => return format!("{found} === undefined"),
        _ => {}
    }
    let all: Vec<String> = operands(of)
        .unwrap_or_default()
        .iter()
        .map(|o| operand(pattern, o))
        .collect();
    let met = format!("meets({found}, {}, {})", literal(op), all.join(", "));
    match &of.parameter {
        Some(name) if pattern.parameter(name).is_some_and(|p| p.optional) => {
            format!("{} === undefined || {met}", member("given", name))
        }
        _ => met,
    }
}

/// That the time of an item is over.
fn over(of: &Condition, item: &str) -> String {
    let name = literal(of.attribute.as_deref().unwrap_or_default());
    format!("isOver({item}, {name}, now)")
}

/// The opposite of a test.
pub(super) fn not(test: &str) -> String {
    if test.contains(" || ") {
        return format!("!({test})");
    }
    if let Some(of) = test.strip_suffix(" !== undefined") {
        return format!("{of} === undefined");
    }
    if let Some(of) = test.strip_suffix(" === undefined") {
        return format!("{of} !== undefined");
    }
    match test.strip_prefix('!') {
        Some(of) => of.to_owned(),
        None => format!("!{test}"),
    }
}
