//! Reading patterns in TypeScript: what they answer, and the methods that ask.

mod answers;
mod steps;

use super::code::Code;
use super::entities::{self, fields_of};
use super::given::given_type;
use super::names::{Names, lower, part};
use super::requests::{is_timed, physical, request, request_name};
use super::values::{literal, property};
use super::{Piece, open_method};
use crate::emit::client::{Call, Client, PatternCode, ReadCode, RowCode, Shape, StepCode};

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
                code.line(format!("readonly item: {row} | undefined;"));
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
        let consistent = self.read.offers_consistent();
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
        let given = match self.given.as_str() {
            "" => None,
            of if self.read.batch.is_some() => Some(format!("sets: readonly {of}[]")),
            of => Some(format!("given: {of}")),
        };
        open_method(&mut code, self.pattern, given, &options, &self.answer);
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
}

/// Whether never both of two steps are done.
fn exclusive(one: &StepCode, other: &StepCode) -> bool {
    let (Some(a), Some(b)) = (&one.when, &other.when) else {
        return false;
    };
    a.given.iter().any(|g| b.missing.contains(g)) || b.given.iter().any(|g| a.missing.contains(g))
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
