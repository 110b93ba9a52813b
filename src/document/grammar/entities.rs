//! The fields of entities and attributes.

use super::{
    COUNT, DERIVATION, Field, Form, NAME, NAME_, NAMES, OPTIONAL_NAME, SHARE, SIZE, Shape, TEXT_,
    VALUE, VALUE_,
};

/// An entity.
pub(super) static ENTITY: Form = Form {
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
pub(super) static UNIQUE: Form = Form {
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
pub(super) static ATTRIBUTE_FORM: Form = Form {
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
