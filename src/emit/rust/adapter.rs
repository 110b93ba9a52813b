//! The adapter by which a run of `verify` calls a generated client: it reads questions and writes answers, by the protocol
//! of `verify::external`.
//!
//! Promises: it uses what the module gives to everybody and nothing else, so whatever it can say, users can.

use super::Module;
use super::layout::{Code, E, call, raw};
use super::signature::{One, Signature};
use super::types::quoted;
use crate::emit::client::{
    ActionCode, Body, PatternCode, ReadCode, RowField, Shape, Type, WriteCode,
};

/// What is the same for every design.
const SAME: &str = include_str!("../../../templates/rust/adapter.rs");

impl Module<'_> {
    /// The adapter of a module of this name.
    pub(super) fn adapter(&self, module: &str) -> String {
        let mut code = Code::new(0);
        code.line(format!("type Table = super::{module}::{};", self.name));
        code.line("");
        code.line("/// Answers one call.");
        code.head(
            "async fn answer",
            &["table: &Table".to_owned(), "call: &Json".to_owned()],
            "Result<Json, Wrong>",
        );
        code.open("match call[\"pattern\"].as_str().unwrap_or_default() {");
        for pattern in &self.client.patterns {
            code.open(format!("{} => {{", quoted(&pattern.name)));
            let Some(signature) = self.signatures.get(&pattern.name) else {
                continue;
            };
            match &pattern.body {
                Body::Read(read) => self.asks_read(&mut code, module, pattern, read, signature),
                Body::Write(write) => self.asks_write(&mut code, module, pattern, write, signature),
            }
            code.close("}");
        }
        code.line("other => Err(Wrong::Error(format!(\"no pattern `{other}`\"))),");
        code.close("}");
        code.close("}");
        code.line("");
        code.line("/// The table, at the time of a call.");
        let clock = self.methods.iter().any(|m| m.contains("(self.clock)()"));
        let parameters = [
            "client: &aws_sdk_dynamodb::Client".to_owned(),
            format!("{}: &Json", if clock { "call" } else { "_call" }),
        ];
        code.head("fn table", &parameters, "Table");
        code.line("let table = Table::new(client.clone());");
        if clock {
            code.line("let now = call[\"now\"].as_i64().unwrap_or_default();");
            code.line(format!(
                "let now = super::{module}::Timestamp::from_millis(now);"
            ));
            code.line("table.with_clock(move || now.expect(\"a time of the run\"))");
        } else {
            code.line("table");
        }
        code.close("}");
        let text = code.text();
        let same = super::support::shaken(SAME, &text).replace("MODULE", module);
        format!("{same}\n{text}")
    }

    fn typed(&self, module: &str, ty: &Type) -> String {
        let owned = self.types.owned(ty);
        match ty {
            Type::Text(_) | Type::Enumeration(_) if owned == "String" => "to_text".to_owned(),
            Type::Text(_) => format!("|v| Ok(super::{module}::{owned}::new(to_text(v)?))"),
            Type::Enumeration(_) | Type::Date | Type::Month => "to_parsed".to_owned(),
            Type::Timestamp => "to_time".to_owned(),
            Type::Epoch | Type::Integer { .. } => "to_integer".to_owned(),
            Type::Decimal => "to_decimal".to_owned(),
            Type::Boolean => "to_boolean".to_owned(),
            Type::Bytes => "to_bytes".to_owned(),
            Type::List => "to_list".to_owned(),
            Type::Map => "to_map".to_owned(),
            Type::TextSet => "to_texts".to_owned(),
            Type::NumberSet => "to_numbers".to_owned(),
        }
    }

    /// The value of a parameter in `set`.
    fn value(&self, module: &str, of: &One) -> E {
        let function = if of.optional { "maybe" } else { "given" };
        let arguments = vec![
            raw("set"),
            raw(quoted(&of.name)),
            raw(self.typed(module, &of.ty)),
        ];
        E::Suffixed(Box::new(call(function, arguments)), "?".to_owned())
    }

    /// What the caller gives, as `input` or as variables; what is passed then.
    fn input(&self, code: &mut Code, module: &str, signature: &Signature) -> Vec<E> {
        if let Some(name) = &signature.input {
            let mut fields: Vec<(String, E)> = signature
                .single
                .iter()
                .map(|o| (o.variable.clone(), self.value(module, o)))
                .collect();
            for list in &signature.lists {
                let variable = of_call(&list.field);
                code.line(format!("let mut {variable} = Vec::new();"));
                code.open(format!(
                    "for set in sets(&call[\"lists\"][{}]) {{",
                    quoted(&list.name)
                ));
                let inner = list
                    .values
                    .iter()
                    .map(|o| (o.variable.clone(), self.value(module, o)))
                    .collect();
                let made = E::Struct(format!("super::{module}::{}", list.structure), inner);
                code.stmt(&format!("{variable}.push("), &made, ");");
                code.close("}");
                fields.push((list.field.clone(), raw(variable)));
            }
            let made = E::Struct(format!("super::{module}::{name}"), fields);
            code.stmt("let input = ", &made, ";");
            return vec![raw("&input")];
        }
        let mut passed = Vec::new();
        for one in &signature.single {
            let variable = of_call(&one.variable);
            code.stmt(
                &format!("let {variable}: {} = ", self.qualified(module, &one.ty)),
                &self.value(module, one),
                ";",
            );
            let by = if self.types.copies(&one.ty) { "" } else { "&" };
            passed.push(raw(format!("{by}{variable}")));
        }
        passed
    }

    fn qualified(&self, module: &str, ty: &Type) -> String {
        let owned = self.types.owned(ty);
        match ty {
            Type::Text(_) | Type::Enumeration(_) if owned == "String" => owned,
            Type::Text(_)
            | Type::Enumeration(_)
            | Type::Date
            | Type::Month
            | Type::Timestamp
            | Type::Decimal => {
                format!("super::{module}::{owned}")
            }
            Type::NumberSet => format!("BTreeSet<super::{module}::Decimal>"),
            Type::Map => "HashMap<String, AttributeValue>".to_owned(),
            _ => owned,
        }
    }

    fn asks_read(
        &self,
        code: &mut Code,
        module: &str,
        pattern: &PatternCode,
        read: &ReadCode,
        signature: &Signature,
    ) {
        let name = super::names::ident(self.function(pattern));
        if read.batch.is_some() {
            code.line("let mut asked = Vec::new();");
            code.open("for set in all_sets(call) {");
            self.input(code, module, signature);
            code.line("asked.push(input);");
            code.close("}");
            code.line(format!("let found = table.{name}(&asked).await?;"));
        } else {
            code.line("let set = &call[\"values\"];");
            let mut passed = self.input(code, module, signature);
            if matches!(read.shape, Shape::Many | Shape::Aggregate | Shape::Merged) {
                code.line("let cursor = cursor_of(call);");
                passed.push(raw("cursor.as_ref()"));
            }
            code.stmt(
                "let found = ",
                &call(format!("table.{name}"), passed),
                ".await?;",
            );
        }
        let Some(answer) = self.answers.get(&pattern.name) else {
            return;
        };
        if read.shape == Shape::Count {
            code.line("Ok(json!({ \"count\": found }))");
            return;
        }
        code.line("let mut items = Vec::new();");
        code.line("let mut followed = Vec::new();");
        let simple = answer.followed.is_empty();
        let first = answer.rows.first();
        let row =
            |code: &mut Code, list: &str, of: &(crate::emit::client::RowCode, String, String)| {
                let (row, _, _) = of;
                let mut inner = Code::new(code.indent());
                inner.line("let mut of = serde_json::Map::new();");
                for field in &row.fields {
                    self.show(&mut inner, &row.entity, field, row.whole);
                }
                inner.line(format!(
                    "{list}.push(json!({{ \"entity\": {}, \"attributes\": of }}));",
                    quoted(&row.entity)
                ));
                code.append(&inner.text());
            };
        let each = |code: &mut Code,
                    from: &str,
                    list: &str,
                    of: &(crate::emit::client::RowCode, String, String)| {
            code.open(format!("for row in {from} {{"));
            row(code, list, of);
            code.close("}");
        };
        match (read.shape, first) {
            (Shape::One, Some(first)) => {
                let from = match (simple, read.batch.is_some()) {
                    (true, _) => "&found",
                    (false, false) => "&found.item",
                    (false, true) => "&found.items",
                };
                each(code, from, "items", first);
            }
            (Shape::Many, Some(first)) => each(code, "&found.items", "items", first),
            (Shape::Merged, _) => {
                let name = answer.made.clone().unwrap_or_default();
                code.open("for one in &found.items {");
                code.line("#[expect(clippy::match_wildcard_for_single_variants, reason = \"there may be more\")]");
                code.open("match one {");
                for of in &answer.rows {
                    let variant = self.types.entity(&of.0.entity);
                    code.open(format!("super::{module}::{name}::{variant}(row) => {{"));
                    row(code, "items", of);
                    code.close("}");
                }
                code.line("other => return Err(Wrong::Error(format!(\"{other:?}\"))),");
                code.close("}");
                code.close("}");
            }
            _ => {
                for of in &answer.rows {
                    each(code, &format!("&found.{}", of.2), "items", of);
                }
                code.open("if !found.unknown.is_empty() {");
                code.line("return Err(Wrong::Error(format!(\"unknown: {:?}\", found.unknown)));");
                code.close("}");
            }
        }
        for of in &answer.followed {
            each(code, &format!("&found.{}", of.2), "followed", of);
        }
        let cursor = if matches!(read.shape, Shape::One) {
            "None"
        } else {
            "found.cursor.as_ref()"
        };
        code.line(format!(
            "Ok(page(items, followed, {cursor}.map(super::{module}::Cursor::as_str)))"
        ));
    }

    /// Adds an attribute of `row` to `of`.
    fn show(&self, code: &mut Code, entity: &str, field: &RowField, whole: bool) {
        let name = super::types::field_name(&field.attribute);
        let required = if whole {
            self.client
                .entity(entity)
                .and_then(|e| e.field(&field.attribute))
                .is_some_and(|f| !f.optional)
        } else {
            field.required
        };
        self.show_value(code, &field.attribute, &name, &field.ty, required);
    }

    fn show_value(&self, code: &mut Code, attribute: &str, name: &str, ty: &Type, required: bool) {
        let told = match ty {
            Type::Text(_) | Type::Enumeration(_) | Type::Date | Type::Month => {
                if self.types.owned(ty) == "String" {
                    "json!({ \"text\": v })"
                } else {
                    "json!({ \"text\": v.as_str() })"
                }
            }
            Type::Timestamp => "json!({ \"instant\": v.to_string() })",
            Type::Epoch | Type::Integer { .. } => "json!({ \"int\": v.to_string() })",
            Type::Decimal => "json!({ \"dec\": v.to_string() })",
            Type::Boolean => "json!({ \"bool\": v })",
            Type::Bytes => "of_bytes(v)",
            Type::List => "of_list(v)",
            Type::Map => "of_map(v)",
            Type::TextSet => "of_texts(v)",
            Type::NumberSet => "of_numbers(v)",
        };
        let key = quoted(attribute);
        if ty.is_set() {
            code.open(format!("if !row.{name}.is_empty() {{"));
            code.line(format!("let v = &row.{name};"));
        } else if required {
            code.open("{");
            code.line(format!("let v = &row.{name};"));
        } else {
            code.open(format!("if let Some(v) = &row.{name} {{"));
        }
        code.line(format!("of.insert({key}.to_owned(), {told});"));
        code.close("}");
    }

    fn asks_write(
        &self,
        code: &mut Code,
        module: &str,
        pattern: &PatternCode,
        write: &WriteCode,
        signature: &Signature,
    ) {
        let name = super::names::ident(self.function(pattern));
        code.line("let set = &call[\"values\"];");
        let mut passed = self.input(code, module, signature);
        if signature.single.is_empty() && signature.lists.is_empty() {
            code.line("let _ = set;");
        }
        let find = write.find.is_some();
        if write.call == "TransactWriteItems" && !find {
            passed.push(raw("None"));
        }
        let returned = self.returned.get(&pattern.name).filter(|_| !find);
        let result = if find {
            "count"
        } else if returned.is_some() {
            "answer"
        } else {
            "()"
        };
        code.stmt(
            &format!("let {result} = "),
            &call(format!("table.{name}"), passed),
            ".await?;",
        );
        let Some(returned) = returned else {
            let number = if find { "count" } else { "null" };
            code.line(format!(
                "Ok(json!({{ \"returned\": [], \"number\": {number} }}))"
            ));
            return;
        };
        code.line("let mut told = Vec::new();");
        let actions = write.actions.iter().filter(|a| !a.returned.is_empty());
        for (one, action) in returned.steps.iter().zip(actions) {
            code.open(match (returned.alone(), one.many) {
                (true, _) => "for row in [&answer] {".to_owned(),
                (false, false) => format!("for row in [&answer.{}] {{", one.field),
                (false, true) => format!("for row in &answer.{} {{", one.field),
            });
            self.tell(code, action);
            code.close("}");
        }
        code.line("Ok(json!({ \"returned\": told, \"number\": null }))");
    }

    /// Adds what a step answers with, which is `row`, to `told`.
    fn tell(&self, code: &mut Code, action: &ActionCode) {
        code.line("let mut of = serde_json::Map::new();");
        if let Some(entity) = self.client.entity(&action.entity) {
            for attribute in &action.returned {
                if let Some(field) = entity.field(attribute) {
                    let name = super::types::field_name(attribute);
                    self.show_value(code, attribute, &name, &field.ty, false);
                }
            }
        }
        code.line(format!(
            "told.push(json!({{ \"entity\": {}, \"attributes\": of }}));",
            quoted(&action.entity)
        ));
    }
}

/// A variable of the adapter: no function of it has such a name.
fn of_call(variable: &str) -> String {
    format!("{}_given", variable.trim_start_matches("r#"))
}
