//! Patterns as functions: what the caller gives, and what is done.

use super::entities::EntityCode;
use super::reads::{ReadCode, Reader};
use super::types::{self, Type};
use super::writes::{WriteCode, Writer};
use crate::plan::{Assignment, Parameter, Pattern, PatternCost, Plan, Step};
use serde_json::Value as Json;

/// A pattern that is served.
#[derive(Debug, Clone)]
pub(crate) struct PatternCode {
    /// Its name in the design.
    pub(crate) name: String,
    /// The requirements that it answers.
    pub(crate) id: Vec<String>,
    /// What it is for.
    pub(crate) description: Option<String>,
    /// Its verb.
    pub(crate) verb: String,
    /// What the caller gives.
    pub(crate) parameters: Vec<ParameterCode>,
    /// The lists that the caller gives.
    pub(crate) lists: Vec<ListCode>,
    /// Requests of one page at most.
    pub(crate) requests: Option<u64>,
    /// What a call takes on average.
    pub(crate) cost: PatternCost,
    /// What is done.
    pub(crate) body: Body,
}

/// What a pattern does.
#[derive(Debug, Clone)]
pub(crate) enum Body {
    /// It reads.
    Read(ReadCode),
    /// It writes.
    Write(WriteCode),
}

/// Something that the caller gives.
#[derive(Debug, Clone)]
pub(crate) struct ParameterCode {
    /// Its name.
    pub(crate) name: String,
    /// Its role in the document.
    pub(crate) role: String,
    /// Its type.
    pub(crate) ty: Type,
    /// The only values that it can have, where constants narrow it.
    pub(crate) values: Option<Vec<Json>>,
    /// Whether it may be left out.
    pub(crate) optional: bool,
}

/// A list of parameter sets.
#[derive(Debug, Clone)]
pub(crate) struct ListCode {
    /// Its name.
    pub(crate) name: String,
    /// The fewest sets.
    pub(crate) min: u32,
    /// The most sets.
    pub(crate) max: u32,
    /// What each set has.
    pub(crate) parameters: Vec<ParameterCode>,
}

impl PatternCode {
    pub(super) fn new(plan: &Plan, entities: &[EntityCode], of: &Pattern) -> Result<Self, String> {
        match of.status.as_str() {
            "external" => return Err("it is served elsewhere".to_owned()),
            "uncovered" => return Err("it is uncovered".to_owned()),
            _ => {}
        }
        let reader = Reader {
            plan,
            entities,
            pattern: of,
        };
        let writes = of.steps.iter().any(|s| matches!(s, Step::Write(_)));
        let body = if writes {
            Body::Write(Writer { reader }.write()?)
        } else {
            Body::Read(reader.read()?)
        };
        let single = of.parameters.iter().filter(|p| p.role != "list");
        let lists = of.parameters.iter().filter(|p| p.role == "list");
        let list = |p: &Parameter| ListCode {
            name: p.name.clone(),
            min: p.min.unwrap_or(1),
            max: p.max.unwrap_or(1),
            parameters: p
                .parameters
                .iter()
                .flatten()
                .map(|p| parameter(entities, of, p))
                .collect(),
        };
        Ok(Self {
            name: of.name.clone(),
            id: match &of.id {
                Json::String(id) => vec![id.clone()],
                Json::Array(all) => all
                    .iter()
                    .filter_map(Json::as_str)
                    .map(str::to_owned)
                    .collect(),
                _ => Vec::new(),
            },
            description: of.description.clone(),
            verb: of.verb.clone().unwrap_or_default(),
            parameters: single.map(|p| parameter(entities, of, p)).collect(),
            lists: lists.map(list).collect(),
            requests: of.requests,
            cost: of.cost.clone(),
            body,
        })
    }

    /// A parameter by its name, also one of a list.
    pub(crate) fn parameter(&self, name: &str) -> Option<&ParameterCode> {
        let lists = self.lists.iter().flat_map(|l| &l.parameters);
        self.parameters.iter().chain(lists).find(|p| p.name == name)
    }
}

fn parameter(entities: &[EntityCode], pattern: &Pattern, of: &Parameter) -> ParameterCode {
    ParameterCode {
        name: of.name.clone(),
        role: of.role.clone(),
        ty: type_of(entities, pattern, of),
        values: of.values.clone(),
        optional: of.optional,
    }
}

/// The type of a parameter: that of the attributes that it stands for or is written to, where they agree.
fn type_of(entities: &[EntityCode], pattern: &Pattern, of: &Parameter) -> Type {
    let texts: Option<Vec<String>> = of.values.as_ref().map(|all| {
        let text = |v: &Json| v.as_str().map(str::to_owned);
        all.iter().filter_map(text).collect()
    });
    let own = types::named(of.ty.as_deref().unwrap_or_default(), texts.as_deref(), None);
    if of.role == "prefix" {
        return own;
    }
    let mut attributes: Vec<(&str, &str)> = of
        .attributes
        .iter()
        .map(|(e, a)| (e.as_str(), a.as_str()))
        .collect();
    attributes.extend(written(pattern, &of.name));
    let mut uses = attributes.iter().filter_map(|(entity, attribute)| {
        let entity = entities.iter().find(|e| e.name == *entity)?;
        let ty = &entity.field(attribute)?.ty;
        (std::mem::discriminant(ty) == std::mem::discriminant(&own)).then(|| ty.clone())
    });
    match own {
        // The constants of the pattern may be fewer than those of the attribute.
        Type::Enumeration(ref values) if !values.is_empty() => own,
        _ => match uses.next() {
            Some(first) => uses.fold(first, |one, other| one.or(&other)),
            None => own,
        },
    }
}

/// The attributes that a parameter is written to as it is.
fn written<'a>(pattern: &'a Pattern, name: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
    let actions = pattern.steps.iter().flat_map(|s| match s {
        Step::Write(step) => step.actions.as_slice(),
        Step::Read(_) => &[],
    });
    actions.flat_map(move |action| {
        let all = action.values.iter().chain(&action.set).chain(&action.add);
        let as_it_is = move |a: &&Assignment| {
            a.parameter.as_deref() == Some(name) && a.path.is_none() && a.text != Some(true)
        };
        all.filter(as_it_is)
            .map(|a| (action.entity.as_str(), a.attribute.as_str()))
    })
}
