//! Entities: the structs of their items, and how these are read out of the table.
//!
//! Promises: a field is optional only where the design says so; a row that is no such item is not read as one.

mod kinds;
mod small;

pub(super) use kinds::{derived_name, kind_name};

use super::Module;
use super::docs;
use super::layout::{Code, E, call, raw};
use super::names::{Taken, pascal};
use super::types::{field_name, quoted};
use crate::emit::client::{EntityCode, Field, RowCode, RowField};

/// The booleans from which on a lint asks whether a struct should be something else.
const MANY_BOOLEANS: usize = 3;

/// A field of a struct.
#[derive(Debug, Clone)]
pub(super) struct StructField {
    pub(super) name: String,
    pub(super) ty: String,
    pub(super) doc: String,
}

/// A struct with public fields.
pub(super) fn structure(name: &str, doc: &str, fields: &[StructField]) -> String {
    let mut code = Code::new(0);
    code.doc(doc);
    code.line("#[derive(Clone, Debug, PartialEq)]");
    if fields.iter().filter(|f| f.ty == "bool").count() > MANY_BOOLEANS {
        code.line("#[expect(clippy::struct_excessive_bools, reason = \"the design has them\")]");
    }
    code.open(format!("pub struct {name} {{"));
    for field in fields {
        code.doc(&field.doc);
        code.line(format!("pub {}: {},", field.name, field.ty));
    }
    code.close("}");
    code.text()
}

