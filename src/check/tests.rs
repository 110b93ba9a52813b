//! The second account of the encodings against the vectors of the page "The plan document".

use super::coding::{Coding, escape};
use crate::workload::{Constant, Type};

#[test]
fn written_values_are_read_back_as_the_page_says() {
    let integer = |n: i64| Some(Constant::Integer(n));
    let decimal = |t: &str| Some(Constant::Decimal(t.to_owned()));
    let text = |t: &str| Some(Constant::Text(t.to_owned()));
    let vectors = [
        ("text", Type::String, "A%20b%2350%25", text("A b#50%")),
        ("text", Type::String, "a~&/-_.", text("a~&/-_.")),
        ("integer:5", Type::Integer, "00042", integer(42)),
        ("integer:5", Type::Integer, "-9957", integer(-42)),
        ("integer:5", Type::Integer, "-0000", integer(-9999)),
        ("integer:5:desc", Type::Integer, "-9957", integer(42)),
        (
            "integer:20",
            Type::Integer,
            "-0776627963145224191",
            integer(i64::MIN),
        ),
        ("decimal:4.2", Type::Decimal, "0001.50", decimal("1.5")),
        ("decimal:4.2", Type::Decimal, "-998.49", decimal("-1.5")),
        ("decimal:4.2:desc", Type::Decimal, "-998.49", decimal("1.5")),
        ("date:desc", Type::Date, "7973-88-79", text("2026-11-20")),
        (
            "boolean",
            Type::Boolean,
            "false",
            Some(Constant::Boolean(false)),
        ),
    ];
    for (name, ty, written, value) in vectors {
        let read = Coding::parse(name).and_then(|c| c.read(written, &ty));
        assert_eq!(read, value, "{name} {written}");
    }
}

#[test]
fn texts_are_escaped_as_the_page_says() {
    assert_eq!(escape("A b#50%"), "A%20b%2350%25");
    assert_eq!(escape("\u{e9}\u{1f642}"), "\u{e9}\u{1f642}");
}

#[test]
fn what_the_page_does_not_know_is_no_encoding() {
    for name in [
        "text:desc",
        "integer",
        "integer:0",
        "decimal:4",
        "number:desc",
        "",
    ] {
        assert_eq!(Coding::parse(name), None, "{name}");
    }
}
