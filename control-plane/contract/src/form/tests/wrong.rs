//! Every key of the head and of clauses 1 to 4 with values that it cannot have, and what people are told.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{changed, json_schema, places};
use crate::Problem;

/// Values of another kind than the one that stands in the example, and for a single value also nothing and one of
/// no form.
fn wrong(right: &Value) -> Vec<Value> {
    match right {
        Value::Array(_) | Value::Object(_) => vec![json!("wrong")],
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            vec![json!([]), json!(""), if right.is_number() { json!(-1) } else { json!("?!") }]
        }
    }
}

/// What is said of every wrong value of every key below a part of the document.
fn said(part: &str) -> String {
    let mut said = String::new();
    let mut done = BTreeSet::new();
    for (example, place) in places(&json_schema()).0 {
        let is_head = place.at.is_empty() && part.is_empty();
        if !is_head && (part.is_empty() || !place.at.starts_with(part)) {
            continue;
        }
        // The policies beside an example may be another's.
        let before = changed(&example, "", |_| ());
        let fields = example.pointer(&place.at).unwrap().as_object().unwrap();
        for key in place.keys.keys() {
            let Some(right) = fields.get(key) else { continue };
            // One of each form is enough: entries of a mapping or list are alike.
            let form = (place.keys.keys().cloned().collect::<Vec<_>>(), key.clone());
            if (is_head && right.is_object()) || !done.insert(form) {
                continue;
            }
            let mut refused = false;
            for wrong in wrong(right) {
                let problems = changed(&example, &place.at, |fields| {
                    fields.insert(key.clone(), wrong.clone());
                });
                let new = |problem: &&Problem| !before.iter().any(|known| known.message == problem.message);
                let Some(problem) = problems.iter().find(new) else { continue };
                refused = true;
                said.push_str(&format!(
                    "{}/{key}: {wrong}\n  {}\n  {}\n",
                    place.at, problem.message, problem.remedy
                ));
            }
            assert!(refused, "`{}/{key}` takes anything", place.at);
        }
    }
    said
}

#[test]
fn head() {
    insta::assert_snapshot!(said(""));
}

#[test]
fn identity() {
    insta::assert_snapshot!(said("/identity"));
}

#[test]
fn scope() {
    insta::assert_snapshot!(said("/scope"));
}

#[test]
fn evidence() {
    insta::assert_snapshot!(said("/evidence"));
}

#[test]
fn policy() {
    insta::assert_snapshot!(said("/policy"));
}
