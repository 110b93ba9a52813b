//! The modules in the hands of the real tools.

use super::consumers;
use super::hostile::untouched;
use super::matrix::{FUNCTION, KEY};
use super::said::{blocks, list, planned, said, settings, texts};
use super::{Case, all, case, examples};
use design::plan::Step;
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Instant;

/// An empty directory.
fn directory(name: &str) -> PathBuf {
    let made = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("terraform")
        .join(name);
    if made.exists() {
        std::fs::remove_dir_all(&made).expect("an old directory");
    }
    std::fs::create_dir_all(&made).expect("a directory");
    made
}

fn write(into: &Path, cases: &[&Case]) {
    for case in cases {
        let module = into.join(&case.name);
        std::fs::create_dir(&module).expect("a module");
        for (name, text) in &case.files {
            std::fs::write(module.join(name), text).expect("a file");
        }
    }
}

fn run(command: &mut Command) -> Output {
    command
        .output()
        .unwrap_or_else(|e| panic!("{command:?}: {e}"))
}

fn there(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok()
}

#[test]
fn files_are_formatted() {
    if !there("terraform") {
        eprintln!("skipped: there is no terraform");
        return;
    }
    let into = directory("format");
    write(&into, &all());
    let mut fmt = Command::new("terraform");
    let done = run(fmt
        .args(["fmt", "-check", "-recursive", "-diff"])
        .current_dir(&into));
    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stdout)
    );
}

/// A value for each variable that needs one.
fn arguments(case: &Case) -> String {
    let variables = hcl::parse(&case.files["variables.tf"]).expect("HCL");
    let mut made = String::new();
    for block in variables.blocks() {
        if block.body().attributes().any(|a| a.key() == "default") {
            continue;
        }
        let name = block.labels()[0].as_str();
        let value = match name {
            "table_key" => json!(KEY).to_string(),
            "dax_subnet_ids" => "[\"subnet-1\", \"subnet-2\"]".to_owned(),
            "dax_security_group_ids" => "[\"sg-1\"]".to_owned(),
            "replica_kms_key_arns" => format!("{{ us-east-2 = \"{KEY}\", us-west-2 = \"{KEY}\" }}"),
            "audit_arn" => json!(FUNCTION).to_string(),
            other => panic!("a variable {other}"),
        };
        writeln!(made, "  {name} = {value}").expect("a text");
    }
    made
}

/// The resources of a type within a module, by their addresses there.
fn resources<'a>(module: &'a Json, of: &str) -> BTreeMap<&'a str, &'a Json> {
    let all = module["resources"].as_array().expect("resources");
    let of = all
        .iter()
        .filter(|r| r["type"] == of && r["mode"] == "managed");
    of.map(|r| (r["address"].as_str().expect("an address"), &r["values"]))
        .collect()
}

#[test]
fn terraform_makes_what_the_plan_says() {
    let Ok(check) = std::env::var("TERRAFORM_CHECK") else {
        eprintln!("skipped: TERRAFORM_CHECK names no command");
        return;
    };
    let cases = all();
    let into = directory("apply");
    let mut root = String::from("provider \"aws\" {\n  region = \"us-east-1\"\n}\n");
    for case in &cases {
        write!(
            root,
            "\nmodule \"{0}\" {{\n  source = \"./{0}\"\n{1}}}\n\noutput \"{0}\" {{\n  value = module.{0}\n}}\n",
            case.name,
            arguments(case)
        )
        .expect("a text");
    }
    write(&into, &cases);
    for case in cases
        .iter()
        .filter(|c| c.output.options.get("provider").is_some_and(|p| p == "5"))
    {
        // The command knows one version of the provider, which still takes what version 5 took.
        let file = into.join(&case.name).join("versions.tf");
        let text = case.files["versions.tf"].replace(">= 5.98.0, < 6.0.0", ">= 6.44.0, < 7.0.0");
        assert_ne!(text, case.files["versions.tf"]);
        std::fs::write(file, text).expect("a file");
    }
    std::fs::write(into.join("main.tf"), root).expect("a file");
    run(Command::new("terraform").arg("fmt").current_dir(&into));
    let started = Instant::now();
    let done = run(Command::new(check).arg(&into).args(["--apply", "--json"]));
    eprintln!("{} modules applied in {:?}", cases.len(), started.elapsed());
    let told: Json = serde_json::from_slice(&done.stdout)
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&done.stderr)));
    assert!(
        done.status.success(),
        "{:#} {:#}",
        told["steps"],
        told["diagnostics"]
    );
    let values = &told["state"]["values"];
    for module in values["root_module"]["child_modules"]
        .as_array()
        .expect("modules")
    {
        let name = module["address"]
            .as_str()
            .expect("an address")
            .trim_start_matches("module.");
        let case = cases.iter().find(|c| c.name == name).expect("a case");
        applied(case, module, &values["outputs"][name]["value"]);
    }
}

