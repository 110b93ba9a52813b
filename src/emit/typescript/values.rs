//! Values in TypeScript: literals, texts, stored forms, and back.

use super::code::Code;
use crate::emit::client::{KeyPart, Type};
use crate::items::value::Decimal;
use crate::plan::Segment;
use serde_json::Value as Json;

/// A text as a literal.
pub(super) fn literal(text: &str) -> String {
    let mut made = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' => made.push_str("\\\""),
            '\\' => made.push_str("\\\\"),
            '\n' => made.push_str("\\n"),
            '\u{2028}' | '\u{2029}' => made.push_str(&format!("\\u{:04x}", u32::from(letter))),
            c if c.is_control() => made.push_str(&format!("\\u{{{:x}}}", u32::from(c))),
            c => made.push(c),
        }
    }
    made.push('"');
    made
}

/// Text between backticks.
fn in_template(text: &str) -> String {
    let inside = literal(text);
    let inside = inside[1..inside.len() - 1].replace("\\\"", "\"");
    inside.replace('`', "\\`").replace("${", "\\${")
}

/// A constant as an expression of a type.
pub(super) fn constant(of: &Json, ty: &Type, name: &str) -> String {
    match ty {
        Type::Epoch | Type::Integer { wide: false } => number(of),
        Type::Integer { wide: true } => format!("{}n", number(of)),
        Type::Decimal => format!("{} as Decimal", literal(&number(of))),
        Type::Boolean => of.to_string(),
        Type::TextSet | Type::NumberSet => {
            let all = match of {
                Json::Array(all) => all.iter().map(data).collect(),
                one => vec![data(one)],
            };
            format!("new Set([{}])", all.join(", "))
        }
        Type::List | Type::Map => data(of),
        Type::Enumeration(_) => text_of(of),
        Type::Text(brands) if brands.is_empty() => text_of(of),
        Type::Text(_) | Type::Timestamp | Type::Date | Type::Month | Type::Bytes => {
            format!("{} as {name}", text_of(of))
        }
    }
}

fn text_of(of: &Json) -> String {
    literal(of.as_str().unwrap_or_default())
}

/// The one text of a number.
fn number(of: &Json) -> String {
    let text = match of {
        Json::String(text) => text.clone(),
        other => other.to_string(),
    };
    Decimal::parse(&text).map_or(text, |n| n.to_string())
}

/// A constant inside of a list or map.
fn data(of: &Json) -> String {
    match of {
        Json::Null => "null".to_owned(),
        Json::Bool(b) => b.to_string(),
        Json::Number(n) => n.to_string(),
        Json::String(text) => literal(text),
        Json::Array(all) => format!("[{}]", all.iter().map(data).collect::<Vec<_>>().join(", ")),
        Json::Object(all) => {
            let entries: Vec<String> = all
                .iter()
                .map(|(name, value)| format!("{}: {}", literal(name), data(value)))
                .collect();
            format!("{{ {} }}", entries.join(", "))
        }
    }
}

/// A constant as the service stores it.
pub(super) fn stored_constant(of: &Json, stored_as: &str) -> String {
    let many = |element: &dyn Fn(&Json) -> String| {
        let all: Vec<String> = match of {
            Json::Array(all) => all.iter().map(element).collect(),
            one => vec![element(one)],
        };
        all.join(", ")
    };
    match stored_as {
        "number" => format!("{{ N: {} }}", literal(&number(of))),
        "boolean" => format!("{{ BOOL: {of} }}"),
        "string_set" => format!("{{ SS: [{}] }}", many(&text_of)),
        "number_set" => format!("{{ NS: [{}] }}", many(&|v| literal(&number(v)))),
        "list" | "map" => format!("data({})", data(of)),
        _ => format!("{{ S: {} }}", text_of(of)),
    }
}

/// How a constant inside of a map is stored.
pub(super) fn inner_stored_as(of: &Json) -> &'static str {
    match of {
        Json::Number(_) => "number",
        Json::Bool(_) => "boolean",
        Json::String(_) => "string",
        _ => "map",
    }
}

/// The helper that stores values of a type.
pub(super) fn store(ty: &Type, value: &str) -> String {
    let function = match ty {
        Type::Text(_) | Type::Enumeration(_) | Type::Date | Type::Month => "text",
        Type::Timestamp => "instant",
        Type::Epoch | Type::Integer { .. } => "integer",
        Type::Decimal => "exact",
        Type::Boolean => "truth",
        Type::Bytes => "bytes",
        Type::List | Type::Map => "data",
        Type::TextSet => "texts",
        Type::NumberSet => "numbers",
    };
    format!("{function}({value})")
}

/// The helper that reads stored values of a type.
pub(super) fn reader(ty: &Type) -> &'static str {
    match ty {
        Type::Text(_) | Type::Enumeration(_) | Type::Date | Type::Month => "textOf",
        Type::Timestamp => "instantOf",
        Type::Epoch | Type::Integer { wide: false } => "integerOf",
        Type::Integer { wide: true } => "bigintOf",
        Type::Decimal => "decimalOf",
        Type::Boolean => "truthOf",
        Type::Bytes => "bytesOf",
        Type::List => "listOf",
        Type::Map => "mapOf",
        Type::TextSet => "textsOf",
        Type::NumberSet => "numbersOf",
    }
}

