//! The language's forms: every field, what may stand under it, and what it means.
//!
//! Promises: this is the only list of fields. The check of files, `design schema` and the field tables of
//! `design explain language` are made from it.

use super::form::{Field, Form, Lexeme, Shape, VerbForms};

/// A pattern for names of entities, attributes and patterns.
pub const NAME_PATTERN: &str = "^[A-Za-z][A-Za-z0-9_]*$";

macro_rules! lexeme {
    ($name:ident, $what:literal, $pattern:expr, $any:literal) => {
        /// A kind of scalar.
        pub static $name: Lexeme = Lexeme {
            what: $what,
            pattern: $pattern,
            any_scalar: $any,
        };
    };
}

lexeme!(NAME, "a name", NAME_PATTERN, true);
lexeme!(DESIGN_NAME, "a name", "^[A-Za-z][A-Za-z0-9_-]*$", true);
lexeme!(
    OPTIONAL_NAME,
    "a name, with `?` if optional",
    r"^[A-Za-z][A-Za-z0-9_]*\??$",
    true
);
lexeme!(
    PATH,
    "a name, or a path into a map",
    r"^[A-Za-z][A-Za-z0-9_]*(\.\$?[^.\s]+)*$",
    true
);
lexeme!(
    OPTIONAL_PATH,
    "a name or path, with `?` if optional",
    r"^[A-Za-z][A-Za-z0-9_]*(\.\$?[^.\s]+)*\??$",
    true
);
lexeme!(TEXT, "a text", "", true);
lexeme!(VALUE, "a value", "", true);
lexeme!(
    COUNT,
    "a count such as `1200`, `50k` or `2M`",
    r"^\s*[0-9][0-9_]*(\.[0-9]+)?\s*[kKMGT]?\s*$",
    true
);
lexeme!(WHOLE, "a whole number", r"^\s*[0-9][0-9_]*\s*$", true);
lexeme!(
    SIZE,
    "a size such as `400 B` or `1.5 KB`",
    r"^\s*[0-9][0-9_]*(\.[0-9]+)?\s*(B|KB|MB)?\s*$",
    true
);
lexeme!(
    RATE,
    "a rate such as `300/s` or `2M/day`",
    r"^\s*[0-9][0-9_]*(\.[0-9]+)?\s*[kKMGT]?\s*/\s*(s|min|h|day)\s*$",
    true
);
lexeme!(
    SHARE,
    "a share such as `2%`",
    r"^\s*[0-9]+(\.[0-9]+)?\s*%\s*$",
    true
);
lexeme!(
    REPEAT,
    "a repetition such as `1..20`",
    r"^\s*[0-9]+\s*(\.\.\s*[0-9]+\s*)?$",
    true
);
lexeme!(
    CAPACITY,
    "capacity units such as `100..4000`",
    r"^\s*[0-9]+\s*(\.\.\s*[0-9]+\s*)?$",
    true
);
lexeme!(
    SORT,
    "an attribute, with `desc` for descending order",
    r"^\s*[A-Za-z][A-Za-z0-9_]*(\s+(asc|desc))?\s*$",
    true
);
lexeme!(
    DERIVATION,
    "a derivation such as `day(created_at)`",
    r"^\s*[a-z]+\s*\(.*\)\s*$",
    true
);
lexeme!(DAYS, "`7 days`", r"^\s*[0-9]+\s+days?\s*$", false);

// Macros and not functions: the shapes inside must live as long as the statics.
macro_rules! field {
    ($name:literal, $shape:expr, $doc:literal $(,)?) => {
        Field {
            name: $name,
            required: false,
            shape: $shape,
            doc: $doc,
        }
    };
}
macro_rules! needed {
    ($name:literal, $shape:expr, $doc:literal $(,)?) => {
        Field {
            name: $name,
            required: true,
            shape: $shape,
            doc: $doc,
        }
    };
}

const NAME_: Shape = Shape::Scalar(&NAME);
const TEXT_: Shape = Shape::Scalar(&TEXT);
const VALUE_: Shape = Shape::Scalar(&VALUE);
const NAMES: Shape = Shape::OneOf(&[NAME_, Shape::List(&NAME_)]);
const TEXTS: Shape = Shape::OneOf(&[TEXT_, Shape::List(&TEXT_)]);
const PATHS: Shape = Shape::OneOf(&[Shape::Scalar(&PATH), Shape::List(&Shape::Scalar(&PATH))]);

