//! Types of the design as types of Rust, and values of them on their way into the table.
//!
//! Promises: how a value is stored is decided here and nowhere else.

use super::names::{Locals, Taken, pascal, snake};
use crate::emit::client::{Body, Client, Type};
use crate::emit::rust::layout::{E, call, raw};
use crate::plan::ForEach;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::fmt::Display;

/// The names of the types that a design brings.
#[derive(Debug, Clone, Default)]
pub(super) struct Types {
    /// Of entities, by their names.
    pub(super) entities: BTreeMap<String, String>,
    /// Of enumerations: their values and their name.
    pub(super) enumerations: Vec<(Vec<String>, String)>,
    /// Of identifiers, by their names in the shared description.
    pub(super) brands: BTreeMap<String, String>,
    /// Everything that has a name so far.
    pub(super) taken: Taken,
    /// Variables.
    pub(super) locals: Locals,
}

impl Types {
    pub(super) fn new(client: &Client) -> Self {
        let mut made = Self {
            taken: Taken::types(),
            locals: Locals::new(words(client).iter().map(String::as_str)),
            ..Self::default()
        };
        for entity in &client.entities {
            let name = made.taken.give(&pascal(&entity.name), "Entity");
            made.entities.insert(entity.name.clone(), name);
        }
        for brand in &client.brands {
            let name = made.taken.give(&pascal(&brand.name), "Id");
            made.brands.insert(brand.name.clone(), name);
        }
        for entity in &client.entities {
            for field in &entity.fields {
                let Type::Enumeration(values) = &field.ty else {
                    continue;
                };
                if made.enumerations.iter().any(|(known, _)| known == values) {
                    continue;
                }
                let long = format!("{}{}", pascal(&entity.name), pascal(&field.attribute));
                let name = made.taken.give(&long, "Value");
                made.enumerations.push((values.clone(), name));
            }
        }
        made
    }

    /// The type of an entity.
    pub(super) fn entity(&self, name: &str) -> String {
        self.entities.get(name).cloned().unwrap_or_default()
    }

    /// An enumeration that has these values; a parameter may have some of an attribute's.
    fn enumeration(&self, values: &[String]) -> Option<&str> {
        let same = self.enumerations.iter().find(|(known, _)| known == values);
        let wider = || {
            let all = |known: &[String]| values.iter().all(|v| known.contains(v));
            self.enumerations.iter().find(|(known, _)| all(known))
        };
        same.or_else(wider).map(|(_, name)| name.as_str())
    }

    /// A type as it stands in a struct.
    pub(super) fn owned(&self, ty: &Type) -> String {
        match ty {
            Type::Text(brands) => match brands.as_slice() {
                [one] => self.brands.get(one).cloned().unwrap_or_default(),
                _ => "String".to_owned(),
            },
            Type::Enumeration(values) => self.enumeration(values).unwrap_or("String").to_owned(),
            Type::Date => "Date".to_owned(),
            Type::Month => "Month".to_owned(),
            Type::Timestamp => "Timestamp".to_owned(),
            Type::Epoch | Type::Integer { .. } => "i64".to_owned(),
            Type::Decimal => "Decimal".to_owned(),
            Type::Boolean => "bool".to_owned(),
            Type::Bytes => "Vec<u8>".to_owned(),
            Type::List => "Vec<AttributeValue>".to_owned(),
            Type::Map => "Row".to_owned(),
            Type::TextSet => "BTreeSet<String>".to_owned(),
            Type::NumberSet => "BTreeSet<Decimal>".to_owned(),
        }
    }

    /// A type as it stands in the parameters of a function.
    pub(super) fn borrowed(&self, ty: &Type) -> String {
        let owned = self.owned(ty);
        match ty {
            _ if self.copies(ty) => owned,
            Type::Bytes => "&[u8]".to_owned(),
            Type::List => "&[AttributeValue]".to_owned(),
            _ if owned == "String" => "&str".to_owned(),
            _ => format!("&{owned}"),
        }
    }

    /// Whether its values are copied.
    pub(super) fn copies(&self, ty: &Type) -> bool {
        match ty {
            Type::Timestamp | Type::Epoch | Type::Integer { .. } | Type::Boolean => true,
            Type::Enumeration(values) => self.enumeration(values).is_some(),
            _ => false,
        }
    }

    /// Whether its values are text of a type of their own.
    fn wraps_text(&self, ty: &Type) -> bool {
        matches!(
            ty,
            Type::Text(_) | Type::Enumeration(_) | Type::Date | Type::Month
        ) && self.owned(ty) != "String"
    }

