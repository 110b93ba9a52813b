//! Conditions of the document as clauses of the service's expressions.

use crate::plan::{Condition, PathStep};
use serde_json::Value as Json;

/// A part of an expression, and what it names and binds.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Clause {
    /// The text, with placeholders.
    pub(crate) text: String,
    /// The names that it uses.
    pub(crate) names: Vec<Name>,
    /// The values that it uses.
    pub(crate) values: Vec<Bound>,
    /// Optional parameters: unless all of them are given, the clause is left out, with its names and values.
    pub(crate) given: Vec<String>,
}

impl Clause {
    /// Whether it looks at the clock.
    pub(crate) fn is_timed(&self) -> bool {
        let now = |b: &Bound| matches!(b.value, Operand::Now { .. });
        self.values.iter().any(now)
    }
}

/// A placeholder of a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Name {
    /// `#status`.
    pub(crate) placeholder: String,
    /// What it stands for.
    pub(crate) of: NameOf,
}

/// What a placeholder of a name stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NameOf {
    /// This name.
    Fixed(String),
    /// The plain text of a parameter: a part of a path into a map.
    Parameter(String),
}

/// A placeholder of a value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Bound {
    /// `:status`.
    pub(crate) placeholder: String,
    /// What it stands for.
    pub(crate) value: Operand,
}

/// A value to compare with, and how it is stored (`as` of the document).
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Operand {
    /// A constant.
    Constant {
        /// As JSON: text, number (a decimal is text), boolean.
        value: Json,
        /// How it is stored.
        stored_as: String,
    },
    /// A parameter.
    Parameter {
        /// Its name.
        name: String,
        /// Whether its plain text is meant.
        text: bool,
        /// How it is stored.
        stored_as: String,
    },
    /// The caller's clock.
    Now {
        /// `timestamp`: the instant; `number`: its seconds, rounded up.
        stored_as: String,
    },
}

/// The placeholders of one request.
#[derive(Debug, Clone, Default)]
pub(crate) struct Placeholders {
    names: Vec<Name>,
    values: Vec<String>,
}

impl Placeholders {
    /// The placeholder of a name, the same each time.
    pub(crate) fn name(&mut self, of: NameOf) -> Name {
        if let Some(known) = self.names.iter().find(|n| n.of == of) {
            return known.clone();
        }
        let base = match &of {
            NameOf::Fixed(name) | NameOf::Parameter(name) => name,
        };
        let placeholder = free(&format!("#{}", plain(base)), |name| {
            self.names.iter().any(|n| n.placeholder == name)
        });
        let name = Name { placeholder, of };
        self.names.push(name.clone());
        name
    }

    /// The placeholder of a physical attribute.
    pub(crate) fn physical(&mut self, name: &str) -> Name {
        self.name(NameOf::Fixed(name.to_owned()))
    }

    /// A new placeholder for a value.
    pub(crate) fn value(&mut self, base: &str) -> String {
        let made = free(&format!(":{}", plain(base)), |name| {
            self.values.iter().any(|v| v == name)
        });
        self.values.push(made.clone());
        made
    }

    /// The place of an attribute, or of a place in its map: text and names.
    pub(crate) fn place(&mut self, physical: &str, path: &[PathStep]) -> (String, Vec<Name>) {
        let mut names = vec![self.physical(physical)];
        for step in path {
            names.push(self.name(match step {
                PathStep::Name(name) => NameOf::Fixed(name.clone()),
                PathStep::Parameter { parameter } => NameOf::Parameter(parameter.clone()),
            }));
        }
        let text: Vec<&str> = names.iter().map(|n| n.placeholder.as_str()).collect();
        (text.join("."), names)
    }