impl Module<'_> {
    /// The physical name of an attribute.
    pub(super) fn physical(&self, entity: &EntityCode, attribute: &str) -> String {
        entity
            .field(attribute)
            .map_or_else(|| attribute.to_owned(), |f| f.physical.clone())
    }

    /// The structs of all entities.
    pub(super) fn entities(&mut self) {
        for entity in &self.client.entities {
            let doc = entity
                .description
                .as_deref()
                .map_or_else(|| format!("An item of `{}`.", entity.name), docs::prose);
            let fields: Vec<RowField> = entity
                .fields
                .iter()
                .map(|f| RowField {
                    attribute: f.attribute.clone(),
                    physical: f.physical.clone(),
                    ty: f.ty.clone(),
                    required: !f.optional,
                })
                .collect();
            let name = self.types.entity(&entity.name);
            self.row_struct(entity, &name, &doc, &fields);
        }
        self.parts.push(self.item_enum());
    }

    /// The struct of a row, and its reader.
    fn row_struct(&mut self, entity: &EntityCode, name: &str, doc: &str, fields: &[RowField]) {
        let mut names = Taken::default();
        let mut made: Vec<(StructField, E)> = Vec::new();
        for field in fields {
            let set = field.ty.is_set();
            let owned = self.types.owned(&field.ty);
            let ty = if field.required || set {
                owned
            } else {
                format!("Option<{owned}>")
            };
            let about = entity.field(&field.attribute);
            let field_name = names.give(&field_name(&field.attribute), "_");
            let read = if field.required && !set {
                "need"
            } else {
                "read"
            };
            let arguments = vec![
                raw("row"),
                raw(quoted(&entity.name)),
                raw(quoted(&field.physical)),
                raw(self.types.reader(&field.ty)),
            ];
            let suffix = if set && !field.required {
                "?.unwrap_or_default()"
            } else {
                "?"
            };
            let value = E::Chain(String::new(), vec![call(read, arguments), raw(suffix)]);
            let value = flat_suffix(value);
            let doc = field_doc(about, &field.attribute);
            made.push((
                StructField {
                    name: field_name,
                    ty,
                    doc,
                },
                value,
            ));
        }
        let structs: Vec<StructField> = made.iter().map(|(f, _)| f.clone()).collect();
        let mut text = structure(name, doc, &structs);
        text.push('\n');
        let mut code = Code::new(0);
        code.open(format!("impl {name} {{"));
        code.head("fn read", &["row: &Row".to_owned()], "Result<Self, Error>");
        if let Some(kind) = entity.item() {
            let of = &kind.discriminator;
            let arguments = vec![
                raw("row"),
                raw(quoted(&of.attribute)),
                raw(quoted(&of.value)),
            ];
            code.stmt("", &call("is_a", arguments), "?;");
        }
        let fields = made.into_iter().map(|(f, value)| (f.name, value)).collect();
        code.stmt(
            "",
            &call("Ok", vec![E::Struct("Self".to_owned(), fields)]),
            "",
        );
        code.close("}");
        code.close("}");
        text.push_str(&code.text());
        self.parts.push(text);
    }

    /// The type of the rows of an entity in an answer; made where it is not that of the entity.
    pub(super) fn row_type(&mut self, pattern: &str, of: &RowCode, alone: bool) -> String {
        if of.whole {
            return self.types.entity(&of.entity);
        }
        let Some(entity) = self.client.entity(&of.entity) else {
            return self.types.entity(&of.entity);
        };
        let wanted = if alone {
            format!("{}Row", pascal(pattern))
        } else {
            format!("{}{}", pascal(pattern), pascal(&of.entity))
        };
        let name = self.types.taken.give(&wanted, "Row");
        let doc = format!("What `{pattern}` reads of an item of `{}`.", of.entity);
        self.row_struct(entity, &name, &doc, &of.fields);
        name
    }

    /// An item of any entity.
    fn item_enum(&self) -> String {
        let mut code = Code::new(0);
        code.doc("An item of any entity.");
        code.line("#[derive(Clone, Debug, PartialEq)]");
        code.line("#[non_exhaustive]");
        code.open("pub enum Item {");
        for entity in &self.client.entities {
            let name = self.types.entity(&entity.name);
            code.doc(&format!("Of `{}`.", entity.name));
            code.line(format!("{name}(Box<{name}>),"));
        }
        code.close("}");
        code.line("");
        code.open("impl Item {");
        code.doc("The item that a row is; nothing of a row that is no item of the design.");
        code.line("#[must_use]");
        code.head("pub fn read", &["row: &Row".to_owned()], "Option<Self>");
        let discriminator = self.client.entities.iter().find_map(EntityCode::item);
        let attribute = discriminator.map_or("_type", |k| k.discriminator.attribute.as_str());
        code.open(format!("match kind(row, {})? {{", quoted(attribute)));
        for entity in &self.client.entities {
            let (Some(kind), name) = (entity.item(), self.types.entity(&entity.name)) else {
                continue;
            };
            code.open(format!("{} => {{", quoted(&kind.discriminator.value)));
            code.line(format!("let item = {name}::read(row).ok()?;"));
            code.line(format!("Some(Self::{name}(Box::new(item)))"));
            code.close("}");
        }
        code.line("_ => None,");
        code.close("}");
        code.close("}");
        code.close("}");
        code.text()
    }
}

/// `call(…)?`, which is no chain as long as its call has no other link.
fn flat_suffix(of: E) -> E {
    match of {
        E::Chain(root, links) => {
            let mut links = links.into_iter();
            match (root.as_str(), links.next(), links.next()) {
                ("", Some(E::Call(callee, arguments)), Some(E::Raw(suffix))) => {
                    E::Suffixed(Box::new(E::Call(callee, arguments)), suffix)
                }
                (_, Some(first), _) => first,
                _ => raw(""),
            }
        }
        other => other,
    }
}

fn field_doc(about: Option<&Field>, attribute: &str) -> String {
    let mut doc = about
        .and_then(|f| f.description.as_deref())
        .map_or_else(|| format!("The attribute `{attribute}`."), docs::prose);
    if let Some(derived) = about.and_then(|f| f.derived.as_ref()) {
        let of = derived.of.join(", ");
        doc.push_str(&format!(
            " Computed on every write: `{}({of})`.",
            derived.function
        ));
    }
    doc
}
