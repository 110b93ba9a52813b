//! The coverage table and the diagrams: what stands in them, and how much a change of the file changes.

use super::{ALL, SHOP, TARGETS, compiled, made};
use design::emit::Target;

/// The cells of a row of a Markdown table: a bar ends one unless a backslash stands before it.
fn cells(row: &str) -> usize {
    let mut bars = 0;
    let mut escaped = false;
    for c in row.chars() {
        bars += usize::from(c == '|' && !escaped);
        escaped = c == '\\' && !escaped;
    }
    bars - 1
}

#[test]
fn the_rows_of_a_table_have_its_columns() {
    let mut tables = 0;
    for (path, plan) in ALL.iter() {
        let text = made(plan, Target::Coverage);
        let mut columns = None;
        for line in text.lines() {
            if !line.starts_with('|') {
                columns = None;
                continue;
            }
            tables += usize::from(columns.is_none());
            let first = *columns.get_or_insert(cells(line));
            assert_eq!(cells(line), first, "{path}: {line}");
            assert!(line.ends_with('|'), "{path}: {line}");
        }
    }
    assert_eq!(tables, ALL.len() * 3);
    assert_eq!(cells("| a\\|b | `c\\|d` |"), 2);
}

#[test]
fn everything_of_the_plan_is_named() {
    for (path, plan) in ALL.iter() {
        let page = made(plan, Target::Coverage);
        let has = |text: &str| assert!(page.contains(text), "{path}: {text}");
        for pattern in &plan.patterns {
            has(&format!("\n| {} |", pattern.name));
            if pattern.reason.is_some() {
                has(&format!("\n- **{}** is {}: ", pattern.name, pattern.status));
            }
        }
        for index in &plan.tables[0].indexes {
            has(&format!("\n| `{}` | {} |", index.name, index.kind));
        }
        for kind in plan.entities.iter().flat_map(|e| &e.kinds) {
            let role = if kind.role == "item" { "" } else { " (guard)" };
            for key in &kind.keys {
                let index = key.index.as_deref().unwrap_or_default();
                has(&format!("\n| {}{role} | {index} |", kind.name));
            }
        }
        assert_eq!(
            page.matches("\n## ").count(),
            5 + usize::from(page.contains("## Findings"))
        );
        let proof = page.split("\n## Proof\n").nth(1).expect("a proof");
        let proof = proof.split("\n## ").next().expect("its end");
        assert!(proof.contains(&plan.proof.summary), "{path}");
        assert_eq!(proof.matches("\n- ").count(), plan.proof.conflicts.len());
        for conflict in &plan.proof.conflicts {
            // Of the table and a pattern, the second one only makes it so and need not be told.
            let told = if conflict.table.is_some() { 1 } else { 2 };
            for name in conflict.patterns.iter().take(told) {
                assert!(proof.contains(&format!("`{name}`")), "{path}: {name}");
            }
        }
        for assumption in &plan.proof.assumptions {
            has(&format!(
                "\n- `{}` of {}: ",
                assumption.attribute, assumption.entity
            ));
        }
        for diagram in [Target::Graphviz, Target::Mermaid] {
            let text = made(plan, diagram);
            let has = |id: String| {
                let declared = text.lines().filter(|l| l.contains(&id)).count();
                assert!(declared > 0, "{path}: {id} in {}", diagram.name());
            };
            plan.patterns
                .iter()
                .for_each(|p| has(format!(" pattern_{}", p.name)));
            plan.entities
                .iter()
                .for_each(|e| has(format!(" entity_{}", e.name)));
            plan.tables[0]
                .indexes
                .iter()
                .for_each(|i| has(format!(" index_{}", i.name.replace('-', "_"))));
        }
    }
}

/// The lines that a change takes away and adds.
fn changed(before: &str, after: &str, target: Target) -> usize {
    let (a, b) = (
        made(&compiled(before), target),
        made(&compiled(after), target),
    );
    let diff = similar::TextDiff::from_lines(&a, &b);
    diff.iter_all_changes()
        .filter(|c| c.tag() != similar::ChangeTag::Equal)
        .count()
}

#[test]
fn a_small_change_of_the_file_is_one_of_the_documents() {
    let shop = std::fs::read_to_string(SHOP).expect("the example");
    let with = |from: &str, to: &str| {
        assert!(shop.contains(from), "{from}");
        shop.replacen(from, to, 1)
    };
    // Places in the file are no part of any of them.
    let moved = format!("# A comment\n\n{}", with("entities:\n", "\n\nentities:\n"));
    for target in TARGETS {
        assert_eq!(changed(&shop, &moved, target), 0, "{}", target.name());
    }
    // The hash, the costs in all, the row of the pattern.
    let limit = with("    limit: 20\n", "    limit: 50\n");
    assert!(changed(&shop, &limit, Target::Coverage) <= 6);
    assert!(changed(&shop, &limit, Target::Mermaid) <= 2);
    assert!(changed(&shop, &limit, Target::Graphviz) <= 2);
    // The row of the index that answers it, too, and how many calls are assumed.
    let new = with(
        "  orders_of_product:",
        "  first_product: { list: Product, by: category, sort: name, limit: 1, rate: 1/s }\n  orders_of_product:",
    );
    let lines = changed(&shop, &new, Target::Coverage);
    assert!((5..=8).contains(&lines), "{lines} lines");
    assert_eq!(changed(&shop, &new, Target::Mermaid), 2 + 2 + 1);
}
