//! Rows stay small, details are whole.

use super::*;
use crate::view::sample::{action as id, activated, decided, escalation as asked, started, view};

#[test]
fn long_parameters_are_only_in_details() {
    let long = format!(r#"{{"note":"{}"}}"#, "x".repeat(MOST_PARAMS));
    let events = vec![activated(), started(), decided(2, &long, true), decided(3, r#"{"a":1}"#, false)];
    let (view, _) = view(events);
    view.read(|inner| {
        let held = &inner.actions[&id(2)];
        assert_eq!(action(held).params_json, "");
        assert_eq!(whole_action(held).params_json, long);
        assert_eq!(action(&inner.actions[&id(3)]).params_json, r#"{"a":1}"#);
        let question = &inner.state.escalations[&asked()];
        assert_eq!(escalation(question, inner).params_json, "");
        assert_eq!(whole_escalation(question, inner).params_json, long);
    });
}

#[test]
fn many_rows_fit_into_one_answer() {
    let mut texts = vec!["x".repeat(MOST_PARAMS); 600];
    texts.push("{}".to_owned());
    fit(texts.iter_mut());
    assert_eq!(texts.iter().map(String::len).sum::<usize>(), MOST_PARAMS_TOGETHER);
    assert!(texts.first().is_some_and(|text| !text.is_empty()), "the first ones stay");
}