/// Whether what the helper reads has to be given a name of its own.
pub(super) fn branded(ty: &Type) -> bool {
    match ty {
        Type::Text(brands) => !brands.is_empty(),
        Type::Enumeration(_) | Type::Date | Type::Month => true,
        _ => false,
    }
}

/// The plain text of a value.
pub(super) fn plain(ty: &Type, value: &str) -> String {
    match ty {
        Type::Timestamp => format!("instantText({value})"),
        Type::Epoch | Type::Integer { .. } => format!("integerText({value})"),
        Type::Decimal => format!("canonical({value})"),
        Type::Boolean => format!("String({value})"),
        Type::Bytes => format!("hex({value})"),
        _ => value.to_owned(),
    }
}

/// A value in a text for a key.
fn encoded(encoding: &str, ty: &Type, value: &str, alone: bool) -> String {
    let (base, descending) = match encoding.strip_suffix(":desc") {
        Some(base) => (base, true),
        None => (encoding, false),
    };
    let turned = |text: String| {
        if descending {
            format!("descending({text})")
        } else {
            text
        }
    };
    let (name, widths) = base.split_once(':').unwrap_or((base, ""));
    match name {
        "text" | "enum" => format!("escaped({})", plain(ty, value)),
        "raw" if alone => plain(ty, value),
        "raw" => format!("plainText({})", plain(ty, value)),
        "integer" => {
            let whole = match ty {
                Type::Decimal => format!("BigInt(canonical({value}))"),
                _ => value.to_owned(),
            };
            let sign = if descending { "-" } else { "" };
            format!("padded({widths}, {sign}{whole})")
        }
        "decimal" => {
            let (whole, fraction) = widths.split_once('.').unwrap_or((widths, "0"));
            format!(
                "paddedDecimal({whole}, {fraction}, {}, {descending})",
                plain(ty, value)
            )
        }
        "timestamp" => turned(format!("instantText({value})")),
        "date" => turned(format!("dayText({value})")),
        "month" => turned(format!("monthText({value})")),
        _ => plain(ty, value),
    }
}

/// Where the values of segments come from.
pub(super) trait Source {
    /// The type and the expression of what a segment names.
    fn value(&self, segment: &Segment) -> Option<(Type, String)>;
    /// The type and the expression of an attribute or parameter that is hashed.
    fn hashed(&self, name: &str) -> (Type, String);
}

/// A key attribute of segments, as text.
pub(super) fn key_text(segments: &[Segment], source: &dyn Source) -> String {
    let alone = segments.len() == 1;
    let mut inside = String::new();
    let mut fixed = String::new();
    let mut only_fixed = true;
    for segment in segments {
        if let Segment::Literal { literal } = segment {
            inside.push_str(&in_template(literal));
            fixed.push_str(literal);
            continue;
        }
        only_fixed = false;
        let text = segment_text(segment, source, alone);
        if alone {
            return text;
        }
        inside.push_str(&format!("${{{text}}}"));
    }
    if only_fixed {
        literal(&fixed)
    } else {
        format!("`{inside}`")
    }
}

fn segment_text(segment: &Segment, source: &dyn Source, alone: bool) -> String {
    let encoding = match segment {
        Segment::Literal { .. } => return String::new(),
        Segment::Shard { shard, encoding } => {
            let parts: Vec<String> = shard
                .of
                .iter()
                .map(|name| {
                    let (ty, value) = source.hashed(name);
                    plain(&ty, &value)
                })
                .collect();
            let value = format!("shard({}, {})", shard.count, parts.join(", "));
            return encoded(encoding, &Type::Integer { wide: false }, &value, alone);
        }
        Segment::Attribute { encoding, .. }
        | Segment::Parameter { encoding, .. }
        | Segment::Variable { encoding, .. }
        | Segment::Row { encoding, .. } => encoding,
    };
    let Some((ty, value)) = source.value(segment) else {
        return String::new();
    };
    encoded(encoding, &ty, &value, alone)
}

/// The attributes of a key, as properties.
pub(super) fn key_lines(code: &mut Code, parts: &[KeyPart], source: &dyn Source) {
    for part in parts {
        let name = &part.physical;
        let value = key_value(name, &part.ty, part.partition, &part.segments, source);
        code.line(format!("{}: {value},", property(name)));
    }
}

/// A key attribute of segments as the service stores it, within its limits.
pub(super) fn key_value(
    name: &str,
    ty: &str,
    partition: bool,
    segments: &[Segment],
    source: &dyn Source,
) -> String {
    let most = if partition { 2048 } else { 1024 };
    if let [only] = segments
        && ty != "S"
        && let Some((of, value)) = source.value(only)
    {
        return match ty {
            "N" => store(&of, &value),
            _ => format!("keyBytes({}, {most}, {value})", literal(name)),
        };
    }
    format!(
        "keyText({}, {most}, {})",
        literal(name),
        key_text(segments, source)
    )
}

/// A name as the name of a property.
pub(super) fn property(name: &str) -> String {
    let mut letters = name.chars();
    let plain = letters
        .next()
        .is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && letters.all(|c| c.is_ascii_alphanumeric() || c == '_');
    if plain {
        name.to_owned()
    } else {
        literal(name)
    }
}

/// A property of something.
pub(super) fn member(of: &str, name: &str) -> String {
    let key = property(name);
    if key == name {
        format!("{of}.{name}")
    } else {
        format!("{of}[{key}]")
    }
}
