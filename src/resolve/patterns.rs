//! Patterns: the verb decides whether it is a read, a write or a transaction; rates, ids and allowances are common.

use super::{declared_name, optional_text, read_unit, reads, transactions, units, writes};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::document::{Node, Value};
use crate::workload::{Action, Allow, Ids, Pattern, Rate, ReadVerb, Workload, WriteVerb};

/// All patterns, sorted by name.
pub(super) fn patterns(tree: &Node, workload: &Workload, found: &mut Diagnostics) -> Vec<Pattern> {
    let mut made: Vec<Pattern> = Vec::new();
    for (key, body) in tree.get("patterns").map(Node::entries).unwrap_or_default() {
        let name = key.text().unwrap_or_default();
        declared_name(name, key.span, "a pattern", found);
        made.extend(pattern(name, key, body, workload, found));
    }
    made.sort_by(|a, b| a.name.cmp(&b.name));
    if made.len() > 60_000 {
        let span = tree.get("patterns").map_or(tree.span, |n| n.span);
        found.push(
            Diagnostic::at(Code::D0223, span, "more than 60,000 patterns")
                .help("split the design into several files"),
        );
    }
    made
}

fn pattern(
    name: &str,
    key: &Node,
    body: &Node,
    workload: &Workload,
    found: &mut Diagnostics,
) -> Option<Pattern> {
    let rate = read_unit(
        body.get("rate"),
        "rate",
        "`300/s` or `2M/day`",
        found,
        units::rate,
    )
    .unwrap_or(Rate::per_second(1));
    let peak = read_unit(
        body.get("peak"),
        "rate",
        "`300/s` or `2M/day`",
        found,
        units::rate,
    )
    .unwrap_or(rate.times(3));
    if peak.micro_calls_in(86_400) < rate.micro_calls_in(86_400) {
        let span = body.get("peak").map_or(body.span, |n| n.span);
        found.push(
            Diagnostic::at(Code::D0202, span, "the peak is below the average rate")
                .note("an average cannot be above the highest")
                .help("give the highest calls in `peak`, the average in `rate`"),
        );
    }
    let external = optional_text(body, "external");
    let allow = allow(body, found);
    // Of a pattern served elsewhere the names are checked, so that the table does not lie, and nothing is designed.
    let action = action(body, workload, found)?;
    check_filterable(&allow, &action, body, found);
    let (verb, entities) = (action.verb(), action.entities());
    let action = if external.is_some() {
        Action::External
    } else {
        action
    };
    Some(Pattern {
        name: name.to_owned(),
        span: key.span,
        ids: ids(body),
        description: optional_text(body, "description"),
        rate,
        rated: body.get("rate").is_some() || body.get("peak").is_some(),
        peak,
        external,
        verb,
        entities,
        action,
        allow,
    })
}

fn action(body: &Node, workload: &Workload, found: &mut Diagnostics) -> Option<Action> {
    let reads = [
        ("get", ReadVerb::Get),
        ("list", ReadVerb::List),
        ("count", ReadVerb::Count),
    ];
    for (word, verb) in reads {
        if let Some(target) = body.get(word) {
            return reads::read(verb, target, body, workload, found)
                .map(|r| Action::Read(Box::new(r)));
        }
    }
    let verbs = [
        ("create", WriteVerb::Create),
        ("put", WriteVerb::Put),
        ("update", WriteVerb::Update),
        ("delete", WriteVerb::Delete),
    ];
    for (word, verb) in verbs {
        if let Some(target) = body.get(word) {
            return writes::write(verb, target, body, workload, found);
        }
    }
    match body.get("transaction") {
        Some(steps) => transactions::transaction(steps, workload, found).map(Action::Transaction),
        None => Some(Action::External),
    }
}

fn ids(body: &Node) -> Ids {
    match body.get("id").map(|n| (&n.value, n)) {
        Some((Value::List(items), _)) => Ids::Many(
            items
                .iter()
                .filter_map(Node::text)
                .map(str::to_owned)
                .collect(),
        ),
        Some((_, node)) => node.text().map_or(Ids::None, |t| Ids::One(t.to_owned())),
        None => Ids::None,
    }
}

fn allow(body: &Node, found: &mut Diagnostics) -> Allow {
    let mut made = Allow::default();
    let Some(node) = body.get("allow") else {
        return made;
    };
    made.span = Some(node.span);
    for item in node.one_or_many() {
        match item.text() {
            Some("filter") => made.filter = true,
            Some("fan_out") => made.fan_out = true,
            Some("extra_request") => made.extra_request = true,
            Some("scan") => made.scan = true,
            _ => filter_allowance(item, &mut made, found),
        }
    }
    made
}

/// That what may be filtered by is a condition of the pattern.
fn check_filterable(allow: &Allow, action: &Action, body: &Node, found: &mut Diagnostics) {
    let (Some(only), Action::Read(_)) = (&allow.filter_only, action) else {
        return;
    };
    let named = |field: &str| -> Vec<String> {
        let node = body.get(field);
        let nodes = node.map(Node::one_or_many).unwrap_or_default();
        let keys = nodes
            .iter()
            .flat_map(|n| n.entries().iter().filter_map(|(k, _)| k.text()));
        let names = nodes.iter().filter_map(Node::text).chain(keys);
        names
            .map(|n| n.strip_suffix('?').unwrap_or(n).to_owned())
            .collect()
    };
    let known: Vec<String> = ["by", "where", "range", "prefix"]
        .into_iter()
        .flat_map(named)
        .collect();
    for name in only.iter().filter(|n| !known.contains(n)) {
        let items = body.get("allow").map(Node::one_or_many).unwrap_or_default();
        let mut named = items
            .iter()
            .filter_map(|i| i.get("filter"))
            .flat_map(Node::one_or_many);
        let span = named
            .find(|n| n.text() == Some(name))
            .map_or(allow.span.unwrap_or(body.span), |n| n.span);
        found.push(
            Diagnostic::at(
                Code::D0211,
                span,
                format!("`{name}` is no condition of the pattern"),
            )
            .note(
                "`allow: { filter: [...] }` names attributes of `by`, `where`, `range` or `prefix`",
            )
            .help("name one of these attributes, or write `filter` alone")
            .did_you_mean(name, known.iter().map(String::as_str)),
        );
    }
}

/// `{ filter: [status] }` or `{ filter: 20% }`
fn filter_allowance(item: &Node, made: &mut Allow, found: &mut Diagnostics) {
    let Some(value) = item.get("filter") else {
        return;
    };
    made.filter = true;
    match &value.value {
        Value::List(names) => {
            made.filter_only
                .get_or_insert_default()
                .extend(names.iter().filter_map(Node::text).map(str::to_owned));
        }
        _ if value.text().is_some_and(|t| t.contains('%')) => {
            if let Some(keeps) = read_unit(Some(value), "share", "`20%`", found, units::share) {
                made.filter_keeps = keeps;
            }
        }
        _ => made
            .filter_only
            .get_or_insert_default()
            .extend(value.text().map(str::to_owned)),
    }
}
