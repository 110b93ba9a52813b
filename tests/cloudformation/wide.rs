//! How many attributes an index names: a template of a global table takes fewer than one of a table.

use design::Objective;
use design::source::Source;
use std::fmt::Write as _;

/// The projection of the one index of a table whose read asks for many attributes.
fn projection(named: usize, replicas: &str) -> (String, usize) {
    let names: Vec<String> = (0..named).map(|n| format!("a{n}")).collect();
    let mut text = format!(
        "design: wide\ntable: {{ {replicas} }}\nentities:\n  A:\n    key: id\n    attributes:\n      id: ulid\n      owner: ulid\n"
    );
    for name in &names {
        writeln!(text, "      {name}: string").expect("text");
    }
    let all = names.join(", ");
    write!(text, "patterns:\n  of_owner: {{ list: A, by: owner, select: [{all}] }}\n  get_a: {{ get: A }}\n  add: {{ create: A }}\n").expect("text");
    let made = design::compile(&Source::new("wide.yaml", text), Objective::Indexes);
    let plan = made
        .plan
        .unwrap_or_else(|| panic!("{:?}", made.diagnostics));
    let index = &plan.tables[0].indexes[0];
    (
        index.projection.ty.clone(),
        index.projection.attributes.len(),
    )
}

#[test]
fn an_index_of_a_global_table_names_no_more_than_its_template_takes() {
    let replicas = "replicas: [eu-west-1]";
    assert_eq!(projection(19, replicas), ("INCLUDE".to_owned(), 20));
    assert_eq!(projection(20, replicas), ("ALL".to_owned(), 0));
    assert_eq!(projection(20, ""), ("INCLUDE".to_owned(), 21));
    assert_eq!(projection(120, ""), ("ALL".to_owned(), 0));
}
