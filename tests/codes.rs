//! Every diagnostic code is shown by at least one fixture of `tests/diagnostics`, and explained by a page of one form
//! whose example gives it.

#![expect(clippy::expect_used, reason = "a test ends there")]

use design::diagnostic::{Code, Severity};
use design::source::Source;
use design::{Compiled, Objective, compile};
use std::collections::BTreeSet;
use std::path::Path;

const FILES: &str =
    "it is about files beside the design file, which the tests of the command line show";

/// Codes that no file of a few lines gives, and why.
const WITHOUT: [(&str, &str); 7] = [
    (
        "D0402",
        "only `design check --max-cost` gives it, which the tests of the command line show",
    ),
    (
        "D0501",
        "only a search that exhausts its budget gives it, which takes a design of very many patterns",
    ),
    ("D0601", FILES),
    ("D0602", FILES),
    ("D0603", FILES),
    ("D0604", FILES),
    (
        "D0901",
        "it says that the tool contradicts itself, which no input brings about",
    ),
];

#[test]
fn every_code_has_a_fixture() {
    let names = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/diagnostics"))
        .expect("tests/diagnostics")
        .map(|e| e.expect("entry").file_name().to_string_lossy().into_owned());
    let shown: BTreeSet<String> = names.filter_map(|n| Some(n.get(..5)?.to_owned())).collect();
    let without: BTreeSet<String> = WITHOUT.iter().map(|(id, _)| (*id).to_owned()).collect();
    let all: BTreeSet<String> = Code::ALL.iter().map(|c| c.id().to_owned()).collect();
    let covered: BTreeSet<String> = shown.union(&without).cloned().collect();
    assert_eq!(
        all, covered,
        "the codes, and those that a fixture or a reason covers"
    );
    assert!(
        shown.is_disjoint(&without),
        "a code with a fixture needs no reason for having none"
    );
}

#[test]
fn every_code_gives_a_rule_for_notes() {
    for code in Code::ALL {
        let rule = code.rule();
        assert!(
            !rule.is_empty() && !rule.ends_with('.'),
            "{}: {rule}",
            code.id()
        );
    }
}

/// The headings of a page, in their order.
const HEADINGS: [&str; 5] = ["What", "Why", "Example", "Fix", "Source"];
/// The widest line of a page, outside of its example.
const WIDTH: usize = 100;
/// Where sources are published.
const GUIDE: &str = "Amazon DynamoDB Developer Guide: \"";
const LANGUAGE: &str = include_str!("../src/explain/language.md");

fn pages() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/explain/codes")
}

fn compiled(text: &str) -> (Source, Compiled) {
    let source = Source::new("example.yaml", text.to_owned());
    let made = compile(&source, Objective::Indexes);
    (source, made)
}

#[test]
fn every_code_has_a_page_of_one_form() {
    for code in Code::ALL {
        let path = pages().join(format!("{}.md", code.id()));
        let page = std::fs::read_to_string(path).expect("a page");
        let title = format!("# {} {}", code.id(), code.name());
        assert_eq!(page.lines().next(), Some(title.as_str()));
        let headings: Vec<&str> = page.lines().filter_map(|l| l.strip_prefix("## ")).collect();
        assert_eq!(headings, HEADINGS, "{title}");
        for heading in HEADINGS {
            let section = code.section(heading).unwrap_or_default();
            assert!(!section.is_empty(), "{title}: nothing under {heading}");
            let prose = |l: &&str| heading != "Example" && l.chars().count() > WIDTH;
            assert_eq!(section.lines().find(prose), None, "{title}");
        }
    }
}

#[test]
fn no_page_is_left_over() {
    for entry in std::fs::read_dir(pages()).expect("pages") {
        let name = entry
            .expect("entry")
            .file_name()
            .to_string_lossy()
            .into_owned();
        let id = name.strip_suffix(".md").expect("a page");
        assert!(Code::ALL.iter().any(|c| c.id() == id), "{name}");
    }
}

