//! Entities under each other, each with so many reads.

use super::Random;
use std::fmt::Write;

/// What reads fix beside the parent, and how often.
const FIXED: [(&str, usize); 6] = [
    ("owner", 5),
    ("status", 3),
    ("region", 3),
    ("score", 1),
    ("updated", 1),
    ("created", 1),
];
/// How often they fix the parent.
const PARENT: usize = 5;
/// What they sort by, and how often.
const SORTED: [(&str, usize); 4] = [("created", 5), ("updated", 3), ("score", 2), ("owner", 1)];

/// An entity: whose child it is, whether its key begins with the parent's, and its children.
#[derive(Default)]
struct Entity {
    parent: Option<usize>,
    composite: bool,
    children: Vec<usize>,
}

/// A design of `reads` reads, `each` of them for each entity, and one write for each entity.
pub(crate) fn layered(reads: usize, each: usize, seed: u64) -> String {
    let mut random = Random::new(seed);
    let entities = forest(reads.div_ceil(each).max(2), &mut random);
    let mut text = "design: layered\nlimits: { gsis: 200 }\nentities:\n".to_owned();
    for at in 0..entities.len() {
        declare(at, &entities, &mut random, &mut text);
    }
    text.push_str("patterns:\n");
    for read in 0..reads {
        let at = read % entities.len();
        let _ = write!(text, "  p{read}: {{ ");
        if read < entities.len() {
            let _ = write!(text, "get: E{at}");
        } else if !entities[at].children.is_empty() && random.below(100) < 12 {
            collection(at, &entities[at].children, &mut random, &mut text);
        } else {
            list(at, &entities[at], &mut random, &mut text);
        }
        let _ = writeln!(text, ", rate: {}/s }}", 1 + random.below(100));
    }
    for (at, entity) in entities.iter().enumerate() {
        change(at, entity, &mut text);
    }
    text
}

/// Trees of up to five entities, as the parts of an application are: each entity is the child of one before it.
fn forest(count: usize, random: &mut Random) -> Vec<Entity> {
    let mut made: Vec<Entity> = Vec::new();
    let mut left = 0;
    let mut root = 0;
    for at in 0..count {
        let mut entity = Entity::default();
        if left == 0 {
            (root, left) = (at, random.below(5));
        } else {
            let parent = root + random.below(at - root);
            made[parent].children.push(at);
            entity.parent = Some(parent);
            entity.composite = random.below(10) < 6;
            left -= 1;
        }
        made.push(entity);
    }
    made
}

fn declare(at: usize, entities: &[Entity], random: &mut Random, text: &mut String) {
    let entity = &entities[at];
    let key = match entity.parent {
        Some(parent) if entity.composite => format!("[e{parent}, e{at}]"),
        _ => format!("e{at}"),
    };
    let _ = writeln!(text, "  E{at}:\n    key: {key}");
    let _ = writeln!(text, "    attributes:\n      e{at}: ulid");
    let _ = match entity.parent {
        Some(parent) if entities[parent].composite => {
            writeln!(text, "      e{parent}: E{parent}.e{parent}")
        }
        Some(parent) => writeln!(text, "      e{parent}: E{parent}"),
        None => writeln!(text, "      team: string"),
    };
    text.push_str("      owner: string\n      region: string\n");
    text.push_str("      status: [open, held, done, gone]\n");
    text.push_str("      created: { type: timestamp, immutable: true }\n");
    text.push_str("      updated: timestamp\n");
    text.push_str("      score: { type: integer, max: 100000 }\n");
    let _ = writeln!(text, "    count: {}", 1000 * (1 + random.below(1000)));
}

/// A list of one entity.
fn list(at: usize, entity: &Entity, random: &mut Random, text: &mut String) {
    let parent = match entity.parent {
        Some(parent) => format!("e{parent}"),
        None => "team".to_owned(),
    };
    let mut open: Vec<(&str, usize)> = vec![(&parent, PARENT)];
    open.extend(FIXED);
    let count = random.weighted(&[5, 45, 35, 15]);
    let fixed = chosen(count, open, random);
    let mut open = SORTED.to_vec();
    open.retain(|(name, _)| !fixed.contains(name));
    let count = random.weighted(&[35, 50, 15]);
    let sort: Vec<String> = chosen(count, open, random)
        .into_iter()
        .map(|name| format!("{name}{}", direction(random)))
        .collect();
    let _ = write!(text, "list: E{at}");
    if !fixed.is_empty() {
        let _ = write!(text, ", by: [{}]", fixed.join(", "));
    }
    if !sort.is_empty() {
        let _ = write!(text, ", sort: [{}]", sort.join(", "));
    }
    if random.below(2) == 0 {
        text.push_str(", limit: 20");
    }
}

/// An entity with one or two of its children, by its identifier.
fn collection(at: usize, children: &[usize], random: &mut Random, text: &mut String) {
    let first = random.below(children.len());
    let _ = write!(text, "list: [E{at}, E{}", children[first]);
    if children.len() > 1 && random.below(3) == 0 {
        let _ = write!(text, ", E{}", children[(first + 1) % children.len()]);
    }
    let _ = write!(text, "], by: e{at}");
    if random.below(2) == 0 {
        let _ = write!(text, ", sort: created{}", direction(random));
    }
}

/// The write of an entity: every other one only changes.
fn change(at: usize, entity: &Entity, text: &mut String) {
    let _ = if at.is_multiple_of(2) {
        writeln!(text, "  create{at}: {{ create: E{at}, rate: 5/s }}")
    } else {
        let with = if entity.composite { ", score" } else { "" };
        writeln!(
            text,
            "  change{at}: {{ update: E{at}, set: [status, updated{with}], rate: 5/s }}"
        )
    };
}

fn direction(random: &mut Random) -> &'static str {
    ["", " desc"][random.below(2)]
}

/// So many of the names, by their weights.
fn chosen<'a>(count: usize, mut open: Vec<(&'a str, usize)>, random: &mut Random) -> Vec<&'a str> {
    let mut made = Vec::new();
    for _ in 0..count.min(open.len()) {
        let weights: Vec<usize> = open.iter().map(|(_, w)| *w).collect();
        made.push(open.remove(random.weighted(&weights)).0);
    }
    made
}
