//! Which constructs a design has.
//!
//! Promises: [`features`] names each construct of [`ALL`] that influences the choice of keys and occurs in a design, so
//! that a run can show that it was about all of them.

use crate::spec::{Action, Bounds, Design, Filter, Read, ReadVerb, Test, WriteVerb};

/// All constructs.
pub(crate) const ALL: [&str; 26] = [
    "a collection",
    "a collection with a limit",
    "a limit on the indexes",
    "a local index",
    "a one-sided range",
    "a prefix",
    "a put",
    "a range",
    "a singleton",
    "a unique attribute",
    "a wider update",
    "allow fan_out",
    "allow filter",
    "allow scan",
    "by another name",
    "consistent",
    "count",
    "descending",
    "exists",
    "find, then write",
    "get",
    "interleave",
    "missing",
    "one constant",
    "several constants",
    "shards",
];

/// The constructs of a design, each once.
pub(crate) fn features(design: &Design) -> Vec<&'static str> {
    let reads = || (0..design.patterns.len()).filter_map(|p| design.read(p));
    let any = |is: &dyn Fn(&Read) -> bool| reads().any(is);
    let written = |is: &dyn Fn(&crate::spec::Write) -> bool| {
        let mut actions = design.patterns.iter().map(|p| &p.action);
        actions.any(|a| matches!(a, Action::Write(w) if is(w)))
    };
    let tests = |is: &dyn Fn(&Test) -> bool| any(&|r| r.conditions.iter().any(|(_, t)| is(t)));
    let one_sided = |b: &Bounds| !matches!(b, Bounds::FromTo | Bounds::Between);
    let made = [
        any(&|r| r.entities.len() > 1),
        any(&|r| r.entities.len() > 1 && r.limit.is_some()),
        design.gsis < 20,
        design.lsis > 0,
        any(&|r| r.range.as_ref().is_some_and(|(_, b)| one_sided(b))),
        any(&|r| r.prefix.is_some()),
        written(&|w| w.verb == WriteVerb::Put),
        any(&|r| r.range.as_ref().is_some_and(|(_, b)| !one_sided(b))),
        design.entities.iter().any(|e| e.key.is_empty()),
        design
            .entities
            .iter()
            .any(|e| !e.uniques.is_empty() || e.attributes.iter().any(|a| a.unique)),
        written(&|w| !w.by.is_empty()),
        any(&|r| r.allow.fan_out),
        any(&|r| r.allow.filter != Filter::None),
        any(&|r| r.allow.scan),
        any(&|r| r.by.iter().any(|b| !b.map.is_empty())),
        any(&|r| r.consistent),
        any(&|r| r.verb == ReadVerb::Count),
        any(&|r| r.sort.iter().any(|(_, down)| *down)),
        tests(&|t| *t == Test::Exists),
        design
            .patterns
            .iter()
            .any(|p| matches!(p.action, Action::Find(..))),
        any(&|r| r.verb == ReadVerb::Get),
        any(&|r| r.interleave),
        tests(&|t| *t == Test::Missing),
        tests(&|t| matches!(t, Test::OneOf(v) if v.len() == 1)),
        tests(&|t| matches!(t, Test::OneOf(v) if v.len() > 1)),
        any(&|r| r.shards > 1),
    ];
    ALL.into_iter()
        .zip(made)
        .filter(|(_, is)| *is)
        .map(|(name, _)| name)
        .collect()
}
