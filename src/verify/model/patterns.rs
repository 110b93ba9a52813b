//! Access patterns of a design file, in their short and long forms.

use super::design::Entity;
use super::forms::{Place, Source, one_or_many, optional, text, texts, times};
use serde_json::Value as Yaml;
use std::collections::BTreeMap;
use std::rc::Rc;

#[derive(Clone)]
pub(crate) struct Pattern {
    pub(crate) name: String,
    pub(crate) external: bool,
    pub(crate) body: Body,
}

#[derive(Clone)]
pub(crate) enum Body {
    Read(Rc<Read>),
    Write {
        steps: Vec<Write>,
        transaction: bool,
    },
    /// An external pattern without a verb.
    Nothing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    Get,
    List,
    Count,
}

#[derive(Clone)]
pub(crate) struct Read {
    pub(crate) verb: Verb,
    pub(crate) entities: Vec<String>,
    pub(crate) by: Vec<By>,
    pub(crate) fixed: Vec<(String, Test)>,
    pub(crate) range: Option<(String, Bounds)>,
    /// The attribute, and whether the parameter may be left out.
    pub(crate) prefix: Option<(String, bool)>,
    /// Attribute, and whether descending.
    pub(crate) sort: Vec<(String, bool)>,
    pub(crate) limit: Option<usize>,
    pub(crate) select: Option<Vec<Place>>,
    pub(crate) follow: Vec<String>,
    pub(crate) batch: Option<usize>,
    pub(crate) interleave: bool,
}

