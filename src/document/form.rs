//! Forms: what may stand where in the file, as data.
//!
//! Promises: one description serves the check of a file ([`Shape::check`], which reports every unknown, missing or
//! misplaced field at once), the JSON Schema (`schema`) and the reference page, so that they cannot disagree. Checked
//! here is only the form; names and values are the business of `resolve`.

use super::habits::meant;
use super::{Node, Value};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};

/// What may stand at a place.
#[derive(Debug, Clone, Copy)]
pub enum Shape {
    /// Text, number or boolean; a pattern (regular expression) and an example for schema and messages.
    Scalar(&'static Lexeme),
    /// `true` or `false`.
    Flag,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A list of values.
    List(&'static Self),
    /// A map with these fields.
    Map(&'static Form),
    /// A map from names to values.
    Entries(&'static Lexeme, &'static Self),
    /// A map whose fields depend on which verb it has.
    Verbs(&'static VerbForms),
    /// One of several, at most one of each kind (scalar, list, map).
    OneOf(&'static [Self]),
}

/// A kind of scalar.
#[derive(Debug)]
pub struct Lexeme {
    /// What messages call it, with its article.
    pub what: &'static str,
    /// The regular expression that its text matches.
    pub pattern: &'static str,
    /// Whether YAML numbers and booleans are accepted too.
    pub any_scalar: bool,
}

/// A map with fixed fields.
#[derive(Debug)]
pub struct Form {
    /// What messages call such a map, with its article.
    pub what: &'static str,
    /// Its fields.
    pub fields: &'static [Field],
}

/// A field of a form.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// Whether it must be there.
    pub required: bool,
    /// What may stand under it.
    pub shape: Shape,
    /// What it means: the text of the reference page and of editors.
    pub doc: &'static str,
}

/// A map that has exactly one verb, which decides about the other fields.
#[derive(Debug)]
pub struct VerbForms {
    /// What messages call such a map, with its article.
    pub what: &'static str,
    /// The verbs; the first field of each form is the verb itself.
    pub verbs: &'static [Form],
    /// The form without a verb, where there is one.
    pub verbless: Option<&'static Form>,
}

impl Shape {
    /// Reports everything in `node` that has not this form.
    pub fn check(self, node: &Node, found: &mut Diagnostics) {
        match (self, &node.value) {
            (Self::Scalar(_), Value::Scalar { .. }) => {}
            (Self::Flag, Value::Scalar { .. }) if node.boolean().is_some() => {}
            (Self::Word(words), Value::Scalar { text, .. }) => check_word(node, text, words, found),
            (Self::List(item), Value::List(items)) => {
                items.iter().for_each(|i| item.check(i, found));
            }
            (Self::Map(form), Value::Map(_)) => form.check(node, found),
            (Self::Entries(_, value), Value::Map(entries)) => check_entries(entries, *value, found),
            (Self::Verbs(forms), Value::Map(_)) => forms.check(node, found),
            (Self::OneOf(shapes), _) => match shapes.iter().find(|s| s.accepts(node)) {
                Some(shape) => shape.check(node, found),
                None => found.push(wrong_form(node, self)),
            },
            _ => found.push(wrong_form(node, self)),
        }
    }

    /// Whether the kind of `node` (scalar, list, map) is that of this shape.
    fn accepts(self, node: &Node) -> bool {
        match self {
            Self::Flag => node.boolean().is_some(),
            Self::Word(words) => node.text().is_some_and(|t| words.contains(&t)),
            Self::Scalar(_) => node.text().is_some(),
            Self::List(_) => node.is_list(),
            Self::Map(_) | Self::Entries(..) | Self::Verbs(_) => node.is_map(),
            Self::OneOf(shapes) => shapes.iter().any(|s| s.accepts(node)),
        }
    }

    /// Whether a boolean may stand here.
    fn takes_flag(self) -> bool {
        match self {
            Self::Flag => true,
            Self::OneOf(shapes) => shapes.iter().any(|s| s.takes_flag()),
            _ => false,
        }
    }

    /// The shape in words, with its article.
    #[must_use]
    pub fn describe(self) -> String {
        match self {
            Self::Scalar(lexeme) => lexeme.what.split(',').next().unwrap_or_default().to_owned(),
            Self::Flag => "`true` or `false`".to_owned(),
            Self::Word(words) => match words {
                [one] => format!("`{one}`"),
                _ => format!("one of {}", quoted(words)),
            },
            Self::List(_) => "a list".to_owned(),
            Self::Map(form) => form.what.to_owned(),
            Self::Entries(..) => "a map".to_owned(),
            Self::Verbs(forms) => forms.what.to_owned(),
            Self::OneOf(shapes) => alternatives(shapes.iter().map(|s| s.describe())),
        }
    }

    /// How it is written: an example of each of its kinds.
    #[must_use]
    pub fn example(self) -> String {
        alternatives(self.examples(0).into_iter().map(|e| format!("`{e}`")))
    }

    fn examples(self, depth: usize) -> Vec<String> {
        let first = |shape: &Self| shape.examples(depth + 1).into_iter().next();
        let one = |shape: &Self| first(shape).unwrap_or_default();
        match self {
            Self::Scalar(lexeme) => vec![lexeme.example().to_owned()],
            Self::Flag => vec!["true".to_owned(), "false".to_owned()],
            Self::Word(words) => words.iter().map(|w| (*w).to_owned()).collect(),
            Self::OneOf(shapes) => shapes.iter().flat_map(|s| s.examples(depth)).collect(),
            _ if depth > 2 => vec!["...".to_owned()],
            Self::List(item) => vec![format!("[{}]", one(item))],
            Self::Entries(key, value) => {
                vec![format!("{{ {}: {} }}", key.example(), one(value))]
            }
            Self::Map(form) => vec![form.example(depth)],
            Self::Verbs(forms) => forms
                .verbs
                .iter()
                .map(|f| f.example(depth))
                .take(1)
                .collect(),
        }
    }
}

impl Lexeme {
    /// A text that it takes, from what it is called.
    fn example(&self) -> &'static str {
        let ticked = self
            .what
            .split('`')
            .nth(1)
            .filter(|t| *t != "?" && *t != "desc");
        let plain = self.what.split(',').next().unwrap_or(self.what);
        let plain = plain.strip_prefix("an ").or(plain.strip_prefix("a "));
        match (ticked, plain) {
            (Some(text), _) => text,
            (None, Some("whole number")) => "20",
            (None, plain) => plain.map_or(self.what, |p| p.split(' ').next().unwrap_or(p)),
        }
    }
}

/// "a, b or c", each once.
fn alternatives(all: impl Iterator<Item = String>) -> String {
    let mut once: Vec<String> = Vec::new();
    for one in all {
        if !once.contains(&one) {
            once.push(one);
        }
    }
    match once.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} or {last}", most.join(", ")),
    }
}

impl Form {
    /// The smallest map of this form.
    fn example(&self, depth: usize) -> String {
        let field = |f: &Field| {
            let value = f.shape.examples(depth + 1).into_iter().next();
            format!("{}: {}", f.name, value.unwrap_or_default())
        };
        let needed: Vec<String> = self
            .fields
            .iter()
            .filter(|f| f.required)
            .map(field)
            .collect();
        match needed.as_slice() {
            [] => self
                .fields
                .first()
                .map_or_else(String::new, |f| format!("{{ {} }}", field(f))),
            _ => format!("{{ {} }}", needed.join(", ")),
        }
    }

