//! The fields that are named.

use remit_core::{
    ActionId, CanonicalJson, RunId,
    proposal::{Channel, Mode},
};
use uuid::Uuid;

use super::*;

fn call(tool: &str, params: &str) -> Proposal {
    Proposal {
        action: ActionId::new(Uuid::nil()),
        run: RunId::new(Uuid::nil()),
        tool: tool.into(),
        params: CanonicalJson::parse(params).unwrap().0,
        key: Some("k".to_owned()),
        channel: Channel::Grpc,
        mode: Mode::Execute,
        principal: "shop".to_owned(),
        asserted: Vec::new(),
        stands_in: None,
    }
}

#[test]
fn what_differs_is_named_with_both_values() {
    let table = [
        (r#"{"amount_minor":2000}"#, r#"{"amount_minor":3000}"#, "/amount_minor was 2000, is 3000"),
        (r#"{"a":{"b":1,"c":2}}"#, r#"{"a":{"b":1}}"#, "/a/c was 2, is nothing"),
        (r#"{"a":1}"#, r#"{"a":1,"b":"x"}"#, r#"/b was nothing, is "x""#),
        ("{}", "[]", "the parameters was {}, is []"),
        (
            r#"{"a":1,"b":1,"c":1,"d":1,"e":1,"f":1,"g":1}"#,
            "{}",
            "/a was 1, is nothing; /b was 1, is nothing; /c was 1, is nothing; /d was 1, is nothing; /e was 1, is nothing; \
             and 2 more",
        ),
    ];
    for (first, now, says) in table {
        assert_eq!(difference(&call("pay", first), &call("pay", now)), says);
    }
    let tools = difference(&call("pay", r#"{"a":1}"#), &call("mail", r#"{"a":2}"#));
    assert_eq!(tools, "the tool was `pay`, is `mail`; /a was 1, is 2");
}