/// Compares what was made with the plan.
fn applied(case: &Case, module: &Json, outputs: &Json) {
    let tables = resources(module, "aws_dynamodb_table");
    let alone = resources(module, "aws_dynamodb_global_secondary_index");
    let alone: Vec<Json> = alone.into_values().cloned().collect();
    let table = *tables.values().next().expect("a table");
    assert_eq!(tables.len(), 1);
    assert_eq!(said(table, &alone), planned(&case.plan), "{}", case.name);
    settings(table, &case.plan, &case.output);
    scaled(case, module);
    alarmed(case, module);
    for consumer in &case.plan.consumers {
        let name = format!(
            "module.{}.aws_lambda_event_source_mapping.{}",
            case.name, consumer.name
        );
        let mapping = resources(module, "aws_lambda_event_source_mapping")[name.as_str()];
        consumers::check(&case.plan, consumer, mapping);
        assert_eq!(
            mapping["function_response_types"],
            json!(["ReportBatchItemFailures"])
        );
        assert_eq!(mapping["bisect_batch_on_function_error"], true);
        assert!(
            mapping["maximum_retry_attempts"]
                .as_i64()
                .is_some_and(|r| r > 0)
        );
        assert!(mapping["destination_config"][0]["on_failure"][0]["destination_arn"].is_string());
    }
    for cluster in resources(module, "aws_dax_cluster").values() {
        assert_eq!(cluster["cluster_endpoint_encryption_type"], "TLS");
        assert_eq!(cluster["server_side_encryption"][0]["enabled"], true);
    }
    let global = case.plan.tables[0]
        .indexes
        .iter()
        .filter(|i| i.kind == "global")
        .count();
    let insights = resources(module, "aws_dynamodb_contributor_insights").len();
    let wanted = case.plan.tables[0].settings.contributor_insights;
    assert_eq!(
        insights,
        if wanted { 1 + global } else { 0 },
        "{}",
        case.name
    );
    allowed(case, outputs);
    if case.name == "hostile" {
        let mappings = resources(module, "aws_lambda_event_source_mapping");
        let mappings: Vec<Json> = mappings.into_values().cloned().collect();
        untouched(case, table, &mappings, &table["tags"]);
    }
}

/// A target and a policy for reads and for writes, of the table and of each global index.
fn scaled(case: &Case, module: &Json) {
    let table = &case.plan.tables[0];
    let mut wanted = BTreeSet::new();
    if table.settings.billing == "provisioned" {
        let global = table.indexes.iter().filter(|i| i.kind == "global");
        let ids = global.map(|i| (format!("table/{}/index/{}", table.name, i.name), "index"));
        for (id, kind) in ids.chain([(format!("table/{}", table.name), "table")]) {
            wanted.insert((id.clone(), format!("dynamodb:{kind}:ReadCapacityUnits")));
            wanted.insert((id, format!("dynamodb:{kind}:WriteCapacityUnits")));
        }
    }
    for of in ["aws_appautoscaling_target", "aws_appautoscaling_policy"] {
        let text = |r: &Json, field: &str| r[field].as_str().expect("a text").to_owned();
        let made = resources(module, of);
        let made: BTreeSet<_> = made
            .values()
            .map(|r| (text(r, "resource_id"), text(r, "scalable_dimension")))
            .collect();
        assert_eq!(made, wanted, "{}", case.name);
    }
}

