//! Slicing: a policy judges the actions that its head can name, and no others.

use std::collections::BTreeSet;

use super::{Names, read};
use crate::problem::Problems;

#[test]
fn policies_are_sliced_by_the_actions_in_their_heads() {
    let text = r#"
        @id("one") permit (principal, action == Action::"a", resource);
        @id("few") permit (principal, action in [Action::"a", Action::"b"], resource);
        @id("in") forbid (principal, action in Action::"b", resource);
        @id("all") forbid (principal, action, resource) when { action == Action::"c" };
    "#;
    let problems = Problems::of("policy.cedar");
    let names = Names { service: Some("s"), domain: Some("d"), actions: Some(vec!["a", "b", "c"]) };
    let rules = read(text, &names, &problems);
    assert_eq!(problems.into_sorted(), []);
    let slice = |action: &str| -> BTreeSet<String> {
        let speaks = rules.iter().filter(|rule| {
            rule.actions.as_ref().is_none_or(|actions| actions.iter().any(|name| name.as_str() == action))
        });
        speaks.map(|rule| rule.policy.id().to_string()).collect()
    };
    assert_eq!(slice("a"), ["all", "few", "one"].map(str::to_owned).into());
    assert_eq!(slice("b"), ["all", "few", "in"].map(str::to_owned).into());
    assert_eq!(slice("c"), ["all"].map(str::to_owned).into());
}
