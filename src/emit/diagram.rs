//! What the diagrams show: writes, the entities that they make, where their items lie, and the reads that find them.
//!
//! Promises: every entity, index and pattern of the plan is in it; names of nodes follow from what they stand for and not
//! from their number, so that a new one renames none; all texts of the design have gone through the escaping of the
//! language that draws them.

use super::Origin;
use crate::plan::{
    ActionEntry, Entity, Index, Key, KeyEntry, Pattern, Plan, ReadStep, Step, Table,
};
use crate::report::view::{only, templates};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Conditions are broken into lines of about so many characters.
const WIDTH: usize = 44;

/// Nodes in four columns, and the edges between them.
#[derive(Serialize)]
pub(super) struct Diagram<'a> {
    origin: [&'a str; 2],
    title: String,
    writes: Vec<Node>,
    entities: Vec<Node>,
    places: Vec<Place>,
    reads: Vec<Node>,
    /// Patterns that nothing here answers.
    elsewhere: Vec<Node>,
    edges: Vec<Edge>,
}

/// A box.
#[derive(Serialize)]
struct Node {
    id: String,
    name: String,
    /// What is said below its name.
    lines: Vec<String>,
    /// The status of a pattern; of others empty.
    status: String,
}

/// The table, or an index.
#[derive(Serialize)]
struct Place {
    id: String,
    name: String,
    /// Its kind, key attributes and projection.
    lines: Vec<String>,
    rows: Vec<Row>,
}

/// The items of one kind in a table or index.
#[derive(Serialize)]
struct Row {
    id: String,
    kind: String,
    /// Its key, then the condition under which an item is in it.
    key: Vec<String>,
    only: Vec<String>,
}

/// A line from one box to another.
#[derive(Serialize)]
struct Edge {
    from: End,
    to: End,
    /// `stored`, `some` (only some of the items), `read`, `written` or `found`.
    kind: &'static str,
    label: String,
}

/// A box, or a row in it.
#[derive(Clone, Serialize)]
struct End {
    id: String,
    /// The row; empty: the whole box.
    row: String,
}

/// Names of nodes: letters, digits and underlines, each once.
#[derive(Default)]
struct Ids {
    taken: BTreeSet<String>,
}

impl Ids {
    fn make(&mut self, words: &[&str]) -> String {
        let legal = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
        let base: String = words.join("_").chars().map(legal).collect();
        let mut id = base.clone();
        let mut number = 2;
        while !self.taken.insert(id.clone()) {
            id = format!("{base}_{number}");
            number += 1;
        }
        id
    }
}

/// Where things are in the diagram, while it is made.
struct Builder<'a> {
    plan: &'a Plan,
    escape: fn(&str) -> String,
    ids: Ids,
    entities: BTreeMap<&'a str, String>,
    /// By table, index and entity: the box and its row.
    rows: BTreeMap<(&'a str, Option<&'a str>, &'a str), End>,
    edges: Vec<Edge>,
}

/// The diagram of a plan for a language whose texts are escaped so.
pub(super) fn diagram<'a>(
    plan: &'a Plan,
    origin: &'a Origin,
    escape: fn(&str) -> String,
) -> Diagram<'a> {
    let mut builder = Builder {
        plan,
        escape,
        ids: Ids::default(),
        entities: BTreeMap::new(),
        rows: BTreeMap::new(),
        edges: Vec::new(),
    };
    let entities = plan.entities.iter().map(|e| builder.entity(e)).collect();
    let mut places = Vec::new();
    for table in &plan.tables {
        places.push(builder.place(table, None));
        for index in &table.indexes {
            places.push(builder.place(table, Some(index)));
        }
    }
    let (mut writes, mut reads, mut elsewhere) = (Vec::new(), Vec::new(), Vec::new());
    for pattern in &plan.patterns {
        let node = builder.pattern(pattern);
        let written = |s: &Step| matches!(s, Step::Write(_));
        if pattern.steps.is_empty() {
            elsewhere.push(node);
        } else if pattern.steps.iter().any(written) {
            writes.push(node);
        } else {
            reads.push(node);
        }
    }
    Diagram {
        origin: origin.lines(),
        title: escape(&plan.design),
        writes,
        entities,
        places,
        reads,
        elsewhere,
        edges: builder.edges,
    }
}

impl<'a> Builder<'a> {
    fn text(&self, text: &str) -> String {
        (self.escape)(text)
    }

    /// Text in lines, escaped after it is broken.
    fn lines(&self, text: &str) -> Vec<String> {
        broken(text).iter().map(|l| self.text(l)).collect()
    }

    fn entity(&mut self, of: &'a Entity) -> Node {
        let id = self.ids.make(&["entity", &of.name]);
        self.entities.insert(&of.name, id.clone());
        let named = |name: &String| {
            let stored = of.stored.iter().find(|s| s.attribute == *name);
            let ty = stored.map_or("", |s| s.ty.as_str());
            self.text(&format!("{name}: {ty}"))
        };
        Node {
            id,
            name: self.text(&of.name),
            lines: of.identity.iter().map(named).collect(),
            status: String::new(),
        }
    }

