//! Blocks side by side: an order in which each demand reads one run.
//!
//! A demand over several blocks needs them next to each other. With a limit, the items that it counts must come last in
//! the direction of reading, so the others lie at the end where reading begins; a block has two ends, so a parent has
//! two such neighbours, one read forward and one backward. A one-sided bound on one entity cuts its block, which must
//! then lie at an end of the run, with the right side inward.

use super::membership::divides;
use super::parity::{FALSE, Parity};
use super::search::{Pending, PendingPart, Search, Then};
use super::{Block, Conflict, Node, leaf};
use crate::demand::Side;
use crate::workload::{AttributeId, Constant};

/// A block that is to be placed.
#[derive(Debug, Clone)]
struct Item {
    group: usize,
    value: Option<Constant>,
}

/// A demand over several blocks.
struct Span {
    demand: usize,
    /// The items that it reads, as a set of bits.
    items: u64,
    /// Those whose items a limit counts.
    limited: u64,
    /// A block that a one-sided bound cuts: its items, the variable of the bounded attribute, the side.
    cut: Vec<(u64, usize, Side)>,
}

/// Lays out groups of members side by side.
pub(super) fn blocks(
    search: &Search<'_>,
    groups: &[Vec<usize>],
    pending: &[Pending],
    parity: &Parity,
    then: Then<'_>,
) -> Option<(Node, Parity)> {
    let spanning = |p: &&Pending| !p.chosen && groups.iter().filter(|g| touches(p, g)).count() > 1;
    let divided = divisions(search, groups, pending.iter().filter(spanning))?;
    let items = items(search, groups, &divided);
    if items.len() > 60 {
        search.cut_off();
        return None;
    }
    let mut spans = Vec::new();
    for p in pending.iter().filter(spanning) {
        spans.push(span(search, groups, &divided, &items, p)?);
    }
    spans.extend(whole_groups(search, groups, &divided, &items, pending));
    let inner: Vec<Vec<Pending>> = groups.iter().map(|g| inside(search, g, pending)).collect();
    let mut placing = Placing {
        search,
        groups,
        divided: &divided,
        items: &items,
        spans: &spans,
        inner: &inner,
    };
    placing.extend(&mut Vec::new(), parity, then)
}

fn touches(p: &Pending, group: &[usize]) -> bool {
    p.parts.iter().any(|part| group.contains(&part.member))
}

/// What each group still has to provide: demands inside it as they are, of those over several groups only the order,
/// and a bound that cuts the group.
fn inside(search: &Search<'_>, group: &[usize], pending: &[Pending]) -> Vec<Pending> {
    let mut made = Vec::new();
    for p in pending {
        let here: Vec<&PendingPart> = p
            .parts
            .iter()
            .filter(|part| group.contains(&part.member))
            .collect();
        let demand = search.demand(p.demand);
        let bounded =
            |part: &&PendingPart| part.ordered == 0 && demand.parts[part.part].bounded.is_some();
        if here.len() == p.parts.len() {
            made.push(p.clone());
        } else if here.len() > 1 && here.iter().any(bounded) {
            made.push(Pending {
                demand: p.demand,
                parts: here.into_iter().cloned().collect(),
                columns: Vec::new(),
                alike: Vec::new(),
                chosen: false,
                cut: true,
            });
        } else {
            made.extend(here.into_iter().map(|part| Pending {
                demand: p.demand,
                parts: vec![part.clone()],
                columns: Vec::new(),
                alike: Vec::new(),
                chosen: true,
                cut: false,
            }));
        }
    }
    made
}

/// For each group the attribute by whose values it is divided: the one that demands over several groups ask constants of.
fn divisions<'p>(
    search: &Search<'_>,
    groups: &[Vec<usize>],
    spanning: impl Iterator<Item = &'p Pending>,
) -> Option<Vec<Option<AttributeId>>> {
    let mut made: Vec<Option<AttributeId>> = vec![None; groups.len()];
    for p in spanning {
        for part in &p.parts {
            let asked = part.run.map_or(part.fixed, |run| part.fixed.with(run));
            let Some(attribute) = asked.iter().next() else {
                continue;
            };
            let at = groups.iter().position(|g| g.contains(&part.member))?;
            let entity = search.setting.workload.entity(search.members[part.member]);
            let asked_of = &search.demand(p.demand).parts[part.part];
            // A parameter beside the constants is compared all the same.
            let constant =
                asked_of.values(attribute).is_some() && !asked_of.given.contains(attribute);
            let alone = groups[at].len() == 1 && asked.len() == 1;
            if !constant
                || !alone
                || !divides(&entity.attribute(attribute).ty)
                || made[at].is_some_and(|a| a != attribute)
            {
                search.fail(Conflict::Partial { demand: p.demand });
                return None;
            }
            made[at] = Some(attribute);
        }
    }
    Some(made)
}

