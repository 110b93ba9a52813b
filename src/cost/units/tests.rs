//! Worked examples: sizes as the service charges them, units of requests, the matrix of index writes.

use super::*;

fn s(text: &str) -> Stored {
    Stored::S(text.to_owned())
}
fn n(text: &str) -> Stored {
    Stored::N(text.to_owned())
}

#[test]
fn numbers() {
    let cases = [
        ("1", 2),
        ("12", 2),
        ("123", 3),
        ("1234", 3),
        ("12345", 4),
        ("123456789", 6),
        ("12345678901234567890123456789012345678", 20),
        ("0042", 2),
        ("100", 2),
        ("1010", 3),
        ("0", 1),
        ("1E125", 2),
        ("1.5", 3),
        ("1.200", 3),
        ("1.234", 4),
        ("3.14159", 5),
        ("100.5", 4),
        ("0.15", 2),
        ("-42", 3),
        ("-12345", 5),
        ("-0.15", 3),
        // However it is written, a number has the size of what the service makes of it.
        ("1.5E3", 2),
        ("1500", 2),
        ("15E-1", 3),
        ("12.345e1", 4),
        ("1E-100", 2),
        ("0.0000001", 2),
        ("1E+2", 2),
        ("+12", 2),
        ("-0", 1),
        ("0E5", 1),
    ];
    for (text, size) in cases {
        assert_eq!(number_size(text), size, "{text}");
    }
}

#[test]
fn items() {
    assert_eq!(
        item_size(&[("shirt-color", s("R")), ("shirt-size", s("M"))]),
        23
    );
    let user = [
        ("pk", s("USER#42")),
        ("sk", s("PROFILE")),
        ("age", n("42")),
        ("active", Stored::Bool(true)),
    ];
    assert_eq!(item_size(&user), 30);
    let nested = [
        ("tags", Stored::Ss(vec!["a".into(), "bcd".into()])),
        (
            "addr",
            Stored::M(vec![("city".into(), s("Oslo")), ("zip".into(), n("150"))]),
        ),
        ("l", Stored::L(vec![n("1"), s("xy")])),
    ];
    assert_eq!(item_size(&nested), 40);
    assert_eq!(item_size(&[("n", n("-12.5"))]), 5);
    assert_eq!(item_size(&[("é", s("日本"))]), 8);
    assert_eq!(item_size(&[("m", Stored::M(Vec::new()))]), 4);
    let bytes = Stored::Bs(vec![vec![0; 3], vec![0; 2]]);
    assert_eq!(item_size(&[("b", bytes)]), 6);
}

#[test]
fn reads() {
    // Eight items of 2,002 bytes.
    assert_eq!(
        (query_halves(8 * 2002, false), query_halves(8 * 2002, true)),
        (4, 8)
    );
    // A limit of three of them is three items read, though a filter may drop them all.
    assert_eq!(query_halves(3 * 2002, false), 2);
    // Nothing found still costs the least that a request can.
    assert_eq!((query_halves(0, false), query_halves(0, true)), (1, 2));
    // A batch rounds each item, a query the sum.
    assert_eq!(read_halves(1536, true) + read_halves(6656, true), 2 * 3);
    assert_eq!(query_halves(1536 + 6656, true), 2 * 2);
    // 40.8 KB in one query, strongly consistent.
    assert_eq!(query_halves(41_779, true), 2 * 11);
    // Each page is rounded for itself.
    assert_eq!(query_halves(PAGE + 1, false), 256 + 1);
    // An order and ten lines of 300 bytes: one query against eleven reads.
    assert_eq!(
        (query_halves(11 * 300, false), 11 * read_halves(300, false)),
        (1, 11)
    );
}

#[test]
fn writes_of_items() {
    assert_eq!(
        (
            write_units(0),
            write_units(1024),
            write_units(1025),
            write_units(3000)
        ),
        (1, 1, 2, 3)
    );
    // A batch of 500 bytes and 3.5 KB.
    assert_eq!(write_units(500) + write_units(3584), 5);
    // 980 bytes fit one unit; 65 bytes of synthetic keys make it two.
    assert_eq!((write_units(980), write_units(1045)), (1, 2));
}

/// The units of a table write with the entries of two indexes, `all` of whole items and `keys` of keys only.
fn total(table: u64, all: Entry, keys: Entry) -> u64 {
    table + index_write_units(all) + index_write_units(keys)
}

#[test]
fn writes_of_indexes() {
    let small = 60;
    let big = 3030;
    assert_eq!(
        total(1, Entry::Absent, Entry::Absent),
        1,
        "a put without the index's key"
    );
    assert_eq!(
        total(1, Entry::Enters(small), Entry::Absent),
        2,
        "a put into one index"
    );
    assert_eq!(
        total(3, Entry::Enters(big), Entry::Enters(small)),
        7,
        "a put of 3 KB into both"
    );
    assert_eq!(
        total(3, Entry::Changes(big, big), Entry::Same),
        6,
        "another attribute"
    );
    assert_eq!(
        total(3, Entry::Changes(big, big), Entry::Moves(small, small)),
        8,
        "a key of one, an attribute of the other"
    );
    assert_eq!(
        total(3, Entry::Moves(big, big), Entry::Moves(small, small)),
        11,
        "the key of both"
    );
    assert_eq!(
        total(3, Entry::Changes(big, small), Entry::Same),
        6,
        "shrinking costs what it was"
    );
    assert_eq!(
        total(1, Entry::Same, Entry::Same),
        1,
        "the same value again"
    );
    assert_eq!(
        total(1, Entry::Changes(small, small), Entry::Leaves(small)),
        3,
        "leaving one index"
    );
    // An index whose key has several attributes: all there, one missing, one changed.
    let one = |entry: Entry| total(1, Entry::Absent, entry);
    assert_eq!(one(Entry::Enters(small)), 2);
    assert_eq!(one(Entry::Absent), 1);
    assert_eq!(one(Entry::Moves(small, small)), 3);
    // A transaction doubles the table's part only: a put of 1 KB and a condition on another item.
    assert_eq!(total(2 + 2, Entry::Enters(small), Entry::Enters(small)), 6);
}
