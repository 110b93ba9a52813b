//! What compares the keys that a generated client makes with the vectors that all languages share.
//!
//! Promises: it makes keys by the functions by which every write makes them.

use super::Module;
use super::layout::Code;
use super::types::quoted;
use crate::emit::client::Type;

/// What is the same for every design.
const SAME: &str = include_str!("../../../templates/rust/vectors.rs");

impl Module<'_> {
    /// The comparison for a module of this name.
    pub(super) fn vectors(&self, module: &str) -> String {
        let mut code = Code::new(0);
        code.line("/// The key of an item in the table or an index.");
        code.line(
            "fn key(kind: &str, index: Option<&str>, item: &Row) -> Result<Option<Row>, Error> {",
        );
        code.open("    match (kind, index) {");
        for entity in &self.client.entities {
            for kind in &entity.kinds {
                let name = quoted(&kind.name);
                if let Some(function) = self.table_keys.get(&kind.name) {
                    code.line(format!("({name}, None) => keys::{function}(item),"));
                }
                for index in kind.indexes.iter().filter_map(|k| k.index.clone()) {
                    let place = (kind.name.clone(), index);
                    if let Some(function) = self.index_keys.get(&place) {
                        let index = quoted(&place.1);
                        code.line(format!(
                            "({name}, Some({index})) => keys::{function}(item),"
                        ));
                    }
                }
            }
        }
        code.line("_ => panic!(\"no key of {kind} in {index:?}\"),");
        code.close("}");
        code.line("}");
        code.line("");
        code.line("/// The name and the tag of an attribute in the table.");
        code.line("fn stored(entity: &str, attribute: &str) -> (&'static str, &'static str) {");
        code.open("    match (entity, attribute) {");
        for entity in &self.client.entities {
            for field in &entity.fields {
                let tag = match field.ty {
                    Type::Epoch | Type::Integer { .. } | Type::Decimal => "N",
                    Type::Boolean => "BOOL",
                    Type::Bytes => "B",
                    _ => "S",
                };
                code.line(format!(
                    "({}, {}) => ({}, {}),",
                    quoted(&entity.name),
                    quoted(&field.attribute),
                    quoted(&field.physical),
                    quoted(tag)
                ));
            }
        }
        code.line("_ => panic!(\"no attribute {attribute} of {entity}\"),");
        code.close("}");
        code.line("}");
        format!("{}\n{}", SAME.replace("MODULE", module), code.text())
    }
}
