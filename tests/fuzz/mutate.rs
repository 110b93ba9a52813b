//! Changes of a design file that mostly leave it one: lines, blocks and words take each other's places.
//!
//! Promises: the words of the language come from its own list of fields. The same text and seed give the same change.

use design::document::form::{Form, Shape};
use design::document::grammar::DESIGN;
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::LazyLock;

/// Values, types and marks that are in no list of fields.
const VALUES: &[&str] = &[
    "",
    "0",
    "1",
    "-1",
    "5",
    "20",
    "999999999999",
    "1..20",
    "20%",
    "0%",
    "300/s",
    "2M",
    "2M/day",
    "400 B",
    "400 KB",
    "true",
    "false",
    "~",
    "[]",
    "{}",
    "''",
    "exists",
    "missing",
    "desc",
    "between",
    "contains",
    "lacks",
    "any_of",
    "$name",
    "-$n",
    "text($x)",
    "string",
    "integer",
    "decimal",
    "boolean",
    "timestamp",
    "date",
    "month",
    "epoch",
    "uuid",
    "ulid",
    "ksuid",
    "binary",
    "list",
    "map",
    "set(string)",
    "set(number)",
    "day",
    "hour",
    "lower",
    "bucket",
    "concat",
    "prefix",
    "filter",
    "fan_out",
    "extra_request",
    "scan",
    "promised",
    "a.b",
    "a.$b",
    "é",
    "*a",
    "&a",
    "<=",
];

/// All names of fields and all fixed words.
static WORDS: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let mut words: BTreeSet<&'static str> = VALUES.iter().copied().collect();
    of_form(&DESIGN, &mut words);
    words.into_iter().collect()
});

fn of_form(form: &'static Form, words: &mut BTreeSet<&'static str>) {
    for field in form.fields {
        words.insert(field.name);
        of_shape(field.shape, words);
    }
}

fn of_shape(shape: Shape, words: &mut BTreeSet<&'static str>) {
    match shape {
        Shape::Scalar(_) | Shape::Flag => {}
        Shape::Word(all) => words.extend(all),
        Shape::List(item) | Shape::Entries(_, item) => of_shape(*item, words),
        Shape::Map(form) => of_form(form, words),
        Shape::Verbs(all) => {
            let forms = all.verbs.iter().chain(all.verbless);
            forms.for_each(|form| of_form(form, words));
        }
        Shape::OneOf(all) => all.iter().for_each(|s| of_shape(*s, words)),
    }
}

/// Numbers by chance.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((x ^ (x >> 31)) % (n.max(1) as u64)).unwrap_or_default()
    }

    fn of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all.get(self.below(all.len())).copied().unwrap_or_default()
    }
}

/// For libFuzzer: one time of `bytes` + 3 its own changes of bytes, otherwise changes of lines and words.
pub(crate) fn mutator(
    data: &mut [u8],
    size: usize,
    max_size: usize,
    seed: u32,
    bytes: usize,
) -> usize {
    let mut random = Random(u64::from(seed));
    let text = match std::str::from_utf8(&data[..size]) {
        Ok(text) if random.below(bytes + 3) >= bytes => text.to_owned(),
        _ => return libfuzzer_sys::fuzzer_mutate(data, size, max_size),
    };
    let mut made = text;
    for _ in 0..=random.below(4) {
        made = changed(&made, &mut random);
    }
    let mut length = made.len().min(max_size);
    while !made.is_char_boundary(length) {
        length -= 1;
    }
    data[..length].copy_from_slice(&made.as_bytes()[..length]);
    length
}