/// The whole file.
pub static DESIGN: Form = Form {
    what: "a design",
    fields: &[
        needed!(
            "design",
            Shape::Scalar(&DESIGN_NAME),
            "names the table, the generated files and the module"
        ),
        field!("description", TEXT_, "what the design is for"),
        needed!(
            "entities",
            Shape::Entries(&NAME, &Shape::Map(&ENTITY)),
            "what is stored"
        ),
        field!(
            "patterns",
            Shape::Entries(&NAME, &Shape::Verbs(&PATTERN)),
            "what is asked of it: the access patterns"
        ),
        field!("table", Shape::Map(&TABLE), "settings of the table"),
        field!(
            "limits",
            Shape::Map(&LIMITS),
            "the account's quotas; LSIs only when asked for"
        ),
        field!(
            "consumers",
            Shape::Entries(&NAME, &Shape::Map(&CONSUMER)),
            "consumers of the stream"
        ),
        field!(
            "generate",
            Shape::Map(&GENERATE),
            "what `design generate` writes, and where"
        ),
    ],
};

/// An entity.
pub static ENTITY: Form = Form {
    what: "an entity",
    fields: &[
        needed!(
            "key",
            NAMES,
            "the identity: one attribute, a list, or `[]` for a singleton; key attributes never change"
        ),
        needed!(
            "attributes",
            Shape::Entries(&OPTIONAL_NAME, &ATTRIBUTE),
            "name to type; a name ending in `?` is optional",
        ),
        field!(
            "count",
            Shape::Scalar(&COUNT),
            "how many items there will be; default 10k"
        ),
        field!(
            "size",
            Shape::Scalar(&SIZE),
            "average item size without the keys that the design adds; default: estimated"
        ),
        field!(
            "largest",
            Shape::Entries(&NAME, &Shape::Scalar(&COUNT)),
            "for an attribute, the items of its most frequent value",
        ),
        field!(
            "unique",
            UNIQUES,
            "further uniqueness constraints, one or a list"
        ),
        field!(
            "references",
            Shape::Entries(&NAME, &REFERENCE),
            "references by several attributes, or to one of several entities"
        ),
        field!(
            "ttl",
            NAME_,
            "the attribute after whose time an item counts as gone"
        ),
        field!("description", TEXT_, "carried into the outputs"),
    ],
};

const UNIQUES: Shape = Shape::OneOf(&[
    NAME_,
    Shape::Map(&UNIQUE),
    Shape::List(&Shape::OneOf(&[
        NAME_,
        Shape::List(&NAME_),
        Shape::Map(&UNIQUE),
    ])),
]);

/// A uniqueness constraint, long form.
pub static UNIQUE: Form = Form {
    what: "a uniqueness constraint",
    fields: &[
        needed!("name", NAMES, "the attributes that are unique together"),
        field!("in", NAME_, "a namespace shared with other entities"),
        field!(
            "promised",
            Shape::Flag,
            "unique by nature: no guard item is needed"
        ),
    ],
};

const REFERENCE: Shape = Shape::OneOf(&[NAMES, Shape::Entries(&NAME, &NAMES)]);

const ATTRIBUTE: Shape = Shape::OneOf(&[TEXT_, Shape::List(&VALUE_), Shape::Map(&ATTRIBUTE_FORM)]);

/// An attribute, long form.
pub static ATTRIBUTE_FORM: Form = Form {
    what: "an attribute",
    fields: &[
        field!(
            "type",
            Shape::OneOf(&[TEXT_, Shape::List(&VALUE_)]),
            "a type, an entity, or the values of an enumeration"
        ),
        field!(
            "optional",
            Shape::Flag,
            "the item may lack it, like `?` after the name"
        ),
        field!(
            "unique",
            Shape::OneOf(&[Shape::Flag, Shape::Word(&["promised"])]),
            "no two items have the same value"
        ),
        field!(
            "immutable",
            Shape::Flag,
            "whether it never changes; decides, where it is not evident"
        ),
        field!(
            "default",
            VALUE_,
            "what a `create` or `put` writes when the caller gives nothing"
        ),
        field!(
            "max",
            Shape::Scalar(&COUNT),
            "the most bytes of a text, or the greatest size of a number"
        ),
        field!(
            "distinct",
            Shape::Scalar(&COUNT),
            "how many different values are expected"
        ),
        field!(
            "share",
            Shape::OneOf(&[
                Shape::Scalar(&SHARE),
                Shape::Entries(&VALUE, &Shape::Scalar(&SHARE))
            ]),
            "what part of the items has a value: of any, or of each value",
        ),
        field!(
            "derived",
            Shape::Scalar(&DERIVATION),
            "computed from other attributes on every write"
        ),
        field!("stored_as", NAME_, "the attribute's name in the table"),
        field!("description", TEXT_, "carried into the outputs"),
    ],
};

