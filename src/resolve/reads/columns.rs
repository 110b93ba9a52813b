//! Equalities: the columns of `by` and the conditions of `where`.

use super::Scope;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::document::{Node, Value};
use crate::resolve::constants::constant;
use crate::resolve::{entity_named, unknown_attribute};
use crate::source::Span;
use crate::workload::{AttributeId, Binding, Column, Constant, Test, Where};

/// The most optional parameters of a pattern: each doubles the number of its variants.
const MOST_OPTIONAL: usize = 6;

impl Scope<'_> {
    pub(super) fn columns(&self, node: Option<&Node>, found: &mut Diagnostics) -> Vec<Column> {
        let mut made: Vec<Column> = Vec::new();
        for item in node.map(Node::one_or_many).unwrap_or_default() {
            let columns: Vec<Column> = if item.is_map() {
                item.entries()
                    .iter()
                    .filter_map(|(key, map)| self.mapped_column(key, map, found))
                    .collect()
            } else {
                self.column(item, found).into_iter().collect()
            };
            for column in columns {
                if made.iter().any(|c| c.name == column.name) {
                    found.push(
                        Diagnostic::at(
                            Code::D0201,
                            column.span,
                            format!("`{}` is in `by` twice", column.name),
                        )
                        .note("equal names are one parameter")
                        .help("remove one of them"),
                    );
                } else {
                    made.push(column);
                }
            }
        }
        if made.iter().filter(|c| c.optional).count() > MOST_OPTIONAL {
            let span = node.map_or_else(Span::default, |n| n.span);
            found.push(
                Diagnostic::at(
                    Code::D0223,
                    span,
                    format!("more than {MOST_OPTIONAL} optional parameters"),
                )
                .note("each choice of the caller is a variant of its own")
                .help("make several patterns of it"),
            );
        }
        made
    }

    pub(super) fn column(&self, node: &Node, found: &mut Diagnostics) -> Option<Column> {
        let text = node.text()?;
        let (name, optional) = text.strip_suffix('?').map_or((text, false), |n| (n, true));
        let binding = self.binding(name, node.span, found)?;
        self.check_one_type(&binding, node.span, found);
        Some(Column {
            name: name.to_owned(),
            optional,
            binding,
            span: node.span,
        })
    }

    /// `account: { User: username, Repo: owner }`
    pub(super) fn mapped_column(
        &self,
        key: &Node,
        map: &Node,
        found: &mut Diagnostics,
    ) -> Option<Column> {
        let text = key.text()?;
        let (name, optional) = text.strip_suffix('?').map_or((text, false), |n| (n, true));
        crate::resolve::declared_name(name, key.span, "a parameter", found);
        let mut binding: Binding = self
            .entities
            .iter()
            .filter_map(|e| Some((*e, self.workload.entity(*e).find(name)?)))
            .collect();
        if map.entries().is_empty() {
            found.push(
                Diagnostic::at(
                    Code::D0104,
                    key.span,
                    format!("`{name}` does not say what it is in each entity"),
                )
                .help("write `{ account: { User: username, Repo: owner } }`"),
            );
            return None;
        }
        for (entity, attribute) in map.entries() {
            let id = entity_named(entity, &self.workload.entities, found)?;
            if !self.entities.contains(&id) {
                found.push(
                    Diagnostic::at(
                        Code::D0211,
                        entity.span,
                        format!(
                            "`{}` is not read by this pattern",
                            entity.text().unwrap_or_default()
                        ),
                    )
                    .note(
                        "a map in `by` says which attribute of each entity of the `list` is meant",
                    )
                    .help("remove it, or add the entity to the `list`"),
                );
                return None;
            }
            let attribute = crate::resolve::attribute_named(
                attribute.text()?,
                attribute.span,
                self.workload.entity(id),
                found,
            )?;
            binding.insert(id, attribute);
        }
        self.check_key_types(&binding, key.span, found);
        self.check_one_type(&binding, key.span, found);
        Some(Column {
            name: name.to_owned(),
            optional,
            binding,
            span: key.span,
        })
    }

    /// What a `get` goes by where it does not say: the attributes of the key that no constant fixes.
    pub(super) fn key_columns(&self, constants: &[Where], span: Span) -> Vec<Column> {
        let entity = self.entities[0];
        let fixed = |id: &AttributeId| {
            constants.iter().any(|w| {
                w.binding.get(&entity) == Some(id)
                    && matches!(&w.test, Test::OneOf(values) if values.len() == 1)
            })
        };
        let declared = self.workload.entity(entity);
        declared
            .identity
            .iter()
            .filter(|id| !fixed(id))
            .map(|id| Column {
                name: declared.attribute(*id).name.clone(),
                optional: false,
                binding: Binding::from([(entity, *id)]),
                span,
            })
            .collect()
    }

    pub(super) fn constants(&self, node: Option<&Node>, found: &mut Diagnostics) -> Vec<Where> {
        let entries = node.map(Node::entries).unwrap_or_default();
        let mut made: Vec<(&str, Where)> = entries
            .iter()
            .filter_map(|(key, value)| Some((key.text()?, self.constant(key, value, found)?)))
            .collect();
        made.sort_by_key(|(name, _)| *name);
        made.into_iter().map(|(_, w)| w).collect()
    }

    pub(super) fn constant(
        &self,
        key: &Node,
        value: &Node,
        found: &mut Diagnostics,
    ) -> Option<Where> {
        let name = key.text()?;
        let presence = match &value.value {
            Value::Scalar { text, .. } if text == "exists" => Some(Test::Exists),
            Value::Scalar { text, .. } if text == "missing" => Some(Test::Missing),
            _ => None,
        };
        if let Some(test) = presence {
            let binding: Binding = self
                .entities
                .iter()
                .filter_map(|e| Some((*e, self.workload.entity(*e).find(name)?)))
                .collect();
            if binding.is_empty() {
                found.push(unknown_attribute(name, key.span, &self.all()));
                return None;
            }
            let required = binding
                .iter()
                .map(|(e, a)| self.workload.entity(*e).attribute(*a))
                .find(|a| !a.optional);
            if let (Test::Missing, Some(attribute)) = (&test, required) {
                found.push(
                    Diagnostic::at(Code::D0210, key.span, format!("`{name}` is never missing"))
                        .context(attribute.span, "declared here, not optional")
                        .note("every item has an attribute that is not optional")
                        .help(format!("declare it as `{name}?`, or drop the condition")),
                );
            }
            return Some(Where {
                binding,
                test,
                span: key.span,
            });
        }
        let binding = self.binding(name, key.span, found)?;
        let nodes: Vec<&Node> = match &value.value {
            // `{ "=": exists }`
            Value::Map(entries) => entries
                .iter()
                .filter(|(k, _)| k.text() == Some("="))
                .flat_map(|(_, v)| v.one_or_many())
                .collect(),
            _ => value.one_or_many().iter().collect(),
        };
        if nodes.is_empty() || value.entries().iter().any(|(k, _)| k.text() != Some("=")) {
            found.push(
                Diagnostic::at(
                    Code::D0104,
                    value.span,
                    "expected a constant, a list of constants, `exists` or `missing`",
                )
                .note("`where` compares with constants of the file; `=` is its only operator")
                .help("bounds on an attribute are written under `range`"),
            );
            return None;
        }
        let mut values: Vec<Constant> = Vec::new();
        for (entity, attribute) in &binding {
            let attribute = self.workload.entity(*entity).attribute(*attribute);
            values.extend(nodes.iter().filter_map(|n| constant(n, attribute, found)));
        }
        values.sort();
        values.dedup();
        Some(Where {
            binding,
            test: Test::OneOf(values),
            span: key.span,
        })
    }
}
