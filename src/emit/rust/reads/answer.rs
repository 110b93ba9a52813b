//! The types that reads answer with.
//!
//! Promises: an answer of one kind of item has the item's own type; one of several tells them apart, and has a place for
//! rows that are of none.

use crate::emit::client::{PatternCode, ReadCode, RowCode, Shape};
use crate::emit::rust::Module;
use crate::emit::rust::entities::{StructField, structure};
use crate::emit::rust::layout::{Code, raw};
use crate::emit::rust::names::{Taken, ident, many, pascal, snake};
use crate::emit::rust::types::quoted;

/// What a read answers with.
pub(in crate::emit::rust) struct Answer {
    /// The type.
    pub(in crate::emit::rust) returns: String,
    /// The types of rows by entity, with the fields that hold them.
    pub(in crate::emit::rust) rows: Vec<(RowCode, String, String)>,
    pub(in crate::emit::rust) followed: Vec<(RowCode, String, String)>,
    /// The struct or enum that is made for it, if any.
    pub(in crate::emit::rust) made: Option<String>,
}

impl Module<'_> {
    /// The types of an answer.
    pub(super) fn answer(&mut self, pattern: &PatternCode, read: &ReadCode) -> Answer {
        let alone = read.rows.len() == 1;
        let base = pascal(&pattern.name);
        let mut names = Taken::default();
        for reserved in ["cursor", "unknown", "item", "items"] {
            names.give(reserved, "");
        }
        let mut typed = |module: &mut Self, rows: &[RowCode], alone: bool, single: bool| {
            let mut all = Vec::new();
            for row in rows {
                let ty = module.row_type(&pattern.name, row, alone);
                let field = snake(&row.entity);
                let one = single && row.single;
                let field = ident(&names.give(&if one { field } else { many(&field) }, "_"));
                all.push((row.clone(), ty, field));
            }
            all
        };
        let rows = if read.shape == Shape::Count {
            Vec::new()
        } else {
            typed(self, &read.rows, alone, read.shape == Shape::Aggregate)
        };
        let followed = typed(self, &read.followed, false, false);
        let first = rows
            .first()
            .map(|(_, ty, _)| ty.clone())
            .unwrap_or_default();
        let mut made = None;
        let returns = match (read.shape, followed.is_empty()) {
            (Shape::Count, _) => "u64".to_owned(),
            (Shape::One, true) if read.batch.is_some() => format!("Vec<{first}>"),
            (Shape::One, true) => format!("Option<{first}>"),
            (Shape::Many, true) => format!("Page<{first}>"),
            (Shape::Merged, true) => {
                let name = self.types.taken.give(&format!("{base}Item"), "Row");
                self.merged_enum(pattern, &name, &rows);
                made = Some(name.clone());
                format!("Page<{name}>")
            }
            (shape, _) => {
                let mut fields = Vec::new();
                let mut merged = String::new();
                if shape == Shape::Merged {
                    merged = self.types.taken.give(&format!("{base}Item"), "Row");
                    self.merged_enum(pattern, &merged, &rows);
                }
                match shape {
                    Shape::Aggregate => {
                        for (row, ty, field) in &rows {
                            let (ty, doc) = if row.single {
                                (
                                    format!("Option<{ty}>"),
                                    format!("The item of `{}`.", row.entity),
                                )
                            } else {
                                (
                                    format!("Vec<{ty}>"),
                                    format!("The items of `{}`.", row.entity),
                                )
                            };
                            fields.push(StructField {
                                name: field.clone(),
                                ty,
                                doc,
                            });
                        }
                        fields.push(StructField {
                            name: "unknown".to_owned(),
                            ty: "Vec<Row>".to_owned(),
                            doc: "Rows that are of none of these.".to_owned(),
                        });
                    }
                    Shape::One if read.batch.is_none() => fields.push(StructField {
                        name: "item".to_owned(),
                        ty: format!("Option<{first}>"),
                        doc: "The item.".to_owned(),
                    }),
                    _ => fields.push(StructField {
                        name: "items".to_owned(),
                        ty: format!(
                            "Vec<{}>",
                            if shape == Shape::Merged {
                                &merged
                            } else {
                                &first
                            }
                        ),
                        doc: "The items, in their order.".to_owned(),
                    }),
                }
                for (row, ty, field) in &followed {
                    fields.push(StructField {
                        name: field.clone(),
                        ty: format!("Vec<{ty}>"),
                        doc: format!("The items of `{}` that the others refer to.", row.entity),
                    });
                }
                if shape != Shape::One {
                    fields.push(StructField {
                        name: "cursor".to_owned(),
                        ty: "Option<Cursor>".to_owned(),
                        doc: "Where the next page begins; nothing after the last one.".to_owned(),
                    });
                }
                let suffix = if shape == Shape::One { "Found" } else { "Page" };
                let name = self.types.taken.give(&format!("{base}{suffix}"), "Answer");
                let doc = format!(
                    "What [`{}::{}`] answers.",
                    self.name,
                    self.function(pattern)
                );
                let text = structure(&name, &doc, &fields);
                let text = text.replace("PartialEq)]", "Default, PartialEq)]");
                self.parts.push(text);
                made = Some(if merged.is_empty() {
                    name.clone()
                } else {
                    merged
                });
                name
            }
        };
        Answer {
            returns,
            rows,
            followed,
            made,
        }
    }

    pub(super) fn merged_enum(
        &mut self,
        pattern: &PatternCode,
        name: &str,
        rows: &[(RowCode, String, String)],
    ) {
        let mut code = Code::new(0);
        code.doc(&format!(
            "An item of [`{}::{}`].",
            self.name,
            self.function(pattern)
        ));
        code.line("#[derive(Clone, Debug, PartialEq)]");
        code.line("#[non_exhaustive]");
        code.open(format!("pub enum {name} {{"));
        for (row, ty, _) in rows {
            code.doc(&format!("Of `{}`.", row.entity));
            code.line(format!("{}(Box<{ty}>),", self.types.entity(&row.entity)));
        }
        code.doc("A row that is of none of these.");
        code.line("Unknown(Row),");
        code.close("}");
        code.line("");
        code.open(format!("impl {name} {{"));
        code.head("fn read", &["row: &Row".to_owned()], "Result<Self, Error>");
        self.match_kind(&mut code, rows, "Ok(match", "})", |module, row, ty| {
            format!(
                "Self::{}(Box::new({ty}::read(row)?))",
                module.types.entity(&row.entity)
            )
        });
        code.close("}");
        code.close("}");
        self.parts.push(code.text());
    }

    /// A `match` on what a row says that it is.
    pub(super) fn match_kind(
        &self,
        code: &mut Code,
        rows: &[(RowCode, String, String)],
        open: &str,
        close: &str,
        of: impl Fn(&Self, &RowCode, &str) -> String,
    ) {
        let attribute = self.discriminator_of(rows);
        code.open(format!("{open} kind(row, {}) {{", quoted(&attribute)));
        for (row, ty, _) in rows {
            let value = self.value_of(&row.entity);
            code.stmt(
                &format!("Some({}) => ", quoted(&value)),
                &raw(of(self, row, ty)),
                ",",
            );
        }
        code.line("_ => Self::Unknown(row.clone()),");
        code.close(close);
    }

    pub(super) fn discriminator_of(&self, rows: &[(RowCode, String, String)]) -> String {
        let mut kinds = rows
            .iter()
            .filter_map(|(row, _, _)| self.client.entity(&row.entity)?.item());
        kinds
            .next()
            .map_or_else(|| "_type".to_owned(), |k| k.discriminator.attribute.clone())
    }

    pub(super) fn value_of(&self, entity: &str) -> String {
        let kind = self.client.entity(entity).and_then(|e| e.item());
        kind.map_or_else(|| entity.to_owned(), |k| k.discriminator.value.clone())
    }
}
