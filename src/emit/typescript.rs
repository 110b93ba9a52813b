//! The client in TypeScript: one module, and the manifest of its functions.
//!
//! Promises: the module needs `@aws-sdk/client-dynamodb` 3 and nothing else, no types of a browser or of Node.js, and no
//! package of ours; it compiles under the strictest options, and `prettier` would change nothing of it. Every pattern that
//! the lowering can say is a whole function; the others are named in the module's head.
//!
//! Values are translated by the module's own plain functions and not by `lib-dynamodb`: what that writes depends on
//! options that belong to the caller's client (what becomes of `undefined`, of empty sets, of large numbers).

mod actions;
mod code;
mod entities;
mod given;
mod helpers;
mod layout;
mod manifest;
mod names;
mod placeholders;
mod predicates;
mod reads;
mod requests;
mod source;
mod values;
mod writes;

use super::Origin;
use super::client::{Body, Client, PatternCode, Type};
use super::engine::Templates;
use crate::plan::Plan;
use code::Code;
use minijinja::Error;
use names::{Names, method, part};
use serde::Serialize;
use std::collections::BTreeMap;
use values::literal;

/// Its template, by its path under `templates/`.
const TEMPLATE: (&str, &str) = (
    "typescript/module.ts",
    include_str!("../../templates/typescript/module.ts.j2"),
);

/// What one pattern adds to the module.
#[derive(Default)]
struct Piece {
    types: Vec<Code>,
    functions: Vec<Code>,
    method: Code,
}

/// What the template prints.
#[derive(Serialize)]
struct Module<'a> {
    origin: [&'a str; 2],
    about: Vec<String>,
    left_out: Vec<(String, String)>,
    imports: Vec<&'static str>,
    type_imports: Vec<&'static str>,
    helpers: Vec<String>,
    types: Vec<String>,
    functions: Vec<String>,
    client: String,
    class: String,
    class_says: String,
    methods: Vec<String>,
    clock: bool,
}

/// Whether a path is that of one module, and not of a directory.
pub(super) fn is_module(path: &str) -> bool {
    let (_, extension) = path.rsplit_once('.').unwrap_or_default();
    extension == "ts"
}

/// Makes the module.
///
/// # Errors
/// Where a template is wrong.
pub(super) fn module(plan: &Plan, origin: &Origin) -> Result<String, Error> {
    let client = Client::new(plan);
    let mut names = Names::new(&client);
    let mut types = enumerations(&client, &mut names);
    let mut functions = Vec::new();
    for entity in &client.entities {
        types.push(entities::row_type(&names, entity));
    }
    types.push(entity_union(&client, &names));
    for entity in &client.entities {
        functions.extend(entities::functions(&names, entity));
    }
    let mut methods = Vec::new();
    for pattern in &client.patterns {
        let piece = match &pattern.body {
            Body::Read(read) => reads::pattern(&client, &mut names, pattern, read),
            Body::Write(write) => writes::pattern(&client, &mut names, pattern, write),
        };
        types.extend(piece.types);
        functions.extend(piece.functions);
        methods.push(piece.method);
    }
    let text = |all: Vec<Code>| -> Vec<String> { all.into_iter().map(Code::into_text).collect() };
    let (types, functions, methods) = (text(types), text(functions), text(methods));
    let used = [&types, &functions, &methods]
        .map(|all| all.concat())
        .concat();
    let clock = used.contains("this.#now()");
    let mut named = helpers::named(&used);
    let helpers = helpers::of(&named);
    named.extend(helpers.iter().flat_map(|text| helpers::named(text)));
    let of_sdk = |names: &[&'static str]| -> Vec<&'static str> {
        let all = names.iter().copied();
        all.filter(|name| named.contains(name)).collect()
    };
    let (imports, type_imports) = (of_sdk(helpers::VALUES), of_sdk(helpers::TYPES));
    let module = Module {
        origin: origin.lines(),
        about: client
            .description
            .iter()
            .flat_map(|d| {
                d.lines()
                    .map(|l| l.split_whitespace().collect::<Vec<_>>().join(" "))
            })
            .collect(),
        left_out: client.left_out.clone(),
        imports,
        type_imports,
        helpers,
        types,
        functions,
        class: names.free(&format!("{}Client", part(&client.design))),
        class_says: format!("The patterns of `{}`, each a method.", client.design),
        client: client.tables.join("`, `"),
        methods: methods.iter().map(|m| indented(m)).collect(),
        clock,
    };
    let text = Templates::new(&[TEMPLATE])?.render(TEMPLATE.0, &module)?;
    Ok(layout::laid_out(&text))
}

/// Makes the manifest.
pub(super) fn manifest(plan: &Plan, origin: &Origin) -> String {
    manifest::of(&Client::new(plan), plan, origin)
}

/// Both files, by their names.
///
/// # Errors
/// Where a template is wrong.
pub(super) fn directory(
    plan: &Plan,
    origin: &Origin,
) -> Result<BTreeMap<&'static str, String>, Error> {
    Ok(BTreeMap::from([
        ("index.ts", module(plan, origin)?),
        ("patterns.json", manifest(plan, origin)),
    ]))
}