    fn check(&self, node: &Node, found: &mut Diagnostics) {
        let names: Vec<&str> = self.fields.iter().map(|f| f.name).collect();
        // Fields that are there under a wrong name are not reported as missing too.
        let mut meant_here: Vec<&str> = Vec::new();
        for (key, value) in node.entries() {
            match self.fields.iter().find(|f| Some(f.name) == key.text()) {
                // A field with nothing after it is as good as absent only where it may be absent.
                Some(field) if value.value != Value::Null || field.required => {
                    field.shape.check(value, found);
                }
                Some(_) => {}
                None => {
                    let free: Vec<&str> = names
                        .iter()
                        .copied()
                        .filter(|n| node.get(n).is_none())
                        .collect();
                    meant_here.extend(key.text().and_then(|k| meant(k, &free)));
                    found.push(unknown_field(key, self.what, &names, &free));
                }
            }
        }
        for field in self
            .fields
            .iter()
            .filter(|f| f.required && node.get(f.name).is_none() && !meant_here.contains(&f.name))
        {
            found.push(
                Diagnostic::at(
                    Code::D0103,
                    node.span,
                    format!("{} needs the field `{}`", self.what, field.name),
                )
                .label(format!("`{}` is missing here", field.name))
                .note(field.doc)
                .help(format!("add {}", field.example())),
            );
        }
    }
}

impl Field {
    /// The field with an example of each form that it takes.
    fn example(&self) -> String {
        let all = self.shape.examples(0).into_iter();
        alternatives(all.map(|e| format!("`{}: {e}`", self.name)))
    }
}

impl VerbForms {
    fn check(&self, node: &Node, found: &mut Diagnostics) {
        let present = |form: &&Form| {
            form.fields
                .first()
                .is_some_and(|f| node.get(f.name).is_some())
        };
        let mut having = self.verbs.iter().filter(present);
        match (having.next(), having.next()) {
            (Some(form), None) => form.check_verb(node, self, found),
            (None, _) => match self.verbless {
                Some(form)
                    if form
                        .fields
                        .iter()
                        .any(|f| f.required && node.get(f.name).is_some()) =>
                {
                    form.check(node, found);
                }
                _ => found.push(self.no_verb(node)),
            },
            (Some(one), Some(other)) => {
                let key = |form: &Form| {
                    let name = form.fields.first().map_or("", |f| f.name);
                    (node.entry(name).map_or(node.span, |(k, _)| k.span), name)
                };
                let mut verbs = [key(one), key(other)];
                verbs.sort_unstable();
                let [(first, one), (second, other)] = verbs;
                found.push(
                    Diagnostic::at(
                        Code::D0106,
                        second,
                        format!("{} has two verbs, `{one}` and `{other}`", self.what),
                    )
                    .context(first, "the first verb")
                    .note("the verb says what is done, so there is exactly one")
                    .help(if self.verbless.is_some() {
                        "keep one of them, or make two patterns of it"
                    } else {
                        "keep one of them, or make two steps of it"
                    }),
                );
            }
        }
    }

