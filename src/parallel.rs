//! Work on as many threads as the machine has cores.
//!
//! Promises: the answers stand in the order of the things, whichever thread was first; little work stays on one thread.

use std::num::NonZero;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::thread;

/// Reads, patterns or files of patterns from which on there is so much to do that starting threads, which takes about a tenth of a
/// millisecond, is worth it.
const MUCH: usize = 40;

/// Whether there is much to do for so many of them.
pub(crate) const fn is_much(things: usize) -> bool {
    things >= MUCH
}

/// How many threads can run at once. Asked once and not for little work: the answer is read from a dozen files of the
/// system, which takes as long as some designs.
fn cores() -> usize {
    static CORES: OnceLock<usize> = OnceLock::new();
    *CORES.get_or_init(|| thread::available_parallelism().map_or(1, NonZero::get))
}

/// Does two things; `much`: whether on two threads.
pub(crate) fn both<A: Send, B>(
    much: bool,
    one: impl FnOnce() -> A + Send,
    other: impl FnOnce() -> B,
) -> (A, B) {
    if !much {
        return (one(), other());
    }
    thread::scope(|scope| {
        let one = scope.spawn(one);
        let other = other();
        let one = one.join().unwrap_or_else(|panic| resume_unwind(panic));
        (one, other)
    })
}

/// Does some work for each thing; `much`: whether on several threads.
pub(crate) fn each<T: Sync, R: Send>(
    things: &[T],
    much: bool,
    work: impl Fn(&T) -> R + Sync,
) -> Vec<R> {
    let threads = if much { cores().min(things.len()) } else { 1 };
    if threads < 2 {
        return things.iter().map(work).collect();
    }
    let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let run = || {
        let mut own = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(thing) = things.get(at) else { break };
            own.push((at, work(thing)));
        }
        let mut done = done.lock().unwrap_or_else(PoisonError::into_inner);
        done.extend(own);
    };
    thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(run);
        }
        run();
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_unstable_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, made)| made).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_stand_in_order() {
        let things: Vec<u64> = (0..1000).collect();
        // The first ones take longest, so that threads end out of order.
        let work = |n: &u64| (0..(1000 - n) * 50).fold(*n, |a, b| a ^ b.wrapping_mul(*n));
        let one: Vec<u64> = things.iter().map(work).collect();
        assert_eq!(each(&things, true, work), one);
        assert_eq!(each(&things, false, work), one);
        assert!(each(&things[..0], true, work).is_empty());
    }

    #[test]
    fn two_things() {
        for much in [true, false] {
            assert_eq!(both(much, || 1, || "two"), (1, "two"));
        }
    }
}
