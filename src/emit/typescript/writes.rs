//! Writing patterns in TypeScript: what they answer, and the methods that write.

use super::actions::{self, Context};
use super::code::Code;
use super::given::given_type;
use super::names::{Names, part};
use super::reads;
use super::requests::is_timed;
use super::values::literal;
use super::{Piece, open_method};
use crate::emit::client::{ActionCode, Client, PatternCode, WriteCode};

/// Everything of one writing pattern.
pub(super) fn pattern(
    client: &Client,
    names: &mut Names,
    pattern: &PatternCode,
    write: &WriteCode,
) -> Piece {
    let base = part(&pattern.name);
    let mut piece = Piece::default();
    let mut given = String::new();
    if !pattern.parameters.is_empty() || !pattern.lists.is_empty() {
        let (name, types) = given_type(names, pattern, &base);
        given = name;
        piece.types.extend(types);
    }
    let mut one = OneWrite {
        client,
        pattern,
        write,
        given,
        answer: String::new(),
    };
    one.declare(names, &base, &mut piece);
    let context = Context {
        client,
        names,
        pattern,
        write,
        given: &one.given,
    };
    let mains: Vec<&ActionCode> = write.actions.iter().filter(|a| a.of.is_none()).collect();
    for main in &mains {
        piece.functions.push(actions::function(&context, main));
    }
    piece.functions.push(one.actions(&mains));
    let find = write
        .find
        .as_ref()
        .map(|step| reads::find(client, pattern, step, &one.given));
    let rows = find.map(|(function, rows)| {
        piece.functions.push(function);
        rows
    });
    piece.method = one.method(names, rows.as_ref());
    piece
}

struct OneWrite<'a> {
    client: &'a Client,
    pattern: &'a PatternCode,
    write: &'a WriteCode,
    given: String,
    answer: String,
}

