//! Key values as sequences of tokens: literal text, and parts that hold a value.

use super::coding::Coding;
use crate::plan::Segment;
use crate::workload::{AttributeId, Entity};

/// A piece of a key value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// Text that is the same in every key.
    Text(String),
    /// A value.
    Part(Part),
}

/// A value in a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    /// Whose value.
    pub(super) source: Source,
    /// How it is written.
    pub(super) coding: Coding,
}

/// Where a value in a key comes from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Source {
    /// An attribute of the item.
    Attribute(AttributeId),
    /// The shard of the item.
    Shard {
        /// What is hashed.
        of: Vec<AttributeId>,
        /// Modulo this.
        count: u32,
    },
    /// A parameter of the caller.
    Parameter(String),
    /// A variable of `for_each`.
    Variable(String),
    /// A physical attribute of a row of an earlier step, and how it is stored.
    Row(String, String),
}

/// The tokens of some segments, neighbouring literals joined; `entity` is the one whose attributes are named.
///
/// # Errors
/// What cannot be understood, in words.
pub(super) fn tokens(segments: &[Segment], entity: Option<&Entity>) -> Result<Vec<Token>, String> {
    let mut made: Vec<Token> = Vec::with_capacity(segments.len());
    for segment in segments {
        let (source, encoding) = match segment {
            Segment::Literal { literal } => {
                match made.last_mut() {
                    Some(Token::Text(text)) => text.push_str(literal),
                    _ if literal.is_empty() => {}
                    _ => made.push(Token::Text(literal.clone())),
                }
                continue;
            }
            Segment::Attribute {
                attribute,
                encoding,
            } => (
                Source::Attribute(attribute_of(entity, attribute)?),
                encoding,
            ),
            Segment::Shard { shard, encoding } => {
                let of = shard
                    .of
                    .iter()
                    .map(|a| attribute_of(entity, a))
                    .collect::<Result<_, _>>()?;
                (
                    Source::Shard {
                        of,
                        count: shard.count,
                    },
                    encoding,
                )
            }
            Segment::Parameter {
                parameter,
                encoding,
            } => (Source::Parameter(parameter.clone()), encoding),
            Segment::Variable { variable, encoding } => {
                (Source::Variable(variable.clone()), encoding)
            }
            Segment::Row {
                row,
                stored_as,
                encoding,
            } => (Source::Row(row.clone(), stored_as.clone()), encoding),
        };
        let coding =
            Coding::parse(encoding).ok_or_else(|| format!("there is no encoding `{encoding}`"))?;
        made.push(Token::Part(Part { source, coding }));
    }
    if made.len() > 1
        && made
            .iter()
            .any(|t| matches!(t, Token::Part(p) if p.coding.stands_alone()))
    {
        return Err("a number, binary or raw value is not alone in its key attribute".to_owned());
    }
    Ok(made)
}

fn attribute_of(entity: Option<&Entity>, name: &str) -> Result<AttributeId, String> {
    let Some(entity) = entity else {
        return Err(format!(
            "the attribute `{name}` is named where no item is known"
        ));
    };
    entity
        .find(name)
        .ok_or_else(|| format!("{} has no attribute `{name}`", entity.name))
}

/// The attributes of an item whose values some tokens hold, those behind a shard included.
pub(super) fn attributes(tokens: &[Token]) -> impl Iterator<Item = AttributeId> + '_ {
    tokens
        .iter()
        .flat_map(|token| match token {
            Token::Part(Part {
                source: Source::Attribute(id),
                ..
            }) => std::slice::from_ref(id),
            Token::Part(Part {
                source: Source::Shard { of, .. },
                ..
            }) => of.as_slice(),
            _ => &[],
        })
        .copied()
}

/// Tokens in words.
pub(super) fn describe(tokens: &[Token], entity: Option<&Entity>) -> String {
    let part = |part: &Part| match &part.source {
        Source::Attribute(id) => entity.map_or_else(String::new, |e| e.attribute(*id).name.clone()),
        Source::Shard { .. } => "shard".to_owned(),
        Source::Parameter(name) | Source::Variable(name) | Source::Row(name, _) => name.clone(),
    };
    tokens
        .iter()
        .map(|t| match t {
            Token::Text(text) => text.clone(),
            Token::Part(p) => format!("{{{}}}", part(p)),
        })
        .collect()
}

/// A place inside a token sequence.
#[derive(Debug, Clone, Copy)]
pub(super) struct At<'t> {
    text: &'t [u8],
    rest: &'t [Token],
}

/// What comes next in a token sequence.
#[derive(Debug, Clone, Copy)]
pub(super) enum Head<'t> {
    /// Nothing.
    End,
    /// Some text, not empty.
    Text(&'t [u8]),
    /// A value.
    Part(&'t Part),
}

impl<'t> At<'t> {
    /// The start of a sequence.
    pub(super) const fn start(tokens: &'t [Token]) -> Self {
        Self {
            text: &[],
            rest: tokens,
        }
    }

    /// What comes next.
    pub(super) fn head(self) -> Head<'t> {
        if !self.text.is_empty() {
            return Head::Text(self.text);
        }
        match self.rest.split_first() {
            None => Head::End,
            Some((Token::Part(part), _)) => Head::Part(part),
            Some((Token::Text(text), rest)) if text.is_empty() => Self { text: &[], rest }.head(),
            Some((Token::Text(text), _)) => Head::Text(text.as_bytes()),
        }
    }

    /// Behind so many bytes of the text that comes next.
    pub(super) fn skip(self, bytes: usize) -> Self {
        if !self.text.is_empty() {
            return Self {
                text: self.text.get(bytes..).unwrap_or(&[]),
                ..self
            };
        }
        match self.rest.split_first() {
            Some((Token::Text(text), rest)) if text.is_empty() => {
                Self { text: &[], rest }.skip(bytes)
            }
            Some((Token::Text(text), rest)) => Self {
                text: text.as_bytes().get(bytes..).unwrap_or(&[]),
                rest,
            },
            _ => self,
        }
    }

    /// Behind the value that comes next.
    pub(super) fn pass(self) -> Self {
        match self.rest.split_first() {
            Some((Token::Part(_), rest)) if self.text.is_empty() => Self { text: &[], rest },
            Some((Token::Text(text), rest)) if text.is_empty() && self.text.is_empty() => {
                Self { text: &[], rest }.pass()
            }
            _ => self,
        }
    }

    /// The same with some text in place of the value that comes next.
    pub(super) fn instead<'s>(self, text: &'s [u8]) -> At<'s>
    where
        't: 's,
    {
        At {
            text,
            rest: self.pass().rest,
        }
    }

    /// Whether what is left can never be empty text.
    pub(super) fn is_never_empty(self) -> bool {
        !self.text.is_empty()
            || self.rest.iter().any(|t| match t {
                Token::Text(text) => !text.is_empty(),
                Token::Part(part) => part.coding.is_never_empty(),
            })
    }
}
