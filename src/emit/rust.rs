//! The Rust client: one function for each pattern, in a module or a crate of its own.
//!
//! Promises: what a function does is what the plan says of its pattern; the code needs the SDK of AWS and nothing else;
//! it is laid out as `rustfmt` does it, and has only what the design uses. A pattern that cannot be served is left out by
//! name, in the module's own documentation.

mod adapter;
mod checks;
mod docs;
mod entities;
mod keys;
mod layout;
mod names;
mod reads;
mod requests;
mod signature;
mod support;
mod types;
mod writes;
mod writing;

use super::client::{Body, Client};
use super::{Artifact, Origin};
use crate::plan::{Condition, OutputEntry, Plan};
use layout::Code;
use std::collections::BTreeMap;
use types::Types;

/// A module on its way.
struct Module<'a> {
    plan: &'a Plan,
    client: &'a Client,
    /// The name of the client.
    name: String,
    types: Types,
    keys: keys::Keys,
    /// The functions that give the keys of kinds: of the table, and of indexes.
    table_keys: BTreeMap<String, String>,
    index_keys: BTreeMap<(String, String), String>,
    /// Methods of the client, printed.
    methods: Vec<String>,
    /// Types, printed.
    parts: Vec<String>,
    /// Functions that others use, printed.
    support: Vec<String>,
    signatures: BTreeMap<String, signature::Signature>,
    answers: BTreeMap<String, reads::Answer>,
}

/// Makes the module, or the crate.
pub(super) fn emit(plan: &Plan, output: &OutputEntry, origin: &Origin) -> Artifact {
    let client = Client::new(plan);
    let text = module(plan, &client, origin);
    let as_crate = output.options.get("crate").is_some_and(|v| v == "true");
    if as_crate {
        return Artifact::Directory(BTreeMap::from([
            ("Cargo.toml", manifest(plan, origin)),
            ("src/lib.rs", text),
        ]));
    }
    if output.path.ends_with(".rs") {
        return Artifact::File(text);
    }
    Artifact::Directory(BTreeMap::from([("mod.rs", text)]))
}

/// The manifest of the crate.
fn manifest(plan: &Plan, origin: &Origin) -> String {
    let [line, hash] = origin.lines();
    let name: String = names::snake(&plan.design).replace('_', "-");
    format!(
        "# {line}\n# {hash}\n\n[package]\nname = \"{name}-table\"\nversion = \"0.1.0\"\nedition = \"2024\"\npublish = false\n\n\
         [dependencies]\n\
         # Without its default features: whoever runs this brings the way to the service, for example `aws-config`.\n\
         aws-sdk-dynamodb = {{ version = \"1\", default-features = false, features = [\"rt-tokio\"] }}\n"
    )
}

/// The adapter by which a run calls the client of a plan, which is a module of this name beside it.
pub(super) fn adapter(plan: &Plan, name: &str) -> String {
    let client = Client::new(plan);
    made(plan, &client).adapter(name)
}

/// The text of the module.
fn module(plan: &Plan, client: &Client, origin: &Origin) -> String {
    made(plan, client).print(origin)
}

fn made<'a>(plan: &'a Plan, client: &'a Client) -> Module<'a> {
    let mut types = Types::new(client);
    let name = types
        .taken
        .give(&format!("{}Table", names::pascal(&client.design)), "Client");
    let mut made = Module {
        plan,
        client,
        name,
        types,
        keys: keys::Keys::default(),
        table_keys: BTreeMap::new(),
        index_keys: BTreeMap::new(),
        methods: Vec::new(),
        parts: Vec::new(),
        support: Vec::new(),
        signatures: BTreeMap::new(),
        answers: BTreeMap::new(),
    };
    made.kinds();
    for pattern in &client.patterns {
        match &pattern.body {
            Body::Read(read) => made.reading(pattern, read),
            Body::Write(write) => made.writing(pattern, write),
        }
    }
    made.entities();
    made.small_types();
    made
}

