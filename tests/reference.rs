//! The reference pages say what the tool does: their examples compile, every field is described, the vectors of the
//! encodings and the complete plan are what the tool gives.
//!
//! Fragments in `language.md` say by their fence what they are: `yaml` is a whole file, `yaml part` some of its fields,
//! `yaml entities`, `yaml attributes` and `yaml patterns` entries of these maps. What a fragment leaves out is taken
//! from the first example of the page, the shop.

use design::diagnostic::{Diagnostic, Severity};
use design::document::form::{Form, Shape, VerbForms};
use design::document::grammar;
use design::encoding::{Encoding, bucket, encode, fnv1a};
use design::plan::Plan;
use design::source::Source;
use design::workload::Constant;
use design::{Compiled, Objective, compile};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fmt::Write;

const LANGUAGE: &str = include_str!("../src/explain/language.md");
const PLAN_DOCUMENT: &str = include_str!("../src/explain/plan-document.md");
const STARTER: &str = include_str!("../src/explain/starter.yaml");

/// What the page itself says that `design check` finds in its first example.
const SAID: [&str; 2] = ["D0312", "D0517"];

type Outcome = Result<(), Box<dyn Error>>;

/// A fenced block of a page.
struct Fence {
    info: String,
    text: String,
    /// The line of its first line, from 1.
    line: usize,
}

/// The fenced blocks of a page, and the lines outside of them with their numbers.
fn split(page: &str) -> (Vec<Fence>, Vec<(usize, &str)>) {
    let mut fences: Vec<Fence> = Vec::new();
    let mut prose = Vec::new();
    let mut open: Option<Fence> = None;
    for (number, line) in (1..).zip(page.lines()) {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(info)) => {
                open = Some(Fence {
                    info: info.to_owned(),
                    text: String::new(),
                    line: number + 1,
                });
            }
            (None, None) => prose.push((number, line)),
            (Some(_), Some("")) => fences.extend(open.take()),
            (Some(fence), _) => {
                fence.text.push_str(line);
                fence.text.push('\n');
            }
        }
    }
    (fences, prose)
}

fn fences(page: &str) -> Vec<Fence> {
    split(page).0
}

fn compiled(text: &str) -> (Source, Compiled) {
    let source = Source::new("example.yaml", text);
    let made = compile(&source, Objective::Indexes);
    (source, made)
}

fn indented(text: &str, by: usize) -> String {
    text.lines().fold(String::new(), |mut all, line| {
        let _ = writeln!(all, "{:by$}{line}", "");
        all
    })
}

/// The entities of the first example, each as text that is indented by two.
fn shop() -> BTreeMap<String, String> {
    let mut made: BTreeMap<String, String> = BTreeMap::new();
    let mut name = String::new();
    let first = fences(LANGUAGE)
        .into_iter()
        .next()
        .map(|f| f.text)
        .unwrap_or_default();
    for line in first
        .lines()
        .skip_while(|l| *l != "entities:")
        .skip(1)
        .take_while(|l| *l != "patterns:")
    {
        if let Some(entity) = line
            .strip_prefix("  ")
            .filter(|l| l.starts_with(|c: char| c.is_ascii_uppercase()))
        {
            entity.trim_end_matches(':').clone_into(&mut name);
        }
        let text = made.entry(name.clone()).or_default();
        text.push_str(line);
        text.push('\n');
    }
    made
}

/// The shop's entities but those that a fragment declares itself.
fn others(fragment: &str) -> String {
    let own = |name: &str| fragment.lines().any(|l| l.trim_end_matches(':') == name);
    shop()
        .into_iter()
        .filter(|(name, _)| !own(name))
        .map(|(_, text)| text)
        .collect()
}

/// The whole file that a fragment is a part of.
fn completed(fence: &Fence) -> Option<String> {
    let head = "design: example\n";
    let text = &fence.text;
    Some(match fence.info.as_str() {
        "yaml" => text.clone(),
        "yaml part" if text.lines().any(|l| l == "entities:") => format!("{head}{text}"),
        "yaml part" => format!("{head}entities:\n{}{text}", others("")),
        "yaml entities" => format!("{head}entities:\n{}{}", indented(text, 2), others(text)),
        "yaml attributes" => format!(
            "{head}entities:\n  Example:\n    key: id\n    attributes:\n      id: ulid\n{}{}",
            indented(text, 6),
            others("")
        ),
        "yaml patterns" => format!(
            "{head}entities:\n{}patterns:\n{}",
            others(""),
            indented(text, 2)
        ),
        _ => return None,
    })
}

