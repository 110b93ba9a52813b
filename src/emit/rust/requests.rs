//! The requests of reading steps: one function each, which makes the request and sends nothing.
//!
//! Promises: what it makes can be sent as it is.

mod body;
mod bounds;

use super::Module;
use super::docs;
use super::layout::{Code, E, call, raw};
use super::signature::Signature;
use super::types::{Form, Given, grouped, long, quoted};
use crate::emit::client::{Call, Name, NameOf, PatternCode, StepCode, Type};
use crate::plan::{Choice, ForEach, Segment};

/// The function that makes the request of a step.
#[derive(Debug, Clone)]
pub(super) struct Request {
    pub(super) name: String,
    /// Whether there may be none.
    pub(super) option: bool,
    pub(super) call: Call,
    /// The variables of its loops, with their heads.
    pub(super) loops: Vec<(String, E)>,
    /// Whether it takes a row of an earlier step, and what it takes of it.
    pub(super) row: Option<Vec<String>>,
    /// What it takes of what the caller gave.
    pub(super) passed: Vec<String>,
    /// All that it takes, and what it gives.
    pub(super) declared: Vec<String>,
    pub(super) returns: String,
}

impl Module<'_> {
    /// The function that makes the request of a step.
    pub(super) fn request(
        &mut self,
        pattern: &PatternCode,
        signature: &Signature,
        step: &StepCode,
        number: usize,
    ) -> Request {
        let suffix = if step.call == Call::BatchGetItem {
            "key"
        } else {
            "input"
        };
        let mut wanted = format!("{}_{suffix}", pattern.name.trim_end_matches('_'));
        if number > 0 {
            wanted.push_str(&format!("_{}", number + 1));
        }
        let name = self.functions.give(&wanted, "_");
        let mut context = self.context(signature);
        let mut declared = signature.declared();
        let mut loops = Vec::new();
        for dimension in &step.for_each {
            let (variable, ty, of) = match dimension {
                ForEach::Count { variable, count } => (
                    variable,
                    Type::Integer { wide: false },
                    raw(format!("0..{}", grouped(&count))),
                ),
                ForEach::Values { variable, values } => {
                    let (ty, all) = constants(values);
                    (variable, ty, E::Array("", all))
                }
                ForEach::Rows { .. } => continue,
            };
            let own = self.types.locals.of(variable);
            let own = if context.values().any(|g| g.text == own) {
                format!("{own}_")
            } else {
                own
            };
            declared.push(format!("{own}: {}", self.types.borrowed(&ty)));
            let given = Given {
                text: own.clone(),
                ty,
                form: Form::Argument,
                optional: false,
            };
            context.insert(variable.clone(), given);
            loops.push((own, of));
        }
        let row = step.rows_of.map(|_| rows_needed(step));
        if row.is_some() {
            declared.push("row: &Row".to_owned());
        }
        let mut body = Code::new(8);
        self.refuse(&mut body, pattern, signature);
        for name in step.when.iter().flat_map(|w| &w.given) {
            if let Some(given) = context.get(name).filter(|g| g.optional).cloned() {
                let (head, value) = given.when(&self.types, name);
                let head = head.strip_prefix("if ").unwrap_or(&head).to_owned();
                body.open(format!("{head} else {{"));
                let why = call(
                    "refused",
                    vec![raw(quoted(name)), raw("\"it is not given\"")],
                );
                body.stmt("return ", &call("Err", vec![why]), ";");
                body.close("};");
                context.insert(name.clone(), value);
            }
        }
        let option = self.request_body(&mut body, pattern, step, &context, row.is_some());
        let mut text = body.text();
        if text.contains("(now)") || text.contains("&now.") {
            text = format!("        let now = (self.clock)();\n{text}");
        }
        let builder = match step.call {
            Call::GetItem => "GetItemFluentBuilder",
            Call::BatchGetItem => "Row",
            Call::Query => "QueryFluentBuilder",
            Call::Scan => "ScanFluentBuilder",
        };
        let returns = if option {
            format!("Result<Option<{builder}>, Error>")
        } else {
            format!("Result<{builder}, Error>")
        };
        let mut head = Code::new(4);
        let mut doc = format!(
            "The request of [`Self::{}`]: {}",
            self.function(pattern),
            docs::step(step)
        );
        if step.call == Call::BatchGetItem {
            doc = format!(
                "The key of which [`Self::{}`] gets the item: {}",
                self.function(pattern),
                docs::step(step)
            );
        }
        if option {
            doc.push_str(" Nothing where nothing can match.");
        }
        head.doc(&doc);
        head.line("///");
        head.line("/// # Errors");
        head.doc("A value that cannot be asked for.");
        let mut parameters = if text.contains("self.") {
            vec!["&self".to_owned()]
        } else {
            Vec::new()
        };
        let used = |declared: &&String| super::support::mentions(&text, declared);
        let all: Vec<String> = declared.iter().filter(used).cloned().collect();
        let passed = all
            .iter()
            .filter(|d| signature.declared().contains(d))
            .filter_map(|d| d.split_once(':').map(|(name, _)| name.to_owned()))
            .collect();
        parameters.extend(all.iter().cloned());
        head.head(
            &format!("pub fn {}", super::names::ident(&name)),
            &parameters,
            &returns,
        );
        let mut whole = head.text();
        whole.push_str(&text);
        whole.push_str("    }\n");
        self.methods.push(whole);
        let associated = parameters.first().is_none_or(|p| p != "&self");
        let name = format!("{}{name}", if associated { "Self::" } else { "self." });
        Request {
            name,
            option,
            call: step.call,
            loops,
            row,
            passed,
            declared: all,
            returns,
        }
    }
}

fn rows_needed(step: &StepCode) -> Vec<String> {
    let mut names = Vec::new();
    let segments = step
        .keys
        .iter()
        .flat_map(|k| &k.bounds)
        .filter_map(|(_, c)| match c {
            Choice::Plain(segments) => Some(segments),
            Choice::Given { .. } => None,
        });
    for segment in segments.flatten() {
        if let Segment::Row { row, .. } = segment
            && !names.contains(row)
        {
            names.push(row.clone());
        }
    }
    names
}

/// Constants of a loop, and their type.
fn constants(values: &[serde_json::Value]) -> (Type, Vec<E>) {
    let texts = || values.iter().map(|v| raw(long(&v.to_string()))).collect();
    match values.first() {
        Some(serde_json::Value::Bool(_)) => (Type::Boolean, texts()),
        Some(serde_json::Value::Number(_)) => (Type::Integer { wide: true }, texts()),
        _ => {
            let quoted = |v: &serde_json::Value| raw(quoted(v.as_str().unwrap_or_default()));
            (Type::Text(Vec::new()), values.iter().map(quoted).collect())
        }
    }
}

/// What a name stands for, of one that rests on no parameter.
pub(super) fn fixed(name: &Name) -> &str {
    match &name.of {
        NameOf::Fixed(name) | NameOf::Parameter(name) => name,
    }
}
