//! What a template comes to: its functions worked out with parameters, and what its table is, to be held against the plan.

use serde_json::{Map, Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};

/// The Region that stacks are made in here.
pub(crate) const REGION: &str = "us-east-1";

/// Values for the parameters of a template.
pub(crate) fn parameters(template: &Json) -> BTreeMap<String, String> {
    let all = template["Parameters"].as_object().expect("parameters");
    let value = |(name, parameter): (&String, &Json)| {
        let pattern = parameter["AllowedPattern"].as_str().unwrap_or_default();
        let usual = parameter["Default"].as_str();
        let value = if let Some(usual) = usual {
            usual.to_owned()
        } else if pattern.contains(":kms:") {
            format!(
                "arn:aws:kms:{REGION}:123456789012:key/{}",
                name.to_lowercase()
            )
        } else if pattern.contains(":lambda:") {
            format!("arn:aws:lambda:{REGION}:123456789012:function:{name}")
        } else if pattern.contains(":sns:") {
            format!("arn:aws:sns:{REGION}:123456789012:alarms")
        } else if name.ends_with("RoleName") {
            String::new()
        } else if name == "DaxSubnetIds" {
            "subnet-0123456789abcdef0,subnet-0123456789abcdef1".to_owned()
        } else if name == "DaxSecurityGroupIds" {
            "sg-0123456789abcdef0".to_owned()
        } else {
            panic!("no value for {name}")
        };
        (name.clone(), value)
    };
    all.iter().map(value).collect()
}

/// A part of a template with its functions worked out; conditions hold.
pub(crate) fn resolved(part: &Json, parameters: &BTreeMap<String, String>) -> Json {
    let again = |part: &Json| resolved(part, parameters);
    let name = |id: &str| match id {
        "AWS::Region" => Json::from(REGION),
        "AWS::NoValue" => Json::Null,
        _ => parameters
            .get(id)
            .map_or(Json::from(format!("<{id}>")), |v| Json::from(v.as_str())),
    };
    match part {
        Json::Object(map) => {
            if let (1, Some((function, of))) = (map.len(), map.iter().next()) {
                match (function.as_str(), of) {
                    ("Ref", Json::String(id)) => return name(id),
                    ("Fn::GetAtt", _) => {
                        let part = |at: usize| of[at].as_str().expect("a name");
                        return Json::from(format!("<{}.{}>", part(0), part(1)));
                    }
                    ("Fn::Sub", Json::String(text)) => {
                        return Json::from(substituted(text, parameters));
                    }
                    ("Fn::If", _) => return again(&of[1]),
                    _ => {}
                }
            }
            let entries = map.iter().map(|(k, v)| (k.clone(), again(v)));
            Json::Object(entries.filter(|(_, v)| !v.is_null()).collect())
        }
        Json::Array(items) => items.iter().map(again).collect(),
        _ => part.clone(),
    }
}

/// A text of `Fn::Sub`.
fn substituted(text: &str, parameters: &BTreeMap<String, String>) -> String {
    let mut made = String::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("${") {
        let (name, after) = behind.split_once('}').expect("a brace");
        made.push_str(before);
        match name.strip_prefix('!') {
            Some(literal) => made.push_str(&format!("${{{literal}}}")),
            None => made.push_str(
                &parameters
                    .get(name)
                    .map_or(format!("<{name}>"), Clone::clone),
            ),
        }
        rest = after;
    }
    made + rest
}

/// The resources of a type, by name.
pub(crate) fn resources<'a>(template: &'a Json, ty: &str) -> Vec<(&'a str, &'a Json)> {
    let all = template["Resources"].as_object().expect("resources");
    all.iter()
        .filter(|(_, r)| r["Type"] == ty)
        .map(|(name, r)| (name.as_str(), &r["Properties"]))
        .collect()
}

fn items(of: &Json) -> impl Iterator<Item = &Json> {
    of.as_array().into_iter().flatten()
}

