//! Entities as a client sees them: their attributes, and how the physical items of an instance are made.

use super::types::{self, Brands, Type};
use crate::plan::{self, Condition, DerivedEntry, Discriminator, Plan, Segment, TtlEntry};

/// An entity.
#[derive(Debug, Clone)]
pub(crate) struct EntityCode {
    /// Its name in the design.
    pub(crate) name: String,
    /// What it is.
    pub(crate) description: Option<String>,
    /// The attributes of its identity.
    pub(crate) identity: Vec<String>,
    /// All attributes: the identity first, the rest by name.
    pub(crate) fields: Vec<Field>,
    /// The physical items of one instance, the item itself first, then guards.
    pub(crate) kinds: Vec<KindCode>,
    /// What says that an item is over its time.
    pub(crate) expiry: Option<Expiry>,
}

/// An attribute.
#[derive(Debug, Clone)]
pub(crate) struct Field {
    /// Its name in the design.
    pub(crate) attribute: String,
    /// Its physical name.
    pub(crate) physical: String,
    /// Its type.
    pub(crate) ty: Type,
    /// Whether a whole item may lack it: declared so, or a set, which may be empty.
    pub(crate) optional: bool,
    /// Whether empty text is refused.
    pub(crate) nonempty: bool,
    /// What a put writes where nothing is given: a constant of the document.
    pub(crate) default: Option<serde_json::Value>,
    /// How it is computed.
    pub(crate) derived: Option<DerivedEntry>,
    /// What it is.
    pub(crate) description: Option<String>,
}

/// A kind of physical item.
#[derive(Debug, Clone)]
pub(crate) struct KindCode {
    /// Its name: the entity's, of a guard with its attributes.
    pub(crate) name: String,
    /// Whether it is a guard: then its key and it itself are missing where an attribute of the key is, and otherwise a
    /// missing attribute of the table's key is a fault.
    pub(crate) guard: bool,
    /// The table.
    pub(crate) table: String,
    /// How its items are known.
    pub(crate) discriminator: Discriminator,
    /// The attributes that it carries, in the order of the entity's.
    pub(crate) carries: Vec<String>,
    /// The attributes that it keeps unique, of a guard.
    pub(crate) unique: Vec<String>,
    /// The epoch beside a time to live that is none: an N attribute with the seconds, rounded up, of another.
    pub(crate) ttl: Option<TtlEntry>,
    /// The key of the table.
    pub(crate) key: IndexKey,
    /// The keys of the indexes that it can be in.
    pub(crate) indexes: Vec<IndexKey>,
}

/// How the key attributes of an item in one index are made. It is in the index when all `only_when` hold and nothing
/// that a part uses is missing; otherwise it has none of them.
#[derive(Debug, Clone)]
pub(crate) struct IndexKey {
    /// The index; nothing for the table.
    pub(crate) index: Option<String>,
    /// One for each key attribute, the partition key first.
    pub(crate) parts: Vec<KeyPart>,
    /// Conditions on attributes of the design (`attribute` is the design's name, no `as`, constants only).
    pub(crate) only_when: Vec<Condition>,
    /// The attributes that it depends on, sorted.
    pub(crate) needs: Vec<String>,
}

/// One key attribute.
#[derive(Debug, Clone)]
pub(crate) struct KeyPart {
    /// Its physical name.
    pub(crate) physical: String,
    /// `S`, `N` or `B`.
    pub(crate) ty: String,
    /// Whether it is of the partition key: at most 2048 bytes, otherwise 1024.
    pub(crate) partition: bool,
    /// Literals, attributes and shards; of `N` and `B` one attribute alone.
    pub(crate) segments: Vec<Segment>,
    /// Whether it is written anyway: as a stored attribute, or as part of the table's key.
    pub(crate) native: bool,
}

/// What says that an item is over its time: then a physical attribute is below the clock.
#[derive(Debug, Clone)]
pub(crate) struct Expiry {
    /// The physical attribute.
    pub(crate) physical: String,
    /// `timestamp` (compared with the instant) or `number` (with its seconds, rounded up).
    pub(crate) stored_as: String,
}

impl EntityCode {
    pub(super) fn new(plan: &Plan, brands: &Brands, of: &plan::Entity) -> Self {
        let fields: Vec<Field> = of
            .stored
            .iter()
            .map(|s| {
                let ty = types::of_stored(plan, brands, of, s);
                Field {
                    attribute: s.attribute.clone(),
                    physical: s.name.clone(),
                    optional: s.optional || s.derived.is_some() || ty.is_set(),
                    ty,
                    nonempty: s.nonempty,
                    default: s.default.clone(),
                    derived: s.derived.clone(),
                    description: s.description.clone(),
                }
            })
            .collect();
        let mut made = Self {
            name: of.name.clone(),
            description: of.description.clone(),
            identity: of.identity.clone(),
            kinds: of
                .kinds
                .iter()
                .filter_map(|k| kind(plan, &fields, k))
                .collect(),
            fields,
            expiry: None,
        };
        made.expiry = of.ttl.as_deref().and_then(|ttl| made.expiry_of(ttl));
        made
    }

