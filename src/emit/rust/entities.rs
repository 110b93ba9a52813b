//! Entities: the structs of their items, how these are read out of the table, and how items are put together for it.

use super::Module;
use super::docs;
use super::layout::{Code, E, call, raw};
use super::names::{Taken, pascal, snake};
use super::types::{field_name, quoted};
use crate::emit::client::{EntityCode, Field, KindCode, RowCode, RowField, Type};

/// The booleans from which on a lint asks whether a struct should be something else.
const MANY_BOOLEANS: usize = 3;

/// A field of a struct.
#[derive(Debug, Clone)]
pub(super) struct StructField {
    pub(super) name: String,
    pub(super) ty: String,
    pub(super) doc: String,
}

/// A struct with public fields.
pub(super) fn structure(name: &str, doc: &str, fields: &[StructField]) -> String {
    let mut code = Code::new(0);
    code.doc(doc);
    code.line("#[derive(Clone, Debug, PartialEq)]");
    if fields.iter().filter(|f| f.ty == "bool").count() > MANY_BOOLEANS {
        code.line("#[expect(clippy::struct_excessive_bools, reason = \"the design has them\")]");
    }
    code.open(format!("pub struct {name} {{"));
    for field in fields {
        code.doc(&field.doc);
        code.line(format!("pub {}: {},", field.name, field.ty));
    }
    code.close("}");
    code.text()
}

