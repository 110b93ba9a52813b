//! The code that does the steps of a reading pattern.

use super::OneRead;
use crate::emit::client::{Call, Shape, StepCode};
use crate::emit::typescript::code::Code;
use crate::emit::typescript::entities;
use crate::emit::typescript::predicates;
use crate::emit::typescript::requests::{arguments, projected, request_name, variables};
use crate::emit::typescript::values::literal;
use crate::plan::When;

impl OneRead<'_> {
    /// A `get` by its key.
    pub(super) fn get(&self, code: &mut Code, step: &StepCode, consistent: bool) {
        let input = self.call(step, false);
        code.line(format!(
            "const input = {};",
            with_consistent(&input, consistent)
        ));
        code.line("const item = await getItem(sender, input);");
        let mut tests = vec!["item === undefined".to_owned()];
        tests.extend(
            self.reader_filter(step, "item")
                .iter()
                .map(|t| predicates::not(t)),
        );
        code.open(format!("if ({}) {{", tests.join(" || ")));
        code.line("return undefined;");
        code.close("}");
        let ty = self.rows.first().map_or("", |(_, ty)| ty);
        code.line(format!("return rowOf{ty}(item);"));
    }

    /// That a row meets the filter that the reader looks at itself.
    pub(super) fn reader_filter(&self, step: &StepCode, row: &str) -> Vec<String> {
        let all = step.reader_filter.iter();
        all.map(|c| predicates::holds(self.pattern, c, row))
            .collect()
    }

    /// The call of the function that makes a request.
    pub(super) fn call(&self, step: &StepCode, several: bool) -> String {
        let names: Vec<String> = arguments(self.pattern, step, &self.given)
            .into_iter()
            .map(|(n, _)| n)
            .collect();
        format!(
            "{}({})",
            request_name(self.pattern, step, several),
            names.join(", ")
        )
    }

    pub(super) fn step(
        &self,
        code: &mut Code,
        step: &StepCode,
        several: bool,
        first: bool,
        consistent: bool,
    ) {
        let mut tests: Vec<String> = step.when.iter().flat_map(given_tests).collect();
        let whole = !first && step.rows_of.is_none() && self.paged();
        if whole {
            // A step of its own is read whole, with the first page.
            tests.push("options.cursor === undefined".to_owned());
        }
        let block = !tests.is_empty() || several;
        if !tests.is_empty() {
            code.open(format!("if ({}) {{", tests.join(" && ")));
        } else if block {
            code.open("{");
        }
        self.inputs(code, step, several);
        match step.call {
            Call::GetItem => self.gotten(code, step, consistent),
            Call::BatchGetItem => self.gotten_many(code, step, consistent),
            Call::Query | Call::Scan => self.found(code, step, first && self.paged(), consistent),
        }
        if self
            .read
            .steps
            .iter()
            .any(|o| o.rows_of == Some(step.place))
        {
            code.line(format!("rows{} = found;", step.place + 1));
        }
        match step.returns.as_str() {
            "followed" => code.line("followed.push(...without(found, followed));"),
            "items" => code.line("rows.push(...found);"),
            _ => {}
        }
        if block {
            code.close("}");
        }
    }

    /// The requests of a step.
    pub(super) fn inputs(&self, code: &mut Code, step: &StepCode, several: bool) {
        let call = self.call(step, several);
        let mut loops: Vec<String> = Vec::new();
        let batch = self.read.batch.is_some() && step.rows_of.is_none();
        if batch {
            if self.given.is_empty() {
                loops.push("for (const _ of sets) {".to_owned());
            } else {
                loops.push("for (const given of sets) {".to_owned());
            }
        }
        if let Some(place) = step.rows_of {
            loops.push(format!("for (const row of rows{}) {{", place + 1));
        }
        for (name, _, values) in variables(step) {
            loops.push(format!("for (const {name} of {values}) {{"));
        }
        if loops.is_empty() {
            code.line(format!("const inputs = [{call}];"));
            return;
        }
        let ty = match step.call {
            Call::BatchGetItem => "Item".to_owned(),
            call => format!("{}CommandInput", call.name()),
        };
        code.line(format!("const inputs: ({ty} | undefined)[] = [];"));
        let depth = loops.len();
        loops.iter().for_each(|l| code.open(l));
        code.line(format!("inputs.push({call});"));
        (0..depth).for_each(|_| code.close("}"));
    }

    pub(super) fn gotten(&self, code: &mut Code, step: &StepCode, consistent: bool) {
        code.line("const found: Item[] = [];");
        code.open("for (const input of distinct(inputs)) {");
        code.line(format!(
            "const item = await getItem(sender, {});",
            with_consistent("input", consistent)
        ));
        let mut tests = vec!["item !== undefined".to_owned()];
        tests.extend(self.reader_filter(step, "item").iter().map(|t| enclosed(t)));
        code.open(format!("if ({}) {{", tests.join(" && ")));
        code.line("found.push(item);");
        code.close("}");
        code.close("}");
    }

    pub(super) fn gotten_many(&self, code: &mut Code, step: &StepCode, consistent: bool) {
        if step.projection.is_none() && !consistent && !step.consistent {
            code.line("const request = {};");
        } else {
            code.open("const request = {");
            projected(code, step);
            if consistent {
                code.line("ConsistentRead: options.consistent === true,");
            }
            code.close("};");
        }
        code.line(format!(
            "const items = await getItems(sender, {}, request, inputs);",
            literal(&step.table)
        ));
        let tests: Vec<String> = self
            .reader_filter(step, "item")
            .iter()
            .map(|t| enclosed(t))
            .collect();
        if tests.is_empty() {
            code.line("const found = items;");
        } else {
            code.line(format!(
                "const found = items.filter((item) => {});",
                tests.join(" && ")
            ));
        }
    }

    /// Queries and scans: a page where the cursor belongs to the step, otherwise all rows.
    pub(super) fn found(&self, code: &mut Code, step: &StepCode, paged: bool, consistent: bool) {
        let ask = if step.call == Call::Query {
            "query"
        } else {
            "scan"
        };
        self.reading(code, step);
        let inputs = if self.read.batch.is_some() || step.rows_of.is_some() {
            "distinct(inputs)"
        } else {
            "inputs"
        };
        let inputs = if consistent {
            code.open(format!("const asked = {inputs}.map((input) =>"));
            code.line("maybe(input, (one) => consistently(one, options)),");
            code.close(");");
            "asked"
        } else {
            inputs
        };
        if self.read.batch.is_some() && step.rows_of.is_none() {
            // Each set is asked for itself.
            code.line("const found: Item[] = [];");
            code.open(format!("for (const input of {inputs}) {{"));
            code.line(format!(
                "const some = await readPage(sender, {ask}, [input], reading, []);"
            ));
            code.line("found.push(...some.rows);");
            code.close("}");
            return;
        }
        if paged {
            let name = literal(&self.pattern.name);
            code.line(format!(
                "const places = placesOf({name}, inputs.length, options.cursor);"
            ));
            code.line(format!(
                "const page = await readPage(sender, {ask}, {inputs}, reading, places);"
            ));
            code.line(format!("cursor = cursorOf({name}, page.places);"));
            code.line("const found = page.rows;");
        } else if self.read.shape == Shape::One {
            code.line(format!(
                "const page = await readPage(sender, {ask}, {inputs}, reading, []);"
            ));
            code.line("const found = page.rows;");
        } else {
            code.line(format!(
                "const found = await readAll(sender, {ask}, {inputs}, reading);"
            ));
        }
    }

    /// How a step is read.
    pub(super) fn reading(&self, code: &mut Code, step: &StepCode) {
        code.open("const reading: Reading = {");
        if let Some(limit) = step.limit {
            code.line(format!("limit: {limit},"));
        }
        let keys: Vec<String> = step.key_names.iter().map(|k| literal(k)).collect();
        code.line(format!("keys: [{}],", keys.join(", ")));
        if let Some(limit) = self.read.limit.as_ref().filter(|_| step.returns == "items") {
            code.line(format!("most: {},", limit.count));
            let discriminator = entities::discriminator(&self.read.rows, &self.client.entities);
            if let (Some(entity), true, Some(name)) =
                (&limit.entity, self.read.rows.len() > 1, discriminator)
            {
                let value = self
                    .client
                    .entity(entity)
                    .and_then(|e| e.item())
                    .map_or(entity.as_str(), |k| k.discriminator.value.as_str());
                code.line(format!(
                    "counts: (row) => row[{}]?.S === {},",
                    literal(name),
                    literal(value)
                ));
            }
        }
        if !step.merge.is_empty() {
            let parts: Vec<String> = step.merge.iter().map(|key| self.order(key)).collect();
            code.line(format!("order: (one, other) => {},", parts.join(" || ")));
        }
        code.close("};");
    }

    /// The order of two rows under one key of a merge.
    pub(super) fn order(&self, key: &crate::emit::client::MergeBy) -> String {
        let mut names: Vec<&str> = key.physical.iter().map(|(_, p)| p.as_str()).collect();
        names.dedup();
        let value = |row: &str| {
            let all: Vec<String> = names
                .iter()
                .map(|n| format!("{row}[{}]", literal(n)))
                .collect();
            all.join(" ?? ")
        };
        let (one, other) = if key.descending {
            ("other", "one")
        } else {
            ("one", "other")
        };
        format!("inOrder({}, {})", value(one), value(other))
    }

    pub(super) fn count(&self, code: &mut Code, several: bool) {
        code.line("let count = 0;");
        for step in &self.read.steps {
            let tests: Vec<String> = step.when.iter().flat_map(given_tests).collect();
            let block = several || !tests.is_empty();
            if !tests.is_empty() {
                code.open(format!("if ({}) {{", tests.join(" && ")));
            } else if block {
                code.open("{");
            }
            self.inputs(code, step, several);
            let ask = if step.call == Call::Query {
                "query"
            } else {
                "scan"
            };
            if step.count {
                code.line(format!("count += await countAll(sender, {ask}, inputs);"));
            } else {
                match step.call {
                    Call::GetItem => self.gotten(code, step, false),
                    Call::BatchGetItem => self.gotten_many(code, step, false),
                    Call::Query | Call::Scan => self.found(code, step, false, false),
                }
                code.line("count += found.length;");
            }
            if block {
                code.close("}");
            }
        }
        code.line("return count;");
    }
}

/// The tests that a step is done.
fn given_tests(when: &When) -> Vec<String> {
    let given = when
        .given
        .iter()
        .map(|g| format!("given.{g} !== undefined"));
    let missing = when
        .missing
        .iter()
        .map(|m| format!("given.{m} === undefined"));
    given.chain(missing).collect()
}

fn with_consistent(input: &str, consistent: bool) -> String {
    if consistent {
        format!("consistently({input}, options)")
    } else {
        input.to_owned()
    }
}

/// A test among others that all must hold.
fn enclosed(test: &str) -> String {
    if test.contains(" || ") {
        format!("({test})")
    } else {
        test.to_owned()
    }
}
