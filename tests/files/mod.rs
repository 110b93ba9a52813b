//! The design files of the repository.

use std::path::Path;

/// The texts of all examples.
pub(crate) fn examples() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let mut all: Vec<(String, String)> = std::fs::read_dir(root)
        .expect("examples")
        .map(|e| e.expect("entry").path().join("design.yaml"))
        .filter_map(|p| Some((p.display().to_string(), std::fs::read_to_string(&p).ok()?)))
        .collect();
    all.sort();
    all
}
