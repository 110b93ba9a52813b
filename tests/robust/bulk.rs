//! Much of everything, and what contradicts itself.
//!
//! Nothing here looks at a clock: what is quadratic in any of it takes minutes.

use crate::whole::whole_run;
use crate::{SMALL, first_code};
use design::source::Source;
use std::fmt::Write;

/// A design of many entities, each of which refers to the next.
fn entities(n: usize) -> String {
    let mut text = String::from("design: big\nentities:\n");
    for at in 0..n {
        let next = (at + 1).min(n - 1);
        let _ = writeln!(
            text,
            "  E{at:05}: {{ key: id{at}, attributes: {{ id{at}: ulid, a: string, next?: E{next:05} }} }}"
        );
    }
    text
}

#[test]
fn many_entities_are_a_design() {
    let text = entities(500) + "patterns:\n  some: { list: E00007, by: a }\n";
    let plan = whole_run(&text).plan.expect("a plan");
    assert_eq!(plan.entities.len(), 500);
}

#[test]
fn many_patterns_of_one_entity_are_a_design() {
    let mut text = SMALL.to_owned();
    for at in 0..500 {
        let _ = writeln!(text, "  get_{at}: {{ get: Order }}");
    }
    let plan = whole_run(&text).plan.expect("a plan");
    assert_eq!(plan.patterns.len(), 501);
    assert_eq!(plan.proof.indexes, 0);
}

#[test]
fn many_mistakes_are_counted() {
    let text = entities(1_000).replace("a: string", "a: strin");
    let made = whole_run(&text);
    assert_eq!(made.diagnostics.sorted().len(), 1_000);
    let shown = made
        .diagnostics
        .render(&Source::new("design.yaml", text), false, 100);
    assert_eq!(shown.matches("error[D0207]").count(), 200);
    assert!(shown.ends_with("800 more findings are not shown.\n\n"));
}

#[test]
fn many_values_are_an_enumeration() {
    let values: Vec<String> = (0..20_000).map(|n| format!("v{n}")).collect();
    let text = SMALL.replace(
        "note: string",
        &format!("note: [{}, v7]", values.join(", ")),
    );
    assert_eq!(first_code(&text), "D0201", "a value twice");
    let twice = SMALL.replace(
        "key: order_id",
        &format!("key: [{}]", vec!["order_id"; 2_000].join(", ")),
    );
    assert_eq!(first_code(&twice), "D0201", "an attribute very often");
}

#[test]
fn megabytes_of_text_are_refused_or_taken() {
    let long = "x".repeat(1 << 20);
    let text = |field: &str, value: &str| SMALL.replacen(field, value, 1);
    let described = text("entities:", &format!("description: {long}\nentities:"));
    assert_eq!(first_code(&described), "none");
    assert_eq!(
        first_code(&text("note: string", &format!("note: {long}"))),
        "D0207"
    );
    assert_eq!(
        first_code(&format!("{SMALL}  q: {{ list: Order, by: {long} }}\n")),
        "D0204"
    );
    whole_run(&format!(
        "{SMALL}  q: {{ list: Order, where: {{ note: {long} }} }}\n"
    ));
    assert_eq!(first_code(&format!("{SMALL}#{long}\n")), "none");
    assert_eq!(
        first_code(&(SMALL.to_owned() + &"\n".repeat(1 << 20))),
        "none"
    );
    let count = text(
        "    attributes:",
        &format!("    count: {}\n    attributes:", "9".repeat(1 << 20)),
    );
    assert_eq!(first_code(&count), "D0202");
}

#[test]
fn declarations_that_contradict_each_other_are_refused() {
    for (from, to) in [
        ("note: string", "note?: { type: string, optional: false }"),
        ("note: string", "order_id?: string"),
        ("note: string", "note: { derived: lower(note) }"),
        (
            "note: string",
            "note: { derived: lower(order_id), default: x }",
        ),
        ("ulid", "{ type: ulid, immutable: false }"),
        ("ulid", "{ type: ulid, optional: true }"),
        ("{ get: Order }", "{ get: Order, list: Order }"),
        ("{ get: Order }", "{ list: Order, by: note, range: note }"),
        ("{ get: Order }", "{ update: Order, set: [order_id] }"),
        ("{ get: Order }", "{ get: Order, rate: 5/s, peak: 1/s }"),
    ] {
        let text = SMALL.replacen(from, to, 1);
        let code = first_code(&text);
        let refused = code.starts_with("D01") || code.starts_with("D02");
        assert!(refused, "{to} gives {code}");
    }
}

/// A long file in one line: what is wrong with it is shown in bounded time, too.
#[test]
fn one_long_line_is_read() {
    let names: Vec<String> = (0..400)
        .map(|n| {
            format!(
                "E{n}: {{ key: a, attributes: {{ a: {} }} }}",
                "y".repeat(50)
            )
        })
        .collect();
    let text = format!("{{ design: shop, entities: {{ {} }} }}", names.join(", "));
    assert_eq!(first_code(&text), "D0207");
}

/// Equal names of a write are one parameter, of the values that all its attributes take.
#[test]
fn the_start_of_a_text_is_any_text() {
    for ty in ["string", "uuid", "ulid", "ksuid", "[ab, b]"] {
        let text = format!(
            "design: shop\nentities:\n  Repo:\n    key: [owner, repo]\n    attributes: {{ owner: string, repo: string, of: {ty} }}\npatterns:\n  repos: {{ list: Repo, by: owner, prefix: of }}\n"
        );
        let plan = whole_run(&text).plan.unwrap_or_else(|| panic!("{ty}"));
        let of = plan.patterns[0].parameters.iter().find(|p| p.name == "of");
        assert_eq!(of.and_then(|p| p.ty.as_deref()), Some("string"), "{ty}");
    }
}

#[test]
fn one_parameter_for_attributes_of_near_types_is_the_narrower() {
    let text = "design: shop\nentities:\n  Order:\n    key: id\n    attributes: { id: TYPE }\n  Item:\n    key: [id, n]\n    attributes: { id: OTHER, n: integer }\npatterns:\n  place:\n    transaction:\n      - create: Order\n      - create: Item\n";
    for (one, other, expected) in [
        ("string", "ulid", "ulid"),
        ("uuid", "string", "uuid"),
        ("decimal", "integer", "integer"),
        ("[a, b]", "string", "enumeration"),
        ("[a, b]", "[b, c]", "enumeration"),
    ] {
        let made = whole_run(&text.replace("TYPE", one).replace("OTHER", other));
        let plan = made.plan.unwrap_or_else(|| panic!("{one} and {other}"));
        let id = plan.patterns[0].parameters.iter().find(|p| p.name == "id");
        assert_eq!(id.and_then(|p| p.ty.as_deref()), Some(expected));
    }
    for (one, other) in [("uuid", "ulid"), ("[a, b]", "[c, d]"), ("[a, b]", "uuid")] {
        let text = text.replace("TYPE", one).replace("OTHER", other);
        assert_eq!(first_code(&text), "D0217", "{one} and {other}");
    }
}
