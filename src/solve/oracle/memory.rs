//! What an oracle was asked before.
//!
//! Promises: an answer that was given once stays, also where two threads work it out at the same time: families are told
//! apart by their addresses.

use super::{DemandId, Found};
use crate::layout::Kind;
use rustc_hash::FxHashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// By kind and demands; where demands on local indexes have a say, by those too.
#[derive(Default)]
pub(super) struct Known {
    alone: [FxHashMap<Vec<DemandId>, Found>; 3],
    beside: FxHashMap<(Kind, Vec<DemandId>, Vec<DemandId>), Found>,
}

impl Known {
    /// What is known of some demands.
    pub(super) fn get(
        &self,
        kind: Kind,
        demands: &[DemandId],
        also: &[DemandId],
    ) -> Option<&Found> {
        if also.is_empty() {
            return self.alone[kind as usize].get(demands);
        }
        let key = (kind, demands.to_vec(), also.to_vec());
        self.beside.get(&key)
    }

    /// What is known from now on.
    pub(super) fn keep(
        &mut self,
        kind: Kind,
        demands: &[DemandId],
        also: &[DemandId],
        found: Found,
    ) -> Found {
        let demands = demands.to_vec();
        let kept = if also.is_empty() {
            self.alone[kind as usize].entry(demands).or_insert(found)
        } else {
            let key = (kind, demands, also.to_vec());
            self.beside.entry(key).or_insert(found)
        };
        kept.clone()
    }
}

/// What is known, for one thread at a time; nothing in it is left half done where a thread panics.
pub(super) fn locked<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}
