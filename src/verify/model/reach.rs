//! Values that patterns ask for by name, and which of them the file's own writes can bring about.

use super::super::value::Value;
use super::design::{Attribute, Design, Entity};
use super::forms::Source;
use super::patterns::{Body, Test, Write, WriteVerb};
use std::collections::BTreeSet;

impl Design {
    /// The constants that conditions and defaults of the file name for an attribute.
    pub(crate) fn constants(&self, entity: &Entity, name: &str) -> BTreeSet<Value> {
        let Some(attribute) = entity.attributes.get(name) else {
            return BTreeSet::new();
        };
        let mut out: BTreeSet<Value> = attribute.default.clone().into_iter().collect();
        let mut add = |test: &Test| match test {
            Test::Is(Source::Constant(yaml)) | Test::Compared(_, Source::Constant(yaml)) => {
                out.extend(attribute.kind.constant(yaml));
            }
            Test::OneOf(all) => {
                out.extend(
                    all.iter()
                        .filter_map(|yaml| attribute.kind.constant(yaml).ok()),
                );
            }
            _ => {}
        };
        for pattern in &self.patterns {
            match &pattern.body {
                Body::Read(read) if read.entities.contains(&entity.name) => {
                    let tests = read.fixed.iter().filter(|(of, _)| of == name);
                    tests.for_each(|(_, test)| add(test));
                }
                Body::Write { steps, .. } => {
                    for step in steps.iter().filter(|s| s.entity == entity.name) {
                        let of = |(place, _): &&(super::forms::Place, Test)| {
                            place.attribute == name && place.path.is_empty()
                        };
                        step.conditions
                            .iter()
                            .filter(of)
                            .for_each(|(_, test)| add(test));
                    }
                }
                _ => {}
            }
        }
        out
    }

    /// Entities of which some pattern asks for a value that no write of the file brings about, such as a status that
    /// another system sets: without items that have it, nothing would be shown of these patterns.
    pub(crate) fn out_of_reach(&self) -> Vec<String> {
        let implied = self.implied();
        let lacks = |entity: &&Entity| {
            !implied.contains(&entity.name)
                && entity.attributes.iter().any(|(name, attribute)| {
                    let asked = self.constants(entity, name);
                    asked
                        .iter()
                        .any(|v| !self.brings_about(entity, name, attribute, v))
                })
        };
        let entities = self.entities.values().filter(lacks);
        entities.map(|e| e.name.clone()).collect()
    }

    /// Whether some write of the file can give an attribute a value.
    fn brings_about(
        &self,
        entity: &Entity,
        name: &str,
        attribute: &Attribute,
        value: &Value,
    ) -> bool {
        if attribute.default.as_ref() == Some(value) || attribute.derived.is_some() {
            return true;
        }
        let gives = |write: &Write| {
            let change = write.set.iter().find(|c| c.place.attribute == name);
            match change.and_then(|c| c.value.as_ref()) {
                Some(Source::Constant(yaml)) => attribute.kind.constant(yaml).as_ref() == Ok(value),
                Some(Source::Parameter { .. }) => true,
                None => {
                    matches!(write.verb, WriteVerb::Create | WriteVerb::Put)
                        || write.add.iter().any(|c| c.place.attribute == name)
                        || (write.upsert && entity.key.iter().any(|k| k == name))
                }
            }
        };
        self.writes().filter(|w| w.entity == entity.name).any(gives)
    }
}
