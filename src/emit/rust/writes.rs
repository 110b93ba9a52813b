//! Writing patterns: the functions that make writes and send them.
//!
//! Promises: nothing is sent while a value is refused; what fails says which condition of which step.

mod action;
mod attempts;
mod change;
mod found;
mod guards;
mod returned;
mod values;

use super::Module;
use super::checks::Context;
use super::docs;
use super::layout::{Code, E, call, raw};
use super::names::ident;
use super::signature::Signature;
use crate::emit::client::{Does, PatternCode, WriteCode};
use action::Site;
pub(super) use returned::Returned;

impl Module<'_> {
    /// A writing pattern.
    pub(super) fn writing(&mut self, pattern: &PatternCode, write: &WriteCode) {
        let signature = self.signature(pattern, false);
        let find = write
            .find
            .as_ref()
            .map(|step| self.request(pattern, &signature, step, 0));
        let reads = write.actions.iter().any(|a| !a.current.is_empty());
        let maker = self.maker(pattern, write, &signature, reads);
        let returned = self.returned(pattern, write);
        if find.is_none() {
            self.write_input(pattern, write, &signature, reads, &maker);
        }
        let mut code = Code::new(4);
        let steps: Vec<_> = write.find.iter().cloned().collect();
        docs::pattern(&mut code, pattern, &steps, &self.action_docs(write));
        let transaction = write.call == "TransactWriteItems";
        let mut parameters = vec!["&self".to_owned()];
        parameters.extend(signature.declared());
        if transaction && find.is_none() {
            parameters.push("token: Option<&str>".to_owned());
        }
        let answer = match (&find, &returned) {
            (Some(_), _) => "u64".to_owned(),
            (None, Some(returned)) => returned.name.clone(),
            (None, None) => "()".to_owned(),
        };
        if !super::is_snake(self.function(pattern)) {
            code.line("#[expect(non_snake_case, reason = \"named as in the design\")]");
        }
        code.head(
            &format!("pub async fn {}", ident(self.function(pattern))),
            &parameters,
            &format!("Result<{answer}, Error>"),
        );
        match &find {
            Some(request) => self.found(
                &mut code, pattern, write, &signature, request, reads, &maker,
            ),
            None => self.attempts(
                &mut code,
                pattern,
                write,
                &signature,
                reads,
                &maker,
                returned.as_ref(),
            ),
        }
        code.close("}");
        self.methods.push(code.text());
        self.signatures.insert(pattern.name.clone(), signature);
    }

    fn action_docs(&self, write: &WriteCode) -> Vec<String> {
        let mut parts: Vec<String> = Vec::new();
        for action in &write.actions {
            let does = match action.does {
                Does::Put => "puts",
                Does::Update => "updates",
                Does::Delete => "deletes",
                Does::Check => "checks",
            };
            let mut text = format!("{does} {}", docs::code(&action.kind));
            if let Some(times) = &action.times {
                text.push_str(&format!(" for each {}", docs::code(times)));
            }
            let indexes: Vec<String> = action.keys.iter().map(|k| docs::code(&k.index)).collect();
            if !indexes.is_empty() {
                text.push_str(&format!(" and its place in {}", indexes.join(", ")));
            }
            parts.push(text);
        }
        let read = write.actions.iter().flat_map(|a| &a.current);
        let read: Vec<String> = read.map(|c| docs::code(&c.attribute)).collect();
        let mut all = vec![format!("`{}` {}.", write.call, parts.join(", "))];
        if !read.is_empty() {
            all.push(format!(
                "Reads {} first, and begins again where it has changed when the write comes.",
                read.join(", ")
            ));
        }
        all
    }

    /// The function that makes the writes; how it is called.
    fn maker(
        &mut self,
        pattern: &PatternCode,
        write: &WriteCode,
        signature: &Signature,
        reads: bool,
    ) -> String {
        let transaction = write.call == "TransactWriteItems";
        let mut body = Code::new(8);
        self.refuse(&mut body, pattern, signature);
        if transaction {
            body.line("let mut writes = Vec::new();");
        }
        let mains: Vec<_> = write.actions.iter().filter(|a| a.of.is_none()).collect();
        for action in &mains {
            let Some(entity) = self.client.entity(&action.entity) else {
                continue;
            };
            let mut context = self.context(signature);
            let list = action
                .times
                .as_ref()
                .and_then(|t| signature.lists.iter().find(|l| l.name == *t));
            if let Some(list) = list {
                body.open(format!("for each in &input.{} {{", list.field));
                context.extend(self.each(list));
            } else if mains.len() > 1 {
                body.open("{");
            }
            let site = Site {
                pattern,
                write,
                action,
                entity,
                context,
            };
            self.action(&mut body, &site);
            if list.is_some() || mains.len() > 1 {
                body.close("}");
            }
        }
        body.line(if transaction {
            "Ok(writes)"
        } else {
            "Ok(write)"
        });
        let mut text = body.text();
        if text.contains("(now)") || text.contains("&now.") {
            text = format!("        let now = (self.clock)();\n{text}");
        }
        let base = pattern.name.trim_end_matches('_');
        let wanted = if transaction {
            format!("{base}_writes")
        } else {
            format!("{base}_write")
        };
        let name = self.functions.give(&wanted, "_");
        let itself = text.contains("self.");
        let mut parameters = if itself {
            vec!["&self".to_owned()]
        } else {
            Vec::new()
        };
        parameters.extend(signature.declared());
        if write.find.is_some() {
            parameters.push("row: &Row".to_owned());
        }
        let returns = match (transaction, write.find.is_some()) {
            (true, false) => "Result<Vec<(Action, Write)>, Error>",
            (true, true) => "Result<Option<Vec<(Action, Write)>>, Error>",
            (false, false) => "Result<Write, Error>",
            (false, true) => "Result<Option<Write>, Error>",
        };
        if write.find.is_some() {
            text = text
                .replace("        Ok(writes)\n", "        Ok(Some(writes))\n")
                .replace("        Ok(write)\n", "        Ok(Some(write))\n");
        }
        let mut code = Code::new(4);
        code.doc(&format!(
            "The writes of [`Self::{}`].",
            self.function(pattern)
        ));
        let keyword = if reads { "async fn" } else { "fn" };
        code.head(&format!("{keyword} {}", ident(&name)), &parameters, returns);
        let mut all = code.text();
        all.push_str(&text);
        all.push_str("    }\n");
        self.methods.push(all);
        format!(
            "{}{}",
            if itself { "self." } else { "Self::" },
            ident(&name)
        )
    }

    fn made(
        &self,
        maker: &str,
        signature: &Signature,
        row: bool,
        reads: bool,
    ) -> (E, &'static str) {
        let mut arguments = signature.passed();
        if row {
            arguments.push(raw("&row"));
        }
        (call(maker, arguments), if reads { ".await?" } else { "?" })
    }

    /// The request, for those who send it themselves.
    fn write_input(
        &mut self,
        pattern: &PatternCode,
        write: &WriteCode,
        signature: &Signature,
        reads: bool,
        maker: &str,
    ) {
        let transaction = write.call == "TransactWriteItems";
        let builder = format!("{}FluentBuilder", write.call);
        let mut code = Code::new(4);
        let first = if reads {
            " What it needs of the item is read first."
        } else {
            ""
        };
        code.doc(&format!(
            "The request of [`Self::{}`].{first}",
            self.function(pattern)
        ));
        code.line("///");
        code.line("/// # Errors");
        code.doc("A value that cannot be stored.");
        let mut parameters = vec!["&self".to_owned()];
        parameters.extend(signature.declared());
        let keyword = if reads { "pub async fn" } else { "pub fn" };
        let wanted = format!("{}_input", pattern.name.trim_end_matches('_'));
        let name = self.functions.give(&wanted, "_");
        code.head(
            &format!("{keyword} {}", ident(&name)),
            &parameters,
            &format!("Result<{builder}, Error>"),
        );
        let (made, suffix) = self.made(maker, signature, false, reads);
        if transaction {
            code.stmt("let writes = ", &made, &format!("{suffix};"));
            code.line("transaction(&self.client, &self.table, &writes)");
        } else {
            code.stmt("let write = ", &made, &format!("{suffix};"));
            code.line(format!(
                "Ok(write.{}(&self.client, &self.table))",
                single(&write.call)
            ));
        }
        code.close("}");
        self.methods.push(code.text());
    }

    /// The parameters of a call as what they are in its functions.
    pub(super) fn context(&self, signature: &Signature) -> Context {
        let single = signature.single.iter();
        single
            .map(|one| (one.name.clone(), signature.given(one)))
            .collect()
    }
}

/// What makes a single request of a write.
fn single(call: &str) -> &'static str {
    match call {
        "PutItem" => "one_put",
        "UpdateItem" => "one_update",
        _ => "one_delete",
    }
}