impl Module<'_> {
    /// The greatest value or length of an attribute.
    fn max(&self, entity: &str, attribute: &str) -> Option<u64> {
        let entity = self.plan.entities.iter().find(|e| e.name == entity)?;
        entity.stored.iter().find(|s| s.attribute == attribute)?.max
    }

    fn print(self, origin: &Origin) -> String {
        let mut body = self.client_struct();
        for part in &self.parts {
            body.push('\n');
            body.push_str(part);
        }
        let mut own: Vec<(String, String)> = Vec::new();
        for text in &self.support {
            own.push((function_name(text), text.clone()));
        }
        let keys = self.keys.print();
        // Only what is used of the functions that put items together.
        let mut used = body.clone();
        let mut chosen = vec![false; own.len()];
        loop {
            let before = used.len();
            for (place, (name, text)) in own.iter().enumerate() {
                if !chosen[place] && used.contains(&format!("{name}(")) {
                    chosen[place] = true;
                    used.push_str(text);
                }
            }
            if used.len() == before {
                break;
            }
        }
        for ((_, text), _) in own.iter().zip(&chosen).filter(|(_, c)| **c) {
            body.push('\n');
            body.push_str(text);
        }
        let support = support::used(&body, &keys);
        let keys = format!("{keys}{}", support.keys);
        let inside = keys_module(&keys, &format!("{body}{}", support.outside));
        let imports = support::imports(&format!("{body}{}", support.outside));
        let [line, hash] = origin.lines();
        let mut out = format!(
            "// {line}\n// {hash}\n\n{}\n{imports}\n{body}",
            self.manual()
        );
        out.push_str(&inside);
        out.push_str(&support.outside);
        out
    }

    /// The documentation of the module.
    fn manual(&self) -> String {
        let mut code = Code::new(0);
        let about = self.client.description.as_deref().map_or_else(
            || format!("The table of the design `{}`.", self.client.design),
            docs::prose,
        );
        code.doc(&about);
        code.line("///");
        code.doc(&format!(
            "[`{}`] has a function for each access pattern of the design, and for each of these one that makes its requests and \
             sends nothing (`…_input`). What is not among them can be asked with the SDK itself.",
            self.name
        ));
        code.line("///");
        code.line("/// | pattern | | answered by |");
        code.line("/// |---|---|---|");
        for pattern in &self.client.patterns {
            let by = match &pattern.body {
                Body::Read(read) => {
                    let all: Vec<String> = read
                        .steps
                        .iter()
                        .map(|s| match &s.index {
                            Some(index) => format!("`{}` of `{index}`", s.call.name()),
                            None => format!("`{}`", s.call.name()),
                        })
                        .collect();
                    let mut all = all;
                    all.dedup();
                    all.join(", ")
                }
                Body::Write(write) => format!("`{}`", write.call),
            };
            code.line(format!(
                "/// | [`{}`]({}::{}) | {} | {by} |",
                pattern.name,
                self.name,
                names::ident(&pattern.name),
                pattern.verb
            ));
        }
        if !self.client.left_out.is_empty() {
            code.line("///");
            code.doc("These patterns have no function here:");
            code.line("///");
            for (name, reason) in &self.client.left_out {
                code.line(format!("/// * `{name}`: {}", docs::prose(reason)));
            }
        }
        code.text().replace("///", "//!")
    }

    /// The client, its constructors and its methods.
    fn client_struct(&self) -> String {
        let table = self.client.tables.first().cloned().unwrap_or_default();
        let name = &self.name;
        let clock = self.methods.iter().any(|m| m.contains("(self.clock)()"));
        let mut code = Code::new(0);
        code.doc(&format!(
            "The table of the design `{}`.",
            self.client.design
        ));
        code.line(if clock {
            "#[derive(Clone)]"
        } else {
            "#[derive(Clone, Debug)]"
        });
        code.open(format!("pub struct {name} {{"));
        code.line("client: Client,");
        code.line("table: String,");
        if clock {
            code.line("clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,");
        }
        code.close("}");
        if clock {
            code.line("");
            code.open(format!("impl fmt::Debug for {name} {{"));
            code.head(
                "fn fmt",
                &["&self".to_owned(), "f: &mut Formatter<'_>".to_owned()],
                "fmt::Result",
            );
            let links = vec![
                layout::call(
                    ".field",
                    vec![layout::raw("\"table\""), layout::raw("&self.table")],
                ),
                layout::raw(".finish_non_exhaustive()"),
            ];
            let root = format!("f.debug_struct({})", types::quoted(name));
            code.stmt("", &layout::E::Chain(root, links), "");
            code.close("}");
            code.close("}");
        }
        code.line("");
        code.open(format!("impl {name} {{"));
        code.doc("The name of the table in the design.");
        code.line(format!(
            "pub const TABLE: &'static str = {};",
            types::quoted(&table)
        ));
        code.line("");
        code.doc("The table of that name.");
        code.line("#[must_use]");
        code.head("pub fn new", &["client: Client".to_owned()], "Self");
        let mut fields = vec![
            ("client".to_owned(), layout::raw("client")),
            ("table".to_owned(), layout::raw("Self::TABLE.to_owned()")),
        ];
        if clock {
            fields.push(("clock".to_owned(), layout::raw("Arc::new(Timestamp::now)")));
        }
        code.stmt("", &layout::E::Struct("Self".to_owned(), fields), "");
        code.close("}");
        code.line("");
        code.doc("The same with a table of another name.");
        code.line("#[must_use]");
        code.head(
            "pub fn with_table",
            &["mut self".to_owned(), "table: impl Into<String>".to_owned()],
            "Self",
        );
        code.line("self.table = table.into();");
        code.line("self");
        code.close("}");
        if clock {
            code.line("");
            code.doc("The same with another clock, by which items are over their time.");
            code.line("#[must_use]");
            code.head(
                "pub fn with_clock",
                &[
                    "mut self".to_owned(),
                    "clock: impl Fn() -> Timestamp + Send + Sync + 'static".to_owned(),
                ],
                "Self",
            );
            code.line("self.clock = Arc::new(clock);");
            code.line("self");
            code.close("}");
        }
        for method in &self.methods {
            code.line("");
            code.append(method);
        }
        code.close("}");
        code.text()
    }
}