#[test]
fn examples_of_the_language_compile() {
    let mut failures = String::new();
    let mut whole = 0;
    for fence in fences(LANGUAGE)
        .iter()
        .filter(|f| f.info.starts_with("yaml"))
    {
        let Some(text) = completed(fence) else {
            let _ = writeln!(
                failures,
                "language.md:{}: unknown kind of fragment `{}`",
                fence.line, fence.info
            );
            continue;
        };
        let (source, made) = compiled(&text);
        let fails = made.diagnostics.has_errors();
        let findings = made.diagnostics.sorted();
        let unsaid = |f: &&Diagnostic| f.severity < Severity::Note && !SAID.contains(&f.code.id());
        let warns = fence.info == "yaml" && findings.iter().any(unsaid);
        whole += usize::from(fence.info == "yaml");
        if fails || warns {
            let report = made.diagnostics.render(&source, false, 100);
            let _ = writeln!(failures, "language.md:{}:\n{report}", fence.line);
        }
    }
    assert!(failures.is_empty(), "{failures}");
    assert!(whole > 0, "language.md has no whole file");
}

fn words_of(shape: Shape, found: &mut BTreeSet<&'static str>) {
    match shape {
        Shape::Scalar(_) | Shape::Flag => {}
        Shape::Word(words) => found.extend(words),
        Shape::List(item) | Shape::Entries(_, item) => words_of(*item, found),
        Shape::Map(form) => fields_of(form, found),
        Shape::Verbs(VerbForms {
            verbs, verbless, ..
        }) => {
            verbs
                .iter()
                .chain(*verbless)
                .for_each(|f| fields_of(f, found));
        }
        Shape::OneOf(shapes) => shapes.iter().for_each(|s| words_of(*s, found)),
    }
}

fn fields_of(form: &'static Form, found: &mut BTreeSet<&'static str>) {
    for field in form.fields {
        found.insert(field.name);
        words_of(field.shape, found);
    }
}

/// The names that a page does not have in backticks outside of its examples.
fn unmentioned<'a>(page: &str, names: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let prose = split(page)
        .1
        .into_iter()
        .map(|(_, line)| line)
        .collect::<Vec<_>>()
        .join("\n");
    names
        .into_iter()
        .filter(|name| !prose.contains(&format!("`{name}`")))
        .collect()
}

#[test]
fn every_field_and_word_of_the_language_is_described() {
    let mut names = BTreeSet::new();
    fields_of(&grammar::DESIGN, &mut names);
    assert!(
        names.contains("upsert") && names.contains("kms_key"),
        "the walk reaches steps and settings"
    );
    let missing = unmentioned(LANGUAGE, names);
    assert!(
        missing.is_empty(),
        "language.md does not mention {missing:?} in backticks"
    );
}

/// The names of all properties in a JSON Schema.
fn properties(schema: &Value, found: &mut BTreeSet<String>) {
    match schema {
        Value::Object(object) => {
            for (key, value) in object {
                if let (true, Value::Object(fields)) = (key == "properties", value) {
                    found.extend(fields.keys().cloned());
                }
                properties(value, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|i| properties(i, found)),
        _ => {}
    }
}

#[test]
fn every_field_of_the_plan_is_described() -> Outcome {
    let mut names = BTreeSet::new();
    properties(
        &serde_json::to_value(schemars::schema_for!(Plan))?,
        &mut names,
    );
    assert!(
        names.contains("begins_with") && names.contains("items_read"),
        "the walk reaches conditions and costs"
    );
    let missing = unmentioned(PLAN_DOCUMENT, names.iter().map(String::as_str));
    assert!(
        missing.is_empty(),
        "plan-document.md does not mention {missing:?} in backticks"
    );
    Ok(())
}

/// The cells in backticks of the rows of the table after a heading.
fn table<'a>(page: &'a str, heading: &str) -> Vec<Vec<&'a str>> {
    let after = page.lines().skip_while(|l| *l != heading).skip(1);
    let rows = after
        .skip_while(|l| !l.starts_with('|'))
        .take_while(|l| l.starts_with('|'))
        .skip(2);
    rows.map(|row| row.split('`').skip(1).step_by(2).collect())
        .collect()
}