impl Module<'_> {
    /// The physical name of an attribute.
    pub(super) fn physical(&self, entity: &EntityCode, attribute: &str) -> String {
        entity
            .field(attribute)
            .map_or_else(|| attribute.to_owned(), |f| f.physical.clone())
    }

    /// The enumerations and the types of identifiers.
    pub(super) fn small_types(&mut self) {
        for (values, name) in self.types.enumerations.clone() {
            let text = enumeration(&name, &values);
            self.parts.push(text);
        }
        for brand in &self.client.brands {
            let name = self
                .types
                .brands
                .get(&brand.name)
                .cloned()
                .unwrap_or_default();
            let what = format!("{}.{}", brand.entity, brand.attribute);
            self.parts.push(identifier(&name, &what));
        }
    }

    /// The structs of all entities.
    pub(super) fn entities(&mut self) {
        for entity in &self.client.entities {
            let doc = entity
                .description
                .as_deref()
                .map_or_else(|| format!("An item of `{}`.", entity.name), docs::prose);
            let fields: Vec<RowField> = entity
                .fields
                .iter()
                .map(|f| RowField {
                    attribute: f.attribute.clone(),
                    physical: f.physical.clone(),
                    ty: f.ty.clone(),
                    required: !f.optional,
                })
                .collect();
            let name = self.types.entity(&entity.name);
            self.row_struct(entity, &name, &doc, &fields);
        }
        self.parts.push(self.item_enum());
    }

    /// The struct of a row, and its reader.
    fn row_struct(&mut self, entity: &EntityCode, name: &str, doc: &str, fields: &[RowField]) {
        let mut names = Taken::default();
        let mut made: Vec<(StructField, E)> = Vec::new();
        for field in fields {
            let set = field.ty.is_set();
            let owned = self.types.owned(&field.ty);
            let ty = if field.required || set {
                owned
            } else {
                format!("Option<{owned}>")
            };
            let about = entity.field(&field.attribute);
            let field_name = names.give(&field_name(&field.attribute), "_");
            let read = if field.required && !set {
                "need"
            } else {
                "read"
            };
            let arguments = vec![
                raw("row"),
                raw(quoted(&entity.name)),
                raw(quoted(&field.physical)),
                raw(self.types.reader(&field.ty)),
            ];
            let suffix = if set && !field.required {
                "?.unwrap_or_default()"
            } else {
                "?"
            };
            let value = E::Chain(String::new(), vec![call(read, arguments), raw(suffix)]);
            let value = flat_suffix(value);
            let doc = field_doc(about, &field.attribute);
            made.push((
                StructField {
                    name: field_name,
                    ty,
                    doc,
                },
                value,
            ));
        }
        let structs: Vec<StructField> = made.iter().map(|(f, _)| f.clone()).collect();
        let mut text = structure(name, doc, &structs);
        text.push('\n');
        let mut code = Code::new(0);
        code.open(format!("impl {name} {{"));
        code.head("fn read", &["row: &Row".to_owned()], "Result<Self, Error>");
        if let Some(kind) = entity.item() {
            let of = &kind.discriminator;
            let arguments = vec![
                raw("row"),
                raw(quoted(&of.attribute)),
                raw(quoted(&of.value)),
            ];
            code.stmt("", &call("is_a", arguments), "?;");
        }
        let fields = made.into_iter().map(|(f, value)| (f.name, value)).collect();
        code.stmt(
            "",
            &call("Ok", vec![E::Struct("Self".to_owned(), fields)]),
            "",
        );
        code.close("}");
        code.close("}");
        text.push_str(&code.text());
        self.parts.push(text);
    }

    /// The type of the rows of an entity in an answer; made where it is not that of the entity.
    pub(super) fn row_type(&mut self, pattern: &str, of: &RowCode, alone: bool) -> String {
        if of.whole {
            return self.types.entity(&of.entity);
        }
        let Some(entity) = self.client.entity(&of.entity) else {
            return self.types.entity(&of.entity);
        };
        let wanted = if alone {
            format!("{}Row", pascal(pattern))
        } else {
            format!("{}{}", pascal(pattern), pascal(&of.entity))
        };
        let name = self.types.taken.give(&wanted, "Row");
        let doc = format!("What `{pattern}` reads of an item of `{}`.", of.entity);
        self.row_struct(entity, &name, &doc, &of.fields);
        name
    }

    /// An item of any entity.
    fn item_enum(&self) -> String {
        let mut code = Code::new(0);
        code.doc("An item of any entity.");
        code.line("#[derive(Clone, Debug, PartialEq)]");
        code.line("#[non_exhaustive]");
        code.open("pub enum Item {");
        for entity in &self.client.entities {
            let name = self.types.entity(&entity.name);
            code.doc(&format!("Of `{}`.", entity.name));
            code.line(format!("{name}(Box<{name}>),"));
        }
        code.close("}");
        code.line("");
        code.open("impl Item {");
        code.doc("The item that a row is; nothing of a row that is no item of the design.");
        code.line("#[must_use]");
        code.head("pub fn read", &["row: &Row".to_owned()], "Option<Self>");
        let discriminator = self.client.entities.iter().find_map(EntityCode::item);
        let attribute = discriminator.map_or("_type", |k| k.discriminator.attribute.as_str());
        code.open(format!("match kind(row, {})? {{", quoted(attribute)));
        for entity in &self.client.entities {
            let (Some(kind), name) = (entity.item(), self.types.entity(&entity.name)) else {
                continue;
            };
            code.open(format!("{} => {{", quoted(&kind.discriminator.value)));
            code.line(format!("let item = {name}::read(row).ok()?;"));
            code.line(format!("Some(Self::{name}(Box::new(item)))"));
            code.close("}");
        }
        code.line("_ => None,");
        code.close("}");
        code.close("}");
        code.close("}");
        code.text()
    }

    /// The functions that put the items of a kind together, made once.
    pub(super) fn kinds(&mut self) {
        for entity in &self.client.entities {
            for field in entity.fields.iter().filter(|f| f.derived.is_some()) {
                let text = derived(self, entity, field);
                self.support.push(text);
            }
            for kind in &entity.kinds {
                self.kind(entity, kind);
            }
        }
    }

    fn kind(&mut self, entity: &EntityCode, kind: &KindCode) {
        let base = kind_name(kind);
        let what = if kind.guard {
            format!(
                "what keeps `{}` of a `{}` unique",
                kind.unique.join("`, `"),
                entity.name
            )
        } else {
            format!("an item of `{}`", entity.name)
        };
        let physical = |attribute: &str| {
            let field = entity.field(attribute);
            field.map_or_else(|| attribute.to_owned(), |f| f.physical.clone())
        };
        let mut keys = std::mem::take(&mut self.keys);
        let table = keys.of_item(&what, (&base, &base), &kind.key, &[], &physical);
        let mut indexes = Vec::new();
        for key in &kind.indexes {
            let index = key.index.clone().unwrap_or_default();
            let wanted = format!("{base}_in_{}", snake(&index));
            let only_when: Vec<E> = key
                .only_when
                .iter()
                .map(|c| self.instance_check(entity, c))
                .collect();
            let name = keys.of_item(&what, (&base, &wanted), key, &only_when, &physical);
            self.index_keys
                .insert((kind.name.clone(), index), name.clone());
            indexes.push(name);
        }
        self.table_keys.insert(kind.name.clone(), table.clone());
        self.keys = keys;
        let text = self.stored(entity, kind, &base, &table, &indexes);
        self.support.push(text);
    }

    /// The function that makes the whole item.
    fn stored(
        &self,
        entity: &EntityCode,
        kind: &KindCode,
        base: &str,
        table: &str,
        indexes: &[String],
    ) -> String {
        let mut code = Code::new(0);
        let name = format!("stored_{base}");
        if kind.guard {
            code.doc(&format!(
                "The guard `{}` of an item, if it has one.",
                kind.name
            ));
            code.head(
                &format!("fn {name}"),
                &["of: &Row".to_owned()],
                "Result<Option<Row>, Error>",
            );
            code.open(format!("let Some(mut item) = keys::{table}(of)? else {{"));
            code.line("return Ok(None);");
            code.close("};");
            for attribute in &kind.carries {
                let physical = quoted(&self.physical(entity, attribute));
                code.line(format!(
                    "put_if(&mut item, {physical}, of.get({physical}).cloned());"
                ));
            }
            self.ttl(&mut code, entity, kind, "of");
            self.discriminator(&mut code, kind);
            code.line("Ok(Some(item))");
            code.close("}");
            return code.text();
        }
        code.doc(&format!(
            "An item of `{}` as the table holds it.",
            entity.name
        ));
        code.head(
            &format!("fn {name}"),
            &["mut item: Row".to_owned()],
            "Result<Row, Error>",
        );
        for field in in_order(entity) {
            let function = derived_name(entity, field);
            let (variable, physical) = (
                super::names::local(&field.attribute),
                quoted(&field.physical),
            );
            code.line(format!("let {variable} = {function}(&item);"));
            code.line(format!("put_if(&mut item, {physical}, {variable});"));
        }
        for field in &entity.fields {
            if field.nonempty {
                code.line(format!("not_empty(&item, {})?;", quoted(&field.physical)));
            }
            if let Some(max) = self.max(&entity.name, &field.attribute) {
                code.line(format!(
                    "at_most(&item, {}, {max})?;",
                    quoted(&field.physical)
                ));
            }
        }
        self.ttl(&mut code, entity, kind, "item");
        self.discriminator(&mut code, kind);
        code.line(format!("let key = keys::{table}(&item)?;"));
        let lacks = format!(
            "{:?}",
            format!("{}: a value of its key is missing", entity.name)
        );
        code.stmt(
            "let key = key.ok_or_else(|| ",
            &call(
                "refused",
                vec![raw(quoted(&entity.name)), raw("\"its key lacks a value\"")],
            ),
            ")?;",
        );
        let _ = lacks;
        for index in indexes {
            code.line(format!("let entry = keys::{index}(&item)?;"));
            code.line("item.extend(entry.into_iter().flatten());");
        }
        code.line("item.extend(key);");
        code.line("Ok(item)");
        code.close("}");
        code.text()
    }

    fn discriminator(&self, code: &mut Code, kind: &KindCode) {
        let of = &kind.discriminator;
        let value = call("text", vec![raw(quoted(&of.value))]);
        let arguments = vec![raw("&mut item"), raw(quoted(&of.attribute)), value];
        code.stmt("", &call("put", arguments), ";");
    }

    fn ttl(&self, code: &mut Code, entity: &EntityCode, kind: &KindCode, from: &str) {
        if let Some(ttl) = &kind.ttl {
            let of = quoted(&self.physical(entity, &ttl.of));
            let name = quoted(&ttl.attribute);
            code.line(format!(
                "let seconds = {from}.get({of}).and_then(seconds_of);"
            ));
            code.line(format!("put_if(&mut item, {name}, seconds);"));
        }
    }
}