const ID: Field = field!(
    "id",
    TEXTS,
    "the requirement that it answers, or a list of them"
);
const DESCRIPTION: Field = field!("description", TEXT_, "carried into the outputs");
const RATE_: Field = field!(
    "rate",
    Shape::Scalar(&RATE),
    "calls per `s`, `min`, `h` or `day`, average; default 1/s"
);
const PEAK: Field = field!(
    "peak",
    Shape::Scalar(&RATE),
    "calls per `s`, `min`, `h` or `day`, highest; default 3 x rate"
);
const EXTERNAL: Field = field!(
    "external",
    TEXT_,
    "served elsewhere: listed, never designed for"
);

const COLUMN: Shape = Shape::OneOf(&[
    Shape::Scalar(&OPTIONAL_NAME),
    Shape::Entries(&OPTIONAL_NAME, &Shape::Entries(&NAME, &NAME_)),
]);
const BY: Field = field!(
    "by",
    Shape::OneOf(&[
        Shape::Scalar(&OPTIONAL_NAME),
        Shape::Entries(&OPTIONAL_NAME, &Shape::Entries(&NAME, &NAME_)),
        Shape::List(&COLUMN),
    ]),
    "attributes fixed by equality to a parameter of the same name; `name?`: the caller may leave it out",
);
const CONSTANT: Shape = Shape::OneOf(&[
    VALUE_,
    Shape::List(&VALUE_),
    Shape::Entries(&VALUE, &Shape::OneOf(&[VALUE_, Shape::List(&VALUE_)])),
]);
const WHERE: Field = field!(
    "where",
    Shape::Entries(&NAME, &CONSTANT),
    "equality with a constant, one of several, `exists` or `missing`",
);
const RANGE: Field = field!(
    "range",
    Shape::OneOf(&[
        NAME_,
        Shape::Entries(&NAME, &Shape::Word(&["<", "<=", ">", ">=", "between"]))
    ]),
    "bounds on one attribute, chosen by the caller; a map fixes the operator",
);
const PREFIX: Field = field!(
    "prefix",
    Shape::Scalar(&OPTIONAL_NAME),
    "the attribute starts with a parameter"
);
const SORT_: Field = field!(
    "sort",
    Shape::OneOf(&[Shape::Scalar(&SORT), Shape::List(&Shape::Scalar(&SORT))]),
    "the order of the items; `desc` after a name for descending",
);
const LIMIT: Field = field!(
    "limit",
    Shape::Scalar(&WHOLE),
    "the first n in that order: a page, with a cursor for more"
);
const SELECT: Field = field!("select", PATHS, "the attributes wanted; default all");
const FOLLOW: Field = field!(
    "follow",
    NAMES,
    "also return the items that these references point to"
);
const CONSISTENT: Field = field!("consistent", Shape::Flag, "must see every earlier write");
const RETURNS: Field = field!(
    "returns",
    Shape::Scalar(&COUNT),
    "items that an average call returns"
);
const ALLOW_WORD: Shape = Shape::Word(&["filter", "fan_out", "extra_request", "scan"]);
static ALLOW_FORM: Form = Form {
    what: "an allowance",
    fields: &[needed!(
        "filter",
        Shape::OneOf(&[Shape::Scalar(&TEXT), Shape::List(&NAME_)]),
        "the attributes that may be filtered by, or the least share kept",
    )],
};
const ALLOW: Field = field!(
    "allow",
    Shape::OneOf(&[
        ALLOW_WORD,
        Shape::Map(&ALLOW_FORM),
        Shape::List(&Shape::OneOf(&[ALLOW_WORD, Shape::Map(&ALLOW_FORM)])),
    ]),
    "what the pattern may cost beyond one request: `filter`, `fan_out`, `extra_request`, `scan`",
);
const SHARDS: Field = field!(
    "shards",
    Shape::Scalar(&WHOLE),
    "spread over n partitions, read in parallel"
);

