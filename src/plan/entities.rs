//! Entities of the document: what is stored, and which physical items there are of it.

use super::conditions::{constant, only_when, stored_as};
use super::keys::{Segments, item_partition, item_sort};
use super::{
    DerivedEntry, Discriminator, Entity, KeyEntry, Kind, ReferenceEntry, Segment, Stored, TtlEntry,
};
use crate::cost::figures::Figures;
use crate::encoding;
use crate::layout::{self, Family};
use crate::schema::{Schema, find};
use crate::solve::guards::{Guard, guards};
use crate::solve::names::GUARD_LABEL;
use crate::solve::projection::TTL_ATTRIBUTE;
use crate::workload::{self, AttributeId, EntityId, Type, Workload};

/// The entities, sorted by name.
pub(super) fn entities(workload: &Workload, figures: &Figures<'_>) -> Vec<Entity> {
    workload
        .entity_ids()
        .map(|id| entity(workload, figures, id))
        .collect()
}

fn entity(workload: &Workload, figures: &Figures<'_>, id: EntityId) -> Entity {
    let schema = figures.schema;
    let declared = workload.entity(id);
    let name = |a: &AttributeId| declared.attribute(*a).name.clone();
    let rest = declared
        .attribute_ids()
        .filter(|a| !declared.identity.contains(a));
    let mut kinds = vec![item_kind(workload, schema, id)];
    kinds.extend(
        guards(workload, schema, id)
            .iter()
            .map(|g| guard_kind(workload, id, g)),
    );
    kinds[1..].sort_by(|a, b| a.name.cmp(&b.name));
    Entity {
        name: declared.name.clone(),
        description: declared.description.clone(),
        identity: declared.identity.iter().map(name).collect(),
        stored: declared
            .identity
            .iter()
            .copied()
            .chain(rest)
            .map(|a| stored(declared, a))
            .collect(),
        references: declared
            .references
            .iter()
            .map(|r| ReferenceEntry {
                name: r.name.clone(),
                entities: r
                    .targets
                    .iter()
                    .map(|t| workload.entity(*t).name.clone())
                    .collect(),
                attributes: r.attributes.iter().map(name).collect(),
            })
            .collect(),
        ttl: declared.ttl.map(|a| name(&a)),
        kinds,
        count: declared.count,
        item_bytes: figures.bytes(id).item,
    }
}

fn stored(entity: &workload::Entity, id: AttributeId) -> Stored {
    let attribute = entity.attribute(id);
    Stored {
        attribute: attribute.name.clone(),
        name: attribute.stored_as.clone(),
        ty: attribute.ty.name().to_owned(),
        values: match &attribute.ty {
            Type::Enumeration(values) => Some(values.clone()),
            _ => None,
        },
        stored_as: stored_as(&attribute.ty).to_owned(),
        optional: attribute.optional,
        mutable: attribute.mutable,
        nonempty: false,
        max: attribute.max,
        default: attribute.default.as_ref().map(constant),
        derived: attribute.derived.as_ref().map(|d| DerivedEntry {
            function: d.function.name().to_owned(),
            of: d
                .of
                .iter()
                .map(|a| entity.attribute(*a).name.clone())
                .collect(),
            argument: d.argument,
        }),
        description: attribute.description.clone(),
    }
}

/// The physical attribute of `DynamoDB`'s time to live: that of the entities' epochs where they all have one name, else
/// one that the design adds beside them.
pub(super) fn table_ttl(workload: &Workload) -> Option<String> {
    let mut names: Vec<&str> = Vec::new();
    for entity in &workload.entities {
        let Some(ttl) = entity.ttl else { continue };
        let attribute = entity.attribute(ttl);
        names.push(if attribute.ty == Type::Epoch {
            attribute.stored_as.as_str()
        } else {
            TTL_ATTRIBUTE
        });
    }
    let first = *names.first()?;
    Some(if names.iter().all(|n| *n == first) {
        first.to_owned()
    } else {
        TTL_ATTRIBUTE.to_owned()
    })
}

