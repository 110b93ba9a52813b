//! Writes of all items that a request finds.
//!
//! Promises: an item that is no longer as it was found is looked at again; one that is not to be written is passed by.

use super::single;
use crate::emit::client::{PatternCode, WriteCode};
use crate::emit::rust::Module;
use crate::emit::rust::layout::{Code, E, call, raw};
use crate::emit::rust::requests::Request;
use crate::emit::rust::signature::Signature;
use crate::emit::rust::types::quoted;

impl Module<'_> {
    /// Finds items, then writes each.
    #[expect(
        clippy::too_many_arguments,
        reason = "they are what a pattern is made of"
    )]
    pub(super) fn found(
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

fn flat(of: &E, suffix: &str) -> String {
    let mut code = Code::new(0);
    code.stmt("", of, suffix);
    code.text().trim_end().to_owned()
}