    /// The clause of a condition; `optional` says which parameters may be left out.
    ///
    /// # Errors
    /// What of it cannot be said in one clause.
    pub(crate) fn condition(
        &mut self,
        of: &Condition,
        optional: &dyn Fn(&str) -> bool,
    ) -> Result<Clause, String> {
        if let Some(all) = &of.any {
            let parts = all
                .iter()
                .map(|c| self.condition(c, optional))
                .collect::<Result<Vec<_>, _>>()?;
            if parts.iter().any(|p| !p.given.is_empty()) {
                return Err(
                    "one of several conditions rests on a parameter that may be left out"
                        .to_owned(),
                );
            }
            let texts: Vec<&str> = parts.iter().map(|p| p.text.as_str()).collect();
            return Ok(Clause {
                text: format!("({})", texts.join(" OR ")),
                names: parts.iter().flat_map(|p| p.names.clone()).collect(),
                values: parts.iter().flat_map(|p| p.values.clone()).collect(),
                given: Vec::new(),
            });
        }
        let attribute = of.attribute.as_deref().unwrap_or_default();
        let (place, names) = self.place(attribute, of.path.as_deref().unwrap_or_default());
        let values: Vec<Bound> = operands(of)?
            .into_iter()
            .map(|value| Bound {
                placeholder: self.value(match &value {
                    Operand::Parameter { name, .. } => name,
                    Operand::Now { .. } => "now",
                    Operand::Constant { .. } => attribute,
                }),
                value,
            })
            .collect();
        let first = values.first().map_or("", |v| v.placeholder.as_str());
        let all: Vec<&str> = values.iter().map(|v| v.placeholder.as_str()).collect();
        let text = match of.op.as_deref().unwrap_or_default() {
            "exists" => format!("attribute_exists({place})"),
            "missing" => format!("attribute_not_exists({place})"),
            // The service takes a missing attribute for unequal, the document does not.
            "<>" => format!("(attribute_exists({place}) AND {place} <> {first})"),
            op @ ("=" | "<" | "<=" | ">" | ">=") => format!("{place} {op} {first}"),
            "in" => format!("{place} IN ({})", all.join(", ")),
            "begins_with" => format!("begins_with({place}, {first})"),
            "contains" => format!("contains({place}, {first})"),
            "lacks" => format!("(NOT contains({place}, {first}))"),
            other => return Err(format!("the operator `{other}` is not known here")),
        };
        let given = of
            .parameter
            .iter()
            .filter(|p| optional(p))
            .cloned()
            .collect();
        Ok(Clause {
            text,
            names,
            values,
            given,
        })
    }
}

/// The values that a condition compares with: none, one, or those of `in`.
///
/// # Errors
/// Where the document does not say how they are stored.
pub(crate) fn operands(of: &Condition) -> Result<Vec<Operand>, String> {
    let stored_as = || {
        let missing = || "a condition without `as`".to_owned();
        of.stored_as.clone().ok_or_else(missing)
    };
    if let Some(value) = &of.value {
        let one = |value: &Json| {
            Ok::<_, String>(Operand::Constant {
                value: value.clone(),
                stored_as: stored_as()?,
            })
        };
        return match (of.op.as_deref(), value) {
            (Some("in"), Json::Array(all)) => all.iter().map(one).collect(),
            _ => Ok(vec![one(value)?]),
        };
    }
    if let Some(name) = &of.parameter {
        return Ok(vec![Operand::Parameter {
            name: name.clone(),
            text: of.text == Some(true),
            stored_as: stored_as()?,
        }]);
    }
    if of.now == Some(true) {
        return Ok(vec![Operand::Now {
            stored_as: stored_as()?,
        }]);
    }
    Ok(Vec::new())
}

/// Only what the service takes in a placeholder.
fn plain(name: &str) -> String {
    let safe = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    name.chars().map(safe).collect()
}

/// The name itself, or with the first number that makes it another.
fn free(name: &str, taken: impl Fn(&str) -> bool) -> String {
    let mut made = name.to_owned();
    let mut count = 2;
    while taken(&made) {
        made = format!("{name}_{count}");
        count += 1;
    }
    made
}