/// The encoding of a name such as `decimal:4.2:desc`.
fn encoding(name: &str) -> Option<Encoding> {
    let (plain, descending) = name
        .strip_suffix(":desc")
        .map_or((name, false), |n| (n, true));
    Some(match plain.split_once(':') {
        None => match plain {
            "text" => Encoding::Text,
            "enum" => Encoding::Enumeration,
            "raw" => Encoding::Raw,
            "timestamp" => Encoding::Timestamp { descending },
            "date" => Encoding::Date { descending },
            "month" => Encoding::Month { descending },
            "boolean" => Encoding::Boolean,
            "hex" => Encoding::Hex,
            _ => return None,
        },
        Some(("integer", width)) => Encoding::Integer {
            width: width.parse().ok()?,
            descending,
        },
        Some(("decimal", size)) => {
            let (width, fraction) = size.split_once('.')?;
            Encoding::Decimal {
                width: width.parse().ok()?,
                fraction: fraction.parse().ok()?,
                descending,
            }
        }
        Some(_) => return None,
    })
}

fn constant(text: &str, of: Encoding) -> Option<Constant> {
    Some(match of {
        Encoding::Integer { .. } => Constant::Integer(text.parse().ok()?),
        Encoding::Decimal { .. } => Constant::Decimal(text.to_owned()),
        Encoding::Boolean => Constant::Boolean(text.parse().ok()?),
        _ => Constant::Text(text.to_owned()),
    })
}

#[test]
fn vectors_of_encodings_hold() -> Outcome {
    let rows = table(PLAN_DOCUMENT, "### Vectors");
    assert!(
        rows.len() > 20,
        "plan-document.md has {} vectors",
        rows.len()
    );
    for row in rows {
        let [name, value, text] = row.as_slice() else {
            return Err(format!("a row of three cells: {row:?}").into());
        };
        let of = encoding(name).ok_or_else(|| format!("unknown encoding {name}"))?;
        assert_eq!(of.to_string(), *name, "the name as the plan writes it");
        let value = constant(value, of).ok_or_else(|| format!("{value} is no value of {name}"))?;
        assert_eq!(
            encode(&value, of).as_deref(),
            Ok(*text),
            "{name} of {value:?}"
        );
    }
    let refused = table(PLAN_DOCUMENT, "### Refused values");
    assert!(
        !refused.is_empty(),
        "plan-document.md has no refused values"
    );
    for row in refused {
        let [name, values @ ..] = row.as_slice() else {
            return Err(format!("an encoding and values: {row:?}").into());
        };
        let of = encoding(name).ok_or_else(|| format!("unknown encoding {name}"))?;
        for value in values {
            let constant =
                constant(value, of).ok_or_else(|| format!("{value} is no value of {name}"))?;
            assert!(encode(&constant, of).is_err(), "{name} takes {value}");
        }
    }
    let hashes = table(PLAN_DOCUMENT, "### Hash");
    assert!(!hashes.is_empty(), "plan-document.md has no hashes");
    for row in hashes {
        let [text, hash, modulo] = row.as_slice() else {
            return Err(format!("a row of three cells: {row:?}").into());
        };
        assert_eq!(
            fnv1a(text.as_bytes()).to_string(),
            *hash,
            "the hash of {text}"
        );
        assert_eq!(
            bucket(text, 10).to_string(),
            *modulo,
            "the hash of {text} modulo 10"
        );
    }
    Ok(())
}

/// JSON whose fields keep their order, which those of a [`Value`] do not.
enum Ordered {
    Object(Vec<(String, Self)>),
    Array(Vec<Self>),
    Scalar(Value),
}

