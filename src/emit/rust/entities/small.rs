//! The types of single values: enumerations, and what identifies an item.
//!
//! Promises: an identifier of one entity cannot stand for that of another.

use crate::emit::rust::Module;
use crate::emit::rust::docs;
use crate::emit::rust::layout::{Code, E, call, raw};
use crate::emit::rust::names::{Taken, pascal};
use crate::emit::rust::types::quoted;

impl Module<'_> {
    /// The enumerations and the types of identifiers.
    pub(in crate::emit::rust) fn small_types(&mut self) {
        for (values, name) in self.types.enumerations.clone() {
            let text = enumeration(&name, &values);
            self.parts.push(text);
        }
        for brand in &self.client.brands {
            let name = self
                .types
                .brands
                .get(&brand.name)
                .cloned()
                .unwrap_or_default();
            let what = format!("{}.{}", brand.entity, brand.attribute);
            self.parts.push(identifier(&name, &what));
        }
    }
}

fn enumeration(name: &str, values: &[String]) -> String {
    let mut taken = Taken::default();
    let named: Vec<(String, &String)> = values
        .iter()
        .map(|value| {
            let words: String = value
                .chars()
                .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
                .collect();
            let mut wanted = pascal(&words);
            if wanted.is_empty() || wanted.starts_with(|c: char| c.is_ascii_digit()) {
                wanted.insert(0, 'V');
            }
            let wanted = if wanted == "Self" {
                "SelfValue".to_owned()
            } else {
                wanted
            };
            (taken.give(&wanted, "Value"), value)
        })
        .collect();
    let mut code = Code::new(0);
    code.doc(&format!(
        "One of {}.",
        values
            .iter()
            .map(|v| docs::code(v))
            .collect::<Vec<_>>()
            .join(", ")
    ));
    code.line("#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]");
    code.open(format!("pub enum {name} {{"));
    for (variant, value) in &named {
        code.doc(&format!("{}.", docs::code(value)));
        code.line(format!("{variant},"));
    }
    code.close("}");
    code.line("");
    code.open(format!("impl {name} {{"));
    code.doc("All of them, in the order of the design.");
    let all = named
        .iter()
        .map(|(v, _)| raw(format!("Self::{v}")))
        .collect();
    code.stmt("pub const ALL: &[Self] = ", &E::Array("&", all), ";");
    code.line("");
    code.doc("Its text.");
    code.line("#[must_use]");
    code.head("pub const fn as_str", &["self".to_owned()], "&'static str");
    code.open("match self {");
    for (variant, value) in &named {
        code.line(format!("Self::{variant} => {},", quoted(value)));
    }
    code.close("}");
    code.close("}");
    code.line("");
    code.head(
        "fn read",
        &["value: &AttributeValue".to_owned()],
        "Option<Self>",
    );
    code.line("let text = value.as_s().ok()?;");
    code.line("Self::ALL.iter().copied().find(|one| one.as_str() == text)");
    code.close("}");
    code.close("}");
    code.line("");
    display(&mut code, name, "self.as_str()");
    code.line("");
    code.open(format!("impl FromStr for {name} {{"));
    code.line("type Err = Error;");
    code.line("");
    code.head(
        "fn from_str",
        &["text: &str".to_owned()],
        "Result<Self, Error>",
    );
    code.line("let mut all = Self::ALL.iter().copied();");
    code.line("let found = all.find(|one| one.as_str() == text);");
    let why = call(
        "refused",
        vec![raw("text"), raw(quoted(&format!("is no {name}")))],
    );
    code.stmt("found.ok_or_else(|| ", &why, ")");
    code.close("}");
    code.close("}");
    code.text()
}

fn identifier(name: &str, what: &str) -> String {
    let mut code = Code::new(0);
    code.doc(&format!("A value of `{what}`, and of what refers to it."));
    code.line("#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]");
    code.line(format!("pub struct {name}(String);"));
    code.line("");
    code.open(format!("impl {name} {{"));
    code.doc("Of a text.");
    code.line("#[must_use]");
    code.head(
        "pub fn new",
        &["text: impl Into<String>".to_owned()],
        "Self",
    );
    code.line("Self(text.into())");
    code.close("}");
    code.line("");
    code.doc("Its text.");
    code.line("#[must_use]");
    code.head("pub fn as_str", &["&self".to_owned()], "&str");
    code.line("&self.0");
    code.close("}");
    code.line("");
    code.head(
        "fn read",
        &["value: &AttributeValue".to_owned()],
        "Option<Self>",
    );
    code.line("the_text(value).map(Self)");
    code.close("}");
    code.close("}");
    code.line("");
    display(&mut code, name, "&self.0");
    for (ty, value) in [("&str", "text.to_owned()"), ("String", "text")] {
        code.line("");
        code.open(format!("impl From<{ty}> for {name} {{"));
        code.head("fn from", &[format!("text: {ty}")], "Self");
        code.line(format!("Self({value})"));
        code.close("}");
        code.close("}");
    }
    code.text()
}

/// How a value is shown: as its text.
fn display(code: &mut Code, name: &str, text: &str) {
    code.open(format!("impl Display for {name} {{"));
    code.head(
        "fn fmt",
        &["&self".to_owned(), "f: &mut Formatter<'_>".to_owned()],
        "fmt::Result",
    );
    code.line(format!("f.write_str({text})"));
    code.close("}");
    code.close("}");
}