    fn no_verb(&self, node: &Node) -> Diagnostic {
        let verbs: Vec<&str> = self
            .verbs
            .iter()
            .filter_map(|f| f.fields.first())
            .map(|f| f.name)
            .collect();
        // A field that some verb has is no slip of a verb.
        let known = |text: &str| {
            let mut fields = self.verbs.iter().flat_map(|f| f.fields);
            fields.any(|f| f.name == text)
        };
        let near = node.entries().iter().find_map(|(key, _)| {
            let text = key.text().filter(|t| !known(t))?;
            meant(text, &verbs).map(|verb| (key, verb))
        });
        let made = Diagnostic::at(
            Code::D0106,
            near.map_or(node.span, |(key, _)| key.span),
            format!("{} has no verb", self.what),
        )
        .note(format!("the verb is one of {}", quoted(&verbs)));
        match near {
            Some((_, verb)) => made.suggest(verb),
            None if node.get("check").is_some() => made.help(
                "`check` is a step of a `transaction`; to look whether an item is there, `get` it",
            ),
            None if self.verbless.is_none() => made.help(
                "say what the step does, such as `create: Order`; reads are patterns of their own",
            ),
            None => made.help("say what the pattern does, such as `get: Order`"),
        }
    }
}

impl Form {
    /// Like [`Form::check`], but a field that another verb has is misplaced, not unknown.
    fn check_verb(&self, node: &Node, all: &VerbForms, found: &mut Diagnostics) {
        let verb = self.fields.first().map_or("", |f| f.name);
        let known =
            |key: &Node, form: &Self| form.fields.iter().any(|f| Some(f.name) == key.text());
        let (elsewhere, here): (Vec<_>, Vec<_>) = node
            .entries()
            .iter()
            .partition(|(key, _)| !known(key, self) && all.verbs.iter().any(|f| known(key, f)));
        if elsewhere.is_empty() {
            self.check(node, found);
            return;
        }
        for (key, _) in elsewhere {
            let name = key.text().unwrap_or_default();
            let owners: Vec<&str> = all
                .verbs
                .iter()
                .filter(|f| known(key, f))
                .filter_map(|f| f.fields.first())
                .map(|f| f.name)
                .collect();
            let made = Diagnostic::at(
                Code::D0211,
                key.span,
                format!("`{name}` has no meaning for `{verb}`"),
            )
            .note(format!("it belongs to {}", quoted(&owners)));
            let counterpart = [("where", "if"), ("if", "where")]
                .into_iter()
                .find(|(from, to)| *from == name && self.fields.iter().any(|f| f.name == *to));
            found.push(match counterpart {
                Some((_, to)) => made.suggest(to),
                None => made.help(format!("remove `{name}`, or use another verb")),
            });
        }
        let rest = Node {
            span: node.span,
            value: Value::Map(here.into_iter().cloned().collect()),
        };
        self.check(&rest, found);
    }
}

fn check_entries(entries: &[(Node, Node)], value: Shape, found: &mut Diagnostics) {
    for (key, node) in entries {
        if key.text().is_none() {
            found.push(
                Diagnostic::at(
                    Code::D0104,
                    key.span,
                    "a name is expected here, not a list or map",
                )
                .note("names are texts")
                .help("write a name, such as `Order:`"),
            );
        }
        value.check(node, found);
    }
}

fn check_word(node: &Node, text: &str, words: &'static [&'static str], found: &mut Diagnostics) {
    if !words.contains(&text) {
        found.push(
            Diagnostic::at(
                Code::D0104,
                node.span,
                format!("`{}` cannot stand here", shortened(text)),
            )
            .note(format!(
                "what can is {}",
                alternatives(words.iter().map(|w| format!("`{w}`")))
            ))
            .help("write one of these words")
            .did_you_mean(
                match text {
                    "=>" => ">=",
                    "=<" => "<=",
                    _ => text,
                },
                words.iter().copied(),
            )
            .written(text),
        );
    }
}