    fn expiry_of(&self, ttl: &str) -> Option<Expiry> {
        let field = self.field(ttl)?;
        let beside = self.kinds.first().and_then(|k| k.ttl.as_ref());
        Some(match (&field.ty, beside) {
            (Type::Date, Some(epoch)) => Expiry {
                physical: epoch.attribute.clone(),
                stored_as: "number".to_owned(),
            },
            _ => Expiry {
                physical: field.physical.clone(),
                stored_as: field.ty.stored_as().to_owned(),
            },
        })
    }

    /// An attribute by its name in the design.
    pub(crate) fn field(&self, attribute: &str) -> Option<&Field> {
        self.fields.iter().find(|f| f.attribute == attribute)
    }

    /// A kind by its name.
    pub(crate) fn kind(&self, name: &str) -> Option<&KindCode> {
        self.kinds.iter().find(|k| k.name == name)
    }

    /// The item itself.
    pub(crate) fn item(&self) -> Option<&KindCode> {
        self.kinds.iter().find(|k| !k.guard)
    }
}

impl KindCode {
    /// Its key in an index.
    pub(crate) fn index(&self, name: &str) -> Option<&IndexKey> {
        self.indexes
            .iter()
            .find(|k| k.index.as_deref() == Some(name))
    }

    /// The attributes on which the whole item depends, sorted.
    pub(crate) fn needs(&self) -> Vec<String> {
        let keys = std::iter::once(&self.key).chain(&self.indexes);
        let mut all: Vec<String> = keys.flat_map(|k| k.needs.iter().cloned()).collect();
        all.extend(self.carries.iter().cloned());
        all.extend(self.ttl.iter().map(|t| t.of.clone()));
        all.sort();
        all.dedup();
        all
    }
}

fn kind(plan: &Plan, fields: &[Field], of: &plan::Kind) -> Option<KindCode> {
    let table = plan.tables.iter().find(|t| t.name == of.table)?;
    let in_table = |name: &str| {
        let mut all = table.key.partition.iter().chain(&table.key.sort);
        all.any(|a| a.attribute == name)
    };
    let key = |entry: &plan::KeyEntry| -> Option<IndexKey> {
        let schema = match &entry.index {
            None => &table.key,
            Some(name) => &table.indexes.iter().find(|i| i.name == *name)?.key,
        };
        let part =
            |attribute: &plan::KeyAttribute, template: &plan::KeyTemplate, partition| KeyPart {
                physical: attribute.attribute.clone(),
                ty: attribute.ty.clone(),
                partition,
                segments: template.segments.clone(),
                native: fields.iter().any(|f| f.physical == attribute.attribute)
                    || (entry.index.is_some() && in_table(&attribute.attribute)),
            };
        let partition = schema.partition.iter().zip(&entry.partition);
        let sort = schema.sort.iter().zip(&entry.sort);
        let parts: Vec<KeyPart> = partition
            .map(|(a, t)| part(a, t, true))
            .chain(sort.map(|(a, t)| part(a, t, false)))
            .collect();
        let only_when = entry.only_when.clone().unwrap_or_default();
        let mut needs: Vec<String> = only_when
            .iter()
            .filter_map(|c| c.attribute.clone())
            .collect();
        for segment in parts.iter().flat_map(|p| &p.segments) {
            match segment {
                Segment::Attribute { attribute, .. } => needs.push(attribute.clone()),
                Segment::Shard { shard, .. } => needs.extend(shard.of.iter().cloned()),
                _ => {}
            }
        }
        needs.sort();
        needs.dedup();
        Some(IndexKey {
            index: entry.index.clone(),
            parts,
            only_when,
            needs,
        })
    };
    let mut keys: Vec<IndexKey> = of.keys.iter().filter_map(key).collect();
    let place = keys.iter().position(|k| k.index.is_none())?;
    let table_key = keys.remove(place);
    let carries = |f: &&Field| {
        of.attributes
            .as_ref()
            .is_none_or(|names| names.contains(&f.attribute))
    };
    Some(KindCode {
        name: of.name.clone(),
        guard: of.role != "item",
        table: of.table.clone(),
        discriminator: of.discriminator.clone(),
        carries: fields
            .iter()
            .filter(carries)
            .map(|f| f.attribute.clone())
            .collect(),
        unique: of.unique.clone().unwrap_or_default(),
        ttl: of.ttl.clone(),
        key: table_key,
        indexes: keys,
    })
}
