//! Reading patterns in TypeScript: what they answer, and the methods that ask.

use super::code::Code;
use super::entities::{self, fields_of};
use super::names::{Names, lower, method, part};
use super::predicates;
use super::requests::{
    arguments, given_type, is_timed, physical, projected, request, request_name, variables,
};
use super::values::{literal, property};
use super::{Piece, about};
use crate::emit::client::{Call, Client, PatternCode, ReadCode, RowCode, Shape, StepCode};
use crate::plan::When;

/// Everything of one reading pattern.
pub(super) fn pattern(
    client: &Client,
    names: &mut Names,
    pattern: &PatternCode,
    read: &ReadCode,
) -> Piece {
    let mut one = OneRead {
        client,
        pattern,
        read,
        base: part(&pattern.name),
        given: String::new(),
        rows: Vec::new(),
        followed: Vec::new(),
        answer: String::new(),
        merged: String::new(),
    };
    let mut piece = Piece::default();
    one.declare(names, &mut piece);
    let several = read.steps.len() > 1;
    for step in &read.steps {
        let name = request_name(pattern, step, several);
        piece
            .functions
            .push(request(pattern, step, &name, &one.given));
    }
    piece.method = one.method(several);
    piece
}

struct OneRead<'a> {
    client: &'a Client,
    pattern: &'a PatternCode,
    read: &'a ReadCode,
    base: String,
    given: String,
    /// For each entity of the answer: the property, the row type.
    rows: Vec<(String, String)>,
    followed: Vec<(String, String)>,
    answer: String,
    /// The type of an item of one sequence over several entities.
    merged: String,
}

