//! Names: a design whose names are others is the same design.

use crate::written::{named, shuffled, text_of, tree};
use crate::{designs, placeless, planned};
use design::document::form::{Form, Shape};
use design::document::grammar::DESIGN;
use design::document::{Node, Value};
use serde_json::Value as Json;
use std::collections::BTreeSet;

/// A change of letters.
type Letters = dyn Fn(char) -> char;

/// Words of the language that stand where names do.
const FIXED: [&str; 3] = ["any_of", "asc", "desc"];

/// The words of a text with their letters changed.
fn changed(text: &str, letters: &Letters) -> String {
    let part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut made = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let end = rest.find(|c| !part(c)).unwrap_or(rest.len());
        if end == 0 {
            made.push(c);
            rest = &rest[c.len_utf8()..];
            continue;
        }
        let (word, after) = rest.split_at(end);
        if FIXED.contains(&word) {
            made.push_str(word);
        } else {
            made.extend(word.chars().map(letters));
        }
        rest = after;
    }
    made
}

/// A scalar with its names changed, where it holds any. Which ones do, the language's own list of fields says.
fn scalar(node: &Node, what: &str, entities: &BTreeSet<String>, letters: &Letters) -> Node {
    let text = node.text().unwrap_or_default();
    let made = match what {
        "a value" => match text.find('$') {
            Some(at) => text[..at].to_owned() + &changed(&text[at..], letters),
            None => return node.clone(),
        },
        "a text" => {
            let entity = text.split('.').next().unwrap_or_default();
            if !entities.contains(entity) {
                return node.clone();
            }
            changed(text, letters)
        }
        _ if what.starts_with("a derivation") => match text.split_once('(') {
            Some((function, sources)) => format!("{function}({}", changed(sources, letters)),
            None => return node.clone(),
        },
        _ if what.starts_with("a name") || what.starts_with("an attribute") => {
            changed(text, letters)
        }
        _ => return node.clone(),
    };
    named(node, &made)
}

/// Whether a shape is of the kind of a node.
fn fits(shape: &Shape, node: &Node) -> bool {
    match (shape, &node.value) {
        (Shape::Word(words), Value::Scalar { text, .. }) => words.contains(&text.as_str()),
        (Shape::Flag, _) => node.boolean().is_some(),
        (Shape::OneOf(shapes), _) => shapes.iter().any(|s| fits(s, node)),
        (Shape::Scalar(_), Value::Scalar { .. })
        | (Shape::List(_), Value::List(_))
        | (Shape::Map(_) | Shape::Entries(..) | Shape::Verbs(_), Value::Map(_)) => true,
        _ => false,
    }
}

struct Renaming<'a> {
    entities: BTreeSet<String>,
    letters: &'a Letters,
}

impl Renaming<'_> {
    fn form(&self, node: &Node, form: &Form) -> Node {
        let fields = node.entries().iter().map(|(key, value)| {
            let field = form.fields.iter().find(|f| Some(f.name) == key.text());
            let value = field.map_or(value.clone(), |f| match f.name {
                // The name of the design is that of the table, and no reference to anything.
                "design" => value.clone(),
                _ => self.shape(value, f.shape),
            });
            (key.clone(), value)
        });
        Node {
            value: Value::Map(fields.collect()),
            ..node.clone()
        }
    }

    fn shape(&self, node: &Node, shape: Shape) -> Node {
        match (shape, &node.value) {
            (Shape::Scalar(lexeme), Value::Scalar { .. }) => {
                scalar(node, lexeme.what, &self.entities, self.letters)
            }
            (Shape::List(item), Value::List(items)) => Node {
                value: Value::List(items.iter().map(|i| self.shape(i, *item)).collect()),
                ..node.clone()
            },
            (Shape::Map(form), Value::Map(_)) => self.form(node, form),
            (Shape::Entries(name, value), Value::Map(entries)) => {
                let entries = entries.iter().map(|(k, v)| {
                    let key = scalar(k, name.what, &self.entities, self.letters);
                    (key, self.shape(v, *value))
                });
                Node {
                    value: Value::Map(entries.collect()),
                    ..node.clone()
                }
            }
            (Shape::Verbs(forms), Value::Map(_)) => {
                let mut all = forms.verbs.iter().chain(forms.verbless);
                let form = all.find(|f| node.get(f.fields[0].name).is_some());
                form.map_or_else(|| node.clone(), |f| self.form(node, f))
            }
            (Shape::OneOf(shapes), _) => {
                let words = shapes
                    .iter()
                    .filter(|s| matches!(s, Shape::Word(_) | Shape::Flag));
                let shape = words.chain(shapes.iter()).find(|s| fits(s, node));
                shape.map_or_else(|| node.clone(), |s| self.shape(node, *s))
            }
            _ => node.clone(),
        }
    }
}

