//! Logical names of parameters, resources and conditions.
//!
//! Promises: each is made of ASCII letters and digits and is there once; what is asked for or left out in the design does
//! not change the names of the rest, as far as they are not the same but for their punctuation.

use super::super::facts;
use crate::plan::{Plan, Table};
use std::collections::{BTreeMap, BTreeSet};

/// Names that the template uses itself, where it has what they are for. They are kept free where it has not, too, so that
/// a later setting renames nothing.
const OWN: [&str; 13] = [
    "AlarmTopicArns",
    "DaxCluster",
    "DaxPolicy",
    "DaxRole",
    "DaxSecurityGroupIds",
    "DaxSubnetGroup",
    "DaxSubnetIds",
    "HasAlarmTopics",
    "ReadPolicy",
    "StackRegion",
    "Table",
    "TableName",
    "WritePolicy",
];

/// The most characters that are taken of a name of the design; a logical name has 255 at most.
const LONGEST: usize = 180;

/// What the names of a consumer's parts end with.
const OF_CONSUMERS: [&str; 5] = ["Failures", "HasRole", "Mapping", "RoleName", "StreamPolicy"];

/// The names of what the design names.
pub(super) struct Names {
    alarms: BTreeMap<String, String>,
    consumers: BTreeMap<String, String>,
    keys: BTreeMap<String, String>,
    variables: BTreeMap<String, String>,
}

impl Names {
    /// Of a plan. Variables come last, because their names are anybody's.
    pub(super) fn new(plan: &Plan, table: &Table) -> Self {
        let mut taken: BTreeSet<String> = OWN.iter().map(|n| (*n).to_owned()).collect();
        for of in std::iter::once("Table").chain(table.indexes.iter().map(|i| i.name.as_str())) {
            for units in ["Read", "Write"] {
                taken.insert(scaling(of, units));
                taken.insert(format!("{}Policy", scaling(of, units)));
            }
        }
        let mut alarms = BTreeMap::new();
        for alarm in facts::alarms::alarms(plan) {
            let name = unique(&mut taken, &format!("{}Alarm", pascal(&alarm.name)));
            alarms.insert(alarm.name, name);
        }
        let mut consumers = BTreeMap::new();
        let mut others = BTreeSet::new();
        for consumer in &plan.consumers {
            let name = unique(&mut others, &pascal(&consumer.name));
            taken.extend(OF_CONSUMERS.map(|part| format!("{name}{part}")));
            consumers.insert(consumer.name.clone(), name);
        }
        let mut variables = BTreeMap::new();
        for name in facts::variables(plan).into_keys() {
            variables.insert(name.to_owned(), unique(&mut taken, &pascal(name)));
        }
        let mut keys = BTreeMap::new();
        for region in &table.settings.replicas {
            let wanted = format!("KmsKeyArnIn{}", pascal(region));
            keys.insert(region.clone(), unique(&mut taken, &wanted));
        }
        Self {
            alarms,
            consumers,
            keys,
            variables,
        }
    }

    /// An alarm, by the name that it has among the facts.
    pub(super) fn alarm(&self, name: &str) -> &str {
        self.alarms.get(name).map_or("", String::as_str)
    }

    /// The start of the names of a consumer's parts.
    pub(super) fn consumer(&self, name: &str) -> &str {
        self.consumers.get(name).map_or("", String::as_str)
    }

    /// The parameter of a variable.
    pub(super) fn variable(&self, name: &str) -> &str {
        self.variables.get(name).map_or("", String::as_str)
    }

    /// The parameter of the customer's key in the Region of a replica.
    pub(super) fn key_in(&self, region: &str) -> &str {
        self.keys.get(region).map_or("", String::as_str)
    }
}

/// The scaling of the table or of an index, of `Read` or `Write` capacity.
pub(super) fn scaling(of: &str, units: &str) -> String {
    format!("{}{units}Scaling", pascal(of))
}

/// `order_mailer` as `OrderMailer`.
pub(super) fn pascal(text: &str) -> String {
    let parts = text.split(|c: char| !c.is_ascii_alphanumeric());
    let part = |part: &str| {
        let mut chars = part.chars();
        let first = chars.next().map(|c| c.to_ascii_uppercase());
        first.into_iter().chain(chars).collect::<String>()
    };
    parts
        .map(part)
        .collect::<String>()
        .chars()
        .take(LONGEST)
        .collect()
}

/// The name, or with the first number that makes it another than those before.
fn unique(taken: &mut BTreeSet<String>, wanted: &str) -> String {
    let mut made = wanted.to_owned();
    let mut number = 2;
    while !taken.insert(made.clone()) {
        made = format!("{wanted}{number}");
        number += 1;
    }
    made
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn punctuation_is_left_out() {
        assert_eq!(pascal("order_mailer"), "OrderMailer");
        assert_eq!(pascal("GSI1-read-throttles"), "GSI1ReadThrottles");
        assert_eq!(pascal("eu-west-1"), "EuWest1");
        assert_eq!(pascal("_type"), "Type");
    }

    #[test]
    fn no_name_is_given_twice() {
        let mut taken = BTreeSet::from(["Table".to_owned()]);
        assert_eq!(unique(&mut taken, "Table"), "Table2");
        assert_eq!(unique(&mut taken, "Table"), "Table3");
        assert_eq!(unique(&mut taken, "A"), "A");
    }
}
