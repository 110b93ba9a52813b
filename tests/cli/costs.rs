//! Prices, limits of costs and other numbers.

use super::*;

#[test]
fn a_design_that_costs_too_much_fails_the_check() {
    let made = run(&["check", SHOP, "--max-cost", "1000"]);
    assert_eq!(status(&made), 1);
    assert!(err(&made).contains("error[D0402]"), "{}", err(&made));
    assert!(err(&made).contains("$1,000.00"), "{}", err(&made));
    let weighed = ["check", SHOP, "--max-cost", "1000", "--warn", "D0402"];
    assert_eq!(status(&run(&weighed)), 0);
    assert_eq!(
        status(&run(&["check", SHOP, "--max-cost", "$1,000,000"])),
        0
    );
    assert_eq!(status(&run(&["check", SHOP, "--max-cost", "little"])), 2);
}

#[test]
fn prices_come_from_a_file_or_of_a_region() {
    let scratch = Scratch::new("prices");
    let (file, wrong) = (scratch.file("prices.yaml"), scratch.file("wrong.yaml"));
    let prices = out(&run(&["explain", "prices"]));
    std::fs::write(
        &file,
        prices
            .replace("0.625 ", "1.25 ")
            .replace("us-east-1", "far-away-1"),
    )
    .expect("written");
    std::fs::write(
        &wrong,
        prices
            .replace("storage: 0.25", "storage: cheap")
            .replace("as_of", "at"),
    )
    .expect("written");
    let cost = |arguments: &[&str]| -> serde_json::Value {
        let all = [&["plan", SHOP, "--format", "json"], arguments].concat();
        let made = run(&all);
        assert_eq!(status(&made), 0, "{}", err(&made));
        serde_json::from_str::<serde_json::Value>(&out(&made)).expect("JSON")["cost"].take()
    };
    let (usual, dearer) = (cost(&["--region", "us-east-1"]), cost(&["--prices", &file]));
    assert_eq!(usual, cost(&[]));
    assert_eq!(dearer["region"], "far-away-1");
    let writes = |of: &serde_json::Value| of["write_usd_per_month"].as_f64().expect("a number");
    assert!((writes(&dearer) - 2.0 * writes(&usual)).abs() < 0.02);
    for command in ["plan", "check"] {
        let made = run(&[command, SHOP, "--prices", &wrong]);
        assert_eq!(status(&made), 2);
        assert_eq!(out(&made), "");
        for text in ["error[D0102]", "error[D0103]", "wrong.yaml:"] {
            assert!(err(&made).contains(text), "{text}: {}", err(&made));
        }
        let made = run(&[command, SHOP, "--region", "eu-west-1"]);
        assert_eq!(status(&made), 2);
        assert!(err(&made).contains("`us-east-1`"), "{}", err(&made));
        assert!(err(&made).contains("--prices FILE"), "{}", err(&made));
    }
}

#[test]
fn other_numbers_show_what_they_would_change() {
    let made = run(&["plan", SHOP, "--rates", "x2"]);
    assert_eq!((status(&made), err(&made).as_str()), (0, ""));
    assert!(
        out(&made).starts_with("shop with every rate x2: 3 indexes as before, "),
        "{}",
        out(&made)
    );
    let arguments = [
        "--what-if",
        "ship_order.rate=500/s",
        "--what-if",
        "Order.count=2M",
    ];
    for format in ["text", "markdown", "json"] {
        let all = [&["plan", SHOP, "--format", format], &arguments[..]].concat();
        let made = run(&all);
        assert_eq!(status(&made), 0, "{}", err(&made));
        assert!(out(&made).contains("ship_order"), "{}", out(&made));
        if format == "json" {
            let json: serde_json::Value = serde_json::from_str(&out(&made)).expect("JSON");
            assert_eq!(
                json["what_if"]["changes"],
                serde_json::json!(["ship_order.rate=500/s", "Order.count=2M"])
            );
            assert_eq!(
                json["what_if"]["usd_per_month"]["after"],
                json["cost"]["usd_per_month"]
            );
        }
    }
    for (change, says) in [
        ("ship_ordr.rate=500/s", "did you mean `ship_order`?"),
        ("ship_order.rate=500", "`500` is no rate"),
        ("ship_order.speed=500/s", "`rate` and `peak`"),
        ("Order.rate=500/s", "`count` and `size`"),
        ("Order.count=many", "`many` is no count"),
        ("Order.size=1 MB", "`1 MB` is no size"),
        ("ship_order.peak=1/day", "below its average rate"),
        ("ship_order", "no change of a number"),
    ] {
        let made = run(&["plan", SHOP, "--what-if", change]);
        assert_eq!((status(&made), out(&made).as_str()), (2, ""), "{change}");
        assert!(err(&made).contains(says), "{change}: {}", err(&made));
    }
    for factor in ["x0", "x", "fast", "1e3", "x-1"] {
        assert_eq!(
            status(&run(&["plan", SHOP, "--rates", factor])),
            2,
            "{factor}"
        );
    }
}