fn renamed(tree: &Node, letters: &Letters) -> String {
    let entities = tree.get("entities").map(Node::entries).unwrap_or_default();
    let entities = entities.iter().filter_map(|(name, _)| name.text());
    let renaming = Renaming {
        entities: entities.map(str::to_owned).collect(),
        letters,
    };
    text_of(&renaming.form(tree, &DESIGN), &shuffled(0))
}

/// Moves the letters up to one that no name of a design has by one: other names in the same order.
fn moved(free: char) -> impl Fn(char) -> char {
    move |c| {
        let lower = c.to_ascii_lowercase();
        if !c.is_ascii_alphabetic() || lower >= free {
            return c;
        }
        char::from(c as u8 + 1)
    }
}

/// The last letter that a design does not use.
fn free(text: &str) -> Option<char> {
    let used: BTreeSet<char> = text.to_ascii_lowercase().chars().collect();
    ('a'..='z').rev().find(|c| !used.contains(c))
}

/// Whether two texts differ in renamed words only.
fn same_text(a: &str, b: &str, letters: &Letters) -> bool {
    let part = |c: char| !(c.is_ascii_alphanumeric() || c == '_');
    let (one, other) = (a.split(part), b.split(part));
    let marks = |t: &str| t.chars().filter(|c| part(*c)).collect::<String>();
    marks(a) == marks(b)
        && one.clone().count() == other.clone().count()
        && one.zip(other).all(|(a, b)| {
            // A word that is made of names, such as `from_created_at`, may be renamed in part.
            let same = |(a, b): (char, char)| a == b || letters(a) == b;
            a.chars().count() == b.chars().count() && a.chars().zip(b.chars()).all(same)
        })
}

fn differing(a: &Json, b: &Json, at: &str, letters: &Letters, into: &mut Vec<String>) {
    match (a, b) {
        (Json::Object(a), Json::Object(b)) if a.len() == b.len() => {
            for ((key, a), (other, b)) in a.iter().zip(b) {
                if !same_text(key, other, letters) {
                    into.push(format!("{at}: {key} / {other}"));
                }
                differing(a, b, &format!("{at}/{key}"), letters, into);
            }
        }
        (Json::Array(a), Json::Array(b)) if a.len() == b.len() => {
            for (n, (a, b)) in a.iter().zip(b).enumerate() {
                differing(a, b, &format!("{at}/{n}"), letters, into);
            }
        }
        (Json::String(a), Json::String(b)) if same_text(a, b, letters) => {}
        _ if a == b => {}
        _ => into.push(format!("{at}: {a} / {b}")),
    }
}

#[test]
fn other_names_in_the_same_order_give_the_same_plan() {
    let (mut failures, mut tried) = (Vec::new(), 0);
    for (name, text) in designs() {
        let tree = tree(&text);
        let written = text_of(&tree, &shuffled(0));
        let Some(free) = free(&written) else { continue };
        tried += 1;
        let letters = moved(free);
        let other = renamed(&tree, &letters);
        assert_ne!(written, other, "{name}: nothing is renamed");
        let (before, after) = (placeless(&name, &written), placeless(&name, &other));
        let mut all = Vec::new();
        differing(&before, &after, "", &letters, &mut all);
        if !all.is_empty() {
            all.truncate(4);
            failures.push(format!("{name}: {all:#?}"));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(tried > 15, "only {tried} designs leave a letter free");
}

/// Names whose order is turned round. They break ties, so the keys may be others; the indexes, their proof and the statuses
/// may not. The search for the cheapest of these designs takes the patterns in the order of their names and ends after a
/// number of steps, so that it may end at another cost: 2.5 % apart at most in the designs here.
#[test]
fn other_names_in_another_order_give_as_good_a_plan() {
    let mut failures = Vec::new();
    let turned = |c: char| match c {
        'a'..='z' => char::from(b'z' - (c as u8 - b'a')),
        'A'..='Z' => char::from(b'Z' - (c as u8 - b'A')),
        _ => c,
    };
    for (name, text) in designs() {
        let before = planned(&name, &text);
        let after = planned(&name, &renamed(&tree(&text), &turned));
        let statuses = |plan: &design::plan::Plan, letters: &Letters| {
            let all = plan.patterns.iter();
            let mut all: Vec<_> = all
                .map(|p| (changed(&p.name, letters), p.status.clone()))
                .collect();
            all.sort();
            all
        };
        let worth = |plan: &design::plan::Plan| {
            let proof = &plan.proof;
            (proof.indexes, proof.lower_bound, proof.optimal)
        };
        if statuses(&before, &turned) != statuses(&after, &|c| c) || worth(&before) != worth(&after)
        {
            failures.push(format!(
                "{name}: {:?} / {:?}",
                worth(&before),
                worth(&after)
            ));
        }
        let (one, other) = (before.cost.usd_per_month, after.cost.usd_per_month);
        if (one - other).abs() > 0.03 * one {
            failures.push(format!("{name}: ${one} / ${other}"));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
