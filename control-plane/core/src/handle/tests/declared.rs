//! What a run was started with stays: who joins it says the same or nothing.

use super::world::*;
use crate::{Declared, Refusal, Workflow, declared::MAX_REQUEST};

fn declared(workflow: &str, request: &str) -> Declared {
    Declared {
        workflow: (!workflow.is_empty()).then(|| workflow.into()),
        request: (!request.is_empty()).then(|| json(request)),
    }
}

#[test]
fn who_joins_a_run_declares_the_same_or_nothing() {
    const ASKED: &str = r#"{"account":"a-1"}"#;
    let whole = || declared("refund", ASKED);
    let table = [
        (whole(), declared("", ""), "joins"),
        (whole(), declared("refund", r#"{ "account" : "a-1" }"#), "joins"),
        (whole(), declared("refund", ""), "joins"),
        (whole(), declared("", ASKED), "joins"),
        (whole(), declared("enquiry", ""), "another workflow"),
        (whole(), declared("refund", r#"{"account":"a-2"}"#), "another request"),
        (declared("", ""), declared("", ASKED), "another request"),
        (declared("", ""), declared("refund", ""), "another workflow"),
        (declared("", ""), declared("", ""), "joins"),
    ];
    for (first, second, expect) in table {
        let mut terms = terms();
        if first.workflow.is_some() {
            terms.workflows = ["refund", "enquiry"].map(|name| (name.into(), Workflow::default())).into();
        }
        let mut world = World::before(terms);
        world.start_with(2, "case-2", first.clone()).unwrap();
        let refused = world.start_with(3, "case-2", second.clone()).unwrap_err();
        match refused {
            Refusal::JoinsRun(joined) => assert_eq!((joined, expect), (run(2), "joins"), "{second:?}"),
            Refusal::Conflict(text) => assert!(text.contains(expect), "{second:?}: {text}"),
            other => panic!("{other}"),
        }
    }
}

#[test]
fn a_request_is_an_object_of_bounded_size() {
    let of_size = |size: usize| format!(r#"{{"a":"{}"}}"#, "x".repeat(size.saturating_sub(8)));
    let table = [
        (of_size(MAX_REQUEST), None),
        (of_size(MAX_REQUEST.saturating_add(1)), Some("has 65537 bytes, at most 65536")),
        ("[1]".to_owned(), Some("not a JSON object")),
        ("\"pay\"".to_owned(), Some("not a JSON object")),
    ];
    for (request, problem) in table {
        let started = World::new().start_with(2, "case-2", declared("", &request));
        match (started, problem) {
            (Ok(events), None) => assert_eq!(events.len(), 1),
            (Err(Refusal::Invalid(text)), Some(problem)) => assert!(text.contains(problem), "{text}"),
            (other, _) => panic!("{other:?}"),
        }
    }
}
