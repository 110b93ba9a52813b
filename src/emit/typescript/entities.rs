//! Entities in TypeScript: their types, their keys in every index, their items, and rows read back.

use super::code::Code;
use super::names::Names;
use super::predicates;
use super::values::{Source, branded, key_lines, literal, member, plain, property, reader, store};
use crate::emit::client::{EntityCode, Field, IndexKey, KindCode, RowCode, RowField, Type};
use crate::plan::Segment;

/// The state of an entity, called `of`, as where segments take values from.
pub(super) struct OfState<'a> {
    pub(super) entity: &'a EntityCode,
    pub(super) state: &'a str,
}

impl Source for OfState<'_> {
    fn value(&self, segment: &Segment) -> Option<(Type, String)> {
        match segment {
            Segment::Attribute { attribute, .. } => Some(self.hashed(attribute)),
            _ => None,
        }
    }

    fn hashed(&self, name: &str) -> (Type, String) {
        let ty = self
            .entity
            .field(name)
            .map_or(Type::Text(Vec::new()), |f| f.ty.clone());
        (ty, format!("{}.{name}", self.state))
    }
}

/// The row type of an entity.
pub(super) fn row_type(names: &Names, entity: &EntityCode) -> Code {
    let mut code = Code::default();
    let fields: Vec<RowField> = entity.fields.iter().map(whole).collect();
    code.doc(&[entity
        .description
        .clone()
        .unwrap_or_else(|| format!("An item of `{}`.", entity.name))]);
    fields_of(
        &mut code,
        names,
        names.entity(&entity.name),
        &fields,
        entity,
    );
    code
}

fn whole(field: &Field) -> RowField {
    RowField {
        attribute: field.attribute.clone(),
        physical: field.physical.clone(),
        ty: field.ty.clone(),
        required: !field.optional,
    }
}

/// An interface of some attributes.
pub(super) fn fields_of(
    code: &mut Code,
    names: &Names,
    name: &str,
    fields: &[RowField],
    entity: &EntityCode,
) {
    if fields.is_empty() {
        code.line(format!("export type {name} = Record<never, never>;"));
        return;
    }
    code.open(format!("export interface {name} {{"));
    for field in fields {
        let said = entity
            .field(&field.attribute)
            .and_then(|f| f.description.clone());
        code.doc(&said.into_iter().collect::<Vec<_>>());
        let maybe = if field.required { "" } else { " | undefined" };
        code.line(format!(
            "readonly {}: {}{maybe};",
            field.attribute,
            names.type_of(&field.ty)
        ));
    }
    code.close("}");
}

/// The functions of an entity: derived attributes, keys, items, its row.
pub(super) fn functions(names: &Names, entity: &EntityCode) -> Vec<Code> {
    let mut made = Vec::new();
    for field in entity.fields.iter().filter(|f| f.derived.is_some()) {
        made.push(derived(names, entity, field));
    }
    for kind in &entity.kinds {
        made.push(key(names, entity, kind, &kind.key));
        for index in &kind.indexes {
            made.push(key(names, entity, kind, index));
        }
        made.push(item(names, entity, kind));
    }
    let fields: Vec<RowField> = entity.fields.iter().map(whole).collect();
    made.push(row(names, entity, names.entity(&entity.name), &fields));
    made
}

/// The function that reads a row of some attributes.
pub(super) fn row(names: &Names, entity: &EntityCode, name: &str, fields: &[RowField]) -> Code {
    let mut code = Code::default();
    code.doc(&[format!("A row of `{}`, read back.", entity.name)]);
    code.open(format!(
        "export function rowOf{name}(item: Item): {name} {{"
    ));
    if let Some(kind) = entity.item() {
        let of = &kind.discriminator;
        code.line(format!(
            "known(item, {}, {});",
            literal(&of.attribute),
            literal(&of.value)
        ));
    }
    if fields.is_empty() {
        code.line("return {};");
        code.close("}");
        return code;
    }
    code.open("return {");
    for field in fields {
        code.line(format!(
            "{}: {},",
            field.attribute,
            read(names, "item", &field.physical, &field.ty, field.required)
        ));
    }
    code.close("};");
    code.close("}");
    code
}

