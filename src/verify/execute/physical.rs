//! The physical items of an instance, written, and whether one is over its time.

use super::super::plan::{As, Entity, Kind};
use super::super::value::{Attrs, Physical};
use super::instance::Instance;
use super::{CallError, Executor, Outcome};
use serde_json::json;

pub(super) use crate::items::physical::{item, key, nonempty};

/// The attribute that says when an item of an entity is over its time, and how it is stored.
pub(super) fn expiry(entity: &Entity, kind: &Kind) -> Outcome<Option<(String, As)>> {
    let Some(ttl) = &entity.ttl else {
        return Ok(None);
    };
    let stored = entity.stored(ttl)?;
    match (stored.kind.as_str(), &kind.ttl) {
        ("date", Some((name, _))) => Ok(Some((name.clone(), As::Number))),
        ("date", None) => Err(CallError::Fault(format!(
            "`{}` has no epoch of its date `{ttl}`",
            kind.name
        ))),
        _ => Ok(Some((stored.name.clone(), stored.form))),
    }
}

impl Executor<'_> {
    /// The implied `put`: all items of all kinds, without conditions; guards of `before` that are no longer
    /// wanted go.
    pub(crate) fn implied_put(
        &self,
        entity: &str,
        before: Option<&Attrs>,
        after: &Attrs,
    ) -> Outcome<()> {
        let entity = self.plan.entity(entity)?;
        let items = self.items(&entity.name, after)?;
        let table_of = |kind: &Kind| kind.table.clone();
        if let Some(before) = before {
            let old = Instance::whole(before);
            for kind in entity.kinds.iter().filter(|k| k.guard) {
                if let Some(key) = key(&self.plan.tables, self.now, entity, kind, &old)? {
                    self.send(
                        "DeleteItem",
                        json!({ "TableName": table_of(kind), "Key": key }),
                    )?;
                }
            }
        }
        for (table, item) in items {
            self.send("PutItem", json!({ "TableName": table, "Item": item }))?;
        }
        Ok(())
    }

    /// Every physical item of an instance, with its table.
    pub(crate) fn items(
        &self,
        entity: &str,
        attributes: &Attrs,
    ) -> Outcome<Vec<(String, Physical)>> {
        let entity = self.plan.entity(entity)?;
        let instance = Instance::whole(attributes);
        let mut out = Vec::new();
        for kind in &entity.kinds {
            if let Some(item) = item(&self.plan.tables, self.now, entity, kind, &instance)? {
                out.push((kind.table.clone(), item));
            }
        }
        Ok(out)
    }

    /// Whether a physical item of an entity with `ttl` is over its time.
    pub(crate) fn over_its_time(&self, table: &str, item: &Physical) -> Outcome<bool> {
        let Some((entity, kind)) = super::rows::kind_of(self.plan, table, item)? else {
            return Ok(false);
        };
        let Some((name, _)) = expiry(entity, kind)? else {
            return Ok(false);
        };
        let followed = kind.ttl.as_ref().and_then(|(ttl, _)| item.get(ttl));
        let Some(json) = item.get(&name).or(followed) else {
            return Ok(false);
        };
        let seconds = json.get("N").and_then(|n| n.as_str()?.parse::<i64>().ok());
        let instant = json
            .get("S")
            .and_then(|s| super::super::encode::parse_instant(s.as_str()?).ok());
        let time = seconds.map(|s| s.saturating_mul(1000)).or(instant);
        Ok(time.is_some_and(|t| t < self.now))
    }

    fn send(&self, operation: &str, request: serde_json::Value) -> Outcome<()> {
        self.client
            .call(operation, request)
            .map(drop)
            .map_err(|e| CallError::Fault(format!("{operation}: {e:?}")))
    }
}
