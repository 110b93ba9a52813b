//! Reads: `get`, `list`, `count`, and the read of find, then write.

use super::constants::constant;
use super::entities::same_kind;
use super::{entity_named, operands, read_unit, units, unknown_attribute};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::document::{Node, Value};
use crate::source::Span;
use crate::workload::{
    AttributeId, AttributeSet, Binding, Column, Constant, Entity, EntityId, Limit, PathSegment,
    Range, RangeOperator, Read, ReadVerb, Sort, Test, Where, Workload,
};
use std::collections::BTreeMap;

/// The most optional parameters of a pattern: each doubles the number of its variants.
const MOST_OPTIONAL: usize = 6;

/// Resolves a read.
pub(super) fn read(
    verb: ReadVerb,
    target: &Node,
    body: &Node,
    workload: &Workload,
    found: &mut Diagnostics,
) -> Option<Read> {
    let entities = entities(target, workload, found)?;
    let scope = Scope {
        workload,
        entities: &entities,
    };
    let mut by = scope.columns(body.get("by"), found);
    let constants = scope.constants(body.get("where"), found);
    if verb == ReadVerb::Get && body.get("by").is_none() {
        by = scope.key_columns(&constants, target.span);
    }
    let range = scope.range(body.get("range"), found);
    let prefix = scope.prefix(body.get("prefix"), found);
    let sort = scope.sort(body.get("sort"), found);
    let limit = read_unit(body.get("limit"), "limit", "`20`", found, |t| {
        units::whole_number(t, 1_000_000).filter(|n| *n > 0)
    });
    let interleave = body.get("interleave").and_then(Node::boolean) == Some(true);
    let mut made = Read {
        verb,
        select: scope.select(body.get("select"), found),
        follow: scope.follow(body.get("follow"), found),
        batch: read_unit(
            body.get("batch"),
            "number of keys",
            "`25`, at most 100",
            found,
            |t| units::whole_number(t, 100).filter(|n| *n > 0),
        ),
        consistent: body.get("consistent").and_then(Node::boolean) == Some(true),
        returns: read_unit(
            body.get("returns"),
            "count",
            "`20` or `2k`",
            found,
            units::count,
        ),
        shards: read_unit(
            body.get("shards"),
            "number of shards",
            "`4`, at most 1000",
            found,
            |t| units::whole_number(t, 1000).filter(|n| *n > 0),
        ),
        limit: None,
        entities: entities.clone(),
        by,
        constants,
        range,
        prefix,
        sort,
        interleave,
    };
    scope.check_roles(&made, found);
    scope.check_collection(&made, target.span, body, found);
    scope.check_unique(&made, target, found);
    made.limit = limit.map(|count| Limit {
        count,
        entity: scope.limited(&made, body, found),
    });
    Some(made)
}

/// The read of an `update` or `delete` by other attributes than the key.
pub(super) fn find(
    entity: EntityId,
    by: &[Node],
    workload: &Workload,
    found: &mut Diagnostics,
) -> Read {
    let entities = [entity];
    let scope = Scope {
        workload,
        entities: &entities,
    };
    let by = by.iter().filter_map(|n| scope.column(n, found)).collect();
    Read {
        verb: ReadVerb::List,
        entities: entities.to_vec(),
        by,
        constants: Vec::new(),
        range: None,
        prefix: None,
        sort: Vec::new(),
        limit: None,
        select: None,
        follow: Vec::new(),
        batch: None,
        consistent: false,
        interleave: false,
        returns: None,
        shards: None,
    }
}

fn entities(target: &Node, workload: &Workload, found: &mut Diagnostics) -> Option<Vec<EntityId>> {
    let mut ids: Vec<EntityId> = Vec::new();
    let nodes = target.one_or_many();
    for node in nodes {
        let id = entity_named(node, &workload.entities, found)?;
        if ids.contains(&id) {
            found.push(Diagnostic::at(
                Code::D0201,
                node.span,
                "the entity is listed twice",
            ));
        }
        ids.push(id);
    }
    if ids.is_empty() {
        found.push(Diagnostic::at(
            Code::D0103,
            target.span,
            "a list needs at least one entity",
        ));
        return None;
    }
    ids.sort_unstable();
    Some(ids)
}

