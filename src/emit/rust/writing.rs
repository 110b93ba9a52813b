//! Writing patterns: the functions that make writes and send them.
//!
//! Promises: nothing is sent while a value is refused; what fails says which condition of which step.

use super::Module;
use super::docs;
use super::entities::{StructField, structure};
use super::layout::{Code, E, call, raw};
use super::names::{ident, pascal};
use super::requests::Request;
use super::signature::Signature;
use super::types::{field_name, quoted};
use super::writes::Site;
use crate::emit::client::{Does, PatternCode, Type, WriteCode};

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
        self.pattern_doc(&mut code, pattern, &steps, &self.action_docs(write));
        let transaction = write.call == "TransactWriteItems";
        let mut parameters = vec!["&self".to_owned()];
        parameters.extend(signature.declared());
        if transaction && find.is_none() {
            parameters.push("token: Option<&str>".to_owned());
        }
        let answer = match (&find, &returned) {
            (Some(_), _) => "u64".to_owned(),
            (None, Some((name, _))) => name.clone(),
            (None, None) => "()".to_owned(),
        };
        if !super::is_snake(&pattern.name) {
            code.line("#[expect(non_snake_case, reason = \"named as in the design\")]");
        }
        code.head(
            &format!("pub async fn {}", ident(&pattern.name)),
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
        let name = if transaction {
            format!("{base}_writes")
        } else {
            format!("{base}_write")
        };
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
        code.doc(&format!("The writes of [`Self::{}`].", pattern.name));
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
            pattern.name
        ));
        code.line("///");
        code.line("/// # Errors");
        code.doc("A value that cannot be stored.");
        let mut parameters = vec!["&self".to_owned()];
        parameters.extend(signature.declared());
        let keyword = if reads { "pub async fn" } else { "pub fn" };
        let name = format!("{}_input", pattern.name.trim_end_matches('_'));
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

    /// Makes the writes and sends them, again where what was read has changed.
    #[expect(
        clippy::too_many_arguments,
        reason = "they are what a pattern is made of"
    )]
    fn attempts(
        &self,
        code: &mut Code,
        pattern: &PatternCode,
        write: &WriteCode,
        signature: &Signature,
        reads: bool,
        maker: &str,
        returned: Option<&(String, Vec<String>)>,
    ) {
        let transaction = write.call == "TransactWriteItems";
        let name = quoted(&pattern.name);
        if reads {
            if transaction {
                code.line("let mut token = token;");
            }
            code.open("for _ in 0..ATTEMPTS {");
        }
        let (made, suffix) = self.made(maker, signature, false, reads);
        if transaction {
            code.stmt("let writes = ", &made, &format!("{suffix};"));
            if reads {
                code.open("if writes.is_empty() {");
                code.line(match returned {
                    Some(_) => "break;",
                    None => "return Ok(());",
                });
                code.close("}");
            }
            code.line("let request = transaction(&self.client, &self.table, &writes)?;");
            let token = if reads { "token.take()" } else { "token" };
            code.line(format!(
                "let request = request.set_client_request_token({token}.map(str::to_owned));"
            ));
            let done = call("transact", vec![raw(&name), raw("request"), raw("&writes")]);
            if reads {
                code.stmt("if ", &done, ".await? {");
                code.deeper();
                self.after(code, write, returned, None);
                code.close("}");
                code.close("}");
                self.contended(code, &name);
            } else {
                code.stmt("let done = ", &done, ".await?;");
                let _ = &done;
                code.open("if done {");
                self.after(code, write, returned, None);
                code.close("}");
                self.contended(code, &name);
            }
            return;
        }
        code.stmt("let write = ", &made, &format!("{suffix};"));
        let request = format!(
            "write.clone().{}(&self.client, &self.table)",
            single(&write.call)
        );
        code.stmt("let request = ", &raw(request), ";");
        if returned.is_some() && write.call == "UpdateItem" {
            code.line("let request = request.return_values(aws_sdk_dynamodb::types::ReturnValue::AllNew);");
        }
        if reads && returned.is_none() {
            code.open("let Err(error) = request.send().await else {");
            code.line("return Ok(());");
            code.close("};");
        } else if reads {
            code.open("let error = match request.send().await {");
        } else {
            code.open("match request.send().await {");
        }
        let answer = if returned.is_some() && write.call == "UpdateItem" {
            "answer"
        } else {
            "_"
        };
        if returned.is_none() && !reads {
            code.line("Ok(_) => Ok(()),");
        } else if returned.is_some() {
            code.open(format!("Ok({answer}) => {{"));
            self.after(code, write, returned, Some(answer));
            code.close("}");
        }
        if reads {
            if returned.is_some() {
                code.line("Err(error) => error,");
                code.close("};");
            }
            code.line("let old = refusal(error)?;");
            code.open("if !write.is_stale(old.as_ref()) {");
            code.line(format!("return Err(write.failed({name}, old.as_ref()));"));
            code.close("}");
            code.close("}");
            self.contended(code, &name);
        } else {
            code.open("Err(error) => {");
            code.line("let old = refusal(error)?;");
            code.line(format!("Err(write.failed({name}, old.as_ref()))"));
            code.close("}");
            code.close("}");
        }
    }

    fn contended(&self, code: &mut Code, name: &str) {
        let fields = vec![("pattern".to_owned(), raw(name))];
        code.stmt(
            "",
            &call(
                "Err",
                vec![E::Struct("Error::Contended".to_owned(), fields)],
            ),
            "",
        );
    }

    /// What a write that is done answers with.
    fn after(
        &self,
        code: &mut Code,
        write: &WriteCode,
        returned: Option<&(String, Vec<String>)>,
        answer: Option<&str>,
    ) {
        let reads = write.actions.iter().any(|a| !a.current.is_empty());
        let early = reads || write.call == "TransactWriteItems";
        let (open, close) = if early { ("return ", ";") } else { ("", "") };
        let Some((name, steps)) = returned else {
            code.line(format!("{open}Ok(()){close}"));
            return;
        };
        match answer {
            Some("answer") => {
                code.line("let after = answer.attributes.unwrap_or_default();");
                code.line(format!("{open}{name}::read(&after){close}"));
            }
            Some(_) => code.line(format!("{open}{name}::read(&write.after){close}")),
            None => {
                let step = steps.first().cloned().unwrap_or_default();
                code.line(format!(
                    "let made = writes.iter().find(|(_, write)| write.step == {});",
                    quoted(&step)
                ));
                code.line("let after = made.map(|(_, write)| write.after.clone());");
                code.line(format!(
                    "{open}{name}::read(&after.unwrap_or_default()){close}"
                ));
            }
        }
    }

    /// The struct of what a write answers with, and the steps that it is of.
    fn returned(
        &mut self,
        pattern: &PatternCode,
        write: &WriteCode,
    ) -> Option<(String, Vec<String>)> {
        let actions: Vec<_> = write
            .actions
            .iter()
            .filter(|a| !a.returned.is_empty())
            .collect();
        let action = actions.first()?;
        let entity = self.client.entity(&action.entity)?;
        let name = self
            .types
            .taken
            .give(&format!("{}Returned", pascal(&pattern.name)), "Answer");
        let mut fields = Vec::new();
        let mut values = Vec::new();
        for attribute in &action.returned {
            let Some(field) = entity.field(attribute) else {
                continue;
            };
            let owned = self.types.owned(&field.ty);
            let set = matches!(field.ty, Type::TextSet | Type::NumberSet);
            let own = field_name(attribute);
            fields.push(StructField {
                name: own.clone(),
                ty: if set {
                    owned
                } else {
                    format!("Option<{owned}>")
                },
                doc: format!("The attribute `{attribute}` after the write, if the item has it."),
            });
            let arguments = vec![
                raw("row"),
                raw(quoted(&entity.name)),
                raw(quoted(&field.physical)),
                raw(self.types.reader(&field.ty)),
            ];
            let suffix = if set { "?.unwrap_or_default()" } else { "?" };
            values.push((
                own,
                E::Suffixed(Box::new(call("read", arguments)), suffix.to_owned()),
            ));
        }
        let doc = format!("What [`{}::{}`] answers.", self.name, pattern.name);
        let mut text = structure(&name, &doc, &fields);
        let mut code = Code::new(0);
        code.line("");
        code.open(format!("impl {name} {{"));
        code.head("fn read", &["row: &Row".to_owned()], "Result<Self, Error>");
        code.stmt(
            "",
            &call("Ok", vec![E::Struct("Self".to_owned(), values)]),
            "",
        );
        code.close("}");
        code.close("}");
        text.push_str(&code.text());
        self.parts.push(text);
        Some((name, actions.iter().map(|a| a.step.clone()).collect()))
    }

    /// Finds items, then writes each.
    #[expect(
        clippy::too_many_arguments,
        reason = "they are what a pattern is made of"
    )]
    fn found(
        &self,
        code: &mut Code,
        pattern: &PatternCode,
        write: &WriteCode,
        signature: &Signature,
        request: &Request,
        reads: bool,
        maker: &str,
    ) {
        let Some(step) = &write.find else {
            return;
        };
        self.find_rows(code, pattern, step, request, signature);
        code.line("let mut count = 0;");
        code.open("for row in found {");
        let (made, suffix) = self.made(maker, signature, true, reads);
        let transaction = write.call == "TransactWriteItems";
        let variable = if transaction { "writes" } else { "write" };
        code.open("for attempt in 0..=ATTEMPTS {");
        if reads {
            code.open(format!(
                "let {variable} = match {} {{",
                flat(&made, ".await")
            ));
            code.line(format!("Ok(Some({variable})) => {variable},"));
            code.line("Ok(None) | Err(Error::ConditionFailed(_)) => break,");
            code.line("Err(error) => return Err(error),");
            code.close("};");
        } else {
            code.stmt(
                &format!("let Some({variable}) = "),
                &made,
                &format!("{suffix} else {{"),
            );
            code.line("    break;");
            code.line("};");
        }
        let name = quoted(&pattern.name);
        code.open("if attempt == ATTEMPTS {");
        let fields = vec![("pattern".to_owned(), raw(&name))];
        code.stmt(
            "return ",
            &call(
                "Err",
                vec![E::Struct("Error::Contended".to_owned(), fields)],
            ),
            ";",
        );
        code.close("}");
        if transaction {
            code.open("if writes.is_empty() {");
            code.line("break;");
            code.close("}");
            code.line("let request = transaction(&self.client, &self.table, &writes)?;");
            code.open(format!("match transact({name}, request, &writes).await {{"));
            code.open("Ok(true) => {");
            code.line("count += 1;");
            code.line("break;");
            code.close("}");
            code.line("Ok(false) => {}");
            code.line("Err(Error::ConditionFailed(_)) => break,");
            code.line("Err(error) => return Err(error),");
            code.close("}");
        } else {
            code.line(format!(
                "let request = write.clone().{}(&self.client, &self.table);",
                single(&write.call)
            ));
            code.open("let Err(error) = request.send().await else {");
            code.line("count += 1;");
            code.line("break;");
            code.close("};");
            code.line("let old = refusal(error)?;");
            code.open("if !write.is_stale(old.as_ref()) {");
            code.line("break;");
            code.close("}");
        }
        code.close("}");
        code.close("}");
        code.line("Ok(count)");
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

fn flat(of: &E, suffix: &str) -> String {
    let mut code = Code::new(0);
    code.stmt("", of, suffix);
    code.text().trim_end().to_owned()
}