/// A value of an item, read back.
pub(super) fn read(names: &Names, item: &str, physical: &str, ty: &Type, required: bool) -> String {
    let function = if required { "required" } else { "optional" };
    let of = if branded(ty) {
        format!("<{}>", names.type_of(ty))
    } else {
        String::new()
    };
    format!(
        "{function}({item}, {}, {}{of})",
        literal(physical),
        reader(ty)
    )
}

/// The line that leaves a function where an attribute is missing.
fn leave_without(code: &mut Code, of: &str, attributes: &[String], optional: bool) {
    let mut all: Vec<&String> = attributes.iter().collect();
    all.dedup();
    if all.is_empty() || !optional {
        return;
    }
    let tests: Vec<String> = all
        .iter()
        .map(|a| format!("{of}.{a} === undefined"))
        .collect();
    code.open(format!("if ({}) {{", tests.join(" || ")));
    code.line("return undefined;");
    code.close("}");
}

/// The attributes that the parts of a key use, sorted.
fn used(key: &IndexKey) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for segment in key.parts.iter().flat_map(|p| &p.segments) {
        match segment {
            Segment::Attribute { attribute, .. } => all.push(attribute.clone()),
            Segment::Shard { shard, .. } => all.extend(shard.of.iter().cloned()),
            _ => {}
        }
    }
    all.sort();
    all.dedup();
    all
}

fn key(names: &Names, entity: &EntityCode, kind: &KindCode, of: &IndexKey) -> Code {
    let mut code = Code::default();
    let place = of.index.as_ref().map_or_else(
        || format!("the table `{}`", kind.table),
        |index| format!("`{index}`"),
    );
    let what = if kind.guard {
        let unique = kind.unique.join("`, `");
        format!(
            "The key of the guard that keeps `{unique}` of `{}` unique",
            entity.name
        )
    } else {
        format!("The key of an item of `{}` in {place}", entity.name)
    };
    code.doc(&[format!("{what}; nothing where it has none.")]);
    let name = names.key_name(kind, of.index.as_deref());
    let used = used(of);
    let row = names.entity(&entity.name);
    let parameter = if used.is_empty() && of.only_when.is_empty() {
        "_of"
    } else {
        "of"
    };
    code.open(format!(
        "export function {name}({parameter}: State<{row}>): Item | undefined {{"
    ));
    for condition in &of.only_when {
        code.open(format!(
            "if ({}) {{",
            predicates::fails(entity, condition, "of")
        ));
        code.line("return undefined;");
        code.close("}");
    }
    leave_without(&mut code, "of", &used, true);
    code.open("return {");
    let source = OfState {
        entity,
        state: "of",
    };
    key_lines(&mut code, &of.parts, &source);
    code.close("};");
    code.close("}");
    code
}

fn item(names: &Names, entity: &EntityCode, kind: &KindCode) -> Code {
    let mut code = Code::default();
    let row = names.entity(&entity.name);
    let said = if kind.guard {
        format!("The guard `{}`; nothing where it is not wanted.", kind.name)
    } else {
        format!(
            "The whole item of `{}`, with its keys in every index.",
            entity.name
        )
    };
    code.doc(&[said]);
    let returned = if kind.guard {
        "Item | undefined"
    } else {
        "Item"
    };
    code.open(format!(
        "export function {}(of: State<{row}>): {returned} {{",
        names.item_name(kind)
    ));
    let mut first = format!("...needed({}(of)),", names.key_name(kind, None));
    if kind.guard {
        code.line(format!("const key = {}(of);", names.key_name(kind, None)));
        code.open("if (key === undefined) {");
        code.line("return undefined;");
        code.close("}");
        "...key,".clone_into(&mut first);
    }
    code.open("return {");
    code.line(first);
    let of = &kind.discriminator;
    code.line(format!(
        "{}: {{ S: {} }},",
        property(&of.attribute),
        literal(&of.value)
    ));
    code.open("...present({");
    for field in entity
        .fields
        .iter()
        .filter(|f| kind.carries.contains(&f.attribute))
    {
        let value = stored(field, &format!("of.{}", field.attribute));
        code.line(format!("{}: {value},", property(&field.physical)));
    }
    if let Some(ttl) = &kind.ttl {
        let seconds = seconds(entity, &ttl.of, &format!("of.{}", ttl.of));
        code.line(format!("{}: {seconds},", property(&ttl.attribute)));
    }
    code.close("}),");
    for index in &kind.indexes {
        code.line(format!(
            "...{}(of),",
            names.key_name(kind, index.index.as_deref())
        ));
    }
    code.close("};");
    code.close("}");
    code
}