    /// The function that takes a value out of a stored one.
    pub(super) fn reader(&self, ty: &Type) -> String {
        let owned = self.owned(ty);
        match ty {
            Type::Text(_) | Type::Enumeration(_) if owned == "String" => "the_text".to_owned(),
            Type::Text(_) | Type::Enumeration(_) => format!("{owned}::read"),
            Type::Date => "the_date".to_owned(),
            Type::Month => "the_month".to_owned(),
            Type::Timestamp => "the_timestamp".to_owned(),
            Type::Epoch | Type::Integer { .. } => "the_integer".to_owned(),
            Type::Decimal => "the_decimal".to_owned(),
            Type::Boolean => "the_boolean".to_owned(),
            Type::Bytes => "the_bytes".to_owned(),
            Type::List => "the_list".to_owned(),
            Type::Map => "the_map".to_owned(),
            Type::TextSet => "the_texts".to_owned(),
            Type::NumberSet => "the_numbers".to_owned(),
        }
    }
}

/// How an expression has its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// As a parameter: borrowed as [`Types::borrowed`] says.
    Argument,
    /// As a reference to what a struct holds.
    Reference,
    /// As a field of a struct that is itself borrowed.
    Field,
}

/// What variables are named by: attributes, parameters, and what requests repeat over.
fn words(client: &Client) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for entity in &client.entities {
        all.extend(entity.fields.iter().map(|f| f.attribute.clone()));
    }
    for pattern in &client.patterns {
        let lists = pattern.lists.iter().flat_map(|l| &l.parameters);
        let parameters = pattern.parameters.iter().chain(lists);
        all.extend(parameters.map(|p| p.name.clone()));
        let steps = match &pattern.body {
            Body::Read(read) => read.steps.iter().collect(),
            Body::Write(write) => write.find.iter().collect::<Vec<_>>(),
        };
        for dimension in steps.iter().flat_map(|s| &s.for_each) {
            match dimension {
                ForEach::Count { variable, .. } | ForEach::Values { variable, .. } => {
                    all.push(variable.clone());
                }
                ForEach::Rows { .. } => {}
            }
        }
        for key in steps.iter().flat_map(|s| &s.key_names) {
            all.push(of_row(key));
        }
    }
    all
}

/// What the variable of an attribute of a row is named by.
pub(super) fn of_row(attribute: &str) -> String {
    format!("row_{}", snake(attribute))
}

/// A value that the caller gave.
#[derive(Debug, Clone)]
pub(super) struct Given {
    /// The expression.
    pub(super) text: String,
    /// Its type.
    pub(super) ty: Type,
    /// How it has its value.
    pub(super) form: Form,
    /// Whether it is an `Option`.
    pub(super) optional: bool,
}

impl Given {
    /// The head of the `if` in which an optional one has a value, and that value.
    pub(super) fn when(&self, types: &Types, name: &str) -> (String, Self) {
        let variable = types.locals.of(name);
        let (by, form) = if types.copies(&self.ty) {
            ("", Form::Argument)
        } else {
            ("&", Form::Reference)
        };
        let head = format!("if let Some({variable}) = {by}{}", self.text);
        let inner = Self {
            text: variable,
            ty: self.ty.clone(),
            form,
            optional: false,
        };
        (head, inner)
    }

    /// A reference to it.
    pub(super) fn borrow(&self) -> String {
        match self.form {
            Form::Field => format!("&{}", self.text),
            Form::Argument | Form::Reference => self.text.clone(),
        }
    }

    /// Its text, of what is text.
    pub(super) fn as_str(&self, types: &Types) -> String {
        if types.wraps_text(&self.ty) {
            return format!("{}.as_str()", self.text);
        }
        self.borrow()
    }

    /// A copy of its text, of what is text.
    pub(super) fn to_string(&self, types: &Types) -> String {
        let text = self.as_str(types);
        if self.form == Form::Argument || types.wraps_text(&self.ty) {
            return format!("{text}.to_owned()");
        }
        format!("{}.clone()", text.trim_start_matches('&'))
    }

    /// Its plain text, as an expression of the type `&str`.
    pub(super) fn plain(&self, types: &Types) -> String {
        match self.ty {
            Type::Text(_) | Type::Enumeration(_) | Type::Date | Type::Month => self.as_str(types),
            Type::Bytes => format!("&hex({})", self.borrow()),
            _ => format!("&{}.to_string()", self.text),
        }
    }

