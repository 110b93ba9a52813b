//! The fields of access patterns and of the steps of transactions, by their verbs.

use super::{
    COUNT, Field, Form, NAME, NAME_, NAMES, OPTIONAL_NAME, OPTIONAL_PATH, PATH, PATHS, RATE,
    REPEAT, SORT, Shape, TEXT, TEXT_, TEXTS, VALUE, VALUE_, VerbForms, WHOLE,
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
pub(super) static PATTERN: VerbForms = VerbForms {
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
pub(super) static STEP: VerbForms = VerbForms {
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