#[test]
fn the_example_of_a_page_gives_its_code() {
    for code in Code::ALL {
        let section = code.section("Example").expect("an example");
        let Some((_, rest)) = section.split_once("```yaml\n") else {
            let reasoned = WITHOUT.iter().any(|(id, _)| *id == code.id());
            assert!(reasoned, "{} has no example", code.id());
            continue;
        };
        let text = rest.split("```").next().expect("an end");
        let (source, made) = compiled(text);
        let report = || made.diagnostics.render_all(&source, false, WIDTH);
        let given = made.diagnostics.sorted().iter().any(|f| f.code == *code);
        assert!(given, "{} does not occur:\n{}", code.id(), report());
        // Nothing else draws the eye away from it.
        let others = made.diagnostics.sorted();
        let others = others
            .iter()
            .filter(|f| f.severity < Severity::Note && f.code != *code);
        let allowed: &[&str] = match code.id() {
            // What takes so much of one partition, or of the table, is more than a new table serves.
            "D0302" | "D0515" => &["D0517"],
            _ => &[],
        };
        for other in others {
            assert!(
                allowed.contains(&other.code.id()),
                "{}:\n{}",
                code.id(),
                report()
            );
        }
    }
}

#[test]
fn every_page_names_a_source_that_is_there() {
    for code in Code::ALL {
        let text = code.section("Source").expect("a source");
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let language = "The design language, `design explain language`: ";
        let named = text.contains(GUIDE) || text.contains(language) || code.id() == "D0901";
        assert!(named, "{}: {text}", code.id());
        if let Some((_, sections)) = text.split_once(language) {
            for heading in sections.split('"').skip(1).step_by(2) {
                let known = LANGUAGE
                    .lines()
                    .any(|l| l.trim_start_matches('#') == format!(" {heading}"));
                assert!(known, "{}: no section {heading}", code.id());
            }
        }
        // What a rule about DynamoDB says can be looked up.
        let own = [
            "D0301", "D0311", "D0312", "D0313", "D0315", "D0318", "D0501",
        ];
        if code.is_rule() && !own.contains(&code.id()) {
            assert!(text.contains(GUIDE), "{}: {text}", code.id());
        }
    }
}

#[test]
fn the_file_decides_how_much_a_finding_weighs() {
    let design = |lints: &str| {
        format!(
            "design: shop\nentities:\n  Order:\n    key: order_id\n    attributes: {{ order_id: ulid, shipper: Shipper }}\n  \
             Shipper: {{ key: shipper_id, attributes: {{ shipper_id: ulid }} }}\npatterns:\n  get_order: {{ get: Order }}\n{lints}"
        )
    };
    let severity = |lints: &str| {
        let (_, made) = compiled(&design(lints));
        let plan = made.plan.expect("a plan");
        let found = made.diagnostics.sorted();
        let found = found
            .iter()
            .find(|f| f.code == Code::D0315)
            .map(|f| f.severity);
        let listed = plan.diagnostics.iter().find(|d| d.code == "D0315");
        assert_eq!(
            listed.map(|d| d.severity.as_str()),
            found.map(Severity::word),
            "the plan says the same"
        );
        found
    };
    assert_eq!(severity(""), Some(Severity::Warning));
    assert_eq!(severity("lints: { D0315: deny }"), Some(Severity::Error));
    assert_eq!(
        severity("lints: { unused-entity: deny }"),
        Some(Severity::Error)
    );
    assert_eq!(severity("lints: { d0315: note }"), Some(Severity::Note));
    assert_eq!(severity("lints: { D0315: warn }"), Some(Severity::Warning));
    assert_eq!(severity("lints: { D0315: allow }"), None);
}

