//! The search for a family that serves a set of demands.
//!
//! Depth first through the choices that exist: which component entities share where they must be merged, in which order
//! blocks lie. Directions are equations, checked as they arise. The number of steps is bounded; reaching the bound is a
//! conflict of its own, so that nothing unproven is taken for proven.

use super::columns::{is_pointed, partition};
use super::membership::{Held, held, run_of};
use super::parity::{FALSE, Parity};
use super::{Conflict, Family, Kind, Member, Node, TableRule, blocks, leaf};
use crate::demand::{Demand, Shape, Side};
use crate::workload::{AttributeId, AttributeSet, EntityId, Workload};
use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

/// The most steps of one search.
const STEPS: u32 = 20_000;

/// What a family is to serve, and where.
#[derive(Clone)]
pub struct Setting<'a> {
    /// The workload.
    pub workload: &'a Workload,
    /// Which kind of index.
    pub kind: Kind,
    /// The demands, all of entities that are connected by collections.
    pub demands: &'a [&'a Demand],
    /// For the table: the demands on local indexes, whose partition key is the table's.
    pub also: &'a [&'a Demand],
    /// For a local index: the table's partition key.
    pub columns: Option<Vec<BTreeMap<EntityId, AttributeId>>>,
    /// What the table's keys may be made of, by entity.
    pub rules: &'a [TableRule],
    /// For the table: the entity, where there may be no demands.
    pub entity: Option<EntityId>,
}

impl Setting<'_> {
    pub(super) fn rule(&self, entity: EntityId) -> TableRule {
        self.rules
            .get(usize::from(entity.0))
            .copied()
            .unwrap_or_default()
    }
}

/// What a demand still needs at a place of the tree.
#[derive(Debug, Clone)]
pub(super) struct Pending {
    /// Its place in the list of demands.
    pub(super) demand: usize,
    /// The members that it still reads together.
    pub(super) parts: Vec<PendingPart>,
    /// Columns not yet fixed, by their place in the demand.
    pub(super) columns: Vec<usize>,
    /// Whether it has chosen its run: only the order of each member is left.
    pub(super) chosen: bool,
}

/// What a demand still needs of a member.
#[derive(Debug, Clone)]
pub(super) struct PendingPart {
    pub(super) member: usize,
    /// The part's place in the demand.
    pub(super) part: usize,
    /// Attributes not yet fixed.
    pub(super) fixed: AttributeSet,
    /// An attribute of which it needs several values.
    pub(super) run: Option<AttributeId>,
    /// How much of the order is consumed.
    pub(super) ordered: usize,
}

/// A search in progress.
pub(super) struct Search<'a> {
    pub(super) setting: &'a Setting<'a>,
    pub(super) members: Vec<EntityId>,
    pub(super) held: Vec<Held>,
    variables: BTreeMap<(usize, AttributeId), usize>,
    steps: Cell<u32>,
    pub(super) why: Cell<Option<Box<Conflict>>>,
}

/// What to do with a place of the tree once it is laid out; `Some` ends the search.
pub(super) type Then<'t> = &'t mut dyn FnMut(Node, Parity) -> Option<(Node, Parity)>;

/// Finds a family that serves all demands.
///
/// # Errors
/// Why there is none.
pub fn arrange(setting: &Setting<'_>) -> Result<Family, Conflict> {
    let members = members(setting);
    check_uses(setting, &members)?;
    let mut helds = Vec::new();
    for entity in &members {
        let parts: Vec<(usize, &crate::demand::Part)> = setting
            .demands
            .iter()
            .enumerate()
            .filter(|(_, d)| !is_pointed(setting, d))
            .filter_map(|(at, d)| d.part(*entity).map(|p| (at, p)))
            .collect();
        helds.push(held(setting.workload, setting.kind, *entity, &parts)?);
    }
    for demand in setting
        .demands
        .iter()
        .filter(|d| d.shape == Shape::ScanIndex)
    {
        check_scanned(demand, &members, &helds)?;
    }
    let columns = partition(setting, &members, &helds)?;
    let search = Search {
        variables: variables(setting, &members),
        setting,
        members,
        held: helds,
        steps: Cell::new(0),
        why: Cell::new(None),
    };
    let root = search.run(&columns)?;
    let made = finish(search, columns, root);
    check_pointed(setting, &made)?;
    Ok(made)
}

