//! From what a search found to a family: directions, tails and names.

use super::parity::{FALSE, Parity};
use super::search::Search;
use super::{Family, Member, Node, leaf};
use crate::demand::Shape;
use crate::workload::AttributeId;
use std::collections::{BTreeMap, BTreeSet};

/// Puts the directions that were found into the tree.
pub(super) fn finish(
    search: &Search<'_>,
    columns: Vec<Vec<AttributeId>>,
    (mut root, parity): (Node, Parity),
) -> Family {
    let descending = choose_directions(search, &parity);
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
