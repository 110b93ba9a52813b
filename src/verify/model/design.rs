//! Entities of a design file.

use super::super::value::Value;
use super::forms::{one_or_many, optional, text, texts};
use super::patterns::{Body, Pattern, WriteVerb, patterns};
use super::types::Type;
use serde_json::Value as Yaml;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Clone)]
pub(crate) struct Design {
    pub(crate) entities: BTreeMap<String, Entity>,
    pub(crate) patterns: Vec<Pattern>,
    /// Attributes that never change, as entity and name.
    immutable: BTreeSet<(String, String)>,
}

#[derive(Clone)]
pub(crate) struct Entity {
    pub(crate) name: String,
    pub(crate) key: Vec<String>,
    pub(crate) attributes: BTreeMap<String, Attribute>,
    pub(crate) uniques: Vec<Unique>,
    pub(crate) references: Vec<Reference>,
    pub(crate) ttl: Option<String>,
}

#[derive(Clone)]
pub(crate) struct Attribute {
    pub(crate) kind: Type,
    pub(crate) optional: bool,
    pub(crate) immutable: Option<bool>,
    pub(crate) default: Option<Value>,
    pub(crate) derived: Option<Derived>,
    pub(crate) max: Option<i128>,
    /// Where its values come from: the attribute that a chain of references ends at.
    pub(crate) root: String,
    /// It is a reference.
    pub(crate) reference: bool,
}

#[derive(Clone)]
pub(crate) struct Derived {
    pub(crate) function: String,
    pub(crate) of: Vec<String>,
    pub(crate) argument: Option<usize>,
}

#[derive(Clone)]
pub(crate) struct Unique {
    pub(crate) attributes: Vec<String>,
    pub(crate) namespace: Option<String>,
    pub(crate) promised: bool,
}

#[derive(Clone)]
pub(crate) struct Reference {
    pub(crate) name: String,
    pub(crate) targets: Vec<String>,
    pub(crate) attributes: Vec<String>,
}

impl Design {
    pub(crate) fn read(yaml: &str) -> Result<Self, String> {
        // YAML 1.2: only `true` and `false` are booleans.
        let options = serde_saphyr::options! { strict_booleans: true };
        let document: Yaml = serde_saphyr::from_str_with_options(yaml, options)
            .map_err(|e| format!("the design is no YAML: {e}"))?;
        let raw = document
            .get("entities")
            .and_then(Yaml::as_object)
            .ok_or("the design has no entities")?;
        let mut entities = BTreeMap::new();
        for (name, yaml) in raw {
            let entity = entity(raw, name, yaml).map_err(|e| format!("entity `{name}`: {e}"))?;
            entities.insert(name.clone(), entity);
        }
        let patterns = patterns(document.get("patterns"), &entities)?;
        let mut design = Self {
            entities,
            patterns,
            immutable: BTreeSet::new(),
        };
        design.immutable = design.never_changing();
        Ok(design)
    }

    pub(crate) fn entity(&self, name: &str) -> Result<&Entity, String> {
        self.entities
            .get(name)
            .ok_or_else(|| format!("the design has no entity `{name}`"))
    }

    pub(crate) fn pattern(&self, name: &str) -> Result<&Pattern, String> {
        self.patterns
            .iter()
            .find(|p| p.name == name)
            .ok_or_else(|| format!("the design has no pattern `{name}`"))
    }

    /// Entities that no `create`, `put` or upsert writes: these have an implied `put`.
    pub(crate) fn implied(&self) -> Vec<String> {
        let makes = |name: &str| {
            self.writes().any(|w| {
                let makes = matches!(w.verb, WriteVerb::Create | WriteVerb::Put) || w.upsert;
                w.entity == name && makes
            })
        };
        self.entities
            .keys()
            .filter(|name| !makes(name))
            .cloned()
            .collect()
    }

    pub(super) fn writes(&self) -> impl Iterator<Item = &super::patterns::Write> {
        self.patterns
            .iter()
            .filter(|p| !p.external)
            .flat_map(|p| match &p.body {
                Body::Write { steps, .. } => steps.as_slice(),
                _ => &[],
            })
    }

    /// Whether an attribute never changes, by declaration or by what the file's patterns can do.
    pub(crate) fn immutable(&self, entity: &Entity, name: &str) -> bool {
        self.immutable
            .contains(&(entity.name.clone(), name.to_owned()))
    }

