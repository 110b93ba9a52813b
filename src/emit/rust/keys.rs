//! The module `keys`: every text of a key is made there.
//!
//! Promises: one function for each form of a key, whether items or requests need it; all its values are typed by what the
//! encoding takes.

mod form;

use super::layout::{Code, call, raw};
use super::names::{Locals, Taken, ident, snake};
use super::support::Words;
use super::types::{grouped, quoted};
use crate::emit::client::{IndexKey, KeyPart};
use crate::plan::Segment;
use form::{Form, Part, limit, taken};

/// What the module `keys` takes from outside, if it uses it.
const FROM_OUTSIDE: &[&str] = &[
    "Check",
    "Decimal",
    "Error",
    "Row",
    "Timestamp",
    "exists",
    "is",
    "kind",
    "missing",
    "one_of",
    "put",
    "refused",
    "shard",
    "text",
    "the_boolean",
    "the_bytes",
    "the_decimal",
    "the_integer",
    "the_timestamp",
    "number",
    "hex",
];
/// What it has for itself.
const OWN: &[&str] = &[
    "day",
    "decimal",
    "escape",
    "fit",
    "fit_bytes",
    "integer",
    "inverted",
    "raw",
];

/// All of them.
#[derive(Debug, Clone, Default)]
pub(super) struct Keys {
    forms: Vec<Form>,
    taken: Taken,
    locals: Locals,
    /// Functions on whole items, printed.
    pub(super) items: String,
}

/// What a segment is made of.
fn part(segment: &Segment) -> Part {
    match segment {
        Segment::Literal { literal } => Part::Literal(literal.clone()),
        Segment::Attribute { encoding, .. }
        | Segment::Shard { encoding, .. }
        | Segment::Parameter { encoding, .. }
        | Segment::Variable { encoding, .. }
        | Segment::Row { encoding, .. } => Part::Value(encoding.clone()),
    }
}

fn name_of(segment: &Segment) -> Option<&str> {
    match segment {
        Segment::Literal { .. } => None,
        Segment::Shard { .. } => Some("shard"),
        Segment::Attribute {
            attribute: name, ..
        }
        | Segment::Parameter {
            parameter: name, ..
        }
        | Segment::Variable { variable: name, .. }
        | Segment::Row { row: name, .. } => Some(name),
    }
}

/// Whether the one segment of a key is the value itself.
pub(super) fn native(segments: &[Segment]) -> Option<(&Segment, &str)> {
    match segments {
        [one] => match part(one) {
            Part::Value(encoding) if encoding == "number" || encoding == "binary" => {
                Some((one, if encoding == "number" { "N" } else { "B" }))
            }
            _ => None,
        },
        _ => None,
    }
}

impl Keys {
    /// None yet; their values are named by these.
    pub(super) fn new(locals: Locals) -> Self {
        let mut taken = Taken::default();
        for name in FROM_OUTSIDE.iter().chain(OWN) {
            taken.give(name, "");
        }
        Self {
            taken,
            locals,
            ..Self::default()
        }
    }

    /// The name of what makes this text, and whether it is a function with values: else it is a constant.
    pub(super) fn form(
        &mut self,
        wanted: &str,
        attribute: &str,
        partition: bool,
        segments: &[Segment],
    ) -> (String, bool) {
        let parts: Vec<Part> = segments.iter().map(part).collect();
        let constant = parts.iter().all(|p| matches!(p, Part::Literal(_)));
        let same = |f: &&Form| {
            f.parts == parts && (constant || f.attribute == attribute && f.partition == partition)
        };
        if let Some(known) = self.forms.iter().find(same) {
            return (known.name.clone(), !constant);
        }
        let base = snake(wanted);
        let base = if constant {
            base.to_ascii_uppercase()
        } else {
            base
        };
        let otherwise = if constant { "_KEY" } else { "_key" };
        let name = self.taken.give(&base, otherwise);
        let mut values: Vec<String> = Vec::new();
        let mut names = Taken::default();
        for segment in segments {
            if let Some(name) = name_of(segment) {
                values.push(names.give(&self.locals.of(name), "_"));
            }
        }
        self.forms.push(Form {
            name: name.clone(),
            attribute: attribute.to_owned(),
            partition,
            parts,
            values,
        });
        (name, !constant)
    }

    /// A name for a function on items.
    pub(super) fn name(&mut self, wanted: &str) -> String {
        ident(&self.taken.give(&snake(wanted), "_key"))
    }

    /// The function that gives the key of an item in an index.
    pub(super) fn of_item(
        &mut self,
        what: &str,
        (base, wanted): (&str, &str),
        key: &IndexKey,
        only_when: &[super::layout::E],
        physical: &dyn Fn(&str) -> String,
    ) -> String {
        let name = self.name(wanted);
        let literal = |s: &Segment| matches!(s, Segment::Literal { .. });
        let constant =
            only_when.is_empty() && key.parts.iter().all(|p| p.segments.iter().all(literal));
        let mut code = Code::new(4);
        let place = key.index.as_deref().unwrap_or("the table");
        code.doc(&format!(
            "The key of {what} in {}, {}: nothing where it is not there.",
            if key.index.is_some() {
                format!("`{place}`")
            } else {
                place.to_owned()
            },
            super::docs::templates(&key.parts)
        ));
        code.line("///");
        code.line("/// # Errors");
        code.doc("A value that does not fit into a key.");
        code.head(
            &format!("pub fn {name}"),
            &[format!("{}: &Row", if constant { "_item" } else { "item" })],
            "Result<Option<Row>, Error>",
        );
        for condition in only_when {
            code.stmt("let wanted = ", condition, ";");
            code.open("if !wanted.holds(Some(item)) {");
            code.line("return Ok(None);");
            code.close("}");
        }
        let mut known = Vec::new();
        for part in &key.parts {
            self.read_values(&mut code, part, &mut known, physical);
        }
        code.line("let mut key = Row::new();");
        for part in &key.parts {
            self.put_part(&mut code, base, part);
        }
        code.line("Ok(Some(key))");
        code.close("}");
        self.items.push('\n');
        self.items.push_str(&code.text());
        name
    }