fn key(of: &Json) -> Json {
    items(of)
        .map(|a| json!([a["AttributeName"], a["KeyType"]]))
        .collect()
}

/// The names and types of key attributes.
fn attributes(of: &Json) -> Json {
    let all: BTreeMap<&str, &Json> = items(of)
        .map(|a| {
            (
                a["AttributeName"].as_str().expect("a name"),
                &a["AttributeType"],
            )
        })
        .collect();
    assert_eq!(
        all.len(),
        items(of).count(),
        "an attribute is defined twice"
    );
    json!(all)
}

/// Indexes as `CreateTable` and `DescribeTable` have them, by name.
pub(crate) fn indexes(of: &Json) -> Json {
    let mut made = Map::new();
    for (field, kind) in [
        ("GlobalSecondaryIndexes", "global"),
        ("LocalSecondaryIndexes", "local"),
    ] {
        for index in items(&of[field]) {
            let included: BTreeSet<&str> = items(&index["Projection"]["NonKeyAttributes"])
                .filter_map(Json::as_str)
                .collect();
            let said = json!({
                "kind": kind,
                "key": key(&index["KeySchema"]),
                "projection": index["Projection"]["ProjectionType"],
                "attributes": included,
            });
            made.insert(
                index["IndexName"].as_str().expect("a name").to_owned(),
                said,
            );
        }
    }
    Json::Object(made)
}

/// What keys a table has, of `CreateTable`, of `DescribeTable` or of the template.
pub(crate) fn keys(of: &Json) -> Json {
    json!({
        "key": key(&of["KeySchema"]),
        "attributes": attributes(&of["AttributeDefinitions"]),
        "indexes": indexes(of),
    })
}

/// The same of a plan.
pub(crate) fn planned_keys(plan: &Json) -> Json {
    let table = &plan["tables"][0];
    let mut types = BTreeMap::new();
    let mut key = |of: &Json| -> Json {
        let mut made = Vec::new();
        for (part, kind) in [("partition", "HASH"), ("sort", "RANGE")] {
            for attribute in items(&of[part]) {
                let name = attribute["attribute"].as_str().expect("a name").to_owned();
                made.push(json!([name, kind]));
                types.insert(name, attribute["type"].clone());
            }
        }
        Json::from(made)
    };
    let own = key(&table["key"]);
    let mut indexes = Map::new();
    for index in items(&table["indexes"]) {
        let said = json!({
            "kind": index["kind"],
            "key": key(&index["key"]),
            "projection": index["projection"]["type"],
            "attributes": index["projection"]["attributes"],
        });
        indexes.insert(index["name"].as_str().expect("a name").to_owned(), said);
    }
    json!({ "key": own, "attributes": types, "indexes": indexes })
}

/// The table of a template, its functions worked out.
pub(crate) fn table(template: &Json) -> (bool, Json) {
    let resource = &template["Resources"]["Table"];
    assert_eq!(resource["DeletionPolicy"], "Retain");
    assert_eq!(resource["UpdateReplacePolicy"], "Retain");
    let global = match resource["Type"].as_str() {
        Some("AWS::DynamoDB::GlobalTable") => true,
        Some("AWS::DynamoDB::Table") => false,
        other => panic!("{other:?}"),
    };
    (
        global,
        resolved(&resource["Properties"], &parameters(template)),
    )
}

