//! The `CloudFormation` template against the plan, against the tools that people check templates with, and against engines
//! that make tables.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test ends there, and says what it skips"
)]

mod hostile;
mod matrix;
#[path = "../files/pairs.rs"]
mod pairs;
mod stack;
mod tools;
mod wide;

use design::emit::{self, Artifact, Origin, Target, is_ours};
use design::plan::{OutputEntry, Plan};
use design::source::Source;
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

fn plan(yaml: &str) -> Plan {
    let source = Source::new("design.yaml", yaml);
    let compiled = design::compile(&source, design::Objective::Indexes);
    let told = || compiled.diagnostics.render_all(&source, false, 100);
    compiled
        .plan
        .clone()
        .unwrap_or_else(|| panic!("{yaml}\n{}", told()))
}

/// The template as a file of this name has it.
fn emitted(plan: &Plan, path: &str) -> String {
    let output = OutputEntry {
        path: path.to_owned(),
        options: BTreeMap::new(),
    };
    let origin = Origin::new(plan, "design.yaml");
    match emit::emit(plan, Target::CloudFormation, &output, &origin).expect("a template") {
        Artifact::File(text) => text,
        Artifact::Directory(_) => panic!("a directory"),
    }
}

/// The template read as YAML, by a reader that the tool does not use for it.
fn template(plan: &Plan) -> Json {
    let text = emitted(plan, "t.yaml");
    let options = serde_saphyr::options! { strict_booleans: true };
    serde_saphyr::from_str_with_options(&text, options).expect("the template is YAML")
}

/// The design files of the repository, by the names of their directories or their own.
fn files() -> BTreeMap<String, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let entries = |directory: &str| std::fs::read_dir(root.join(directory)).expect("designs");
    let entries = entries("examples").chain(entries("tests/designs"));
    let paths = entries.map(|e| e.expect("an entry").path());
    let text = |path: PathBuf| {
        let name = path
            .file_stem()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        let file = if path.is_dir() {
            path.join("design.yaml")
        } else {
            path
        };
        Some((name, std::fs::read_to_string(file).ok()?))
    };
    let mut made: BTreeMap<_, _> = paths.filter_map(text).collect();
    made.remove("README");
    made
}

/// The plans of all designs, made once for all tests.
fn plans() -> &'static [(String, Plan)] {
    static PLANS: OnceLock<Vec<(String, Plan)>> = OnceLock::new();
    PLANS.get_or_init(|| {
        let all = designs().into_iter();
        all.map(|(name, yaml)| (name, plan(&yaml))).collect()
    })
}

/// Every design that there is to make a template of, by name.
fn designs() -> Vec<(String, String)> {
    let rows = matrix::rows();
    let rows = rows.iter().enumerate();
    let mut made: Vec<_> = rows
        .map(|(at, row)| (format!("matrix-{at:02}"), matrix::design(row)))
        .collect();
    made.extend(files());
    made.insert(0, ("hostile".to_owned(), hostile::design()));
    // As long as one looks for a mistake, part of them is enough.
    let only = std::env::var("ONLY").unwrap_or_default();
    made.retain(|(name, _)| name.contains(&only));
    made
}

#[test]
fn every_pair_of_settings_is_in_the_matrix() {
    let rows = matrix::rows();
    let had: BTreeSet<_> = rows.iter().flat_map(matrix::covered).collect();
    let pairs = matrix::pairs();
    assert!(
        pairs.len() > 700 && rows.len() < 60,
        "{} pairs, {} rows",
        pairs.len(),
        rows.len()
    );
    // None is missing, and none is there that cannot be.
    assert_eq!(had, pairs);
}

#[test]
fn the_table_is_the_one_of_the_plan() {
    for (name, plan) in plans() {
        let template = template(plan);
        let plan = json!(plan);
        let (_, table) = stack::table(&template);
        assert_eq!(stack::keys(&table), stack::planned_keys(&plan), "{name}");
        assert_eq!(
            stack::settings(&template),
            stack::planned_settings(&plan),
            "{name}"
        );
    }
}

