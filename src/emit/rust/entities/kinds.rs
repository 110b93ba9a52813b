//! How items are put together for the table: what is computed, their keys, and the guards of what is unique.
//!
//! Promises: there is one function for each kind of item, through which every write of a whole item goes.

use crate::emit::client::{EntityCode, Field, KindCode};
use crate::emit::rust::Module;
use crate::emit::rust::layout::{Code, E, call, raw};
use crate::emit::rust::names::snake;
use crate::emit::rust::types::{grouped, quoted};

impl Module<'_> {
    /// The functions that put the items of a kind together, made once.
    pub(in crate::emit::rust) fn kinds(&mut self) {
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

    pub(super) fn kind(&mut self, entity: &EntityCode, kind: &KindCode) {
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
    pub(super) fn stored(
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
                self.types.locals.of(&field.attribute),
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
                    "at_most(&item, {}, {})?;",
                    quoted(&field.physical),
                    grouped(&max)
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

    pub(super) fn discriminator(&self, code: &mut Code, kind: &KindCode) {
        let of = &kind.discriminator;
        let value = call("text", vec![raw(quoted(&of.value))]);
        let arguments = vec![raw("&mut item"), raw(quoted(&of.attribute)), value];
        code.stmt("", &call("put", arguments), ";");
    }

    pub(super) fn ttl(&self, code: &mut Code, entity: &EntityCode, kind: &KindCode, from: &str) {
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

/// `customer`, and `customer_email_guard` of a guard.
pub(in crate::emit::rust) fn kind_name(kind: &KindCode) -> String {
    let base = snake(&kind.name.replace(|c: char| !c.is_ascii_alphanumeric(), "_"));
    if kind.guard {
        format!("{base}_guard")
    } else {
        base
    }
}

pub(in crate::emit::rust) fn derived_name(entity: &EntityCode, field: &Field) -> String {
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
            code.line(format!(
                "Some(text(&beginning(&source, {})))",
                grouped(&count)
            ));
        }
        "bucket" => {
            code.line(format!("let source = plain({first})?;"));
            code.line(format!(
                "Some(number(fnv(&source) % {}))",
                grouped(&count.max(1))
            ));
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
