//! What Cedar can take is let through, what would exhaust its stack is not.

use super::exceeded;

#[test]
fn nesting_and_chains_have_an_end() {
    let table = [
        ("(".repeat(32), false),
        ("(".repeat(33), true),
        (format!("{}{}", "[{(".repeat(20), ")}]".repeat(20)), true),
        ("a[1](2){3};".repeat(1_000), false),
        ("a.b && c;\n".repeat(1_000), false),
        (vec!["true"; 100].join(" && "), false),
        (vec!["true"; 200].join(" && "), true),
        (format!("a{}", ".b".repeat(257)), true),
        ("if a then b else ".repeat(257), true),
        ("gif elif ".repeat(1_000), false),
        // Texts and remarks are no nesting.
        (format!("\"{}\\\"{}\"", "(".repeat(50), "[".repeat(50)), false),
        (format!("// {}\n", "(".repeat(50)), false),
        (format!("\"// \" {}", "(".repeat(33)), true),
    ];
    for (text, expected) in table {
        assert_eq!(exceeded(&text).is_some(), expected, "{text}");
    }
}
