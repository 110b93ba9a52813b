//! The fields of the table's settings, quotas, consumers of the stream and what is generated.

use super::{
    CAPACITY, COUNT, DAYS, Field, Form, NAME_, NAMES, SHARE, Shape, TEXT, TEXT_, TEXTS, WHOLE,
};
use crate::document::form::Lexeme;

static CAPACITY_FORM: Form = Form {
    what: "provisioned capacity",
    fields: &[
        needed!(
            "read",
            Shape::Scalar(&CAPACITY),
            "read capacity units, from..to"
        ),
        needed!(
            "write",
            Shape::Scalar(&CAPACITY),
            "write capacity units, from..to"
        ),
        field!(
            "target",
            Shape::Scalar(&SHARE),
            "target utilisation of autoscaling; default 70%"
        ),
    ],
};
static BILLING: Form = Form {
    what: "a billing mode",
    fields: &[needed!(
        "provisioned",
        Shape::Map(&CAPACITY_FORM),
        "provisioned capacity with autoscaling"
    )],
};
static KMS: Form = Form {
    what: "a customer key",
    fields: &[needed!(
        "kms_key",
        TEXT_,
        "the key's ARN or the name of a variable"
    )],
};
static THROUGHPUT: Form = Form {
    what: "the most throughput",
    fields: &[
        field!("read", Shape::Scalar(&COUNT), "read request units a second"),
        field!(
            "write",
            Shape::Scalar(&COUNT),
            "write request units a second"
        ),
    ],
};
static NAMES_FORM: Form = Form {
    what: "names of physical attributes",
    fields: &[
        field!(
            "partition",
            NAME_,
            "the table's partition key; default `PK`"
        ),
        field!("sort", NAME_, "the table's sort key; default `SK`"),
        field!(
            "index",
            NAME_,
            "the start of the indexes' names; default `GSI`"
        ),
        field!(
            "type",
            Shape::Scalar(&Lexeme {
                what: "a name",
                pattern: "^[A-Za-z_][A-Za-z0-9_]*$",
                any_scalar: true
            }),
            "the entity's name in each item; default `_type`",
        ),
    ],
};

static DAX: Form = Form {
    what: "a DAX cluster",
    fields: &[
        needed!(
            "type",
            TEXT_,
            "the type of its nodes, such as `dax.r5.large`"
        ),
        field!(
            "nodes",
            Shape::Scalar(&WHOLE),
            "how many nodes, 1 to 11; default 3"
        ),
    ],
};

/// Settings of the table.
pub(super) static TABLE: Form = Form {
    what: "table settings",
    fields: &[
        field!("name", TEXT_, "default: the design's name"),
        field!(
            "billing",
            Shape::OneOf(&[Shape::Word(&["on_demand"]), Shape::Map(&BILLING)]),
            "default `on_demand`"
        ),
        field!(
            "class",
            Shape::Word(&["standard", "infrequent_access"]),
            "default `standard`"
        ),
        field!(
            "point_in_time_recovery",
            Shape::OneOf(&[Shape::Flag, Shape::Scalar(&DAYS)]),
            "default true; or `7 days`"
        ),
        field!("deletion_protection", Shape::Flag, "default true"),
        field!(
            "encryption",
            Shape::OneOf(&[Shape::Word(&["aws_owned", "aws_managed"]), Shape::Map(&KMS)]),
            "default `aws_owned`",
        ),
        field!(
            "stream",
            Shape::Word(&[
                "none",
                "keys_only",
                "new_image",
                "old_image",
                "new_and_old_images"
            ]),
            "default `none`",
        ),
        field!("replicas", TEXTS, "regions of a global table"),
        field!(
            "consistency",
            Shape::Word(&["eventual", "strong"]),
            "`strong`: multi-Region strong consistency"
        ),
        field!("alarms", Shape::Flag, "default false"),
        field!("contributor_insights", Shape::Flag, "default false"),
        field!(
            "max_throughput",
            Shape::Map(&THROUGHPUT),
            "on-demand limits"
        ),
        field!(
            "warm_throughput",
            Shape::Map(&THROUGHPUT),
            "what the table and each global index serve at once"
        ),
        field!("dax", Shape::Map(&DAX), "a DynamoDB Accelerator cluster"),
        field!("tags", Shape::Entries(&TEXT, &TEXT_), "tags of the table"),
        field!(
            "names",
            Shape::Map(&NAMES_FORM),
            "names of the physical attributes that the design adds"
        ),
    ],
};

/// Quotas.
pub(super) static LIMITS: Form = Form {
    what: "limits",
    fields: &[
        field!(
            "gsis",
            Shape::Scalar(&WHOLE),
            "global secondary indexes; default 20"
        ),
        field!(
            "lsis",
            Shape::Scalar(&WHOLE),
            "local secondary indexes, at most 5; default 0"
        ),
    ],
};

/// How much the findings of a rule may weigh.
pub(super) static LEVELS: [&str; 4] = ["deny", "warn", "note", "allow"];

/// A consumer of the stream.
pub(super) static CONSUMER: Form = Form {
    what: "a consumer",
    fields: &[
        field!("entity", NAMES, "whose changes; default all"),
        field!(
            "events",
            Shape::OneOf(&[
                Shape::Word(&["insert", "modify", "remove"]),
                Shape::List(&Shape::Word(&["insert", "modify", "remove"])),
            ]),
            "which changes; default all",
        ),
        needed!(
            "function",
            TEXT_,
            "the function's ARN or the name of a variable"
        ),
    ],
};

static TERRAFORM: Form = Form {
    what: "a Terraform target",
    fields: &[
        needed!("path", TEXT_, "the directory"),
        field!(
            "gsi",
            Shape::Word(&["inline", "standalone"]),
            "global indexes as blocks of the table, or as resources of their own; default `inline`"
        ),
        field!(
            "provider",
            Shape::Word(&["5", "6"]),
            "the major version of the AWS provider; default `6`"
        ),
    ],
};

static RUST: Form = Form {
    what: "a Rust target",
    fields: &[
        needed!("path", TEXT_, "the directory, or a file that ends in `.rs`"),
        field!(
            "crate",
            Shape::OneOf(&[Shape::Flag, Shape::Word(&["workspace"])]),
            "a crate instead of a module; `workspace` takes the SDK from the workspace around it; default false"
        ),
    ],
};

/// What is generated.
pub(super) static GENERATE: Form = Form {
    what: "targets",
    fields: &[
        field!(
            "terraform",
            Shape::OneOf(&[TEXT_, Shape::Map(&TERRAFORM)]),
            "a directory"
        ),
        field!(
            "cloudformation",
            TEXT_,
            "a file: YAML, or JSON where its name ends in `.json`"
        ),
        field!(
            "rust",
            Shape::OneOf(&[TEXT_, Shape::Map(&RUST)]),
            "a directory or file"
        ),
        field!("typescript", TEXT_, "a directory or file"),
        field!("coverage", TEXT_, "a Markdown file"),
        field!("patterns", TEXT_, "a JSON file"),
        field!(
            "workbench",
            TEXT_,
            "a model for NoSQL Workbench, a JSON file"
        ),
        field!(
            "graphviz",
            TEXT_,
            "a diagram of entities, indexes and patterns, a DOT file"
        ),
        field!("mermaid", TEXT_, "the same diagram, a Mermaid file"),
    ],
};