    /// As it is stored; of a set an `Option`.
    pub(super) fn stored(&self, types: &Types) -> E {
        let text = &self.text;
        match self.ty {
            Type::Text(_) | Type::Enumeration(_) | Type::Date | Type::Month => {
                call("text", vec![raw(self.as_str(types))])
            }
            Type::Timestamp => call("text", vec![raw(format!("&{text}.to_string()"))]),
            Type::Epoch | Type::Integer { .. } => call("number", vec![raw(text)]),
            Type::Decimal => call("number", vec![raw(self.borrow())]),
            Type::Boolean => call("AttributeValue::Bool", vec![raw(text)]),
            Type::Bytes => call("bytes", vec![raw(self.borrow())]),
            Type::List if self.form == Form::Argument => {
                call("AttributeValue::L", vec![raw(format!("{text}.to_vec()"))])
            }
            Type::List => call("AttributeValue::L", vec![raw(format!("{text}.clone()"))]),
            Type::Map => call("AttributeValue::M", vec![raw(format!("{text}.clone()"))]),
            Type::TextSet => call("texts", vec![raw(self.borrow())]),
            Type::NumberSet => call("numbers", vec![raw(self.borrow())]),
        }
    }
}

/// A text as Rust writes it.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => {
                out.push('\\');
                out.push(letter);
            }
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            // Also what looks like something else, such as marks that turn the direction of writing.
            _ if letter.is_control() || invisible(letter) => {
                out.push_str(&format!("\\u{{{:x}}}", u32::from(letter)));
            }
            _ => out.push(letter),
        }
    }
    out.push('"');
    out
}

/// Characters that nobody sees, or that change how others are shown.
pub(super) fn invisible(letter: char) -> bool {
    matches!(u32::from(letter), 0x00ad | 0x200b..=0x200f | 0x2028..=0x202e | 0x2060..=0x206f | 0xfeff)
}

/// A constant of the document as it is stored.
pub(super) fn constant(stored_as: &str, value: &Json) -> E {
    let text = |v: &Json| match v {
        Json::String(text) => text.clone(),
        other => other.to_string(),
    };
    let all = |v: &Json| -> Vec<String> {
        match v {
            Json::Array(all) => all.iter().map(text).collect(),
            one => vec![text(one)],
        }
    };
    let set = |tag: &str, v: &Json| {
        let own = |t: String| raw(format!("{}.to_owned()", quoted(&t)));
        let elements = all(v).into_iter().map(own).collect();
        call(
            format!("AttributeValue::{tag}"),
            vec![E::Array("vec!", elements)],
        )
    };
    match (stored_as, value) {
        ("string_set", v) => set("Ss", v),
        ("number_set", v) => set("Ns", v),
        ("boolean", Json::Bool(b)) => call("AttributeValue::Bool", vec![raw(b.to_string())]),
        ("number", Json::Number(n)) => call("number", vec![raw(long(&n.to_string()))]),
        ("number", v) => call("number", vec![raw(quoted(&text(v)))]),
        ("list" | "map", v) => nested(v),
        (_, v) => call("text", vec![raw(quoted(&text(v)))]),
    }
}

/// A constant inside of a list or map has the type that its JSON has.
pub(super) fn nested(value: &Json) -> E {
    match value {
        Json::Null => call("AttributeValue::Null", vec![raw("true")]),
        Json::Bool(b) => call("AttributeValue::Bool", vec![raw(b.to_string())]),
        Json::Number(n) => call("number", vec![raw(long(&n.to_string()))]),
        Json::String(text) => call("text", vec![raw(quoted(text))]),
        Json::Array(all) => {
            let all = all.iter().map(nested).collect();
            call("AttributeValue::L", vec![E::Array("vec!", all)])
        }
        Json::Object(all) => {
            let pair = |(name, value): (&String, &Json)| {
                E::Call(String::new(), vec![raw(quoted(name)), nested(value)])
            };
            let all = all.iter().map(pair).collect();
            call(
                "AttributeValue::M",
                vec![call("row", vec![E::Array("", all)])],
            )
        }
    }
}

/// A number as Rust writes it: long ones in groups of three digits, or as text where it is no whole one.
pub(super) fn long(number: &str) -> String {
    let (sign, digits) = match number.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", number),
    };
    if digits.len() > 18 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return quoted(number);
    }
    let suffix = if digits.len() > 9 { "_i64" } else { "" };
    format!("{sign}{}{suffix}", grouped(&digits))
}

/// Digits in groups of three, if there are many.
pub(super) fn grouped(number: &impl Display) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) && digits.len() > 4 {
            out.push('_');
        }
        out.push(digit);
    }
    out
}

/// The name of a field.
pub(super) fn field_name(name: &str) -> String {
    super::names::ident(&snake(name))
}
