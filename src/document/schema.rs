//! The JSON Schema of the design file, for editors: `design schema`.
//!
//! Promises: made from the forms of [`grammar`](super::grammar) alone, so it accepts what the check of a file accepts
//! in form; every map says what its fields mean.

use super::form::{Field, Form, Lexeme, Shape, VerbForms};
use super::grammar::DESIGN;
use serde_json::{Map, Value, json};

/// The schema (draft 2020-12).
#[must_use]
pub fn design_schema() -> Value {
    let mut schema = form(&DESIGN);
    if let Some(object) = schema.as_object_mut() {
        object.insert(
            "$schema".to_owned(),
            json!("https://json-schema.org/draft/2020-12/schema"),
        );
        object.insert("title".to_owned(), json!("A design file"));
    }
    schema
}

fn shape(of: Shape) -> Value {
    match of {
        Shape::Scalar(lexeme) => scalar(lexeme),
        Shape::Flag => json!({ "type": "boolean" }),
        Shape::Word(words) => json!({ "enum": words }),
        Shape::List(item) => json!({ "type": "array", "items": shape(*item) }),
        Shape::Map(f) => form(f),
        Shape::Entries(key, value) => entries(key, *value),
        Shape::Verbs(forms) => verbs(forms),
        Shape::OneOf(shapes) => {
            json!({ "anyOf": shapes.iter().map(|s| shape(*s)).collect::<Vec<_>>() })
        }
    }
}

fn scalar(lexeme: &Lexeme) -> Value {
    let mut made = Map::new();
    made.insert(
        "type".to_owned(),
        if lexeme.any_scalar {
            json!(["string", "number", "boolean"])
        } else {
            json!("string")
        },
    );
    if !lexeme.pattern.is_empty() {
        made.insert("pattern".to_owned(), json!(lexeme.pattern));
        if lexeme.any_scalar && lexeme.pattern.starts_with(r"^\s*[0-9]") {
            made.insert("minimum".to_owned(), json!(0));
        }
    }
    Value::Object(made)
}

fn entries(key: &Lexeme, value: Shape) -> Value {
    let mut made = Map::new();
    made.insert("type".to_owned(), json!("object"));
    if !key.pattern.is_empty() {
        made.insert(
            "propertyNames".to_owned(),
            json!({ "pattern": key.pattern }),
        );
    }
    made.insert("additionalProperties".to_owned(), shape(value));
    Value::Object(made)
}

fn form(of: &Form) -> Value {
    let properties: Map<String, Value> = of
        .fields
        .iter()
        .map(|f| (f.name.to_owned(), property(f)))
        .collect();
    let required: Vec<&str> = of
        .fields
        .iter()
        .filter(|f| f.required)
        .map(|f| f.name)
        .collect();
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}

fn property(of: &Field) -> Value {
    let mut made = shape(of.shape);
    if !of.required
        && let Some(object) = made.as_object().cloned()
    {
        // A field with nothing after it is as good as absent, in the check of files too.
        made = match object.get("type") {
            Some(Value::String(one)) => {
                let mut object = object.clone();
                object.insert("type".to_owned(), json!([one, "null"]));
                Value::Object(object)
            }
            Some(Value::Array(several)) => {
                let mut object = object.clone();
                let types = several
                    .iter()
                    .cloned()
                    .chain([json!("null")])
                    .collect::<Vec<_>>();
                object.insert("type".to_owned(), json!(types));
                Value::Object(object)
            }
            _ => json!({ "anyOf": [made, { "type": "null" }] }),
        };
    }
    if let Some(object) = made.as_object_mut() {
        object.insert("description".to_owned(), json!(of.doc));
    }
    made
}

fn verbs(forms: &VerbForms) -> Value {
    let all: Vec<Value> = forms.verbs.iter().chain(forms.verbless).map(form).collect();
    json!({ "type": "object", "oneOf": all })
}
