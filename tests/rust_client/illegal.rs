//! Writes that a design does not allow do not compile: each of these is one, and the compiler says which of its errors.

use crate::workspace;

/// What is wrong, the code, and the error of the compiler.
const ILLEGAL: &[(&str, &str, &str)] = &[
    (
        "a key attribute has no setter",
        "let _ = table.ship_order(&OrderId::new(\"a\"), &CustomerId::new(\"b\"));",
        "E0061",
    ),
    (
        "what an update sets is fixed by the design",
        "let _ = table.ship_order_to(&OrderId::new(\"a\"), OrderStatus::Paid);",
        "E0599",
    ),
    (
        "an identifier of another entity",
        "let _ = table.ship_order(&CustomerId::new(\"a\"));",
        "E0308",
    ),
    (
        "a member of a composite key without the others",
        "let _ = OrdersPlacedBetween { status: OrderStatus::Paid, from: None, to: None };",
        "E0063",
    ),
    (
        "an attribute that the entity does not have",
        "let _ = PlaceOrderOrderItem { colour: 1 };",
        "E0560",
    ),
];

#[test]
fn illegal_writes_do_not_compile() {
    let _alone = crate::alone();
    let designs = workspace::designs();
    if !designs.iter().any(|d| d.name == "shop") {
        return;
    }
    workspace::write(&designs);
    let path = workspace::home().join("src/bin/illegal.rs");
    for (what, code, error) in ILLEGAL {
        let text = format!(
            "#![allow(unused_imports)]\nuse generated::shop::*;\nfn main() {{}}\nfn _f(table: &ShopTable) {{\n    {code}\n}}\n"
        );
        std::fs::write(&path, text).expect("written");
        let output = workspace::cargo("check")
            .args(["--bin", "illegal"])
            .output();
        let output = output.expect("cargo");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let _ = std::fs::remove_file(&path);
        assert!(!output.status.success(), "{what}: it compiles");
        assert!(said.contains(error), "{what}: {said}");
    }
}