fn members(setting: &Setting<'_>) -> Vec<EntityId> {
    let all = setting
        .demands
        .iter()
        .chain(setting.also)
        .flat_map(|d| d.parts.iter().map(|p| p.entity));
    all.chain(setting.entity)
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect()
}

/// What can be said of each demand alone, and of the shards.
fn check_uses(setting: &Setting<'_>, members: &[EntityId]) -> Result<(), Conflict> {
    // A local index has the table's partitions, so both are spread alike.
    let mut shards = setting
        .demands
        .iter()
        .chain(setting.also)
        .filter(|d| d.shape == Shape::Query)
        .map(|d| d.shards);
    if let Some(first) = shards.next()
        && shards.any(|s| s != first)
    {
        return Err(Conflict::Shards);
    }
    for demand in setting.also {
        check_spread(setting, demand)?;
    }
    for demand in setting.demands {
        if demand.consistent && setting.kind == Kind::Global {
            return Err(Conflict::Consistent);
        }
        if setting.kind == Kind::Local && demand.shape != Shape::Query {
            return Err(Conflict::LocalPartition);
        }
        if demand.shape == Shape::ScanIndex && (setting.kind == Kind::Table || members.len() > 1) {
            return Err(Conflict::Exclusive);
        }
        if setting.kind == Kind::Table && !is_pointed(setting, demand) {
            check_table(setting, demand)?;
        }
    }
    Ok(())
}

/// That the table's partitions may be spread over as many as a demand says.
fn check_spread(setting: &Setting<'_>, demand: &Demand) -> Result<(), Conflict> {
    let mut entities = demand.parts.iter().map(|p| p.entity);
    match entities.find(|e| demand.shards > 1 && setting.rule(*e).addressed) {
        Some(entity) => Err(Conflict::Addressed { entity }),
        None => Ok(()),
    }
}

/// That the table's key may hold what a demand needs.
fn check_table(setting: &Setting<'_>, demand: &Demand) -> Result<(), Conflict> {
    check_spread(setting, demand)?;
    for part in &demand.parts {
        let entity = part.entity;
        let rule = setting.rule(entity);
        let needed = part.attributes().union(part.several().collect());
        if let Some(attribute) = needed.without(rule.allowed).iter().next() {
            let declared = setting.workload.entity(entity).attribute(attribute);
            return Err(if declared.mutable {
                Conflict::Mutable { entity, attribute }
            } else if declared.optional {
                Conflict::Optional { entity, attribute }
            } else {
                Conflict::Unknown { entity, attribute }
            });
        }
    }
    Ok(())
}

/// A scan of a whole index finds in it what it asks for and nothing else.
fn check_scanned(demand: &Demand, members: &[EntityId], helds: &[Held]) -> Result<(), Conflict> {
    for (entity, held) in members.iter().zip(helds) {
        let Some(part) = demand.part(*entity) else {
            continue;
        };
        let held_so = |a: &AttributeId| {
            let values = held.sparse.values.iter().find(|(b, _)| b == a);
            values.map(|(_, v)| v.as_slice()) == part.values(*a)
        };
        let mut asked = part.constants.iter().map(|(a, _)| *a);
        if let Some(attribute) = asked.find(|a| !held_so(a)) {
            return Err(Conflict::Condition {
                entity: *entity,
                attribute,
            });
        }
    }
    Ok(())
}

/// A read of one item by its key knows the whole of it.
fn check_pointed(setting: &Setting<'_>, family: &Family) -> Result<(), Conflict> {
    for demand in setting.demands.iter().filter(|d| is_pointed(setting, d)) {
        let Some(part) = demand.parts.first() else {
            continue;
        };
        let Some(member) = family.member(part.entity) else {
            continue;
        };
        if let Some(attribute) = family
            .key_attributes(member)
            .without(part.fixed)
            .iter()
            .next()
        {
            return Err(Conflict::Unknown {
                entity: part.entity,
                attribute,
            });
        }
        if family.shards > 1 {
            return Err(Conflict::Addressed {
                entity: part.entity,
            });
        }
    }
    Ok(())
}

