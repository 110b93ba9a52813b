//! The binary: everything is in the library.
fn main() {
    for f in std::env::args().skip(1) {
        let text = std::fs::read_to_string(&f).unwrap_or_default();
        let source = design::source::Source::new(f.clone(), text);
        let mut found = design::diagnostic::Diagnostics::default();
        match design::document::parse(&source) {
            Ok(tree) => {
                let w = design::resolve::resolve(&tree, &mut found);
                eprintln!("{f}: {}", w.map_or("-".to_string(), |w| format!("{} entities {} patterns", w.entities.len(), w.patterns.len())));
            }
            Err(d) => found.push(d),
        }
        eprint!("{}", found.render(&source, false, 100));
    }
}
