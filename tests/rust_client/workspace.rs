//! The workspace of everything that is generated: one crate with all clients as modules, and two that are crates.

use crate::designs::{Design, designs, root};
use design::emit::{self, Artifact, Origin, Target};
use design::plan::OutputEntry;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The design whose client is a crate that takes the SDK from its workspace, and the one whose client names it itself.
const CRATES: [(&str, &str); 2] = [("shop", "workspace"), ("library", "true")];

const WORKSPACE: &str = r#"[workspace]
members = ["clients"]
resolver = "3"

[workspace.dependencies]
aws-sdk-dynamodb = { version = "=1.136.0", default-features = false }

[profile.dev]
debug = false
"#;

const CLIENTS: &str = r#"[package]
name = "generated"
version = "0.0.0"
edition = "2024"
publish = false

[dependencies]
aws-sdk-dynamodb = { workspace = true, features = ["rt-tokio"] }
# Speaks plain HTTP to the run: no TLS, so nothing of C is compiled.
aws-smithy-http-client = { version = "1", default-features = false, features = ["default-client"] }
serde_json = "1"
tokio = { version = "1", default-features = false, features = ["rt", "time"] }
"#;

const MAIN: &str = include_str!("answers.rs");
const OPTIONS: &str = include_str!("options.rs");

/// All clients, written.
pub(crate) struct Workspace {
    home: PathBuf,
    pub(crate) designs: Vec<Design>,
}

/// The workspace, written once; none where the environment variable `RUST_CLIENT` names no folder for it.
pub(crate) fn workspace() -> Option<&'static Workspace> {
    static WORKSPACE: OnceLock<Option<Workspace>> = OnceLock::new();
    let found = WORKSPACE.get_or_init(|| {
        let home = std::env::var_os("RUST_CLIENT").map(PathBuf::from)?;
        let made = Workspace {
            home,
            designs: designs(),
        };
        made.write();
        Some(made)
    });
    if found.is_none() {
        eprintln!("left out: RUST_CLIENT names no folder in which clients are compiled");
    }
    found.as_ref()
}

/// The module of a design.
pub(crate) fn module_name(design: &Design) -> String {
    format!("{}_table", design.name.replace('-', "_"))
}

impl Workspace {
    /// The files of all modules and crates.
    pub(crate) fn sources(&self) -> Vec<PathBuf> {
        let modules = self.designs.iter().map(|d| self.module_path(d));
        let crates = self.crates().map(|(d, _)| self.crate_path(d, "src/lib.rs"));
        modules.chain(crates).collect()
    }

    /// Whether the design of this name is among those of this run.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.designs.iter().any(|d| d.name == name)
    }

    /// `cargo` in the workspace.
    pub(crate) fn cargo(&self, command: &str) -> Command {
        let mut cargo = Command::new("cargo");
        cargo.arg(command).arg("--quiet").current_dir(&self.home);
        cargo.env_remove("CARGO_TARGET_DIR").env_remove("RUSTFLAGS");
        cargo
    }

    /// A program of the crate of all modules, compiled.
    pub(crate) fn program(&self, name: &str) -> Command {
        Command::new(self.home.join("target/debug").join(name))
    }

    /// Writes a file into the crate of a design, beside what is generated.
    pub(crate) fn put_beside(&self, name: &str, path: &str, text: &str) {
        if let Some((design, _)) = self.crates().find(|(d, _)| d.name == name) {
            put(&self.crate_path(design, path), text);
        }
    }

    fn crates(&self) -> impl Iterator<Item = (&Design, &'static str)> {
        CRATES.iter().filter_map(|(name, kind)| {
            Some((self.designs.iter().find(|d| d.name == *name)?, *kind))
        })
    }

    fn module_path(&self, design: &Design) -> PathBuf {
        let file = format!("{}.rs", module_name(design));
        self.home.join("clients/src").join(file)
    }

    fn crate_path(&self, design: &Design, path: &str) -> PathBuf {
        self.home.join(&design.name).join(path)
    }

    fn write(&self) {
        let mut manifest = WORKSPACE.to_owned();
        for (design, kind) in self.crates() {
            let member = format!("members = [\"{}\", ", design.name);
            manifest = manifest.replace("members = [", &member);
            let options = BTreeMap::from([("crate".to_owned(), kind.to_owned())]);
            for (name, text) in generated(design, "client", options) {
                put(&self.crate_path(design, &name), &text);
            }
        }
        put(&self.home.join("Cargo.toml"), &manifest);
        put(&self.home.join("clients/Cargo.toml"), CLIENTS);
        let mut modules = String::from("//! Generated clients.\n\n");
        let (mut names, mut adapters, mut arms) = (String::new(), String::new(), String::new());
        for design in &self.designs {
            let name = module_name(design);
            modules.push_str(&format!("pub mod {name};\n"));
            names.push_str(&format!("use generated::{name};\n"));
            adapters.push_str(&format!("mod {name}_adapter;\n"));
            arms.push_str(&format!(
                "        \"{name}\" => {name}_adapter::reply(client, call).await,\n"
            ));
            for (_, text) in generated(design, "client.rs", BTreeMap::new()) {
                put(&self.module_path(design), &text);
            }
            let adapter = self.program_path(&format!("answers/{name}_adapter.rs"));
            put(&adapter, &emit::rust_adapter(&design.plan, &name));
            if design.name == "expiring" {
                put(&self.program_path("options.rs"), OPTIONS);
            }
            let vectors = self.program_path("vectors.rs");
            if design.name == "keys" {
                put(&vectors, &emit::rust_vectors(&design.plan, &name));
            }
        }
        put(&self.home.join("clients/src/lib.rs"), &modules);
        let main = MAIN
            .replace("// MODULES\n", &format!("{adapters}\n{names}"))
            .replace("        // ARMS\n", &arms);
        put(&self.program_path("answers/main.rs"), &main);
    }

    fn program_path(&self, name: &str) -> PathBuf {
        self.home.join("clients/src/bin").join(name)
    }
}

/// What is generated for Rust, by path; a module of its own has no path.
fn generated(
    design: &Design,
    path: &str,
    options: BTreeMap<String, String>,
) -> BTreeMap<String, String> {
    let output = OutputEntry {
        path: path.to_owned(),
        options,
    };
    let origin = Origin::new(&design.plan, "design.yaml");
    let made = emit::emit(&design.plan, Target::Rust, &output, &origin);
    match made.unwrap_or_else(|e| panic!("{}: {e}", design.name)) {
        Artifact::File(text) => BTreeMap::from([(String::new(), text)]),
        Artifact::Directory(files) => {
            let named = files
                .into_iter()
                .map(|(name, text)| (name.to_owned(), text));
            named.collect()
        }
    }
}

/// Writes a file; what is as it was is not touched, so that it is not compiled again.
fn put(path: &Path, text: &str) {
    if std::fs::read_to_string(path).is_ok_and(|old| old == text) {
        return;
    }
    let folder = path.parent().unwrap_or(root());
    std::fs::create_dir_all(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    std::fs::write(path, text).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
}