/// `call(…)?`, which is no chain as long as its call has no other link.
fn flat_suffix(of: E) -> E {
    match of {
        E::Chain(root, links) => {
            let mut links = links.into_iter();
            match (root.as_str(), links.next(), links.next()) {
                ("", Some(E::Call(callee, arguments)), Some(E::Raw(suffix))) => {
                    E::Suffixed(Box::new(E::Call(callee, arguments)), suffix)
                }
                (_, Some(first), _) => first,
                _ => raw(""),
            }
        }
        other => other,
    }
}

fn field_doc(about: Option<&Field>, attribute: &str) -> String {
    let mut doc = about
        .and_then(|f| f.description.as_deref())
        .map_or_else(|| format!("The attribute `{attribute}`."), docs::prose);
    if let Some(derived) = about.and_then(|f| f.derived.as_ref()) {
        let of = derived.of.join(", ");
        doc.push_str(&format!(
            " Computed on every write: `{}({of})`.",
            derived.function
        ));
    }
    doc
}

/// `customer`, and `customer_email_guard` of a guard.
pub(super) fn kind_name(kind: &KindCode) -> String {
    let base = snake(&kind.name.replace(|c: char| !c.is_ascii_alphanumeric(), "_"));
    if kind.guard {
        format!("{base}_guard")
    } else {
        base
    }
}

