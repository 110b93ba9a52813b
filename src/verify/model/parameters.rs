//! The parameters that a pattern's callers give, with what each stands for.

use super::design::{Design, Entity};
use super::forms::{Part, Place, Source};
use super::patterns::{Body, Bounds, Pattern, Read, Test, Write, WriteVerb};
use super::types::Type;
use std::collections::BTreeMap;

/// What a parameter is used as.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Use {
    pub(crate) entity: String,
    pub(crate) attribute: String,
    /// The place of its step in a write.
    pub(crate) step: usize,
}

#[derive(Clone, Debug)]
pub(crate) struct Parameter {
    pub(crate) name: String,
    /// The role in the plan's words; `value` for all of a write.
    pub(crate) role: &'static str,
    pub(crate) kind: Type,
    pub(crate) optional: bool,
    pub(crate) uses: Vec<Use>,
}

#[derive(Clone, Debug)]
pub(crate) struct List {
    pub(crate) name: String,
    pub(crate) min: usize,
    pub(crate) max: usize,
    pub(crate) parameters: Vec<Parameter>,
    /// The steps that its sets repeat.
    pub(crate) steps: Vec<usize>,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Parameters {
    pub(crate) single: Vec<Parameter>,
    pub(crate) lists: Vec<List>,
}

impl Design {
    pub(crate) fn parameters(&self, pattern: &Pattern) -> Result<Parameters, String> {
        match &pattern.body {
            Body::Nothing => Ok(Parameters::default()),
            Body::Read(read) => Ok(Parameters {
                single: self.read_parameters(read)?,
                lists: Vec::new(),
            }),
            Body::Write { steps, .. } => self.write_parameters(steps),
        }
    }

    /// The attribute's uses in the entities of a read that declare it.
    fn uses(
        &self,
        read: &Read,
        name: impl Fn(&Entity) -> Option<String>,
    ) -> Result<(Vec<Use>, Type), String> {
        let mut uses = Vec::new();
        let mut kind = None;
        for entity in &read.entities {
            let entity = self.entity(entity)?;
            let Some(attribute) = name(entity).filter(|a| entity.attributes.contains_key(a)) else {
                continue;
            };
            kind.get_or_insert(entity.attribute(&attribute)?.kind.clone());
            uses.push(Use {
                entity: entity.name.clone(),
                attribute,
                step: 0,
            });
        }
        let kind = kind.ok_or("a parameter of no entity")?;
        Ok((uses, kind))
    }

    fn read_parameters(&self, read: &Read) -> Result<Vec<Parameter>, String> {
        let mut out: Vec<Parameter> = Vec::new();
        let mut add =
            |name: &str, role: &'static str, optional: bool, (uses, kind): (Vec<Use>, Type)| {
                let clash = out.iter().any(|p| p.name == name);
                let name = if clash {
                    format!("{role}_{name}")
                } else {
                    name.to_owned()
                };
                out.push(Parameter {
                    name,
                    role,
                    kind,
                    optional,
                    uses,
                });
            };
        for by in &read.by {
            add(
                &by.name,
                "by",
                by.optional,
                self.uses(read, |e| by.of(e).map(str::to_owned))?,
            );
        }
        let same = |name: &String| self.uses(read, |_| Some(name.clone()));
        match &read.range {
            None => {}
            Some((name, Bounds::FromTo)) => {
                add("from", "from", true, same(name)?);
                add("to", "to", true, same(name)?);
            }
            Some((name, Bounds::Between)) => {
                add("from", "from", false, same(name)?);
                add("to", "to", false, same(name)?);
            }
            Some((name, _)) => add(name, "bound", false, same(name)?),
        }
        if let Some((name, optional)) = &read.prefix {
            add(name, "prefix", *optional, same(name)?);
        }
        Ok(out)
    }

    /// Equal names are one parameter; those that occur only in repeated steps are given once a repetition.
    fn write_parameters(&self, steps: &[Write]) -> Result<Parameters, String> {
        let mut all: BTreeMap<String, Parameter> = BTreeMap::new();
        for (place, step) in steps.iter().enumerate() {
            for found in self.step_parameters(step, place)? {
                match all.get_mut(&found.name) {
                    None => drop(all.insert(found.name.clone(), found)),
                    Some(known) => {
                        known.optional &= found.optional;
                        // `text($number)` takes the type that another use gives it.
                        if known.kind == Type::Text && found.kind == Type::Integer {
                            known.kind = Type::Integer;
                        }
                        known.uses.extend(found.uses);
                    }
                }
            }
        }
        let repeated = |p: &Parameter| {
            p.uses
                .iter()
                .all(|u| steps.get(u.step).is_some_and(|s| s.times.is_some()))
        };
        let (inner, single): (Vec<Parameter>, Vec<Parameter>) =
            all.into_values().partition(repeated);
        Ok(Parameters {
            single,
            lists: lists(steps, &inner),
        })
    }