#[test]
fn yaml_and_json_say_the_same() {
    for (name, plan) in plans() {
        let (first, second) = (emitted(plan, "a/b.yaml"), emitted(plan, "a/b.JSON"));
        assert!(is_ours(&first) && is_ours(&second), "{name}");
        let mut json: Json = serde_json::from_str(&second).expect("JSON");
        let metadata = json.as_object_mut().expect("a map").remove("Metadata");
        assert!(metadata.is_some(), "{name}");
        assert_eq!(json, template(plan), "{name}");
        assert!(second.ends_with("}\n") && !second.contains('\t'), "{name}");
    }
}

#[test]
fn every_name_is_used_and_every_use_has_a_name() {
    for (name, plan) in plans() {
        let template = template(plan);
        let names = |part: &str| -> BTreeSet<String> {
            let part = template[part].as_object();
            part.into_iter().flat_map(|p| p.keys().cloned()).collect()
        };
        let (parameters, resources, conditions) =
            (names("Parameters"), names("Resources"), names("Conditions"));
        assert!(parameters.is_disjoint(&resources), "{name}");
        let mut used = BTreeSet::new();
        uses(&template, &mut used);
        for id in &used {
            let known = id.starts_with("AWS::")
                || parameters.contains(id)
                || resources.contains(id)
                || conditions.contains(id);
            assert!(known, "{name}: {id}");
        }
        for id in parameters.iter().chain(&conditions) {
            assert!(used.contains(id), "{name}: nothing uses {id}");
        }
        for id in parameters.iter().chain(&resources).chain(&conditions) {
            assert!(
                id.chars().all(|c| c.is_ascii_alphanumeric()),
                "{name}: {id}"
            );
        }
    }
}

/// The names that functions speak of.
fn uses(part: &Json, into: &mut BTreeSet<String>) {
    match part {
        Json::Object(map) => {
            for (key, value) in map {
                match (key.as_str(), value) {
                    ("Ref" | "DependsOn", Json::String(id)) => {
                        into.insert(id.clone());
                    }
                    ("Fn::GetAtt" | "Fn::If", Json::Array(parts)) => {
                        into.extend(parts[0].as_str().map(str::to_owned));
                        parts[1..].iter().for_each(|p| uses(p, into));
                    }
                    ("Fn::Sub", Json::String(text)) => {
                        let names = text.split("${").skip(1).filter(|p| !p.starts_with('!'));
                        let names = names.map(|p| p.split(['}', '.']).next().unwrap_or_default());
                        into.extend(names.map(str::to_owned));
                    }
                    _ => uses(value, into),
                }
            }
        }
        Json::Array(items) => items.iter().for_each(|i| uses(i, into)),
        _ => {}
    }
}

/// The policies of a template: for each action the resources.
fn allowed(template: &Json, policy: &str) -> BTreeMap<String, BTreeSet<String>> {
    let parameters = stack::parameters(template);
    let mut made: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let statements = &template["Resources"][policy]["Properties"]["PolicyDocument"]["Statement"];
    for statement in statements.as_array().into_iter().flatten() {
        assert_eq!(statement["Effect"], "Allow");
        let statement = stack::resolved(statement, &parameters);
        let texts = |of: &Json| -> Vec<String> {
            let all = of.as_array().expect("a list").iter();
            all.map(|t| t.as_str().expect("a text").to_owned())
                .collect()
        };
        for action in texts(&statement["Action"]) {
            made.entry(action)
                .or_default()
                .extend(texts(&statement["Resource"]));
        }
    }
    made
}

