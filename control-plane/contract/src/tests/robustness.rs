//! Documents that are made to exhaust their reader are refused early.

use super::{POLICY, YAML, listing};
use crate::compile;

#[test]
fn deep_nesting_is_refused() {
    let deep = format!("contract: {}{}", "[".repeat(20_000), "]".repeat(20_000));
    assert!(compile(&deep, POLICY).is_err());
}

#[test]
fn aliases_are_refused_before_they_multiply() {
    let mut bomb = "a0: &a0 [x, x]\n".to_owned();
    for level in 1..64 {
        let below = level - 1;
        bomb.push_str(&format!("a{level}: &a{level} [*a{below}, *a{below}]\n"));
    }
    let problems = compile(&bomb, POLICY).unwrap_err();
    let told = |what: &str| problems.iter().filter(|problem| problem.message == what).count();
    assert_eq!((told("anchors are not accepted"), told("aliases are not accepted")), (64, 126));
    assert!(problems.len() < 300, "what an alias stands for is not looked at: {} problems", problems.len());
}

#[test]
fn large_files_are_refused() {
    let large = format!("{YAML}# {}\n", "x".repeat(1024 * 1024));
    insta::assert_snapshot!(listing(&compile(&large, POLICY).unwrap_err()), @r"
    contract.yaml: the file is larger than 1 MiB
    hint: a contract is read by people; make it shorter
    ");
}

#[test]
fn deep_policies_are_refused_before_they_exhaust_the_stack() {
    let deep = format!("{}true{}", "(".repeat(5_000), ")".repeat(5_000));
    let long = vec!["true"; 50_000].join(" && ");
    for condition in [deep, long] {
        let policy = format!("@id(\"a\")\npermit (principal, action, resource) when {{ {condition} }};");
        let problems = listing(&compile(YAML, &policy).unwrap_err());
        assert!(problems.starts_with("policy.cedar:2:") && problems.contains("goes too deep"), "{problems}");
        let yaml = super::edited(YAML, "context.params.amount > 100", &condition);
        let problems = listing(&compile(&yaml, POLICY).unwrap_err());
        assert!(problems.contains("rule `large`") && problems.contains("goes too deep"), "{problems}");
    }
}
