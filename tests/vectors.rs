//! The vectors that the clients of all languages are held against: keys of hostile values, as `src/encoding` makes them.
//!
//! `UPDATE_DOCS=1 cargo test --test vectors` writes them; `tests/clients/keys/README.md` says what is in the file.

use design::encoding::{Encoding, bucket, encode};
use design::plan::{Entity, KeyEntry, Kind, Plan, Segment, Table};
use design::source::Source;
use design::workload::Constant;
use design::{Objective, compile};
use serde_json::{Map, Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// How the tests end.
type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// Values as plain text, by attribute.
type Values = BTreeMap<String, String>;

/// What a key is to be.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Expected {
    Key(BTreeMap<String, String>),
    Nothing,
    Refused,
}

/// The key of a kind in an index, of some values.
struct Vector {
    entity: String,
    kind: String,
    index: Option<String>,
    values: Values,
    expected: Expected,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients/keys")
}

fn plan() -> Outcome<Plan> {
    let text = std::fs::read_to_string(folder().join("design.yaml"))?;
    let made = compile(&Source::new("design.yaml", text), Objective::default());
    Ok(made.plan.ok_or("the design of the vectors has no plan")?)
}

/// Texts that break keys which are made without care: what separates, what escapes, what sorts beside them, what is no
/// ASCII, what would be another text after a normalisation.
const TEXTS: &[&str] = &[
    "plain", "Plain", "", "#", "##", "a#", "#a", "a#b_2", "1#", "%", "%23", "%2", "$", "a$", "&",
    "~", " ", "!\"", "\u{0}", "\t\n", "\u{1f}", "\u{7f}", "é", "e\u{301}", "ß", "\u{ffff}", "🙂",
    "${a}", "`", "\\", "NUMBER#", "null",
];

/// Whole numbers around zero and around what fits, the last ones beyond it.
fn integers(max: Option<u64>) -> Vec<String> {
    let mut all: Vec<i128> = vec![0, 1, -1, 9, 10, -9, -10, 42, -42];
    match max.map(i128::from) {
        Some(max) => all.extend([max, -max, max + 1, -max - 1, 10 * max]),
        None => all.extend([
            i128::from(i64::MAX),
            i128::from(i64::MIN),
            1 << 53,
            (1 << 53) + 1,
        ]),
    }
    all.iter().map(i128::to_string).collect()
}

/// The values of an attribute; the first is an ordinary one.
fn values(ty: &str, max: Option<u64>, constants: Option<&[String]>) -> Vec<String> {
    let own = |all: &[&str]| all.iter().map(|&v| v.to_owned()).collect();
    match ty {
        "string" => {
            let mut all: Vec<String> = own(TEXTS);
            // Beyond the most bytes of a sort key, of both keys, and of a sort key only after it is escaped.
            all.extend(["x".repeat(1025), "x".repeat(2049), "#".repeat(500)]);
            all
        }
        "uuid" => own(&[
            "6ba7b810-9dad-11d1-80b4-00c04fd430c8",
            "00000000-0000-0000-0000-000000000000",
        ]),
        "ulid" => own(&["01ARZ3NDEKTSV4RRFFQ69G5FAV", "7ZZZZZZZZZZZZZZZZZZZZZZZZZ"]),
        "enumeration" => constants.unwrap_or_default().to_vec(),
        "integer" => integers(max),
        "epoch" => own(&["1795168800", "0", "-1", "9007199254740991"]),
        "decimal" => {
            let mut all: Vec<String> = own(&[
                "1.5", "-1.5", "0", "0.0001", "-0.0001", "0.00001", "9.9999", "-9.9999",
            ]);
            all.extend(max.map_or_else(
                || {
                    own(&[
                        "99999999999999.9999",
                        "-9999999999999.9999",
                        "100000000000000",
                        "-10000000000000",
                    ])
                },
                |max| {
                    vec![
                        max.to_string(),
                        format!("-{max}"),
                        format!("{max}0"),
                        format!("{max}00"),
                    ]
                },
            ));
            all
        }
        "timestamp" => own(&[
            "2026-11-20T10:00:00.123Z",
            "0000-01-01T00:00:00.000Z",
            "9999-12-31T23:59:59.999Z",
        ]),
        "date" => own(&["2026-11-20", "0000-01-01", "9999-12-31", "2024-02-29"]),
        "month" => own(&["2026-11", "0000-01", "9999-12"]),
        "boolean" => own(&["true", "false"]),
        _ => own(&["00ff", "00", "ff", "2324255c"]),
    }
}

