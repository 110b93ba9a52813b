//! One action of a writing step: its expressions, and what it is made of.

use super::{
    ActionCode, Check, Current, Does, Followed, KeyWrite, Tracked, Value, ValueOf, Writer, Written,
};
use crate::emit::client::clauses::{Clause, Name, NameOf, Placeholders};
use crate::emit::client::entities::{EntityCode, Field, KeyPart, KindCode};
use crate::emit::client::reads::{SortOp, pushed_down};
use crate::plan::{ActionEntry, Assignment, Choice, Condition, PathStep};

/// One action on its way.
pub(super) struct OneAction<'a> {
    pub(super) writer: &'a Writer<'a>,
    pub(super) entity: &'a EntityCode,
    pub(super) action: &'a ActionEntry,
    pub(super) place: usize,
    pub(super) guards: Vec<&'a ActionEntry>,
    pub(super) transaction: bool,
}

impl OneAction<'_> {
    pub(super) fn code(&self) -> Result<ActionCode, String> {
        let action = self.action;
        let missing = || format!("there is no kind `{}`", action.kind);
        let kind = self.entity.kind(&action.kind).ok_or_else(missing)?;
        let does = match action.action.as_str() {
            "put" => Does::Put,
            "update" => Does::Update,
            "delete" => Does::Delete,
            "check" => Does::Check,
            other => return Err(format!("the action `{other}` is not known here")),
        };
        let mut places = Placeholders::default();
        let mut changes = self.changes(&mut places)?;
        let optional = |name: &str| self.writer.parameter(name).is_some_and(|p| p.optional);
        let checks = action
            .condition
            .iter()
            .map(|test| {
                Ok(Check {
                    clause: places.condition(test, &optional)?,
                    test: test.clone(),
                    failure: test
                        .failure
                        .clone()
                        .unwrap_or_else(|| "condition".to_owned()),
                })
            })
            .collect::<Result<Vec<_>, String>>()?;
        let values = action
            .values
            .iter()
            .map(|v| self.value(&mut places, v, Written::Set))
            .collect::<Result<Vec<_>, _>>()?;
        let sets = self.upserted(kind, &values, &changes);
        let ttl = self.ttl(&mut places, kind, &changes, &sets);
        let keys = self.keys(&mut places, kind)?;
        let needs_after = self.needs_after(kind, &changes, ttl.as_ref(), &keys);
        for change in &mut changes {
            change.tracked = needs_after.contains(&change.attribute);
            if change.tracked && !change.path.is_empty() {
                return Err(format!(
                    "something is made of `{}` after a change inside of it",
                    change.attribute
                ));
            }
        }
        let map_type = changes
            .iter()
            .any(|c| !c.path.is_empty())
            .then(|| places.value("map"));
        Ok(ActionCode {
            place: self.place,
            step: String::new(),
            does,
            entity: action.entity.clone(),
            kind: action.kind.clone(),
            of: action.of,
            times: action.times.clone(),
            current: self.current(&mut places)?,
            gone: self.gone(&mut places, kind)?,
            key: self.key(kind)?,
            needs_before: self.needs_before(&needs_after),
            values,
            maps: map_type
                .as_deref()
                .map_or_else(Vec::new, |m| maps(&mut places, &changes, m)),
            map_type,
            changes,
            upsert: action.upsert,
            discriminator: action.upsert.then(|| {
                let of = &kind.discriminator;
                (
                    places.physical(&of.attribute),
                    places.value(&of.attribute),
                    of.value.clone(),
                )
            }),
            sets,
            ttl,
            keys,
            checks,
            needs_after,
            returned: action.returned.clone(),
        })
    }

    fn field(&self, attribute: &str) -> Result<&Field, String> {
        let missing = || format!("`{}` has no attribute `{attribute}`", self.entity.name);
        self.entity.field(attribute).ok_or_else(missing)
    }

    fn changes(&self, places: &mut Placeholders) -> Result<Vec<Value>, String> {
        let derived = |a: &&Assignment| a.derived == Some(true);
        let mut made = Vec::new();
        for of in self.action.set.iter().filter(|a| !derived(a)) {
            made.push(self.value(places, of, Written::Set)?);
        }
        for of in &self.action.add {
            made.push(self.value(places, of, Written::Add)?);
        }
        for of in &self.action.remove {
            let whole = of.parameter.is_none() && of.value.is_none();
            let written = if whole {
                Written::Remove
            } else {
                Written::Take
            };
            made.push(self.value(places, of, written)?);
        }
        for of in self.action.set.iter().filter(derived) {
            made.push(self.value(places, of, Written::Derive)?);
        }
        Ok(made)
    }

    fn value(
        &self,
        places: &mut Placeholders,
        of: &Assignment,
        written: Written,
    ) -> Result<Value, String> {
        let field = self.field(&of.attribute)?;
        let path = of.path.clone().unwrap_or_default();
        let (place, names) = places.place(&field.physical, &path);
        let mut optional = false;
        let from = if let Some(name) = &of.parameter {
            let parameter = self.writer.parameter(name);
            optional = parameter.is_some_and(|p| p.optional);
            let set = parameter
                .and_then(|p| p.ty.as_deref())
                .is_some_and(|t| t.starts_with("set("));
            ValueOf::Parameter {
                name: name.clone(),
                text: of.text == Some(true),
                negate: of.negate == Some(true),
                element: field.ty.is_set() && path.is_empty() && !set,
            }
        } else if let Some(value) = &of.value {
            ValueOf::Constant(value.clone())
        } else if of.derived == Some(true) {
            ValueOf::Derived
        } else {
            ValueOf::Nothing
        };
        let sum = written == Written::Add && !(field.ty.is_set() && path.is_empty());
        let base = path
            .last()
            .map_or(of.attribute.as_str(), |last| match last {
                PathStep::Name(name) | PathStep::Parameter { parameter: name } => name,
            });
        let placeholder = if matches!(from, ValueOf::Nothing) {
            String::new()
        } else {
            places.value(base)
        };
        Ok(Value {
            attribute: of.attribute.clone(),
            written,
            ty: field.ty.clone(),
            nonempty: field.nonempty && path.is_empty(),
            path,
            from,
            place,
            names,
            placeholder,
            zero: sum.then(|| places.value("zero")),
            optional,
            tracked: false,
        })
    }

    fn upserted(&self, kind: &KindCode, values: &[Value], changes: &[Value]) -> Vec<Value> {
        if !self.action.upsert {
            return Vec::new();
        }
        let set = |v: &&Value| {
            let physical = match v.names.first() {
                Some(Name {
                    of: NameOf::Fixed(name),
                    ..
                }) => name.as_str(),
                _ => "",
            };
            !changes.iter().any(|c| c.attribute == v.attribute)
                && !kind.key.parts.iter().any(|p| p.physical == physical)
        };
        values.iter().filter(set).cloned().collect()
    }

    fn ttl(
        &self,
        places: &mut Placeholders,
        kind: &KindCode,
        changes: &[Value],
        sets: &[Value],
    ) -> Option<Followed> {
        let ttl = kind.ttl.as_ref()?;
        let change = changes.iter().chain(sets).find(|c| c.attribute == ttl.of)?;
        let given = match &change.from {
            ValueOf::Parameter { name, .. } if change.optional => vec![name.clone()],
            _ => Vec::new(),
        };
        Some(Followed {
            name: places.physical(&ttl.attribute),
            placeholder: places.value(&ttl.attribute),
            of: ttl.of.clone(),
            given,
        })
    }

    fn keys(&self, places: &mut Placeholders, kind: &KindCode) -> Result<Vec<KeyWrite>, String> {
        let mut made = Vec::new();
        for change in &self.action.keys {
            let missing = || format!("an item is never in `{}`", change.index);
            let key = kind.index(&change.index).ok_or_else(missing)?;
            let own = key.parts.iter().filter(|p| !p.native);
            made.push(KeyWrite {
                index: change.index.clone(),
                how: match change.change.as_str() {
                    "set" => Tracked::Set,
                    "remove" => Tracked::Remove,
                    "either" => Tracked::Either,
                    other => return Err(format!("the change `{other}` is not known here")),
                },
                attributes: own
                    .map(|p| (places.physical(&p.physical), places.value(&p.physical)))
                    .collect(),
            });
        }
        Ok(made)
    }

    /// Everything that keys, derived attributes, guards, the epoch and the answer are made of.
    fn needs_after(
        &self,
        kind: &KindCode,
        changes: &[Value],
        ttl: Option<&Followed>,
        keys: &[KeyWrite],
    ) -> Vec<String> {
        let mut all: Vec<String> = Vec::new();
        for key in keys.iter().filter(|k| k.how != Tracked::Remove) {
            all.extend(
                kind.index(&key.index)
                    .into_iter()
                    .flat_map(|k| k.needs.clone()),
            );
        }
        all.extend(ttl.map(|t| t.of.clone()));
        for guard in self.guards.iter().filter(|g| g.action == "put") {
            all.extend(
                self.entity
                    .kind(&guard.kind)
                    .into_iter()
                    .flat_map(KindCode::needs),
            );
        }
        if self.transaction {
            all.extend(self.action.returned.iter().cloned());
        }
        let derived = changes.iter().filter(|c| c.written == Written::Derive);
        for field in derived.filter_map(|c| self.entity.field(&c.attribute)) {
            all.extend(field.derived.iter().flat_map(|d| d.of.clone()));
        }
        all.sort();
        all.dedup();
        all
    }

    fn needs_before(&self, after: &[String]) -> Vec<String> {
        let mut all = after.to_vec();
        for guard in self.guards.iter().filter(|g| g.action == "delete") {
            let kind = self.entity.kind(&guard.kind);
            all.extend(kind.into_iter().flat_map(|k| k.key.needs.clone()));
        }
        all.sort();
        all.dedup();
        all
    }

    fn current(&self, places: &mut Placeholders) -> Result<Vec<Current>, String> {
        let of = |attribute: &String| {
            let field = self.field(attribute)?;
            Ok(Current {
                attribute: attribute.clone(),
                name: places.physical(&field.physical),
                placeholder: places.value(&format!("was_{attribute}")),
            })
        };
        self.action.current.iter().map(of).collect()
    }

    fn gone(
        &self,
        places: &mut Placeholders,
        kind: &KindCode,
    ) -> Result<Option<(Clause, Condition)>, String> {
        if self.action.current.is_empty() {
            return Ok(None);
        }
        let partition = kind.key.parts.first().map(|p| p.physical.clone());
        let mut any = vec![Condition {
            attribute: partition,
            op: Some("missing".to_owned()),
            ..Condition::default()
        }];
        if let Some(expiry) = &self.entity.expiry {
            any.push(Condition {
                attribute: Some(expiry.physical.clone()),
                op: Some("<".to_owned()),
                stored_as: Some(expiry.stored_as.clone()),
                now: Some(true),
                ..Condition::default()
            });
        }
        let test = Condition {
            any: Some(any),
            ..Condition::default()
        };
        Ok(Some((places.condition(&test, &|_| false)?, test)))
    }

    fn key(&self, kind: &KindCode) -> Result<Vec<KeyPart>, String> {
        let Some(key) = &self.action.key else {
            return Ok(Vec::new());
        };
        let mut lists = Vec::new();
        for part in &key.partition {
            lists.push(part.segments.clone());
        }
        for condition in &key.sort {
            let (op, bounds) = pushed_down(condition)?;
            match (op, bounds.as_slice()) {
                (SortOp::Equals, [Choice::Plain(segments)]) => lists.push(segments.clone()),
                _ => return Err("the key of an action is no fixed one".to_owned()),
            }
        }
        let parts = kind.key.parts.iter().zip(lists);
        Ok(parts
            .map(|(part, segments)| KeyPart {
                segments,
                ..part.clone()
            })
            .collect())
    }
}

/// The places that changes lead through.
fn maps(places: &mut Placeholders, changes: &[Value], map_type: &str) -> Vec<Clause> {
    let mut made: Vec<Clause> = Vec::new();
    for change in changes.iter().filter(|c| !c.path.is_empty()) {
        let Some(Name {
            of: NameOf::Fixed(physical),
            ..
        }) = change.names.first()
        else {
            continue;
        };
        let given = match &change.from {
            ValueOf::Parameter { name, .. } if change.optional => vec![name.clone()],
            _ => Vec::new(),
        };
        for length in 0..change.path.len() {
            let (place, names) = places.place(physical, &change.path[..length]);
            let text = format!("attribute_type({place}, {map_type})");
            match made.iter_mut().find(|c| c.text == text) {
                Some(known) if given.is_empty() => known.given.clear(),
                Some(known) if known.given == given => {}
                _ => made.push(Clause {
                    text,
                    names,
                    values: Vec::new(),
                    given: given.clone(),
                }),
            }
        }
    }
    made
}