/// Alarms with the dimensions that their metrics have, for the table and each global index and each call.
fn alarmed(case: &Case, module: &Json) {
    let table = &case.plan.tables[0];
    let alarms = resources(module, "aws_cloudwatch_metric_alarm");
    let mut names = BTreeSet::new();
    let mut seen: BTreeSet<(String, String)> = BTreeSet::new();
    for alarm in alarms.values() {
        assert!(names.insert(alarm["alarm_name"].to_string()));
        let metric = alarm["metric_name"].as_str().expect("a metric");
        let dimensions = alarm["dimensions"].as_object().expect("dimensions");
        let keys: Vec<&str> = dimensions.keys().map(String::as_str).collect();
        match metric {
            "SystemErrors" => assert_eq!(keys, ["Operation", "TableName"]),
            "ReplicationLatency" => assert_eq!(keys, ["ReceivingRegion", "TableName"]),
            "ApproximateNumberOfMessagesVisible" => assert_eq!(keys, ["QueueName"]),
            _ => {
                assert!(metric.ends_with("ThrottleEvents"));
                assert!(keys == ["TableName"] || keys == ["GlobalSecondaryIndexName", "TableName"]);
            }
        }
        let of = [
            "GlobalSecondaryIndexName",
            "Operation",
            "ReceivingRegion",
            "QueueName",
        ];
        let of = of.iter().find_map(|d| dimensions.get(*d)?.as_str());
        seen.insert((metric.to_owned(), of.unwrap_or_default().to_owned()));
    }
    let mut wanted = BTreeSet::new();
    if table.settings.alarms {
        let global = table.indexes.iter().filter(|i| i.kind == "global");
        for of in global.map(|i| i.name.clone()).chain([String::new()]) {
            for metric in [
                "Read",
                "Write",
                "ReadKeyRangeThroughput",
                "WriteKeyRangeThroughput",
            ] {
                wanted.insert((format!("{metric}ThrottleEvents"), of.clone()));
            }
        }
        for (call, _) in calls(case, |_| true) {
            wanted.insert(("SystemErrors".to_owned(), call));
        }
        if table.settings.consistency == "eventual" {
            let of = table.settings.replicas.iter();
            wanted.extend(of.map(|r| ("ReplicationLatency".to_owned(), r.clone())));
        }
        let queues = case
            .plan
            .consumers
            .iter()
            .map(|c| format!("{}-{}-failures", table.name, c.name));
        wanted.extend(queues.map(|q| ("ApproximateNumberOfMessagesVisible".to_owned(), q)));
    }
    assert_eq!(seen, wanted, "{}", case.name);
}

/// The calls of some patterns, each with the index that it is on; a transaction is one call.
fn calls(case: &Case, of: impl Fn(bool) -> bool) -> BTreeSet<(String, Option<String>)> {
    let mut made = BTreeSet::new();
    for pattern in &case.plan.patterns {
        let writes = pattern.steps.iter().any(|s| matches!(s, Step::Write(_)));
        for step in pattern.steps.iter().filter(|_| of(writes)) {
            match step {
                Step::Read(read) => {
                    made.insert((read.call.clone(), read.index.clone()));
                }
                Step::Write(write) => {
                    made.insert((write.call.clone(), None));
                    if write.actions.iter().any(|a| !a.current.is_empty()) {
                        made.insert(("GetItem".to_owned(), None));
                    }
                }
            }
        }
    }
    made
}

/// What a call is allowed by: a transaction by what it does.
fn permissions(case: &Case, writing: bool) -> BTreeSet<(String, Option<String>)> {
    let mut made = calls(case, |writes| writes == writing);
    made.retain(|(call, _)| call != "TransactWriteItems");
    for step in case.plan.patterns.iter().flat_map(|p| &p.steps) {
        let Step::Write(write) = step else { continue };
        let of = |a: &str| match a {
            "put" => "PutItem",
            "update" => "UpdateItem",
            "delete" => "DeleteItem",
            _ => "ConditionCheckItem",
        };
        if writing {
            made.extend(
                write
                    .actions
                    .iter()
                    .map(|a| (of(&a.action).to_owned(), None)),
            );
        }
    }
    made
}

