//! What the functions of a pattern take: a few values, or a struct of them.
//!
//! Promises: the same values in the same order for all functions of a pattern.

use super::Module;
use super::docs;
use super::entities::{StructField, structure};
use super::layout::{Code, E, call, raw};
use super::names::{Taken, many, pascal, snake};
use super::types::{Form, Given, field_name, grouped, quoted};
use crate::emit::client::{ListCode, ParameterCode, PatternCode, Type};
use std::collections::BTreeMap;

/// So many values at most are parameters of their own.
const FEW: usize = 3;

/// A value that is given once.
#[derive(Debug, Clone)]
pub(super) struct One {
    pub(super) name: String,
    /// The field, or the variable.
    pub(super) variable: String,
    pub(super) expression: String,
    pub(super) ty: Type,
    pub(super) optional: bool,
}

impl One {
    fn given(&self, form: Form) -> Given {
        Given {
            text: self.expression.clone(),
            ty: self.ty.clone(),
            form,
            optional: self.optional,
        }
    }
}

/// A list of sets of values.
#[derive(Debug, Clone)]
pub(super) struct List {
    pub(super) name: String,
    pub(super) field: String,
    pub(super) structure: String,
    pub(super) min: u32,
    pub(super) max: u32,
    pub(super) values: Vec<One>,
}

/// What the functions of a pattern take.
#[derive(Debug, Clone)]
pub(super) struct Signature {
    pub(super) single: Vec<One>,
    pub(super) lists: Vec<List>,
    /// The struct of all, if there is one.
    pub(super) input: Option<String>,
    declared: Vec<String>,
    passed: Vec<String>,
}

impl Signature {
    /// The parameters, without the object itself.
    pub(super) fn declared(&self) -> Vec<String> {
        self.declared.clone()
    }

    /// A value as what it is in the functions.
    pub(super) fn given(&self, one: &One) -> Given {
        one.given(if self.input.is_some() {
            Form::Field
        } else {
            Form::Argument
        })
    }

    /// What one function passes to another.
    pub(super) fn passed(&self) -> Vec<E> {
        self.passed.iter().map(raw).collect()
    }
}

