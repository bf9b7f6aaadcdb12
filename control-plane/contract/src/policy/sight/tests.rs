//! What is named is seen, what is used whole is seen whole.

use cedar_policy::Policy;

use super::{Keys, Sight};

fn sight(condition: &str) -> Sight {
    let text = format!("permit (principal, action, resource) when {{ {condition} }};");
    Sight::of([Policy::parse(None, text).unwrap()].iter())
}

fn named(keys: &[&str]) -> Keys {
    Keys::Named(keys.iter().map(|key| (*key).to_owned()).collect())
}

#[test]
fn attributes_that_are_named_are_seen_and_no_others() {
    let seen = sight(
        r#"context.params.amount > 3 && context.params["the note"] like "a*"
           && context.evidence.sale.status == "paid" && context.evidence.sale.owner.name == "x""#,
    );
    assert_eq!(*seen.params(), named(&["amount", "the note"]));
    assert_eq!(seen.item("sale"), Some(&named(&["status", "owner"])));
    assert_eq!(seen.item("other"), None);
}

#[test]
fn what_is_only_asked_for_is_there_to_be_found() {
    let seen = sight("context.params has note && context.evidence has sale && context has evidence");
    assert_eq!(*seen.params(), named(&["note"]));
    assert_eq!(seen.item("sale"), Some(&named(&[])));
    let deep = sight("context.params has owner.name && context.evidence.sale has status");
    assert_eq!(*deep.params(), named(&["owner"]));
    assert_eq!(deep.item("sale"), Some(&named(&["status"])));
}

#[test]
fn records_that_are_used_whole_are_seen_whole() {
    assert_eq!(*sight("context.params == {a: 1}").params(), Keys::All);
    assert_eq!(*sight("context.params == {a: 1} && context.params.b == 2").params(), Keys::All);
    assert_eq!(sight("[context.evidence.sale].contains({})").item("sale"), Some(&Keys::All));
    assert_eq!(
        sight("context.evidence.sale == {} || context.evidence has sale").item("sale"),
        Some(&Keys::All)
    );
    assert_eq!(sight("context.evidence == {}").item("any"), Some(&Keys::All));
    let whole = sight("(if principal == principal then context else context).params.a == 1");
    assert_eq!((whole.params(), whole.item("any")), (&Keys::All, Some(&Keys::All)));
}

#[test]
fn records_inside_of_expressions_hide_nothing() {
    let seen = sight(r#"{x: context.params.a, y: [context.params.b]}.x == "c" && !(context.params.c)"#);
    assert_eq!(*seen.params(), named(&["a", "b", "c"]));
    assert_eq!(*sight("true").params(), named(&[]));
}
