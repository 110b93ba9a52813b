//! The code that makes an answer of rows.

use super::OneRead;
use crate::emit::client::{RowCode, Shape};
use crate::emit::typescript::code::Code;
use crate::emit::typescript::entities;
use crate::emit::typescript::values::literal;

impl OneRead<'_> {
    /// The answer of the rows.
    pub(super) fn answered(&self, code: &mut Code) {
        let first = self.rows.first().map_or("", |(_, ty)| ty.as_str());
        let shape = self.read.shape;
        let many = matches!(shape, Shape::Aggregate | Shape::Merged);
        if many {
            self.sorted_out(code);
        }
        if shape == Shape::One && self.read.batch.is_none() {
            code.open("if (rows.length > 1) {");
            code.line("throw new Unexpected(\"more than one item\");");
            code.close("}");
            code.line("const [row] = rows;");
        }
        if !self.followed.is_empty() {
            self.followed_out(code);
        }
        if shape == Shape::One && self.read.batch.is_none() && self.followed.is_empty() {
            code.line(format!("return maybe(row, rowOf{first});"));
            return;
        }
        code.open("return {");
        match shape {
            Shape::One if self.read.batch.is_none() => {
                code.line(format!("item: maybe(row, rowOf{first}),"));
            }
            Shape::Merged => code.line("items,"),
            Shape::Aggregate => {
                for (of, (name, _)) in self.read.rows.iter().zip(&self.rows) {
                    if of.single {
                        code.line(format!("{name}: made.{name}[0],"));
                    } else {
                        code.line(format!("{name}: made.{name},"));
                    }
                }
            }
            _ => code.line(format!("items: rows.map(rowOf{first}),")),
        }
        if many {
            code.line("unknown,");
        }
        if !self.followed.is_empty() {
            code.line("followed: led,");
        }
        if self.paged() {
            code.line("cursor,");
        }
        code.close("};");
    }

    /// Rows by the entity that they say they are of.
    pub(super) fn sorted_out(&self, code: &mut Code) {
        let merged = self.read.shape == Shape::Merged;
        if merged {
            code.line(format!("const items: {}[] = [];", self.merged));
        } else {
            code.open("const made = {");
            for (name, ty) in &self.rows {
                code.line(format!("{name}: [] as {ty}[],"));
            }
            code.close("};");
        }
        code.line("const unknown: Item[] = [];");
        self.switch(
            code,
            "rows",
            &self.read.rows,
            &self.rows,
            merged,
            "unknown.push(row);",
        );
    }

    pub(super) fn followed_out(&self, code: &mut Code) {
        code.open("const led = {");
        for (name, ty) in &self.followed {
            code.line(format!("{name}: [] as {ty}[],"));
        }
        code.close("};");
        let lost = "throw new Unexpected(\"a reference to something else\");";
        self.switch(
            code,
            "followed",
            &self.read.followed,
            &self.followed,
            false,
            lost,
        );
    }

    pub(super) fn switch(
        &self,
        code: &mut Code,
        list: &str,
        of: &[RowCode],
        rows: &[(String, String)],
        merged: bool,
        otherwise: &str,
    ) {
        let to = if list == "followed" { "led" } else { "made" };
        let Some(discriminator) = entities::discriminator(of, &self.client.entities) else {
            return;
        };
        code.open(format!("for (const row of {list}) {{"));
        if let ([(name, ty)], false) = (rows, merged) {
            code.line(format!("{to}.{name}.push(rowOf{ty}(row));"));
            code.close("}");
            return;
        }
        code.open(format!("switch (row[{}]?.S) {{", literal(discriminator)));
        for (row, (name, ty)) in of.iter().zip(rows) {
            let entity = self.client.entity(&row.entity);
            let value = entity
                .and_then(|e| e.item())
                .map_or(row.entity.as_str(), |k| k.discriminator.value.as_str());
            code.open(format!("case {}:", literal(value)));
            if merged {
                code.line(format!(
                    "items.push({{ entity: {}, row: rowOf{ty}(row) }});",
                    literal(&row.entity)
                ));
            } else {
                code.line(format!("{to}.{name}.push(rowOf{ty}(row));"));
            }
            code.line("break;");
            code.level_down();
        }
        code.open("default:");
        code.line(otherwise);
        code.level_down();
        code.close("}");
        code.close("}");
    }
}
