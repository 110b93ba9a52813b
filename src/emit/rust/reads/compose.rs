//! Answers out of rows.
//!
//! Promises: every row that was read is in the answer, or the answer is an error.

use super::Answer;
use crate::emit::client::{ReadCode, Shape};
use crate::emit::rust::Module;
use crate::emit::rust::layout::{Code, E, call, raw};
use crate::emit::rust::types::quoted;

impl Module<'_> {
    /// The answer of rows.
    pub(super) fn compose(
        &self,
        code: &mut Code,
        read: &ReadCode,
        answer: &Answer,
        rows: &str,
        next: Option<&str>,
    ) {
        let first = answer
            .rows
            .first()
            .map(|(_, ty, _)| ty.clone())
            .unwrap_or_default();
        let reader = match (read.shape, &answer.made) {
            (Shape::Merged, Some(name)) => name.clone(),
            _ => first,
        };
        let simple = answer.followed.is_empty();
        match (read.shape, simple) {
            (Shape::One, true) if read.batch.is_some() => {
                code.line(format!("{rows}.iter().map({reader}::read).collect()"));
            }
            (Shape::One, true) => {
                code.line(format!("{rows}.first().map({reader}::read).transpose()"));
            }
            (Shape::Many | Shape::Merged, true) => {
                code.line(format!(
                    "let items: Result<_, Error> = {rows}.iter().map({reader}::read).collect();"
                ));
                let fields = vec![
                    ("items".to_owned(), raw("items?")),
                    ("cursor".to_owned(), raw(next.unwrap_or("None"))),
                ];
                code.stmt(
                    "",
                    &call("Ok", vec![E::Struct("Page".to_owned(), fields)]),
                    "",
                );
            }
            _ => {
                let name = &answer.returns;
                let one = read.shape == Shape::One && read.batch.is_none();
                if one {
                    code.line(format!(
                        "let item = {rows}.first().map({reader}::read).transpose()?;"
                    ));
                    code.open(format!("let mut answer = {name} {{"));
                    code.line("item,");
                    code.line(format!("..{name}::default()"));
                    code.close("};");
                } else {
                    code.line(format!("let mut answer = {name}::default();"));
                }
                match read.shape {
                    Shape::Aggregate => self.sort_out(code, answer, rows),
                    _ if one => {}
                    _ => {
                        code.open(format!("for row in &{rows} {{"));
                        code.line(format!("answer.items.push({reader}::read(row)?);"));
                        code.close("}");
                    }
                }
                self.sort_followed(code, answer);
                if let Some(next) = next {
                    code.line(format!("answer.cursor = {next};"));
                }
                code.line("Ok(answer)");
            }
        }
    }

    pub(super) fn sort_out(&self, code: &mut Code, answer: &Answer, rows: &str) {
        let attribute = self.discriminator_of(&answer.rows);
        code.open(format!("for row in {rows} {{"));
        code.open(format!("match kind(&row, {}) {{", quoted(&attribute)));
        for (row, ty, field) in &answer.rows {
            code.open(format!(
                "Some({}) => {{",
                quoted(&self.value_of(&row.entity))
            ));
            if row.single {
                code.line(format!("answer.{field} = Some({ty}::read(&row)?);"));
            } else {
                code.line(format!("answer.{field}.push({ty}::read(&row)?);"));
            }
            code.close("}");
        }
        code.line("_ => answer.unknown.push(row),");
        code.close("}");
        code.close("}");
    }

    pub(super) fn sort_followed(&self, code: &mut Code, answer: &Answer) {
        if answer.followed.is_empty() {
            return;
        }
        if let [(_, ty, field)] = answer.followed.as_slice() {
            code.open("for row in one_each(followed) {");
            code.line(format!("answer.{field}.push({ty}::read(&row)?);"));
            code.close("}");
            return;
        }
        let attribute = self.discriminator_of(&answer.followed);
        code.open("for row in one_each(followed) {");
        code.open(format!("match kind(&row, {}) {{", quoted(&attribute)));
        for (row, ty, field) in &answer.followed {
            code.open(format!(
                "Some({}) => {{",
                quoted(&self.value_of(&row.entity))
            ));
            code.line(format!("answer.{field}.push({ty}::read(&row)?);"));
            code.close("}");
        }
        code.open("_ => {");
        let fields = vec![
            ("entity".to_owned(), raw("\"an item that is referred to\"")),
            ("attribute".to_owned(), raw(quoted(&attribute))),
        ];
        code.stmt(
            "return ",
            &call("Err", vec![E::Struct("Error::Decode".to_owned(), fields)]),
            ";",
        );
        code.close("}");
        code.close("}");
        code.close("}");
    }
}
