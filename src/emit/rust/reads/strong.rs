//! The reads that can be strongly consistent, once more, on a type of their own.
//!
//! Promises: what reads a global index is not among them, so that nobody can ask it for what it cannot give.

use super::pages::Pager;
use crate::emit::client::{Call, PatternCode};
use crate::emit::rust::layout::{Code, E, call, raw};
use crate::emit::rust::names::ident;
use crate::emit::rust::requests::Request;
use crate::emit::rust::{Module, is_snake};

impl Module<'_> {
    /// The function of a pattern.
    pub(super) fn strongly(
        &mut self,
        pattern: &PatternCode,
        parameters: Vec<String>,
        passed: Vec<E>,
        returns: &str,
    ) {
        let function = self.function(pattern).to_owned();
        let mut code = self.strong_head("pub async fn", &function, parameters, returns);
        let asked = call(format!(".{}", ident(&function)), passed);
        let chain = E::Chain("strong".to_owned(), vec![asked, raw(".await")]);
        code.stmt("", &chain, "");
        code.close("}");
        self.strong.push(code.text());
    }

    /// The function of a request; a key is the same for every read.
    pub(super) fn strong_request(&mut self, request: &Request) {
        let Some(function) = request.name.strip_prefix("self.") else {
            return;
        };
        if request.call == Call::BatchGetItem {
            return;
        }
        let declared = request.declared.clone();
        let mut code = self.strong_head("pub fn", function, declared, &request.returns);
        let variable = |d: &String| raw(d.split(':').next().unwrap_or(d));
        let passed = request.declared.iter().map(variable).collect();
        let asked = call(format!("strong.{}", ident(function)), passed);
        code.stmt("", &asked, "");
        code.close("}");
        self.strong.push(code.text());
    }

    /// The function that goes through all pages.
    pub(super) fn strong_pager(&mut self, pattern: &PatternCode, pager: &Pager) {
        let mut code = self.pager_head(pattern, pager);
        code.line("let strong = &self.table;");
        let asked = call(format!("strong.{}", pager.function), pager.passed.clone());
        code.stmt("", &asked, "");
        code.close("}");
        self.strong.push(code.text());
    }

    fn strong_head(
        &self,
        start: &str,
        function: &str,
        parameters: Vec<String>,
        returns: &str,
    ) -> Code {
        let mut code = Code::new(4);
        code.doc(&format!(
            "[`{}::{function}`], strongly consistent.",
            self.name
        ));
        code.line("///");
        code.line("/// # Errors");
        code.doc("As those of that function.");
        if !is_snake(function) {
            code.line("#[expect(non_snake_case, reason = \"named as in the design\")]");
        }
        let mut all = vec!["&self".to_owned()];
        all.extend(parameters);
        code.head(&format!("{start} {}", ident(function)), &all, returns);
        code.line("let strong = &self.table;");
        code
    }

    /// The type that has these functions, if there are any.
    pub(in crate::emit::rust) fn strong_reads(&mut self) {
        if self.strong.is_empty() {
            return;
        }
        let name = self.types.taken.give("ConsistentReads", "View");
        let mut code = Code::new(0);
        code.doc(&format!(
            "The reads of [`{}`] that can be strongly consistent, which are so here: they see every write that ended \
             before them, at twice the price. A global index cannot be read so.",
            self.name
        ));
        code.line("#[derive(Clone, Debug)]");
        code.open(format!("pub struct {name} {{"));
        code.line(format!("table: {},", self.name));
        code.close("}");
        code.line("");
        code.open(format!("impl {name} {{"));
        for (place, method) in self.strong.iter().enumerate() {
            if place > 0 {
                code.line("");
            }
            code.append(method);
        }
        code.close("}");
        self.parts.push(code.text());
        self.view = Some(name);
    }
}
