//! The shape of `NoSE`'s `random_rubis`.

use super::Random;
use std::fmt::Write;

/// An entity: its fields beside the identifier, with their types, and the entities that it refers to.
struct Entity {
    fields: Vec<&'static str>,
    refers: Vec<usize>,
}

/// A design of a factor. Queries are of one entity; what `NoSE` asks of a neighbour is asked of the reference to it.
pub(crate) fn rubis(factor: usize, seed: u64) -> String {
    let mut random = Random::new(seed);
    let entities = network(7 * factor, &mut random);
    let mut text = "design: rubis\nlimits: { gsis: 200 }\nentities:\n".to_owned();
    for (at, entity) in entities.iter().enumerate() {
        let _ = writeln!(text, "  E{at}:\n    key: e{at}");
        let _ = writeln!(text, "    attributes:\n      e{at}: ulid");
        for (field, ty) in entity.fields.iter().enumerate() {
            let _ = writeln!(text, "      f{field}: {ty}");
        }
        for target in &entity.refers {
            let _ = writeln!(text, "      to{target}: E{target}");
        }
        text.push_str("    count: 10000\n");
    }
    text.push_str("patterns:\n");
    for query in 0..30 * factor {
        let at = random.below(entities.len());
        let _ = write!(text, "  q{query}: {{ ");
        ask(at, &entities[at], &mut random, &mut text);
        text.push_str(" }\n");
    }
    for update in 0..3 * factor {
        let at = random.below(entities.len());
        let first = random.below(entities[at].fields.len());
        let second = (first + 1) % entities[at].fields.len();
        let _ = writeln!(
            text,
            "  u{update}: {{ update: E{at}, set: [f{first}, f{second}] }}"
        );
    }
    for insert in 0..5 * factor {
        let at = random.below(entities.len());
        let _ = writeln!(text, "  i{insert}: {{ create: E{at} }}");
    }
    text
}

/// A ring of entities of which each edge leads elsewhere half of the time (Watts and Strogatz, "Collective dynamics of
/// 'small-world' networks", Nature 1998); the direction of each reference is chosen.
fn network(count: usize, random: &mut Random) -> Vec<Entity> {
    let types = ["integer", "string", "timestamp", "decimal"];
    let mut made: Vec<Entity> = Vec::new();
    for _ in 0..count {
        let fields = 4 + random.weighted(&[1, 2, 4, 2, 1]);
        let fields = (0..fields).map(|_| types[random.weighted(&[45, 35, 10, 10])]);
        made.push(Entity {
            fields: fields.collect(),
            refers: Vec::new(),
        });
    }
    for at in 0..count {
        let step = if random.below(2) == 0 {
            1
        } else {
            1 + random.below(count - 1)
        };
        let other = (at + step) % count;
        let (from, to) = [(at, other), (other, at)][random.below(2)];
        if !made[from].refers.contains(&to) {
            made[from].refers.push(to);
        }
    }
    made
}

/// A query by one field (75 %), two (20 %) or three, of three fields.
fn ask(at: usize, entity: &Entity, random: &mut Random, text: &mut String) {
    let mut open: Vec<String> = (0..entity.fields.len()).map(|f| format!("f{f}")).collect();
    open.extend(entity.refers.iter().map(|to| format!("to{to}")));
    open.push(format!("e{at}"));
    let mut by = open.clone();
    let mut of = |names: &mut Vec<String>, count: usize| -> Vec<String> {
        (0..count)
            .map(|_| names.remove(random.below(names.len())))
            .collect()
    };
    let select = of(&mut open, 3).join(", ");
    let count = 1 + random.weighted(&[75, 20, 5]);
    let by: Vec<String> = (0..count)
        .map(|_| by.remove(random.below(by.len())))
        .collect();
    let verb = if by.contains(&format!("e{at}")) {
        "get"
    } else {
        "list"
    };
    let _ = write!(
        text,
        "{verb}: E{at}, by: [{}], select: [{select}]",
        by.join(", ")
    );
}