/// The settings of the table of a template, in the words of a plan.
pub(crate) fn settings(template: &Json) -> Json {
    let (global, table) = table(template);
    let replicas: Vec<&Json> = items(&table["Replicas"]).collect();
    // What a global table says for each Region.
    let here = if global { replicas[0] } else { &table };
    let alike = |replica: &Json| {
        let mut replica = replica.clone();
        replica["Region"].take();
        replica["SSESpecification"].take();
        replica
    };
    assert!(
        replicas.iter().all(|r| alike(r) == alike(replicas[0])),
        "Regions differ"
    );
    let billing = match table["BillingMode"].as_str() {
        Some("PAY_PER_REQUEST") => "on_demand",
        Some("PROVISIONED") => "provisioned",
        other => panic!("{other:?}"),
    };
    let flag = |of: &Json| of.as_bool().unwrap_or(false);
    let encryption = match (
        flag(&table["SSESpecification"]["SSEEnabled"]),
        &here["SSESpecification"]["KMSMasterKeyId"],
    ) {
        (false, Json::Null) => "aws_owned",
        (true, Json::Null) => "aws_managed",
        (true, _) => "customer_key",
        (false, key) => panic!("a key that is not used: {key}"),
    };
    let recovery = &here["PointInTimeRecoverySpecification"];
    let tags: BTreeMap<&str, &Json> = items(&here["Tags"])
        .map(|t| (t["Key"].as_str().expect("a key"), &t["Value"]))
        .collect();
    let of = throughputs(template, global, &table, here);
    assert!(
        of.iter().all(|t| *t == of[0]),
        "indexes differ from the table: {of:#?}"
    );
    let insights = |part: &Json| flag(&part["ContributorInsightsSpecification"]["Enabled"]);
    let with_insights = items(&here["GlobalSecondaryIndexes"])
        .filter(|i| insights(i))
        .count();
    let indexes = items(&table["GlobalSecondaryIndexes"]).count();
    assert_eq!(with_insights, if insights(here) { indexes } else { 0 });
    json!({
        "name": table["TableName"],
        "ttl": table["TimeToLiveSpecification"]["AttributeName"],
        "billing": billing,
        "throughput": of[0],
        "class": here["TableClass"].as_str().map(|c| if c == "STANDARD" { "standard" } else { "infrequent_access" }),
        "point_in_time_recovery_days": flag(&recovery["PointInTimeRecoveryEnabled"]).then(|| recovery["RecoveryPeriodInDays"].clone()),
        "deletion_protection": here["DeletionProtectionEnabled"],
        "encryption": encryption,
        "stream": table["StreamSpecification"]["StreamViewType"],
        "replicas": replicas.iter().skip(1).map(|r| r["Region"].clone()).collect::<Json>(),
        "consistency": if table["MultiRegionConsistency"] == "STRONG" { "strong" } else { "eventual" },
        "alarms": !resources(template, "AWS::CloudWatch::Alarm").is_empty(),
        "contributor_insights": insights(here),
        "dax": resources(template, "AWS::DAX::Cluster").first().map(|(_, d)| json!({ "node_type": d["NodeType"], "nodes": d["ReplicationFactor"] })),
        "tags": tags,
    })
}

/// The settings of a plan, in the same words.
pub(crate) fn planned_settings(plan: &Json) -> Json {
    let table = &plan["tables"][0];
    let of = &table["settings"];
    let replicated = of["replicas"] != json!([]) && of["consistency"] == "eventual";
    let warm = |field: &str, from: u64| of[field].as_u64().filter(|u| *u > from);
    let warm = [
        warm("warm_read_units", 12_000),
        warm("warm_write_units", 4_000),
    ];
    let usual = [12_000, 4_000];
    let warm = (warm != [None, None]).then(|| {
        let both = warm.iter().zip(usual).map(|(u, usual)| u.unwrap_or(usual));
        both.collect::<Vec<_>>()
    });
    json!({
        "name": table["name"],
        "ttl": table["ttl"],
        "billing": of["billing"],
        "throughput": {
            "read": of["read_capacity"],
            "write": of["write_capacity"],
            // Nothing is scaled where one number fixes both.
            "target": (["read_capacity", "write_capacity"].iter().any(|c| of[c][0] != of[c][1])).then(|| &of["target_percent"]),
            "most": [of["max_read_units"], of["max_write_units"]],
            "warm": warm,
        },
        "class": of["class"],
        "point_in_time_recovery_days": of["point_in_time_recovery_days"],
        "deletion_protection": of["deletion_protection"],
        "encryption": of["encryption"],
        "stream": match of["stream"].as_str() {
            None if replicated => Json::from("NEW_AND_OLD_IMAGES"),
            stream => json!(stream.map(str::to_uppercase)),
        },
        "replicas": of["replicas"],
        "consistency": of["consistency"],
        "alarms": of["alarms"],
        "contributor_insights": of["contributor_insights"],
        "dax": of["dax"],
        "tags": of["tags"],
    })
}

