//! The parameters of the template.
//!
//! Promises: each says what it is for and refuses what cannot be meant; what only the owner of an account can know has no
//! usual value.

use super::names::Names;
use crate::emit::facts::{self, Role};
use crate::plan::{Plan, Table};
use serde::Serialize;

const KEY: &str = r"^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$";
const FUNCTION: &str =
    r"^arn:aws[a-z-]*:lambda:[a-z0-9-]+:[0-9]{12}:function:[A-Za-z0-9_-]+(:[A-Za-z0-9_-]+)?$";
const TOPIC: &str = r"^(arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]+)?$";
const ROLE: &str = r"^[A-Za-z0-9_+=,.@-]{0,64}$";

/// A parameter.
#[derive(Serialize)]
pub(super) struct Parameter {
    id: String,
    ty: &'static str,
    description: String,
    default: Option<String>,
    pattern: Option<&'static str>,
    /// The fewest and the most characters.
    length: Option<[u32; 2]>,
    /// What to give, for those whose value was refused.
    constraint: Option<&'static str>,
}

impl Parameter {
    fn new(id: &str, description: String, pattern: &'static str, constraint: &'static str) -> Self {
        Self {
            id: id.to_owned(),
            ty: "String",
            description,
            default: None,
            pattern: Some(pattern),
            length: None,
            constraint: Some(constraint),
        }
    }

    /// A list of things that are in the account.
    fn list(id: &str, ty: &'static str, description: &str) -> Self {
        Self {
            ty,
            pattern: None,
            constraint: None,
            ..Self::new(id, description.to_owned(), "", "")
        }
    }
}

/// All of them.
pub(super) fn parameters(plan: &Plan, table: &Table, names: &Names) -> Vec<Parameter> {
    let mut made = vec![table_name(table)];
    let (keys, functions): (Vec<_>, Vec<_>) = facts::variables(plan)
        .into_iter()
        .partition(|(_, role)| *role == Role::Key);
    let of = |(name, role)| variable(names.variable(name), role);
    made.extend(keys.into_iter().map(of));
    if table.settings.kms_key.is_some() {
        made.extend(table.settings.replicas.iter().map(|r| key_in(r, names)));
    }
    made.extend(functions.into_iter().map(of));
    made.extend(plan.consumers.iter().map(|c| role(&c.name, names)));
    if table.settings.alarms {
        made.push(topics());
    }
    if table.settings.dax.is_some() {
        made.push(Parameter::list(
            "DaxSubnetIds",
            "List<AWS::EC2::Subnet::Id>",
            "The private subnets of the cache, in different Availability Zones",
        ));
        made.push(Parameter::list(
            "DaxSecurityGroupIds",
            "List<AWS::EC2::SecurityGroup::Id>",
            "The security groups of the cache; its clients reach it on port 9111",
        ));
    }
    made
}

fn table_name(table: &Table) -> Parameter {
    Parameter {
        default: Some(table.name.clone()),
        length: Some([3, 255]),
        ..Parameter::new(
            "TableName",
            "The name of the table; another name makes another table, which is empty".to_owned(),
            "^[A-Za-z0-9_.-]+$",
            "3 to 255 letters, digits, _, . and -",
        )
    }
}

fn variable(id: &str, role: Role) -> Parameter {
    match role {
        Role::Key => Parameter::new(
            id,
            "The ARN of the key that encrypts the table".to_owned(),
            KEY,
            "The ARN of a key of AWS KMS",
        ),
        Role::Function(consumer) => Parameter::new(
            id,
            format!("The ARN of the function of {consumer}, without a version or with an alias"),
            FUNCTION,
            "The ARN of a Lambda function",
        ),
    }
}

fn key_in(region: &str, names: &Names) -> Parameter {
    Parameter::new(
        names.key_in(region),
        format!("The ARN of the key that encrypts the table in {region}"),
        KEY,
        "The ARN of a key of AWS KMS",
    )
}

fn role(consumer: &str, names: &Names) -> Parameter {
    Parameter::new(
        &format!("{}RoleName", names.consumer(consumer)),
        format!(
            "The name of the execution role of the function of {consumer}, which is then allowed to read the stream; empty where it is allowed already"
        ),
        ROLE,
        "The name of a role, without its path, or nothing",
    )
}

fn topics() -> Parameter {
    Parameter {
        ty: "CommaDelimitedList",
        ..Parameter::new(
            "AlarmTopicArns",
            "The ARNs of the SNS topics that alarms tell, with commas between; empty for none"
                .to_owned(),
            TOPIC,
            "ARNs of SNS topics, or nothing",
        )
    }
}