pub(super) fn derived_name(entity: &EntityCode, field: &Field) -> String {
    format!("{}_{}_of", snake(&entity.name), snake(&field.attribute))
}

/// The derived attributes, sources first.
fn in_order(entity: &EntityCode) -> Vec<&Field> {
    let mut left: Vec<&Field> = entity
        .fields
        .iter()
        .filter(|f| f.derived.is_some())
        .collect();
    let mut made: Vec<&Field> = Vec::new();
    while !left.is_empty() {
        let waits = |f: &&Field, left: &[&Field]| {
            f.derived
                .iter()
                .flat_map(|d| &d.of)
                .any(|of| left.iter().any(|l| l.attribute == *of))
        };
        let next = left.iter().position(|f| !waits(f, &left)).unwrap_or(0);
        made.push(left.remove(next));
    }
    made
}

/// The function that computes an attribute.
fn derived(module: &Module<'_>, entity: &EntityCode, field: &Field) -> String {
    let Some(of) = &field.derived else {
        return String::new();
    };
    let get = |name: &String| format!("item.get({})?", quoted(&module.physical(entity, name)));
    let first = of.of.first().map(&get).unwrap_or_default();
    let count = of.argument.unwrap_or(0);
    let mut code = Code::new(0);
    code.doc(&format!(
        "`{}` of an item of `{}`.",
        field.attribute, entity.name
    ));
    let name = derived_name(entity, field);
    code.head(
        &format!("fn {name}"),
        &["item: &Row".to_owned()],
        "Option<AttributeValue>",
    );
    let time = |code: &mut Code, count: usize| {
        code.line(format!("let time = time_text({first})?;"));
        code.line(format!("let start = beginning(&time, {count});"));
    };
    match of.function.as_str() {
        "month" | "day" | "hour" => {
            let count = match of.function.as_str() {
                "month" => 7,
                "day" => 10,
                _ => 13,
            };
            time(&mut code, count);
            code.line("Some(text(&start))");
        }
        "year" => {
            time(&mut code, 4);
            code.line("let year: i64 = start.parse().ok()?;");
            code.line("Some(number(year))");
        }
        "lower" => {
            code.line(format!("let source = plain({first})?;"));
            code.line("Some(text(&source.to_lowercase()))");
        }
        "prefix" => {
            code.line(format!("let source = plain({first})?;"));
            code.line(format!("Some(text(&beginning(&source, {count})))"));
        }
        "bucket" => {
            code.line(format!("let source = plain({first})?;"));
            code.line(format!("Some(number(fnv(&source) % {}))", count.max(1)));
        }
        _ => {
            code.line("let mut all = String::new();");
            for name in &of.of {
                code.line(format!("all.push_str(&plain({})?);", get(name)));
            }
            code.line("Some(text(&all))");
        }
    }
    code.close("}");
    code.text()
}

