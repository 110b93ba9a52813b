//! The hash of shards and buckets: 32-bit FNV-1a.
//!
//! Fowler, Noll, Vo: chosen because every language computes it in five lines, so that any client finds the same shard.

/// The hash of some bytes.
#[must_use]
pub const fn fnv1a(bytes: &[u8]) -> u32 {
    let mut hash = 2_166_136_261_u32;
    let mut at = 0;
    while at < bytes.len() {
        hash = (hash ^ bytes[at] as u32).wrapping_mul(16_777_619);
        at += 1;
    }
    hash
}

/// The bucket of a plain text among `count`.
#[must_use]
pub const fn bucket(plain: &str, count: u32) -> u32 {
    if count == 0 {
        0
    } else {
        fnv1a(plain.as_bytes()) % count
    }
}
