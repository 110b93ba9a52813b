//! Key templates: what a family's tree says, as segments.

use super::{KeySegments, KeyTemplate, Segment, ShardOf};
use crate::encoding::{self, Encoding};
use crate::layout::{Component, Family, column_name};
use crate::workload::{AttributeId, Entity, Workload};

/// Segments in the making: neighbouring literals are joined.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Segments(pub(super) Vec<Segment>);

impl Segments {
    pub(super) fn literal(&mut self, text: &str) {
        match self.0.last_mut() {
            Some(Segment::Literal { literal }) => literal.push_str(text),
            _ if text.is_empty() => {}
            _ => self.0.push(Segment::Literal {
                literal: text.to_owned(),
            }),
        }
    }

    pub(super) fn push(&mut self, segment: Segment) {
        match segment {
            Segment::Literal { literal } => self.literal(&literal),
            other => self.0.push(other),
        }
    }

    /// The same with its last `#` replaced by `$`: just after everything that begins like it.
    pub(super) fn end(mut self) -> Self {
        if let Some(Segment::Literal { literal }) = self.0.last_mut()
            && literal.ends_with('#')
        {
            literal.pop();
            literal.push('$');
        }
        self
    }

    pub(super) fn template(self) -> KeyTemplate {
        KeyTemplate {
            template: readable(&self.0),
            segments: self.0,
        }
    }

    pub(super) fn key(self) -> KeySegments {
        KeySegments { segments: self.0 }
    }
}

/// Segments as people write them: `ORDER#{placed_at}#`.
pub(super) fn readable(segments: &[Segment]) -> String {
    segments
        .iter()
        .map(|s| match s {
            Segment::Literal { literal } => literal.clone(),
            Segment::Attribute { attribute, .. } => format!("{{{attribute}}}"),
            Segment::Shard { .. } => "{shard}".to_owned(),
            Segment::Parameter { parameter, .. } => format!("{{{parameter}}}"),
            Segment::Variable { variable, .. } => format!("{{{variable}}}"),
            Segment::Row { row, .. } => format!("{{{row}}}"),
        })
        .collect()
}

/// The encoding of a component; every attribute of a key has one.
pub(super) fn encoding_of(entity: &Entity, component: Component) -> Encoding {
    encoding::encoding(entity.attribute(component.attribute), component.descending)
        .unwrap_or(Encoding::Text)
}

/// The encoding of a shard's number.
pub(super) fn shard_encoding(count: u32) -> String {
    let digits = count.saturating_sub(1).checked_ilog10().unwrap_or(0) + 1;
    format!("integer:{digits}")
}

/// The attribute of an item as a segment.
pub(super) fn attribute(entity: &Entity, component: Component) -> Segment {
    Segment::Attribute {
        attribute: entity.attribute(component.attribute).name.clone(),
        encoding: encoding_of(entity, component).to_string(),
    }
}

/// The partition key of a member: `of` gives the segment of an attribute, `shard` that of the shard.
pub(super) fn partition(
    workload: &Workload,
    family: &Family,
    member: usize,
    of: impl Fn(AttributeId) -> Segment,
    shard: impl Fn(u32) -> Segment,
) -> Segments {
    let mut made = Segments::default();
    made.literal(&family.label);
    for (at, column) in family.columns.iter().enumerate() {
        if at > 0 {
            made.literal(&format!("{}#", column_name(workload, family, column)));
        }
        if let Some(attribute) = column.get(member) {
            made.push(of(*attribute));
            made.literal("#");
        }
    }
    if family.shards > 1 {
        made.push(shard(family.shards));
    }
    made
}

/// The partition key of a member's items.
pub(super) fn item_partition(workload: &Workload, family: &Family, member: usize) -> Segments {
    let entity = workload.entity(family.members[member].entity);
    let of = |a| {
        attribute(
            entity,
            Component {
                attribute: a,
                descending: false,
            },
        )
    };
    let names = || {
        entity
            .names(entity.identity.iter().copied())
            .into_iter()
            .map(str::to_owned)
            .collect()
    };
    partition(workload, family, member, of, |count| Segment::Shard {
        shard: ShardOf { of: names(), count },
        encoding: shard_encoding(count),
    })
}

/// The sort key of a member: `of` gives the segment of a component.
pub(super) fn sort(family: &Family, member: usize, of: impl Fn(Component) -> Segment) -> Segments {
    let mut made = Segments::default();
    walk(&family.root, member, &mut made, &of);
    made
}

fn walk(
    node: &crate::layout::Node,
    member: usize,
    made: &mut Segments,
    of: &impl Fn(Component) -> Segment,
) {
    use crate::layout::Node;
    match node {
        Node::Leaf {
            member: m,
            label,
            components,
        } if *m == member => {
            made.literal(label);
            for component in components {
                made.push(of(*component));
                made.literal("#");
            }
        }
        Node::Leaf { .. } => {}
        Node::Shared {
            label,
            attributes,
            descending,
            next,
        } => {
            if let Some((_, a)) = attributes.iter().find(|(m, _)| *m == member) {
                made.literal(label);
                made.push(of(Component {
                    attribute: *a,
                    descending: *descending,
                }));
                made.literal("#");
                walk(next, member, made, of);
            }
        }
        Node::Blocks { groups, .. } => {
            if let Some(group) = groups.iter().find(|g| g.holds(member)) {
                walk(group, member, made, of);
            }
        }
    }
}

/// The sort key of a member's items.
pub(super) fn item_sort(workload: &Workload, family: &Family, member: usize) -> Segments {
    let entity = workload.entity(family.members[member].entity);
    sort(family, member, |c| attribute(entity, c))
}