/// The epoch that items carry beside their time to live, where that is none or has another name than the table's.
fn ttl_entry(workload: &Workload, entity: &workload::Entity) -> Option<TtlEntry> {
    let ttl = entity.attribute(entity.ttl?);
    let table = table_ttl(workload)?;
    let native = ttl.ty == Type::Epoch && ttl.stored_as == table;
    (!native).then(|| TtlEntry {
        attribute: TTL_ATTRIBUTE.to_owned(),
        of: ttl.name.clone(),
    })
}

fn item_kind(workload: &Workload, schema: &Schema, id: EntityId) -> Kind {
    let declared = workload.entity(id);
    let mut keys = Vec::new();
    let table = find(&schema.table, id);
    if let Some((family, member)) = table {
        keys.push(key_entry(
            workload,
            None,
            (family, member),
            (family, member),
        ));
    }
    for index in &schema.indexes {
        if let (Some(own), Some(table)) = (find(&index.families, id), table) {
            // A local index has the table's partition key.
            let partition = if index.kind == layout::Kind::Local {
                table
            } else {
                own
            };
            keys.push(key_entry(workload, Some(&index.name), partition, own));
        }
    }
    Kind {
        name: declared.name.clone(),
        role: "item".to_owned(),
        table: workload.settings.name.clone(),
        discriminator: discriminator(workload, &declared.name),
        attributes: None,
        unique: None,
        namespace: None,
        ttl: ttl_entry(workload, declared),
        keys,
    }
}

fn discriminator(workload: &Workload, value: &str) -> Discriminator {
    Discriminator {
        attribute: workload.settings.names.discriminator.clone(),
        value: value.to_owned(),
    }
}

fn key_entry(
    workload: &Workload,
    index: Option<&str>,
    partition: (&Family, usize),
    (family, member): (&Family, usize),
) -> KeyEntry {
    let key = family.key_attributes(member);
    KeyEntry {
        index: index.map(str::to_owned),
        partition: vec![item_partition(workload, partition.0, partition.1).template()],
        sort: vec![item_sort(workload, family, member).template()],
        only_when: index
            .and_then(|_| only_when(workload, &family.members[member], |a| key.contains(a))),
    }
}

/// The name of a guard's kind.
pub(super) fn guard_name(workload: &Workload, id: EntityId, guard: &Guard) -> String {
    let entity = workload.entity(id);
    let attributes = entity.names(guard.attributes.iter().copied()).join(".");
    match (&guard.namespace, guard.of_identity) {
        (Some(namespace), _) => format!("{}.{attributes}@{namespace}", entity.name),
        (None, true) => format!("{}.{attributes}!", entity.name),
        (None, false) => format!("{}.{attributes}", entity.name),
    }
}

fn guard_kind(workload: &Workload, id: EntityId, guard: &Guard) -> Kind {
    let entity = workload.entity(id);
    let name = guard_name(workload, id, guard);
    let attributes = entity.names(guard.attributes.iter().copied());
    let mut partition = Segments::default();
    partition.literal(&match &guard.namespace {
        // No entity's name begins with `@`.
        Some(namespace) => format!("{GUARD_LABEL}@{namespace}#"),
        None => format!("{GUARD_LABEL}{}#{}#", entity.name, attributes.join("+")),
    });
    for attribute in &guard.attributes {
        let declared = entity.attribute(*attribute);
        // Without `max`, so that all guards of a namespace write a value the same way.
        let encoding = encoding::of_type(&declared.ty, None, false)
            .map(|e| e.to_string())
            .unwrap_or_default();
        partition.push(Segment::Attribute {
            attribute: declared.name.clone(),
            encoding,
        });
        partition.literal("#");
    }
    let mut sort = Segments::default();
    sort.literal("UNIQUE");
    let carried = entity
        .identity
        .iter()
        .copied()
        .chain(entity.ttl.filter(|t| !entity.identity.contains(t)));
    Kind {
        role: "guard".to_owned(),
        table: workload.settings.name.clone(),
        discriminator: discriminator(workload, &name),
        attributes: Some(
            entity
                .names(carried)
                .into_iter()
                .map(str::to_owned)
                .collect(),
        ),
        unique: Some(attributes.into_iter().map(str::to_owned).collect()),
        namespace: guard.namespace.clone(),
        ttl: ttl_entry(workload, entity),
        keys: vec![KeyEntry {
            index: None,
            partition: vec![partition.template()],
            sort: vec![sort.template()],
            only_when: None,
        }],
        name,
    }
}
