//! What users see of each example: the text report of a terminal of 80 columns, and the Markdown.

#![expect(clippy::expect_used, reason = "a test ends there")]

use design::report::{markdown, text};
use design::source::Source;
use design::{Objective, compile};
use std::path::Path;

#[test]
fn reports_of_the_examples() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let mut names: Vec<String> = std::fs::read_dir(&root)
        .expect("examples")
        .map(|e| e.expect("entry").file_name().to_string_lossy().into_owned())
        .filter(|n| root.join(n).join("design.yaml").exists())
        .collect();
    names.sort();
    for name in names {
        let yaml = std::fs::read_to_string(root.join(&name).join("design.yaml")).expect("a file");
        let source = Source::new("design.yaml", yaml);
        let plan = compile(&source, Objective::Indexes).plan.expect("a plan");
        insta::with_settings!({
            prepend_module_to_snapshot => false,
            snapshot_path => "snapshots/reports",
            omit_expression => true,
        }, {
            insta::assert_snapshot!(format!("{name}.text"), text::render(&plan, 80, false));
            insta::assert_snapshot!(
                format!("{name}.markdown"),
                markdown::render(&plan).expect("Markdown")
            );
        });
    }
}
