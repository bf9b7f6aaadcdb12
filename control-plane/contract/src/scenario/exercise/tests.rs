//! Which scenarios can be exercised, and that each case is another effect that is let go and undone by itself.

use std::{collections::BTreeSet, path::Path};

use serde_json::{Value, json};

use super::{Exercise, exercises, sample};
use crate::{
    CompiledContract, Folder, load,
    scenario::base::{Base, Form, swapped},
};

fn shipped(name: &str) -> (CompiledContract, Vec<Exercise>) {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets/contracts").join(name);
    let contract = load(&dir).unwrap();
    let found = exercises(&contract, &Folder::read(&dir).unwrap()).unwrap();
    (contract, found)
}

#[test]
fn each_case_is_another_effect_and_is_undone_by_another_call() {
    for (name, tool, undo) in [
        ("refund-decision", "payout.create", "payout.reverse"),
        ("access-grants", "grant.create", "grant.revoke"),
    ] {
        let (contract, found) = shipped(name);
        let first = found.first().unwrap();
        assert_eq!((first.tool.as_str(), first.reversible), (tool, true), "{name}");
        let cases: Vec<_> = (0..40).map(|number| first.nth(&contract, number).unwrap()).collect();
        let distinct = |of: fn(&super::Case) -> String| cases.iter().map(of).collect::<BTreeSet<_>>().len();
        assert_eq!(distinct(|case| case.effect.params.to_string()), 40, "{name}");
        assert_eq!(distinct(|case| case.undo.as_ref().unwrap().params.to_string()), 40, "{name}");
        for case in &cases {
            assert_eq!(case.undo.as_ref().unwrap().tool.as_str(), undo);
            assert_eq!(case.reads.len(), 2, "{name}: {case:?}");
        }
    }
}

#[test]
fn what_people_are_asked_about_or_what_is_refused_is_no_exercise() {
    let (_, found) = shipped("refund-decision");
    let of = |id: &str| found.iter().filter(|it| it.scenario == id).count();
    assert_eq!(of("last-effect-first"), 1);
    for asked in ["a-reply-cannot-be-recalled", "so-many-payouts-in-an-hour", "the-money-is-spent"] {
        assert_eq!(of(asked), 0, "{asked}");
    }
}

#[test]
fn a_value_is_changed_wherever_it_stands_and_nothing_else_is() {
    for (form, of, is) in [
        (Form::Suffix, json!("tx-1"), json!("tx-1-7")),
        (Form::Digits, json!("tx1"), json!("tx1000007")),
        (Form::Number, json!("tx-0001"), json!("tx-0007")),
        (Form::Plus, json!(4711), json!(4718)),
    ] {
        let bases = [Base { value: of.clone(), form }];
        let whole = json!({ "a": of, "b": [of, "tx-10"], "c": { "d": of, "e": 1 } });
        assert_eq!(
            swapped(&whole, &bases, 7),
            json!({ "a": is, "b": [is, "tx-10"], "c": { "d": is, "e": 1 } })
        );
    }
}

#[test]
fn the_plainest_value_is_one_that_the_schema_accepts() {
    for (schema, is) in [
        (json!({ "type": "object", "properties": { "eligible": { "type": "boolean" } } }), json!({})),
        (
            json!({ "type": "object", "required": ["a", "b"], "properties": {
                "a": { "type": "array", "minItems": 2, "items": { "type": "integer", "minimum": 4 } },
                "b": { "enum": ["paid", "reversed"] } } }),
            json!({ "a": [4, 4], "b": "paid" }),
        ),
        (json!({ "type": ["string", "null"], "minLength": 3 }), json!("xxx")),
        (json!({ "const": null }), Value::Null),
    ] {
        assert_eq!(sample::of(&schema), is, "{schema}");
        assert!(jsonschema::is_valid(&schema, &is), "{schema}");
    }
    let mut value = json!({ "a": 1 });
    sample::put(&mut value, "/b/c~1d", json!("gone"));
    assert_eq!(value, json!({ "a": 1, "b": { "c/d": "gone" } }));
}
