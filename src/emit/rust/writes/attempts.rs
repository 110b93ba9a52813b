//! Sending the writes of a pattern.
//!
//! Promises: a write begins again only where what was read before it has changed, and not forever.

use super::returned::{Returned, ReturnedStep};
use super::single;
use crate::emit::client::{PatternCode, WriteCode};
use crate::emit::rust::Module;
use crate::emit::rust::layout::{Code, E, WIDTH, call, raw};
use crate::emit::rust::signature::Signature;
use crate::emit::rust::types::quoted;

impl Module<'_> {
    /// Makes the writes and sends them, again where what was read has changed.
    #[expect(
        clippy::too_many_arguments,
        reason = "they are what a pattern is made of"
    )]
    pub(super) fn attempts(
        &self,
        code: &mut Code,
        pattern: &PatternCode,
        write: &WriteCode,
        signature: &Signature,
        reads: bool,
        maker: &str,
        returned: Option<&Returned>,
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
        } else if let Some(returned) = returned.filter(|_| answer == "_" && !reads) {
            let read = format!("{}::read(&write.after)", returned.name);
            // An arm that does not fit on its line stands in braces.
            if code.indent() + "Ok(_) => ,".len() + read.len() <= WIDTH {
                code.line(format!("Ok(_) => {read},"));
            } else {
                code.open("Ok(_) => {");
                code.line(read);
                code.close("}");
            }
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

    pub(super) fn contended(&self, code: &mut Code, name: &str) {
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
    pub(super) fn after(
        &self,
        code: &mut Code,
        write: &WriteCode,
        returned: Option<&Returned>,
        answer: Option<&str>,
    ) {
        let reads = write.actions.iter().any(|a| !a.current.is_empty());
        let early = reads || write.call == "TransactWriteItems";
        let (open, close) = if early { ("return ", ";") } else { ("", "") };
        let Some(returned) = returned else {
            code.line(format!("{open}Ok(()){close}"));
            return;
        };
        let name = &returned.name;
        match answer {
            Some("answer") => {
                code.line("let after = answer.attributes.unwrap_or_default();");
                code.line(format!("{open}{name}::read(&after){close}"));
            }
            Some(_) => code.line(format!("{open}{name}::read(&write.after){close}")),
            None => {
                let made = self.after_steps(returned);
                code.stmt(open, &made, close);
            }
        }
    }

    /// What the steps of a transaction answer with.
    fn after_steps(&self, returned: &Returned) -> E {
        let of = |one: &ReturnedStep| {
            let function = if one.many { "after_each" } else { "after_of" };
            let arguments = vec![
                raw("&writes"),
                raw(quoted(&one.step)),
                raw(format!("{}::read", one.ty)),
            ];
            call(function, arguments)
        };
        match returned.steps.as_slice() {
            [one] if returned.alone() => of(one),
            steps => {
                let field = |one: &ReturnedStep| {
                    let value = E::Suffixed(Box::new(of(one)), "?".to_owned());
                    (one.field.clone(), value)
                };
                let fields = steps.iter().map(field).collect();
                call("Ok", vec![E::Struct(returned.name.clone(), fields)])
            }
        }
    }
}
