//! What a document has, what it leaves out, and that nothing in it can change without its digest.

use remit_proto::v1::{
    Action, ActionDetail, Assertion, Decision, Escalation, EvidenceItem, Finding, MovedFact, Vote,
};

use crate::Document;

fn detail() -> ActionDetail {
    ActionDetail {
        action: Some(Action { params_digest: "aa".to_owned(), ..Action::default() }),
        escalation: Some(Escalation {
            tool: "payout.create".to_owned(),
            service: "refund-decision".to_owned(),
            run: "run_1".to_owned(),
            because: vec!["Refunds above 200.00 need a person.".to_owned()],
            groups: vec!["group:oncall".to_owned()],
            quorum: 1,
            params_json: r#"{"amount":1}"#.to_owned(),
            ..Escalation::default()
        }),
        decision: Some(Decision {
            findings: vec![Finding { detail: "ceiling execute".to_owned(), ..Finding::default() }],
            ..Decision::default()
        }),
        evidence: vec![EvidenceItem {
            item: "transaction".to_owned(),
            digest: "bb".to_owned(),
            content_json: "{}".to_owned(),
            ..EvidenceItem::default()
        }],
        assertions: vec![Assertion {
            item: "ticket".to_owned(),
            sha256: "cc".to_owned(),
            content_json: "{}".to_owned(),
            ..Assertion::default()
        }],
        undo: "undone by payout.reverse".to_owned(),
        contract_version: "1.0.0".to_owned(),
        ..ActionDetail::default()
    }
}

fn with(change: impl FnOnce(&mut ActionDetail)) -> Document {
    let mut detail = detail();
    change(&mut detail);
    Document::of(&detail).unwrap()
}

fn asked(change: impl FnOnce(&mut Escalation)) -> Document {
    with(|detail| change(detail.escalation.as_mut().unwrap()))
}

#[test]
fn each_thing_that_is_shown_changes_the_digest() {
    let first = Document::of(&detail()).unwrap();
    let changed = [
        asked(|it| it.tool.push('x')),
        asked(|it| it.params_json = r#"{"amount":2}"#.to_owned()),
        asked(|it| it.because.push("more".to_owned())),
        asked(|it| it.groups.clear()),
        asked(|it| it.quorum = 2),
        asked(|it| it.deadline = Some(Default::default())),
        asked(|it| it.replaces = "esc_1".to_owned()),
        asked(|it| it.moved.push(MovedFact::default())),
        with(|it| it.prompt = "hello".to_owned()),
        with(|it| it.undo.clear()),
        with(|it| it.contract_digest = "dd".to_owned()),
        with(|it| it.decision.as_mut().unwrap().findings[0].detail.clear()),
        with(|it| it.evidence[0].digest = "ee".to_owned()),
        with(|it| it.evidence[0].content_json = "[]".to_owned()),
        with(|it| it.evidence.clear()),
        with(|it| it.assertions[0].source_uri = "https://x".to_owned()),
    ];
    for document in changed {
        assert_ne!(document.digest(), first.digest(), "{document:?}");
    }
    // What goes over from one text into the next is another document.
    let (left, right) =
        (asked(|it| it.because = vec!["a".into(), "b".into()]), asked(|it| it.because = vec!["ab".into()]));
    assert_ne!(left.digest(), right.digest());
}

#[test]
fn votes_and_ages_are_no_part_of_it() {
    let first = Document::of(&detail()).unwrap();
    let vote = Vote { by: "maya".to_owned(), approve: true, ..Vote::default() };
    assert_eq!(asked(|it| it.votes.push(vote)).digest(), first.digest());
    assert_eq!(with(|it| it.evidence[0].age_ms = 7).digest(), first.digest());
}

#[test]
fn what_is_not_there_is_said_to_be_not_inspectable() {
    assert_eq!(Document::of(&detail()).unwrap().opaque().count(), 0);
    for (document, says) in [
        (asked(|it| it.params_json.clear()), "the parameters of sha256 aa"),
        (with(|it| it.evidence[0].content_json.clear()), "the evidence `transaction` of sha256 bb"),
        (with(|it| it.assertions[0].content_json.clear()), "what the service says of `ticket` of sha256 cc"),
        (with(|it| it.action.as_mut().unwrap().channel = "model".to_owned()), "only deny it"),
    ] {
        let opaque: Vec<&str> = document.opaque().collect();
        assert!(opaque.len() == 1 && opaque[0].contains(says), "{opaque:?}");
    }
    assert_eq!(Document::of(&ActionDetail { escalation: None, ..detail() }), None);
}
