//! The literals of keys: short names that keep blocks apart and in their order.
//!
//! Every literal ends in `#` and holds no other character up to `%`, so that no encoded value can be taken for one.

use super::{Block, Family, Node};
use crate::encoding;
use crate::workload::{AttributeId, Workload};
use std::collections::BTreeMap;

/// The name of an entity or attribute as it stands in keys: `OrderItem` becomes `ORDER_ITEM`.
#[must_use]
pub fn tag(name: &str) -> String {
    let mut made = String::with_capacity(name.len() + 2);
    let mut before = '_';
    for c in name.chars() {
        if c.is_ascii_uppercase() && (before.is_ascii_lowercase() || before.is_ascii_digit()) {
            made.push('_');
        }
        made.push(c.to_ascii_uppercase());
        before = c;
    }
    made
}

/// What a column of a family's partition key is called: the entity that it identifies; the one that it refers to under
/// the name of that entity's key; else the attribute.
#[must_use]
pub fn column_name(workload: &Workload, family: &Family, column: &[AttributeId]) -> String {
    let pairs = || {
        family
            .members
            .iter()
            .map(|m| workload.entity(m.entity))
            .zip(column)
    };
    let identified = pairs()
        .find(|(entity, a)| entity.identity == [**a])
        .map(|(entity, _)| entity.name.as_str());
    let target = || {
        pairs().find_map(|(entity, a)| {
            let attribute = entity.attribute(*a);
            let target = workload.entity(attribute.target?);
            let same = matches!(target.identity.as_slice(), [key] if target.attribute(*key).name == attribute.name);
            same.then_some(target.name.as_str())
        })
    };
    let attribute = || {
        pairs()
            .next()
            .map(|(entity, a)| entity.attribute(*a).name.as_str())
    };
    tag(identified
        .or_else(target)
        .or_else(attribute)
        .unwrap_or_default())
}

/// The start of a family's partition key, were it alone in its index.
fn partition_label(workload: &Workload, family: &Family) -> String {
    if let Some(first) = family.columns.first() {
        return format!("{}#", column_name(workload, family, first));
    }
    let Some(member) = family.members.first() else {
        return String::new();
    };
    let entity = workload.entity(member.entity);
    let mut made = format!("{}#", tag(&entity.name));
    for (attribute, values) in &member.sparse.values {
        if let [one] = values.as_slice() {
            made.push_str(&format!(
                "{}#{}#",
                tag(&entity.attribute(*attribute).name),
                encoding::escape(&one.plain())
            ));
        }
    }
    made
}

/// Names the places of a family's tree.
pub(super) fn label(workload: &Workload, family: &mut Family) {
    family.label = partition_label(workload, family);
    let members: Vec<(String, crate::workload::EntityId)> = family
        .members
        .iter()
        .map(|m| (workload.entity(m.entity).name.clone(), m.entity))
        .collect();
    let tags = distinct_tags(members.iter().map(|(n, _)| n.as_str()));
    let scope = Scope {
        workload,
        members: &members,
        tags: &tags,
    };
    let own = scope.own(&family.root);
    scope.node(&mut family.root, &own);
}

/// Tags that differ wherever the names do.
#[must_use]
pub fn distinct_tags<'a>(names: impl Iterator<Item = &'a str> + Clone) -> Vec<String> {
    let mut count: BTreeMap<String, usize> = BTreeMap::new();
    names
        .clone()
        .for_each(|n| *count.entry(tag(n)).or_default() += 1);
    names
        .map(|n| {
            if count.get(&tag(n)) == Some(&1) {
                tag(n)
            } else {
                n.to_owned()
            }
        })
        .collect()
}

struct Scope<'a> {
    workload: &'a Workload,
    members: &'a [(String, crate::workload::EntityId)],
    tags: &'a [String],
}