const PARAMETERS: Shape = Shape::OneOf(&[
    Shape::Scalar(&OPTIONAL_PATH),
    Shape::Entries(&OPTIONAL_PATH, &VALUE_),
    Shape::List(&Shape::OneOf(&[
        Shape::Scalar(&OPTIONAL_PATH),
        Shape::Entries(&OPTIONAL_PATH, &VALUE_),
    ])),
]);
const SET: Field = field!(
    "set",
    PARAMETERS,
    "attributes to write: parameters by name, or a map to constants and `$name`"
);
const ADD: Field = field!("add", PARAMETERS, "adds to a number, or elements to a set");
const REMOVE: Field = field!(
    "remove",
    PARAMETERS,
    "removes attributes, or elements of a set"
);
const COMPARISON: Shape = Shape::OneOf(&[
    VALUE_,
    Shape::List(&VALUE_),
    Shape::Entries(&VALUE, &VALUE_),
]);
const IF: Field = field!(
    "if",
    Shape::OneOf(&[
        Shape::Scalar(&PATH),
        Shape::Entries(&PATH, &COMPARISON),
        Shape::List(&Shape::OneOf(&[
            Shape::Scalar(&PATH),
            Shape::Entries(&PATH, &COMPARISON)
        ])),
    ]),
    "a condition on the stored item",
);
const RETURN: Field = field!("return", NAMES, "attributes of the item after the write");
const UPSERT: Field = field!(
    "upsert",
    Shape::Flag,
    "makes the item of the key, `set` and `add` where it does not exist"
);
const WRITE_BY: Field = field!(
    "by",
    Shape::OneOf(&[NAME_, Shape::List(&NAME_), Shape::Entries(&NAME, &VALUE_)]),
    "what the item is known by: a superset of the key, with other names for the parameters in a map",
);
const FIND_BY: Field = field!(
    "by",
    NAMES,
    "a superset of the key; or other attributes: first find, then write, many items",
);
const TIMES: Field = field!("times", Shape::Scalar(&REPEAT), "repeats the step");
const AS: Field = field!("as", NAME_, "names the step");

const ENTITY_NAME: Shape = NAME_;

