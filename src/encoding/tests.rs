//! Vectors, and properties on hostile values: injective, order-preserving, no value the start of another.

#![expect(clippy::panic, reason = "a test ends there")]

use super::*;
use proptest::prelude::*;

fn text(value: &str) -> Constant {
    Constant::Text(value.to_owned())
}

fn enc(value: &Constant, encoding: Encoding) -> String {
    encode(value, encoding).unwrap_or_else(|e| panic!("{e}"))
}

const fn int(width: u32, descending: bool) -> Encoding {
    Encoding::Integer { width, descending }
}

#[test]
fn vectors() {
    assert_eq!(enc(&text("A b#50%"), Encoding::Text), "A%20b%2350%25");
    assert_eq!(enc(&text("é🙂"), Encoding::Text), "é🙂");
    for (n, expected) in [(42, "00042"), (-42, "-9957"), (-9999, "-0000")] {
        assert_eq!(enc(&Constant::Integer(n), int(5, false)), expected);
    }
    assert_eq!(enc(&Constant::Integer(42), int(5, true)), "-9957");
    assert_eq!(enc(&Constant::Integer(-42), int(5, true)), "00042");
    assert_eq!(
        enc(&Constant::Integer(i64::MIN), int(20, false)),
        "-0776627963145224191"
    );
    let decimal = |descending| Encoding::Decimal {
        width: 4,
        fraction: 2,
        descending,
    };
    assert_eq!(
        enc(&Constant::Decimal("1.5".into()), decimal(false)),
        "0001.50"
    );
    assert_eq!(
        enc(&Constant::Decimal("-1.5".into()), decimal(false)),
        "-998.49"
    );
    assert_eq!(
        enc(&Constant::Decimal("1.5".into()), decimal(true)),
        "-998.49"
    );
    let time = Encoding::Timestamp { descending: true };
    assert_eq!(
        enc(&text("2026-11-20T10:00:00.123Z"), time),
        "7973-88-79T89:99:99.876Z"
    );
    assert_eq!(
        enc(&text("2026-11-20"), Encoding::Date { descending: true }),
        "7973-88-79"
    );
    assert_eq!(
        enc(&text("2026-11"), Encoding::Month { descending: true }),
        "7973-88"
    );
    assert_eq!(
        (fnv1a(b"foobar"), fnv1a(b"Ann#")),
        (3_214_735_720, 242_431_489)
    );
    assert_eq!((bucket("foobar", 10), bucket("Ann#", 10)), (0, 9));
}

#[test]
fn what_does_not_fit_is_refused() {
    assert!(encode(&Constant::Integer(100_000), int(5, false)).is_err());
    assert!(encode(&Constant::Integer(-10_000), int(5, false)).is_err());
    assert!(encode(&Constant::Integer(10_000), int(5, true)).is_err());
    let decimal = Encoding::Decimal {
        width: 4,
        fraction: 2,
        descending: false,
    };
    assert!(encode(&Constant::Decimal("1.555".into()), decimal).is_err());
    assert!(encode(&Constant::Decimal("99999".into()), decimal).is_err());
}

#[test]
fn widths_follow_the_greatest_value() {
    assert_eq!(
        of_type(&Type::Integer, Some(9999), false).map(|e| e.to_string()),
        Some("integer:5".into())
    );
    assert_eq!(
        of_type(&Type::Integer, None, true).map(|e| e.to_string()),
        Some("integer:20:desc".into())
    );
    assert_eq!(
        of_type(&Type::Decimal, Some(1000), false).map(|e| e.to_string()),
        Some("decimal:5.4".into())
    );
    assert_eq!(of_type(&Type::String, None, true), None);
}

/// Text from an alphabet of everything that could break a key.
fn hostile() -> impl Strategy<Value = String> {
    let c = prop_oneof![
        Just('#'),
        Just('$'),
        Just('%'),
        Just('&'),
        Just(' '),
        Just('!'),
        Just('"'),
        Just('\u{0}'),
        Just('\u{1f}'),
        Just('1'),
        Just('0'),
        Just('~'),
        Just('a'),
        Just('\u{7f}'),
        Just('é'),
        Just('\u{ffff}'),
        Just('🙂'),
        any::<char>(),
    ];
    proptest::collection::vec(c, 0..6).prop_map(|v| v.into_iter().collect())
}

/// The ranges that the planner makes of a value at a prefix `p#`, on a key `p#x#rest`.
fn bounds_are_exact(x: &str, rest: &str, v: &str) -> Result<(), TestCaseError> {
    let key = format!("P#{}#{}#", escape(x), escape(rest));
    let at = |suffix: &str| format!("P#{}{suffix}", escape(v));
    prop_assert_eq!(key.starts_with(&at("#")), x == v);
    prop_assert_eq!(
        key.as_str() >= at("").as_str() && key.as_str() <= "P$",
        x >= v
    );
    prop_assert_eq!(
        key.as_str() >= at("$").as_str() && key.as_str() <= "P$",
        x > v
    );
    prop_assert_eq!(
        key.as_str() >= "P#" && key.as_str() <= at("$").as_str(),
        x <= v
    );
    prop_assert_eq!(
        key.as_str() >= "P#" && key.as_str() <= at("").as_str(),
        x < v
    );
    prop_assert_eq!(key.starts_with(&at("")), x.starts_with(v));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn text_keys_are_injective_ordered_and_exactly_bounded(a in hostile(), b in hostile(), c in hostile(), d in hostile()) {
        let key = |x: &str, y: &str| format!("P#{}#{}#", escape(x), escape(y));
        prop_assert_eq!(key(&a, &b).cmp(&key(&c, &d)), (&a, &b).cmp(&(&c, &d)));
        bounds_are_exact(&a, &b, &c)?;
        bounds_are_exact(&a, &b, &a)?;
    }

    #[test]
    fn integers_keep_their_order(a in any::<i64>(), b in any::<i64>(), small in -200i64..200) {
        for (x, y) in [(a, b), (a, a.saturating_add(small)), (small, b % 200)] {
            let e = |n: i64, d| enc(&Constant::Integer(n), int(20, d));
            prop_assert_eq!(e(x, false).cmp(&e(y, false)), x.cmp(&y));
            prop_assert_eq!(e(x, true).cmp(&e(y, true)), y.cmp(&x));
            prop_assert_eq!(e(x, false).len(), 20);
        }
    }

    #[test]
    fn decimals_keep_their_order(a in -99_999_999i64..99_999_999, b in -99_999_999i64..99_999_999) {
        let decimal = |n: i64| Constant::Decimal(format!("{}{}.{:04}", if n < 0 { "-" } else { "" }, n.abs() / 10_000, n.abs() % 10_000));
        let e = |n: i64, d| enc(&decimal(n), of_type(&Type::Decimal, None, d).unwrap_or(Encoding::Raw));
        prop_assert_eq!(e(a, false).cmp(&e(b, false)), a.cmp(&b));
        prop_assert_eq!(e(a, true).cmp(&e(b, true)), b.cmp(&a));
    }

    #[test]
    fn times_keep_their_order(a in 0i64..10_000_000, b in 0i64..10_000_000) {
        let time = |n: i64| text(&format!("{:04}-{:02}-{:02}T{:02}:00:00.{:03}Z", n / 1000, n % 12 + 1, n % 28 + 1, n % 24, n % 1000));
        let e = |n: i64, descending| enc(&time(n), Encoding::Timestamp { descending });
        prop_assert_eq!(e(a, true).cmp(&e(b, true)), e(b, false).cmp(&e(a, false)));
    }
}