fn unknown_field(key: &Node, what: &str, all: &[&str], free: &[&str]) -> Diagnostic {
    let name = key.text().unwrap_or("(not a name)");
    let made = Diagnostic::at(
        Code::D0102,
        key.span,
        format!("unknown field `{}` in {what}", shortened(name)),
    )
    .label("no such field")
    .note(format!("the fields are {}", quoted(all)));
    if ["index", "indexes", "gsi", "gsis", "secondary_indexes"].contains(&name)
        && !all.contains(&"gsis")
        && !all.contains(&"index")
    {
        return made.help("remove it: which indexes there are is worked out from the patterns");
    }
    if name == "required" && free.contains(&"optional") {
        return made.help(
            "an attribute is required unless it has a `?` after its name, or `optional: true`",
        );
    }
    match meant(name, free) {
        Some(field) => made.written(name).suggest(field),
        None => made.help(format!(
            "remove `{}`, or use one of these fields",
            shortened(name)
        )),
    }
}

fn wrong_form(node: &Node, shape: Shape) -> Diagnostic {
    let got = match &node.value {
        Value::Null => "nothing".to_owned(),
        Value::Scalar { text, .. } => format!("`{}`", shortened(text)),
        Value::List(_) => "a list".to_owned(),
        Value::Map(_) => "a map".to_owned(),
    };
    let made = |message: String| Diagnostic::at(Code::D0104, node.span, message);
    if shape.takes_flag()
        && let Value::Scalar { text, kind } = &node.value
    {
        let word = match text.to_lowercase().as_str() {
            "true" | "yes" | "on" | "y" => Some("true"),
            "false" | "no" | "off" | "n" => Some("false"),
            _ => None,
        };
        if let Some(word) = word {
            let quoted = *kind == super::ScalarKind::Text && text == word;
            let message = if quoted {
                format!("`{text}` in quotes is a text, not a boolean")
            } else {
                format!("`{text}` is a text, not a boolean")
            };
            let made = made(message).note("YAML 1.2 has the booleans `true` and `false`; all other words, and everything in quotes, are texts");
            let mut made = made.help(if quoted {
                format!("write `{word}` without quotes")
            } else {
                format!("write `{word}`")
            });
            made.replacement = Some((node.span, word.to_owned()));
            return made;
        }
    }
    let found = made(format!("expected {}, got {got}", shape.describe()))
        .note(match &node.value {
            Value::Null => "no value is here: nothing at all, `null` or `~`",
            _ => "`design explain language` describes what each field takes",
        })
        .help(format!("write it like {}", shape.example()));
    match (&shape, node.text()) {
        (Shape::OneOf(shapes), Some(text)) => {
            let words = shapes.iter().filter_map(|s| match s {
                Shape::Word(words) => Some(words.iter().copied()),
                _ => None,
            });
            found.did_you_mean(text, words.flatten())
        }
        _ => found,
    }
}

/// The first line of a text, at most 40 characters of it.
#[must_use]
pub fn shortened(text: &str) -> String {
    let line = text.lines().next().unwrap_or("");
    if line.chars().count() > 40 {
        line.chars().take(37).chain("...".chars()).collect()
    } else {
        line.to_owned()
    }
}

/// "`a`, `b` and `c`".
#[must_use]
pub fn quoted(names: &[&str]) -> String {
    match names {
        [] => "none".to_owned(),
        [one] => format!("`{one}`"),
        [most @ .., last] => {
            let most: Vec<String> = most.iter().map(|n| format!("`{n}`")).collect();
            format!("{} and `{last}`", most.join(", "))
        }
    }
}
