//! Any bytes: a tree whose values have their places, or an error with one.

#![no_main]

mod mutate;
#[expect(dead_code, reason = "the rest is for the other target")]
mod whole;

use libfuzzer_sys::{Corpus, fuzz_mutator, fuzz_target};

fuzz_target!(|bytes: &[u8]| -> Corpus {
    // The command refuses a file that is not UTF-8 before anything else sees it.
    let Ok(text) = std::str::from_utf8(bytes) else {
        return Corpus::Reject;
    };
    whole::parsed(text);
    Corpus::Keep
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    mutate::mutator(data, size, max_size, seed, 4)
});
