//! `design schema` accepts every design that compiles and refuses what a schema can refuse; `design schema --plan`
//! accepts every plan and nothing that is nearly one.

#![expect(clippy::expect_used, clippy::panic, reason = "a test ends there")]

use design::document::{Node, ScalarKind, Value as Written, parse, schema::design_schema};
use design::plan::Plan;
use design::source::Source;
use design::{Objective, compile};
use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};

/// The codes of findings about form, which the schema is to refuse.
const FORM: [&str; 6] = ["D0102", "D0103", "D0104", "D0105", "D0106", "D0202"];

/// Fixtures of these codes that the schema accepts, and why.
const ACCEPTED: [(&str, &str); 28] = [
    ("D0103-attribute-without-type", TYPE),
    ("D0103-attribute-without-type-in-an-empty-map", TYPE),
    ("D0103-empty-transaction", EMPTY),
    ("D0103-list-of-no-entity", EMPTY),
    ("D0103-no-entities", EMPTY),
    (
        "D0103-update-changes-nothing",
        "one of three fields is needed, or `upsert`",
    ),
    ("D0104-comparison-in-where", OPERATORS),
    ("D0104-constant-in-by", PARAMETERS),
    ("D0104-empty-list-in-where", EMPTY),
    ("D0104-in-without-a-list", OPERATORS),
    ("D0104-unknown-operator", OPERATORS),
    ("D0105-parameter", PARAMETERS),
    ("D0105-parameter-with-nothing", PARAMETERS),
    (
        "D0104-name-that-is-a-list",
        "JSON has no such names, so it has no form in which the schema could see it",
    ),
    ("D0202-batch-too-big", BOUND),
    ("D0202-too-many-nodes", BOUND),
    ("D0202-capacity", BOUND),
    (
        "D0202-count-with-exponent",
        "JSON has one way to see 1e6 and 1000000",
    ),
    ("D0202-huge-count", BOUND),
    ("D0202-limit-of-nothing", BOUND),
    ("D0202-peak-below-rate", BOUND),
    ("D0202-recovery-period", BOUND),
    ("D0202-share-of-a-filter", BOUND),
    ("D0202-shares-above-all", BOUND),
    ("D0202-target", BOUND),
    ("D0202-times", BOUND),
    ("D0202-too-many-indexes", BOUND),
    ("D0202-too-many-local-indexes", BOUND),
];
const BOUND: &str = "the form is right, the number is not";
const TYPE: &str = "whether `type` is needed depends on `derived`";
const EMPTY: &str = "an empty list or map has the form, and is refused for what it means";
const OPERATORS: &str = "operators are keys of a map of values";
const PARAMETERS: &str = "parameters are texts as constants are";

/// A file as an editor's schema check sees it.
fn as_json(node: &Node) -> Option<Value> {
    Some(match &node.value {
        Written::Null => Value::Null,
        Written::Scalar { text, kind } => match kind {
            ScalarKind::Text => json!(text),
            ScalarKind::Boolean => json!(text == "true"),
            ScalarKind::Number => serde_json::from_str(text).unwrap_or_else(|_| json!(0.5)),
        },
        Written::List(items) => Value::Array(items.iter().map(as_json).collect::<Option<_>>()?),
        Written::Map(entries) => {
            let mut made = Map::new();
            for (key, value) in entries {
                made.insert(key.text()?.to_owned(), as_json(value)?);
            }
            Value::Object(made)
        }
    })
}

fn files(of: &str) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(of);
    let mut all: Vec<PathBuf> = std::fs::read_dir(&root)
        .expect(of)
        .map(|e| e.expect("entry").path())
        .map(|p| if p.is_dir() { p.join("design.yaml") } else { p })
        .filter(|p| p.extension().is_some_and(|e| e == "yaml") && p.exists())
        .collect();
    all.sort();
    assert!(!all.is_empty(), "{of} holds no designs");
    all
}

fn source(path: &Path) -> Source {
    let text = std::fs::read_to_string(path).expect("a file");
    Source::new(path.display().to_string(), text)
}

