//! How a layout serves a demand: the run of keys that a request reads.
//!
//! Promises: [`access`] is the definition of serving. It walks the tree of a family as a reader of the index would, and
//! knows nothing of how the tree was found. Whatever it returns reads every item that the demand means and no other, in
//! the order that the demand asks for.

use super::{Block, Component, Family, Node};
use crate::demand::{Demand, Part, Shape, Side};
use crate::workload::{AttributeId, Constant};

/// What a request reads of a partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// What the sort keys begin with.
    pub start: Vec<Piece>,
    /// What of the keys that begin so.
    pub run: Run,
    /// Whether the keys are read from low to high.
    pub forward: bool,
}

/// A piece of the start of a sort key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// A literal.
    Label(String),
    /// A component fixed by equality: of which member, which attribute, how stored.
    Fixed(usize, Component),
    /// A component fixed to one constant.
    Value(usize, AttributeId, Constant),
}

/// What is read below the start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Run {
    /// Everything.
    All,
    /// One item: the start is its whole key.
    Point,
    /// A bounded component.
    Bounded(usize, Component),
    /// A component that starts with a parameter.
    Starts(usize, AttributeId),
    /// Neighbouring values of a component.
    Values(Vec<Constant>),
    /// Blocks side by side, from the first to the last.
    Blocks(Edge, Edge),
}

/// An end of a run of blocks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edge {
    /// The block's literal.
    pub label: String,
    /// The value, where the block is one of a divided group.
    pub value: Option<Constant>,
    /// The bounded component that cuts the block.
    pub cut: Option<(usize, Component)>,
}

/// How a family serves a demand; `None` if it does not.
#[must_use]
pub fn access(family: &Family, demand: &Demand) -> Option<Access> {
    let members: Vec<usize> = demand
        .parts
        .iter()
        .map(|p| family.member(p.entity))
        .collect::<Option<_>>()?;
    let partition_fixed = demand
        .parts
        .iter()
        .zip(&members)
        .all(|(part, m)| family.partition(*m).is_subset(part.fixed));
    let partition_known = partition_fixed
        && same_partition(family, demand, &members)
        && demand.shards == family.shards;
    if demand.shape != Shape::ScanIndex && !partition_known {
        return None;
    }
    let mut wanted: Vec<Wanted> = Vec::new();
    for (part, member) in demand.parts.iter().zip(&members) {
        let settled = settled(family, *member, part);
        let fixed = part
            .fixed
            .without(family.partition(*member))
            .iter()
            .filter(|a| !settled.contains(a))
            .collect();
        let exact = |a: &AttributeId| {
            let held = family.members[*member]
                .sparse
                .values
                .iter()
                .find(|(b, _)| b == a);
            held.is_some_and(|(_, v)| part.values(*a) == Some(v.as_slice()))
        };
        let several = part.several().filter(|a| !exact(a)).collect();
        wanted.push(Wanted {
            member: *member,
            part,
            fixed,
            settled,
            several,
        });
    }
    if demand.shape == Shape::ScanIndex {
        let whole = wanted
            .iter()
            .all(|w| w.fixed.is_empty() && w.several.is_empty());
        return whole.then_some(Access {
            start: Vec::new(),
            run: Run::All,
            forward: true,
        });
    }
    let mut walk = Walk {
        demand,
        start: Vec::new(),
    };
    let run = walk.node(&family.root, wanted)?;
    let forward = forward(family, demand, &members, &run)?;
    Some(Access {
        start: walk.start,
        run,
        forward,
    })
}

/// Attributes of which the index holds one value only, the one that the part asks for.
fn settled(family: &Family, member: usize, part: &Part) -> Vec<AttributeId> {
    let values = &family.members[member].sparse.values;
    values
        .iter()
        .filter(|(a, v)| v.len() == 1 && part.values(*a) == Some(v.as_slice()))
        .filter(|(a, _)| !part.given.contains(*a))
        .map(|(a, _)| *a)
        .collect()
}

/// Whether the parts' partition keys are made of the same parameters.
fn same_partition(family: &Family, demand: &Demand, members: &[usize]) -> bool {
    demand.parts.len() < 2
        || family.columns.iter().all(|column| {
            demand.columns.iter().any(|c| {
                members
                    .iter()
                    .zip(c)
                    .all(|(m, a)| column.get(*m) == Some(a))
            })
        })
}

