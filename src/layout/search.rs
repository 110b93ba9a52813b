//! The search for a family that serves a set of demands.
//!
//! Depth first through the choices that exist: which component entities share where they must be merged, in which order
//! blocks lie. Directions are equations, checked as they arise. The number of steps is bounded; reaching the bound is a
//! conflict of its own, so that nothing unproven is taken for proven.

use super::access::access;
use super::checks::{check_pointed, check_scans, check_uses};
use super::columns::{is_pointed, partition};
use super::finish::finish;
use super::membership::{Held, held, run_of};
use super::parity::{FALSE, Parity};
use super::{Conflict, Family, Kind, Node, TableRule, leaf};
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
    /// Constants of all parts not yet fixed, by their place in the demand.
    pub(super) alike: Vec<usize>,
    /// Whether it has chosen its run: only the order of each member is left.
    pub(super) chosen: bool,
    /// Whether its run is cut at an end by a bound that these members share.
    pub(super) cut: bool,
}

/// What a demand still needs of a member.
#[derive(Debug, Clone)]
pub(super) struct PendingPart {
    pub(super) member: usize,
    /// The part's place in the demand.
    pub(super) part: usize,
    /// Attributes not yet fixed.
    pub(super) fixed: AttributeSet,
    /// Attributes that need not be fixed, because the index holds only the value that is asked for.
    pub(super) settled: AttributeSet,
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
    pub(super) variables: BTreeMap<(usize, AttributeId), usize>,
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
    check_scans(setting, &helds)?;
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
    let made = finish(&search, columns, root);
    check_pointed(setting, &made)?;
    // What is built must be read as it was meant.
    let queries = setting.demands.iter().filter(|d| d.shape == Shape::Query);
    let served = |d: &&Demand| is_pointed(setting, d) || access(&made, d).is_some();
    if queries.copied().all(|d| served(&d)) {
        Ok(made)
    } else {
        Err(Conflict::Neighbours)
    }
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
            self.cut_off();
            return false;
        }
        true
    }

    /// Notes that not everything was tried.
    pub(super) fn cut_off(&self) {
        self.steps.set(STEPS + 1);
        self.why.set(Some(Box::new(Conflict::Budget)));
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
                    settled: part.fixed.intersection(held.settled),
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
            let open = |c: &Vec<AttributeId>| {
                let needed = |(p, a): (&PendingPart, &AttributeId)| p.fixed.contains(*a);
                !in_key(c) && parts.iter().zip(c).any(needed)
            };
            let columns = (0..demand.columns.len())
                .filter(|c| !in_key(&demand.columns[*c]))
                .collect();
            let alike = (0..demand.alike.len())
                .filter(|c| open(&demand.alike[*c]))
                .collect();
            made.push(Pending {
                demand: at,
                parts,
                columns,
                alike,
                chosen: false,
                cut: false,
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
                for (attribute, descending) in part.directed() {
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
            _ => self.several(members, pending, &parity, then),
        }
    }
}
