//! The module `keys`: every text of a key is made there.
//!
//! Promises: one function for each form of a key, whether items or requests need it; all its values are typed by what the
//! encoding takes.

use super::layout::{Code, call, raw};
use super::names::{Taken, ident, local, snake};
use super::types::quoted;
use crate::emit::client::{IndexKey, KeyPart};
use crate::plan::Segment;

/// A part of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Literal(String),
    /// A value in this encoding.
    Value(String),
}

/// Makes one text of a key.
#[derive(Debug, Clone)]
struct Form {
    name: String,
    attribute: String,
    partition: bool,
    parts: Vec<Part>,
    /// The names of its values.
    values: Vec<String>,
}

/// All of them.
#[derive(Debug, Clone, Default)]
pub(super) struct Keys {
    forms: Vec<Form>,
    taken: Taken,
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

/// The type of a value that an encoding takes.
fn taken(encoding: &str) -> &'static str {
    match encoding.split(':').next().unwrap_or_default() {
        "integer" => "i64",
        "decimal" => "&Decimal",
        "timestamp" => "Timestamp",
        "boolean" => "bool",
        "hex" => "&[u8]",
        _ => "&str",
    }
}

impl Keys {
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
                values.push(names.give(&local(name), "_"));
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
                    (variable(segment, &part.physical), value)
                }
                Segment::Shard { shard, .. } => {
                    let of: Vec<String> = shard.of.iter().map(|a| quoted(&physical(a))).collect();
                    let of = format!("&[{}]", of.join(", "));
                    let count = raw(shard.count.to_string());
                    let value = call("shard", vec![raw("item"), raw(of), count]);
                    (variable(segment, &part.physical), value)
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
            let value = variable(segment, &part.physical);
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
            let value = variable(segment, &part.physical);
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
fn variable(segment: &Segment, physical: &str) -> String {
    match segment {
        Segment::Shard { .. } => format!("{}_shard", snake(physical)),
        other => local(name_of(other).unwrap_or_default()),
    }
}

/// The most bytes of a key.
pub(super) const fn limit(partition: bool) -> u32 {
    if partition { 2048 } else { 1024 }
}

impl Form {
    fn template(&self) -> String {
        let mut values = self.values.iter();
        self.parts
            .iter()
            .map(|p| match p {
                Part::Literal(text) => text.clone(),
                Part::Value(_) => format!("{{{}}}", values.next().map_or("", String::as_str)),
            })
            .collect()
    }

    fn print(&self) -> String {
        let mut code = Code::new(4);
        code.doc(&format!(
            "{} of `{}`.",
            super::docs::code(&self.template()),
            self.attribute
        ));
        if self.values.is_empty() {
            let name = &self.name;
            code.stmt(
                &format!("pub const {name}: &str = "),
                &raw(quoted(&self.template())),
                ";",
            );
            return code.text();
        }
        code.line("///");
        code.line("/// # Errors");
        code.doc("A value that does not fit into the key.");
        let encodings = self.parts.iter().filter_map(|p| match p {
            Part::Literal(_) => None,
            Part::Value(encoding) => Some(encoding.as_str()),
        });
        let typed: Vec<(&String, &str)> = self.values.iter().zip(encodings).collect();
        let parameters: Vec<String> = typed
            .iter()
            .map(|(name, e)| format!("{name}: {}", taken(e)))
            .collect();
        code.head(
            &format!("pub fn {}", ident(&self.name)),
            &parameters,
            "Result<String, Error>",
        );
        let alone = self.parts.len() == 1;
        for (name, encoding) in &typed {
            let (value, fails) = encoded(name, encoding, alone);
            code.stmt(
                &format!("let {name} = "),
                &value,
                if fails { "?;" } else { ";" },
            );
        }
        let mut values = self.values.iter();
        let mut format = String::new();
        for part in &self.parts {
            match part {
                Part::Literal(text) => {
                    let text = quoted(&text.replace('{', "{{").replace('}', "}}"));
                    format.push_str(&text[1..text.len() - 1]);
                }
                Part::Value(_) => {
                    let value = values.next().map_or("", |v| v.trim_start_matches("r#"));
                    format.push_str(&format!("{{{value}}}"));
                }
            }
        }
        let key = match (alone, typed.first()) {
            (true, Some((name, _))) => raw((*name).clone()),
            _ => call("format!", vec![raw(format!("\"{format}\""))]),
        };
        code.stmt("let key = ", &key, ";");
        let arguments = vec![
            raw(quoted(&self.attribute)),
            raw(limit(self.partition).to_string()),
            raw("key"),
        ];
        code.stmt("", &call("fit", arguments), "");
        code.close("}");
        code.text()
    }
}

/// The text of a value in a key, and whether it can be refused.
fn encoded(name: &str, encoding: &str, alone: bool) -> (super::layout::E, bool) {
    let (base, inverted) = match encoding.strip_suffix(":desc") {
        Some(base) => (base, true),
        None => (encoding, false),
    };
    let (kind, widths) = base.split_once(':').unwrap_or((base, ""));
    let quoted_name = raw(quoted(name.trim_start_matches("r#")));
    let invert = |text: String| {
        if inverted {
            raw(format!("inverted(&{text})"))
        } else {
            raw(text)
        }
    };
    match kind {
        "integer" => {
            let value = if inverted {
                format!("-i128::from({name})")
            } else {
                name.to_owned()
            };
            (
                call("integer", vec![quoted_name, raw(value), raw(widths)]),
                true,
            )
        }
        "decimal" => {
            let (whole, fraction) = widths.split_once('.').unwrap_or((widths, "0"));
            let arguments = vec![
                quoted_name,
                raw(name),
                raw(whole),
                raw(fraction),
                raw(inverted.to_string()),
            ];
            (call("decimal", arguments), true)
        }
        "timestamp" => (invert(format!("{name}.to_string()")), false),
        "boolean" => (raw(format!("{name}.to_string()")), false),
        "hex" => (call("hex", vec![raw(name)]), false),
        "date" | "month" => {
            let form = if kind == "date" {
                "0000-00-00"
            } else {
                "0000-00"
            };
            let value = format!("day({}, {name}, {})", quoted(name), quoted(form));
            if inverted {
                (raw(format!("inverted(&{value}?)")), false)
            } else {
                (raw(value), true)
            }
        }
        "raw" if alone => (raw(format!("{name}.to_owned()")), false),
        "raw" => (call("raw", vec![quoted_name, raw(name)]), true),
        _ => (call("escape", vec![raw(name)]), false),
    }
}

/// Whether something knows how to write an encoding.
pub(super) fn is_known(encoding: &str) -> bool {
    let base = encoding.strip_suffix(":desc").unwrap_or(encoding);
    let base = base.split(':').next().unwrap_or_default();
    matches!(
        base,
        "text"
            | "enum"
            | "raw"
            | "integer"
            | "decimal"
            | "timestamp"
            | "date"
            | "month"
            | "boolean"
            | "hex"
            | "number"
            | "binary"
    )
}
