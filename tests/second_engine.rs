//! Engines agree: examples run on the embedded engine and, over HTTP, on dynalite and moto, all against the reference
//! model.
//!
//! dynalite comes from npm, moto from the Python index. Where one is not installed, its tests say so and pass;
//! `DYNALITE` names a directory with a `node_modules` that has the one, `MOTO` a virtual environment that has the other,
//! and then it has to be there.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test ends there, and says what it skips"
)]

use design::verify::engine::{self, Embedded, Engine, Fault, tables};
use design::verify::{self, Options};
use serde_json::{Value as Json, json};
use std::net::{TcpListener, TcpStream};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// What dynalite does not have: `UpdateTimeToLive` and the background removal are asked for and may be missing, but
/// without this operation a pattern cannot be run.
const LACKS: &str = "TransactWriteItems";

/// A server on a free port, ended with this value.
struct Server {
    process: Child,
    endpoint: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

/// Where a program is: below the directory that a variable names, in a place of its own, or on the path.
fn program(name: &str, variable: &str, below: &str) -> Option<PathBuf> {
    if let Some(directory) = std::env::var_os(variable) {
        return Some(Path::new(&directory).join(below).join(name));
    }
    let paths = std::env::var_os("PATH").unwrap_or_default();
    let installed = std::env::split_paths(&paths).map(|p| p.join(name));
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join(below).join(name);
    let found = std::iter::once(own).chain(installed).find(|p| p.is_file());
    if found.is_none() {
        println!("skipped: {name} is not installed");
    }
    found
}

fn free_port() -> String {
    let free = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = free.local_addr().expect("an address").port();
    port.to_string()
}

/// A new dynalite, unless it is not installed.
fn dynalite() -> Option<Server> {
    let mut process = Command::new(program("dynalite", "DYNALITE", "node_modules/.bin")?);
    let port = free_port();
    // Not at once, so that a table has to be waited for.
    let arguments = ["--createTableMs", "50", "--deleteTableMs", "5"];
    process
        .args(["--host", "127.0.0.1", "--port", &port])
        .args(arguments);
    Some(started(process.stdout(Stdio::piped()), &port))
}

/// A new moto, unless it is not installed.
fn moto() -> Option<Server> {
    let mut process = Command::new(program("moto_server", "MOTO", "bin")?);
    let port = free_port();
    process.args(["-H", "127.0.0.1", "-p", &port]);
    Some(started(
        process.stdout(Stdio::null()).stderr(Stdio::null()),
        &port,
    ))
}

/// Waits until a server takes connections.
fn started(command: &mut Command, port: &str) -> Server {
    let server = Server {
        process: command.spawn().expect("the server starts"),
        endpoint: format!("http://127.0.0.1:{port}"),
    };
    for _ in 0..1200 {
        if TcpStream::connect(format!("127.0.0.1:{port}")).is_ok() {
            return server;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("the server does not answer after a minute");
}

fn plan(yaml: &str) -> Json {
    let source = design::source::Source::new("design.yaml".to_owned(), yaml.to_owned());
    let compiled = design::compile(&source, design::Objective::Indexes);
    let plan = compiled.plan.expect("the design compiles");
    serde_json::to_value(&plan).expect("a plan")
}

/// The patterns of a plan that need an operation which dynalite lacks.
fn beyond(plan: &Json) -> Vec<String> {
    let patterns = plan["patterns"].as_array().into_iter().flatten();
    let lacking = patterns.filter(|p| p["steps"].to_string().contains(&format!("\"{LACKS}\"")));
    lacking
        .filter_map(|p| p["name"].as_str().map(str::to_owned))
        .collect()
}

/// A design without those patterns, their names, and its plan. JSON is YAML, so the design stays a design file.
fn within(yaml: &str) -> (String, Vec<String>, Json) {
    let options = serde_saphyr::options! { strict_booleans: true };
    let design = serde_saphyr::from_str_with_options(yaml, options);
    let mut design: Json = design.expect("the design is YAML");
    let mut skipped = Vec::new();
    loop {
        let text = design.to_string();
        let plan = plan(&text);
        let names = beyond(&plan);
        if names.is_empty() {
            return (text, skipped, plan);
        }
        let patterns = design["patterns"].as_object_mut().expect("patterns");
        patterns.retain(|name, _| !names.contains(name));
        skipped.extend(names);
    }
}

/// Waits until no table is left: dynalite shows those that it removes for a moment.
fn none_is_left(engine: &dyn Engine) {
    let mut left = Json::Null;
    for _ in 0..100 {
        let answer = engine.call("ListTables", json!({}));
        left = answer.expect("the tables")["TableNames"].take();
        if left == json!([]) {
            return;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(left, json!([]), "tables are left");
}

const OPTIONS: Options = Options {
    seed: 7,
    rounds: 2,
    items: 60,
    queries: 120,
    shrink: false,
};

/// Runs a plan; whatever is wrong, in words.
fn run(yaml: &str, plan: &Json, engine: Box<dyn Engine>) -> Result<(), String> {
    run_of(&OPTIONS, yaml, plan, engine)
}

fn run_of(
    options: &Options,
    yaml: &str,
    plan: &Json,
    engine: Box<dyn Engine>,
) -> Result<(), String> {
    let go_on = &mut |_| ControlFlow::Continue(());
    let run = verify::run(yaml, plan, engine, options, go_on)?;
    let mismatch = run.mismatch.map(|m| m.to_string());
    mismatch.or(run.left).map_or(Ok(()), Err)
}

fn examples() -> Vec<String> {
    let only = std::env::var("ONLY").unwrap_or_default();
    let examples = std::fs::read_dir("examples").expect("examples");
    let mut examples: Vec<String> = examples
        .map(|e| e.expect("entry"))
        .filter(|e| e.path().join("design.yaml").is_file())
        .map(|e| e.file_name().to_string_lossy().into_owned())
        .filter(|name| name.contains(&only))
        .collect();
    examples.sort();
    examples
}

fn no_failure(outcomes: impl Iterator<Item = Result<(), String>>) {
    let failures: Vec<String> = outcomes
        .filter_map(Result::err)
        .map(|e| e.chars().take(2500).collect())
        .collect();
    assert!(failures.is_empty(), "{}", failures.join("\n-----\n"));
}

/// Runs an example on both engines, without the patterns that dynalite cannot run.
fn both(example: &str, endpoint: &str) -> Result<(), String> {
    let path = format!(
        "{}/examples/{example}/design.yaml",
        env!("CARGO_MANIFEST_DIR")
    );
    let yaml = std::fs::read_to_string(path).expect("an example");
    let (yaml, skipped, mut plan) = within(&yaml);
    if !skipped.is_empty() {
        let names = skipped.join(", ");
        println!("{example}: skipped, as dynalite lacks {LACKS}: {names}");
    }
    run(&yaml, &plan, Box::new(Embedded::new()?))
        .map_err(|e| format!("{example} on the embedded engine: {e}"))?;
    tables::renamed(&mut plan, |table| tables::name(table, "test"));
    run(&yaml, &plan, engine::open(endpoint)?)
        .map_err(|e| format!("{example} on dynalite: {e}"))?;
    Ok(())
}

#[test]
fn two_engines_agree() {
    let Some(server) = dynalite() else { return };
    no_failure(examples().iter().map(|e| both(e, &server.endpoint)));
    none_is_left(&*engine::open(&server.endpoint).expect("the engine"));
}

/// moto, with what it lacks: it fails on an `UpdateItem` that changes nothing and therefore has no `UpdateExpression`.
struct Moto(Box<dyn Engine>);

impl Engine for Moto {
    fn call(&self, operation: &str, mut request: Json) -> Result<Json, Fault> {
        if operation == "UpdateItem" && request.get("UpdateExpression").is_none() {
            request["AttributeUpdates"] = json!({});
        }
        self.0.call(operation, request)
    }

    fn name(&self) -> String {
        self.0.name()
    }

    fn shared(&self) -> bool {
        self.0.shared()
    }
}

/// The third has transactions: nothing is left out, and what the embedded engine says of them is said by another one.
#[test]
fn a_third_engine_agrees() {
    let Some(server) = moto() else { return };
    let on_moto = |example: &String| {
        let yaml = std::fs::read_to_string(format!("examples/{example}/design.yaml"));
        let yaml = yaml.expect("an example");
        let mut plan = plan(&yaml);
        tables::renamed(&mut plan, |table| tables::name(table, "test"));
        let engine = Box::new(Moto(engine::open(&server.endpoint)?));
        // It is slow.
        let options = Options {
            items: 40,
            queries: 60,
            ..OPTIONS
        };
        run_of(&options, &yaml, &plan, engine).map_err(|e| format!("{example} on moto: {e}"))
    };
    no_failure(examples().iter().map(on_moto));
    none_is_left(&*engine::open(&server.endpoint).expect("the engine"));
}

#[test]
fn a_run_that_fails_leaves_no_table() {
    let Some(server) = dynalite() else { return };
    let yaml = std::fs::read_to_string("examples/shop/design.yaml").expect("an example");
    let mut plan = plan(&yaml);
    tables::renamed(&mut plan, |table| tables::name(table, "test"));
    // Its transactions are left in, and dynalite has none.
    let engine = engine::open(&server.endpoint).expect("the engine");
    let error = run(&yaml, &plan, engine).expect_err("no difference");
    assert!(
        error.contains("has no operation `TransactWriteItems`"),
        "{error}"
    );
    none_is_left(&*engine::open(&server.endpoint).expect("the engine"));
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_leaves_no_table() {
    let Some(server) = dynalite() else { return };
    let engine = || engine::open(&server.endpoint).expect("the engine");
    let mut run = Command::new(env!("CARGO_BIN_EXE_design"));
    run.args(["verify", "examples/bookmarks/design.yaml", "--time=300s"]);
    let run = run.args(["--engine", &server.endpoint]);
    let run = run.stdout(Stdio::piped()).stderr(Stdio::piped());
    let run = run.spawn().expect("design starts");
    let tables =
        || engine().call("ListTables", json!({})).expect("the tables")["TableNames"].take();
    // Until its table is there.
    while tables() == json!([]) {
        std::thread::sleep(Duration::from_millis(20));
    }
    let killed = Command::new("kill")
        .args(["-INT", &run.id().to_string()])
        .status();
    assert!(killed.expect("kill").success());
    let made = run.wait_with_output().expect("design ends");
    let text = String::from_utf8_lossy(&made.stdout);
    assert_eq!(made.status.code(), Some(130), "{text}");
    none_is_left(&*engine());
}

#[test]
fn a_table_of_somebody_else_stays() {
    let Some(server) = dynalite() else { return };
    let yaml = std::fs::read_to_string("examples/bookmarks/design.yaml").expect("an example");
    let mut plan = plan(&yaml);
    tables::renamed(&mut plan, |table| tables::name(table, "test"));
    let name = plan["tables"][0]["name"].clone();
    let open = || engine::open(&server.endpoint).expect("the engine");
    let request = json!({
        "TableName": name,
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": [{ "AttributeName": "id", "KeyType": "HASH" }],
        "AttributeDefinitions": [{ "AttributeName": "id", "AttributeType": "S" }],
    });
    open().call("CreateTable", request).expect("a table");
    let error = run(&yaml, &plan, open()).expect_err("no table");
    assert!(
        error.contains("was there before and is not touched"),
        "{error}"
    );
    let answer = open().call("ListTables", json!({})).expect("the tables");
    assert_eq!(answer["TableNames"], json!([name]));
}

/// `--engine aws` with an endpoint of the environment. Variables are set for a process and not in one, so the test
/// starts itself: there it finds its example's endpoint by `open("aws")` alone.
#[cfg(feature = "aws")]
#[test]
fn the_signed_engine_runs_too() {
    const NAME: &str = "the_signed_engine_runs_too";
    if std::env::var_os("SECOND_ENGINE_SIGNED").is_some() {
        return both("bookmarks", "aws").expect("a run");
    }
    let Some(server) = dynalite() else { return };
    let run = |variables: &[(&str, &str)]| {
        let mut own = Command::new(std::env::current_exe().expect("this test"));
        let none = "/nonexistent";
        own.args(["--exact", NAME])
            .env_clear()
            .envs([
                ("AWS_CONFIG_FILE", none),
                ("AWS_SHARED_CREDENTIALS_FILE", none),
            ])
            .envs([
                ("SECOND_ENGINE_SIGNED", "1"),
                ("AWS_EC2_METADATA_DISABLED", "true"),
            ])
            .envs(variables.iter().copied());
        let output = own.output().expect("this test starts");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        (
            output.status.success(),
            text + &String::from_utf8_lossy(&output.stderr),
        )
    };
    let endpoint = ("AWS_ENDPOINT_URL_DYNAMODB", server.endpoint.as_str());
    let region = ("AWS_REGION", "eu-central-1");
    let keys = [
        ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
    ];
    let (success, text) = run(&[endpoint, region, keys[0], keys[1]]);
    assert!(success && text.contains("1 passed"), "{text}");
    none_is_left(&*engine::open(&server.endpoint).expect("the engine"));
    let (success, text) = run(&[endpoint, keys[0], keys[1]]);
    assert!(
        !success && text.contains("no region: set AWS_REGION"),
        "{text}"
    );
    let (success, text) = run(&[endpoint, region]);
    assert!(
        !success && text.contains("no AWS credentials: set AWS_PROFILE"),
        "{text}"
    );
}