fn enumeration(name: &str, values: &[String]) -> String {
    let mut taken = Taken::default();
    let named: Vec<(String, &String)> = values
        .iter()
        .map(|value| {
            let words: String = value
                .chars()
                .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
                .collect();
            let mut wanted = pascal(&words);
            if wanted.is_empty() || wanted.starts_with(|c: char| c.is_ascii_digit()) {
                wanted.insert(0, 'V');
            }
            let wanted = if wanted == "Self" {
                "SelfValue".to_owned()
            } else {
                wanted
            };
            (taken.give(&wanted, "Value"), value)
        })
        .collect();
    let mut code = Code::new(0);
    code.doc(&format!(
        "One of {}.",
        values
            .iter()
            .map(|v| docs::code(v))
            .collect::<Vec<_>>()
            .join(", ")
    ));
    code.line("#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]");
    code.open(format!("pub enum {name} {{"));
    for (variant, value) in &named {
        code.doc(&format!("{}.", docs::code(value)));
        code.line(format!("{variant},"));
    }
    code.close("}");
    code.line("");
    code.open(format!("impl {name} {{"));
    code.doc("All of them, in the order of the design.");
    let all = named
        .iter()
        .map(|(v, _)| raw(format!("Self::{v}")))
        .collect();
    code.stmt("pub const ALL: &[Self] = ", &E::Array("&", all), ";");
    code.line("");
    code.doc("Its text.");
    code.line("#[must_use]");
    code.head("pub const fn as_str", &["self".to_owned()], "&'static str");
    code.open("match self {");
    for (variant, value) in &named {
        code.line(format!("Self::{variant} => {},", quoted(value)));
    }
    code.close("}");
    code.close("}");
    code.line("");
    code.head(
        "fn read",
        &["value: &AttributeValue".to_owned()],
        "Option<Self>",
    );
    code.line("let text = value.as_s().ok()?;");
    code.line("Self::ALL.iter().copied().find(|one| one.as_str() == text)");
    code.close("}");
    code.close("}");
    code.line("");
    code.open(format!("impl Display for {name} {{"));
    code.head(
        "fn fmt",
        &["&self".to_owned(), "f: &mut Formatter<'_>".to_owned()],
        "fmt::Result",
    );
    code.line("f.write_str(self.as_str())");
    code.close("}");
    code.close("}");
    code.line("");
    code.open(format!("impl FromStr for {name} {{"));
    code.line("type Err = Error;");
    code.line("");
    code.head(
        "fn from_str",
        &["text: &str".to_owned()],
        "Result<Self, Error>",
    );
    code.line("let mut all = Self::ALL.iter().copied();");
    code.line("let found = all.find(|one| one.as_str() == text);");
    let why = call(
        "refused",
        vec![raw("text"), raw(quoted(&format!("is no {name}")))],
    );
    code.stmt("found.ok_or_else(|| ", &why, ")");
    code.close("}");
    code.close("}");
    code.text()
}

fn identifier(name: &str, what: &str) -> String {
    let mut code = Code::new(0);
    code.doc(&format!("A value of `{what}`, and of what refers to it."));
    code.line("#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]");
    code.line(format!("pub struct {name}(String);"));
    code.line("");
    code.open(format!("impl {name} {{"));
    code.doc("Of a text.");
    code.line("#[must_use]");
    code.head(
        "pub fn new",
        &["text: impl Into<String>".to_owned()],
        "Self",
    );
    code.line("Self(text.into())");
    code.close("}");
    code.line("");
    code.doc("Its text.");
    code.line("#[must_use]");
    code.head("pub fn as_str", &["&self".to_owned()], "&str");
    code.line("&self.0");
    code.close("}");
    code.line("");
    code.head(
        "fn read",
        &["value: &AttributeValue".to_owned()],
        "Option<Self>",
    );
    code.line("the_text(value).map(Self)");
    code.close("}");
    code.close("}");
    code.line("");
    code.open(format!("impl Display for {name} {{"));
    code.head(
        "fn fmt",
        &["&self".to_owned(), "f: &mut Formatter<'_>".to_owned()],
        "fmt::Result",
    );
    code.line("f.write_str(&self.0)");
    code.close("}");
    code.close("}");
    for (ty, value) in [("&str", "text.to_owned()"), ("String", "text")] {
        code.line("");
        code.open(format!("impl From<{ty}> for {name} {{"));
        code.head("fn from", &[format!("text: {ty}")], "Self");
        code.line(format!("Self({value})"));
        code.close("}");
        code.close("}");
    }
    code.text()
}

/// Whether a type of attributes is a set.
pub(super) fn is_set(ty: &Type) -> bool {
    ty.is_set()
}
