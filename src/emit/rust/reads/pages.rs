//! The type that goes through all pages of a list.
//!
//! Promises: each page is asked for by the pattern's own function; a page that failed can be asked for again.

use crate::emit::client::PatternCode;
use crate::emit::rust::Module;
use crate::emit::rust::layout::{Code, E, call, raw};
use crate::emit::rust::names::{ident, pascal};
use crate::emit::rust::signature::Signature;

/// The function that begins with the first page.
pub(super) struct Pager {
    head: String,
    parameters: Vec<String>,
    returns: String,
    pub(super) function: String,
    pub(super) passed: Vec<E>,
}

impl Module<'_> {
    /// What goes through all pages.
    pub(super) fn pager(
        &mut self,
        pattern: &PatternCode,
        signature: &Signature,
        page: &str,
    ) -> Pager {
        let name = self
            .types
            .taken
            .give(&format!("{}Pages", pascal(&pattern.name)), "Pager");
        let wanted = format!("{}_pages", pattern.name.trim_end_matches('_'));
        let function = self.functions.give(&wanted, "_");
        let function = ident(&function);
        let mut fields = Vec::new();
        for declared in signature.declared() {
            if let Some((name, ty)) = declared.split_once(": ") {
                fields.push((name.to_owned(), ty.replace('&', "&'a ")));
            }
        }
        let mut code = Code::new(0);
        code.doc(&format!(
            "The pages of [`{}::{}`], one after the other.",
            self.name,
            self.function(pattern)
        ));
        code.line("#[derive(Clone, Debug)]");
        code.open(format!("pub struct {name}<'a> {{"));
        code.line(format!("client: &'a {},", self.name));
        for (name, ty) in &fields {
            code.line(format!("{name}: {ty},"));
        }
        code.line("cursor: Option<Cursor>,");
        code.line("ended: bool,");
        code.close("}");
        code.line("");
        code.open(format!("impl {name}<'_> {{"));
        code.doc("The next page; nothing after the last one.");
        code.line("///");
        code.line("/// # Errors");
        code.doc(&format!(
            "As those of [`{}::{}`]; the same page can be asked for again.",
            self.name,
            self.function(pattern)
        ));
        code.head(
            "pub async fn next_page",
            &["&mut self".to_owned()],
            &format!("Result<Option<{page}>, Error>"),
        );
        code.open("if self.ended {");
        code.line("return Ok(None);");
        code.close("}");
        let mut arguments: Vec<E> = fields
            .iter()
            .map(|(n, _)| raw(format!("self.{n}")))
            .collect();
        arguments.push(raw("self.cursor.as_ref()"));
        let asked = call(format!(".{}", ident(self.function(pattern))), arguments);
        code.line("let client = self.client;");
        let chain = E::Chain("client".to_owned(), vec![asked, raw(".await?")]);
        code.stmt("let page = ", &chain, ";");
        code.line("self.cursor.clone_from(&page.cursor);");
        code.line("self.ended = page.cursor.is_none();");
        code.line("Ok(Some(page))");
        code.close("}");
        code.close("}");
        self.parts.push(code.text());
        let mut parameters = vec![
            if fields.iter().any(|(_, t)| t.contains('&')) {
                "&'a self"
            } else {
                "&self"
            }
            .to_owned(),
        ];
        parameters.extend(fields.iter().map(|(n, t)| format!("{n}: {t}")));
        let borrowed = fields.iter().any(|(_, t)| t.contains('&'));
        let (generic, lifetime) = if borrowed { ("<'a>", "'a") } else { ("", "'_") };
        let pager = Pager {
            head: format!("pub fn {function}{generic}"),
            parameters,
            returns: format!("{name}<{lifetime}>"),
            function,
            passed: fields.iter().map(|(n, _)| raw(n)).collect(),
        };
        let mut code = self.pager_head(pattern, &pager);
        let mut all = vec![("client".to_owned(), raw("self"))];
        all.extend(fields.iter().map(|(n, _)| (n.clone(), raw(n))));
        all.push(("cursor".to_owned(), raw("None")));
        all.push(("ended".to_owned(), raw("false")));
        code.stmt("", &E::Struct(name, all), "");
        code.close("}");
        self.methods.push(code.text());
        pager
    }

    /// The function that begins with the first page, up to its body.
    pub(super) fn pager_head(&self, pattern: &PatternCode, of: &Pager) -> Code {
        let mut code = Code::new(4);
        code.doc(&format!(
            "All pages of [`Self::{}`], one after the other.",
            self.function(pattern)
        ));
        code.line("#[must_use]");
        code.head(&of.head, &of.parameters, &of.returns);
        code
    }
}