    fn place(&mut self, table: &'a Table, index: Option<&'a Index>) -> Place {
        let name = index.map_or(&table.name, |i| &i.name);
        let prefix = if index.is_some() { "index" } else { "table" };
        let id = self.ids.make(&[prefix, name]);
        let key = index.map_or(&table.key, |i| &i.key);
        let (kind, projection) = index.map_or(("table".to_owned(), String::new()), |i| {
            (
                format!("{} index", i.kind),
                format!(", {}", i.projection.ty),
            )
        });
        let mut rows = Vec::new();
        for entity in &self.plan.entities {
            for kind in entity.kinds.iter().filter(|k| k.table == table.name) {
                let wanted = index.map(|i| i.name.as_str());
                let entry = kind.keys.iter().find(|k| k.index.as_deref() == wanted);
                let Some(entry) = entry else { continue };
                let row = self.ids.make(&["row", name, &kind.name]);
                let made = self.row(row, entity, &kind.name, kind.role == "item", entry);
                let end = End {
                    id: id.clone(),
                    row: made.id.clone(),
                };
                let edge = if made.only.is_empty() {
                    "stored"
                } else {
                    "some"
                };
                if let Some(from) = self.entities.get(entity.name.as_str()) {
                    let from = whole(from);
                    self.edge(from, end.clone(), edge, "");
                }
                if kind.role == "item" {
                    let place = (table.name.as_str(), wanted, entity.name.as_str());
                    self.rows.insert(place, end);
                }
                rows.push(made);
            }
        }
        Place {
            id,
            name: self.text(name),
            lines: vec![self.text(&format!("{kind}: {}{projection}", names(key)))],
            rows,
        }
    }

    fn row(&self, id: String, of: &Entity, kind: &str, item: bool, entry: &KeyEntry) -> Row {
        let role = if item { "" } else { " (guard)" };
        let keys = [templates(&entry.partition), templates(&entry.sort)];
        let only = only(of, entry);
        Row {
            id,
            kind: self.text(&format!("{kind}{role}")),
            key: keys
                .iter()
                .filter(|k| !k.is_empty())
                .map(|k| self.text(k))
                .collect(),
            only: if only.is_empty() {
                Vec::new()
            } else {
                self.lines(&format!("only {only}"))
            },
        }
    }

    fn pattern(&mut self, of: &'a Pattern) -> Node {
        let id = self.ids.make(&["pattern", &of.name]);
        let writes = of.steps.iter().any(|s| matches!(s, Step::Write(_)));
        let mut calls: Vec<&str> = Vec::new();
        let mut joined = BTreeSet::new();
        for step in &of.steps {
            let call = match step {
                Step::Read(read) => {
                    for end in self.read_from(of, read) {
                        if joined.insert(end.row.clone()) {
                            let kind = if writes { "found" } else { "read" };
                            self.edge(end, whole(&id), kind, "");
                        }
                    }
                    &read.call
                }
                Step::Write(write) => {
                    self.written(&id, &write.actions);
                    &write.call
                }
            };
            if !calls.contains(&call.as_str()) {
                calls.push(call);
            }
        }
        let mut lines = vec![calls.join(", ")];
        if let Some(place) = &of.external {
            lines = broken(&format!("external: {place}"));
        } else if of.status != "covered" {
            lines.push(format!("{}: {}", of.status, of.price.join(", ")));
        }
        lines.retain(|l| !l.is_empty());
        Node {
            id,
            name: self.text(&of.name),
            lines: lines
                .iter()
                .map(|l| self.text(l.trim_end_matches(": ")))
                .collect(),
            status: of.status.clone(),
        }
    }

    /// The rows that a step reads: of the entities that it asks for, those that are there.
    fn read_from(&self, of: &Pattern, step: &ReadStep) -> Vec<End> {
        let asked = match &step.followed {
            Some(followed) if step.returns == "followed" => followed,
            _ => &of.entities,
        };
        let place = |entity: &'a str| {
            let key = (step.table.as_str(), step.index.as_deref(), entity);
            self.rows.get(&key).cloned()
        };
        let asked = self
            .plan
            .entities
            .iter()
            .filter(|e| asked.contains(&e.name));
        asked.filter_map(|e| place(&e.name)).collect()
    }

    /// An edge to each entity, with what is done to it.
    fn written(&mut self, id: &str, actions: &[ActionEntry]) {
        let mut done: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for action in actions.iter().filter(|a| a.of.is_none()) {
            let all = done.entry(&action.entity).or_default();
            if !all.contains(&action.action.as_str()) {
                all.push(&action.action);
            }
        }
        for (entity, actions) in done {
            if let Some(to) = self.entities.get(entity) {
                let to = whole(to);
                self.edge(whole(id), to, "written", &actions.join(", "));
            }
        }
    }

    fn edge(&mut self, from: End, to: End, kind: &'static str, label: &str) {
        self.edges.push(Edge {
            from,
            to,
            kind,
            label: self.text(label),
        });
    }
}

fn whole(id: &str) -> End {
    End {
        id: id.to_owned(),
        row: String::new(),
    }
}

/// The key attributes of a table or index.
fn names(of: &Key) -> String {
    let all = of.partition.iter().chain(&of.sort);
    all.map(|k| k.attribute.as_str())
        .collect::<Vec<_>>()
        .join(", ")
}

/// Text in lines of about [`WIDTH`] characters, broken at blanks.
fn broken(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= WIDTH => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_words_and_differ() {
        let mut ids = Ids::default();
        assert_eq!(ids.make(&["index", "GSI-1"]), "index_GSI_1");
        assert_eq!(ids.make(&["index", "GSI.1"]), "index_GSI_1_2");
    }

    #[test]
    fn long_conditions_have_lines() {
        let text = "only status = \"placed\" AND attribute_exists(note) AND total > 5";
        let lines = broken(text);
        assert_eq!(lines.len(), 2);
        assert!(
            lines.iter().all(|l| l.chars().count() <= WIDTH),
            "{lines:?}"
        );
        assert_eq!(lines.join(" "), text);
    }
}