/// A variable for the direction of each read, and one for that of each attribute that may be a component.
fn variables(setting: &Setting<'_>, members: &[EntityId]) -> BTreeMap<(usize, AttributeId), usize> {
    let mut made = BTreeMap::new();
    for (at, entity) in members.iter().enumerate() {
        let parts = setting.demands.iter().filter_map(|d| d.part(*entity));
        let used = parts.fold(AttributeSet::default(), |set, p| {
            set.union(p.attributes()).union(p.several().collect())
        });
        for attribute in used.iter() {
            let next = setting.demands.len() + made.len() + 1;
            made.insert((at, attribute), next);
        }
    }
    made
}

impl<'a> Search<'a> {
    pub(super) fn demand(&self, at: usize) -> &'a Demand {
        self.setting.demands[at]
    }

    /// The variable of a read's direction: true where it goes backward.
    pub(super) const fn backward(demand: usize) -> usize {
        demand + 1
    }

    /// The variable of a component's direction: true where it is stored descending.
    pub(super) fn stored(&self, member: usize, attribute: AttributeId) -> usize {
        self.variables
            .get(&(member, attribute))
            .copied()
            .unwrap_or(FALSE)
    }

    /// Whether the search may go on.
    pub(super) fn step(&self) -> bool {
        self.steps.set(self.steps.get() + 1);
        if self.steps.get() > STEPS {
            self.why.set(Some(Box::new(Conflict::Budget)));
            return false;
        }
        true
    }

    /// Notes the first reason for which a branch failed.
    pub(super) fn fail(&self, conflict: Conflict) {
        let known = self.why.take();
        self.why.set(known.or_else(|| Some(Box::new(conflict))));
    }

    fn run(&self, columns: &[Vec<AttributeId>]) -> Result<(Node, Parity), Conflict> {
        let pending = self.pending(columns)?;
        let parity = self.directions()?;
        let all: Vec<usize> = (0..self.members.len()).collect();
        // Keys that people read should hold times and numbers as they are, so that is tried first.
        if all.len() > 1
            && let Some(plain) = self.ascending(&parity)
            && let Some(found) = self.place(&all, &pending, plain, &mut |node, parity| {
                Some((node, parity))
            })
        {
            return Ok(found);
        }
        self.why.set(None);
        let found = self.place(&all, &pending, parity, &mut |node, parity| {
            Some((node, parity))
        });
        found.ok_or_else(|| self.why.take().map_or(Conflict::Neighbours, |c| *c))
    }

    /// The equations with everything stored ascending, if they allow that.
    fn ascending(&self, parity: &Parity) -> Option<Parity> {
        let mut plain = parity.clone();
        self.variables
            .values()
            .all(|v| plain.tie(*v, FALSE, false))
            .then_some(plain)
    }

    /// What each demand needs below the partition key.
    fn pending(&self, partition: &[Vec<AttributeId>]) -> Result<Vec<Pending>, Conflict> {
        let mut made = Vec::new();
        for (at, demand) in self.setting.demands.iter().enumerate() {
            if demand.shape != Shape::Query || is_pointed(self.setting, demand) {
                continue;
            }
            let mut parts = Vec::new();
            for (place, part) in demand.parts.iter().enumerate() {
                let Some(member) = self.members.iter().position(|m| *m == part.entity) else {
                    continue;
                };
                let key: AttributeSet = partition.iter().map(|c| c[member]).collect();
                let held = &self.held[member];
                let run = run_of(part, held).map_err(|()| Conflict::Condition {
                    entity: part.entity,
                    attribute: AttributeId(0),
                })?;
                let fixed = part.fixed.without(key).without(held.settled);
                parts.push(PendingPart {
                    member,
                    part: place,
                    fixed,
                    run,
                    ordered: 0,
                });
            }
            let in_key = |c: &Vec<AttributeId>| {
                parts
                    .iter()
                    .zip(c)
                    .all(|(p, a)| partition.iter().any(|column| column[p.member] == *a))
            };
            let columns = (0..demand.columns.len())
                .filter(|c| !in_key(&demand.columns[*c]))
                .collect();
            made.push(Pending {
                demand: at,
                parts,
                columns,
                chosen: false,
            });
        }
        Ok(made)
    }

    /// The equations that hold wherever the components lie.
    fn directions(&self) -> Result<Parity, Conflict> {
        let mut parity = Parity::new(self.setting.demands.len() + self.variables.len());
        for ((member, attribute), variable) in &self.variables {
            let entity = self.setting.workload.entity(self.members[*member]);
            if !entity.attribute(*attribute).ty.inverts() && !parity.tie(*variable, FALSE, false) {
                return Err(Conflict::Direction);
            }
        }
        for (at, demand) in self
            .setting
            .demands
            .iter()
            .enumerate()
            .filter(|(_, d)| d.shape == Shape::Query)
        {
            if is_pointed(self.setting, demand) {
                continue;
            }
            for part in &demand.parts {
                let Some(member) = self.members.iter().position(|m| *m == part.entity) else {
                    continue;
                };
                let directed = part.order.iter().filter(|_| !part.either_way);
                for (attribute, descending) in directed {
                    if !parity.tie(
                        self.stored(member, *attribute),
                        Self::backward(at),
                        *descending,
                    ) {
                        return Err(Conflict::Direction);
                    }
                }
                if let Some(bounded) = part.bounded.filter(|b| b.side == Side::Start)
                    && !parity.tie(self.stored(member, bounded.attribute), FALSE, false)
                {
                    return Err(Conflict::Direction);
                }
            }
        }
        Ok(parity)
    }

    /// Lays out the members of a place.
    pub(super) fn place(
        &self,
        members: &[usize],
        pending: &[Pending],
        parity: Parity,
        then: Then<'_>,
    ) -> Option<(Node, Parity)> {
        if !self.step() {
            return None;
        }
        match members {
            [] => None,
            [one] => leaf::leaf(self, *one, None, pending, parity, then),
            _ => {
                let groups = self.merged_groups(members, pending);
                if groups.len() == 1 {
                    self.share(members, pending, &parity, then)
                } else {
                    blocks::blocks(self, &groups, pending, &parity, then)
                }
            }
        }
    }

    /// Whether a demand needs its members merged here: a component that it fixes, bounds or orders for all of them.
    fn needs_merging(&self, pending: &Pending) -> bool {
        if pending.chosen || pending.parts.len() < 2 {
            return false;
        }
        let demand = self.demand(pending.demand);
        let bounded = pending
            .parts
            .iter()
            .filter(|p| p.ordered == 0 && demand.parts[p.part].bounded.is_some())
            .count();
        let unordered = |p: &PendingPart| p.ordered < demand.parts[p.part].order.len();
        !pending.columns.is_empty()
            || bounded >= 2
            || (demand.merged && pending.parts.iter().any(unordered))
    }

    /// The members that must stay together, as groups; merging where nothing needs it never helps, since blocks side by
    /// side serve whatever a merged block would.
    fn merged_groups(&self, members: &[usize], pending: &[Pending]) -> Vec<Vec<usize>> {
        let mut groups: Vec<Vec<usize>> = members.iter().map(|m| vec![*m]).collect();
        for p in pending.iter().filter(|p| self.needs_merging(p)) {
            let touched = |g: &Vec<usize>| p.parts.iter().any(|part| g.contains(&part.member));
            let (joined, rest): (Vec<_>, Vec<_>) = groups.into_iter().partition(touched);
            groups = rest;
            let mut one: Vec<usize> = joined.into_iter().flatten().collect();
            one.sort_unstable();
            groups.push(one);
        }
        groups.sort();
        groups
    }

    /// Lays out a component that all members share.
    fn share(
        &self,
        members: &[usize],
        pending: &[Pending],
        parity: &Parity,
        then: Then<'_>,
    ) -> Option<(Node, Parity)> {
        for shared in self.shareable(members, pending) {
            let Some((rest, mut tied)) = self.consume(members, &shared, pending, parity) else {
                self.fail(Conflict::Merged);
                continue;
            };
            let mut variables = shared.iter().map(|(m, a)| self.stored(*m, *a));
            let first = variables.next().unwrap_or(FALSE);
            if !variables.all(|v| tied.tie(first, v, false)) {
                self.fail(Conflict::Direction);
                continue;
            }
            let found = self.place(members, &rest, tied, &mut |next, parity| {
                let next = Box::new(next);
                then(
                    Node::Shared {
                        label: String::new(),
                        attributes: shared.clone(),
                        descending: false,
                        next,
                    },
                    parity,
                )
            });
            if found.is_some() {
                return found;
            }
        }
        None
    }

    /// The components that the members could share first, for each member its attribute.
    fn shareable(&self, members: &[usize], pending: &[Pending]) -> Vec<Vec<(usize, AttributeId)>> {
        let mut made: Vec<Vec<(usize, AttributeId)>> = Vec::new();
        for p in pending.iter().filter(|p| self.needs_merging(p)) {
            let demand = self.demand(p.demand);
            let candidates: Vec<Vec<AttributeId>> = if p.columns.is_empty() {
                let first = |part: &PendingPart| {
                    demand.parts[part.part]
                        .order
                        .get(part.ordered)
                        .map(|(a, _)| *a)
                };
                p.parts
                    .iter()
                    .map(first)
                    .collect::<Option<Vec<_>>>()
                    .into_iter()
                    .collect()
            } else {
                p.columns
                    .iter()
                    .map(|c| {
                        p.parts
                            .iter()
                            .map(|part| demand.columns[*c][part.part])
                            .collect()
                    })
                    .collect()
            };
            for candidate in candidates {
                let start: BTreeMap<usize, AttributeId> = p
                    .parts
                    .iter()
                    .map(|part| part.member)
                    .zip(candidate)
                    .collect();
                made.extend(self.spread(start, members, pending));
            }
        }
        made.sort();
        made.dedup();
        made
    }

    /// Follows a component through the demands that need merging, until every member has its attribute.
    fn spread(
        &self,
        mut known: BTreeMap<usize, AttributeId>,
        members: &[usize],
        pending: &[Pending],
    ) -> Vec<Vec<(usize, AttributeId)>> {
        loop {
            if members.iter().all(|m| known.contains_key(m)) {
                return vec![known.into_iter().collect()];
            }
            let before = known.len();
            for p in pending.iter().filter(|p| self.needs_merging(p)) {
                let demand = self.demand(p.demand);
                let agrees = |tuple: &Vec<AttributeId>| {
                    p.parts
                        .iter()
                        .zip(tuple)
                        .all(|(part, a)| known.get(&part.member).is_none_or(|b| a == b))
                        && p.parts.iter().any(|part| known.contains_key(&part.member))
                };
                let columns = p.columns.iter().map(|c| {
                    p.parts
                        .iter()
                        .map(|part| demand.columns[*c][part.part])
                        .collect()
                });
                let first = |part: &PendingPart| {
                    demand.parts[part.part]
                        .order
                        .get(part.ordered)
                        .map(|(a, _)| *a)
                };
                let ordered = p.parts.iter().map(first).collect::<Option<Vec<_>>>();
                let matching = columns.chain(ordered).find(agrees);
                known.extend(
                    p.parts
                        .iter()
                        .map(|part| part.member)
                        .zip(matching.into_iter().flatten()),
                );
            }
            if known.len() == before {
                return Vec::new();
            }
        }
    }

    /// What the demands still need after a shared component; `None` if one of them cannot have it here.
    fn consume(
        &self,
        members: &[usize],
        shared: &[(usize, AttributeId)],
        pending: &[Pending],
        parity: &Parity,
    ) -> Option<(Vec<Pending>, Parity)> {
        let attribute = |member: usize| shared.iter().find(|(m, _)| *m == member).map(|(_, a)| *a);
        let mut made = Vec::new();
        for p in pending {
            let demand = self.demand(p.demand);
            let mut next = p.clone();
            let fixes = p
                .parts
                .iter()
                .all(|part| attribute(part.member).is_some_and(|a| part.fixed.contains(a)));
            if !p.chosen && fixes {
                for part in &mut next.parts {
                    attribute(part.member)
                        .into_iter()
                        .for_each(|a| part.fixed.remove(a));
                }
                let same = |c: &usize| {
                    p.parts
                        .iter()
                        .all(|part| attribute(part.member) == Some(demand.columns[*c][part.part]))
                };
                next.columns.retain(|c| !same(c));
                made.push(next);
                continue;
            }
            // Otherwise everything here is read, in the order of the component if any order is asked for.
            // A limit that counts one entity needs the others before it, not among its items.
            let whole = p.chosen
                || (demand.limited.is_none()
                    && members
                        .iter()
                        .all(|m| p.parts.iter().any(|part| part.member == *m)));
            let unfixed = p
                .parts
                .iter()
                .all(|part| part.fixed.is_empty() && part.run.is_none());
            if !whole || !unfixed {
                return None;
            }
            for part in &mut next.parts {
                match demand.parts[part.part].order.get(part.ordered) {
                    Some((first, _)) if Some(*first) == attribute(part.member) => part.ordered += 1,
                    Some(_) => return None,
                    None => {}
                }
            }
            let merged_order_left = demand.merged
                && next
                    .parts
                    .iter()
                    .any(|part| part.ordered < demand.parts[part.part].order.len());
            if merged_order_left {
                made.push(next);
            } else {
                made.extend(next.parts.into_iter().map(|part| Pending {
                    demand: p.demand,
                    parts: vec![part],
                    columns: Vec::new(),
                    chosen: true,
                }));
            }
        }
        Some((made, parity.clone()))
    }
}

