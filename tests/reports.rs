//! What users see of each example: the text report of a terminal of 80 columns, and the Markdown.

#![cfg_attr(
    feature = "verify",
    expect(clippy::expect_used, clippy::panic, reason = "a test ends there")
)]
#![cfg_attr(
    not(feature = "verify"),
    expect(clippy::expect_used, reason = "a test ends there")
)]

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
            insta::assert_snapshot!(format!("{name}.text"), text::render(&plan, &source.name, 80, false));
            insta::assert_snapshot!(
                format!("{name}.markdown"),
                markdown::render(&plan).expect("Markdown")
            );
        });
    }
}

/// The views of a run of `design verify`.
#[cfg(feature = "verify")]
mod runs {
    use design::report::run::{Told, json, junit, text};
    use design::source::Source;
    use design::verify::{self, Options, Run, engine::Embedded};
    use design::{Objective, compile};
    use serde_json::{Value as Json, json as value};
    use std::ops::ControlFlow;

    const SHOP: &str = "examples/shop/design.yaml";

    /// A small run of the shop's plan with a change.
    fn run(change: impl FnOnce(&mut Json)) -> Run {
        let yaml = std::fs::read_to_string(SHOP).expect("the example");
        let source = Source::new(SHOP, yaml.clone());
        let plan = compile(&source, Objective::Indexes).plan.expect("a plan");
        let mut plan = serde_json::to_value(plan).expect("JSON");
        change(&mut plan);
        let options = Options {
            items: 60,
            queries: 60,
            rounds: 2,
            ..Options::default()
        };
        let engine = Box::new(Embedded::new().expect("an engine"));
        let go_on = &mut |_| ControlFlow::Continue(());
        verify::run(&yaml, &plan, engine, &options, go_on).expect("a run")
    }

    fn step<'a>(plan: &'a mut Json, pattern: &str) -> &'a mut Json {
        let patterns = plan["patterns"].as_array_mut().expect("patterns");
        let found = patterns.iter_mut().find(|p| p["name"] == pattern);
        &mut found.unwrap_or_else(|| panic!("no `{pattern}`"))["steps"][0]
    }

    fn views(name: &str, run: &Run) {
        let told = Told {
            design: "shop",
            file: SHOP,
            engine: "embedded",
            seed: 1,
            run,
            timed: false,
            again: "design verify examples/shop/design.yaml --seed 1 --items 60 --queries 60 --rounds 2",
        };
        insta::with_settings!({
            prepend_module_to_snapshot => false,
            snapshot_path => "snapshots/runs",
            omit_expression => true,
        }, {
            insta::assert_snapshot!(format!("{name}.80"), text(&told, 80, true));
            insta::assert_snapshot!(format!("{name}.160"), text(&told, 160, false));
            insta::assert_snapshot!(format!("{name}.junit"), junit(&told));
            let json = serde_json::to_string_pretty(&json(&told)).expect("JSON");
            insta::assert_snapshot!(format!("{name}.json"), json);
        });
    }

    #[test]
    fn of_a_plan_that_is_right() {
        let run = run(|_| ());
        assert!(run.mismatch.is_none());
        views("passed", &run);
    }

    #[test]
    fn of_a_read_in_the_wrong_direction() {
        let run = run(|plan| {
            let forward = &mut step(plan, "orders_of_customer")["forward"];
            *forward = value!(!forward.as_bool().expect("a direction"));
        });
        assert!(run.mismatch.is_some());
        views("direction", &run);
    }

    #[test]
    fn of_a_write_that_leaves_its_condition_out() {
        let run = run(|plan| {
            // The last condition asks whether enough of the product is there.
            let condition = &mut step(plan, "place_order")["actions"][2]["condition"];
            condition.as_array_mut().expect("conditions").pop();
        });
        assert!(run.mismatch.is_some());
        views("condition", &run);
    }

    #[test]
    fn of_a_plan_that_cannot_be_read() {
        let run = run(|plan| {
            step(plan, "open_orders")["call"] = value!("Ask");
        });
        assert!(run.mismatch.is_some());
        views("unreadable", &run);
    }
}
