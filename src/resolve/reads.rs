//! Reads: `get`, `list`, `count`, and the read of find, then write.

mod checks;
mod columns;
use super::entities::same_kind;
use super::{entity_named, operands, read_unit, units, unknown_attribute};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::document::Node;
use crate::source::Span;
use crate::workload::{
    AttributeId, Binding, Column, Entity, EntityId, Limit, PathSegment, Range, RangeOperator, Read,
    ReadVerb, Sort, Type, Workload,
};
use std::collections::{BTreeMap, BTreeSet};

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
    let by: Vec<Column> = by.iter().filter_map(|n| scope.column(n, found)).collect();
    for column in by.iter().filter(|c| c.optional) {
        let name = &column.name;
        found.push(
            Diagnostic::at(
                Code::D0104,
                column.span,
                format!("`{name}` cannot be left out"),
            )
            .note("what is written is found by all of `by`; only a read has optional parameters")
            .help(format!(
                "write `{name}`, or make a second pattern without it"
            )),
        );
    }
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
            found.push(
                Diagnostic::at(Code::D0201, node.span, "the entity is listed twice")
                    .note("a collection reads each of its entities once")
                    .help("remove one of them"),
            );
        }
        ids.push(id);
    }
    if ids.is_empty() {
        found.push(
            Diagnostic::at(Code::D0103, target.span, "a list needs at least one entity")
                .note("it returns items of the entities that it names")
                .help("name an entity, such as `list: Order`"),
        );
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
                        format!("a key cannot hold {}", attribute.ty.with_article()),
                    )
                    .context(
                        attribute.span,
                        format!("`{}` is declared here", attribute.name),
                    )
                    .note("reads go through keys, which hold texts, numbers, booleans, times and bytes")
                    .help("read by another attribute, or store what is looked for in one of its own"),
                );
            }
        }
        if let [first, rest @ ..] = attributes.as_slice()
            && let Some(other) = rest.iter().find(|a| !same_kind(&a.ty, &first.ty))
        {
            found.push(
                Diagnostic::at(Code::D0210, span, "the entities disagree about the type")
                    .context(first.span, first.ty.with_article())
                    .context(other.span, other.ty.with_article())
                    .note("their items lie in one run of keys, which has one type")
                    .help("give both the same type"),
            );
        }
    }

    /// That a parameter of one type can be compared with all of the attributes.
    fn check_one_type(&self, binding: &Binding, span: Span, found: &mut Diagnostics) {
        let mut attributes = binding
            .iter()
            .map(|(e, a)| self.workload.entity(*e).attribute(*a));
        let Some(first) = attributes.next() else {
            return;
        };
        let differs = |ty: &Type| same_kind(ty, &first.ty) && !same_values(ty, &first.ty);
        if let Some(other) = attributes.find(|a| differs(&a.ty)) {
            found.push(
                Diagnostic::at(Code::D0210, span, "the entities disagree about the type")
                    .context(first.span, first.ty.with_article())
                    .context(other.span, other.ty.with_article())
                    .note("one parameter is compared with the attributes of all of them")
                    .help("give both the same type"),
            );
        }
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
                        .note("the items of a request lie in one run, so only one attribute can be bounded")
                        .help("keep one of them; `allow: [filter]` and `by` or `where` can take the other"),
                );
                return None;
            }
        };
        let binding = self.binding(name.text()?, name.span, found)?;
        self.check_one_type(&binding, name.span, found);
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
            // What is compared as a time has bounds, and no start.
            if !attribute.ty.is_text() || matches!(attribute.ty, Type::Date | Type::Month) {
                found.push(
                    Diagnostic::at(
                        Code::D0210,
                        node.span,
                        format!("{} has no start to match", attribute.ty.with_article()),
                    )
                    .context(attribute.span, format!("`{name}` is declared here"))
                    .note("a prefix is the beginning of a text")
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
                found.push(
                    Diagnostic::at(
                        Code::D0201,
                        item.span,
                        format!("`{name}` is in `sort` twice"),
                    )
                    .note("items that agree on it are not ordered by it again")
                    .help("remove one of them"),
                );
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
                        .help("give the attribute the entity as its type, such as `customer_id: Customer`")
                        .help("give the attribute the entity as its type, such as `customer_id: Customer`")
                        .did_you_mean(name, known),
                );
            }
        }
        made.sort_unstable();
        made.dedup();
        made
    }
}

/// Whether two types have the same values, in whatever order they are listed.
fn same_values(a: &Type, b: &Type) -> bool {
    let listed = |of: &Type| {
        let values = of.values()?;
        Some(values.into_iter().collect::<BTreeSet<_>>())
    };
    a == b || matches!((listed(a), listed(b)), (Some(a), Some(b)) if a == b)
}