/// What a walk still looks for of a member.
struct Wanted<'d> {
    member: usize,
    part: &'d Part,
    fixed: Vec<AttributeId>,
    /// Fixed by what the index holds: no key needs to hold them, but it may.
    settled: Vec<AttributeId>,
    several: Vec<AttributeId>,
}

struct Walk<'d> {
    demand: &'d Demand,
    start: Vec<Piece>,
}

impl Walk<'_> {
    fn node(&mut self, node: &Node, wanted: Vec<Wanted<'_>>) -> Option<Run> {
        match node {
            Node::Leaf {
                member,
                label,
                components,
            } => {
                let [one] = wanted.as_slice() else {
                    return None;
                };
                (one.member == *member).then_some(())?;
                self.start.push(Piece::Label(label.clone()));
                self.leaf(one, components)
            }
            Node::Shared {
                label,
                attributes,
                descending,
                next,
            } => {
                self.start.push(Piece::Label(label.clone()));
                self.shared(attributes, *descending, next, wanted)
            }
            Node::Blocks { groups, order } => {
                if let Some(at) = groups
                    .iter()
                    .position(|g| wanted.iter().all(|w| g.holds(w.member)))
                {
                    let group = &groups[at];
                    is_undivided(at, group, order, wanted.first()?).then_some(())?;
                    return self.node(group, wanted);
                }
                blocks(groups, order, &wanted)
            }
        }
    }

    fn leaf(&mut self, wanted: &Wanted<'_>, components: &[Component]) -> Option<Run> {
        let mut fixed = wanted.fixed.clone();
        let mut rest = components.iter();
        let mut next = rest.next();
        while !fixed.is_empty() {
            let component = next?;
            let at = fixed.iter().position(|a| *a == component.attribute)?;
            fixed.remove(at);
            self.start.push(Piece::Fixed(wanted.member, *component));
            next = rest.next();
        }
        if let [run] = wanted.several.as_slice() {
            let component = next?;
            (component.attribute == *run).then_some(())?;
            return wanted.part.values(*run).map(|v| Run::Values(v.to_vec()));
        }
        if !wanted.several.is_empty() {
            return None;
        }
        let tail: Vec<Component> = next.into_iter().chain(rest).copied().collect();
        ordered(&tail, wanted.part, 0).then_some(())?;
        match (wanted.part.bounded, tail.first()) {
            (Some(bounded), Some(first)) if bounded.attribute == first.attribute => {
                Some(match bounded.side {
                    Side::Start => Run::Starts(wanted.member, bounded.attribute),
                    Side::Both | Side::Lower | Side::Upper => Run::Bounded(wanted.member, *first),
                })
            }
            (Some(_), _) => None,
            (None, None) => Some(Run::Point),
            (None, Some(_)) => Some(Run::All),
        }
    }

    /// Whether a shared component has one value in all items that are wanted.
    fn is_alike(&self, attributes: &[(usize, AttributeId)], wanted: &[Wanted<'_>]) -> bool {
        let place = |w: &Wanted<'_>| {
            let entity = w.part.entity;
            self.demand.parts.iter().position(|p| p.entity == entity)
        };
        let same = |column: &Vec<AttributeId>| {
            wanted.iter().all(|w| {
                let own = attributes.iter().find(|(m, _)| *m == w.member);
                own.map(|(_, a)| a) == place(w).and_then(|at| column.get(at))
            })
        };
        wanted.len() < 2
            || self
                .demand
                .columns
                .iter()
                .chain(&self.demand.alike)
                .any(same)
    }

    fn shared(
        &mut self,
        attributes: &[(usize, AttributeId)],
        descending: bool,
        next: &Node,
        mut wanted: Vec<Wanted<'_>>,
    ) -> Option<Run> {
        let of = |member: usize| {
            attributes
                .iter()
                .find(|(m, _)| *m == member)
                .map(|(_, a)| *a)
        };
        let fixed = |w: &Wanted<'_>| {
            of(w.member).is_some_and(|a| w.fixed.contains(&a) || w.settled.contains(&a))
        };
        if wanted.iter().all(fixed) && self.is_alike(attributes, &wanted) {
            let first = wanted.first()?;
            let attribute = of(first.member)?;
            self.start.push(Piece::Fixed(
                first.member,
                Component {
                    attribute,
                    descending,
                },
            ));
            for w in &mut wanted {
                let attribute = of(w.member);
                w.fixed.retain(|a| Some(*a) != attribute);
            }
            return self.node(next, wanted);
        }
        // Everything below is read, so all members must be wanted and nothing else be fixed.
        let run = |w: &Wanted<'_>| w.several.first().copied().filter(|_| w.several.len() == 1);
        let values = match wanted.first() {
            Some(w)
                if wanted
                    .iter()
                    .all(|w| run(w).is_some() && run(w) == of(w.member)) =>
            {
                w.several.first().and_then(|a| w.part.values(*a))
            }
            _ => None,
        };
        if values.is_some() {
            wanted.iter_mut().for_each(|w| w.several.clear());
        }
        let whole = attributes
            .iter()
            .all(|(m, _)| wanted.iter().any(|w| w.member == *m));
        let free = wanted
            .iter()
            .all(|w| w.fixed.is_empty() && w.several.is_empty());
        if !whole || !free || self.demand.limited.is_some() {
            return None;
        }
        let here = Node::Shared {
            label: String::new(),
            attributes: attributes.to_vec(),
            descending,
            next: Box::new(next.clone()),
        };
        wanted
            .iter()
            .all(|w| ordered(&path(&here, w.member), w.part, 0))
            .then_some(())?;
        if self.demand.merged && !merges(&here, &wanted) {
            return None;
        }
        let bounded: Vec<_> = wanted
            .iter()
            .filter_map(|w| w.part.bounded.map(|b| (w.member, b)))
            .collect();
        match (bounded.first(), values) {
            (None, None) => Some(Run::All),
            (None, Some(values)) => Some(Run::Values(values.to_vec())),
            (Some(_), Some(_)) => None,
            (Some((member, bound)), None) => {
                let all = wanted.iter().all(|w| {
                    w.part
                        .bounded
                        .is_some_and(|b| Some(b.attribute) == of(w.member))
                });
                all.then_some(match bound.side {
                    Side::Start => Run::Starts(*member, bound.attribute),
                    Side::Both | Side::Lower | Side::Upper => Run::Bounded(
                        *member,
                        Component {
                            attribute: bound.attribute,
                            descending,
                        },
                    ),
                })
            }
        }
    }
}

