//! What the documentation of the module says of keys, patterns and costs.
//!
//! Promises: no text of a design can end a comment, make a link or trip a lint.

use super::layout::Code;
use super::types::invisible;
use crate::emit::client::{KeyBound, KeyPart, PatternCode, SortOp, StepCode};
use crate::plan::{Choice, Segment};

/// A text as code of Markdown, on one line.
pub(super) fn code(text: &str) -> String {
    let one: String = text
        .chars()
        .filter(|c| !c.is_control() && !invisible(*c))
        .collect();
    if one.contains('`') {
        return format!("`` {one} ``");
    }
    format!("`{one}`")
}

/// A sentence of the design: words that look like code become code, and nothing in it is markup.
pub(super) fn prose(text: &str) -> String {
    let words: Vec<String> = text.split_whitespace().map(word).collect();
    words.join(" ")
}

fn word(word: &str) -> String {
    let word: String = word
        .chars()
        .filter(|c| !c.is_control() && !invisible(*c))
        .collect();
    let core = word.trim_matches(|c: char| !c.is_alphanumeric());
    let humps =
        core.chars().skip(1).any(char::is_uppercase) && core.chars().any(char::is_lowercase);
    let code = humps || core.contains('_') || core.contains("::") || core.contains("//");
    if code && !word.contains('`') {
        return format!("`{word}`");
    }
    let mut out = String::new();
    for letter in word.chars() {
        if "\\`*_{}[]<>#|~".contains(letter) {
            out.push('\\');
        }
        out.push(letter);
    }
    // At the beginning of a line these would make a list.
    if matches!(out.as_str(), "-" | "+")
        || out.ends_with('.') && out.starts_with(|c: char| c.is_ascii_digit())
    {
        out.insert(0, '\\');
        if !matches!(out.as_str(), "\\-" | "\\+") {
            out.remove(0);
        }
    }
    out
}

/// A text of segments with names in braces.
pub(super) fn template(segments: &[Segment]) -> String {
    segments
        .iter()
        .map(|segment| match segment {
            Segment::Literal { literal } => literal.clone(),
            Segment::Shard { .. } => "{shard}".to_owned(),
            Segment::Attribute {
                attribute: name, ..
            }
            | Segment::Parameter {
                parameter: name, ..
            }
            | Segment::Variable { variable: name, .. }
            | Segment::Row { row: name, .. } => format!("{{{name}}}"),
        })
        .collect()
}

/// The key attributes of an item.
pub(super) fn templates(parts: &[KeyPart]) -> String {
    let part = |p: &KeyPart| format!("`{}` = {}", p.physical, code(&template(&p.segments)));
    parts.iter().map(part).collect::<Vec<_>>().join(" and ")
}

fn chosen(choice: &Choice<Vec<Segment>>) -> String {
    match choice {
        Choice::Plain(segments) => code(&template(segments)),
        Choice::Given {
            given,
            then,
            otherwise,
        } => format!(
            "{} where {} given, else {}",
            chosen(then),
            match given.as_slice() {
                [one] => format!("`{one}` is"),
                all => format!("`{}` are", all.join("`, `")),
            },
            chosen(otherwise)
        ),
    }
}

fn bound(of: &KeyBound) -> String {
    let name = super::types::quoted(match &of.name.of {
        crate::emit::client::NameOf::Fixed(name) | crate::emit::client::NameOf::Parameter(name) => {
            name
        }
    });
    let name = code(name.trim_matches('"'));
    let mut bounds = of.bounds.iter().map(|(_, b)| chosen(b));
    let first = bounds.next().unwrap_or_default();
    match of.op {
        SortOp::Equals => format!("{name} = {first}"),
        SortOp::BeginsWith => format!("{name} begins with {first}"),
        SortOp::Less => format!("{name} below {first}"),
        SortOp::LessOrEqual => format!("{name} up to {first}"),
        SortOp::Greater => format!("{name} above {first}"),
        SortOp::GreaterOrEqual => format!("{name} from {first}"),
        SortOp::Between => {
            format!(
                "{name} from {first} to {}",
                bounds.next().unwrap_or_default()
            )
        }
    }
}

/// What a step asks, in one paragraph.
pub(super) fn step(of: &StepCode) -> String {
    let place = match &of.index {
        Some(index) => format!("the index `{index}`"),
        None => "the table".to_owned(),
    };
    let keys: Vec<String> = of.keys.iter().map(bound).collect();
    let mut text = format!("`{}` of {place}", of.call.name());
    if !keys.is_empty() {
        text.push_str(&format!(": {}", keys.join(" and ")));
    }
    if !of.forward {
        text.push_str(", from high to low");
    }
    if !of.filter.is_empty() || !of.reader_filter.is_empty() {
        text.push_str(", filtered");
    }
    if of.consistent {
        text.push_str(", strongly consistent");
    }
    text.push('.');
    text
}

/// What a call costs.
pub(super) fn cost(of: &PatternCode) -> String {
    let mut parts = Vec::new();
    let units = |n: f64, what: &str| {
        let n = n.to_string();
        format!("{n} {what} unit{}", if n == "1" { "" } else { "s" })
    };
    if of.cost.read_units > 0.0 {
        parts.push(units(of.cost.read_units, "read"));
    }
    if of.cost.write_units > 0.0 {
        parts.push(units(of.cost.write_units, "write"));
    }
    let units = match parts.as_slice() {
        [] => String::new(),
        all => format!("A call takes {} on average", all.join(" and ")),
    };
    let requests = match of.requests {
        Some(1) => "one request".to_owned(),
        Some(n) => format!("at most {n} requests"),
        None => "any number of requests".to_owned(),
    };
    if units.is_empty() {
        return format!("A call makes {requests}.");
    }
    format!("{units}, in {requests}.")
}

/// What a verb is called.
pub(super) fn verb(verb: &str) -> &'static str {
    match verb {
        "get" => "a `get`",
        "list" => "a `list`",
        "count" => "a `count`",
        "create" => "a `create`",
        "put" => "a `put`",
        "update" => "an `update`",
        "delete" => "a `delete`",
        _ => "a `transaction`",
    }
}

/// What the documentation of a pattern says.
pub(super) fn pattern(to: &mut Code, pattern: &PatternCode, steps: &[StepCode], more: &[String]) {
    let about = pattern.description.as_deref().map_or_else(
        || {
            format!(
                "The pattern `{}`: {} of the design.",
                pattern.name,
                verb(&pattern.verb)
            )
        },
        prose,
    );
    to.doc(&about);
    to.line("///");
    if !pattern.id.is_empty() {
        let ids: Vec<String> = pattern.id.iter().map(|id| code(id)).collect();
        to.doc(&format!("Answers {}.", ids.join(", ")));
        to.line("///");
    }
    for one in steps {
        let mut text = step(one);
        if let Some(when) = &one.when {
            let names = |all: &[String]| all.iter().map(|n| code(n)).collect::<Vec<_>>().join(", ");
            if !when.given.is_empty() {
                text.push_str(&format!(" With {}.", names(&when.given)));
            }
            if !when.missing.is_empty() {
                text.push_str(&format!(" Without {}.", names(&when.missing)));
            }
        }
        to.doc(&text);
        to.line("///");
    }
    for text in more {
        to.doc(text);
        to.line("///");
    }
    to.doc(&cost(pattern));
    to.line("///");
    to.line("/// # Errors");
    to.doc("A value that cannot be asked for or stored, and what the service says.");
}