/// Everything that compiles: the examples, the designs of the tests, the starter.
fn designs() -> Vec<Source> {
    let starter = Source::new("starter", include_str!("../src/explain/starter.yaml"));
    let all = files("examples").into_iter().chain(files("tests/designs"));
    all.map(|p| source(&p)).chain([starter]).collect()
}

fn validator(of: &Value) -> jsonschema::Validator {
    jsonschema::meta::validate(of).expect("a schema");
    jsonschema::validator_for(of).expect("a schema")
}

fn faults(validator: &jsonschema::Validator, value: &Value) -> Vec<String> {
    validator
        .iter_errors(value)
        .map(|e| format!("{} at {}", e, e.instance_path()))
        .collect()
}

#[test]
fn every_design_has_the_form() {
    let schema = validator(&design_schema());
    for source in designs() {
        let tree = parse(&source).expect("YAML");
        let faults = faults(&schema, &as_json(&tree).expect("JSON"));
        assert!(faults.is_empty(), "{}: {faults:#?}", source.name);
    }
}

#[test]
fn malformed_designs_have_not() {
    let schema = validator(&design_schema());
    let mut wrong = Vec::new();
    for path in files("tests/diagnostics") {
        let name = path
            .file_stem()
            .and_then(|n| n.to_str())
            .unwrap_or_default();
        let Ok(tree) = parse(&source(&path)) else {
            assert!(name.starts_with("D0101"), "{name} is no YAML");
            continue;
        };
        let refused = as_json(&tree).is_some_and(|json| !schema.is_valid(&json));
        let of_form = FORM.iter().any(|code| name.starts_with(code));
        let excepted = ACCEPTED.iter().any(|(n, _)| *n == name);
        if of_form && refused == excepted {
            wrong.push(format!(
                "{name} is {}",
                if refused { "refused" } else { "accepted" }
            ));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn what_the_schema_refuses_the_check_of_files_refuses_too() {
    let schema = validator(&design_schema());
    for path in files("tests/diagnostics") {
        let source = source(&path);
        let Ok(tree) = parse(&source) else { continue };
        if as_json(&tree).is_some_and(|json| !schema.is_valid(&json)) {
            let made = compile(&source, Objective::Indexes);
            assert!(made.plan.is_none(), "{} compiles", source.name);
        }
    }
}

fn plan_schema() -> Value {
    serde_json::to_value(schemars::schema_for!(Plan)).expect("JSON")
}

fn plans() -> Vec<(String, Value)> {
    let of = |source: Source| {
        let plan = compile(&source, Objective::Indexes).plan.expect("a plan");
        (source.name, serde_json::to_value(plan).expect("JSON"))
    };
    designs().into_iter().map(of).collect()
}

#[test]
fn every_plan_has_the_form() {
    let schema = validator(&plan_schema());
    for (name, plan) in plans() {
        let faults = faults(&schema, &plan);
        assert!(faults.is_empty(), "{name}: {faults:#?}");
    }
}

/// The paths to all values of a document, as JSON pointers.
fn pointers(value: &Value, at: &str, into: &mut Vec<String>) {
    into.push(at.to_owned());
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                let key = key.replace('~', "~0").replace('/', "~1");
                pointers(value, &format!("{at}/{key}"), into);
            }
        }
        Value::Array(items) => {
            for (number, item) in items.iter().enumerate() {
                pointers(item, &format!("{at}/{number}"), into);
            }
        }
        _ => {}
    }
}

/// A document without what stands at a place, or with something else there.
fn changed(document: &Value, pointer: &str, with: Option<Value>) -> Value {
    let mut made = document.clone();
    let (parent, last) = pointer.rsplit_once('/').expect("not the root");
    let key = last.replace("~1", "/").replace("~0", "~");
    match (made.pointer_mut(parent).expect("there"), with) {
        (Value::Object(map), None) => drop(map.remove(&key)),
        (Value::Object(map), Some(value)) => drop(map.insert(key, value)),
        (Value::Array(items), Some(value)) => items[key.parse::<usize>().expect("number")] = value,
        (parent, _) => panic!("{parent} has no fields"),
    }
    made
}

