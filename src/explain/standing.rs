//! Whether an index could answer a read, and if not, what stands against it.

use super::Asked;
use super::words::ticked;
use crate::demand::Ways;
use crate::layout::{Conflict, Kind};
use crate::solve::oracle::{DemandId, Slot};

/// What stands between a read and an index.
pub(super) enum Standing {
    /// Nothing: the index could answer it, at this price.
    Could(Vec<&'static str>),
    /// This, in words.
    Cannot(String),
}

impl Asked<'_> {
    /// Whether a variant could be answered in a slot, with all that is answered there now.
    pub(super) fn standing(&self, variant: usize, slot: Slot) -> Standing {
        let Some(first) = self.first[variant] else {
            return Standing::Cannot("nothing but the table's key answers it".to_owned());
        };
        let Ways::Demands(all, _) = &self.design.solution.variants[variant].ways else {
            return Standing::Cannot("it is answered by the table's key".to_owned());
        };
        let mut board = self.board.clone();
        if let (Some(own), Some(demand)) = (self.slot(variant), self.demand(variant)) {
            board.remove(own, demand);
        }
        for (demand, id) in all.iter().zip(first..) {
            if self.oracle.fits(&board, slot, id) {
                return Standing::Could(demand.price.words());
            }
        }
        Standing::Cannot(self.against(variant, first, slot))
    }

    /// What stands against a demand in a slot.
    fn against(&self, variant: usize, demand: DemandId, slot: Slot) -> String {
        let kind = self.slot_kind(slot);
        if let Err(conflict) = self.oracle.pair(kind, demand, demand) {
            return self.alone(kind, conflict);
        }
        let others = self.served_in(slot).filter(|o| *o != variant);
        let others: Vec<(usize, DemandId)> = others
            .filter_map(|o| self.demand(o).map(|d| (o, d)))
            .collect();
        let clash = |(_, d): &&(usize, DemandId)| self.oracle.pair(kind, demand, *d).is_err();
        let clashing: Vec<&(usize, DemandId)> = others.iter().filter(clash).collect();
        let Some((other, id)) = clashing.first() else {
            let names = ticked(others.iter().map(|(o, _)| self.variant_pattern(*o)));
            return format!(
                "with each of {names} it could share a key, with all of them it cannot"
            );
        };
        let conflict = self.oracle.pair(kind, demand, *id).err();
        let of_the_table = matches!(
            conflict,
            Some(
                Conflict::Mutable { .. }
                    | Conflict::Optional { .. }
                    | Conflict::Unknown { .. }
                    | Conflict::Whole { .. }
                    | Conflict::Addressed { .. },
            )
        );
        let reason = if of_the_table {
            let other = self.reasons.name(*other);
            format!("beside {other} {}", self.reasons.table_conflict(conflict))
        } else {
            let ids = (demand, *id);
            self.reasons.pair(self.oracle, kind, variant, *other, ids).1
        };
        let mut more: Vec<&str> = clashing[1..]
            .iter()
            .map(|(o, _)| self.variant_pattern(*o))
            .collect();
        more.dedup();
        if more.is_empty() {
            reason
        } else {
            format!("{reason}; nor can it share with {}", ticked(more))
        }
    }

    /// What stands against a read in an index that holds nothing else.
    fn alone(&self, kind: Kind, conflict: Conflict) -> String {
        match (kind, conflict) {
            (Kind::Table, conflict) => self.reasons.table_conflict(Some(conflict)),
            (_, Conflict::Consistent) => {
                "a global index cannot be read strongly consistently".to_owned()
            }
            (Kind::Local, Conflict::LocalPartition) => {
                "a local index has the partition key of the table".to_owned()
            }
            (_, conflict) => self.reasons.table_conflict(Some(conflict)),
        }
    }

    /// The name of a variant's pattern.
    pub(super) fn variant_pattern(&self, variant: usize) -> &str {
        self.name_of(self.design.solution.variants[variant].pattern)
    }
}