/// What the requests of a plan are on: for each action the table and indexes. Worked out here once more.
fn needed(plan: &Json, writes: bool) -> BTreeMap<String, BTreeSet<String>> {
    let mut made: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let list = |of: &Json| of.as_array().cloned().unwrap_or_default();
    for pattern in list(&plan["patterns"]) {
        let steps = list(&pattern["steps"]);
        if pattern["status"] == "uncovered"
            || steps.iter().any(|s| s["actions"].is_array()) != writes
        {
            continue;
        }
        for step in steps {
            let mut add = |call: &str, on: &Json| {
                let on = on.as_str().map_or("<Table.Arn>".to_owned(), |i| {
                    format!("<Table.Arn>/index/{i}")
                });
                made.entry(format!("dynamodb:{call}"))
                    .or_default()
                    .insert(on);
            };
            for action in list(&step["actions"]) {
                let call = match action["action"].as_str() {
                    Some("put") => "PutItem",
                    Some("update") => "UpdateItem",
                    Some("delete") => "DeleteItem",
                    Some("check") => "ConditionCheckItem",
                    other => panic!("{other:?}"),
                };
                add(call, &Json::Null);
                if !list(&action["current"]).is_empty() {
                    add("GetItem", &Json::Null);
                }
            }
            if !step["actions"].is_array() {
                add(step["call"].as_str().expect("a call"), &step["index"]);
            }
        }
    }
    made
}

#[test]
fn policies_allow_what_the_patterns_need_and_no_more() {
    for (name, plan) in plans() {
        let template = template(plan);
        let plan = json!(plan);
        for (policy, writes) in [("ReadPolicy", false), ("WritePolicy", true)] {
            let mut allowed = allowed(&template, policy);
            let elsewhere = format!(":dynamodb:{}:", stack::REGION);
            allowed.retain(|action, resources| {
                // The same in the Regions of replicas.
                resources.retain(|r| !r.starts_with("arn:<AWS::Partition>:dynamodb:"));
                assert!(!resources.iter().any(|r| r.contains(&elsewhere)), "{name}");
                action.starts_with("dynamodb:")
            });
            let needed = needed(&plan, writes);
            for (action, resources) in &needed {
                assert!(
                    allowed
                        .get(action)
                        .is_some_and(|r| r.is_superset(resources)),
                    "{name}: {action}"
                );
            }
            let actions = |of: &BTreeMap<String, BTreeSet<String>>| {
                of.keys().cloned().collect::<BTreeSet<_>>()
            };
            assert_eq!(actions(&allowed), actions(&needed), "{name}");
        }
    }
}

#[test]
fn alarms_name_metrics_that_there_are() {
    let yaml = matrix::design(&vec![0; matrix::FACTORS.len()])
        .replace("table: { ", "table: { alarms: true");
    let template = template(&plan(&yaml));
    let parameters = stack::parameters(&template);
    let mut told: BTreeSet<(String, Vec<String>)> = BTreeSet::new();
    for (name, alarm) in stack::resources(&template, "AWS::CloudWatch::Alarm") {
        let alarm = stack::resolved(alarm, &parameters);
        assert!(
            alarm["Metrics"].is_null() && alarm["TreatMissingData"] == "notBreaching",
            "{name}"
        );
        assert_eq!(
            alarm["AlarmActions"],
            json!(parameters["AlarmTopicArns"]),
            "{name}"
        );
        let dimensions = alarm["Dimensions"].as_array().expect("dimensions").iter();
        let dimensions = dimensions.map(|d| {
            format!(
                "{}={}",
                d["Name"].as_str().expect("a name"),
                d["Value"].as_str().expect("a value")
            )
        });
        told.insert((
            alarm["MetricName"].as_str().expect("a metric").to_owned(),
            dimensions.collect(),
        ));
    }
    let mut wanted = BTreeSet::new();
    for metric in [
        "ReadThrottleEvents",
        "WriteThrottleEvents",
        "ReadKeyRangeThroughputThrottleEvents",
        "WriteKeyRangeThroughputThrottleEvents",
    ] {
        for index in [None, Some("GSI1"), Some("GSI2")] {
            let index = index.map(|i| format!("GlobalSecondaryIndexName={i}"));
            wanted.insert((
                metric.to_owned(),
                std::iter::once("TableName=<Table>".to_owned())
                    .chain(index)
                    .collect(),
            ));
        }
    }
    for operation in ["GetItem", "PutItem", "Query", "UpdateItem"] {
        wanted.insert((
            "SystemErrors".to_owned(),
            vec![
                "TableName=<Table>".to_owned(),
                format!("Operation={operation}"),
            ],
        ));
    }
    assert_eq!(told, wanted);
}

