//! What writes answer with.
//!
//! Promises: the attributes that the pattern names, as they are after the write.

use crate::emit::client::{PatternCode, Type, WriteCode};
use crate::emit::rust::Module;
use crate::emit::rust::entities::{StructField, structure};
use crate::emit::rust::layout::{Code, E, call, raw};
use crate::emit::rust::names::pascal;
use crate::emit::rust::types::{field_name, quoted};

impl Module<'_> {
    /// The struct of what a write answers with, and the steps that it is of.
    pub(super) fn returned(
        &mut self,
        pattern: &PatternCode,
        write: &WriteCode,
    ) -> Option<(String, Vec<String>)> {
        let actions: Vec<_> = write
            .actions
            .iter()
            .filter(|a| !a.returned.is_empty())
            .collect();
        let action = actions.first()?;
        let entity = self.client.entity(&action.entity)?;
        let name = self
            .types
            .taken
            .give(&format!("{}Returned", pascal(&pattern.name)), "Answer");
        let mut fields = Vec::new();
        let mut values = Vec::new();
        for attribute in &action.returned {
            let Some(field) = entity.field(attribute) else {
                continue;
            };
            let owned = self.types.owned(&field.ty);
            let set = matches!(field.ty, Type::TextSet | Type::NumberSet);
            let own = field_name(attribute);
            fields.push(StructField {
                name: own.clone(),
                ty: if set {
                    owned
                } else {
                    format!("Option<{owned}>")
                },
                doc: format!("The attribute `{attribute}` after the write, if the item has it."),
            });
            let arguments = vec![
                raw("row"),
                raw(quoted(&entity.name)),
                raw(quoted(&field.physical)),
                raw(self.types.reader(&field.ty)),
            ];
            let suffix = if set { "?.unwrap_or_default()" } else { "?" };
            values.push((
                own,
                E::Suffixed(Box::new(call("read", arguments)), suffix.to_owned()),
            ));
        }
        let doc = format!(
            "What [`{}::{}`] answers.",
            self.name,
            self.function(pattern)
        );
        let mut text = structure(&name, &doc, &fields);
        let mut code = Code::new(0);
        code.line("");
        code.open(format!("impl {name} {{"));
        code.head("fn read", &["row: &Row".to_owned()], "Result<Self, Error>");
        code.stmt(
            "",
            &call("Ok", vec![E::Struct("Self".to_owned(), values)]),
            "",
        );
        code.close("}");
        code.close("}");
        text.push_str(&code.text());
        self.parts.push(text);
        Some((name, actions.iter().map(|a| a.step.clone()).collect()))
    }
}
