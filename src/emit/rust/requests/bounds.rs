//! The values that requests compare keys with.
//!
//! Promises: a text of a key is made by a function of the module `keys`, and nowhere else.

use crate::emit::client::Type;
use crate::emit::rust::Module;
use crate::emit::rust::checks::Context;
use crate::emit::rust::keys::native;
use crate::emit::rust::layout::{Code, E, call, raw};
use crate::emit::rust::types::{Form, Given, grouped, of_row, quoted};
use crate::plan::{Choice, Segment};

impl Module<'_> {
    /// The value of a key attribute from segments; what it needs is named before.
    pub(in crate::emit::rust) fn key_value(
        &mut self,
        code: &mut Code,
        wanted: &str,
        physical: &str,
        partition: bool,
        segments: &[Segment],
        context: &Context,
    ) -> E {
        if let Some((segment, _)) = native(segments) {
            return match self.segment(code, segment, context) {
                Some(given) => given.stored(&self.types),
                None => raw("value"),
            };
        }
        let (name, function) = self.keys.form(wanted, physical, partition, segments);
        if !function {
            return call("text", vec![raw(format!("keys::{name}"))]);
        }
        let mut arguments = Vec::new();
        for segment in segments {
            let encoding = match segment {
                Segment::Literal { .. } => continue,
                Segment::Shard { encoding, .. }
                | Segment::Attribute { encoding, .. }
                | Segment::Parameter { encoding, .. }
                | Segment::Variable { encoding, .. }
                | Segment::Row { encoding, .. } => encoding,
            };
            let Some(given) = self.segment(code, segment, context) else {
                arguments.push(raw("value"));
                continue;
            };
            let kind = encoding.split(':').next().unwrap_or_default();
            arguments.push(raw(match kind {
                "integer" | "timestamp" | "boolean" => given.text.clone(),
                "decimal" | "hex" => given.borrow(),
                _ => given.as_str(&self.types),
            }));
        }
        let variable = if partition {
            "partition_key"
        } else {
            "sort_key"
        };
        code.stmt(
            &format!("let {variable} = "),
            &call(format!("keys::{name}"), arguments),
            "?;",
        );
        call("text", vec![raw(format!("&{variable}"))])
    }

    /// The value of a segment.
    pub(super) fn segment(
        &self,
        code: &mut Code,
        segment: &Segment,
        context: &Context,
    ) -> Option<Given> {
        match segment {
            Segment::Literal { .. } | Segment::Attribute { .. } => None,
            Segment::Parameter {
                parameter: name, ..
            }
            | Segment::Variable { variable: name, .. } => context.get(name).cloned(),
            Segment::Shard { shard, .. } => {
                let mut parts = Vec::new();
                for name in &shard.of {
                    let given = context.get(name)?;
                    parts.push(call("", vec![raw(quoted(name)), given.stored(&self.types)]));
                }
                code.stmt("let of = ", &call("row", vec![E::Array("", parts)]), ";");
                let names: Vec<String> = shard.of.iter().map(|n| quoted(n)).collect();
                let count = raw(grouped(&shard.count));
                let names = raw(format!("&[{}]", names.join(", ")));
                let made = call("shard", vec![raw("&of"), names, count]);
                code.stmt("let of_shard = ", &made, ".unwrap_or_default();");
                Some(integer("of_shard"))
            }
            Segment::Row {
                row,
                stored_as,
                encoding,
            } => {
                let variable = self.types.locals.of(&of_row(row));
                let value = match (stored_as.as_str(), encoding.split(':').next()) {
                    (_, Some("number" | "binary")) => {
                        return Some(Given {
                            text: format!("row.get({})", quoted(row)),
                            ty: Type::List,
                            form: Form::Field,
                            optional: false,
                        });
                    }
                    ("number", Some("decimal")) => {
                        raw(format!("row.get({}).and_then(the_decimal)", quoted(row)))
                    }
                    ("number", _) => raw(format!("row.get({}).and_then(the_integer)", quoted(row))),
                    ("timestamp", _) => {
                        raw(format!("row.get({}).and_then(the_timestamp)", quoted(row)))
                    }
                    ("boolean", _) => {
                        raw(format!("row.get({}).and_then(the_boolean)", quoted(row)))
                    }
                    ("binary", _) => raw(format!("row.get({}).and_then(the_bytes)", quoted(row))),
                    _ => call("kind", vec![raw("row"), raw(quoted(row))]),
                };
                let ty = match stored_as.as_str() {
                    "number" if encoding.starts_with("decimal") => Type::Decimal,
                    "number" => Type::Integer { wide: true },
                    "timestamp" => Type::Timestamp,
                    "boolean" => Type::Boolean,
                    "binary" => Type::Bytes,
                    _ => Type::Text(Vec::new()),
                };
                code.stmt(&format!("let Some({variable}) = "), &value, " else {");
                code.line("    return Ok(None);");
                code.line("};");
                let form = if ty == Type::Text(Vec::new()) {
                    Form::Argument
                } else {
                    Form::Field
                };
                Some(Given {
                    text: variable,
                    ty,
                    form,
                    optional: false,
                })
            }
        }
    }

    /// Names a bound that may depend on what is given.
    pub(super) fn choice(
        &mut self,
        code: &mut Code,
        target: &str,
        of: (&str, &str, bool),
        choice: &Choice<Vec<Segment>>,
        context: &Context,
    ) {
        let (wanted, physical, partition) = of;
        match choice {
            Choice::Plain(segments) => {
                let value = self.key_value(code, wanted, physical, partition, segments, context);
                match target {
                    "" => code.stmt("", &value, ""),
                    _ => code.stmt(&format!("let {target} = "), &value, ";"),
                }
            }
            Choice::Given {
                given,
                then,
                otherwise,
            } => {
                let mut inner = context.clone();
                let mut heads = Vec::new();
                for name in given {
                    if let Some(known) = context.get(name).filter(|g| g.optional) {
                        let (head, value) = known.when(&self.types, name);
                        heads.push(head);
                        inner.insert(name.clone(), value);
                    }
                }
                let head = match heads.as_slice() {
                    [] => "if true".to_owned(),
                    [one] => one.clone(),
                    all => {
                        let sides: Vec<(String, String)> = all
                            .iter()
                            .filter_map(|h| h.strip_prefix("if let ")?.split_once(" = "))
                            .map(|(a, b)| (a.to_owned(), b.to_owned()))
                            .collect();
                        let left: Vec<&str> = sides.iter().map(|s| s.0.as_str()).collect();
                        let right: Vec<&str> = sides.iter().map(|s| s.1.as_str()).collect();
                        format!("if let ({}) = ({})", left.join(", "), right.join(", "))
                    }
                };
                let prefix = if target.is_empty() {
                    String::new()
                } else {
                    format!("let {target} = ")
                };
                code.open(format!("{prefix}{head} {{"));
                self.choice(code, "", of, then, &inner);
                code.reopen("} else {");
                self.choice(code, "", of, otherwise, context);
                code.close(if target.is_empty() { "}" } else { "};" });
            }
        }
    }
}

fn integer(text: &str) -> Given {
    Given {
        text: text.to_owned(),
        ty: Type::Integer { wide: false },
        form: Form::Argument,
        optional: false,
    }
}
