//! What writes answer with.
//!
//! Promises: the attributes that the pattern names, as they are after the write.

use crate::emit::client::{ActionCode, PatternCode, Type, WriteCode};
use crate::emit::rust::Module;
use crate::emit::rust::entities::{StructField, structure};
use crate::emit::rust::layout::{Code, E, call, raw};
use crate::emit::rust::names::{Taken, pascal, snake};
use crate::emit::rust::types::{field_name, quoted};

/// What a write answers with.
#[derive(Debug, Clone)]
pub(in crate::emit::rust) struct Returned {
    /// Its type.
    pub(in crate::emit::rust) name: String,
    /// The steps that it is of; where it is of one item alone, it is that of the step itself.
    pub(in crate::emit::rust) steps: Vec<ReturnedStep>,
}

/// What one step of a write answers with.
#[derive(Debug, Clone)]
pub(in crate::emit::rust) struct ReturnedStep {
    /// Its name.
    pub(in crate::emit::rust) step: String,
    /// The type of what it answers with.
    pub(in crate::emit::rust) ty: String,
    /// The field that holds it.
    pub(in crate::emit::rust) field: String,
    /// Whether there are several.
    pub(in crate::emit::rust) many: bool,
}

impl Returned {
    /// Whether it is of one item alone.
    pub(in crate::emit::rust) fn alone(&self) -> bool {
        matches!(self.steps.as_slice(), [one] if !one.many)
    }
}

impl Module<'_> {
    /// The structs of what a write answers with.
    pub(super) fn returned(
        &mut self,
        pattern: &PatternCode,
        write: &WriteCode,
    ) -> Option<Returned> {
        let actions = write.actions.iter().filter(|a| !a.returned.is_empty());
        let actions: Vec<&ActionCode> = actions.collect();
        let alone = matches!(actions.as_slice(), [one] if one.times.is_none());
        let base = pascal(&pattern.name);
        let mut fields = Taken::default();
        let mut steps = Vec::new();
        for action in actions {
            let wanted = if alone {
                format!("{base}Returned")
            } else {
                format!("{base}{}Returned", pascal(&snake(&action.step)))
            };
            let ty = self.types.taken.give(&wanted, "Answer");
            self.returned_struct(pattern, action, &ty);
            steps.push(ReturnedStep {
                step: action.step.clone(),
                ty,
                field: fields.give(&field_name(&action.step), "_"),
                many: action.times.is_some(),
            });
        }
        let name = match steps.first() {
            None => return None,
            Some(first) if alone => first.ty.clone(),
            Some(_) => self.steps_struct(pattern, &steps),
        };
        let made = Returned { name, steps };
        self.returned.insert(pattern.name.clone(), made.clone());
        Some(made)
    }

    /// The struct of all steps that answer with something.
    fn steps_struct(&mut self, pattern: &PatternCode, steps: &[ReturnedStep]) -> String {
        let wanted = format!("{}Returned", pascal(&pattern.name));
        let name = self.types.taken.give(&wanted, "Answer");
        let field = |one: &ReturnedStep| StructField {
            name: one.field.clone(),
            ty: if one.many {
                format!("Vec<{}>", one.ty)
            } else {
                one.ty.clone()
            },
            doc: format!("Of the step `{}`.", one.step),
        };
        let fields: Vec<StructField> = steps.iter().map(field).collect();
        let of = self.function(pattern);
        let doc = format!("What [`{}::{of}`] answers.", self.name);
        self.parts.push(structure(&name, &doc, &fields));
        name
    }

    /// The struct of what one step answers with.
    fn returned_struct(&mut self, pattern: &PatternCode, action: &ActionCode, name: &str) {
        let Some(entity) = self.client.entity(&action.entity) else {
            return;
        };
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
        let mut text = structure(name, &doc, &fields);
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
    }
}
