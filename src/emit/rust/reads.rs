//! Reading patterns: the functions that ask and answer.
//!
//! Promises: a page is one page of the first step that runs, and what the later ones make of it.

use super::Module;
use super::docs;
use super::entities::{StructField, structure};
use super::layout::{Code, E, call, raw};
use super::names::{Taken, ident, many, pascal, snake};
use super::requests::Request;
use super::signature::Signature;
use super::types::quoted;
use crate::emit::client::{Call, PatternCode, ReadCode, RowCode, Shape, StepCode};
use crate::plan::When;

/// What a read answers with.
pub(super) struct Answer {
    /// The type.
    pub(super) returns: String,
    /// The types of rows by entity, with the fields that hold them.
    pub(super) rows: Vec<(RowCode, String, String)>,
    pub(super) followed: Vec<(RowCode, String, String)>,
    /// The struct or enum that is made for it, if any.
    pub(super) made: Option<String>,
}

impl Module<'_> {
    /// A reading pattern.
    pub(super) fn reading(&mut self, pattern: &PatternCode, read: &ReadCode) {
        let signature = self.signature(pattern, read.batch.is_some());
        let requests: Vec<Request> = read
            .steps
            .iter()
            .enumerate()
            .map(|(number, step)| self.request(pattern, &signature, step, number))
            .collect();
        let answer = self.answer(pattern, read);
        let mut code = Code::new(4);
        self.pattern_doc(&mut code, pattern, &read.steps, &[]);
        let list = matches!(read.shape, Shape::Many | Shape::Aggregate | Shape::Merged);
        let mut parameters = vec!["&self".to_owned()];
        if read.batch.is_some() {
            let input = signature.input.clone().unwrap_or_default();
            parameters.push(format!("sets: &[{input}]"));
        } else {
            parameters.extend(signature.declared());
        }
        if list {
            parameters.push("cursor: Option<&Cursor>".to_owned());
        }
        let returns = format!("Result<{}, Error>", answer.returns);
        if !super::is_snake(&pattern.name) {
            code.line("#[expect(non_snake_case, reason = \"named as in the design\")]");
        }
        code.head(
            &format!("pub async fn {}", ident(&pattern.name)),
            &parameters,
            &returns,
        );
        match read.shape {
            Shape::Count => self.count(&mut code, pattern, read, &requests, &signature),
            _ if read.batch.is_some() => {
                self.batch(&mut code, pattern, read, &requests, &signature, &answer);
            }
            _ => self.page(&mut code, pattern, read, &requests, &signature, &answer),
        }
        code.close("}");
        self.methods.push(code.text());
        if list {
            self.pager(pattern, &signature, &answer.returns);
        }
        self.answers.insert(pattern.name.clone(), answer);
        self.signatures.insert(pattern.name.clone(), signature);
    }

    /// The types of an answer.
    fn answer(&mut self, pattern: &PatternCode, read: &ReadCode) -> Answer {
        let alone = read.rows.len() == 1;
        let base = pascal(&pattern.name);
        let mut names = Taken::default();
        for reserved in ["cursor", "unknown", "item", "items"] {
            names.give(reserved, "");
        }
        let mut typed = |module: &mut Self, rows: &[RowCode], alone: bool, single: bool| {
            let mut all = Vec::new();
            for row in rows {
                let ty = module.row_type(&pattern.name, row, alone);
                let field = snake(&row.entity);
                let one = single && row.single;
                let field = ident(&names.give(&if one { field } else { many(&field) }, "_"));
                all.push((row.clone(), ty, field));
            }
            all
        };
        let rows = if read.shape == Shape::Count {
            Vec::new()
        } else {
            typed(self, &read.rows, alone, read.shape == Shape::Aggregate)
        };
        let followed = typed(self, &read.followed, false, false);
        let first = rows
            .first()
            .map(|(_, ty, _)| ty.clone())
            .unwrap_or_default();
        let mut made = None;
        let returns = match (read.shape, followed.is_empty()) {
            (Shape::Count, _) => "u64".to_owned(),
            (Shape::One, true) if read.batch.is_some() => format!("Vec<{first}>"),
            (Shape::One, true) => format!("Option<{first}>"),
            (Shape::Many, true) => format!("Page<{first}>"),
            (Shape::Merged, true) => {
                let name = self.types.taken.give(&format!("{base}Item"), "Row");
                self.merged_enum(pattern, &name, &rows);
                made = Some(name.clone());
                format!("Page<{name}>")
            }
            (shape, _) => {
                let mut fields = Vec::new();
                let mut merged = String::new();
                if shape == Shape::Merged {
                    merged = self.types.taken.give(&format!("{base}Item"), "Row");
                    self.merged_enum(pattern, &merged, &rows);
                }
                match shape {
                    Shape::Aggregate => {
                        for (row, ty, field) in &rows {
                            let (ty, doc) = if row.single {
                                (
                                    format!("Option<{ty}>"),
                                    format!("The item of `{}`.", row.entity),
                                )
                            } else {
                                (
                                    format!("Vec<{ty}>"),
                                    format!("The items of `{}`.", row.entity),
                                )
                            };
                            fields.push(StructField {
                                name: field.clone(),
                                ty,
                                doc,
                            });
                        }
                        fields.push(StructField {
                            name: "unknown".to_owned(),
                            ty: "Vec<Row>".to_owned(),
                            doc: "Rows that are of none of these.".to_owned(),
                        });
                    }
                    Shape::One if read.batch.is_none() => fields.push(StructField {
                        name: "item".to_owned(),
                        ty: format!("Option<{first}>"),
                        doc: "The item.".to_owned(),
                    }),
                    _ => fields.push(StructField {
                        name: "items".to_owned(),
                        ty: format!(
                            "Vec<{}>",
                            if shape == Shape::Merged {
                                &merged
                            } else {
                                &first
                            }
                        ),
                        doc: "The items, in their order.".to_owned(),
                    }),
                }
                for (row, ty, field) in &followed {
                    fields.push(StructField {
                        name: field.clone(),
                        ty: format!("Vec<{ty}>"),
                        doc: format!("The items of `{}` that the others refer to.", row.entity),
                    });
                }
                if shape != Shape::One {
                    fields.push(StructField {
                        name: "cursor".to_owned(),
                        ty: "Option<Cursor>".to_owned(),
                        doc: "Where the next page begins; nothing after the last one.".to_owned(),
                    });
                }
                let suffix = if shape == Shape::One { "Found" } else { "Page" };
                let name = self.types.taken.give(&format!("{base}{suffix}"), "Answer");
                let doc = format!("What [`{}::{}`] answers.", self.name, pattern.name);
                let text = structure(&name, &doc, &fields);
                let text = text.replace("PartialEq)]", "Default, PartialEq)]");
                self.parts.push(text);
                made = Some(if merged.is_empty() {
                    name.clone()
                } else {
                    merged
                });
                name
            }
        };
        Answer {
            returns,
            rows,
            followed,
            made,
        }
    }

    fn merged_enum(
        &mut self,
        pattern: &PatternCode,
        name: &str,
        rows: &[(RowCode, String, String)],
    ) {
        let mut code = Code::new(0);
        code.doc(&format!("An item of [`{}::{}`].", self.name, pattern.name));
        code.line("#[derive(Clone, Debug, PartialEq)]");
        code.line("#[non_exhaustive]");
        code.open(format!("pub enum {name} {{"));
        for (row, ty, _) in rows {
            code.doc(&format!("Of `{}`.", row.entity));
            code.line(format!("{}(Box<{ty}>),", self.types.entity(&row.entity)));
        }
        code.doc("A row that is of none of these.");
        code.line("Unknown(Row),");
        code.close("}");
        code.line("");
        code.open(format!("impl {name} {{"));
        code.head("fn read", &["row: &Row".to_owned()], "Result<Self, Error>");
        self.match_kind(&mut code, rows, "Ok(match", "})", |module, row, ty| {
            format!(
                "Self::{}(Box::new({ty}::read(row)?))",
                module.types.entity(&row.entity)
            )
        });
        code.close("}");
        code.close("}");
        self.parts.push(code.text());
    }

    /// A `match` on what a row says that it is.
    fn match_kind(
        &self,
        code: &mut Code,
        rows: &[(RowCode, String, String)],
        open: &str,
        close: &str,
        of: impl Fn(&Self, &RowCode, &str) -> String,
    ) {
        let attribute = self.discriminator_of(rows);
        code.open(format!("{open} kind(row, {}) {{", quoted(&attribute)));
        for (row, ty, _) in rows {
            let value = self.value_of(&row.entity);
            code.stmt(
                &format!("Some({}) => ", quoted(&value)),
                &raw(of(self, row, ty)),
                ",",
            );
        }
        code.line("_ => Self::Unknown(row.clone()),");
        code.close(close);
    }

    fn discriminator_of(&self, rows: &[(RowCode, String, String)]) -> String {
        let mut kinds = rows
            .iter()
            .filter_map(|(row, _, _)| self.client.entity(&row.entity)?.item());
        kinds
            .next()
            .map_or_else(|| "_type".to_owned(), |k| k.discriminator.attribute.clone())
    }

    fn value_of(&self, entity: &str) -> String {
        let kind = self.client.entity(entity).and_then(|e| e.item());
        kind.map_or_else(|| entity.to_owned(), |k| k.discriminator.value.clone())
    }

    /// What the pages of a step are made by.
    fn walk(&self, pattern: &PatternCode, read: &ReadCode, step: &StepCode) -> E {
        let keys = step.key_names.iter().map(|n| raw(quoted(n))).collect();
        let limit = step
            .limit
            .map_or_else(|| "None".to_owned(), |n| format!("Some({n})"));
        let most = match read.limit.as_ref().filter(|_| step.returns == "items") {
            None => raw("None"),
            Some(limit) => {
                let of = match &limit.entity {
                    Some(entity) if read.rows.len() > 1 => {
                        let kind = self.client.entity(entity).and_then(|e| e.item());
                        let attribute =
                            kind.map_or("_type", |k| k.discriminator.attribute.as_str());
                        format!(
                            "Some(({}, {}))",
                            quoted(attribute),
                            quoted(&self.value_of(entity))
                        )
                    }
                    _ => "None".to_owned(),
                };
                raw(format!("Some(({}, {of}))", limit.count))
            }
        };
        let merge = step
            .merge
            .iter()
            .map(|m| {
                let mut names: Vec<&String> = m.physical.iter().map(|(_, n)| n).collect();
                names.dedup();
                let names: Vec<String> = names.iter().map(|n| quoted(n)).collect();
                raw(format!("(&[{}], {})", names.join(", "), m.descending))
            })
            .collect();
        E::Struct(
            "Walk".to_owned(),
            vec![
                ("pattern".to_owned(), raw(quoted(&pattern.name))),
                ("keys".to_owned(), E::Array("&", keys)),
                ("limit".to_owned(), raw(limit)),
                ("most".to_owned(), most),
                ("merge".to_owned(), E::Array("&", merge)),
            ],
        )
    }

    /// The requests of a step: `asks`.
    fn asks(&self, code: &mut Code, request: &Request, rows: &str, wrap: bool) {
        let kind = if request.call == Call::Scan {
            "Scan"
        } else {
            "Query"
        };
        let mut arguments: Vec<E> = request.passed.iter().map(raw).collect();
        arguments.extend(request.loops.iter().map(|(name, _)| raw(name)));
        if request.row.is_some() {
            arguments.push(raw("row"));
        }
        let made = call(&request.name, arguments);
        let one = match (wrap, request.option) {
            (true, true) => format!("request.map(|request| Ask::{kind}(Box::new(request)))"),
            (true, false) => format!("Some(Ask::{kind}(Box::new(request)))"),
            (false, true) => "request".to_owned(),
            (false, false) => "Some(request)".to_owned(),
        };
        if request.loops.is_empty() && request.row.is_none() {
            code.stmt("let request = ", &made, "?;");
            code.line(format!("let asks = vec![{one}];"));
            return;
        }
        code.line("let mut asks = Vec::new();");
        let mut open = 0;
        if let Some(names) = &request.row {
            let names = names.iter().map(|n| raw(quoted(n))).collect();
            let of = call(
                "distinct",
                vec![raw(format!("&{rows}")), E::Array("&", names)],
            );
            code.stmt("for row in ", &of, " {");
            code.deeper();
            open += 1;
        }
        for (name, of) in &request.loops {
            code.stmt(&format!("for {name} in "), of, " {");
            code.deeper();
            open += 1;
        }
        if request.row.is_some() {
            // A row whose key cannot be asked for has no target.
            code.stmt("let request = ", &made, ".unwrap_or_default();");
        } else {
            code.stmt("let request = ", &made, "?;");
        }
        code.line(format!("asks.push({one});"));
        for _ in 0..open {
            code.close("}");
        }
    }

    /// Rows of a step, all of them or a page: `found`, and with it `next_page`.
    #[expect(clippy::too_many_arguments, reason = "they are what a step is made of")]
    fn rows_of(
        &self,
        code: &mut Code,
        pattern: &PatternCode,
        read: &ReadCode,
        step: &StepCode,
        request: &Request,
        signature: &Signature,
        how: &How,
    ) {
        match step.call {
            Call::GetItem if step.for_each.is_empty() && step.rows_of.is_none() => {
                let made = call(&request.name, request.passed.iter().map(raw).collect());
                code.stmt("let request = ", &made, "?;");
                code.line("let answer = request.send().await?;");
                code.line("let found: Vec<Row> = answer.item.into_iter().collect();");
            }
            Call::GetItem => {
                self.asks(code, request, &how.rows, false);
                code.line("let sent = asks.into_iter().flatten().map(|request| request.send());");
                code.line("let mut found: Vec<Row> = Vec::new();");
                code.open("for answer in together(sent).await {");
                code.line("found.extend(answer?.item);");
                code.close("}");
            }
            Call::BatchGetItem => {
                self.asks(code, request, &how.rows, false);
                self.batch_rows(code, step, "asks.into_iter().flatten().collect()");
            }
            Call::Query | Call::Scan => {
                self.asks(code, request, &how.rows, true);
                code.stmt("let walk = ", &self.walk(pattern, read, step), ";");
                if how.first {
                    let cursor = if how.cursor { "cursor" } else { "None" };
                    let next = if how.cursor { "next_page" } else { "_" };
                    code.line(format!(
                        "let (found, {next}) = page(&walk, asks, {cursor}).await?;"
                    ));
                } else {
                    code.line("let found = every(&walk, asks).await?;");
                }
            }
        }
        self.reader_filter(code, step, signature);
        if how.first && how.cursor && matches!(step.call, Call::GetItem | Call::BatchGetItem) {
            // There is one page only.
            code.open("if cursor.is_some() {");
            code.line("return Err(Error::Cursor);");
            code.close("}");
            code.line("let next_page = None;");
        }
    }

    fn reader_filter(&self, code: &mut Code, step: &StepCode, signature: &Signature) {
        if step.reader_filter.is_empty() {
            return;
        }
        let context = self.context(signature);
        code.line("let mut found = found;");
        for condition in &step.reader_filter {
            let optional = condition
                .parameter
                .as_ref()
                .and_then(|p| context.get(p).map(|g| (p, g)));
            let optional = optional.filter(|(_, g)| g.optional);
            let mut inner = context.clone();
            if let Some((name, given)) = optional {
                let (head, value) = given.when(&self.types, name);
                inner.insert(name.clone(), value);
                code.open(format!("{head} {{"));
            }
            if super::uses_clock(condition) {
                code.line("let now = (self.clock)();");
            }
            code.stmt("let wanted = ", &self.check(condition, &inner), ";");
            code.line("found.retain(|row| wanted.holds(Some(row)));");
            if optional.is_some() {
                code.close("}");
            }
        }
    }

    /// Gets items by their keys.
    fn batch_rows(&self, code: &mut Code, step: &StepCode, keys: &str) {
        let mut links = vec![raw("::builder()")];
        if let Some(names) = &step.projection {
            let all: Vec<&str> = names.iter().map(|n| n.placeholder.as_str()).collect();
            links.push(call(
                ".projection_expression",
                vec![raw(quoted(&all.join(", ")))],
            ));
            for name in names {
                let of = raw(quoted(super::requests::fixed(name)));
                links.push(call(
                    ".expression_attribute_names",
                    vec![raw(quoted(&name.placeholder)), of],
                ));
            }
        }
        if step.consistent {
            links.push(call(".consistent_read", vec![raw("true")]));
        }
        let root = "KeysAndAttributes::builder()".to_owned();
        let links: Vec<E> = links.into_iter().skip(1).collect();
        let asked = if links.is_empty() {
            raw(root)
        } else {
            E::Chain(root, links)
        };
        code.stmt("let asked = ", &asked, ";");
        code.line(format!("let keys: Vec<Row> = {keys};"));
        code.line("let found = get_rows(&self.client, &self.table, keys, asked).await?;");
    }

    /// The rows that a write finds: `found`.
    pub(super) fn find_rows(
        &self,
        code: &mut Code,
        pattern: &PatternCode,
        step: &StepCode,
        request: &Request,
        signature: &Signature,
    ) {
        let read = ReadCode {
            shape: Shape::Many,
            rows: Vec::new(),
            followed: Vec::new(),
            steps: Vec::new(),
            limit: None,
            batch: None,
        };
        let how = How {
            first: false,
            cursor: false,
            rows: String::new(),
        };
        self.rows_of(code, pattern, &read, step, request, signature, &how);
    }

    /// A page, or the one item.
    fn page(
        &self,
        code: &mut Code,
        pattern: &PatternCode,
        read: &ReadCode,
        requests: &[Request],
        signature: &Signature,
        answer: &Answer,
    ) {
        let list = read.shape != Shape::One;
        if let ([step], [request]) = (read.steps.as_slice(), requests)
            && step.when.is_none()
        {
            let how = How {
                first: true,
                cursor: list,
                rows: String::new(),
            };
            self.rows_of(code, pattern, read, step, request, signature, &how);
            self.compose(code, read, answer, "found", list.then_some("next_page"));
            return;
        }
        code.line("let mut items: Vec<Row> = Vec::new();");
        if !answer.followed.is_empty() {
            code.line("let mut followed: Vec<Row> = Vec::new();");
        }
        if list {
            let always = read.steps.first().is_some_and(|s| s.when.is_none());
            code.line(if always {
                "let next;"
            } else {
                "let mut next = None;"
            });
        }
        for (step, request) in read.steps.iter().zip(requests) {
            let needed = read.steps.iter().any(|s| s.rows_of == Some(step.place));
            if needed {
                code.line(format!(
                    "let mut rows_{}: Vec<Row> = Vec::new();",
                    step.place
                ));
            }
            let first = read
                .steps
                .iter()
                .take_while(|s| s.place < step.place)
                .all(|s| excludes(s, step));
            let mut conditions = when(step.when.as_ref(), signature);
            if !first && step.rows_of.is_none() && list {
                conditions.push("cursor.is_none()".to_owned());
            }
            let open = if conditions.is_empty() {
                "{".to_owned()
            } else {
                format!("if {} {{", conditions.join(" && "))
            };
            code.open(open);
            let rows = step
                .rows_of
                .map(|n| format!("rows_{n}"))
                .unwrap_or_default();
            let how = How {
                first,
                cursor: list && first,
                rows,
            };
            self.rows_of(code, pattern, read, step, request, signature, &how);
            if needed {
                code.line(format!("rows_{}.clone_from(&found);", step.place));
            }
            match step.returns.as_str() {
                "items" => code.line("items.extend(found);"),
                "followed" => code.line("followed.extend(found);"),
                _ => {}
            }
            if first && list {
                code.line("next = next_page;");
            }
            code.close("}");
        }
        self.compose(code, read, answer, "items", list.then_some("next"));
    }

    /// The answer of rows.
    fn compose(
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
                code.line(format!("let mut answer = {name}::default();"));
                match read.shape {
                    Shape::Aggregate => self.sort_out(code, answer, rows),
                    Shape::One if read.batch.is_none() => {
                        code.line(format!(
                            "answer.item = {rows}.first().map({reader}::read).transpose()?;"
                        ));
                    }
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

    fn sort_out(&self, code: &mut Code, answer: &Answer, rows: &str) {
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

    fn sort_followed(&self, code: &mut Code, answer: &Answer) {
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

    fn count(
        &self,
        code: &mut Code,
        pattern: &PatternCode,
        read: &ReadCode,
        requests: &[Request],
        signature: &Signature,
    ) {
        code.line("let mut count = 0;");
        for (step, request) in read.steps.iter().zip(requests) {
            let conditions = when(step.when.as_ref(), signature);
            if !conditions.is_empty() {
                code.open(format!("if {} {{", conditions.join(" && ")));
            }
            let scan = step.call == Call::Scan;
            if step.count {
                self.asks(code, request, "", false);
                let function = if scan { "number_scanned" } else { "number_of" };
                code.line(format!("count += {function}(asks).await?;"));
            } else {
                self.asks(code, request, "", true);
                code.stmt("let walk = ", &self.walk(pattern, read, step), ";");
                code.line("let found = every(&walk, asks).await?;");
                code.line("count += found.len() as u64;");
            }
            if !conditions.is_empty() {
                code.close("}");
            }
        }
        code.line("Ok(count)");
    }

    /// Items for many parameter sets.
    fn batch(
        &self,
        code: &mut Code,
        pattern: &PatternCode,
        read: &ReadCode,
        requests: &[Request],
        signature: &Signature,
        answer: &Answer,
    ) {
        let most = read.batch.unwrap_or(1);
        code.line(format!(
            "size({}, sets.len(), 0, {most})?;",
            quoted(&pattern.name)
        ));
        code.line("let mut items: Vec<Row> = Vec::new();");
        if !answer.followed.is_empty() {
            code.line("let mut followed: Vec<Row> = Vec::new();");
        }
        let by_key = read
            .steps
            .first()
            .is_some_and(|s| s.call == Call::BatchGetItem);
        if !by_key {
            code.open("for input in sets {");
        }
        for (step, request) in read.steps.iter().zip(requests) {
            let needed = read.steps.iter().any(|s| s.rows_of == Some(step.place));
            if by_key && step.place == 0 {
                code.line("let mut asks = Vec::new();");
                code.open("for input in sets {");
                let made = call(&request.name, request.passed.iter().map(raw).collect());
                code.stmt("asks.push(", &made, "?);");
                code.close("}");
                self.batch_rows(code, step, "asks");
            } else {
                let rows = step
                    .rows_of
                    .map(|n| format!("rows_{n}"))
                    .unwrap_or_default();
                let how = How {
                    first: step.rows_of.is_none(),
                    cursor: false,
                    rows,
                };
                self.rows_of(code, pattern, read, step, request, signature, &how);
            }
            if by_key && step.place == 0 {
                self.reader_filter(code, step, signature);
            }
            if needed {
                code.line(format!("let rows_{} = found.clone();", step.place));
            }
            match step.returns.as_str() {
                "items" => code.line("items.extend(found);"),
                "followed" => code.line("followed.extend(found);"),
                _ => {}
            }
        }
        if !by_key {
            code.close("}");
            code.line("let items = one_each(items);");
        }
        self.compose(code, read, answer, "items", None);
    }

    /// What goes through all pages.
    fn pager(&mut self, pattern: &PatternCode, signature: &Signature, page: &str) {
        let name = self
            .types
            .taken
            .give(&format!("{}Pages", pascal(&pattern.name)), "Pager");
        let function = format!("{}_pages", pattern.name.trim_end_matches('_'));
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
            self.name, pattern.name
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
            self.name, pattern.name
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
        let asked = call(format!(".{}", ident(&pattern.name)), arguments);
        code.line("let client = self.client;");
        let chain = E::Chain("client".to_owned(), vec![asked, raw(".await?")]);
        code.stmt("let page = ", &chain, ";");
        code.line("self.cursor.clone_from(&page.cursor);");
        code.line("self.ended = page.cursor.is_none();");
        code.line("Ok(Some(page))");
        code.close("}");
        code.close("}");
        self.parts.push(code.text());
        let mut code = Code::new(4);
        code.doc(&format!(
            "All pages of [`Self::{}`], one after the other.",
            pattern.name
        ));
        code.line("#[must_use]");
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
        code.head(
            &format!("pub fn {function}{generic}"),
            &parameters,
            &format!("{name}<{lifetime}>"),
        );
        let mut all = vec![("client".to_owned(), raw("self"))];
        all.extend(fields.iter().map(|(n, _)| (n.clone(), raw(n))));
        all.push(("cursor".to_owned(), raw("None")));
        all.push(("ended".to_owned(), raw("false")));
        code.stmt("", &E::Struct(name, all), "");
        code.close("}");
        self.methods.push(code.text());
    }

    /// What the documentation of a pattern says.
    pub(super) fn pattern_doc(
        &self,
        code: &mut Code,
        pattern: &PatternCode,
        steps: &[StepCode],
        more: &[String],
    ) {
        let about = pattern.description.as_deref().map_or_else(
            || {
                format!(
                    "The pattern `{}`: {} of the design.",
                    pattern.name,
                    docs::verb(&pattern.verb)
                )
            },
            docs::prose,
        );
        code.doc(&about);
        code.line("///");
        if !pattern.id.is_empty() {
            let ids: Vec<String> = pattern.id.iter().map(|id| docs::code(id)).collect();
            code.doc(&format!("Answers {}.", ids.join(", ")));
            code.line("///");
        }
        for step in steps {
            let mut text = docs::step(step);
            if let Some(when) = &step.when {
                let names = |all: &[String]| {
                    all.iter()
                        .map(|n| docs::code(n))
                        .collect::<Vec<_>>()
                        .join(", ")
                };
                if !when.given.is_empty() {
                    text.push_str(&format!(" With {}.", names(&when.given)));
                }
                if !when.missing.is_empty() {
                    text.push_str(&format!(" Without {}.", names(&when.missing)));
                }
            }
            code.doc(&text);
            code.line("///");
        }
        for text in more {
            code.doc(text);
            code.line("///");
        }
        code.doc(&docs::cost(pattern));
        code.line("///");
        code.line("/// # Errors");
        code.doc("A value that cannot be asked for or stored, and what the service says.");
    }
}

/// How the rows of a step are read.
struct How {
    /// Whether it gives the pages.
    first: bool,
    /// Whether there are pages at all.
    cursor: bool,
    /// The variable of the rows that it goes through.
    rows: String,
}

/// The conditions under which a step runs.
fn when(of: Option<&When>, signature: &Signature) -> Vec<String> {
    let Some(of) = of else {
        return Vec::new();
    };
    let find = |name: &String| signature.single.iter().find(|o| o.name == *name);
    let given = of.given.iter().filter_map(find).filter(|o| o.optional);
    let missing = of.missing.iter().filter_map(find).filter(|o| o.optional);
    given
        .map(|o| format!("{}.is_some()", o.expression))
        .chain(missing.map(|o| format!("{}.is_none()", o.expression)))
        .collect()
}

/// Whether two steps never run in one call.
fn excludes(one: &StepCode, other: &StepCode) -> bool {
    let (Some(one), Some(other)) = (&one.when, &other.when) else {
        return false;
    };
    one.given.iter().any(|n| other.missing.contains(n))
        || one.missing.iter().any(|n| other.given.contains(n))
}
