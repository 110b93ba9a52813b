//! The placeholders of expressions in TypeScript: what their names and values stand for.

use super::code::Code;
use super::predicates;
use super::values::{literal, plain};
use crate::emit::client::{Bound, Name, NameOf, PatternCode, Type};
use std::collections::BTreeSet;

/// A constant of some properties.
pub(super) fn declared(code: &mut Code, name: &str, ty: &str, lines: &[String]) {
    if lines.is_empty() {
        code.line(format!("const {name}: {ty} = {{}};"));
        return;
    }
    code.open(format!("const {name}: {ty} = {{"));
    lines.iter().for_each(|l| code.line(l));
    code.close("};");
}

/// Placeholders with what they stand for, each once.
pub(super) fn distinct_names(pattern: &PatternCode, all: &[&Name]) -> Vec<String> {
    let mut made: Vec<String> = Vec::new();
    for name in all {
        let line = format!(
            "{}: {},",
            literal(&name.placeholder),
            name_value(pattern, name)
        );
        if !made.contains(&line) {
            made.push(line);
        }
    }
    made
}

/// Says what placeholders stand for, each once.
pub(super) fn name_all(code: &mut Code, pattern: &PatternCode, all: &[Name]) {
    let mut said = BTreeSet::new();
    for name in all.iter().filter(|n| said.insert(&n.placeholder)) {
        code.line(format!(
            "names[{}] = {};",
            literal(&name.placeholder),
            name_value(pattern, name)
        ));
    }
}

/// Says what placeholders of values stand for.
pub(super) fn value_all(code: &mut Code, pattern: &PatternCode, all: &[Bound]) {
    for value in all {
        code.line(format!(
            "values[{}] = {};",
            literal(&value.placeholder),
            predicates::operand(pattern, &value.value)
        ));
    }
}

/// What a placeholder of a name stands for.
pub(super) fn name_value(pattern: &PatternCode, of: &Name) -> String {
    match &of.of {
        NameOf::Fixed(name) => literal(name),
        NameOf::Parameter(name) => {
            let ty = pattern
                .parameter(name)
                .map_or(Type::Text(Vec::new()), |p| p.ty.clone());
            plain(&ty, &format!("given.{name}"))
        }
    }
}

pub(super) fn bound_value(pattern: &PatternCode, of: &Bound) -> String {
    format!(
        "{}: {},",
        literal(&of.placeholder),
        predicates::operand(pattern, &of.value)
    )
}