    fn never_changing(&self) -> BTreeSet<(String, String)> {
        let all = self
            .entities
            .values()
            .flat_map(|e| e.attributes.keys().map(move |name| (e, name)));
        all.filter(|(e, name)| self.never_changes(e, name))
            .map(|(e, name)| (e.name.clone(), name.clone()))
            .collect()
    }

    fn never_changes(&self, entity: &Entity, name: &str) -> bool {
        let Some(attribute) = entity.attributes.get(name) else {
            return false;
        };
        if let Some(declared) = attribute.immutable {
            return declared;
        }
        if entity.key.iter().any(|k| k == name) {
            return true;
        }
        if let Some(derived) = &attribute.derived {
            return derived.of.iter().all(|of| self.never_changes(entity, of));
        }
        let mut writes = self.writes().filter(|w| w.entity == entity.name).peekable();
        if writes.peek().is_none() {
            return attribute.reference || attribute.kind.time() || attribute.kind.generated();
        }
        !writes
            .any(|w| w.verb == WriteVerb::Put || (w.verb == WriteVerb::Update && w.changes(name)))
    }
}

impl Entity {
    pub(crate) fn attribute(&self, name: &str) -> Result<&Attribute, String> {
        self.attributes
            .get(name)
            .ok_or_else(|| format!("`{}` has no attribute `{name}`", self.name))
    }

    /// Whether the key holds an identifier that is made anew for each item.
    pub(crate) fn is_generated(&self) -> bool {
        self.key
            .iter()
            .filter_map(|name| self.attributes.get(name))
            .any(|a| !a.reference && matches!(a.kind, Type::Uuid | Type::Ulid | Type::Ksuid))
    }
}

type Raw = serde_json::Map<String, Yaml>;

fn entity(all: &Raw, name: &str, yaml: &Yaml) -> Result<Entity, String> {
    let key = texts(yaml.get("key"));
    let mut attributes = BTreeMap::new();
    let mut uniques = Vec::new();
    let mut references = Vec::new();
    for (declared, form) in yaml
        .get("attributes")
        .and_then(Yaml::as_object)
        .into_iter()
        .flatten()
    {
        let (attribute, marked) = optional(declared);
        let read = read_attribute(all, &attribute, form, marked, 0)
            .map_err(|e| format!("`{attribute}`: {e}"))?;
        match form.get("unique") {
            Some(Yaml::Bool(true)) => uniques.push(unique(vec![attribute.clone()], None, false)),
            Some(Yaml::String(promised)) if promised == "promised" => {
                uniques.push(unique(vec![attribute.clone()], None, true));
            }
            _ => {}
        }
        if let Some(target) = referenced(all, form) {
            references.push(Reference {
                name: attribute.clone(),
                targets: vec![target.to_owned()],
                attributes: vec![attribute.clone()],
            });
        }
        attributes.insert(attribute, read);
    }
    uniques.extend(one_or_many(yaml.get("unique")).into_iter().map(read_unique));
    for (name, form) in yaml
        .get("references")
        .and_then(Yaml::as_object)
        .into_iter()
        .flatten()
    {
        references.push(read_reference(name, form)?);
    }
    for name in references.iter().flat_map(|r| &r.attributes) {
        if let Some(attribute) = attributes.get_mut(name) {
            attribute.reference = true;
        }
    }
    let ttl = yaml.get("ttl").and_then(Yaml::as_str).map(str::to_owned);
    Ok(Entity {
        name: name.to_owned(),
        key,
        attributes,
        uniques,
        references,
        ttl,
    })
}

/// The type in a short or long form.
fn type_form(form: &Yaml) -> Option<&Yaml> {
    if form.is_object() {
        form.get("type")
    } else {
        Some(form)
    }
}

/// The entity that a whole reference names; `Entity.attribute` names only a part of one.
fn referenced<'a>(all: &Raw, form: &'a Yaml) -> Option<&'a str> {
    type_form(form)?
        .as_str()
        .filter(|name| all.contains_key(*name))
}

