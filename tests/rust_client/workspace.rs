//! The crate of all generated modules, and the program that answers for them.

use design::emit::{self, Artifact, Origin, Target};
use design::plan::{OutputEntry, Plan};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

const MANIFEST: &str = r#"[package]
name = "generated"
version = "0.0.0"
edition = "2024"
publish = false

[dependencies]
aws-sdk-dynamodb = { version = "1", default-features = false, features = ["rt-tokio"] }
# Speaks plain HTTP to the run: no TLS, so nothing of C is compiled.
aws-smithy-http-client = { version = "1", default-features = false, features = ["default-client"] }
serde_json = "1"
tokio = { version = "1", default-features = false, features = ["rt", "time"] }

[workspace]

[profile.dev]
debug = false
"#;

const MAIN: &str = r#"fn client() -> aws_sdk_dynamodb::Client {
    let endpoint = std::env::var("DESIGN_ENDPOINT").expect("an endpoint");
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(aws_sdk_dynamodb::config::BehaviorVersion::latest())
        .region(aws_sdk_dynamodb::config::Region::new("us-east-1"))
        .endpoint_url(endpoint)
        .allow_no_auth()
        .retry_config(aws_sdk_dynamodb::config::retry::RetryConfig::disabled())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build();
    aws_sdk_dynamodb::Client::from_conf(config)
}

fn main() {
    let name = std::env::args().nth(1).expect("the name of a module");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.expect("a runtime");
    let client = runtime.block_on(async { client() });
    for line in std::io::stdin().lines() {
        let line = line.expect("a line");
        let call: serde_json::Value = serde_json::from_str(&line).expect("a call");
        let answer = runtime.block_on(reply(&name, &client, &call));
        println!("{answer}");
    }
}
"#;

/// A design and its plan.
pub(crate) struct Design {
    /// The name of its module.
    pub(crate) name: String,
    pub(crate) yaml: String,
    pub(crate) plan: Plan,
}

impl Design {
    fn read(path: &Path) -> Option<Self> {
        let yaml = std::fs::read_to_string(path).expect("a design");
        let source = design::source::Source::new("design.yaml", yaml.clone());
        let plan = design::compile(&source, design::Objective::Indexes).plan?;
        let stem = match path.file_stem().and_then(|s| s.to_str()) {
            Some("design") => path
                .parent()
                .and_then(Path::file_name)
                .and_then(|s| s.to_str()),
            other => other,
        };
        Some(Self {
            name: stem.expect("a name").replace('-', "_"),
            yaml,
            plan,
        })
    }

    pub(crate) fn module_path(&self) -> PathBuf {
        home().join("src").join(format!("{}.rs", self.name))
    }

    fn module(&self) -> String {
        let output = OutputEntry {
            path: "table.rs".to_owned(),
            options: BTreeMap::new(),
        };
        let origin = Origin::new(&self.plan, "design.yaml");
        match emit::emit(&self.plan, Target::Rust, &output, &origin).expect("a module") {
            Artifact::File(text) => text,
            Artifact::Directory(_) => String::new(),
        }
    }
}

pub(crate) fn home() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("target/ci/rust-client")
}

/// `cargo` in that crate.
pub(crate) fn cargo(command: &str) -> Command {
    let mut cargo = Command::new("cargo");
    cargo.arg(command).arg("--quiet").current_dir(home());
    cargo.env_remove("CARGO_TARGET_DIR").env_remove("RUSTFLAGS");
    cargo
}

pub(crate) fn program() -> PathBuf {
    home().join("target/debug/answers")
}

/// Everything that is generated: the examples, and the designs of tests.
pub(crate) fn designs() -> Vec<Design> {
    let mut paths = Vec::new();
    for directory in [
        "examples",
        "tests/designs",
        "tests/execution",
        "tests/execution/plans",
        "tests/faults/designs",
    ] {
        let Ok(entries) = std::fs::read_dir(directory) else {
            continue;
        };
        for entry in entries {
            let path = entry.expect("an entry").path();
            let path = if path.is_dir() {
                path.join("design.yaml")
            } else {
                path
            };
            if path.is_file() && path.extension().is_some_and(|e| e == "yaml") {
                paths.push(path);
            }
        }
    }
    paths.sort();
    let only = std::env::var("ONLY").unwrap_or_default();
    paths.retain(|p| p.display().to_string().contains(&only));
    paths.iter().filter_map(|p| Design::read(p)).collect()
}

fn put(path: &Path, text: &str) {
    // What is as it was is not compiled again.
    if std::fs::read_to_string(path).is_ok_and(|old| old == text) {
        return;
    }
    std::fs::create_dir_all(path.parent().expect("a directory")).expect("made");
    std::fs::write(path, text).expect("written");
}

/// Writes the crate.
pub(crate) fn write(designs: &[Design]) {
    let home = home();
    put(&home.join("Cargo.toml"), MANIFEST);
    let mut modules = String::from("//! Generated clients.\n\n");
    let mut names = String::new();
    let mut adapters = String::new();
    let mut arms = String::new();
    for design in designs {
        let name = &design.name;
        modules.push_str(&format!("pub mod {name};\n"));
        names.push_str(&format!("use generated::{name};\n"));
        adapters.push_str(&format!("mod {name}_adapter;\n"));
        arms.push_str(&format!(
            "        \"{name}\" => {name}_adapter::reply(client, call).await,\n"
        ));
        put(&design.module_path(), &design.module());
        let adapter = emit::rust_adapter(&design.plan, name);
        put(
            &home.join(format!("src/bin/answers/{name}_adapter.rs")),
            &adapter,
        );
    }
    put(&home.join("src/lib.rs"), &modules);
    let main = format!(
        "#![allow(unused_imports, unused_mut, unused_variables)]\n{adapters}{names}\n{MAIN}\n\
         async fn reply(name: &str, client: &aws_sdk_dynamodb::Client, call: &serde_json::Value) -> serde_json::Value {{\n    \
         match name {{\n{arms}        _ => serde_json::json!({{ \"error\": \"no such module\" }}),\n    }}\n}}\n"
    );
    put(&home.join("src/bin/answers/main.rs"), &main);
}