fn items(search: &Search<'_>, groups: &[Vec<usize>], divided: &[Option<AttributeId>]) -> Vec<Item> {
    let mut made: Vec<(String, Item)> = Vec::new();
    for (group, (members, by)) in groups.iter().zip(divided).enumerate() {
        let name = |m: &usize| {
            search
                .setting
                .workload
                .entity(search.members[*m])
                .name
                .clone()
        };
        let tag = members
            .iter()
            .map(|m| super::tag(&name(m)))
            .min()
            .unwrap_or_default();
        let values = by.and_then(|attribute| {
            let member = members[0];
            let held = search.held[member]
                .sparse
                .values
                .iter()
                .find(|(a, _)| *a == attribute);
            let ty = &search
                .setting
                .workload
                .entity(search.members[member])
                .attribute(attribute)
                .ty;
            held.map(|(_, v)| v.clone()).or_else(|| ty.values())
        });
        match values {
            None => made.push((tag, Item { group, value: None })),
            Some(values) => made.extend(values.into_iter().map(|v| {
                (
                    tag.clone(),
                    Item {
                        group,
                        value: Some(v),
                    },
                )
            })),
        }
    }
    // Natural order first: the names then need no numbers before them.
    made.sort_by(|a, b| (&a.0, &a.1.value).cmp(&(&b.0, &b.1.value)));
    made.into_iter().map(|(_, item)| item).collect()
}

fn span(
    search: &Search<'_>,
    groups: &[Vec<usize>],
    divided: &[Option<AttributeId>],
    items: &[Item],
    p: &Pending,
) -> Option<Span> {
    let demand = search.demand(p.demand);
    let mut made = Span {
        demand: p.demand,
        items: 0,
        limited: 0,
        cut: Vec::new(),
    };
    for part in &p.parts {
        let at = groups.iter().position(|g| g.contains(&part.member))?;
        // A block that holds others too would be read with them.
        if groups[at]
            .iter()
            .any(|m| !p.parts.iter().any(|q| q.member == *m))
        {
            search.fail(Conflict::Merged);
            return None;
        }
        let asked = &demand.parts[part.part];
        let wanted = divided[at]
            .filter(|a| part.fixed.contains(*a) || part.run == Some(*a))
            .and_then(|a| asked.values(a));
        let meant = |i: &Item| {
            i.group == at && wanted.is_none_or(|w| i.value.as_ref().is_none_or(|v| w.contains(v)))
        };
        let bits = items
            .iter()
            .enumerate()
            .filter(|(_, i)| meant(i))
            .fold(0, |bits, (n, _)| bits | 1u64 << n);
        made.items |= bits;
        if demand.limited == Some(part.part) {
            made.limited |= bits;
        }
        if let Some(bounded) = asked.bounded.filter(|_| part.ordered == 0) {
            if !matches!(bounded.side, Side::Lower | Side::Upper) || bits.count_ones() != 1 {
                search.fail(Conflict::Partial { demand: p.demand });
                return None;
            }
            made.cut.push((
                bits,
                search.stored(part.member, bounded.attribute),
                bounded.side,
            ));
        }
    }
    Some(made)
}

/// The demands inside a divided group that read several of its values in one run: no other block may lie between those.
fn whole_groups(
    search: &Search<'_>,
    groups: &[Vec<usize>],
    divided: &[Option<AttributeId>],
    items: &[Item],
    pending: &[Pending],
) -> Vec<Span> {
    let mut made = Vec::new();
    for p in pending.iter().filter(|p| !p.chosen) {
        let [part] = p.parts.as_slice() else { continue };
        let Some(at) = groups.iter().position(|g| g.contains(&part.member)) else {
            continue;
        };
        let Some(by) = divided[at].filter(|a| !part.fixed.contains(*a)) else {
            continue;
        };
        let asked = &search.demand(p.demand).parts[part.part];
        let wanted = part
            .run
            .filter(|run| *run == by)
            .and_then(|a| asked.values(a));
        let meant = |i: &Item| {
            let wants = |v: &Constant| wanted.is_none_or(|w| w.contains(v));
            i.group == at && i.value.as_ref().is_none_or(wants)
        };
        let bits = (0..items.len())
            .filter(|n| meant(&items[*n]))
            .fold(0, |bits, n| bits | 1u64 << n);
        made.push(Span {
            demand: p.demand,
            items: bits,
            limited: 0,
            cut: Vec::new(),
        });
    }
    made
}