/// An access pattern.
pub static PATTERN: VerbForms = VerbForms {
    what: "a pattern",
    verbs: &[
        Form {
            what: "a `get` pattern",
            fields: &[
                needed!("get", ENTITY_NAME, "at most one item"),
                BY,
                WHERE,
                SELECT,
                FOLLOW,
                field!(
                    "batch",
                    Shape::Scalar(&WHOLE),
                    "up to this many keys in one call"
                ),
                CONSISTENT,
                RATE_,
                PEAK,
                ALLOW,
                EXTERNAL,
                ID,
                DESCRIPTION,
            ],
        },
        Form {
            what: "a `list` pattern",
            fields: &[
                needed!(
                    "list",
                    NAMES,
                    "all items that match, in order, in pages; of several entities: one item collection"
                ),
                BY,
                WHERE,
                RANGE,
                PREFIX,
                SORT_,
                LIMIT,
                SELECT,
                FOLLOW,
                CONSISTENT,
                field!(
                    "interleave",
                    Shape::Flag,
                    "in a collection: one merged order over its entities"
                ),
                RATE_,
                PEAK,
                RETURNS,
                ALLOW,
                SHARDS,
                EXTERNAL,
                ID,
                DESCRIPTION,
            ],
        },
        Form {
            what: "a `count` pattern",
            fields: &[
                needed!("count", ENTITY_NAME, "how many items match"),
                BY,
                WHERE,
                RANGE,
                PREFIX,
                CONSISTENT,
                RATE_,
                PEAK,
                RETURNS,
                ALLOW,
                SHARDS,
                EXTERNAL,
                ID,
                DESCRIPTION,
            ],
        },
        Form {
            what: "a `create` pattern",
            fields: &[
                needed!(
                    "create",
                    ENTITY_NAME,
                    "a write that fails if an item with that key, or a unique value, exists"
                ),
                SET,
                RETURN,
                RATE_,
                PEAK,
                EXTERNAL,
                ID,
                DESCRIPTION,
            ],
        },
        Form {
            what: "a `put` pattern",
            fields: &[
                needed!(
                    "put",
                    ENTITY_NAME,
                    "a write that replaces whatever is there"
                ),
                SET,
                IF,
                RETURN,
                RATE_,
                PEAK,
                EXTERNAL,
                ID,
                DESCRIPTION,
            ],
        },
        Form {
            what: "an `update` pattern",
            fields: &[
                needed!(
                    "update",
                    ENTITY_NAME,
                    "changes the item with that key; fails if it does not exist"
                ),
                FIND_BY,
                SET,
                ADD,
                REMOVE,
                IF,
                RETURN,
                UPSERT,
                RATE_,
                PEAK,
                RETURNS,
                ALLOW,
                EXTERNAL,
                ID,
                DESCRIPTION,
            ],
        },
        Form {
            what: "a `delete` pattern",
            fields: &[
                needed!("delete", ENTITY_NAME, "removes the item with that key"),
                FIND_BY,
                IF,
                RATE_,
                PEAK,
                RETURNS,
                ALLOW,
                EXTERNAL,
                ID,
                DESCRIPTION,
            ],
        },
        Form {
            what: "a `transaction` pattern",
            fields: &[
                needed!(
                    "transaction",
                    Shape::List(&Shape::Verbs(&STEP)),
                    "several writes, all or nothing"
                ),
                RATE_,
                PEAK,
                EXTERNAL,
                ID,
                DESCRIPTION,
            ],
        },
    ],
    verbless: Some(&Form {
        what: "an external pattern",
        fields: &[
            needed!(
                "external",
                TEXT_,
                "served elsewhere: listed, never designed for"
            ),
            ID,
            DESCRIPTION,
        ],
    }),
};

/// A step of a transaction.
pub static STEP: VerbForms = VerbForms {
    what: "a step of a transaction",
    verbs: &[
        Form {
            what: "a `create` step",
            fields: &[
                needed!("create", ENTITY_NAME, "a new item"),
                SET,
                TIMES,
                AS,
                RETURN,
                DESCRIPTION,
            ],
        },
        Form {
            what: "a `put` step",
            fields: &[
                needed!("put", ENTITY_NAME, "replaces whatever is there"),
                SET,
                IF,
                TIMES,
                AS,
                RETURN,
                DESCRIPTION,
            ],
        },
        Form {
            what: "an `update` step",
            fields: &[
                needed!("update", ENTITY_NAME, "changes an item"),
                WRITE_BY,
                SET,
                ADD,
                REMOVE,
                IF,
                UPSERT,
                TIMES,
                AS,
                RETURN,
                DESCRIPTION,
            ],
        },
        Form {
            what: "a `delete` step",
            fields: &[
                needed!("delete", ENTITY_NAME, "removes an item"),
                WRITE_BY,
                IF,
                TIMES,
                AS,
                DESCRIPTION,
            ],
        },
        Form {
            what: "a `check` step",
            fields: &[
                needed!(
                    "check",
                    ENTITY_NAME,
                    "a condition on an item that is not written"
                ),
                WRITE_BY,
                IF,
                TIMES,
                AS,
                DESCRIPTION,
            ],
        },
    ],
    verbless: None,
};

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

/// Settings of the table.
pub static TABLE: Form = Form {
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
        field!("tags", Shape::Entries(&TEXT, &TEXT_), "tags of the table"),
        field!(
            "names",
            Shape::Map(&NAMES_FORM),
            "names of the physical attributes that the design adds"
        ),
    ],
};

/// Quotas.
pub static LIMITS: Form = Form {
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

/// A consumer of the stream.
pub static CONSUMER: Form = Form {
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

/// What is generated.
pub static GENERATE: Form = Form {
    what: "targets",
    fields: &[
        field!("terraform", TEXT_, "a directory"),
        field!("cloudformation", TEXT_, "a file"),
        field!("rust", TEXT_, "a directory or file"),
        field!("typescript", TEXT_, "a directory or file"),
        field!("coverage", TEXT_, "a Markdown file"),
    ],
};
