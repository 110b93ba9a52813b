//! Making and removing tables on an engine that says what it is told to.

#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by a panic")]

use super::*;
use std::cell::RefCell;
use std::collections::VecDeque;

const STORE: &str = include_str!("../../../../tests/execution/plans/store.json");
const NAME: &str = "design-verify-store-1";

/// A shared engine with given answers to the next requests, and an empty one to those after them.
struct Told {
    answers: RefCell<VecDeque<Result<Json, Fault>>>,
    asked: RefCell<Vec<String>>,
}

impl Engine for Told {
    fn call(&self, operation: &str, request: Json) -> Result<Json, Fault> {
        let name = request["TableName"].as_str().unwrap_or_default();
        self.asked.borrow_mut().push(format!("{operation} {name}"));
        let answer = self.answers.borrow_mut().pop_front();
        answer.unwrap_or_else(|| Ok(json!({})))
    }

    fn name(&self) -> String {
        "told".to_owned()
    }

    fn shared(&self) -> bool {
        true
    }
}

fn told(answers: impl IntoIterator<Item = Result<Json, Fault>>) -> Rc<Told> {
    let answers = RefCell::new(answers.into_iter().collect());
    let asked = RefCell::default();
    Rc::new(Told { answers, asked })
}

fn asked(engine: &Told) -> Vec<String> {
    let all = engine.asked.borrow();
    all.iter()
        .map(|a| a.replace(NAME, "T"))
        .filter(|a| !a.starts_with("UpdateTimeToLive"))
        .collect()
}

/// Makes the table of a plan with one table.
fn make(engine: &Rc<Told>) -> Result<Tables, String> {
    let mut plan: Json = serde_json::from_str(STORE).expect("a plan");
    renamed(&mut plan, |t| name(t, "1"));
    let plan = Plan::read(&plan).expect("a plan");
    let engine: Rc<dyn Engine> = engine.clone();
    create(&engine, &plan).map_err(|refusal| refusal.text)
}

fn table(status: &str) -> Json {
    let status = json!({ "TableStatus": status });
    json!({ "TableDescription": status, "Table": status })
}

fn refused(kind: &str) -> Result<Json, Fault> {
    Err(Fault::Service(json!({ "__type": kind, "message": "m" })))
}

fn error(outcome: Result<Tables, String>) -> String {
    match outcome {
        Ok(_) => panic!("the table was made"),
        Err(error) => error,
    }
}

#[test]
fn a_table_is_waited_for_and_removed() {
    let engine = told([
        Ok(table("CREATING")),
        refused("ResourceNotFoundException"),
        Ok(table("CREATING")),
        Ok(table("ACTIVE")),
    ]);
    let tables = make(&engine).expect("tables");
    tables.remove().expect("removed");
    let describe = "DescribeTable T";
    let expected = [
        "CreateTable T",
        describe,
        describe,
        describe,
        "DeleteTable T",
    ];
    assert_eq!(asked(&engine), expected);
}

#[test]
fn a_table_that_was_there_is_not_touched() {
    let engine = told([refused("ResourceInUseException")]);
    let error = error(make(&engine));
    assert!(
        error.contains("was there before and is not touched"),
        "{error}"
    );
    assert_eq!(asked(&engine), ["CreateTable T"]);
}

#[test]
fn a_name_without_the_prefix_is_refused() {
    let engine = told([]);
    let plan: Json = serde_json::from_str(STORE).expect("a plan");
    let plan = Plan::read(&plan).expect("a plan");
    let shared: Rc<dyn Engine> = engine.clone();
    let error = error(create(&shared, &plan).map_err(|refusal| refusal.text));
    assert!(
        error.contains("has to begin with `design-verify-`"),
        "{error}"
    );
    assert!(asked(&engine).is_empty());
}

#[test]
fn a_table_that_does_not_become_usable_is_removed() {
    let engine = told([Ok(table("CREATING")), refused("AccessDeniedException")]);
    assert!(error(make(&engine)).contains("AccessDeniedException"));
    let expected = ["CreateTable T", "DescribeTable T", "DeleteTable T"];
    assert_eq!(asked(&engine), expected);
}

#[test]
fn a_table_in_use_is_removed_later() {
    let engine = told([Ok(table("ACTIVE"))]);
    let tables = make(&engine).expect("tables");
    let gone = Err(Fault::Unreachable("gone".to_owned()));
    let answers = [refused("ResourceInUseException"), gone];
    engine.answers.borrow_mut().extend(answers);
    tables.remove().expect("removed");
    let delete = "DeleteTable T";
    assert_eq!(asked(&engine), ["CreateTable T", delete, delete, delete]);
}

#[test]
fn a_table_that_is_left_is_named() {
    let engine = told([Ok(table("ACTIVE"))]);
    let tables = make(&engine).expect("tables");
    let denied = refused("AccessDeniedException");
    engine.answers.borrow_mut().push_back(denied);
    let left = tables.remove().expect_err("denied");
    let expected =
        format!("the table `{NAME}` is left, delete it by hand: AccessDeniedException: m");
    assert_eq!(left, expected);
}

#[test]
fn forgotten_tables_are_removed() {
    let engine = told([Ok(table("ACTIVE"))]);
    drop(make(&engine).expect("tables"));
    assert_eq!(asked(&engine), ["CreateTable T", "DeleteTable T"]);
}

#[test]
fn names_are_such_as_the_service_allows() {
    assert_eq!(name("shop", "7-ab"), "design-verify-shop-7-ab");
    assert_eq!(name("a b", "x/y"), "design-verify-a-b-x-y");
    let long = name(&"t".repeat(255), "suffix");
    assert_eq!(long.len(), 255);
    assert!(long.ends_with("t-suffix"));
}

#[test]
fn patience_ends() {
    let total: Duration = pauses().sum();
    assert!(total <= PATIENCE && total > PATIENCE / 2);
}