/// The module `keys`, with what it takes from outside.
fn keys_module(text: &str, _around: &str) -> String {
    if text.trim().is_empty() {
        return String::new();
    }
    let names = [
        "Check",
        "Decimal",
        "Error",
        "Row",
        "Timestamp",
        "exists",
        "is",
        "kind",
        "missing",
        "one_of",
        "put",
        "refused",
        "shard",
        "text",
        "the_boolean",
        "the_bytes",
        "the_decimal",
        "the_integer",
        "the_timestamp",
        "number",
        "hex",
    ];
    let mut used: Vec<&str> = names
        .iter()
        .copied()
        .filter(|n| support::uses_in_code(text, n))
        .collect();
    used.sort_by_key(|n| (n.starts_with(char::is_lowercase), *n));
    used.sort_by_key(|n| !n.starts_with(char::is_uppercase));
    let attribute = text
        .contains("AttributeValue::")
        .then_some("AttributeValue");
    let mut all: Vec<&str> = used;
    all.extend(attribute);
    all.sort_by_key(|n| (n.starts_with(char::is_lowercase), *n));
    let mut out = String::from("\n/// Keys: every text of a key is made here.\npub mod keys {\n");
    if !all.is_empty() {
        let one = format!("    use super::{{{}}};\n", all.join(", "));
        if all.len() == 1 {
            out.push_str(&format!("    use super::{};\n", all[0]));
        } else if one.trim_end().chars().count() <= 100 {
            out.push_str(&one);
        } else {
            out.push_str("    use super::{\n");
            let mut line = "        ".to_owned();
            for name in all {
                if line.len() + name.len() + 2 > 101 {
                    out.push_str(&format!("{}\n", line.trim_end()));
                    line = "        ".to_owned();
                }
                line.push_str(&format!("{name}, "));
            }
            out.push_str(&format!("{}\n    }};\n", line.trim_end()));
        }
    }
    out.push_str(text);
    out.push_str("}\n");
    out
}

/// The name of a printed function.
fn function_name(text: &str) -> String {
    let after = text.split_once("fn ").map_or("", |(_, rest)| rest);
    after
        .split(['(', '<'])
        .next()
        .unwrap_or_default()
        .to_owned()
}

/// Whether a condition looks at the clock.
fn uses_clock(of: &Condition) -> bool {
    of.now == Some(true) || of.any.iter().flatten().any(uses_clock)
}

/// Whether a name is one that the lints take for a function.
fn is_snake(name: &str) -> bool {
    !name.chars().any(char::is_uppercase)
}