impl<'de> Deserialize<'de> for Ordered {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OrderedVisitor)
    }
}

struct OrderedVisitor;

impl<'de> Visitor<'de> for OrderedVisitor {
    type Value = Ordered;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("JSON")
    }
    fn visit_unit<E>(self) -> Result<Ordered, E> {
        Ok(Ordered::Scalar(Value::Null))
    }
    fn visit_bool<E>(self, v: bool) -> Result<Ordered, E> {
        Ok(Ordered::Scalar(v.into()))
    }
    fn visit_i64<E>(self, v: i64) -> Result<Ordered, E> {
        Ok(Ordered::Scalar(v.into()))
    }
    fn visit_u64<E>(self, v: u64) -> Result<Ordered, E> {
        Ok(Ordered::Scalar(v.into()))
    }
    fn visit_f64<E>(self, v: f64) -> Result<Ordered, E> {
        Ok(Ordered::Scalar(v.into()))
    }
    fn visit_str<E>(self, v: &str) -> Result<Ordered, E> {
        Ok(Ordered::Scalar(v.into()))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Ordered, A::Error> {
        let mut made = Vec::new();
        while let Some(item) = items.next_element()? {
            made.push(item);
        }
        Ok(Ordered::Array(made))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Ordered, A::Error> {
        let mut made = Vec::new();
        while let Some(entry) = entries.next_entry()? {
            made.push(entry);
        }
        Ok(Ordered::Object(made))
    }
}

impl Ordered {
    /// On one line.
    fn flat(&self) -> String {
        match self {
            Self::Object(entries) if entries.is_empty() => "{}".to_owned(),
            Self::Object(entries) => {
                let entries: Vec<String> = entries
                    .iter()
                    .map(|(k, v)| format!("{}{}", key(k), v.flat()))
                    .collect();
                format!("{{ {} }}", entries.join(", "))
            }
            Self::Array(items) => format!(
                "[{}]",
                items.iter().map(Self::flat).collect::<Vec<_>>().join(", ")
            ),
            Self::Scalar(value) => value.to_string(),
        }
    }

    /// With as much on a line as fits into 100 columns; `lead` characters stand before it on its first line.
    fn packed(&self, indent: usize, lead: usize) -> String {
        const WIDTH: usize = 100;
        let flat = self.flat();
        // One column for a comma.
        if indent + lead + flat.chars().count() < WIDTH {
            return flat;
        }
        let inner = indent + 2;
        let (open, close, items): (char, char, Vec<String>) = match self {
            Self::Object(entries) => {
                let entry = |(k, v): &(String, Self)| {
                    format!("{}{}", key(k), v.packed(inner, key(k).chars().count()))
                };
                ('{', '}', entries.iter().map(entry).collect())
            }
            Self::Array(items) => ('[', ']', items.iter().map(|i| i.packed(inner, 0)).collect()),
            Self::Scalar(_) => return flat,
        };
        let mut made = String::from(open);
        let mut column = WIDTH;
        for (at, item) in items.iter().enumerate() {
            let comma = if at + 1 < items.len() { "," } else { "" };
            let several = item.contains('\n');
            let width = item.chars().count() + comma.len();
            if several || column + 1 + width > WIDTH {
                let _ = write!(made, "\n{:inner$}{item}{comma}", "");
                column = if several { WIDTH } else { inner + width };
            } else {
                let _ = write!(made, " {item}{comma}");
                column += 1 + width;
            }
        }
        let _ = write!(made, "\n{:indent$}{close}", "");
        made
    }
}

fn key(name: &str) -> String {
    format!("{}: ", Value::from(name))
}

#[test]
fn the_complete_example_is_what_the_tool_prints() -> Outcome {
    let heading = "## A complete example\n";
    let start = PLAN_DOCUMENT
        .find(heading)
        .ok_or("plan-document.md has no complete example")?;
    let (before, section) = PLAN_DOCUMENT.split_at(start);
    let blocks = fences(section);
    let of = |info: &str| {
        blocks
            .iter()
            .find(|f| f.info == info)
            .map(|f| f.text.as_str())
    };
    let design = of("yaml").ok_or("no design in the complete example")?;
    let shown = of("json").ok_or("no plan in the complete example")?;
    let (source, made) = compiled(design);
    let report = made.diagnostics.render(&source, false, 100);
    assert!(report.is_empty(), "{report}");
    let plan = made.plan.ok_or("no plan")?;
    // As printed: the fields in the order of the types.
    let printed = serde_json::to_string(&plan)?;
    if serde_json::from_str::<Value>(shown).ok() == Some(serde_json::from_str(&printed)?) {
        keys_in_words_are_those_of(section, &printed);
        return Ok(());
    }
    if std::env::var_os("UPDATE_DOCS").is_some() {
        let text = serde_json::from_str::<Ordered>(&printed)?.packed(0, 0);
        let section = section.replacen(shown, &format!("{text}\n"), 1);
        let page = concat!(env!("CARGO_MANIFEST_DIR"), "/src/explain/plan-document.md");
        std::fs::write(page, format!("{before}{section}"))?;
        return Ok(());
    }
    Err(
        "the plan in plan-document.md is not what the tool gives for the design beside it; \
         `UPDATE_DOCS=1 cargo test --test reference` rewrites it"
            .into(),
    )
}

/// That the keys which the text before a plan gives as examples begin like keys of the plan.
fn keys_in_words_are_those_of(section: &str, printed: &str) {
    let words = split(section)
        .1
        .into_iter()
        .map(|(_, line)| line.trim())
        .collect::<Vec<_>>()
        .join(" ");
    let keys = words
        .split("= `")
        .skip(1)
        .filter_map(|w| w.split('`').next())
        .filter(|k| k.contains('#'));
    let literals: Vec<&str> = printed
        .split("\"literal\":\"")
        .skip(1)
        .filter_map(|l| l.split('"').next())
        .collect();
    for key in keys {
        let begins = literals
            .iter()
            .any(|l| l.contains('#') && *l != "#" && key.starts_with(l));
        assert!(
            begins,
            "no key of the plan begins like `{key}`, which the text before it gives as an example"
        );
    }
}

#[test]
fn json_examples_are_json() {
    for fence in fences(PLAN_DOCUMENT).iter().filter(|f| f.info == "json") {
        let parsed = serde_json::from_str::<Value>(&fence.text);
        assert!(
            parsed.is_ok(),
            "plan-document.md:{}: {parsed:?}",
            fence.line
        );
    }
}

#[test]
fn lines_are_narrow_and_links_lead_somewhere() {
    for (name, page) in [
        ("language.md", LANGUAGE),
        ("plan-document.md", PLAN_DOCUMENT),
    ] {
        let (_, prose) = split(page);
        let slug = |heading: &str| -> String {
            let kept = heading
                .chars()
                .filter(|c| c.is_alphanumeric() || " -_".contains(*c));
            kept.collect::<String>().to_lowercase().replace(' ', "-")
        };
        let anchors: BTreeSet<String> = prose
            .iter()
            .filter(|(_, l)| l.starts_with('#'))
            .map(|(_, l)| slug(l.trim_start_matches('#').trim_start()))
            .collect();
        for (number, line) in prose {
            assert!(
                line.chars().count() <= 100,
                "{name}:{number} is longer than 100 characters"
            );
            assert!(!line.ends_with(' '), "{name}:{number} ends with a space");
            for link in line
                .split("](#")
                .skip(1)
                .filter_map(|l| l.split(')').next())
            {
                assert!(
                    anchors.contains(link),
                    "{name}:{number}: there is no heading for #{link}"
                );
            }
        }
    }
}

#[test]
fn the_starter_is_covered_without_a_word() -> Outcome {
    let (source, made) = compiled(STARTER);
    let report = made.diagnostics.render(&source, false, 100);
    assert!(report.is_empty(), "{report}");
    let plan = made.plan.ok_or("no plan")?;
    for pattern in &plan.patterns {
        assert_eq!(pattern.status, "covered", "{}", pattern.name);
    }
    assert!(
        STARTER.lines().all(|l| l.chars().count() <= 100),
        "a line is longer than 100 characters"
    );
    Ok(())
}
