//! Keys that must be kept: solving again with the keys of a solution gives the same solution.

#![expect(clippy::expect_used, reason = "a test ends there")]

#[path = "files/mod.rs"]
mod files;

use design::diagnostic::Diagnostics;
use design::schema::Schema;
use design::solve::oracle::FixedKeys;
use design::solve::{Objective, solve};
use design::source::Source;
use design::workload::Workload;

fn workload(name: &str, text: &str) -> Workload {
    let tree = design::document::parse(&Source::new(name, text)).expect("a document");
    design::resolve::resolve(&tree, &mut Diagnostics::default()).expect("a design")
}

/// The keys of a schema, to be kept.
fn kept(schema: &Schema) -> FixedKeys {
    let index = |i: &design::schema::Index| (i.name.clone(), i.kind, i.families.clone());
    FixedKeys {
        table: schema.table.clone(),
        indexes: schema.indexes.iter().map(index).collect(),
    }
}

#[test]
fn kept_keys_are_found_again() {
    for (name, text) in files::examples() {
        let workload = workload(&name, &text);
        let first = solve(&workload, &FixedKeys::default(), Objective::Indexes);
        let again = solve(&workload, &kept(&first.schema), Objective::Indexes);
        assert_eq!(first.schema.table, again.schema.table, "{name}");
        let keys = |s: &Schema| -> Vec<_> {
            let of = s.indexes.iter();
            of.map(|i| (i.name.clone(), i.kind, i.families.clone()))
                .collect()
        };
        assert_eq!(keys(&first.schema), keys(&again.schema), "{name}");
        let answered = |s: &Schema| {
            let not = |s: &&design::schema::Served| matches!(s, design::schema::Served::Not);
            s.served.iter().filter(not).count()
        };
        assert_eq!(answered(&first.schema), answered(&again.schema), "{name}");
    }
}

#[test]
fn a_kept_table_key_costs_an_index() {
    let text = "design: kept\nentities:\n  A:\n    key: a\n    attributes: { a: string, b: { type: string, immutable: true } }\npatterns:\n  by_b: { list: A, by: b }\n";
    let free = workload("kept", text);
    let alone = text.replace("list: A, by: b", "get: A");
    let first = solve(
        &workload("kept", &alone),
        &FixedKeys::default(),
        Objective::Indexes,
    );
    let fixed = FixedKeys {
        table: first.schema.table.clone(),
        indexes: Vec::new(),
    };
    let open = solve(&free, &FixedKeys::default(), Objective::Indexes);
    let held = solve(&free, &fixed, Objective::Indexes);
    assert_eq!(open.schema.indexes.len(), 0);
    assert_eq!(held.schema.indexes.len(), 1);
    assert_eq!(held.schema.table, first.schema.table);
}