/// Puts the directions that were found into the tree.
fn finish(
    search: Search<'_>,
    columns: Vec<Vec<AttributeId>>,
    (mut root, parity): (Node, Parity),
) -> Family {
    let descending = choose_directions(&search, &parity);
    set_directions(&mut root, &descending);
    let shards = search
        .setting
        .demands
        .iter()
        .chain(search.setting.also)
        .filter(|d| d.shape == Shape::Query)
        .map(|d| d.shards)
        .max()
        .unwrap_or(1);
    let members = search.members.iter().zip(&search.held);
    let members: Vec<Member> = members
        .map(|(entity, held)| Member {
            entity: *entity,
            sparse: held.sparse.clone(),
        })
        .collect();
    let mut made = Family {
        members,
        columns,
        shards,
        root,
        label: String::new(),
    };
    leaf::add_tails(search.setting, &mut made);
    super::labels::label(search.setting.workload, &mut made);
    made
}

/// Of the solutions of the equations the one that stores the fewest components descending.
fn choose_directions(search: &Search<'_>, parity: &Parity) -> BTreeSet<(usize, AttributeId)> {
    let mut weight: BTreeMap<usize, i64> = BTreeMap::new();
    for variable in search.variables.values() {
        let (root, flipped) = parity.relation(*variable);
        *weight.entry(root).or_default() += if flipped { -1 } else { 1 };
    }
    let root_value = |root: usize| root != FALSE && weight.get(&root).is_some_and(|w| *w < 0);
    let value = |variable: usize| {
        let (root, flipped) = parity.relation(variable);
        root_value(root) ^ flipped
    };
    search
        .variables
        .iter()
        .filter(|(_, v)| value(**v))
        .map(|(key, _)| *key)
        .collect()
}

fn set_directions(node: &mut Node, stored_descending: &BTreeSet<(usize, AttributeId)>) {
    match node {
        Node::Leaf {
            member, components, ..
        } => {
            for component in components {
                component.descending = stored_descending.contains(&(*member, component.attribute));
            }
        }
        Node::Shared {
            attributes,
            descending,
            next,
            ..
        } => {
            *descending = attributes.iter().any(|key| stored_descending.contains(key));
            set_directions(next, stored_descending);
        }
        Node::Blocks { groups, .. } => groups
            .iter_mut()
            .for_each(|g| set_directions(g, stored_descending)),
    }
}
