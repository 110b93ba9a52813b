//! From a test's design to the text of a design file.
//!
//! Promises: the same design gives the same text, and an order of entities, attributes and patterns that is asked for
//! changes nothing but that order.

use crate::spec::{
    Action, Allow, Attribute, Bounds, By, Design, Entity, Filter, Pattern, Read, ReadVerb, Test,
    Type, Write, WriteVerb,
};
use std::fmt::Write as _;

/// The text of a design.
pub(crate) fn yaml(design: &Design) -> String {
    let entities = (0..design.entities.len()).collect::<Vec<_>>();
    let patterns = (0..design.patterns.len()).collect::<Vec<_>>();
    ordered(design, &entities, &patterns, false)
}

/// The text of a design with its entities and patterns in this order, and each entity's attributes backwards if asked.
pub(crate) fn ordered(
    design: &Design,
    entities: &[usize],
    patterns: &[usize],
    backwards: bool,
) -> String {
    let mut text = String::from("design: brute\nentities:\n");
    for at in entities {
        entity(&mut text, design, &design.entities[*at], backwards);
    }
    text.push_str("patterns:\n");
    for at in patterns {
        let made = pattern(design, &design.patterns[*at]);
        let _ = writeln!(text, "  {made}");
    }
    let _ = writeln!(
        text,
        "limits: {{ gsis: {}, lsis: {} }}",
        design.gsis, design.lsis
    );
    text
}

fn entity(text: &mut String, design: &Design, of: &Entity, backwards: bool) {
    let key: Vec<&str> = of
        .key
        .iter()
        .map(|a| of.attributes[*a].name.as_str())
        .collect();
    let _ = writeln!(
        text,
        "  {}:\n    key: [{}]\n    attributes:",
        of.name,
        key.join(", ")
    );
    let mut places: Vec<usize> = (0..of.attributes.len()).collect();
    if backwards {
        places.reverse();
    }
    for at in places {
        let _ = writeln!(text, "      {}", attribute(design, &of.attributes[at]));
    }
    let _ = writeln!(text, "    count: {}", of.count);
    if let Some(size) = of.size {
        let _ = writeln!(text, "    size: {size} B");
    }
    for unique in &of.uniques {
        let names: Vec<&str> = unique
            .iter()
            .map(|a| of.attributes[*a].name.as_str())
            .collect();
        let _ = writeln!(
            text,
            "    unique: {{ name: [{}], promised: true }}",
            names.join(", ")
        );
    }
}

fn attribute(design: &Design, of: &Attribute) -> String {
    let ty = match of.ty {
        Type::Text => "string".to_owned(),
        Type::Generated => "ulid".to_owned(),
        Type::Number => "integer".to_owned(),
        Type::Time => "timestamp".to_owned(),
        Type::Truth => "boolean".to_owned(),
        Type::Enumeration(n) => format!(
            "[{}]",
            (0..n)
                .map(|v| format!("e{v}"))
                .collect::<Vec<_>>()
                .join(", ")
        ),
        Type::Reference(target) => design.entities[target].name.clone(),
    };
    let mut parts = vec![format!("type: {ty}")];
    if of.unique {
        parts.push("unique: true".to_owned());
    }
    if let Some(immutable) = of.immutable {
        parts.push(format!("immutable: {immutable}"));
    }
    let mark = if of.optional { "?" } else { "" };
    format!("\"{}{mark}\": {{ {} }}", of.name, parts.join(", "))
}

fn pattern(design: &Design, of: &Pattern) -> String {
    let mut parts = match &of.action {
        Action::Read(r) => read(design, r),
        Action::Write(w) if w.verb == WriteVerb::Check => return check(design, of, w),
        Action::Write(w) => write(design, w),
        Action::Find(r, w) => found(design, r, w),
    };
    parts.push(format!("rate: {}/s", of.rate));
    format!("{}: {{ {} }}", of.name, parts.join(", "))
}

/// A check is a step of a transaction, which needs a write beside it: the create of the same entity's next item.
fn check(design: &Design, of: &Pattern, step: &Write) -> String {
    let entity = &design.entities[step.entity];
    let by: Vec<&str> = step
        .by
        .iter()
        .map(|a| entity.attributes[*a].name.as_str())
        .collect();
    let by = if by.is_empty() {
        String::new()
    } else {
        format!("by: [{}], ", by.join(", "))
    };
    let name = step
        .set
        .first()
        .map_or("", |a| entity.attributes[*a].name.as_str());
    format!(
        "{}: {{ transaction: [{{ check: {}, {by}if: {{ {name}: exists }} }}], rate: {}/s }}",
        of.name, entity.name, of.rate
    )
}

