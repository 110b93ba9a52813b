//! The corpora of the fuzzer: every branch that it has reached, reached again.

use crate::whole::{parsed, whole_run};

/// The files of a corpus, by name.
fn corpus(target: &str) -> Vec<(String, Vec<u8>)> {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fuzz/corpus");
    let files = std::fs::read_dir(format!("{root}/{target}")).expect("a corpus");
    let mut all: Vec<_> = files
        .map(|f| f.expect("a file").path())
        .map(|p| (p.display().to_string(), std::fs::read(&p).expect("bytes")))
        .collect();
    all.sort();
    assert!(all.len() > 100, "only {} files", all.len());
    all
}

#[test]
fn the_corpus_of_the_parser_ends_well() {
    for (name, bytes) in corpus("parse") {
        let text = String::from_utf8(bytes).unwrap_or_else(|_| panic!("{name} is no text"));
        parsed(&text);
    }
}

#[test]
fn the_corpus_of_the_whole_compile_ends_well() {
    for (name, bytes) in corpus("compile") {
        let text = String::from_utf8(bytes).unwrap_or_else(|_| panic!("{name} is no text"));
        whole_run(&text);
    }
}