fn read_attribute(
    all: &Raw,
    name: &str,
    form: &Yaml,
    marked: bool,
    depth: usize,
) -> Result<Attribute, String> {
    let derived = form
        .get("derived")
        .and_then(Yaml::as_str)
        .map(read_derived)
        .transpose()?;
    let (kind, root) = match (type_form(form), &derived) {
        (None, Some(derived)) => (derived_type(&derived.function), name.to_owned()),
        (None, None) => return Err("no type".to_owned()),
        (Some(form), _) => resolve(all, name, form, depth)?,
    };
    let flag = |field: &str| form.get(field).and_then(Yaml::as_bool);
    let whole = type_form(form)
        .and_then(Yaml::as_str)
        .filter(|t| Type::named(t).is_none());
    Ok(Attribute {
        optional: marked || flag("optional") == Some(true),
        immutable: flag("immutable"),
        default: form.get("default").map(|v| kind.constant(v)).transpose()?,
        max: form.get("max").and_then(Yaml::as_i64).map(i128::from),
        reference: whole.is_some(),
        kind,
        derived,
        root,
    })
}

/// The type that a form stands for, and the attribute where its chain of references ends.
fn resolve(all: &Raw, name: &str, form: &Yaml, depth: usize) -> Result<(Type, String), String> {
    if let Yaml::Array(values) = form {
        let value = |v: &Yaml| v.as_str().map_or_else(|| v.to_string(), str::to_owned);
        return Ok((
            Type::Enumeration(values.iter().map(value).collect()),
            name.to_owned(),
        ));
    }
    let written = text(form)?;
    if let Some(kind) = Type::named(written) {
        return Ok((kind, name.to_owned()));
    }
    if depth > 20 {
        return Err("references in a circle".to_owned());
    }
    let (entity, attribute) = written
        .split_once('.')
        .map_or((written, None), |(e, a)| (e, Some(a.to_owned())));
    let target = all
        .get(entity)
        .ok_or_else(|| format!("unknown type `{written}`"))?;
    let attribute = attribute.or_else(|| texts(target.get("key")).into_iter().next());
    let attribute = attribute.ok_or_else(|| format!("`{entity}` has no key to refer to"))?;
    let attributes = target.get("attributes").and_then(Yaml::as_object);
    let form = attributes
        .into_iter()
        .flatten()
        .find(|(n, _)| optional(n).0 == attribute);
    let (_, form) = form.ok_or_else(|| format!("`{entity}` has no attribute `{attribute}`"))?;
    let inner = read_attribute(all, &attribute, form, false, depth + 1)?;
    Ok((inner.kind, inner.root))
}

fn read_derived(form: &str) -> Result<Derived, String> {
    let (function, rest) = form
        .split_once('(')
        .ok_or_else(|| format!("`{form}` is no function"))?;
    let mut of: Vec<String> = rest
        .trim_end_matches(')')
        .split(',')
        .map(|a| a.trim().to_owned())
        .collect();
    let mut argument = None;
    if matches!(function, "prefix" | "bucket") {
        argument = of.pop().and_then(|a| a.parse().ok());
    }
    Ok(Derived {
        function: function.trim().to_owned(),
        of,
        argument,
    })
}

fn derived_type(function: &str) -> Type {
    match function {
        "day" => Type::Date,
        "month" => Type::Month,
        "year" | "bucket" => Type::Integer,
        _ => Type::Text,
    }
}

fn unique(attributes: Vec<String>, namespace: Option<String>, promised: bool) -> Unique {
    Unique {
        attributes,
        namespace,
        promised,
    }
}

/// An attribute, a list of them, or a map in which `in` and `promised` stand beside the attributes.
fn read_unique(form: &Yaml) -> Unique {
    let Some(map) = form.as_object() else {
        return unique(texts(Some(form)), None, false);
    };
    let attributes = map
        .iter()
        .find(|(field, _)| *field != "in" && *field != "promised")
        .map(|(_, v)| v);
    let namespace = map.get("in").and_then(Yaml::as_str).map(str::to_owned);
    unique(
        texts(attributes),
        namespace,
        map.get("promised").and_then(Yaml::as_bool) == Some(true),
    )
}

/// `Repo: [owner, repo]`, `original: { Repo: [owner, repo] }` or `owner: { any_of: [User, Organization] }`.
fn read_reference(name: &str, form: &Yaml) -> Result<Reference, String> {
    let reference = |targets: Vec<String>, attributes: Vec<String>| Reference {
        name: name.to_owned(),
        targets,
        attributes,
    };
    let Some(map) = form.as_object() else {
        return Ok(reference(vec![name.to_owned()], texts(Some(form))));
    };
    if map.contains_key("any_of") {
        return Ok(reference(texts(map.get("any_of")), vec![name.to_owned()]));
    }
    let (target, attributes) = map
        .iter()
        .next()
        .ok_or_else(|| format!("an empty reference `{name}`"))?;
    Ok(reference(vec![target.clone()], texts(Some(attributes))))
}