impl OneWrite<'_> {
    fn transaction(&self) -> bool {
        self.write.call == "TransactWriteItems"
    }

    fn answering(&self) -> Vec<&ActionCode> {
        let all = self.write.actions.iter();
        all.filter(|a| !a.returned.is_empty()).collect()
    }

    /// The type of the answer.
    fn declare(&mut self, names: &mut Names, base: &str, piece: &mut Piece) {
        if self.write.find.is_some() {
            "number".clone_into(&mut self.answer);
            return;
        }
        let answering: Vec<ActionCode> = self.answering().into_iter().cloned().collect();
        if answering.is_empty() {
            "void".clone_into(&mut self.answer);
            return;
        }
        let single = !self.transaction();
        let answer = names.free(&format!("{base}Answer"));
        let mut steps = Vec::new();
        for action in &answering {
            let name = if single {
                answer.clone()
            } else {
                names.free(&format!("{base}{}Answer", part(&action.step)))
            };
            let mut code = Code::default();
            code.doc(&[format!("What is so after the write of `{}`.", action.step)]);
            code.open(format!("export interface {name} {{"));
            for attribute in &action.returned {
                let Some(field) = self
                    .client
                    .entity(&action.entity)
                    .and_then(|e| e.field(attribute))
                else {
                    continue;
                };
                let maybe = if optional(action, field.optional) {
                    " | undefined"
                } else {
                    ""
                };
                code.line(format!(
                    "readonly {attribute}: {}{maybe};",
                    names.type_of(&field.ty)
                ));
            }
            code.close("}");
            piece.types.push(code);
            steps.push((action.step.clone(), name, action.times.is_some()));
        }
        if !single {
            let mut code = Code::default();
            code.doc(&[format!(
                "The answer of `{}`, by its steps.",
                self.pattern.name
            )]);
            code.open(format!("export interface {answer} {{"));
            for (step, name, times) in &steps {
                let ty = if *times {
                    format!("readonly {name}[]")
                } else {
                    name.clone()
                };
                code.line(format!("readonly {step}: {ty};"));
            }
            code.close("}");
            piece.types.push(code);
        }
        self.answer = answer;
    }

    /// What all functions of the actions take: names and types.
    fn parameters(&self) -> Vec<(String, String)> {
        let mut made = Vec::new();
        if !self.given.is_empty() {
            made.push(("given".to_owned(), self.given.clone()));
        }
        made.extend(actions::common(self.write));
        made
    }

    /// The function that makes all actions of a call.
    fn actions(&self, mains: &[&ActionCode]) -> Code {
        let mut code = Code::default();
        let reads = actions::reads(self.write);
        let parameters: Vec<String> = self
            .parameters()
            .iter()
            .map(|(name, ty)| format!("{name}: {ty}"))
            .collect();
        code.doc(&[format!(
            "What `{}` writes{}.",
            self.pattern.name,
            if reads {
                ", after a read of what it rests on"
            } else {
                ""
            }
        )]);
        let (start, returned) = if reads {
            ("export async function", "Promise<Action[]>")
        } else {
            ("export function", "Action[]")
        };
        let name = format!("{}_actions", self.pattern.name);
        code.open(format!(
            "{start} {name}({}): {returned} {{",
            parameters.join(", ")
        ));
        let spread = |call: &str| {
            if reads {
                format!("...(await {call})")
            } else {
                format!("...{call}")
            }
        };
        let passed = |given: &str| {
            let mut all: Vec<String> = Vec::new();
            if !self.given.is_empty() {
                all.push(given.to_owned());
            }
            all.extend(actions::common(self.write).into_iter().map(|(n, _)| n));
            all.join(", ")
        };
        for list in &self.pattern.lists {
            code.line(format!(
                "listed({}, given.{}, {}, {});",
                literal(&list.name),
                list.name,
                list.min,
                list.max
            ));
        }
        code.line("const actions: Action[] = [];");
        for main in mains {
            let name = actions::name(self.pattern, main);
            match &main.times {
                None => code.line(format!(
                    "actions.push({});",
                    spread(&format!("{name}({})", passed("given")))
                )),
                Some(list) => {
                    code.open(format!("for (const set of given.{list}) {{"));
                    code.line("const all = { ...given, ...set };");
                    code.line(format!(
                        "actions.push({});",
                        spread(&format!("{name}({})", passed("all")))
                    ));
                    code.close("}");
                }
            }
        }
        code.line("return actions;");
        code.close("}");
        code
    }

    fn method(&self, names: &Names, rows: Option<&Code>) -> Code {
        let mut code = Code::default();
        let mut options = vec!["CallOptions"];
        if self.transaction() && self.write.find.is_none() {
            options.push("TransactionOptions");
        }
        let given = (!self.given.is_empty()).then(|| format!("given: {}", self.given));
        open_method(&mut code, self.pattern, given, &options, &self.answer);
        let timed = self.write.find.as_ref().is_some_and(is_timed);
        if timed || actions::common(self.write).iter().any(|(n, _)| n == "now") {
            code.line("const now = this.#now();");
        }
        if actions::reads(self.write) {
            code.line("const read = reader(sender);");
        }
        match rows {
            Some(rows) => self.found(&mut code, rows),
            None => self.once(&mut code, names),
        }
        code.close("}");
        code
    }

    /// The statement that sends, without its end.
    fn written(&self) -> Vec<String> {
        let arguments: Vec<String> = self.parameters().into_iter().map(|(n, _)| n).collect();
        let actions = format!("{}_actions({})", self.pattern.name, arguments.join(", "));
        let prepare = format!("const prepare = () => {actions};");
        let send = match self.write.call.as_str() {
            "PutItem" => "const send = (actions: Action[]) => putItem(sender, actions);".to_owned(),
            "UpdateItem" => {
                "const send = (actions: Action[]) => updateItem(sender, actions);".to_owned()
            }
            "DeleteItem" => {
                "const send = (actions: Action[]) => deleteItem(sender, actions);".to_owned()
            }
            _ if self.write.find.is_some() => {
                "const send = (actions: Action[]) => transact(sender, actions, undefined);"
                    .to_owned()
            }
            _ => {
                return vec![
                    prepare,
                    "const token = options.clientRequestToken;".to_owned(),
                    "const send = (actions: Action[], attempt: number) =>".to_owned(),
                    "  transact(sender, actions, attempt === 0 ? token : undefined);".to_owned(),
                ];
            }
        };
        vec![prepare, send]
    }

    fn once(&self, code: &mut Code, names: &Names) {
        self.written().iter().for_each(|l| code.line(l));
        let write = format!(
            "await write({}, prepare, send);",
            literal(&self.pattern.name)
        );
        let answering = self.answering();
        if answering.is_empty() {
            code.line(write);
            return;
        }
        if self.write.call == "UpdateItem" {
            code.line(format!("const {{ item }} = {write}"));
            let action = answering[0];
            code.open("return {");
            for attribute in &action.returned {
                let Some(field) = self
                    .client
                    .entity(&action.entity)
                    .and_then(|e| e.field(attribute))
                else {
                    continue;
                };
                let read = super::entities::read(
                    names,
                    "item",
                    &field.physical,
                    &field.ty,
                    !optional(action, field.optional),
                );
                code.line(format!("{attribute}: {read},"));
            }
            code.close("};");
            return;
        }
        code.line(format!("const {{ actions }} = {write}"));
        let step = |code: &mut Code, action: &ActionCode, end: &str| {
            let name = literal(&action.step);
            code.line(format!(
                "const found{end} = actions.filter((one) => one.step === {name});"
            ));
        };
        if !self.transaction() {
            step(code, answering[0], "");
            code.line(format!(
                "return needed(found[0]?.after) as {};",
                self.answer
            ));
            return;
        }
        for (place, action) in answering.iter().enumerate() {
            if action.times.is_none() {
                step(code, action, &format!("{}", place + 1));
            }
        }
        code.open("return {");
        for (place, action) in answering.iter().enumerate() {
            let value = if action.times.is_some() {
                format!("answersOf(actions, {})", literal(&action.step))
            } else {
                format!("needed(found{}[0]?.after)", place + 1)
            };
            code.line(format!("{}: {value},", action.step));
        }
        code.close(format!("}} as {};", self.answer));
    }

    fn found(&self, code: &mut Code, rows: &Code) {
        code.add(rows);
        code.line("let written = 0;");
        code.open("for (const row of found) {");
        self.written().iter().for_each(|l| code.line(l));
        code.open("try {");
        code.line(format!(
            "await write({}, prepare, send);",
            literal(&self.pattern.name)
        ));
        code.line("written += 1;");
        code.close("} catch (error) {");
        code.level_up();
        code.line("// A row that has changed meanwhile is skipped.");
        code.open("if (!(error instanceof ConditionFailed)) {");
        code.line("throw error;");
        code.close("}");
        code.close("}");
        code.close("}");
        code.line("return written;");
    }
}

/// Whether an attribute may be missing after a write; what an upsert makes has few.
pub(super) fn optional(action: &ActionCode, declared: bool) -> bool {
    declared || action.upsert
}
