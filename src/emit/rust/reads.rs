//! Reading patterns: the functions that ask and answer.
//!
//! Promises: a page is one page of the first step that runs, and what the later ones make of it.

mod answer;
mod compose;
mod pages;
mod rows;
mod strong;

pub(super) use answer::Answer;

use super::Module;
use super::docs;
use super::layout::{Code, call, raw};
use super::names::ident;
use super::requests::Request;
use super::signature::Signature;
use super::types::{grouped, quoted};
use crate::emit::client::{Call, PatternCode, ReadCode, Shape, StepCode};
use crate::plan::When;
use rows::How;

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
        docs::pattern(&mut code, pattern, &read.steps, &[]);
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
        if !super::is_snake(self.function(pattern)) {
            code.line("#[expect(non_snake_case, reason = \"named as in the design\")]");
        }
        code.head(
            &format!("pub async fn {}", ident(self.function(pattern))),
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
        let pager = list.then(|| self.pager(pattern, &signature, &answer.returns));
        if read.offers_consistent() {
            // Without the object itself.
            parameters.remove(0);
            let mut passed = match read.batch {
                Some(_) => vec![raw("sets")],
                None => signature.passed(),
            };
            passed.extend(list.then(|| raw("cursor")));
            self.strongly(pattern, parameters, passed, &returns);
            for request in &requests {
                self.strong_request(request);
            }
            if let Some(pager) = &pager {
                self.strong_pager(pattern, pager);
            }
        }
        self.answers.insert(pattern.name.clone(), answer);
        self.signatures.insert(pattern.name.clone(), signature);
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
            "size({}, sets.len(), 0, {})?;",
            quoted(&pattern.name),
            grouped(&most)
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
                self.batch_rows(code, read, step, "asks");
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
                self.reader_filter(code, pattern, step, signature);
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
