//! Kinds of scalars: what each is called in messages, and the pattern that editors check it by.

use crate::document::form::Lexeme;

/// A pattern for names of entities, attributes and patterns.
pub const NAME_PATTERN: &str = "^[A-Za-z][A-Za-z0-9_]*$";

macro_rules! lexeme {
    ($name:ident, $what:literal, $pattern:expr, $any:literal) => {
        /// A kind of scalar.
        pub(super) static $name: Lexeme = Lexeme {
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
    false
);
lexeme!(
    SHARE,
    "a share such as `2%`",
    r"^\s*[0-9]+(\.[0-9]+)?\s*%\s*$",
    false
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
lexeme!(
    RULE,
    "a code such as `D0302` or its name",
    r"^[A-Za-z][A-Za-z0-9-]*$",
    true
);
lexeme!(DAYS, "`7 days`", r"^\s*[0-9]+\s+days?\s*$", false);
lexeme!(
    REGION,
    "the code of a Region such as `eu-west-1`",
    r"^[a-z0-9-]+$",
    true
);
lexeme!(
    MONTH_TEXT,
    "a month such as `2026-11`",
    r"^[0-9]{4}-[0-9]{2}$",
    true
);
lexeme!(
    USD,
    "a price in US dollars such as `0.125`",
    r"^\s*[0-9][0-9_]*(\.[0-9]+)?\s*$",
    true
);
