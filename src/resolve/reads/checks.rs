//! What the parts of a read must be to each other.

use super::Scope;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::document::Node;
use crate::source::Span;
use crate::workload::{AttributeId, AttributeSet, Column, EntityId, Read, ReadVerb, Test, Where};
use std::collections::BTreeMap;

impl Scope<'_> {
    /// That no attribute is fixed, bounded and matched at once.
    pub(super) fn check_roles(&self, read: &Read, found: &mut Diagnostics) {
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
                    found.push(d.help("remove one of them"));
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
    pub(super) fn check_collection(
        &self,
        read: &Read,
        span: Span,
        body: &Node,
        found: &mut Diagnostics,
    ) {
        let common =
            |c: &&Column| !c.optional && self.entities.iter().all(|e| c.binding.contains_key(e));
        // Where nothing in `by` could be read, that is reported already.
        let unread =
            read.by.is_empty() && body.get("by").is_some_and(|n| !n.one_or_many().is_empty());
        if self.entities.len() > 1 && !unread && !read.by.iter().any(|c| common(&c)) {
            let span = body.get("by").map_or(span, |n| n.span);
            found.push(
                Diagnostic::at(
                    Code::D0213,
                    span,
                    "the entities of the collection have no attribute of `by` in common",
                )
                .note(
                    "the items of a collection lie in one partition, which such an attribute names; one that the caller may leave out does not count",
                )
                .help(
                    "add one, or a map such as `by: { account: { User: username, Repo: owner } }`",
                ),
            );
        }
        if read.interleave && self.entities.len() < 2 {
            let span = body.get("interleave").map_or(span, |n| n.span);
            found.push(
                Diagnostic::at(Code::D0211, span, "`interleave` needs several entities")
                    .note("it merges the items of a collection into one order")
                    .help("remove `interleave`, or list another entity"),
            );
        }
        if read.interleave && read.sort.is_empty() && read.range.is_none() && read.prefix.is_none()
        {
            let span = body.get("interleave").map_or(span, |n| n.span);
            found.push(
                Diagnostic::at(Code::D0211, span, "`interleave` needs a `sort`")
                    .note("it merges the items of a collection into one order")
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
                found.push(
                    Diagnostic::at(
                        Code::D0211,
                        place,
                        format!("the merged order needs an attribute that `{name}` does not have"),
                    )
                    .note("`interleave` merges the items of all entities by this attribute")
                    .help(format!("sort by an attribute that all have, add it to `{name}`, or remove `interleave`")),
                );
            }
        }
    }

    /// What is fixed whatever the caller leaves out.
    pub(super) fn fixed(&self, read: &Read, entity: EntityId) -> AttributeSet {
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
    pub(super) fn check_unique(&self, read: &Read, target: &Node, found: &mut Diagnostics) {
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
    pub(super) fn limited(
        &self,
        read: &Read,
        body: &Node,
        found: &mut Diagnostics,
    ) -> Option<EntityId> {
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
            .note("without `interleave`, each entity's items come in an order of their own, and the limit counts those of one entity")
            .help(
                "drop `limit`, drop an entity, or use `interleave: true` to count the merged items",
            ),
        );
        None
    }
}
