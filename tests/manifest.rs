//! The manifest of a client's functions: which patterns it has, and what a policy has to allow for them.

use design::emit::{Artifact, Origin, Target, emit};
use design::plan::OutputEntry;
use design::source::Source;
use design::{Objective, compile};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;

/// How the tests end.
type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// The manifest of a design.
fn manifest(text: &str) -> Outcome<Json> {
    let made = compile(&Source::new("design.yaml", text), Objective::Indexes);
    let plan = made.plan.ok_or("no plan")?;
    let output = OutputEntry {
        path: "patterns.json".to_owned(),
        options: BTreeMap::new(),
    };
    let origin = Origin::new(&plan, "design.yaml");
    match emit(&plan, Target::Patterns, &output, &origin)? {
        Artifact::File(text) => Ok(serde_json::from_str(&text)?),
        Artifact::Directory(_) => Err("the manifest is a directory".into()),
    }
}

#[test]
fn every_pattern_that_is_covered_has_a_function() -> Outcome {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut seen = 0;
    for folder in ["examples", "tests/clients", "tests/designs"] {
        for entry in std::fs::read_dir(root.join(folder))? {
            let path = entry?.path();
            let file = if path.is_dir() {
                path.join("design.yaml")
            } else {
                path
            };
            if file.extension().is_none_or(|e| e != "yaml") {
                continue;
            }
            let made = manifest(&std::fs::read_to_string(&file)?)?;
            let left_out = made["left_out"].as_array();
            assert_eq!(left_out.map(Vec::len), Some(0), "{}", file.display());
            seen += made["patterns"].as_array().map_or(0, Vec::len);
        }
    }
    assert!(seen > 300, "{seen} patterns");
    Ok(())
}

/// The actions on the table for an update in a transaction that also makes another item.
fn actions(update: &str) -> Outcome<Vec<String>> {
    let made = manifest(&format!(
        "design: idle
entities:
  A: {{ key: a, attributes: {{ a: string, note?: string, tags?: set(string), n: integer }} }}
  B: {{ key: b, attributes: {{ b: string, a: A }} }}
patterns:
  both: {{ transaction: [ {{ update: A, {update} }}, {{ create: B }} ] }}
  get_a: {{ get: A }}
  get_b: {{ get: B }}
"
    ))?;
    let patterns = made["patterns"].as_array().into_iter().flatten();
    let both = patterns.filter(|p| p["pattern"] == "both");
    let iam = both.flat_map(|p| p["iam"].as_array().into_iter().flatten());
    let names = iam.filter_map(|one| one["action"].as_str());
    Ok(names.map(str::to_owned).collect())
}

/// The service takes no update without a change, so a client sends the check of its condition instead.
#[test]
fn an_update_that_may_change_nothing_may_check() -> Outcome {
    let checks = [
        "dynamodb:ConditionCheckItem",
        "dynamodb:PutItem",
        "dynamodb:UpdateItem",
    ];
    for update in ["set: [\"note?\"]", "add: [tags]"] {
        assert_eq!(actions(update)?, checks, "{update}");
    }
    for update in [
        "set: [note]",
        "set: [\"note?\"], add: { n: 1 }",
        "remove: [note]",
    ] {
        assert_eq!(actions(update)?, checks[1..], "{update}");
    }
    Ok(())
}