/// The throughput of the table and of each global index, all in one form.
fn throughputs(template: &Json, global: bool, table: &Json, here: &Json) -> Vec<Json> {
    let mut made = vec![if global {
        of_global(table, here)
    } else {
        of_regional(template, "table/<Table>", table)
    }];
    for index in items(&table["GlobalSecondaryIndexes"]) {
        let name = index["IndexName"].as_str().expect("a name");
        made.push(if global {
            let here = items(&here["GlobalSecondaryIndexes"]).find(|i| i["IndexName"] == name);
            of_global(index, here.unwrap_or(&Json::Null))
        } else {
            of_regional(template, &format!("table/<Table>/index/{name}"), index)
        });
    }
    made
}

fn of_regional(template: &Json, resource: &str, part: &Json) -> Json {
    let parameters = parameters(template);
    let targets = resources(template, "AWS::ApplicationAutoScaling::ScalableTarget");
    let policies = resources(template, "AWS::ApplicationAutoScaling::ScalingPolicy");
    let mut target = Json::Null;
    let mut range = |units: &str| {
        let from = &part["ProvisionedThroughput"][format!("{units}CapacityUnits")];
        let scaled = targets.iter().find(|(_, t)| {
            let t = resolved(t, &parameters);
            let dimension = t["ScalableDimension"].as_str().expect("a dimension");
            let kind = if resource.contains("/index/") {
                "index"
            } else {
                "table"
            };
            t["ResourceId"] == resource
                && dimension == format!("dynamodb:{kind}:{units}CapacityUnits")
        });
        let Some((name, scaled)) = scaled else {
            return if from.is_null() {
                Json::Null
            } else {
                json!([from, from])
            };
        };
        assert_eq!(&scaled["MinCapacity"], from);
        let of = policies
            .iter()
            .find(|(_, p)| p["ScalingTargetId"]["Ref"] == *name);
        let tracking = &of.expect("a policy").1["TargetTrackingScalingPolicyConfiguration"];
        let metric = &tracking["PredefinedMetricSpecification"]["PredefinedMetricType"];
        assert_eq!(*metric, format!("DynamoDB{units}CapacityUtilization"));
        target = tracking["TargetValue"].clone();
        json!([from, scaled["MaxCapacity"]])
    };
    let (read, write) = (range("Read"), range("Write"));
    let most = &part["OnDemandThroughput"];
    json!({
        "read": read,
        "write": write,
        "target": target,
        "most": [most["MaxReadRequestUnits"], most["MaxWriteRequestUnits"]],
        "warm": warm(part),
    })
}

fn of_global(part: &Json, here: &Json) -> Json {
    let mut target = Json::Null;
    let mut range = |settings: &Json, units: &str| {
        let fixed = &settings[format!("{units}CapacityUnits")];
        let scaled = &settings[format!("{units}CapacityAutoScalingSettings")];
        if !fixed.is_null() {
            return json!([fixed, fixed]);
        }
        if scaled.is_null() {
            return Json::Null;
        }
        if scaled["MinCapacity"] != scaled["MaxCapacity"] {
            target = scaled["TargetTrackingScalingPolicyConfiguration"]["TargetValue"].clone();
        }
        json!([scaled["MinCapacity"], scaled["MaxCapacity"]])
    };
    let read = range(&here["ReadProvisionedThroughputSettings"], "Read");
    let write = range(&part["WriteProvisionedThroughputSettings"], "Write");
    json!({
        "read": read,
        "write": write,
        "target": target,
        "most": [
            here["ReadOnDemandThroughputSettings"]["MaxReadRequestUnits"],
            part["WriteOnDemandThroughputSettings"]["MaxWriteRequestUnits"],
        ],
        "warm": warm(part),
    })
}

