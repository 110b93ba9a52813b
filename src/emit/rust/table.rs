//! The client: its documentation, its struct and its constructors.
//!
//! Promises: it has a clock where one of its functions looks at the time, and only there.

use super::Module;
use super::docs;
use super::layout::{Code, E, call, raw};
use super::types::quoted;
use crate::emit::client::Body;

impl Module<'_> {
    /// The documentation of the module.
    pub(super) fn manual(&self) -> String {
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
                self.function(pattern),
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
    pub(super) fn client_struct(&self) -> String {
        let table = self.client.tables.first().cloned().unwrap_or_default();
        let name = &self.name;
        let clock = self.methods.iter().any(|m| m.contains("(self.clock)()"));
        let expired = self.methods.iter().any(|m| m.contains("self.expired"));
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
        if expired {
            code.line("expired: bool,");
        }
        if self.view.is_some() {
            code.line("consistent: Option<bool>,");
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
                call(".field", vec![raw("\"table\""), raw("&self.table")]),
                raw(".finish_non_exhaustive()"),
            ];
            let root = format!("f.debug_struct({})", quoted(name));
            code.stmt("", &E::Chain(root, links), "");
            code.close("}");
            code.close("}");
        }
        code.line("");
        code.open(format!("impl {name} {{"));
        code.doc("The name of the table in the design.");
        code.line(format!(
            "pub const TABLE: &'static str = {};",
            quoted(&table)
        ));
        code.line("");
        code.doc("The table of that name.");
        code.line("#[must_use]");
        code.head("pub fn new", &["client: Client".to_owned()], "Self");
        let mut fields = vec![
            ("client".to_owned(), raw("client")),
            ("table".to_owned(), raw("Self::TABLE.to_owned()")),
        ];
        if clock {
            fields.push(("clock".to_owned(), raw("Arc::new(Timestamp::now)")));
        }
        if expired {
            fields.push(("expired".to_owned(), raw("false")));
        }
        if self.view.is_some() {
            fields.push(("consistent".to_owned(), raw("None")));
        }
        code.stmt("", &E::Struct("Self".to_owned(), fields), "");
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
        if expired {
            code.line("");
            code.doc(
                "The same whose reads answer with items over their time too, until the service deletes them. Writes \
                 are as they were.",
            );
            code.line("#[must_use]");
            code.head("pub fn with_expired", &["mut self".to_owned()], "Self");
            code.line("self.expired = true;");
            code.line("self");
            code.close("}");
        }
        if let Some(view) = &self.view {
            code.line("");
            code.doc("Its reads that can be strongly consistent, which are so.");
            code.line("#[must_use]");
            code.head("pub fn consistent", &["&self".to_owned()], view);
            code.line("let mut table = self.clone();");
            code.line("table.consistent = Some(true);");
            code.line(format!("{view} {{ table }}"));
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