impl Scope<'_> {
    /// What a place would be called, without a number.
    fn own(&self, node: &Node) -> String {
        match node {
            Node::Leaf { member, .. } => self.tags[*member].clone(),
            Node::Shared { attributes, .. } => attributes
                .first()
                .map(|(member, a)| self.attribute(*member, *a))
                .unwrap_or_default(),
            Node::Blocks { groups, .. } => groups.first().map(|g| self.own(g)).unwrap_or_default(),
        }
    }

    fn attribute(&self, member: usize, id: AttributeId) -> String {
        tag(&self
            .workload
            .entity(self.members[member].1)
            .attribute(id)
            .name)
    }

    fn node(&self, node: &mut Node, name: &str) {
        match node {
            Node::Leaf { label, .. } => *label = format!("{name}#"),
            Node::Shared { label, next, .. } => {
                *label = format!("{name}#");
                self.below_shared(next);
            }
            Node::Blocks { groups, order } => self.blocks(groups, order),
        }
    }

    /// A shared component right after another one needs no literal; blocks have theirs.
    fn below_shared(&self, next: &mut Node) {
        match next {
            Node::Shared { next, .. } => self.below_shared(next),
            Node::Blocks { groups, order } => self.blocks(groups, order),
            Node::Leaf { member, label, .. } => *label = format!("{}#", self.tags[*member]),
        }
    }

    fn blocks(&self, groups: &mut [Node], order: &[Block]) {
        let mut names: Vec<String> = groups.iter().map(|g| self.own(g)).collect();
        let duplicate =
            |names: &[String], at: usize| names.iter().filter(|n| **n == names[at]).count() > 1;
        for at in 0..names.len() {
            if duplicate(&names, at) {
                let whole: Vec<&str> = (0..self.tags.len())
                    .filter(|m| groups[at].holds(*m))
                    .map(|m| self.tags[m].as_str())
                    .collect();
                names[at] = whole.join("+");
            }
        }
        let between = Self::between(order, &names);
        let top: Vec<usize> = order
            .iter()
            .map(|b| b.group)
            .filter(|g| !between.contains_key(g))
            .collect();
        let mut sequence: Vec<usize> = Vec::new();
        for group in top {
            if !sequence.contains(&group) {
                sequence.push(group);
            }
        }
        let mut full: Vec<String> = names.clone();
        // Where the natural order will do no number is needed; where it breaks once, what comes after begins with `~`,
        // which sorts after every letter.
        let breaks: Vec<usize> = (1..sequence.len())
            .filter(|at| names[sequence[at - 1]] >= names[sequence[*at]])
            .collect();
        let width = sequence.len().to_string().len();
        for (rank, group) in sequence.iter().enumerate() {
            match breaks.as_slice() {
                [at] if rank >= *at => full[*group] = format!("~{}", names[*group]),
                [] | [_] => {}
                _ => full[*group] = format!("{:0>width$}.{}", rank + 1, names[*group]),
            }
        }
        // A block between two values begins like the block that it divides: after the value and everything under it.
        let mut open: Vec<usize> = between.keys().copied().collect();
        while !open.is_empty() {
            let waits = |group: &usize| open.contains(&between[group].0);
            let Some(at) = open.iter().position(|g| !waits(g)) else {
                break;
            };
            let group = open.remove(at);
            let (divided, value, rank) = &between[&group];
            full[group] = format!("{}#{value}${rank}{}", full[*divided], names[group]);
        }
        for (node, name) in groups.iter_mut().zip(full) {
            self.node(node, &name);
        }
    }

    /// The groups that lie between two values of another one: that group, the encoded value before them, and a number
    /// where several lie there out of their natural order. Of several others that they lie between, the innermost one.
    fn between(order: &[Block], names: &[String]) -> BTreeMap<usize, (usize, String, String)> {
        let mut inside: BTreeMap<usize, (usize, usize)> = BTreeMap::new();
        for (first, last) in gaps(order) {
            for block in &order[first + 1..last] {
                let wider = |(f, l): &(usize, usize)| l - f > last - first;
                if inside.get(&block.group).is_none_or(wider) {
                    inside.insert(block.group, (first, last));
                }
            }
        }
        let mut made = BTreeMap::new();
        for (first, last) in gaps(order) {
            let mut here: Vec<usize> = Vec::new();
            for block in &order[first + 1..last] {
                if inside.get(&block.group) == Some(&(first, last)) && !here.contains(&block.group)
                {
                    here.push(block.group);
                }
            }
            let natural = here.windows(2).all(|w| names[w[0]] < names[w[1]]);
            let value = order[first].value.as_ref();
            let value = value.map_or_else(String::new, |v| encoding::escape(&v.plain()));
            for (rank, group) in here.into_iter().enumerate() {
                let rank = if natural {
                    String::new()
                } else {
                    format!("{}.", rank + 1)
                };
                made.insert(group, (order[first].group, value.clone(), rank));
            }
        }
        made
    }
}

/// The places of neighbouring values of one group with other blocks between them.
fn gaps(order: &[Block]) -> Vec<(usize, usize)> {
    let mut made = Vec::new();
    for (first, block) in order.iter().enumerate() {
        let next = (first + 1..order.len()).find(|at| order[*at].group == block.group);
        made.extend(next.filter(|n| n - first > 1).map(|n| (first, n)));
    }
    made
}

/// Whether keys can be written for an order of blocks: a group that lies between two values of another one lies there
/// with all of its blocks, since its keys begin in one way.
pub(super) fn nests(order: &[Block]) -> bool {
    gaps(order).into_iter().all(|(first, last)| {
        let inside = &order[first + 1..last];
        let outside = order[..first].iter().chain(&order[last + 1..]);
        let mut outside = outside.filter(|b| b.group != order[first].group);
        // A group around this gap is there on both sides of it, and not in it.
        !outside.any(|b| inside.iter().any(|i| i.group == b.group))
    })
}

#[cfg(test)]
mod tests {
    use super::tag;

    #[test]
    fn tags_are_upper_case_words() {
        assert_eq!(tag("OrderItem"), "ORDER_ITEM");
        assert_eq!(tag("customer_id"), "CUSTOMER_ID");
        assert_eq!(tag("URLShort2Go"), "URLSHORT2_GO");
    }
}