fn indented(method: &str) -> String {
    method
        .lines()
        .map(|l| {
            if l.is_empty() {
                "\n".to_owned()
            } else {
                format!("  {l}\n")
            }
        })
        .collect()
}

/// The types of enumerations, named after the first attribute that has them, or the parameter.
fn enumerations(client: &Client, names: &mut Names) -> Vec<Code> {
    let mut new = Vec::new();
    for entity in &client.entities {
        for field in &entity.fields {
            if let Type::Enumeration(values) = &field.ty {
                let wanted = format!("{}{}", part(&entity.name), part(&field.attribute));
                names.enumeration(values, &wanted, &mut new);
            }
        }
    }
    for pattern in &client.patterns {
        let lists = pattern.lists.iter().flat_map(|l| &l.parameters);
        for parameter in pattern.parameters.iter().chain(lists) {
            if let Type::Enumeration(values) = &parameter.ty {
                let wanted = format!("{}{}", part(&pattern.name), part(&parameter.name));
                names.enumeration(values, &wanted, &mut new);
            }
        }
    }
    let mut made = Vec::new();
    for brand in &client.brands {
        let mut code = Code::default();
        let name = &brand.name;
        code.doc(&[format!(
            "`{}` of `{}`; made of a text by its function.",
            brand.attribute, brand.entity
        )]);
        code.line(format!(
            "export type {name} = string & {{ readonly [brand]: {} }};",
            literal(name)
        ));
        code.line("");
        code.line(format!(
            "export function {}(of: string): {name} {{",
            names.maker(name)
        ));
        code.line(format!("  return of as {name};"));
        code.line("}");
        made.push(code);
    }
    for (name, values) in new {
        let mut code = Code::default();
        let all: Vec<String> = values.iter().map(|v| literal(v)).collect();
        code.line(format!("export type {name} = {};", all.join(" | ")));
        made.push(code);
    }
    made
}

/// The type of any item.
fn entity_union(client: &Client, names: &Names) -> Code {
    let mut code = Code::default();
    let all: Vec<String> = client
        .entities
        .iter()
        .map(|e| format!("Of<{}, {}>", literal(&e.name), names.entity(&e.name)))
        .collect();
    code.doc(&["An item of any entity.".to_owned()]);
    code.line(format!("export type Entity = {};", all.join(" | ")));
    code
}

/// Opens the method of a pattern, up to what sends its requests.
fn open_method(
    code: &mut Code,
    pattern: &PatternCode,
    given: Option<String>,
    options: &[&str],
    answer: &str,
) {
    let options = format!("options: {} = {{}}", options.join(" & "));
    let parameters: Vec<String> = given.into_iter().chain([options]).collect();
    code.doc(&about(pattern));
    code.open(format!(
        "async {}({}): Promise<{answer}> {{",
        method(pattern),
        parameters.join(", ")
    ));
    code.line("const sender = this.#sender(options);");
}

/// What people read of a pattern.
fn about(pattern: &PatternCode) -> Vec<String> {
    let mut made: Vec<String> = pattern.description.iter().cloned().collect();
    if !pattern.id.is_empty() {
        made.push(format!("Answers {}.", pattern.id.join(", ")));
    }
    made.push(manifest::told(pattern));
    made
}
