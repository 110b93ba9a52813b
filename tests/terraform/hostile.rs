//! Texts of a design that would end a text, begin a template or be a word of the language: each is read back as it was.

use super::said::{blocks, json_of};
use super::{Case, case};
use serde_json::{Value as Json, json};
use std::sync::OnceLock;

/// Texts that mean something to Terraform.
pub(crate) const TEXTS: [&str; 9] = [
    "a \"quoted\" text",
    "${var.name}",
    "$${var.name} $$${x} $$",
    "%{ if true }x%{ endif } %%{",
    "line\nbreak\r\ttab \\n",
    "\"\n}\nresource \"null\" \"x\" {\n",
    "<<EOT\nx\nEOT",
    "# // /* \u{2028}\u{1}",
    "é🙂 null",
];

fn quoted(text: &str) -> String {
    json!(text).to_string()
}

/// A design that has them wherever it can have a text.
pub(crate) fn hostile() -> &'static Case {
    static MADE: OnceLock<Case> = OnceLock::new();
    MADE.get_or_init(made)
}

fn made() -> Case {
    let tags: Vec<String> = TEXTS
        .iter()
        .map(|t| format!("{}: {}", quoted(t), quoted(t)))
        .collect();
    let consumers: Vec<String> = TEXTS
        .iter()
        .zip([
            "for", "null", "true", "count", "each", "self", "local", "in", "if",
        ])
        .map(|(t, name)| format!("  \"{name}\": {{ entity: for, function: {} }}\n", quoted(t)))
        .collect();
    let values: Vec<String> = TEXTS.iter().map(|t| quoted(t)).collect();
    let yaml = format!(
        "design: hostile
description: {}
entities:
  for:
    key: null_
    attributes:
      null_: string
      for: {{ type: [{}], stored_as: {} }}
      expires: {{ type: epoch, stored_as: {} }}
      text: string
      other: string
    description: {}
    ttl: expires
    size: 9 KB
    count: 10M
  \"null\":
    key: each
    attributes: {{ each: string }}
patterns:
  for: {{ list: for, by: text, sort: for, select: [for], rate: 100/s }}
  \"null\": {{ update: for, set: [other], rate: 500/s }}
table:
  encryption: {{ kms_key: {} }}
  stream: new_and_old_images
  alarms: true
  dax: {{ type: {} }}
  tags: {{ {} }}
  names: {{ partition: \"null\", sort: for, index: each, type: __if }}
consumers:
{}",
        quoted(TEXTS[5]),
        values.join(", "),
        quoted("a:b-c.d"),
        quoted("true"),
        quoted(TEXTS[4]),
        quoted(TEXTS[2]),
        "dax.r5.large",
        tags.join(", "),
        consumers.concat(),
    );
    case("hostile", &yaml)
}

/// What the table and the mappings say, with the texts of the design for `table` and `mappings` as read back.
pub(crate) fn untouched(case: &Case, table: &Json, mappings: &[Json], tags: &Json) {
    let all: Vec<&str> = TEXTS.to_vec();
    for text in &all {
        assert_eq!(tags[*text], *text);
    }
    assert_eq!(tags.as_object().map(serde_json::Map::len), Some(all.len()));
    assert_eq!(table["server_side_encryption"][0]["kms_key_arn"], TEXTS[2]);
    assert_eq!(table["ttl"][0]["attribute_name"], "true");
    let mut functions: Vec<&str> = mappings
        .iter()
        .filter_map(|m| m["function_name"].as_str())
        .collect();
    functions.sort_unstable();
    let mut wanted = all.clone();
    wanted.sort_unstable();
    assert_eq!(functions, wanted);
    let carried = &case.plan.tables[0].indexes[0].projection.attributes;
    assert!(carried.iter().any(|a| a == "a:b-c.d"), "{carried:?}");
}

#[test]
fn texts_are_read_back_as_they_were() {
    let case = hostile();
    let main = hcl::parse(&case.files["main.tf"]).expect("HCL");
    super::parsed::read(case);
    let table = blocks(&main, "resource", "aws_dynamodb_table")
        .next()
        .expect("the table");
    let mappings = blocks(&main, "resource", "aws_lambda_event_source_mapping");
    let mappings: Vec<Json> = mappings.map(|b| json_of(b.body())).collect();
    let tags = main.blocks().filter(|b| b.identifier() == "locals");
    let tags = tags
        .flat_map(|b| b.body().attributes())
        .find(|a| a.key() == "tags");
    let hcl::Expression::FuncCall(merge) = tags.expect("tags").expr() else {
        panic!("tags are merged");
    };
    let tags = super::said::constant(&merge.args[0]);
    untouched(case, &json_of(table.body()), &mappings, &tags);
    // Nothing but what the templates write: the same kinds of blocks as a harmless design has.
    for block in main.blocks() {
        assert!(["data", "locals", "resource"].contains(&block.identifier()));
        assert_ne!(
            block.labels().first().map(hcl::BlockLabel::as_str),
            Some("null")
        );
    }
}