    /// Takes the values of a key out of the item.
    fn read_values(
        &self,
        code: &mut Code,
        part: &KeyPart,
        known: &mut Vec<String>,
        physical: &dyn Fn(&str) -> String,
    ) {
        for segment in &part.segments {
            let (variable, value) = match segment {
                Segment::Attribute {
                    attribute,
                    encoding,
                } => {
                    let name = quoted(&physical(attribute));
                    let get = format!("item.get({name})");
                    let value = match taken(encoding) {
                        _ if encoding == "number" || encoding == "binary" => raw(get),
                        "&str" => call("kind", vec![raw("item"), raw(name)]),
                        "i64" => raw(format!("{get}.and_then(the_integer)")),
                        "&Decimal" => raw(format!("{get}.and_then(the_decimal)")),
                        "Timestamp" => raw(format!("{get}.and_then(the_timestamp)")),
                        "bool" => raw(format!("{get}.and_then(the_boolean)")),
                        _ => raw(format!("{get}.and_then(the_bytes)")),
                    };
                    (variable(segment, &part.physical, &self.locals), value)
                }
                Segment::Shard { shard, .. } => {
                    let of: Vec<String> = shard.of.iter().map(|a| quoted(&physical(a))).collect();
                    let of = format!("&[{}]", of.join(", "));
                    let count = raw(grouped(&shard.count));
                    let value = call("shard", vec![raw("item"), raw(of), count]);
                    (variable(segment, &part.physical, &self.locals), value)
                }
                _ => continue,
            };
            if known.contains(&variable) {
                continue;
            }
            code.stmt(&format!("let Some({variable}) = "), &value, " else {");
            code.line("    return Ok(None);");
            code.line("};");
            known.push(variable);
        }
    }

    fn put_part(&mut self, code: &mut Code, base: &str, part: &KeyPart) {
        let target = quoted(&part.physical);
        if let Some((segment, ty)) = native(&part.segments) {
            let value = variable(segment, &part.physical, &self.locals);
            if ty == "B" {
                let limit = limit(part.partition);
                code.open(format!("if let AttributeValue::B(blob) = {value} {{"));
                code.line(format!("fit_bytes({target}, {limit}, blob.as_ref())?;"));
                code.close("}");
            }
            code.line(format!("put(&mut key, {target}, {value}.clone());"));
            return;
        }
        let wanted = format!("{base}_{}", part.physical);
        let (name, function) = self.form(&wanted, &part.physical, part.partition, &part.segments);
        if !function {
            code.line(format!("put(&mut key, {target}, text({name}));"));
            return;
        }
        let values = part.segments.iter().filter_map(|segment| {
            let borrowed = match self::part(segment) {
                Part::Literal(_) => return None,
                Part::Value(encoding) => matches!(taken(&encoding), "&Decimal" | "&[u8]"),
            };
            let value = variable(segment, &part.physical, &self.locals);
            Some(raw(if borrowed { format!("&{value}") } else { value }))
        });
        let variable = if part.partition {
            "partition_key"
        } else {
            "sort_key"
        };
        code.stmt(
            &format!("let {variable} = "),
            &call(name, values.collect()),
            "?;",
        );
        code.line(format!("put(&mut key, {target}, text(&{variable}));"));
    }

    /// The functions on texts, printed.
    pub(super) fn print(&self) -> String {
        let mut out = String::new();
        for form in &self.forms {
            out.push('\n');
            out.push_str(&form.print());
        }
        out.push_str(&self.items);
        out
    }
}

/// The variable of a value of a key.
fn variable(segment: &Segment, physical: &str, locals: &Locals) -> String {
    match segment {
        Segment::Shard { .. } => format!("{}_shard", snake(physical)),
        other => locals.of(name_of(other).unwrap_or_default()),
    }
}

/// The module `keys`, with what it takes from outside.
pub(super) fn module(text: &str) -> String {
    if text.trim().is_empty() {
        return String::new();
    }
    let words = Words::of(text);
    let mut used: Vec<&str> = FROM_OUTSIDE.to_vec();
    used.retain(|n| words.uses(n));
    used.sort_by_key(|n| (n.starts_with(char::is_lowercase), *n));
    used.sort_by_key(|n| !n.starts_with(char::is_uppercase));
    let attribute = text
        .contains("AttributeValue::")
        .then_some("AttributeValue");
    let mut all: Vec<&str> = used;
    all.extend(attribute);
    all.sort_by_key(|n| (n.starts_with(char::is_lowercase), *n));
    let mut out = String::from("\n/// Keys: every text of a key is made here.\npub mod keys {\n");
    if !all.is_empty() {
        let one = format!("    use super::{{{}}};\n", all.join(", "));
        if all.len() == 1 {
            out.push_str(&format!("    use super::{};\n", all[0]));
        } else if one.trim_end().chars().count() <= 100 {
            out.push_str(&one);
        } else {
            out.push_str("    use super::{\n");
            let mut line = "        ".to_owned();
            for name in all {
                if line.len() + name.len() + 2 > 101 {
                    out.push_str(&format!("{}\n", line.trim_end()));
                    line = "        ".to_owned();
                }
                line.push_str(&format!("{name}, "));
            }
            out.push_str(&format!("{}\n    }};\n", line.trim_end()));
        }
    }
    out.push_str(text);
    out.push_str("}\n");
    out
}