/// The search for an order.
struct Placing<'a> {
    search: &'a Search<'a>,
    groups: &'a [Vec<usize>],
    divided: &'a [Option<AttributeId>],
    items: &'a [Item],
    spans: &'a [Span],
    inner: &'a [Vec<Pending>],
}

impl Placing<'_> {
    fn extend(
        &mut self,
        placed: &mut Vec<usize>,
        parity: &Parity,
        then: Then<'_>,
    ) -> Option<(Node, Parity)> {
        if !self.search.step() {
            return None;
        }
        if placed.len() == self.items.len() {
            let order: Vec<Block> = placed.iter().map(|n| self.block(*n)).collect();
            if !super::labels::nests(&order) {
                self.search.fail(Conflict::Neighbours);
                return None;
            }
            let tied = self.directions(placed, parity.clone())?;
            return self.fill(placed, Vec::new(), tied, then);
        }
        let bits = placed.iter().fold(0u64, |bits, n| bits | 1 << n);
        for next in 0..self.items.len() {
            if bits >> next & 1 == 1 || !self.may_follow(bits, next) {
                continue;
            }
            placed.push(next);
            let found = self.extend(placed, parity, then);
            placed.pop();
            if found.is_some() {
                return found;
            }
        }
        None
    }

    fn block(&self, item: usize) -> Block {
        Block {
            group: self.items[item].group,
            value: self.items[item].value.clone(),
        }
    }

    /// Whether an item may come next: runs that have begun go on, values stay in their order.
    fn may_follow(&self, placed: u64, next: usize) -> bool {
        let run_goes_on = |s: &Span| {
            let begun = s.items & placed;
            begun == 0 || begun == s.items || s.items >> next & 1 == 1
        };
        let item = &self.items[next];
        let earlier = |n: usize, i: &Item| {
            i.group == item.group && i.value < item.value && placed >> n & 1 == 0
        };
        self.spans.iter().all(run_goes_on)
            && !self.items.iter().enumerate().any(|(n, i)| earlier(n, i))
    }

    /// The equations that follow from the order: where a limit counts, where a bound cuts.
    fn directions(&self, placed: &[usize], mut parity: Parity) -> Option<Parity> {
        let place = |bits: u64| {
            placed
                .iter()
                .enumerate()
                .filter(move |(_, n)| bits >> **n & 1 == 1)
                .map(|(at, _)| at)
        };
        for span in self.spans {
            let first = place(span.items).min()?;
            let last = place(span.items).max()?;
            if span.limited != 0 {
                let others = span.items & !span.limited;
                let counted_last = place(others).max() < place(span.limited).min();
                let counted_first = place(span.limited).max() < place(others).min();
                if !(counted_last || counted_first)
                    || !parity.tie(Search::backward(span.demand), FALSE, counted_first)
                {
                    self.search.fail(Conflict::Neighbours);
                    return None;
                }
            }
            for (bits, variable, side) in &span.cut {
                let at = place(*bits).next()?;
                // At the last place the lower end of the stored order is read, at the first place the upper end.
                let reads_start = at == last;
                let fits = (at == last || at == first) && {
                    let descending = (*side == Side::Lower) == reads_start;
                    parity.tie(*variable, FALSE, descending)
                };
                if !fits {
                    self.search.fail(Conflict::Neighbours);
                    return None;
                }
            }
        }
        Some(parity)
    }

    /// Lays out what the blocks hold, one group after the other.
    fn fill(
        &self,
        placed: &[usize],
        done: Vec<Node>,
        parity: Parity,
        then: Then<'_>,
    ) -> Option<(Node, Parity)> {
        let at = done.len();
        let Some(group) = self.groups.get(at) else {
            let order = placed.iter().map(|n| self.block(*n)).collect();
            let groups = done;
            return then(Node::Blocks { groups, order }, parity);
        };
        let mut next = |node: Node, parity: Parity| {
            let mut done = done.clone();
            done.push(node);
            self.fill(placed, done, parity, then)
        };
        match (group.as_slice(), self.divided[at]) {
            ([one], Some(first)) => leaf::leaf(
                self.search,
                *one,
                Some(first),
                &self.inner[at],
                parity,
                &mut next,
            ),
            (members, _) => self
                .search
                .place(members, &self.inner[at], parity, &mut next),
        }
    }
}
