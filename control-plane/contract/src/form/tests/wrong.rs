//! Every key of the head and of clauses 1 to 4 with values that it cannot have, and what people are told.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{changed, json_schema, places};
use crate::Problem;

/// Values of another kind than the one that stands in the example, and for a single value also nothing and one of
/// no form. A list and a mapping with names of its own are also right but for one element.
fn wrong(right: &Value, is_form: bool) -> Vec<(String, Value)> {
    let whole = |wrong: Value| (wrong.to_string(), wrong);
    match right {
        Value::Array(items) => {
            let bad = |(shown, bad)| {
                let mut items = items.clone();
                items[0] = bad;
                (format!("[{shown}, …]"), Value::from(items))
            };
            let bad = wrong(&items[0], true).into_iter().map(bad);
            [whole(json!("wrong"))].into_iter().chain(bad).collect()
        }
        Value::Object(_) if is_form => vec![whole(json!("wrong"))],
        Value::Object(fields) => {
            let (first, value) = fields.iter().next().unwrap();
            let with = |key: &str, (shown, value): (String, Value)| {
                let mut fields = fields.clone();
                fields.insert(key.to_owned(), value);
                (format!("{{{key}: {shown}, …}}"), Value::Object(fields))
            };
            let bad = wrong(value, true).into_iter().map(|bad| with(first, bad));
            let stranger = with("?!", ("as it was".to_owned(), value.clone()));
            [whole(json!("wrong"))].into_iter().chain(bad).chain([stranger]).collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            let formless = if right.is_number() { json!(-1) } else { json!("?!") };
            [json!([]), json!(""), formless].map(whole).to_vec()
        }
    }
}

/// What is said of every wrong value of every key below a part of the document.
fn said(part: &str) -> String {
    let mut said = String::new();
    let mut done = BTreeSet::new();
    let forms = places(&json_schema()).0;
    for (example, place) in &forms {
        let is_head = place.at.is_empty() && part.is_empty();
        if !is_head && (part.is_empty() || !place.at.starts_with(part)) {
            continue;
        }
        // The policies beside an example may be another's.
        let before = changed(example, "", |_| ());
        let fields = example.pointer(&place.at).unwrap().as_object().unwrap();
        for key in place.keys.keys() {
            let Some(right) = fields.get(key) else { continue };
            // One of each form is enough: entries of a mapping or list are alike.
            let form = (place.keys.keys().cloned().collect::<Vec<_>>(), key.clone());
            if (is_head && right.is_object()) || !done.insert(form) {
                continue;
            }
            let mut refused = false;
            let at = format!("{}/{}", place.at, key.replace('/', "~1"));
            let is_form = forms.iter().any(|(other, form)| other == example && form.at == at);
            for (shown, wrong) in wrong(right, is_form) {
                let problems = changed(example, &place.at, |fields| {
                    fields.insert(key.clone(), wrong.clone());
                });
                let new = |problem: &&Problem| !before.iter().any(|known| known.message == problem.message);
                let Some(problem) = problems.iter().find(new) else {
                    said.push_str(&format!("{at}: {shown}\n  accepted\n"));
                    continue;
                };
                refused = true;
                said.push_str(&format!("{at}: {shown}\n  {}\n  {}\n", problem.message, problem.remedy));
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
fn cost() {
    insta::assert_snapshot!(said("/cost"));
}

#[test]
fn policy() {
    insta::assert_snapshot!(said("/policy"));
}