/// What takes the finding of an example away, as its page says: texts of the example and what to write instead.
const FIXES: &[(&str, &[(&str, &str)])] = &[
    (
        "D0301",
        &[(
            "customer_id: ulid",
            "customer_id: { type: ulid, immutable: true }",
        )],
    ),
    ("D0302", &[("rate: 10/s }", "rate: 10/s, shards: 15 }")]),
    ("D0303", &[("a77, a78, a79,\n      a80, a81 ]", "a77 ]")]),
    (
        "D0304",
        &[(
            "update: Session, upsert: true, set: [expires_at], add: { seen: 1 }",
            "put: Session",
        )],
    ),
    ("D0305", &[("sort: name", "shards: 40, sort: name")]),
    ("D0306", &[("by: status", "by: status, shards: 200")]),
    ("D0307", &[("rate: 1/s }", "rate: 1/s, shards: 4 }")]),
    ("D0308", &[("device_id: 200M", "device_id: 20M")]),
    ("D0309", &[("by: [customer_id, status]", "by: customer_id")]),
    ("D0310", &[("limit: 20", "limit: 20, shards: 3")]),
    (
        "D0311",
        &[(
            "patterns:\n",
            "patterns:\n  add: { create: Product, rate: 1/h }\n",
        )],
    ),
    (
        "D0312",
        &[(
            "patterns:\n",
            "patterns:\n  pay: { update: Order, set: { status: paid } }\n",
        )],
    ),
    (
        "D0313",
        &[(
            "patterns:\n",
            "patterns:\n  get_entry: { get: AuditEntry }\n",
        )],
    ),
    (
        "D0314",
        &[("select: [total]", "select: [total, user_agent]")],
    ),
    (
        "D0315",
        &[(
            "patterns:\n",
            "patterns:\n  get_shipper: { get: Shipper }\n",
        )],
    ),
    ("D0316", &[("passport?", "passport")]),
    (
        "D0317",
        &[(
            "{ get: Ticket }",
            "{ get: Ticket, by: [tenant_id, ticket_id] }",
        )],
    ),
    (
        "D0318",
        &[
            ("decimal }\n", "decimal }\n    count: 2M\n"),
            ("{ get: Order }", "{ get: Order, rate: 5/s }"),
        ],
    ),
    (
        "D0319",
        &[(
            "      - { update: Account, by: { account_id: $to }, add: { balance: $amount } }\n",
            "",
        )],
    ),
    ("D0401", &[("sort: status", "sort: placed_at")]),
    ("D0510", &[("customer_id: 20M", "customer_id: 2M")]),
    ("D0511", &[("max: 500k", "max: 200k")]),
    ("D0512", &[("max: 1024", "max: 300")]),
    (
        "D0513",
        &[("path: string", "path: { type: string, max: 300 }")],
    ),
    (
        "D0514",
        &[("by: customer_id", "by: customer_id, limit: 50")],
    ),
    ("D0515", &[("40k/s", "10k/s")]),
    ("D0516", &[("20..100", "20..200")]),
    ("D0517", &[("peak: 6000/s", "peak: 3000/s")]),
];

#[test]
fn the_finding_of_an_example_can_be_put_right() {
    let mut wrong = Vec::new();
    for code in Code::ALL.iter().filter(|c| c.is_rule()) {
        let Some((_, fixes)) = FIXES.iter().find(|(id, _)| *id == code.id()) else {
            let none = [Code::D0402, Code::D0501];
            assert!(none.contains(code), "{}: a rule without a fix", code.id());
            continue;
        };
        let example = code.section("Example").expect("an example");
        let (_, rest) = example.split_once("```yaml\n").expect("a design");
        let mut text = rest.split("```").next().expect("an end").to_owned();
        for (from, to) in *fixes {
            assert_eq!(text.matches(from).count(), 1, "{}: {from}", code.id());
            text = text.replace(from, to);
        }
        let (source, made) = compiled(&text);
        let report = made.diagnostics.render_all(&source, false, WIDTH);
        let still = made.diagnostics.sorted().iter().any(|f| f.code == *code);
        if made.plan.is_none() || still {
            wrong.push(format!("{}:\n{report}", code.id()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_tenant_leads_every_partition_key() {
    let (source, made) = compiled(
        "design: tickets
tenant: tenant_id
entities:
  Ticket:
    key: ticket_id
    attributes: { ticket_id: ulid, tenant_id: ulid, area: ulid, opened_at: timestamp }
patterns:
  open_ticket: { create: Ticket }
  get_ticket: { get: Ticket, by: [tenant_id, ticket_id] }
  tickets: { list: Ticket, by: [area, tenant_id], sort: opened_at desc, limit: 20 }
",
    );
    let report = made.diagnostics.render_all(&source, false, WIDTH);
    assert!(!report.contains("D0317"), "{report}");
    let plan = made.plan.expect("a plan");
    let keys = plan
        .entities
        .iter()
        .flat_map(|e| &e.kinds)
        .flat_map(|k| &k.keys);
    let templates: Vec<&str> = keys.map(|k| k.partition[0].template.as_str()).collect();
    assert_eq!(
        templates,
        [
            "TENANT_ID#{tenant_id}#TICKET#{ticket_id}#",
            "TENANT_ID#{tenant_id}#AREA#{area}#"
        ]
    );
}