fn read(design: &Design, of: &Read) -> Vec<String> {
    let verb = match of.verb {
        ReadVerb::Get => "get",
        ReadVerb::List => "list",
        ReadVerb::Count => "count",
    };
    let names: Vec<&str> = of
        .entities
        .iter()
        .map(|e| design.entities[*e].name.as_str())
        .collect();
    let entities = if names.len() == 1 {
        names[0].to_owned()
    } else {
        format!("[{}]", names.join(", "))
    };
    let mut parts = vec![format!("{verb}: {entities}")];
    if !of.by.is_empty() {
        parts.push(format!(
            "by: [{}]",
            of.by
                .iter()
                .map(|b| by(design, b))
                .collect::<Vec<_>>()
                .join(", ")
        ));
    }
    if !of.conditions.is_empty() {
        let all: Vec<String> = of
            .conditions
            .iter()
            .map(|(name, t)| format!("{name}: {}", test(design, of, name, t)))
            .collect();
        parts.push(format!("where: {{ {} }}", all.join(", ")));
    }
    if let Some((name, bounds)) = &of.range {
        parts.push(format!("range: {}", range(name, *bounds)));
    }
    if let Some((name, optional)) = &of.prefix {
        parts.push(format!(
            "prefix: \"{name}{}\"",
            if *optional { "?" } else { "" }
        ));
    }
    if !of.sort.is_empty() {
        let all: Vec<String> = of
            .sort
            .iter()
            .map(|(n, down)| format!("{n}{}", if *down { " desc" } else { "" }))
            .collect();
        parts.push(format!("sort: [{}]", all.join(", ")));
    }
    parts.extend(of.limit.map(|n| format!("limit: {n}")));
    parts.extend(of.consistent.then(|| "consistent: true".to_owned()));
    parts.extend(of.interleave.then(|| "interleave: true".to_owned()));
    parts.extend((of.shards > 1).then(|| format!("shards: {}", of.shards)));
    parts.extend(
        of.select
            .as_ref()
            .map(|s| format!("select: [{}]", s.join(", "))),
    );
    parts.extend(allow(&of.allow));
    parts
}

fn by(design: &Design, of: &By) -> String {
    if !of.map.is_empty() {
        let all: Vec<String> = of
            .map
            .iter()
            .map(|(e, a)| format!("{}: {a}", design.entities[*e].name))
            .collect();
        return format!("{{ {}: {{ {} }} }}", of.name, all.join(", "));
    }
    format!("\"{}{}\"", of.name, if of.optional { "?" } else { "" })
}

fn test(design: &Design, read: &Read, name: &str, of: &Test) -> String {
    match of {
        Test::Exists => "exists".to_owned(),
        Test::Missing => "missing".to_owned(),
        Test::OneOf(values) => {
            let ty = read
                .entities
                .iter()
                .find_map(|e| design.entities[*e].find(name).map(|a| design.ty(*e, a)));
            let all: Vec<String> = values
                .iter()
                .map(|v| ty.unwrap_or(Type::Text).constant(*v))
                .collect();
            if all.len() == 1 {
                all[0].clone()
            } else {
                format!("[{}]", all.join(", "))
            }
        }
    }
}

fn range(name: &str, bounds: Bounds) -> String {
    let operator = match bounds {
        Bounds::FromTo => return name.to_owned(),
        Bounds::Between => "between",
        Bounds::Less => "<",
        Bounds::LessOrEqual => "<=",
        Bounds::Greater => ">",
        Bounds::GreaterOrEqual => ">=",
    };
    format!("{{ {name}: \"{operator}\" }}")
}

fn allow(of: &Allow) -> Option<String> {
    let mut parts = Vec::new();
    match &of.filter {
        Filter::None => {}
        Filter::Any => parts.push("filter".to_owned()),
        Filter::Only(names) => parts.push(format!("{{ filter: [{}] }}", names.join(", "))),
    }
    parts.extend(of.fan_out.then(|| "fan_out".to_owned()));
    parts.extend(of.extra_request.then(|| "extra_request".to_owned()));
    parts.extend(of.scan.then(|| "scan".to_owned()));
    (!parts.is_empty()).then(|| format!("allow: [{}]", parts.join(", ")))
}

fn write(design: &Design, of: &Write) -> Vec<String> {
    let entity = &design.entities[of.entity];
    let names = |places: &[usize]| {
        places
            .iter()
            .map(|a| entity.attributes[*a].name.as_str())
            .collect::<Vec<_>>()
            .join(", ")
    };
    let verb = match of.verb {
        WriteVerb::Create => "create",
        WriteVerb::Put => "put",
        WriteVerb::Update => "update",
        WriteVerb::Delete | WriteVerb::Check => "delete",
    };
    let mut parts = vec![format!("{verb}: {}", entity.name)];
    if !of.by.is_empty() {
        parts.push(format!("by: [{}]", names(&of.by)));
    }
    if !of.set.is_empty() {
        parts.push(format!("set: [{}]", names(&of.set)));
    }
    parts
}

fn found(design: &Design, read: &Read, of: &Write) -> Vec<String> {
    let mut parts = write(design, of);
    parts.push(format!(
        "by: [{}]",
        read.by
            .iter()
            .map(|b| by(design, b))
            .collect::<Vec<_>>()
            .join(", ")
    ));
    parts.extend(allow(&read.allow));
    parts
}