/// The last name of a pointer.
fn field(pointer: &str) -> &str {
    pointer.rsplit('/').next().unwrap_or_default()
}

#[test]
fn plans_that_lack_a_field_are_refused() {
    // Fields that are null where there is nothing to say may be left out as well.
    let schema = validator(&plan_schema());
    let mut refused = 0;
    let mut accepted = Vec::new();
    for (name, plan) in plans().into_iter().step_by(3) {
        for field in plan.as_object().expect("an object").keys() {
            let with = changed(&plan, &format!("/{field}"), None);
            match schema.is_valid(&with) {
                false => refused += 1,
                true if plan[field].is_null() || field == "description" => {}
                true => accepted.push(format!("{name} without {field}")),
            }
        }
        for (list, fields) in [
            ("tables", &["name", "key", "indexes", "settings"][..]),
            (
                "entities",
                &["name", "identity", "stored", "kinds", "count"],
            ),
            (
                "patterns",
                &["name", "status", "steps", "parameters", "cost"],
            ),
        ] {
            for field in fields {
                let with = changed(&plan, &format!("/{list}/0/{field}"), None);
                if schema.is_valid(&with) {
                    accepted.push(format!("{name} without {list}/0/{field}"));
                } else {
                    refused += 1;
                }
            }
        }
    }
    assert!(accepted.is_empty(), "{accepted:#?}");
    assert!(refused > 100, "{refused} mutations");
}

#[test]
fn plans_with_an_unknown_word_are_refused() {
    const WORDS: [&str; 12] = [
        "action",
        "billing",
        "call",
        "class",
        "consistency",
        "do",
        "encryption",
        "function",
        "kind",
        "method",
        "role",
        "status",
    ];
    let schema = validator(&plan_schema());
    let mut seen: std::collections::BTreeSet<String> = std::collections::BTreeSet::new();
    for (name, plan) in plans() {
        let mut all = Vec::new();
        pointers(&plan, "", &mut all);
        for at in all {
            let word = field(&at).to_owned();
            // Names of kinds are called `kind` in actions, names of functions of consumers `function`.
            let free = (word == "kind" && at.contains("/actions/"))
                || (word == "function" && at.contains("/consumers/"));
            let text = plan.pointer(&at).is_some_and(Value::is_string);
            if !text || free || !WORDS.contains(&word.as_str()) || !seen.insert(word) {
                continue;
            }
            let with = changed(&plan, &at, Some(json!("unheard_of")));
            assert!(!schema.is_valid(&with), "{name}: {at} takes any word");
        }
    }
    assert!(seen.len() >= WORDS.len() - 1, "seen are only {seen:?}");
}

#[test]
fn plans_with_a_value_of_another_type_are_refused() {
    // The types of these follow from other fields, or are open: constants, requirements, what is generated.
    const OPEN: [&str; 8] = [
        "value",
        "values",
        "id",
        "default",
        "derived",
        "generate",
        "of",
        "only_when",
    ];
    let schema = validator(&plan_schema());
    let mut accepted: std::collections::BTreeMap<String, String> =
        std::collections::BTreeMap::new();
    let mut refused = 0;
    for (name, plan) in plans().into_iter().step_by(4) {
        let mut all = Vec::new();
        pointers(&plan, "", &mut all);
        let few = all.iter().filter(|p| !p.is_empty()).step_by(7);
        for at in few.filter(|p| {
            !OPEN
                .iter()
                .any(|open| p.split('/').any(|part| part == *open))
        }) {
            let other = match plan.pointer(at) {
                Some(Value::String(_)) => json!(7),
                Some(Value::Null) | None => json!([[1]]),
                Some(_) => json!("other"),
            };
            if schema.is_valid(&changed(&plan, at, Some(other))) {
                accepted.insert(field(at).to_owned(), format!("{name}: {at}"));
            } else {
                refused += 1;
            }
        }
    }
    assert!(accepted.is_empty(), "{accepted:#?}");
    assert!(refused > 300, "{refused} mutations");
}
