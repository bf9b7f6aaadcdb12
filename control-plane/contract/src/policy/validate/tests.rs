//! Policies and conditions that Cedar's own types refuse: one edit each, and what people are told.

use crate::{
    compile,
    tests::{POLICY, YAML, account, edited},
};

#[test]
fn policies_are_held_to_the_types_of_what_they_read() {
    let mail = "permit (principal, action == Action::\"mail.send\", resource);";
    let edits = [
        // Misspelt, or never there.
        ("context.params.amount >", "context.params.amuont >"),
        ("context.evidence.order.region", "context.evidence.order.regoin"),
        ("context.evidence.order.region", "context.evidence.oder.region"),
        ("context.evidence.order.region", "context.evidence.order.colour"),
        ("context.evidence.order.region", "context.evidence.order.customer.name"),
        ("context.evidence.order.region", "context.parms.currency"),
        ("context.evidence.order.region", "context.params.currency.code"),
        ("context.evidence.order.paid }", "!(context.evidence.order has frozen) }"),
        ("context.evidence.order.paid }", "context.params has \"nott\" }"),
        ("context.evidence.order.paid }", "principal.name == \"x\" }"),
        ("context.evidence.order.paid }", "principal == Service::\"shopp\" }"),
        // Of another type.
        ("context.evidence.order.region == \"EU\"", "context.params.currency > 3"),
        ("context.evidence.order.region == \"EU\"", "context.params.amount == \"EU\""),
        ("context.evidence.order.region == \"EU\"", "context.evidence.order.total == \"EU\""),
        ("context.evidence.order.region == \"EU\"", "context.evidence.order.region"),
        // May be absent, or open.
        ("context.evidence.order.region == \"EU\"", "context.params.note == \"vip\""),
        // Can never apply.
        ("context.evidence.order.region == \"EU\"", "1 == 2"),
        // About actions that have other parameters.
        (
            "action == Action::\"mail.send\", resource)",
            "action, resource) when { context.params.amount < 3 }",
        ),
        (mail, "forbid (principal, action, resource) when { context.params.text like \"*\" };"),
    ];
    insta::assert_snapshot!(account(&edits, |from, to| compile(YAML, &edited(POLICY, from, to))));
}

#[test]
fn conditions_are_held_to_them_too() {
    let edits = [
        ("when: context.params.amount > 100", "when: context.params.amuont > 100"),
        (
            "when: context.params.amount > 100",
            "when: \"context.params.amount > 1 && context.params.nte > 1\"",
        ),
        ("when: context.params.amount > 100", "when: 'context.evidence.order.region > 100'"),
        ("when: context.params.amount > 100", "when: context.params.note like \"*\""),
        ("when: context.params.amount > 100", "when: context.params.amount > 100 && false"),
        (
            "when: context.params.amount > 100",
            "when: |\n        context.params.amount > 100\n          && context.params.nte",
        ),
        ("when: context.params.amount > 100", "when: \"context.params.currency == \\\"x\\\" && context.x\""),
    ];
    insta::assert_snapshot!(account(&edits, |from, to| compile(&edited(YAML, from, to), POLICY)));
}

#[test]
fn what_is_right_is_accepted() {
    let accepted = [
        "context.params has note && context.params.note like \"vip*\"",
        "context.params has \"note\"",
        "context.evidence.order.customer.id == \"c1\"",
        "context.evidence.order.region == context.evidence.order.customer.id",
        "[\"EU\", \"UK\"].contains(context.evidence.order.region)",
        "context.evidence.order.region.contains(context.params.currency)",
        "context.evidence.order.region.containsAny([\"EU\"])",
        "context.evidence.order.region.isEmpty()",
        "if context.params.amount > 3 then context.evidence.order.paid else false",
        "principal == Service::\"shop\" && resource == Domain::\"sales\"",
        "(if context.evidence.order.paid then context.evidence.order.total else 3) > 1",
    ];
    for condition in accepted {
        let policy = edited(POLICY, "context.evidence.order.region == \"EU\"", condition);
        if let Err(problems) = compile(YAML, &policy) {
            panic!("{condition}: {problems:?}");
        }
    }
}

#[test]
fn what_must_agree_has_one_type() {
    let yaml = edited(YAML, "[params:/currency, order:/currency]", "[params:/currency, order:/region]");
    let policy =
        edited(POLICY, "context.evidence.order.region == \"EU\"", "context.evidence.order.region > 3");
    let account = account(&[("region == \"EU\"", "region > 3")], |_, _| compile(&yaml, &policy));
    insta::assert_snapshot!(account, @r#"
    - region == \"EU\"
    + region > 3
    policy.cedar:15:8: policy `eu-review`: unexpected type: expected Long but saw String
    hint: compare text with text and whole numbers with whole numbers; what the tool's input leaves open is `Untyped` and compares with nothing
    "#);
    assert!(compile(YAML, &policy).is_ok(), "nothing else says what a region is");
}