fn changed(text: &str, random: &mut Random) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    if lines.is_empty() {
        return random.of(&WORDS).to_owned();
    }
    let at = random.below(lines.len());
    match random.below(12) {
        0 => drop(lines.drain(block(&lines, at))),
        1 => drop(lines.remove(at)),
        2 => copied(&mut lines, at, random),
        3 => moved(&mut lines, at, random),
        4 => {
            let other = random.below(lines.len());
            lines.swap(at, other);
        }
        5 => {
            let indent = indentation(&lines[at]);
            let line = format!(
                "{:indent$}{}: {}",
                "",
                random.of(&WORDS),
                value(text, random)
            );
            lines.insert(at, line);
        }
        6 => {
            let line = &mut lines[at];
            match (random.below(2), line.strip_prefix(' ')) {
                (0, Some(less)) => *line = less.to_owned(),
                _ => line.insert(0, ' '),
            }
        }
        _ => word(&mut lines[at], text, random),
    }
    lines.join("\n") + "\n"
}

fn indentation(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

/// A line and everything that is deeper below it.
fn block(lines: &[String], at: usize) -> Range<usize> {
    let own = indentation(&lines[at]);
    let deeper = |l: &&String| l.is_empty() || indentation(l) > own;
    let below = lines[at + 1..].iter().take_while(deeper).count();
    at..at + 1 + below
}

/// The lines that are as deep as one.
fn alike(lines: &[String], at: usize) -> Vec<usize> {
    let own = indentation(&lines[at]);
    let same = |n: &usize| indentation(&lines[*n]) == own;
    (0..lines.len()).filter(same).collect()
}

/// A copy of a block in another place of the same depth, under a name of its own.
fn copied(lines: &mut Vec<String>, at: usize, random: &mut Random) {
    let mut copy: Vec<String> = lines[block(lines, at)].to_vec();
    if let Some((name, rest)) = copy[0].split_once(':')
        && random.below(4) > 0
    {
        copy[0] = format!("{name}{}:{rest}", random.below(10));
    }
    let places = alike(lines, at);
    let to = places[random.below(places.len())];
    lines.splice(to..to, copy);
}

/// A block in another place of the same depth.
fn moved(lines: &mut Vec<String>, at: usize, random: &mut Random) {
    let taken: Vec<String> = lines.drain(block(lines, at)).collect();
    let depth = indentation(&taken[0]);
    let same = |n: &usize| indentation(&lines[*n]) == depth;
    let places: Vec<usize> = (0..lines.len()).filter(same).collect();
    let to = places
        .get(random.below(places.len()))
        .copied()
        .unwrap_or(lines.len());
    lines.splice(to..to, taken);
}

/// The words of a text, by their places.
fn words(text: &str) -> Vec<Range<usize>> {
    let part = |c: char| c.is_alphanumeric() || "_$%/.?".contains(c);
    let mut made = Vec::new();
    let mut begin = None;
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        match (begin, part(c)) {
            (None, true) => begin = Some(at),
            (Some(from), false) => {
                made.push(from..at);
                begin = None;
            }
            _ => {}
        }
    }
    made
}

/// A word of the file or of the language, or several.
fn value(text: &str, random: &mut Random) -> String {
    let one = |random: &mut Random| {
        let own = words(text);
        match own.get(random.below(own.len())) {
            Some(place) if random.below(3) > 0 => text[place.clone()].to_owned(),
            _ => random.of(&WORDS).to_owned(),
        }
    };
    match random.below(8) {
        0 => format!("[{}, {}]", one(random), one(random)),
        1 => format!("{{ {}: {} }}", one(random), one(random)),
        2 => format!("[{}]", one(random)),
        _ => one(random),
    }
}

/// Another word in the place of one, beside it, or none.
fn word(line: &mut String, text: &str, random: &mut Random) {
    let places = words(line);
    let Some(place) = places.get(random.below(places.len())).cloned() else {
        line.push_str(&value(text, random));
        return;
    };
    match random.below(8) {
        0 => line.replace_range(place, ""),
        1 => line.insert_str(place.start, &format!("{}, ", value(text, random))),
        2 => line.insert_str(
            place.start,
            &format!("{}: {}, ", random.of(&WORDS), value(text, random)),
        ),
        3 => line.replace_range(place.start.., &value(text, random)),
        4 => line.insert(place.end, '?'),
        _ => line.replace_range(place, &value(text, random)),
    }
}
