//! Texts that try to break out of their places.

use crate::{emitted, plan, stack, template};
use serde_json::{Value as Json, json};

/// Texts that mean something in YAML, JSON or `CloudFormation`.
pub(crate) const TEXTS: [&str; 14] = [
    "a \"quoted\" and a 'quoted' text",
    "${Table} ${AWS::AccountId} ${!x} $${y}",
    "two\nlines\n# and\r\n- a third",
    "!Ref Table",
    "yes",
    "@first",
    "~",
    "{ Fn::Sub: \"${AWS::AccountId}\" }",
    "key: value # comment",
    " *a &b |- > % ` \\ \\n \t ",
    "2026-11-20",
    "\u{0}\u{1b}\u{7f}\u{85}\u{a0}\u{2028}\u{feff}\u{10ffff}",
    "-- </script> ]]> */ {{ jinja }} {% raw %}",
    "größer 🙂",
];

/// A design in which texts of the user are such.
pub(crate) fn design() -> String {
    // JSON's strings are YAML's, but for characters that YAML takes with an escape only.
    let escaped = |c: char| match c {
        '\u{7f}'..='\u{a0}' | '\u{2028}' | '\u{feff}' => format!("\\u{:04x}", u32::from(c)),
        _ => c.to_string(),
    };
    let text = |t: &str| {
        Json::from(t)
            .to_string()
            .chars()
            .map(escaped)
            .collect::<String>()
    };
    let tags: Vec<String> = TEXTS
        .iter()
        .enumerate()
        .map(|(at, t)| format!("{}: {}", text(&format!("{at} {t}")), text(t)))
        .collect();
    let values: Vec<String> = TEXTS.iter().map(|t| text(t)).collect();
    format!(
        "design: hostile
description: {}
entities:
  'Null':
    key: id
    attributes:
      id: ulid
      state: [{}]
      'yes': {{ type: string, stored_as: 'null' }}
      'no': {{ type: string, stored_as: '-.:' }}
      large: {{ type: string, stored_as: '10e3' }}
      rest: string
patterns:
  make: {{ create: 'Null' }}
  find: {{ get: 'Null' }}
  'on': {{ list: 'Null', by: state, where: {{ state: {} }}, sort: large, select: ['yes', 'no', large] }}
table:
  name: '0x10'
  stream: new_and_old_images
  alarms: true
  encryption: {{ kms_key: \"arn:aws:kms:us-east-1:123456789012:key/${{Table}}\" }}
  dax: {{ type: dax.t3.small, nodes: 1 }}
  tags: {{ {} }}
consumers:
  'null': {{ entity: 'Null', events: insert, function: var.table }}
  table: {{ function: var.Table_Name }}
  read: {{ function: var.NullFailures }}
  write: {{ function: \"arn:aws:lambda:us-east-1:123456789012:function:x${{AWS::Region}}\" }}
",
        text(&TEXTS.join("\n")),
        values.join(", "),
        values[1],
        tags.join(", ")
    )
}

#[test]
fn texts_come_back_as_they_were() {
    let plan = plan(&design());
    let template = template(&plan);
    assert_eq!(template["Description"], TEXTS.join("\n"));
    let (_, table) = stack::table(&template);
    let tags: Vec<(String, String)> = table["Tags"]
        .as_array()
        .expect("tags")
        .iter()
        .map(|t| {
            let text = |of: &str| t[of].as_str().expect("a text").to_owned();
            (text("Key"), text("Value"))
        })
        .collect();
    let mut wanted: Vec<(String, String)> = TEXTS
        .iter()
        .enumerate()
        .map(|(at, t)| (format!("{at} {t}"), (*t).to_owned()))
        .collect();
    wanted.sort();
    assert_eq!(tags, wanted);
    let included = &table["GlobalSecondaryIndexes"][0]["Projection"]["NonKeyAttributes"];
    for name in ["null", "-.:", "10e3"] {
        let all = included.as_array().expect("names");
        assert!(
            all.contains(&Json::from(name)),
            "{name} is not in {included}"
        );
    }
    // A literal is no function, whatever is in it.
    let key = &table["SSESpecification"]["KMSMasterKeyId"];
    assert_eq!(*key, "arn:aws:kms:us-east-1:123456789012:key/${Table}");
    let function = &template["Resources"]["WriteMapping"]["Properties"]["FunctionName"];
    assert_eq!(
        stack::resolved(function, &stack::parameters(&template)),
        "arn:aws:lambda:us-east-1:123456789012:function:x${AWS::Region}"
    );
    assert_eq!(template["Parameters"]["TableName"]["Default"], "0x10");
}

#[test]
fn variables_have_parameters_of_their_own() {
    let template = template(&plan(&design()));
    let function =
        |of: &str| template["Resources"][of]["Properties"]["FunctionName"]["Ref"].clone();
    let names = ["NullMapping", "TableMapping", "ReadMapping"].map(function);
    assert_eq!(
        json!(names),
        json!(["Table2", "TableName2", "NullFailures2"])
    );
    for name in names {
        let parameter = &template["Parameters"][name.as_str().expect("a name")];
        let pattern = parameter["AllowedPattern"].as_str().expect("a pattern");
        assert!(pattern.contains(":lambda:"), "{parameter}");
    }
}

#[test]
fn a_description_is_cut_where_it_is_too_long() {
    let long = "ä".repeat(600);
    let yaml = design().replacen("description: \"", &format!("description: \"{long}"), 1);
    let plan = plan(&yaml);
    let text = template(&plan)["Description"]
        .as_str()
        .expect("a text")
        .to_owned();
    assert!(text.len() <= 1024 && text.len() > 1015, "{}", text.len());
    let kept = text.strip_suffix('…').expect("a mark");
    assert!(long.starts_with(kept) && !kept.is_empty());
    let json: Json = serde_json::from_str(&emitted(&plan, "a.json")).expect("JSON");
    assert_eq!(json["Description"], text);
}
