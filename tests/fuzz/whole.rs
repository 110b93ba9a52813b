//! Everything that the tool does with a file, for the fuzz targets and for the tests that need no fuzzer.
//!
//! Promises: panics where the tool breaks a promise: no plan and no error, a plan that its own checker refuses, a place
//! outside of the file, a control character on the terminal, another plan the second time.

use design::diagnostic::Code;
use design::document::Node;
use design::explain::{explain, things};
use design::plan::Plan;
use design::report::{explanation, findings, html, markdown, picture, text};
use design::source::{Source, Span};
use design::{Compiled, Objective, compile};

/// Reads a text into a tree, or into an error that can be shown.
pub(crate) fn parsed(text: &str) {
    let source = Source::new("design.yaml", text);
    match design::document::parse(&source) {
        Ok(tree) => placed(&tree, &source),
        Err(error) => {
            let span = error.span().expect("an error of the syntax has a place");
            inside(span, &source);
            let mut found = design::diagnostic::Diagnostics::default();
            found.push(error);
            shown(&found.render_all(&source, false, 100));
        }
    }
}

fn inside(span: Span, source: &Source) {
    let slice = source.text.get(span.start..span.end);
    assert!(slice.is_some(), "{span:?} is no place of the file");
}

/// Every value stands in the file.
fn placed(node: &Node, source: &Source) {
    inside(node.span, source);
    for (key, value) in node.entries() {
        placed(key, source);
        placed(value, source);
    }
    if node.is_list() {
        node.one_or_many().iter().for_each(|n| placed(n, source));
    }
}

fn shown(text: &str) {
    assert!(
        !text.chars().any(|c| c.is_control() && c != '\n'),
        "a control character of the file reaches the terminal: {text:?}"
    );
}

/// Compiles a text and shows what comes of it in every form there is.
pub(crate) fn whole_run(text: &str) -> Compiled {
    parsed(text);
    let source = Source::new("design.yaml", text);
    // Both objectives have their turn, and which one it is depends on the text alone.
    let objective = if text.len() % 4 == 1 {
        Objective::Cost
    } else {
        Objective::Indexes
    };
    let made = compile(&source, objective);
    let wrong = made.diagnostics.sorted();
    if let Some(wrong) = wrong.iter().find(|d| d.code == Code::D0901) {
        panic!("the tool contradicts itself: {:?}", wrong.notes);
    }
    for width in [0, 40, 100] {
        let plain = made.diagnostics.render(&source, false, width);
        let coloured = made.diagnostics.render(&source, true, width);
        assert_eq!(plain.is_empty(), coloured.is_empty());
        shown(&plain);
    }
    shown(&made.diagnostics.render_all(&source, false, 100));
    let all = made.diagnostics.sorted();
    all.iter()
        .filter_map(|d| d.span())
        .for_each(|s| inside(s, &source));
    let _ = findings::sarif(&all, &source).to_string();
    let _ = findings::github(&all, &source);
    let _ = findings::junit(made.plan.as_ref(), &all, &source);
    match &made.plan {
        Some(plan) => views(plan),
        None => assert!(made.diagnostics.has_errors(), "no plan and no error"),
    }
    if text.len().is_multiple_of(8) {
        explained(&source, &made);
        let again = compile(&source, objective);
        assert_eq!(again.plan, made.plan, "another plan the second time");
    }
    made
}

fn views(plan: &Plan) {
    for width in [40, 100] {
        assert!(!text::render(plan, "design.yaml", width, true).is_empty());
        // That there is no picture may well be: values of an enumeration that cannot differ, for one.
        let _ = picture::text(plan, width, true);
    }
    assert!(markdown::render(plan).is_ok());
    assert!(html::render(plan).is_ok());
    let json = serde_json::to_string(plan).expect("JSON");
    assert_eq!(&serde_json::from_str::<Plan>(&json).expect("a plan"), plan);
}

/// One thing of the design, another one for each text.
fn explained(source: &Source, made: &Compiled) {
    let (Some(plan), Some(design)) = (&made.plan, &made.design) else {
        return;
    };
    // An explanation tries many changes of the design, each of them a compilation.
    if plan.patterns.len() > 12 {
        return;
    }
    let things = things(design, plan);
    let Some((_, _, thing)) = things.get(source.text.len() / 8 % things.len().max(1)) else {
        return;
    };
    let page = explain(source, design, plan, *thing);
    assert!(!explanation::text(&page, 80, true).is_empty());
    assert!(!explanation::markdown(&page).is_empty());
}