/// An attribute as it is stored; missing where the value is.
pub(super) fn stored(field: &Field, value: &str) -> String {
    let checked = match (&field.ty, field.nonempty) {
        (_, false) => value.to_owned(),
        (Type::Bytes, true) => format!("nonemptyBytes({}, {value})", literal(&field.attribute)),
        (_, true) => format!("nonempty({}, {value})", literal(&field.attribute)),
    };
    store(&field.ty, &checked)
}

/// The seconds of a time, rounded up, as they are stored.
pub(super) fn seconds(entity: &EntityCode, attribute: &str, value: &str) -> String {
    match entity.field(attribute).map(|f| &f.ty) {
        Some(Type::Timestamp) => format!("integer(maybe({value}, secondsUp))"),
        Some(Type::Date) => format!("integer(maybe({value}, secondsOfDay))"),
        _ => format!("integer({value})"),
    }
}

fn derived(names: &Names, entity: &EntityCode, field: &Field) -> Code {
    let mut code = Code::default();
    let Some(derived) = &field.derived else {
        return code;
    };
    let row = names.entity(&entity.name);
    let ty = names.type_of(&field.ty);
    code.doc(&[format!(
        "`{}` of `{}`, computed.",
        field.attribute, entity.name
    )]);
    let name = names.derived_name(entity, &field.attribute);
    code.open(format!(
        "export function {name}(of: State<{row}>): {ty} | undefined {{"
    ));
    leave_without(&mut code, "of", &derived.of, true);
    let texts: Vec<String> = derived
        .of
        .iter()
        .map(|a| {
            let ty = entity
                .field(a)
                .map_or(Type::Text(Vec::new()), |f| f.ty.clone());
            plain(&ty, &member("of", a))
        })
        .collect();
    let first = texts.first().cloned().unwrap_or_default();
    let of_time = derived
        .of
        .first()
        .and_then(|a| entity.field(a))
        .map(|f| &f.ty);
    let time = match of_time {
        Some(Type::Epoch | Type::Integer { .. }) => {
            format!("epochText(Number({}))", member("of", &derived.of[0]))
        }
        _ => first.clone(),
    };
    let argument = derived.argument.unwrap_or(1);
    let number = |text: String| match &field.ty {
        Type::Integer { wide: true } => format!("BigInt({text})"),
        _ => format!("Number({text})"),
    };
    let named = |text: String| {
        if ty == "string" {
            text
        } else {
            format!("{text} as {ty}")
        }
    };
    let value = match derived.function.as_str() {
        "month" => named(format!("{time}.slice(0, 7)")),
        "day" => named(format!("{time}.slice(0, 10)")),
        "hour" => named(format!("{time}.slice(0, 13)")),
        "year" => number(format!("{time}.slice(0, 4)")),
        "lower" => named(format!("{first}.toLowerCase()")),
        "prefix" => named(format!("[...{first}].slice(0, {argument}).join(\"\")")),
        "bucket" => number(format!("hashed({first}, {argument})")),
        _ => named(format!(
            "`{}`",
            texts
                .iter()
                .fold(String::new(), |all, t| all + "${" + t + "}")
        )),
    };
    code.line(format!("return {value};"));
    code.close("}");
    code
}

/// The code that gives rows of several entities.
pub(super) fn discriminator<'a>(rows: &[RowCode], entities: &'a [EntityCode]) -> Option<&'a str> {
    let first = rows.first()?;
    let entity = entities.iter().find(|e| e.name == first.entity)?;
    Some(&entity.item()?.discriminator.attribute)
}