/// That the policies allow the calls of the patterns on what they are on, and nothing else of the table.
fn allowed(case: &Case, outputs: &Json) {
    let table = format!(
        "arn:aws:dynamodb:us-east-1:123456789012:table/{}",
        case.plan.tables[0].name
    );
    for (name, writing) in [("read_policy", false), ("write_policy", true)] {
        let mut made = BTreeSet::new();
        let document = outputs[name].as_str().unwrap_or("{}");
        let document: Json = serde_json::from_str(document).expect("JSON");
        for statement in list(&document["Statement"]) {
            let some = |of: &Json| {
                if of.is_string() {
                    vec![of.as_str().expect("a text").to_owned()]
                } else {
                    texts(of)
                }
            };
            for action in some(&statement["Action"]) {
                let Some(call) = action.strip_prefix("dynamodb:") else {
                    continue;
                };
                for resource in some(&statement["Resource"]) {
                    assert!(!call.contains('*') && !resource.contains('*'));
                    // Those of replicas have other ARNs here.
                    let Some(path) = resource.strip_prefix(&table) else {
                        continue;
                    };
                    made.insert((
                        call.to_owned(),
                        path.strip_prefix("/index/").map(str::to_owned),
                    ));
                }
            }
        }
        assert_eq!(made, permissions(case, writing), "{} {name}", case.name);
    }
}

/// What checkov finds in modules, each by its check and module.
fn found(name: &str, cases: &[&Case]) -> Option<BTreeSet<(String, String)>> {
    let program = std::env::var("CHECKOV").unwrap_or_else(|_| "checkov".to_owned());
    if !there(&program) {
        eprintln!("skipped: there is no checkov");
        return None;
    }
    let into = directory(name);
    write(&into, cases);
    let mut command = Command::new(program);
    command.arg("--directory").arg(&into);
    command.args([
        "--framework",
        "terraform",
        "--skip-download",
        "--output",
        "json",
        "--quiet",
        "--compact",
    ]);
    let done = run(command.env("LOG_LEVEL", "ERROR"));
    let told: Json = serde_json::from_slice(&done.stdout).unwrap_or_else(|_| {
        panic!(
            "{}{}",
            String::from_utf8_lossy(&done.stdout),
            String::from_utf8_lossy(&done.stderr)
        )
    });
    assert!(
        told["summary"]["passed"].as_u64().is_some_and(|n| n > 0),
        "{told:#}"
    );
    assert_eq!(told["summary"]["parsing_errors"], 0);
    let failed = list(&told["results"]["failed_checks"]);
    let text = |of: &Json, field: &str| of[field].as_str().unwrap_or_default().to_owned();
    Some(
        failed
            .iter()
            .map(|f| (text(f, "check_id"), text(f, "file_path")))
            .collect(),
    )
}

#[test]
fn checkov_finds_only_the_missing_key_by_default() {
    let cases: Vec<&Case> = examples().iter().collect();
    let Some(found) = found("checkov-default", &cases) else {
        return;
    };
    let wanted = cases
        .iter()
        .map(|c| ("CKV_AWS_119".to_owned(), format!("/{}/main.tf", c.name)));
    assert_eq!(found, wanted.collect());
}

#[test]
fn checkov_finds_nothing_in_production() {
    let base = include_str!("full.yaml");
    let provisioned = "  billing: { provisioned: { read: 100..4000, write: 50..1000 } }\n";
    let replicated = base.replace(provisioned, "  replicas: [eu-west-1, us-east-2]\n");
    let cases = [
        case("standalone", base),
        case("inline", &base.replace("gsi: standalone", "gsi: inline")),
        case(
            "old",
            &base
                .replace("gsi: standalone", "provider: \"5\"")
                .replace("  warm_throughput: { read: 24000, write: 4000 }\n", ""),
        ),
        case("on-demand", &base.replace(provisioned, "")),
        case("replicated", &replicated),
    ];
    assert!(cases[4].plan.tables[0].settings.replicas.len() == 2);
    let Some(found) = found("checkov-production", &cases.each_ref()) else {
        return;
    };
    assert_eq!(found, BTreeSet::new());
}

#[test]
fn a_directory_is_a_module_of_four_files() {
    for case in examples() {
        let names: Vec<&str> = case.files.keys().copied().collect();
        assert_eq!(
            names,
            ["main.tf", "outputs.tf", "variables.tf", "versions.tf"]
        );
        for text in case.files.values() {
            assert!(design::emit::is_ours(text) && text.ends_with('\n') && !text.ends_with("\n\n"));
        }
        // No provider: the Region is whose module it is.
        let main = hcl::parse(&case.files["main.tf"]).expect("HCL");
        assert!(blocks(&main, "provider", "aws").next().is_none());
    }
}