fn warm(part: &Json) -> Json {
    match &part["WarmThroughput"] {
        Json::Null => Json::Null,
        warm => json!([warm["ReadUnitsPerSecond"], warm["WriteUnitsPerSecond"]]),
    }
}

/// The call of `CreateTable` that follows from a template.
pub(crate) fn create_table(template: &Json) -> Json {
    let (global, table) = table(template);
    let mut made = Map::new();
    for (field, value) in table.as_object().expect("properties") {
        let value = value.clone();
        match field.as_str() {
            "TableName"
            | "BillingMode"
            | "AttributeDefinitions"
            | "KeySchema"
            | "LocalSecondaryIndexes"
            | "ProvisionedThroughput"
            | "OnDemandThroughput"
            | "WarmThroughput"
            | "TableClass"
            | "DeletionProtectionEnabled"
            | "Tags" => {
                made.insert(field.clone(), value);
            }
            "GlobalSecondaryIndexes" => {
                let here = &table["Replicas"][0]["GlobalSecondaryIndexes"];
                let index = |index: &Json| created_index(index, here, global);
                made.insert(field.clone(), items(&value).map(index).collect());
            }
            "StreamSpecification" => {
                let view = &value["StreamViewType"];
                made.insert(
                    field.clone(),
                    json!({ "StreamEnabled": true, "StreamViewType": view }),
                );
            }
            "SSESpecification" => {
                let mut specification = json!({ "Enabled": value["SSEEnabled"] });
                for part in ["SSEType", "KMSMasterKeyId"] {
                    if !value[part].is_null() {
                        specification[part] = value[part].clone();
                    }
                }
                made.insert(field.clone(), specification);
            }
            "WriteProvisionedThroughputSettings" => {
                made.insert(
                    "ProvisionedThroughput".to_owned(),
                    capacity(&table, &table["Replicas"][0]),
                );
            }
            "Replicas" => {
                for part in ["DeletionProtectionEnabled", "TableClass", "Tags"] {
                    if !value[0][part].is_null() {
                        made.insert(part.to_owned(), value[0][part].clone());
                    }
                }
            }
            // Calls of their own, after the table is made.
            "TimeToLiveSpecification"
            | "PointInTimeRecoverySpecification"
            | "ContributorInsightsSpecification"
            | "WriteOnDemandThroughputSettings"
            | "MultiRegionConsistency" => {}
            other => panic!("{other} is not known"),
        }
    }
    Json::Object(made)
}

fn created_index(index: &Json, here: &Json, global: bool) -> Json {
    let mut made = Map::new();
    for (field, value) in index.as_object().expect("an index") {
        if ![
            "ContributorInsightsSpecification",
            "WriteProvisionedThroughputSettings",
            "WriteOnDemandThroughputSettings",
        ]
        .contains(&field.as_str())
        {
            made.insert(field.clone(), value.clone());
        }
    }
    if global && !index["WriteProvisionedThroughputSettings"].is_null() {
        let here = items(here).find(|i| i["IndexName"] == index["IndexName"]);
        made.insert(
            "ProvisionedThroughput".to_owned(),
            capacity(index, here.expect("the index in the Region")),
        );
    }
    Json::Object(made)
}

fn capacity(part: &Json, here: &Json) -> Json {
    let of = of_global(part, here);
    json!({ "ReadCapacityUnits": of["read"][0], "WriteCapacityUnits": of["write"][0] })
}