/// The entities of a read.
struct Scope<'a> {
    workload: &'a Workload,
    entities: &'a [EntityId],
}

impl Scope<'_> {
    fn all(&self) -> Vec<&Entity> {
        self.entities
            .iter()
            .map(|e| self.workload.entity(*e))
            .collect()
    }

    /// The attribute of this name in each entity that has it; an error if none has.
    fn binding(&self, name: &str, span: Span, found: &mut Diagnostics) -> Option<Binding> {
        let binding: Binding = self
            .entities
            .iter()
            .filter_map(|e| Some((*e, self.workload.entity(*e).find(name)?)))
            .collect();
        if binding.is_empty() {
            found.push(unknown_attribute(name, span, &self.all()));
            return None;
        }
        self.check_key_types(&binding, span, found);
        Some(binding)
    }

    /// That a key can hold the attributes and that they have one type.
    fn check_key_types(&self, binding: &Binding, span: Span, found: &mut Diagnostics) {
        let attributes: Vec<_> = binding
            .iter()
            .map(|(e, a)| self.workload.entity(*e).attribute(*a))
            .collect();
        for attribute in &attributes {
            if !attribute.ty.fits_key() {
                found.push(
                    Diagnostic::at(
                        Code::D0210,
                        span,
                        format!("a key cannot hold a {}", attribute.ty.name()),
                    )
                    .context(
                        attribute.span,
                        format!("`{}` is declared here", attribute.name),
                    ),
                );
            }
        }
        if let [first, rest @ ..] = attributes.as_slice()
            && let Some(other) = rest.iter().find(|a| !same_kind(&a.ty, &first.ty))
        {
            found.push(
                Diagnostic::at(Code::D0210, span, "the entities disagree about the type")
                    .context(first.span, format!("a {}", first.ty.name()))
                    .context(other.span, format!("a {}", other.ty.name())),
            );
        }
    }

    fn columns(&self, node: Option<&Node>, found: &mut Diagnostics) -> Vec<Column> {
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
                    found.push(Diagnostic::at(
                        Code::D0201,
                        column.span,
                        format!("`{}` is in `by` twice", column.name),
                    ));
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

    fn column(&self, node: &Node, found: &mut Diagnostics) -> Option<Column> {
        let text = node.text()?;
        let (name, optional) = text.strip_suffix('?').map_or((text, false), |n| (n, true));
        let binding = self.binding(name, node.span, found)?;
        Some(Column {
            name: name.to_owned(),
            optional,
            binding,
            span: node.span,
        })
    }

    /// `account: { User: username, Repo: owner }`
    fn mapped_column(&self, key: &Node, map: &Node, found: &mut Diagnostics) -> Option<Column> {
        let text = key.text()?;
        let (name, optional) = text.strip_suffix('?').map_or((text, false), |n| (n, true));
        super::declared_name(name, key.span, "a parameter", found);
        let mut binding: Binding = self
            .entities
            .iter()
            .filter_map(|e| Some((*e, self.workload.entity(*e).find(name)?)))
            .collect();
        for (entity, attribute) in map.entries() {
            let id = entity_named(entity, &self.workload.entities, found)?;
            if !self.entities.contains(&id) {
                found.push(Diagnostic::at(
                    Code::D0211,
                    entity.span,
                    format!(
                        "`{}` is not read by this pattern",
                        entity.text().unwrap_or_default()
                    ),
                ));
                return None;
            }
            let attribute = super::attribute_named(
                attribute.text()?,
                attribute.span,
                self.workload.entity(id),
                found,
            )?;
            binding.insert(id, attribute);
        }
        self.check_key_types(&binding, key.span, found);
        Some(Column {
            name: name.to_owned(),
            optional,
            binding,
            span: key.span,
        })
    }

    /// What a `get` goes by where it does not say: the attributes of the key that no constant fixes.
    fn key_columns(&self, constants: &[Where], span: Span) -> Vec<Column> {
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

    fn constants(&self, node: Option<&Node>, found: &mut Diagnostics) -> Vec<Where> {
        let entries = node.map(Node::entries).unwrap_or_default();
        let mut made: Vec<(&str, Where)> = entries
            .iter()
            .filter_map(|(key, value)| Some((key.text()?, self.constant(key, value, found)?)))
            .collect();
        made.sort_by_key(|(name, _)| *name);
        made.into_iter().map(|(_, w)| w).collect()
    }

    fn constant(&self, key: &Node, value: &Node, found: &mut Diagnostics) -> Option<Where> {
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

    fn range(&self, node: Option<&Node>, found: &mut Diagnostics) -> Option<Range> {
        let node = node?;
        let (name, operator) = match node.entries() {
            [] => (node, RangeOperator::FromTo),
            [(name, operator)] => (
                name,
                match operator.text()? {
                    "<" => RangeOperator::Less,
                    "<=" => RangeOperator::LessOrEqual,
                    ">" => RangeOperator::Greater,
                    ">=" => RangeOperator::GreaterOrEqual,
                    _ => RangeOperator::Between,
                },
            ),
            _ => {
                found.push(
                    Diagnostic::at(Code::D0211, node.span, "a range bounds one attribute")
                        .note("the items of a request lie in one run, so only one attribute can be bounded"),
                );
                return None;
            }
        };
        let binding = self.binding(name.text()?, name.span, found)?;
        Some(Range {
            binding,
            operator,
            span: name.span,
        })
    }

    fn prefix(&self, node: Option<&Node>, found: &mut Diagnostics) -> Option<(Binding, bool)> {
        let node = node?;
        let text = node.text()?;
        let (name, optional) = text.strip_suffix('?').map_or((text, false), |n| (n, true));
        let binding = self.binding(name, node.span, found)?;
        for (entity, attribute) in &binding {
            let attribute = self.workload.entity(*entity).attribute(*attribute);
            if !attribute.ty.is_text() {
                found.push(
                    Diagnostic::at(
                        Code::D0210,
                        node.span,
                        format!("a {} has no start to match", attribute.ty.name()),
                    )
                    .context(attribute.span, format!("`{name}` is declared here"))
                    .help("`range` bounds numbers and times"),
                );
            }
        }
        Some((binding, optional))
    }

    fn sort(&self, node: Option<&Node>, found: &mut Diagnostics) -> Vec<Sort> {
        let mut made: Vec<Sort> = Vec::new();
        for item in node.map(Node::one_or_many).unwrap_or_default() {
            let mut words = item.text().unwrap_or_default().split_whitespace();
            let name = words.next().unwrap_or_default();
            let descending = match words.next() {
                None | Some("asc") => false,
                Some("desc") => true,
                Some(other) => {
                    let mut d = Diagnostic::at(
                        Code::D0104,
                        item.span,
                        format!("`{other}` is no direction"),
                    )
                    .note("the direction is `asc`, which is the default, or `desc`")
                    .help(format!("write `{name}` or `{name} desc`"));
                    if let Some(near) = crate::diagnostic::nearest(other, ["asc", "desc"]) {
                        d.replacement = Some((item.span, format!("{name} {near}")));
                    }
                    found.push(d);
                    false
                }
            };
            let Some(binding) = self.binding(name, item.span, found) else {
                continue;
            };
            if made.iter().any(|s| s.binding == binding) {
                found.push(Diagnostic::at(
                    Code::D0201,
                    item.span,
                    format!("`{name}` is in `sort` twice"),
                ));
                continue;
            }
            made.push(Sort {
                binding,
                descending,
                span: item.span,
            });
        }
        made
    }

    fn select(
        &self,
        node: Option<&Node>,
        found: &mut Diagnostics,
    ) -> Option<BTreeMap<EntityId, Vec<(AttributeId, Vec<PathSegment>)>>> {
        let node = node?;
        let mut made: BTreeMap<EntityId, Vec<_>> =
            self.entities.iter().map(|e| (*e, Vec::new())).collect();
        for item in node.one_or_many() {
            let name = item
                .text()
                .unwrap_or_default()
                .split('.')
                .next()
                .unwrap_or_default();
            let having: Vec<EntityId> = self
                .entities
                .iter()
                .copied()
                .filter(|e| self.workload.entity(*e).find(name).is_some())
                .collect();
            if having.is_empty() {
                found.push(unknown_attribute(name, item.span, &self.all()));
            }
            for entity in having {
                if let Some(place) = operands::place(item, self.workload.entity(entity), found) {
                    made.entry(entity)
                        .or_default()
                        .push((place.attribute, place.path));
                }
            }
        }
        Some(made)
    }

    fn follow(&self, node: Option<&Node>, found: &mut Diagnostics) -> Vec<(EntityId, usize)> {
        let mut made = Vec::new();
        for item in node.map(Node::one_or_many).unwrap_or_default() {
            let name = item.text().unwrap_or_default();
            let before = made.len();
            for entity in self.entities {
                let references = &self.workload.entity(*entity).references;
                made.extend(
                    references
                        .iter()
                        .position(|r| r.name == name)
                        .map(|at| (*entity, at)),
                );
            }
            if made.len() == before {
                let all = self.all();
                let known = all
                    .iter()
                    .flat_map(|e| e.references.iter().map(|r| r.name.as_str()));
                found.push(
                    Diagnostic::at(Code::D0208, item.span, format!("there is no reference `{name}`"))
                        .note("a reference is an attribute whose type is an entity, or an entry of `references`")
                        .did_you_mean(name, known),
                );
            }
        }
        made.sort_unstable();
        made.dedup();
        made
    }

    /// That no attribute is fixed, bounded and matched at once.
    fn check_roles(&self, read: &Read, found: &mut Diagnostics) {
        let mut seen: BTreeMap<(EntityId, AttributeId), (&str, Option<Span>)> = BTreeMap::new();
        for column in &read.by {
            for (entity, attribute) in &column.binding {
                if let Some((_, span)) =
                    seen.insert((*entity, *attribute), ("by", Some(column.span)))
                {
                    let mut d = Diagnostic::at(
                        Code::D0206,
                        column.span,
                        "two parameters fix one attribute",
                    );
                    if let Some(span) = span {
                        d = d.context(span, "the first");
                    }
                    found.push(d);
                }
            }
        }
        let bounded = read
            .range
            .iter()
            .map(|r| ("range", &r.binding, Some(r.span)));
        let matched = read.prefix.iter().map(|(b, _)| ("prefix", b, None));
        for (role, binding, span) in bounded.chain(matched) {
            for (entity, attribute) in binding {
                if let Some((other, first)) = seen.insert((*entity, *attribute), (role, span)) {
                    let name = &self.workload.entity(*entity).attribute(*attribute).name;
                    let place = span.or(first).unwrap_or_default();
                    let mut d = Diagnostic::at(
                        Code::D0206,
                        place,
                        format!("`{name}` is in both `{other}` and `{role}`"),
                    );
                    if let Some(first) = first.filter(|f| *f != place) {
                        d = d.context(first, format!("in `{other}` here"));
                    }
                    found.push(d.help("keep one of them"));
                }
            }
        }
    }

    /// That the items of a collection can share a partition.
    fn check_collection(&self, read: &Read, span: Span, body: &Node, found: &mut Diagnostics) {
        let common =
            |c: &&Column| !c.optional && self.entities.iter().all(|e| c.binding.contains_key(e));
        if self.entities.len() > 1 && !read.by.iter().any(|c| common(&c)) {
            let span = body.get("by").map_or(span, |n| n.span);
            found.push(
                Diagnostic::at(
                    Code::D0213,
                    span,
                    "the entities of the collection have no attribute of `by` in common",
                )
                .note(
                    "the items of a collection lie in one partition, which such an attribute names",
                )
                .help(
                    "add one, or a map such as `by: { account: { User: username, Repo: owner } }`",
                ),
            );
        }
        if read.interleave && self.entities.len() < 2 {
            let span = body.get("interleave").map_or(span, |n| n.span);
            found.push(Diagnostic::at(
                Code::D0211,
                span,
                "`interleave` needs several entities",
            ));
        }
        if read.interleave && read.sort.is_empty() && read.range.is_none() && read.prefix.is_none()
        {
            let span = body.get("interleave").map_or(span, |n| n.span);
            found.push(
                Diagnostic::at(Code::D0211, span, "`interleave` needs a `sort`")
                    .help("say by which attribute the entities are merged"),
            );
        }
        let keys = read
            .sort
            .iter()
            .map(|s| (&s.binding, s.span))
            .chain(read.range.iter().map(|r| (&r.binding, r.span)));
        for (binding, place) in keys.filter(|_| read.interleave) {
            if let Some(lacking) = self.entities.iter().find(|e| !binding.contains_key(e)) {
                let name = &self.workload.entity(*lacking).name;
                found.push(Diagnostic::at(
                    Code::D0211,
                    place,
                    format!("the merged order needs an attribute that `{name}` does not have"),
                ));
            }
        }
    }

    /// What is fixed whatever the caller leaves out.
    fn fixed(&self, read: &Read, entity: EntityId) -> AttributeSet {
        let by = read
            .by
            .iter()
            .filter(|c| !c.optional)
            .filter_map(|c| c.binding.get(&entity));
        let single = |w: &&Where| matches!(&w.test, Test::OneOf(values) if values.len() == 1);
        let constants = read
            .constants
            .iter()
            .filter(single)
            .filter_map(|w| w.binding.get(&entity));
        by.chain(constants).copied().collect()
    }

    /// That a `get` matches at most one item.
    fn check_unique(&self, read: &Read, target: &Node, found: &mut Diagnostics) {
        let (ReadVerb::Get, Some(entity)) = (read.verb, self.entities.first()) else {
            return;
        };
        let declared = self.workload.entity(*entity);
        if !declared.determines(self.fixed(read, *entity)) {
            let span = read.by.first().map_or(target.span, |c| c.span);
            found.push(
                Diagnostic::at(
                    Code::D0212,
                    span,
                    format!("several items of `{}` can match", declared.name),
                )
                .context(
                    declared.span,
                    format!(
                        "its key is [{}]",
                        declared.names(declared.identity.iter().copied()).join(", ")
                    ),
                )
                .note("`get` returns at most one item")
                .help("use `list`, or declare the attributes `unique`"),
            );
        }
    }

    /// The entity whose items the limit counts.
    fn limited(&self, read: &Read, body: &Node, found: &mut Diagnostics) -> Option<EntityId> {
        if self.entities.len() == 1 {
            return self.entities.first().copied();
        }
        if read.interleave {
            return None;
        }
        let many: Vec<EntityId> = self
            .entities
            .iter()
            .copied()
            .filter(|e| !self.workload.entity(*e).determines(self.fixed(read, *e)))
            .collect();
        if let [one] = many.as_slice() {
            return Some(*one);
        }
        let names: Vec<&str> = many
            .iter()
            .map(|e| self.workload.entity(*e).name.as_str())
            .collect();
        let span = body.get("limit").map_or(body.span, |n| n.span);
        found.push(
            Diagnostic::at(
                Code::D0214,
                span,
                "it is not clear whose items the limit counts",
            )
            .label(match names.as_slice() {
                [] => "each entity matches at most once".to_owned(),
                names => format!(
                    "{} can each match many times",
                    crate::document::form::quoted(names)
                ),
            })
            .help(
                "drop `limit`, drop an entity, or use `interleave: true` to count the merged items",
            ),
        );
        None
    }
}