/// The values of every attribute of an entity.
fn pools(entity: &Entity) -> BTreeMap<&str, Vec<String>> {
    entity
        .stored
        .iter()
        .map(|s| {
            (
                s.attribute.as_str(),
                values(&s.ty, s.max, s.values.as_deref()),
            )
        })
        .collect()
}

/// Instances: an ordinary one, that with each value of each attribute, that without each optional attribute, and some of
/// which all attributes are strange.
fn instances(entity: &Entity) -> Vec<Values> {
    let pools = pools(entity);
    let nth = |at: usize| -> Values {
        let one = |(place, (name, pool)): (usize, (&&str, &Vec<String>))| {
            (
                (*name).to_owned(),
                pool[at * (place + 1) % pool.len()].clone(),
            )
        };
        pools.iter().enumerate().map(one).collect()
    };
    let ordinary = nth(0);
    let mut all = vec![ordinary.clone()];
    for (name, pool) in &pools {
        let with = |value: &String| {
            let mut made = ordinary.clone();
            made.insert((*name).to_owned(), value.clone());
            made
        };
        all.extend(pool.iter().map(with));
    }
    for stored in entity.stored.iter().filter(|s| s.optional) {
        let mut made = ordinary.clone();
        made.remove(&stored.attribute);
        all.push(made);
    }
    all.extend((1..12).map(nth));
    all
}

/// An encoding by its name in the plan.
fn encoding(name: &str) -> Outcome<Encoding> {
    let (base, descending) = name
        .strip_suffix(":desc")
        .map_or((name, false), |b| (b, true));
    let (word, widths) = base.split_once(':').unwrap_or((base, ""));
    let made = match word {
        "text" => Encoding::Text,
        "enum" => Encoding::Enumeration,
        "integer" => Encoding::Integer {
            width: widths.parse()?,
            descending,
        },
        "decimal" => {
            let (width, fraction) = widths.split_once('.').ok_or("no fraction")?;
            Encoding::Decimal {
                width: width.parse()?,
                fraction: fraction.parse()?,
                descending,
            }
        }
        "timestamp" => Encoding::Timestamp { descending },
        "date" => Encoding::Date { descending },
        "month" => Encoding::Month { descending },
        "boolean" => Encoding::Boolean,
        "hex" => Encoding::Hex,
        other => return Err(format!("no encoding of the vectors: {other}").into()),
    };
    assert_eq!(made.to_string(), name);
    Ok(made)
}

/// A plain text in a key; an error where it does not fit.
fn encoded(plain: &str, encoding: Encoding) -> Result<String, String> {
    let whole = || plain.parse().map_err(|e| format!("{plain}: {e}"));
    let value = match encoding {
        // No constant of a design is of bytes, so the encoder has none: they stand in a key as they stand here.
        Encoding::Hex => return Ok(plain.to_owned()),
        Encoding::Integer { .. } => Constant::Integer(whole()?),
        Encoding::Decimal { .. } => Constant::Decimal(plain.to_owned()),
        Encoding::Boolean => Constant::Boolean(plain == "true"),
        _ => Constant::Text(plain.to_owned()),
    };
    encode(&value, encoding)
}

