//! Any text: a plan that its checker accepts and every view can show, or an error.

#![no_main]

mod mutate;
mod whole;

use libfuzzer_sys::{Corpus, fuzz_mutator, fuzz_target};

fuzz_target!(|bytes: &[u8]| -> Corpus {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return Corpus::Reject;
    };
    whole::whole_run(text);
    Corpus::Keep
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    mutate::mutator(data, size, max_size, seed, 1)
});
