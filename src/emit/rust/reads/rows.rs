//! The rows of one step: its requests are made and sent, and what the request could not leave out is left out.
//!
//! Promises: after the code of a step, `found` has its rows, and `next_page` where the list goes on if it has pages.

use crate::emit::client::{Body, Call, PatternCode, ReadCode, Shape, StepCode};
use crate::emit::rust::Module;
use crate::emit::rust::layout::{Code, E, call, raw};
use crate::emit::rust::requests::Request;
use crate::emit::rust::signature::Signature;
use crate::emit::rust::types::{grouped, quoted};

/// How the rows of a step are read.
pub(super) struct How {
    /// Whether it gives the pages.
    pub(super) first: bool,
    /// Whether there are pages at all.
    pub(super) cursor: bool,
    /// The variable of the rows that it goes through.
    pub(super) rows: String,
}

impl Module<'_> {
    /// Rows of a step, all of them or a page: `found`, and with it `next_page`.
    #[expect(clippy::too_many_arguments, reason = "they are what a step is made of")]
    pub(super) fn rows_of(
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
                self.batch_rows(code, read, step, "asks.into_iter().flatten().collect()");
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
        self.reader_filter(code, pattern, step, signature);
        if how.first && how.cursor && matches!(step.call, Call::GetItem | Call::BatchGetItem) {
            // There is one page only.
            code.open("if cursor.is_some() {");
            code.line("return Err(Error::Cursor);");
            code.close("}");
            code.line("let next_page = None;");
        }
    }

    /// What the pages of a step are made by.
    pub(super) fn walk(&self, pattern: &PatternCode, read: &ReadCode, step: &StepCode) -> E {
        let keys = step.key_names.iter().map(|n| raw(quoted(n))).collect();
        let limit = step
            .limit
            .map_or_else(|| "None".to_owned(), |n| format!("Some({})", grouped(&n)));
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
                raw(format!("Some(({}, {of}))", grouped(&limit.count)))
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
    pub(super) fn asks(&self, code: &mut Code, request: &Request, rows: &str, wrap: bool) {
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

    pub(super) fn reader_filter(
        &self,
        code: &mut Code,
        pattern: &PatternCode,
        step: &StepCode,
        signature: &Signature,
    ) {
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
            let timed = crate::emit::rust::uses_clock(condition);
            // A write never finds what is over its time.
            let left_out = timed && optional.is_none() && matches!(pattern.body, Body::Read(_));
            if left_out {
                code.open("if !self.expired {");
            }
            if timed {
                code.line("let now = (self.clock)();");
            }
            code.stmt("let wanted = ", &self.check(condition, &inner), ";");
            code.line("found.retain(|row| wanted.holds(Some(row)));");
            if left_out {
                code.close("}");
            }
            if optional.is_some() {
                code.close("}");
            }
        }
    }

    /// Gets items by their keys.
    pub(super) fn batch_rows(&self, code: &mut Code, read: &ReadCode, step: &StepCode, keys: &str) {
        let mut links = vec![raw("::builder()")];
        if let Some(names) = &step.projection {
            let all: Vec<&str> = names.iter().map(|n| n.placeholder.as_str()).collect();
            links.push(call(
                ".projection_expression",
                vec![raw(quoted(&all.join(", ")))],
            ));
            for name in names {
                let of = raw(quoted(crate::emit::rust::requests::fixed(name)));
                links.push(call(
                    ".expression_attribute_names",
                    vec![raw(quoted(&name.placeholder)), of],
                ));
            }
        }
        if step.consistent {
            links.push(call(".consistent_read", vec![raw("true")]));
        }
        let wanted = vec![raw("self.consistent")];
        let root = "KeysAndAttributes::builder()".to_owned();
        let lone = read.offers_consistent() && links.len() == 1;
        if read.offers_consistent() {
            links.push(call(".set_consistent_read", wanted.clone()));
        }
        let links: Vec<E> = links.into_iter().skip(1).collect();
        let asked = if links.is_empty() {
            raw(root)
        } else if lone {
            // One link stays beside its root, as long as the line has room.
            call(format!("{root}.set_consistent_read"), wanted)
        } else {
            E::Chain(root, links)
        };
        code.stmt("let asked = ", &asked, ";");
        code.line(format!("let keys: Vec<Row> = {keys};"));
        code.line("let found = get_rows(&self.client, &self.table, keys, asked).await?;");
    }

    /// The rows that a write finds: `found`.
    pub(in crate::emit::rust) fn find_rows(
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
}