/// The attributes that a key rests on.
fn needs(entry: &KeyEntry) -> BTreeSet<&str> {
    let conditions = entry.only_when.iter().flatten();
    let mut made: BTreeSet<&str> = conditions.filter_map(|c| c.attribute.as_deref()).collect();
    let templates = entry.partition.iter().chain(&entry.sort);
    for segment in templates.flat_map(|t| &t.segments) {
        match segment {
            Segment::Attribute { attribute, .. } => {
                made.insert(attribute);
            }
            Segment::Shard { shard, .. } => made.extend(shard.of.iter().map(String::as_str)),
            _ => {}
        }
    }
    made
}

/// Whether an item is in an index; the design's conditions compare with a text.
fn wanted(entry: &KeyEntry, values: &Values) -> Outcome<bool> {
    for condition in entry.only_when.iter().flatten() {
        let value = condition.value.as_ref().and_then(Json::as_str);
        let (Some(attribute), Some("="), Some(value)) =
            (&condition.attribute, condition.op.as_deref(), value)
        else {
            return Err(format!("no condition of the vectors: {condition:?}").into());
        };
        if values.get(attribute).map(String::as_str) != Some(value) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// A key attribute of values that are all there: its text, or an error where one does not fit.
fn text(segments: &[Segment], values: &Values) -> Outcome<Result<String, String>> {
    let plain = |name: &String| values.get(name).cloned().unwrap_or_default();
    let mut made = String::new();
    for segment in segments {
        let (value, name) = match segment {
            Segment::Literal { literal } => {
                made.push_str(literal);
                continue;
            }
            Segment::Attribute {
                attribute,
                encoding,
            } => (plain(attribute), encoding),
            Segment::Shard { shard, encoding } => {
                let hashed: String = shard.of.iter().map(|n| plain(n) + "#").collect();
                (bucket(&hashed, shard.count).to_string(), encoding)
            }
            other => return Err(format!("{other:?} in the key of an item").into()),
        };
        match encoded(&value, encoding(name)?) {
            Ok(part) => made.push_str(&part),
            Err(refused) => return Ok(Err(refused)),
        }
    }
    Ok(Ok(made))
}

/// The key of an item, within the limits of the service: 2048 bytes of a partition key, 1024 of a sort key.
fn expected(table: &Table, entry: &KeyEntry, values: &Values) -> Outcome<Expected> {
    let missing = needs(entry).iter().any(|n| !values.contains_key(*n));
    if missing || !wanted(entry, values)? {
        return Ok(Expected::Nothing);
    }
    let index = table
        .indexes
        .iter()
        .find(|i| Some(&i.name) == entry.index.as_ref());
    let schema = index.map_or(&table.key, |i| &i.key);
    let partition = schema
        .partition
        .iter()
        .zip(&entry.partition)
        .map(|p| (p, 2048));
    let sort = schema.sort.iter().zip(&entry.sort).map(|p| (p, 1024));
    let mut key = BTreeMap::new();
    for ((attribute, template), most) in partition.chain(sort) {
        match text(&template.segments, values)? {
            Ok(text) if !text.is_empty() && text.len() <= most => {
                key.insert(attribute.attribute.clone(), text);
            }
            _ => return Ok(Expected::Refused),
        }
    }
    Ok(Expected::Key(key))
}

/// The vectors of an entity, each once.
fn of_entity(plan: &Plan, entity: &Entity) -> Outcome<Vec<Vector>> {
    let mut made = Vec::new();
    for kind in &entity.kinds {
        let table = plan
            .tables
            .iter()
            .find(|t| t.name == kind.table)
            .ok_or("no table")?;
        for entry in &kind.keys {
            made.extend(of_key(table, entity, kind, entry)?);
        }
    }
    Ok(made)
}

fn of_key(table: &Table, entity: &Entity, kind: &Kind, entry: &KeyEntry) -> Outcome<Vec<Vector>> {
    let needs = needs(entry);
    let mut seen = BTreeSet::new();
    let mut made = Vec::new();
    for mut values in instances(entity) {
        values.retain(|name, _| needs.contains(name.as_str()));
        if !seen.insert(values.clone()) {
            continue;
        }
        made.push(Vector {
            entity: entity.name.clone(),
            kind: kind.name.clone(),
            index: entry.index.clone(),
            expected: expected(table, entry, &values)?,
            values,
        });
    }
    Ok(made)
}

fn vectors(plan: &Plan) -> Outcome<Vec<Vector>> {
    let mut made = Vec::new();
    for entity in &plan.entities {
        made.extend(of_entity(plan, entity)?);
    }
    Ok(made)
}

fn line(vector: &Vector) -> Json {
    let expected = match &vector.expected {
        Expected::Key(key) => json!(key),
        Expected::Nothing => Json::Null,
        Expected::Refused => json!("refused"),
    };
    let mut made = Map::new();
    made.insert("entity".to_owned(), json!(vector.entity));
    made.insert("kind".to_owned(), json!(vector.kind));
    made.insert("index".to_owned(), json!(vector.index));
    made.insert("values".to_owned(), json!(vector.values));
    made.insert("expected".to_owned(), expected);
    Json::Object(made)
}

/// The file: one vector a line, so that a difference shows what it is about.
fn file(vectors: &[Vector]) -> String {
    let mut out = String::from("{ \"design\": \"design.yaml\", \"vectors\": [\n");
    for (place, vector) in vectors.iter().enumerate() {
        let comma = if place + 1 < vectors.len() { "," } else { "" };
        let _ = writeln!(out, "{}{comma}", line(vector));
    }
    out.push_str("] }\n");
    out
}

#[test]
fn the_committed_vectors_are_what_the_encoder_makes() -> Outcome {
    let made = file(&vectors(&plan()?)?);
    let path = folder().join("vectors.json");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &made)?;
    }
    serde_json::from_str::<Json>(&made)?;
    let there = std::fs::read_to_string(&path)?;
    let differs = there.lines().zip(made.lines()).find(|(a, b)| a != b);
    if there != made {
        return Err(format!(
            "vectors.json differs, first in {differs:?}; UPDATE_DOCS=1 cargo test --test vectors writes it"
        )
        .into());
    }
    Ok(())
}