#[derive(Clone)]
pub(crate) struct By {
    pub(crate) name: String,
    pub(crate) optional: bool,
    /// Where an entity's attribute has another name than the parameter.
    pub(crate) names: BTreeMap<String, String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bounds {
    FromTo,
    Between,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// A condition on an attribute's value.
#[derive(Clone, Debug)]
pub(crate) enum Test {
    Is(Source),
    OneOf(Vec<Yaml>),
    Compared(Bounds, Source),
    IsNot(Source),
    Exists,
    Missing,
    Contains(Source),
    Lacks(Source),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WriteVerb {
    Create,
    Put,
    Update,
    Delete,
    Check,
}

#[derive(Clone)]
pub(crate) struct Write {
    pub(crate) verb: WriteVerb,
    pub(crate) entity: String,
    /// `as`, else the entity.
    pub(crate) label: String,
    pub(crate) times: Option<(usize, usize)>,
    pub(crate) by: Vec<(String, Source)>,
    pub(crate) set: Vec<Change>,
    pub(crate) add: Vec<Change>,
    pub(crate) remove: Vec<Change>,
    pub(crate) conditions: Vec<(Place, Test)>,
    pub(crate) upsert: bool,
    pub(crate) returns: Vec<String>,
}

#[derive(Clone)]
pub(crate) struct Change {
    pub(crate) place: Place,
    /// Nothing for a `remove` of the attribute itself.
    pub(crate) value: Option<Source>,
    /// In a map form the parameter of a set is one element, in a list form a set.
    pub(crate) element: bool,
}

impl Write {
    /// Whether it sets, adds to or removes an attribute.
    pub(crate) fn changes(&self, name: &str) -> bool {
        self.set
            .iter()
            .chain(&self.add)
            .chain(&self.remove)
            .any(|c| c.place.attribute == name)
    }

    /// It goes by the key (or a superset of it), not by finding first.
    pub(crate) fn by_key(&self, entity: &Entity) -> bool {
        entity
            .key
            .iter()
            .all(|k| self.by.iter().any(|(name, _)| name == k))
    }
}

impl By {
    /// The attribute that it names of an entity, if it applies there.
    pub(crate) fn of<'a>(&'a self, entity: &Entity) -> Option<&'a str> {
        let name = self.names.get(&entity.name).unwrap_or(&self.name);
        entity
            .attributes
            .contains_key(name)
            .then_some(name.as_str())
    }
}

pub(super) fn patterns(
    yaml: Option<&Yaml>,
    entities: &BTreeMap<String, Entity>,
) -> Result<Vec<Pattern>, String> {
    let mut out = Vec::new();
    for (name, form) in yaml.and_then(Yaml::as_object).into_iter().flatten() {
        let body = body(form, entities).map_err(|e| format!("pattern `{name}`: {e}"))?;
        out.push(Pattern {
            name: name.clone(),
            external: form.get("external").is_some(),
            body,
        });
    }
    Ok(out)
}

fn body(form: &Yaml, entities: &BTreeMap<String, Entity>) -> Result<Body, String> {
    for (field, verb) in [
        ("get", Verb::Get),
        ("list", Verb::List),
        ("count", Verb::Count),
    ] {
        if let Some(of) = form.get(field) {
            return Ok(Body::Read(Rc::new(read(
                form,
                verb,
                texts(Some(of)),
                entities,
            )?)));
        }
    }
    if let Some(steps) = form.get("transaction") {
        let steps = one_or_many(Some(steps))
            .into_iter()
            .map(|step| write(step, entities));
        return Ok(Body::Write {
            steps: steps.collect::<Result<_, _>>()?,
            transaction: true,
        });
    }
    if form.get("external").is_some() && write(form, entities).is_err() {
        return Ok(Body::Nothing);
    }
    Ok(Body::Write {
        steps: vec![write(form, entities)?],
        transaction: false,
    })
}

fn read(
    form: &Yaml,
    verb: Verb,
    names: Vec<String>,
    entities: &BTreeMap<String, Entity>,
) -> Result<Read, String> {
    let mut fixed = Vec::new();
    for (name, value) in form
        .get("where")
        .and_then(Yaml::as_object)
        .into_iter()
        .flatten()
    {
        fixed.push((name.clone(), test(value)?));
    }
    let mut by: Vec<By> = one_or_many(form.get("by"))
        .into_iter()
        .map(read_by)
        .collect::<Result<_, _>>()?;
    if by.is_empty() && form.get("by").is_none() && verb == Verb::Get {
        let entity = names
            .first()
            .and_then(|n| entities.get(n))
            .ok_or("an unknown entity")?;
        let constant = |name: &String| {
            fixed
                .iter()
                .any(|(f, test)| f == name && matches!(test, Test::Is(_)))
        };
        let open = entity.key.iter().filter(|name| !constant(name));
        by = open
            .map(|name| By {
                name: name.clone(),
                optional: false,
                names: BTreeMap::new(),
            })
            .collect();
    }
    Ok(Read {
        verb,
        entities: names,
        by,
        fixed,
        range: form.get("range").map(range).transpose()?,
        prefix: form
            .get("prefix")
            .map(|p| text(p).map(optional))
            .transpose()?,
        sort: one_or_many(form.get("sort"))
            .into_iter()
            .map(|s| text(s).map(sorted))
            .collect::<Result<_, _>>()?,
        limit: form
            .get("limit")
            .and_then(Yaml::as_u64)
            .and_then(|n| usize::try_from(n).ok()),
        select: form
            .get("select")
            .map(|s| texts(Some(s)).iter().map(|t| Place::read(t)).collect()),
        follow: texts(form.get("follow")),
        batch: form
            .get("batch")
            .and_then(Yaml::as_u64)
            .and_then(|n| usize::try_from(n).ok()),
        interleave: form.get("interleave").and_then(Yaml::as_bool) == Some(true),
    })
}

fn sorted(text: &str) -> (String, bool) {
    match text.split_once(' ') {
        Some((name, direction)) => (name.to_owned(), direction.trim() == "desc"),
        None => (text.to_owned(), false),
    }
}

fn read_by(form: &Yaml) -> Result<By, String> {
    let Some(map) = form.as_object() else {
        let (name, optional) = optional(text(form)?);
        return Ok(By {
            name,
            optional,
            names: BTreeMap::new(),
        });
    };
    let (name, names) = map.iter().next().ok_or("an empty map in `by`")?;
    let (name, optional) = optional(name);
    let pair =
        |(entity, attribute): (&String, &Yaml)| Ok((entity.clone(), text(attribute)?.to_owned()));
    let names = names
        .as_object()
        .into_iter()
        .flatten()
        .map(pair)
        .collect::<Result<_, String>>()?;
    Ok(By {
        name,
        optional,
        names,
    })
}

fn range(form: &Yaml) -> Result<(String, Bounds), String> {
    let Some(map) = form.as_object() else {
        return Ok((text(form)?.to_owned(), Bounds::FromTo));
    };
    let (name, op) = map.iter().next().ok_or("an empty range")?;
    let bounds = if text(op)? == "between" {
        Bounds::Between
    } else {
        bound(text(op)?)?
    };
    Ok((name.clone(), bounds))
}

fn bound(op: &str) -> Result<Bounds, String> {
    Ok(match op {
        "<" => Bounds::Less,
        "<=" => Bounds::LessOrEqual,
        ">" => Bounds::Greater,
        ">=" => Bounds::GreaterOrEqual,
        _ => return Err(format!("unknown operator `{op}`")),
    })
}

/// A condition in a map: a plain value, one of several, or `{ operator: value }`.
fn test(form: &Yaml) -> Result<Test, String> {
    match form {
        Yaml::String(word) if word == "exists" => return Ok(Test::Exists),
        Yaml::String(word) if word == "missing" => return Ok(Test::Missing),
        Yaml::Array(values) => return Ok(Test::OneOf(values.clone())),
        Yaml::Object(map) if map.len() == 1 => {
            let (op, value) = map.iter().next().ok_or("an empty condition")?;
            let value = Source::read(value);
            return Ok(match op.as_str() {
                "=" => Test::Is(value),
                "<>" | "!=" => Test::IsNot(value),
                "contains" => Test::Contains(value),
                "lacks" => Test::Lacks(value),
                op => Test::Compared(bound(op)?, value),
            });
        }
        _ => {}
    }
    Ok(Test::Is(Source::read(form)))
}

fn write(form: &Yaml, entities: &BTreeMap<String, Entity>) -> Result<Write, String> {
    let verbs = [
        ("create", WriteVerb::Create),
        ("put", WriteVerb::Put),
        ("update", WriteVerb::Update),
        ("delete", WriteVerb::Delete),
        ("check", WriteVerb::Check),
    ];
    let found = verbs
        .iter()
        .find_map(|(field, verb)| Some((form.get(*field)?, *verb)));
    let (entity, verb) = found.ok_or("no verb")?;
    let entity = text(entity)?.to_owned();
    let declared = entities
        .get(&entity)
        .ok_or_else(|| format!("unknown entity `{entity}`"))?;
    let mut by = named(form.get("by"))?;
    if by.is_empty() && !matches!(verb, WriteVerb::Create | WriteVerb::Put) {
        by = declared
            .key
            .iter()
            .map(|name| (name.clone(), Source::parameter(name)))
            .collect();
    }
    if form.get("by").is_some_and(Yaml::is_object) {
        // A map gives other names to some attributes; the rest of the key keeps its own.
        let missing: Vec<&String> = declared
            .key
            .iter()
            .filter(|k| !by.iter().any(|(n, _)| n == *k))
            .collect();
        by.extend(
            missing
                .into_iter()
                .map(|name| (name.clone(), Source::parameter(name))),
        );
    }
    let mut conditions = Vec::new();
    for entry in one_or_many(form.get("if")) {
        if let Some(map) = entry.as_object() {
            for (name, value) in map {
                conditions.push((Place::read(name), test(value)?));
            }
        } else {
            let (name, _) = optional(text(entry)?);
            conditions.push((
                Place::read(&name),
                Test::Is(Source::parameter(text(entry)?)),
            ));
        }
    }
    Ok(Write {
        verb,
        label: form
            .get("as")
            .and_then(Yaml::as_str)
            .unwrap_or(&entity)
            .to_owned(),
        entity,
        times: form.get("times").and_then(times),
        by,
        set: changes(form.get("set"), false)?,
        add: changes(form.get("add"), false)?,
        remove: changes(form.get("remove"), true)?,
        conditions,
        upsert: form.get("upsert").and_then(Yaml::as_bool) == Some(true),
        returns: texts(form.get("return")),
    })
}

/// `by` of a write: names, or a map to other names.
fn named(yaml: Option<&Yaml>) -> Result<Vec<(String, Source)>, String> {
    let mut out = Vec::new();
    for entry in one_or_many(yaml) {
        match entry.as_object() {
            Some(map) => out.extend(
                map.iter()
                    .map(|(name, value)| (name.clone(), Source::read(value))),
            ),
            None => out.push((optional(text(entry)?).0, Source::parameter(text(entry)?))),
        }
    }
    Ok(out)
}

/// `set`, `add` or `remove`: names, maps, or a list of both.
fn changes(yaml: Option<&Yaml>, removal: bool) -> Result<Vec<Change>, String> {
    let mut out = Vec::new();
    for entry in one_or_many(yaml) {
        if let Some(map) = entry.as_object() {
            for (name, value) in map {
                out.push(Change {
                    place: Place::read(name),
                    value: Some(Source::read(value)),
                    element: true,
                });
            }
        } else {
            let (name, _) = optional(text(entry)?);
            let value = (!removal).then(|| last_parameter(text(entry).unwrap_or_default()));
            out.push(Change {
                place: Place::read(&name),
                value,
                element: false,
            });
        }
    }
    Ok(out)
}

/// In a list a name is a parameter of the same name; of a path, of its last name.
fn last_parameter(name: &str) -> Source {
    Source::parameter(
        name.rsplit('.')
            .next()
            .unwrap_or(name)
            .trim_start_matches('$'),
    )
}
