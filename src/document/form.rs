//! Forms: what may stand where in the file, as data.
//!
//! Promises: one description serves the check of a file ([`Shape::check`], which reports every unknown, missing or
//! misplaced field at once), the JSON Schema (`schema`) and the reference page, so that they cannot disagree. Checked
//! here is only the form; names and values are the business of `resolve`.

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

    /// The shape in words, with its article.
    #[must_use]
    pub fn describe(self) -> String {
        match self {
            Self::Scalar(lexeme) => lexeme.what.to_owned(),
            Self::Flag => "`true` or `false`".to_owned(),
            Self::Word(words) => match words {
                [one] => format!("`{one}`"),
                _ => format!("one of {}", quoted(words)),
            },
            Self::List(item) => format!("a list, each {}", item.describe()),
            Self::Map(form) => form.what.to_owned(),
            Self::Entries(key, value) => format!("a map from {} to {}", key.what, value.describe()),
            Self::Verbs(forms) => forms.what.to_owned(),
            Self::OneOf(shapes) => {
                let all: Vec<String> = shapes.iter().map(|s| s.describe()).collect();
                all.join(", or ")
            }
        }
    }
}

impl Form {
    fn check(&self, node: &Node, found: &mut Diagnostics) {
        for (key, value) in node.entries() {
            match self.fields.iter().find(|f| Some(f.name) == key.text()) {
                // A field with nothing after it is as good as absent only where it may be absent.
                Some(field) if value.value != Value::Null || field.required => {
                    field.shape.check(value, found);
                }
                Some(_) => {}
                None => found.push(unknown_field(
                    key,
                    self.what,
                    self.fields.iter().map(|f| f.name),
                )),
            }
        }
        for field in self
            .fields
            .iter()
            .filter(|f| f.required && node.get(f.name).is_none())
        {
            found.push(
                Diagnostic::at(
                    Code::D0103,
                    node.span,
                    format!("{} needs the field `{}`", self.what, field.name),
                )
                .label(format!("`{}` is missing here", field.name))
                .help(format!(
                    "add `{}:` with {}",
                    field.name,
                    field.shape.describe()
                )),
            );
        }
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
            (Some(first), Some(second)) => {
                let key = |form: &Form| {
                    form.fields
                        .first()
                        .and_then(|f| node.entry(f.name))
                        .map(|(k, _)| k)
                };
                let names = [first, second].map(|f| f.fields.first().map_or("", |f| f.name));
                let mut d = Diagnostic::at(
                    Code::D0106,
                    key(second).map_or(node.span, |k| k.span),
                    format!(
                        "{} has two verbs, `{}` and `{}`",
                        self.what, names[0], names[1]
                    ),
                );
                if let Some(k) = key(first) {
                    d = d.context(k.span, "the first verb");
                }
                found.push(d.help("keep one of them, or make two patterns of it"));
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
        let near = node.entries().iter().find_map(|(key, _)| {
            let text = key.text()?;
            crate::diagnostic::nearest(text, verbs.iter().copied()).map(|_| key)
        });
        let made = Diagnostic::at(
            Code::D0106,
            near.map_or(node.span, |k| k.span),
            format!("{} has no verb", self.what),
        )
        .note(format!("the verb is one of {}", quoted(&verbs)));
        match near.and_then(Node::text) {
            Some(text) => made.did_you_mean(text, verbs),
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
        for (key, _) in elsewhere {
            let name = key.text().unwrap_or_default();
            let owners: Vec<&str> = all
                .verbs
                .iter()
                .filter(|f| known(key, f))
                .filter_map(|f| f.fields.first())
                .map(|f| f.name)
                .collect();
            found.push(
                Diagnostic::at(
                    Code::D0211,
                    key.span,
                    format!("`{name}` has no meaning for `{verb}`"),
                )
                .note(format!("it belongs to {}", quoted(&owners)))
                .help(format!("remove `{name}`, or use another verb")),
            );
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
            found.push(Diagnostic::at(
                Code::D0104,
                key.span,
                "a name is expected here, not a list or map",
            ));
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
                format!("`{text}` is not one of {}", quoted(words)),
            )
            .did_you_mean(text, words.iter().copied()),
        );
    }
}

fn unknown_field<'a>(
    key: &Node,
    what: &str,
    known: impl Iterator<Item = &'a str> + Clone,
) -> Diagnostic {
    let name = key.text().unwrap_or("(not a name)");
    let all: Vec<&str> = known.clone().collect();
    Diagnostic::at(
        Code::D0102,
        key.span,
        format!("unknown field `{name}` in {what}"),
    )
    .label("no such field")
    .note(format!("the fields are {}", quoted(&all)))
    .did_you_mean(name, known)
}

fn wrong_form(node: &Node, shape: Shape) -> Diagnostic {
    let got = match &node.value {
        Value::Null => "nothing".to_owned(),
        Value::Scalar { text, .. } => format!("`{}`", shortened(text)),
        Value::List(_) => "a list".to_owned(),
        Value::Map(_) => "a map".to_owned(),
    };
    Diagnostic::at(
        Code::D0104,
        node.span,
        format!("expected {}, got {got}", shape.describe()),
    )
}

fn shortened(text: &str) -> String {
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