impl Module<'_> {
    /// The signature of a pattern; its structs are made.
    pub(super) fn signature(&mut self, pattern: &PatternCode, batch: bool) -> Signature {
        let few = pattern.parameters.len() <= FEW
            && pattern.lists.is_empty()
            && !batch
            && pattern.parameters.iter().all(|p| !p.optional);
        let mut names = Taken::default();
        let mut single: Vec<One> = pattern
            .parameters
            .iter()
            .map(|p| {
                let wanted = if few {
                    self.types.locals.of(&p.name)
                } else {
                    field_name(&p.name)
                };
                let variable = names.give(&wanted, "_");
                let expression = if few {
                    variable.clone()
                } else {
                    format!("input.{variable}")
                };
                one(p, variable, expression)
            })
            .collect();
        if few {
            let declared = single
                .iter()
                .map(|o| format!("{}: {}", o.variable, self.types.borrowed(&o.ty)))
                .collect();
            let passed = single.iter().map(|o| o.variable.clone()).collect();
            single.shrink_to_fit();
            return Signature {
                single,
                lists: Vec::new(),
                input: None,
                declared,
                passed,
            };
        }
        let name = self.types.taken.give(&pascal(&pattern.name), "Input");
        let mut fields: Vec<StructField> = single
            .iter()
            .zip(&pattern.parameters)
            .map(|(o, p)| self.field(pattern, o, p))
            .collect();
        let mut lists = Vec::new();
        for list in &pattern.lists {
            let made = self.list(pattern, &name, list, &mut names);
            fields.push(StructField {
                name: made.field.clone(),
                ty: format!("Vec<{}>", made.structure),
                doc: format!("{} to {} of these.", made.min, made.max),
            });
            lists.push(made);
        }
        let doc = format!("What [`{}::{}`] takes.", self.name, self.function(pattern));
        let text = structure(&name, &doc, &fields);
        self.parts.push(text);
        Signature {
            single,
            lists,
            declared: vec![format!("input: &{name}")],
            passed: vec!["input".to_owned()],
            input: Some(name),
        }
    }

    fn field(&self, pattern: &PatternCode, of: &One, parameter: &ParameterCode) -> StructField {
        let owned = self.types.owned(&of.ty);
        let doc = match parameter.role.as_str() {
            "from" => "The lower bound, inclusive.".to_owned(),
            "to" => "The upper bound, inclusive.".to_owned(),
            "bound" => format!("The bound of {}.", docs::code(&parameter.name)),
            "prefix" => "What the text begins with.".to_owned(),
            "by" => format!("What {} must be.", docs::code(&parameter.name)),
            _ => format!("The value {}.", docs::code(&parameter.name)),
        };
        let left_out = match (parameter.optional, pattern.verb.as_str()) {
            (false, _) => "",
            (true, "update") => " Left alone where it is `None`.",
            (true, _) => " May be left out.",
        };
        StructField {
            name: of.variable.clone(),
            ty: if of.optional {
                format!("Option<{owned}>")
            } else {
                owned
            },
            doc: doc + left_out,
        }
    }

    fn list(
        &mut self,
        pattern: &PatternCode,
        input: &str,
        of: &ListCode,
        names: &mut Taken,
    ) -> List {
        let mut own = Taken::default();
        let values: Vec<One> = of
            .parameters
            .iter()
            .map(|p| {
                let variable = own.give(&field_name(&p.name), "_");
                let expression = format!("each.{variable}");
                one(p, variable, expression)
            })
            .collect();
        let structure_name = self
            .types
            .taken
            .give(&format!("{input}{}", pascal(&of.name)), "Set");
        let fields: Vec<StructField> = values
            .iter()
            .zip(&of.parameters)
            .map(|(o, p)| self.field(pattern, o, p))
            .collect();
        let doc = format!("One of the `{}` of [`{input}`].", of.name);
        let text = structure(&structure_name, &doc, &fields);
        self.parts.push(text);
        List {
            name: of.name.clone(),
            field: names.give(&super::names::ident(&many(&snake(&of.name))), "_"),
            structure: structure_name,
            min: of.min,
            max: of.max,
            values,
        }
    }

    /// Refuses lists of other lengths, and values that the pattern does not take.
    pub(super) fn refuse(&self, code: &mut Code, pattern: &PatternCode, signature: &Signature) {
        for list in &signature.lists {
            let arguments = vec![
                raw(quoted(&list.name)),
                raw(format!("input.{}.len()", list.field)),
                raw(grouped(&list.min)),
                raw(grouped(&list.max)),
            ];
            code.stmt("", &call("size", arguments), "?;");
        }
        for (one, parameter) in signature.single.iter().zip(&pattern.parameters) {
            let Some(values) = &parameter.values else {
                continue;
            };
            let texts: Vec<String> = values
                .iter()
                .map(|v| v.as_str().map_or_else(|| v.to_string(), str::to_owned))
                .collect();
            let all = |known: &Vec<String>| *known == texts;
            if self.types.enumerations.iter().any(|(known, _)| all(known)) {
                continue;
            }
            let given = signature.given(one);
            let (head, given) = if one.optional {
                given.when(&self.types, &one.name)
            } else {
                (String::new(), given)
            };
            if !head.is_empty() {
                code.open(format!("{head} {{"));
            }
            let array = E::Array("", texts.iter().map(|t| raw(quoted(t))).collect());
            code.stmt("let values = ", &array, ";");
            let value = given.plain(&self.types);
            let value = if value.starts_with('&') {
                format!("{value}.as_str()")
            } else {
                format!("&{value}")
            };
            code.open(format!("if !values.contains({value}) {{"));
            let why = call(
                "refused",
                vec![raw(quoted(&one.name)), raw("\"it is none of its values\"")],
            );
            code.stmt("return ", &call("Err", vec![why]), ";");
            code.close("}");
            if !head.is_empty() {
                code.close("}");
            }
        }
    }

    /// What each set of a list gives, in a loop over `each`.
    pub(super) fn each(&self, list: &List) -> BTreeMap<String, Given> {
        let given = |o: &One| (o.name.clone(), o.given(Form::Field));
        list.values.iter().map(given).collect()
    }
}

fn one(of: &ParameterCode, variable: String, expression: String) -> One {
    One {
        name: of.name.clone(),
        variable,
        expression,
        ty: of.ty.clone(),
        optional: of.optional,
    }
}
