//! Where the segments of requests take their values from: parameters, variables, the row of an earlier step.

use super::code::Code;
use super::values::{Source, literal, reader};
use crate::emit::client::{PatternCode, StepCode, Type};
use crate::plan::{ForEach, Segment};

/// What a caller gives, and the variables and the row of one request, as where segments take values from.
pub(super) struct OfCall<'a> {
    pub(super) pattern: &'a PatternCode,
    pub(super) step: Option<&'a StepCode>,
}

impl OfCall<'_> {
    /// The type of a variable: that which its encoding takes.
    pub(super) fn variable(encoding: &str) -> Type {
        match encoding.split(':').next().unwrap_or_default() {
            "integer" => Type::Integer { wide: false },
            "decimal" | "number" => Type::Decimal,
            "timestamp" => Type::Timestamp,
            "boolean" => Type::Boolean,
            _ => Type::Text(Vec::new()),
        }
    }
}

impl Source for OfCall<'_> {
    fn value(&self, segment: &Segment) -> Option<(Type, String)> {
        match segment {
            Segment::Parameter { parameter, .. } => Some(self.hashed(parameter)),
            Segment::Variable { variable, encoding } => {
                let counted = self.step.iter().flat_map(|s| &s.for_each).any(
                    |f| matches!(f, ForEach::Count { variable: name, .. } if name == variable),
                );
                let ty = if counted {
                    Type::Integer { wide: false }
                } else {
                    Self::variable(encoding)
                };
                Some((ty, variable.clone()))
            }
            Segment::Row { row, stored_as, .. } => Some((row_type(stored_as), row_name(row))),
            _ => None,
        }
    }

    fn hashed(&self, name: &str) -> (Type, String) {
        let ty = self
            .pattern
            .parameter(name)
            .map_or(Type::Text(Vec::new()), |p| p.ty.clone());
        (ty, format!("given.{name}"))
    }
}

/// The type of an attribute of a row that a request is made of.
pub(super) fn row_type(stored_as: &str) -> Type {
    match stored_as {
        "timestamp" => Type::Timestamp,
        "number" => Type::Decimal,
        "boolean" => Type::Boolean,
        "binary" => Type::Bytes,
        _ => Type::Text(Vec::new()),
    }
}

/// The constant that holds an attribute of a row.
pub(super) fn row_name(physical: &str) -> String {
    let safe = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    format!("row_{}", physical.chars().map(safe).collect::<String>())
}

/// The attributes of a row that some segments take, with how they are stored.
pub(super) fn rows_of<'a>(lists: impl Iterator<Item = &'a Segment>) -> Vec<(String, String)> {
    let mut made: Vec<(String, String)> = Vec::new();
    for segment in lists {
        if let Segment::Row { row, stored_as, .. } = segment
            && !made.iter().any(|(known, _)| known == row)
        {
            made.push((row.clone(), stored_as.clone()));
        }
    }
    made
}

/// The attributes that the key of an action takes of a row, which has them.
pub(super) fn reader_lines<'a>(code: &mut Code, all: impl Iterator<Item = &'a Segment>) {
    for (physical, stored_as) in rows_of(all) {
        let reader = reader(&row_type(&stored_as));
        let value = format!("required(row, {}, {reader})", literal(&physical));
        code.line(format!("const {} = {value};", row_name(&physical)));
    }
}
