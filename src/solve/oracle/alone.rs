//! The families of one slot, where slots do not depend on each other.

use super::{Board, DemandId, Oracle, Slot};
use crate::layout::{Family, Kind};
use crate::workload::EntityId;
use std::collections::HashMap;
use std::rc::Rc;

/// The families of the demands of a slot.
pub(super) type Slots = HashMap<(Kind, Vec<DemandId>), Vec<Rc<Family>>>;

impl Oracle<'_> {
    /// The families of a slot as [`Self::families`] has them, where there are no local indexes and no keys that must be
    /// kept: then each slot stands alone.
    #[must_use]
    pub fn families_alone(
        &self,
        board: &Board,
        slot: Slot,
        entities: &[EntityId],
    ) -> Vec<Rc<Family>> {
        let kind = board.kinds[slot.0];
        let key = (kind, board.slots[slot.0].clone());
        let known = self.slots.borrow().get(&key).cloned();
        let mut made = known.unwrap_or_else(|| {
            let groups = self.groups(&key.1);
            let made = groups.iter().filter_map(|g| self.family(kind, g, &[]).ok());
            let made: Vec<Rc<Family>> = made.collect();
            self.slots.borrow_mut().insert(key, made.clone());
            made
        });
        if kind == Kind::Table {
            for entity in entities {
                if !made.iter().any(|f| f.member(*entity).is_some()) {
                    made.extend(self.plain_family(*entity).ok());
                }
            }
        }
        made.sort_by_key(|f| f.members.first().map(|m| m.entity));
        made
    }

    /// Whether there are keys that must be kept.
    #[must_use]
    pub fn is_fixed(&self) -> bool {
        !self.fixed.table.is_empty() || !self.fixed.indexes.is_empty()
    }
}
