//! The files as a parser of their language reads them.

use super::matrix::{SETTINGS, design, rows};
use super::said::{blocks, json_of, planned, said};
use super::{Case, case, examples, settings};
use design::emit::Origin;
use design::source::Source;
use design::{Objective, compile};
use std::fmt::Write;

pub(crate) fn read(case: &Case) {
    let parse = |name: &str| {
        hcl::parse(&case.files[name]).unwrap_or_else(|e| panic!("{} {name}: {e}", case.name))
    };
    let main = parse("main.tf");
    let table = blocks(&main, "resource", "aws_dynamodb_table")
        .next()
        .expect("the table");
    let alone = blocks(&main, "resource", "aws_dynamodb_global_secondary_index");
    let alone: Vec<_> = alone.map(|b| json_of(b.body())).collect();
    let table = json_of(table.body());
    assert_eq!(said(&table, &alone), planned(&case.plan), "{}", case.name);
    let protected = case.plan.tables[0].settings.deletion_protection;
    assert_eq!(
        table["lifecycle"][0]["prevent_destroy"] == true,
        protected,
        "{}",
        case.name
    );
    let variables = parse("variables.tf");
    let name = blocks(&variables, "variable", "name")
        .next()
        .expect("the variable");
    assert_eq!(json_of(name.body())["default"], case.plan.tables[0].name);
    for block in variables.blocks() {
        let body = json_of(block.body());
        assert!(
            body["description"].is_string(),
            "{}: {:?}",
            case.name,
            block.labels()
        );
        assert!(
            !body["type"].is_null(),
            "{}: {:?}",
            case.name,
            block.labels()
        );
    }
    for name in ["outputs.tf", "versions.tf"] {
        parse(name);
    }
}

#[test]
fn files_say_what_the_plan_says() {
    for case in examples().iter().chain(settings()) {
        read(case);
    }
}

#[test]
fn each_pair_of_settings_occurs_or_is_refused() {
    let (made, never) = rows();
    // Every pair is in a row, or cannot be; what cannot be is read here line by line.
    let mut told = String::new();
    for [a, va, b, vb] in &never {
        let ((a, of_a), (b, of_b)) = (SETTINGS[*a], SETTINGS[*b]);
        writeln!(told, "{a}: {}, {b}: {}", of_a[*va], of_b[*vb]).expect("a text");
    }
    insta::assert_snapshot!(told);
    assert!(made.len() < 40, "{} rows", made.len());
    for pair @ [a, va, b, vb] in &never {
        let mut row = vec![0; SETTINGS.len()];
        row[*a] = *va;
        row[*b] = *vb;
        let source = Source::new("design.yaml", design(&row));
        let refused = compile(&source, Objective::Indexes)
            .diagnostics
            .has_errors();
        assert!(refused, "{pair:?}\n{}", source.text);
    }
}

/// Alarms that fire on what they say: none of what is known to go wrong.
#[test]
fn alarms_have_one_metric_that_their_dimensions_fit() {
    for case in settings()
        .iter()
        .filter(|c| c.plan.tables[0].settings.alarms)
    {
        let text = &case.files["main.tf"];
        assert!(
            !text.contains("UserErrors")
                && !text.contains("metric_query")
                && !text.contains("ThrottledRequests")
        );
        let main = hcl::parse(text).expect("HCL");
        for alarm in blocks(&main, "resource", "aws_cloudwatch_metric_alarm") {
            let body = json_of(alarm.body());
            for field in [
                "metric_name",
                "namespace",
                "statistic",
                "period",
                "dimensions",
                "threshold",
            ] {
                assert!(!body[field].is_null(), "{}: {field}", case.name);
            }
            assert_eq!(body["treat_missing_data"], "notBreaching");
        }
    }
}

/// What a reviewer reads: the largest module, and the smallest.
#[test]
fn modules_in_full() {
    let full = case("full", include_str!("full.yaml"));
    let plain = case(
        "plain",
        "design: plain\nentities:\n  Note:\n    key: note_id\n    attributes: { note_id: ulid, text: string }\npatterns:\n  get_note: { get: Note }\n",
    );
    for (name, case) in [("full", full), ("plain", plain)] {
        for (file, text) in &case.files {
            // The hash changes with what plans have in them.
            let hash = Origin::new(&case.plan, "design.yaml").hash;
            let text = text.replace(&hash, "Hash of the design: that of the plan");
            insta::assert_snapshot!(format!("{name}-{file}"), text);
        }
    }
}