#[test]
fn consumers_get_their_entities_and_fail_in_the_open() {
    let yaml = format!(
        "{}consumers:\n  mail: {{ entity: Entry, events: [insert, modify], function: var.mail }}\n  Mail: {{ entity: [Account, Entry], events: remove, function: var.mail }}\n  archive: {{ entity: Entry, events: [modify, remove], function: \"arn:aws:lambda:us-east-1:123456789012:function:a\" }}\n",
        matrix::design(&vec![0; matrix::FACTORS.len()])
            .replace("table: { ", "table: { stream: new_and_old_images")
    );
    let template = template(&plan(&yaml));
    let mut told = BTreeMap::new();
    for (name, mapping) in stack::resources(&template, "AWS::Lambda::EventSourceMapping") {
        let filters = mapping["FilterCriteria"]["Filters"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        let filter = |f: &Json| -> Json {
            serde_json::from_str(f["Pattern"].as_str().expect("a text")).expect("JSON")
        };
        told.insert(name, filters.iter().map(filter).collect::<Vec<_>>());
        assert_eq!(mapping["BisectBatchOnFunctionError"], true);
        assert_eq!(
            mapping["FunctionResponseTypes"],
            json!(["ReportBatchItemFailures"])
        );
        let retries = mapping["MaximumRetryAttempts"].as_i64();
        assert!(
            retries.is_some_and(|r| (1..=100).contains(&r)),
            "{retries:?}"
        );
        let queue = &mapping["DestinationConfig"]["OnFailure"]["Destination"]["Fn::GetAtt"];
        let queue = queue[0].as_str().expect("a queue");
        assert_eq!(template["Resources"][queue]["Type"], "AWS::SQS::Queue");
        let policy = template["Resources"][name]["DependsOn"]
            .as_str()
            .expect("a policy");
        let allowed = allowed(&template, policy);
        assert_eq!(
            allowed["sqs:SendMessage"],
            BTreeSet::from([format!("<{queue}.Arn>")])
        );
        assert_eq!(
            allowed["dynamodb:GetRecords"],
            BTreeSet::from(["<Table.StreamArn>".to_owned()])
        );
    }
    let wanted = BTreeMap::from([
        (
            "ArchiveMapping",
            vec![
                json!({ "eventName": ["MODIFY"], "dynamodb": { "NewImage": { "_type": { "S": ["Entry"] } } } }),
                json!({ "eventName": ["REMOVE"], "dynamodb": { "OldImage": { "_type": { "S": ["Entry"] } } } }),
            ],
        ),
        // Two consumers whose names differ in case alone.
        (
            "Mail2Mapping",
            vec![
                json!({ "eventName": ["INSERT", "MODIFY"], "dynamodb": { "NewImage": { "_type": { "S": ["Entry"] } } } }),
            ],
        ),
        // Every item of the table is of one of its entities.
        ("MailMapping", vec![json!({ "eventName": ["REMOVE"] })]),
    ]);
    assert_eq!(told, wanted);
}

#[test]
fn a_stack_is_in_no_region_of_a_replica() {
    let yaml = matrix::design(&vec![0; matrix::FACTORS.len()])
        .replace("table: { ", "table: { replicas: [eu-west-1, us-east-2]");
    let template = template(&plan(&yaml));
    let rule = &template["Rules"]["StackRegion"]["Assertions"][0]["Assert"];
    assert_eq!(
        *rule,
        json!({ "Fn::Not": [{ "Fn::Contains": [["eu-west-1", "us-east-2"], { "Ref": "AWS::Region" }] }] })
    );
}

#[cfg(feature = "verify")]
#[test]
fn the_embedded_engine_makes_the_table() {
    use design::verify::engine::{Embedded, Engine};
    for (name, plan) in plans() {
        let request = stack::create_table(&template(plan));
        let plan = json!(plan);
        let engine = Embedded::new().expect("an engine");
        let made = engine.call("CreateTable", request.clone());
        let made = made.unwrap_or_else(|f| panic!("{name}: {}\n{request:#}", f.message()));
        let table = &made["TableDescription"];
        assert_eq!(table["TableName"], plan["tables"][0]["name"], "{name}");
        assert_eq!(stack::keys(table), stack::planned_keys(&plan), "{name}");
        let protection = &plan["tables"][0]["settings"]["deletion_protection"];
        assert_eq!(
            table["DeletionProtectionEnabled"]
                .as_bool()
                .unwrap_or(false),
            *protection,
            "{name}"
        );
    }
}

/// Writes templates into a directory: their paths by the names of their designs.
fn written(directory: &str, kinds: &[&str]) -> Vec<(String, PathBuf)> {
    let scratch = tools::scratch(directory);
    let mut made = Vec::new();
    for (name, plan) in plans() {
        for kind in kinds {
            let path = scratch.join(format!("{name}.{kind}"));
            std::fs::write(&path, emitted(plan, &format!("t.{kind}"))).expect("written");
            made.push((name.clone(), path));
        }
    }
    made
}

#[test]
fn cfn_lint_finds_nothing() {
    let Some(program) = tools::program("cfn-lint", "CFN_LINT") else {
        return;
    };
    let mut files = written("lint", &["yaml", "json"]);
    // A description has no functions in which `${…}` could be said to be meant, and tags of several lines are refused.
    files.retain(|(name, _)| name != "hostile");
    // Informational findings, too.
    let mut command = Command::new(program);
    command.args([
        "--include-checks",
        "I",
        "--non-zero-exit-code",
        "informational",
        "-t",
    ]);
    let (status, told) = tools::run(command.args(files.iter().map(|(_, path)| path)));
    println!("{} templates", files.len());
    assert_eq!((status, told.as_str()), (Some(0), ""));
}

#[test]
fn checkov_asks_for_a_customer_key_at_most() {
    let Some(program) = tools::program("checkov", "CHECKOV") else {
        return;
    };
    let files = written("checkov", &["yaml"]);
    let directory = files[0].1.parent().expect("a directory");
    let mut command = Command::new(program);
    command
        .args([
            "--framework",
            "cloudformation",
            "--output",
            "json",
            "--quiet",
            "--compact",
            "--skip-download",
            "--directory",
        ])
        .arg(directory)
        .stderr(std::process::Stdio::null());
    let (_, told) = tools::run(&mut command);
    let told: Json = serde_json::from_str(told.trim()).unwrap_or_else(|e| panic!("{e}: {told}"));
    assert_eq!(told["summary"]["parsing_errors"], 0);
    assert!(
        told["summary"]["passed"].as_u64() > Some(100),
        "{}",
        told["summary"]
    );
    let failed = told["results"]["failed_checks"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let failed: BTreeSet<(String, String)> = failed
        .iter()
        .map(|f| {
            let text = |of: &str| f[of].as_str().unwrap_or_default().to_owned();
            (
                text("file_path").trim_matches('/').to_owned(),
                text("check_id"),
            )
        })
        .collect();
    let mut wanted = BTreeSet::new();
    for (name, plan) in plans() {
        let plan = json!(plan);
        let settings = &plan["tables"][0]["settings"];
        let mut expect = |id: &str| wanted.insert((format!("{name}.yaml"), id.to_owned()));
        let global = settings["replicas"] != json!([]);
        // What the design file asks for.
        if !global && settings["encryption"] != "customer_key" {
            expect("CKV_AWS_119");
        }
        if settings["point_in_time_recovery_days"].is_null() {
            expect(if global { "CKV_AWS_165" } else { "CKV_AWS_28" });
        }
    }
    let (more, less): (Vec<_>, Vec<_>) = (
        failed.difference(&wanted).collect(),
        wanted.difference(&failed).collect(),
    );
    assert!(
        more.is_empty() && less.is_empty(),
        "found: {more:?}\nnot found: {less:?}"
    );
}

/// What moto lacks of a table in `CloudFormation` is not compared: encryption, the class, time to live, recovery, limits,
/// insights; nor are alarms and scaling, which it passes over.
#[test]
fn moto_makes_the_tables() {
    let Some(moto) = tools::Moto::new() else {
        return;
    };
    let mut stacks = Vec::new();
    let mut made = Vec::new();
    for ((name, plan_of), (_, path)) in plans().iter().zip(written("moto", &["yaml"])) {
        let template = template(plan_of);
        let plan = json!(plan_of);
        // moto has neither global tables nor DAX in CloudFormation.
        let settings = &plan["tables"][0]["settings"];
        if settings["replicas"] != json!([]) || !settings["dax"].is_null() {
            continue;
        }
        let mut parameters = stack::parameters(&template);
        parameters.insert("TableName".to_owned(), name.clone());
        let functions: Vec<Json> = stack::resources(&template, "AWS::Lambda::EventSourceMapping")
            .iter()
            .map(|(_, m)| stack::resolved(&m["FunctionName"], &parameters))
            .collect();
        stacks.push(json!({ "name": name, "template": path, "parameters": parameters, "functions": functions }));
        made.push((name.clone(), template, plan));
    }
    for ((name, template, plan), told) in made.iter().zip(moto.stacks(&stacks)) {
        assert_eq!(told["status"], "CREATE_COMPLETE", "{name}");
        let table = &told["table"];
        assert_eq!(table["TableName"], *name);
        assert_eq!(stack::keys(table), stack::planned_keys(plan), "{name}");
        let of = &plan["tables"][0]["settings"];
        let mode = if of["billing"] == "provisioned" {
            "PROVISIONED"
        } else {
            "PAY_PER_REQUEST"
        };
        assert_eq!(table["BillingModeSummary"]["BillingMode"], mode, "{name}");
        for (units, capacity) in [
            ("ReadCapacityUnits", "read_capacity"),
            ("WriteCapacityUnits", "write_capacity"),
        ] {
            let from = of[capacity][0].as_u64().unwrap_or(0);
            assert_eq!(table["ProvisionedThroughput"][units], from, "{name}");
        }
        let stream = of["stream"].as_str().map(str::to_uppercase);
        assert_eq!(
            table["StreamSpecification"]["StreamViewType"],
            json!(stream),
            "{name}"
        );
        assert_eq!(
            table["DeletionProtectionEnabled"], of["deletion_protection"],
            "{name}"
        );
        let tags: BTreeMap<&str, &Json> = told["tags"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|t| (t["Key"].as_str().expect("a key"), &t["Value"]))
            .filter(|(k, _)| !k.starts_with("aws:"))
            .collect();
        assert_eq!(json!(tags), of["tags"], "{name}");
        let mappings = stack::resources(template, "AWS::Lambda::EventSourceMapping").len();
        assert_eq!(
            told["mappings"].as_array().map(Vec::len),
            Some(mappings),
            "{name}"
        );
        let outputs = template["Outputs"]
            .as_object()
            .map_or(0, serde_json::Map::len);
        assert_eq!(
            told["exports"].as_array().map(Vec::len),
            Some(outputs),
            "{name}"
        );
    }
    println!("{} stacks", made.len());
}