/// No two items have one key, whatever stands in their attributes.
#[test]
fn no_two_vectors_have_one_key() -> Outcome {
    let mut keys = BTreeMap::new();
    for vector in vectors(&plan()?)? {
        if let Expected::Key(key) = &vector.expected {
            let at = (vector.index.clone(), key.clone());
            if let Some(other) = keys.insert(at, vector.values.clone()) {
                return Err(format!("{key:?} of {other:?} and of {:?}", vector.values).into());
            }
        }
    }
    Ok(())
}

/// Without one of them the vectors would prove less than they seem to.
#[test]
fn the_vectors_have_every_encoding_and_every_outcome() -> Outcome {
    let plan = plan()?;
    let text = serde_json::to_string(&plan.entities)?;
    for name in [
        "text",
        "enum",
        "integer:20",
        "integer:20:desc",
        "integer:3",
        "integer:5",
        "integer:5:desc",
        "integer:1",
        "decimal:5.4",
        "decimal:5.4:desc",
        "decimal:14.4",
        "decimal:14.4:desc",
        "timestamp",
        "timestamp:desc",
        "date",
        "date:desc",
        "month",
        "month:desc",
        "boolean",
        "hex",
    ] {
        let wanted = format!("\"encoding\":\"{name}\"");
        assert!(text.contains(&wanted), "no key of the design has {name}");
    }
    let all = vectors(&plan)?;
    let count = |of: fn(&Expected) -> bool| all.iter().filter(|v| of(&v.expected)).count();
    assert!(count(|e| matches!(e, Expected::Key(_))) > 300, "keys");
    assert!(
        count(|e| *e == Expected::Nothing) > 3,
        "items that have no key"
    );
    assert!(
        count(|e| *e == Expected::Refused) > 20,
        "values that do not fit"
    );
    Ok(())
}