impl OneRead<'_> {
    fn paged(&self) -> bool {
        self.read.batch.is_none()
            && matches!(
                self.read.shape,
                Shape::Many | Shape::Aggregate | Shape::Merged
            )
    }

    fn declare(&mut self, names: &mut Names, piece: &mut Piece) {
        if self.pattern.parameters.is_empty() {
            self.given = String::new();
        } else {
            let (name, types) = given_type(names, self.pattern, &self.base);
            self.given = name;
            piece.types.extend(types);
        }
        if self.read.shape == Shape::Count {
            self.answer = "number".to_owned();
            return;
        }
        let (rows, followed) = (&self.read.rows, &self.read.followed);
        self.rows = rows.iter().map(|r| self.row(names, piece, r)).collect();
        self.followed = followed.iter().map(|r| self.row(names, piece, r)).collect();
        let row = self
            .rows
            .first()
            .map_or(String::new(), |(_, ty)| ty.clone());
        if self.read.shape == Shape::One && self.read.batch.is_none() && self.followed.is_empty() {
            self.answer = format!("{row} | undefined");
            return;
        }
        let mut followed = String::new();
        if !self.followed.is_empty() {
            followed = names.free(&format!("{}Followed", self.base));
            let mut code = Code::default();
            code.doc(&[format!(
                "What the references of `{}` lead to.",
                self.pattern.name
            )]);
            code.open(format!("export interface {followed} {{"));
            for (name, ty) in &self.followed {
                code.line(format!("readonly {name}: readonly {ty}[];"));
            }
            code.close("}");
            piece.types.push(code);
        }
        let end = if self.paged() { "Page" } else { "Answer" };
        self.answer = names.free(&format!("{}{end}", self.base));
        let mut merged = String::new();
        if self.read.shape == Shape::Merged {
            merged = names.free(&format!("{}Item", self.base));
            self.merged.clone_from(&merged);
            let all: Vec<String> = self
                .read
                .rows
                .iter()
                .zip(&self.rows)
                .map(|(r, (_, ty))| format!("Of<{}, {ty}>", literal(&r.entity)))
                .collect();
            let mut code = Code::default();
            code.doc(&[format!("An item of `{}`.", self.pattern.name)]);
            code.line(format!("export type {merged} = {};", all.join(" | ")));
            piece.types.push(code);
        }
        let mut code = Code::default();
        let what = if self.paged() { "A page" } else { "The answer" };
        code.doc(&[format!("{what} of `{}`.", self.pattern.name)]);
        code.open(format!("export interface {} {{", self.answer));
        match self.read.shape {
            Shape::One if self.read.batch.is_none() => {
                code.line(format!("readonly item: {row} | undefined;"))
            }
            Shape::Merged => code.line(format!("readonly items: readonly {merged}[];")),
            Shape::Aggregate => {
                for (of, (name, ty)) in self.read.rows.iter().zip(&self.rows) {
                    if of.single {
                        code.line(format!("readonly {name}: {ty} | undefined;"));
                    } else {
                        code.line(format!("readonly {name}: readonly {ty}[];"));
                    }
                }
            }
            _ => code.line(format!("readonly items: readonly {row}[];")),
        }
        if matches!(self.read.shape, Shape::Aggregate | Shape::Merged) {
            code.doc(&["Items of entities that the design does not know here.".to_owned()]);
            code.line("readonly unknown: readonly Item[];");
        }
        if !followed.is_empty() {
            code.line(format!("readonly followed: {followed};"));
        }
        if self.paged() {
            code.doc(&["Where the next page begins; missing after the last one.".to_owned()]);
            code.line("readonly cursor: string | undefined;");
        }
        code.close("}");
        piece.types.push(code);
    }

    /// The property and the type of the rows of an entity.
    fn row(&self, names: &mut Names, piece: &mut Piece, of: &RowCode) -> (String, String) {
        let mut name = lower(&part(&of.entity));
        if ["unknown", "cursor", "followed", "items"].contains(&name.as_str()) {
            name.push('_');
        }
        if of.whole {
            return (name, names.entity(&of.entity).to_owned());
        }
        let ty = names.free(&format!("{}{}", self.base, part(&of.entity)));
        if let Some(entity) = self.client.entity(&of.entity) {
            let mut code = Code::default();
            code.doc(&[format!(
                "What `{}` answers of `{}`.",
                self.pattern.name, of.entity
            )]);
            fields_of(&mut code, names, &ty, &of.fields, entity);
            piece.types.push(code);
            piece
                .functions
                .push(entities::row(names, entity, &ty, &of.fields));
        }
        (name, ty)
    }

    fn method(&self, several: bool) -> Code {
        let mut code = Code::default();
        let timed = self.read.steps.iter().any(is_timed);
        let consistent = self.read.shape != Shape::Count
            && self
                .read
                .steps
                .iter()
                .all(|s| s.index.is_none() && !s.consistent);
        let mut options = vec!["CallOptions"];
        if self.paged() {
            options.push("PageOptions");
        }
        if timed {
            options.push("ExpiringOptions");
        }
        if consistent {
            options.push("ConsistentOptions");
        }
        let mut parameters = Vec::new();
        if !self.given.is_empty() {
            parameters.push(if self.read.batch.is_some() {
                format!("sets: readonly {}[]", self.given)
            } else {
                format!("given: {}", self.given)
            });
        }
        parameters.push(format!("options: {} = {{}}", options.join(" & ")));
        code.doc(&about(self.pattern));
        code.open(format!(
            "async {}({}): Promise<{}> {{",
            method(self.pattern),
            parameters.join(", "),
            self.answer
        ));
        code.line("const sender = this.#sender(options);");
        if timed {
            code.line("const now = options.expired === true ? undefined : this.#now();");
        }
        if let Some(most) = self.read.batch {
            code.line(format!("listed(\"sets\", sets, 0, {most});"));
        }
        self.body(&mut code, several, consistent);
        code.close("}");
        code
    }

    fn body(&self, code: &mut Code, several: bool, consistent: bool) {
        if self.read.shape == Shape::Count {
            return self.count(code, several);
        }
        let first = &self.read.steps[..1];
        if let [step] = first
            && !several
            && self.read.batch.is_none()
            && step.call == Call::GetItem
            && step.when.is_none()
            && self.read.shape == Shape::One
        {
            self.get(code, step, consistent);
            return;
        }
        let dependent = |s: &StepCode| self.read.steps.iter().any(|o| o.rows_of == Some(s.place));
        code.line("const rows: Item[] = [];");
        if !self.read.followed.is_empty() {
            code.line("const followed: Item[] = [];");
        }
        if self.paged() {
            code.line("let cursor: string | undefined;");
        }
        for (turn, step) in self.read.steps.iter().enumerate() {
            if dependent(step) {
                code.line(format!("let rows{}: readonly Item[] = [];", step.place + 1));
            }
            let first = self.read.steps[..turn]
                .iter()
                .all(|other| exclusive(other, step));
            self.step(code, step, several, first, consistent);
        }
        self.answered(code);
    }

    /// A `get` by its key.
    fn get(&self, code: &mut Code, step: &StepCode, consistent: bool) {
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
    fn reader_filter(&self, step: &StepCode, row: &str) -> Vec<String> {
        let all = step.reader_filter.iter();
        all.map(|c| predicates::holds(self.pattern, c, row))
            .collect()
    }

    /// The call of the function that makes a request.
    fn call(&self, step: &StepCode, several: bool) -> String {
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

    fn step(&self, code: &mut Code, step: &StepCode, several: bool, first: bool, consistent: bool) {
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
    fn inputs(&self, code: &mut Code, step: &StepCode, several: bool) {
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

    fn gotten(&self, code: &mut Code, step: &StepCode, consistent: bool) {
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

    fn gotten_many(&self, code: &mut Code, step: &StepCode, consistent: bool) {
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
    fn found(&self, code: &mut Code, step: &StepCode, paged: bool, consistent: bool) {
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
    fn reading(&self, code: &mut Code, step: &StepCode) {
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
    fn order(&self, key: &crate::emit::client::MergeBy) -> String {
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

    /// The answer of the rows.
    fn answered(&self, code: &mut Code) {
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
                code.line(format!("item: maybe(row, rowOf{first}),"))
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
    fn sorted_out(&self, code: &mut Code) {
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

    fn followed_out(&self, code: &mut Code) {
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

    fn switch(
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

    fn count(&self, code: &mut Code, several: bool) {
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

/// Whether never both of two steps are done.
fn exclusive(one: &StepCode, other: &StepCode) -> bool {
    let (Some(a), Some(b)) = (&one.when, &other.when) else {
        return false;
    };
    a.given.iter().any(|g| b.missing.contains(g)) || b.given.iter().any(|g| a.missing.contains(g))
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

/// The physical names of a step's projection, for the manifest.
pub(super) fn projection(step: &StepCode) -> Option<Vec<String>> {
    let names = step.projection.as_ref()?;
    Some(
        names
            .iter()
            .map(|n| property(physical(n)).trim_matches('"').to_owned())
            .collect(),
    )
}

/// The function that makes the request of what finds the items of a write, and the code that has its rows in `found`.
pub(super) fn find(
    client: &Client,
    pattern: &PatternCode,
    step: &StepCode,
    given: &str,
) -> (Code, Code) {
    let read = ReadCode {
        shape: Shape::Count,
        rows: Vec::new(),
        followed: Vec::new(),
        steps: vec![step.clone()],
        limit: None,
        batch: None,
    };
    let one = OneRead {
        client,
        pattern,
        read: &read,
        base: part(&pattern.name),
        given: given.to_owned(),
        rows: Vec::new(),
        followed: Vec::new(),
        answer: String::new(),
        merged: String::new(),
    };
    let name = request_name(pattern, step, false);
    let mut code = Code::default();
    one.inputs(&mut code, step, false);
    match step.call {
        Call::GetItem => one.gotten(&mut code, step, false),
        Call::BatchGetItem => one.gotten_many(&mut code, step, false),
        Call::Query | Call::Scan => one.found(&mut code, step, false, false),
    }
    (request(pattern, step, &name, given), code)
}