/// The components of a member from a place on.
fn path(node: &Node, member: usize) -> Vec<Component> {
    let mut made = Vec::new();
    node.collect(member, &mut made);
    made
}

/// Whether components begin with the order of a part, `skip` attributes of which are behind.
fn ordered(components: &[Component], part: &Part, skip: usize) -> bool {
    let asked = part.order.iter().skip(skip);
    asked.clone().count() <= components.len()
        && asked.zip(components).all(|((a, _), c)| *a == c.attribute)
}

/// Whether the whole order of a merged read is shared, so that the entities come in one sequence.
fn merges(node: &Node, wanted: &[Wanted<'_>]) -> bool {
    let length = wanted.iter().map(|w| w.part.order.len()).max().unwrap_or(0);
    let mut at = node;
    for _ in 0..length {
        match at {
            Node::Shared { next, .. } => at = next,
            Node::Leaf { .. } | Node::Blocks { .. } => return false,
        }
    }
    true
}

/// Whether what is wanted of one group lies together: where the group is divided by values, other blocks may lie between
/// those that are wanted.
fn is_undivided(at: usize, group: &Node, order: &[Block], wanted: &Wanted<'_>) -> bool {
    let first = path(group, wanted.member).first().map(|c| c.attribute);
    if first.is_some_and(|a| wanted.fixed.contains(&a)) {
        return true;
    }
    let values = first
        .filter(|a| wanted.several.contains(a))
        .and_then(|a| wanted.part.values(a));
    let meant = |b: &Block| {
        let wants = |v: &Constant| values.is_none_or(|all| all.contains(v));
        b.group == at && b.value.as_ref().is_none_or(wants)
    };
    let places: Vec<usize> = (0..order.len()).filter(|n| meant(&order[*n])).collect();
    places.windows(2).all(|pair| pair[1] == pair[0] + 1)
}

/// A run of blocks that holds just what is wanted.
fn blocks(groups: &[Node], order: &[Block], wanted: &[Wanted<'_>]) -> Option<Run> {
    let of = |block: &Block| wanted.iter().find(|w| groups[block.group].holds(w.member));
    let mut read: Vec<usize> = Vec::new();
    for (at, block) in order.iter().enumerate() {
        let Some(w) = of(block) else { continue };
        let asked: Vec<AttributeId> = w.fixed.iter().chain(&w.several).copied().collect();
        match (asked.as_slice(), &block.value) {
            ([], _) => read.push(at),
            ([one], Some(value)) => {
                // The block is divided by its first component, which must be the one that is asked for.
                let first = path(&groups[block.group], w.member)
                    .first()
                    .map(|c| c.attribute);
                (first == Some(*one) && !w.part.given.contains(*one)).then_some(())?;
                if w.part.values(*one).is_some_and(|v| v.contains(value)) {
                    read.push(at);
                }
            }
            _ => return None,
        }
    }
    let (first, last) = (*read.first()?, *read.last()?);
    (last - first + 1 == read.len()).then_some(())?;
    for w in wanted {
        let group = groups.iter().find(|g| g.holds(w.member))?;
        // Nobody else may live in a block that is read.
        let others = |m: usize| group.holds(m) && !wanted.iter().any(|v| v.member == m);
        (!(0..64).any(others)).then_some(())?;
        let components = path(group, w.member);
        let skip = w.fixed.len().min(1);
        let single_value = w.several.is_empty();
        (ordered(components.get(skip..)?, w.part, 0) && (single_value || w.part.order.is_empty()))
            .then_some(())?;
    }
    let edge = |at: usize| -> Option<Edge> {
        let block = &order[at];
        let w = of(block)?;
        let bounded = w.part.bounded.map(|b| b.attribute);
        let components = path(&groups[block.group], w.member);
        let cut = bounded.map(|a| {
            components
                .iter()
                .find(|c| c.attribute == a)
                .map(|c| (w.member, *c))
        });
        let cut = match cut {
            Some(None) => return None,
            Some(Some(cut)) => Some(cut),
            None => None,
        };
        Some(Edge {
            label: label_of(&groups[block.group])?,
            value: block.value.clone(),
            cut,
        })
    };
    // A bound is one-sided and cuts the block at its end of the run, toward the outside.
    for (at, w) in read.iter().filter_map(|at| Some((*at, of(&order[*at])?))) {
        let Some(bounded) = w.part.bounded else {
            continue;
        };
        let component = path(&groups[order[at].group], w.member)
            .into_iter()
            .find(|c| c.attribute == bounded.attribute)?;
        let upper = match bounded.side {
            Side::Upper => !component.descending,
            Side::Lower => component.descending,
            Side::Both | Side::Start => return None,
        };
        (at == if upper { last } else { first }).then_some(())?;
    }
    Some(Run::Blocks(edge(first)?, edge(last)?))
}

fn label_of(node: &Node) -> Option<String> {
    match node {
        Node::Leaf { label, .. } | Node::Shared { label, .. } => Some(label.clone()),
        Node::Blocks { .. } => None,
    }
}

/// The direction of reading; `None` if no direction gives every order that is asked for.
fn forward(family: &Family, demand: &Demand, members: &[usize], run: &Run) -> Option<bool> {
    let mut wanted: Option<bool> = None;
    for (part, member) in demand.parts.iter().zip(members) {
        let components = family.components(*member);
        for (attribute, descending) in part.directed() {
            // An attribute that the index settles, or that lies in the partition key, has one value: no order.
            let Some(component) = components.iter().find(|c| c.attribute == *attribute) else {
                continue;
            };
            let forward = component.descending == *descending;
            if *wanted.get_or_insert(forward) != forward {
                return None;
            }
        }
    }
    let Some(limited) = demand.limited else {
        return Some(wanted.unwrap_or(true));
    };
    let Run::Blocks(first, last) = run else {
        return None;
    };
    let counted = label_of(&group_of(&family.root, members[limited], members)?)?;
    // What the limit counts comes last in the direction of reading.
    let forward = match (first.label == counted, last.label == counted) {
        (false, true) => true,
        (true, false) => false,
        // Two values of one divided block: not what a limit of one entity means.
        _ => return None,
    };
    (wanted.unwrap_or(forward) == forward).then_some(forward)
}

/// The block of a member where blocks divide it from others that are read.
fn group_of(node: &Node, member: usize, read: &[usize]) -> Option<Node> {
    match node {
        Node::Leaf { .. } => Some(node.clone()),
        Node::Shared { next, .. } => group_of(next, member, read),
        Node::Blocks { groups, .. } => {
            let group = groups.iter().find(|g| g.holds(member))?;
            if read.iter().all(|m| group.holds(*m)) {
                group_of(group, member, read)
            } else {
                Some(group.clone())
            }
        }
    }
}