    fn step_parameters(&self, step: &Write, place: usize) -> Result<Vec<Parameter>, String> {
        let entity = self.entity(&step.entity)?;
        let mut out = Vec::new();
        let mut add = |source: &Source, attribute: &str, kind: Type, optional: bool| {
            let Source::Parameter {
                name,
                optional: marked,
                text,
                ..
            } = source
            else {
                return;
            };
            let uses = vec![Use {
                entity: entity.name.clone(),
                attribute: attribute.to_owned(),
                step: place,
            }];
            let kind = if *text { Type::Integer } else { kind };
            out.push(Parameter {
                name: name.clone(),
                role: "value",
                kind,
                optional: optional || *marked,
                uses,
            });
        };
        let makes = matches!(step.verb, WriteVerb::Create | WriteVerb::Put);
        for (name, source) in &step.by {
            add(source, name, entity.attribute(name)?.kind.clone(), false);
        }
        for change in step.set.iter().chain(&step.add).chain(&step.remove) {
            path_parameters(&change.place, &mut add);
            let Some(source) = &change.value else {
                continue;
            };
            let kind = place_type(
                entity,
                &change.place,
                step.add.iter().any(|c| std::ptr::eq(c, change)),
            )?;
            let kind = if change.element { kind.element() } else { kind };
            add(source, &change.place.attribute, kind, false);
        }
        for (place, test) in &step.conditions {
            path_parameters(place, &mut add);
            let kind = place_type(entity, place, matches!(test, Test::Compared(..)))?;
            match test {
                Test::Is(source) | Test::IsNot(source) | Test::Compared(_, source) => {
                    add(source, &place.attribute, kind, false);
                }
                Test::Contains(source) | Test::Lacks(source) => {
                    add(source, &place.attribute, kind.element(), false);
                }
                Test::OneOf(_) | Test::Exists | Test::Missing => {}
            }
        }
        if makes {
            let named = |name: &str| step.by.iter().any(|(n, _)| n == name) || step.changes(name);
            for (name, attribute) in entity
                .attributes
                .iter()
                .filter(|(n, a)| a.derived.is_none() && !named(n))
            {
                let optional = attribute.optional || attribute.default.is_some();
                add(
                    &Source::parameter(name),
                    name,
                    attribute.kind.clone(),
                    optional,
                );
            }
        }
        Ok(out)
    }
}

fn path_parameters(place: &Place, add: &mut impl FnMut(&Source, &str, Type, bool)) {
    for part in &place.path {
        if let Part::Parameter(name) = part {
            add(&Source::parameter(name), "", Type::Text, false);
        }
    }
}

/// The type of a place: of the attribute, or inside of a map a number where it is counted, else a text.
fn place_type(entity: &Entity, place: &Place, number: bool) -> Result<Type, String> {
    let kind = entity.attribute(&place.attribute)?.kind.clone();
    Ok(match (place.path.is_empty(), number) {
        (true, _) => kind,
        (false, true) => Type::Decimal,
        (false, false) => Type::Text,
    })
}

/// Steps that share a repeated parameter repeat together; a list is named after its first step.
fn lists(steps: &[Write], inner: &[Parameter]) -> Vec<List> {
    let mut groups: Vec<Vec<usize>> = (0..steps.len())
        .filter(|s| steps[*s].times.is_some())
        .map(|s| vec![s])
        .collect();
    for parameter in inner {
        let shares = |group: &Vec<usize>| parameter.uses.iter().any(|u| group.contains(&u.step));
        let (joined, mut rest): (Vec<_>, Vec<_>) = groups.into_iter().partition(shares);
        let mut joined: Vec<usize> = joined.concat();
        joined.sort_unstable();
        rest.push(joined);
        groups = rest.into_iter().filter(|g| !g.is_empty()).collect();
    }
    let list = |group: Vec<usize>| {
        let first = group.first().and_then(|s| steps.get(*s))?;
        let bounds: Vec<(usize, usize)> = group.iter().filter_map(|s| steps[*s].times).collect();
        let of = |p: &&Parameter| p.uses.iter().any(|u| group.contains(&u.step));
        Some(List {
            name: first.label.clone(),
            min: bounds.iter().map(|b| b.0).max().unwrap_or(1),
            max: bounds.iter().map(|b| b.1).min().unwrap_or(1),
            parameters: inner.iter().filter(of).cloned().collect(),
            steps: group.clone(),
        })
    };
    groups.into_iter().filter_map(list).collect()
}
