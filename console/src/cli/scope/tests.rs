//! What is a scope on the command line and what is not.

use super::Target;

const RUN: &str = "run_0193a5f2c1d87b3e9c40aa5e9b1c44d0";

#[test]
fn scopes_are_read_as_they_are_written() {
    for text in ["all", "domain:payments", "service:refund-decision", "tool:refund-decision/payout.create"] {
        let Ok(Target::Scope(scope)) = text.parse() else { panic!("{text} is a scope") };
        assert_eq!(scope.to_string(), text);
    }
    let Ok(Target::Scope(scope)) = format!("run:{RUN}").parse() else { panic!("a whole run id is a scope") };
    assert_eq!(scope.to_string(), format!("run:{RUN}"));
}

#[test]
fn a_run_may_be_named_by_the_end_of_its_id() {
    assert_eq!("run:9b1c44d0".parse(), Ok(Target::RunEnding("9b1c44d0".to_owned())));
}

#[test]
fn what_is_no_scope_is_refused_with_what_is() {
    for text in
        ["", "ALL", "everything", "service", "service:", "tool:refund-decision", "tool:/x", "tool:s/", "run:"]
    {
        let error = text.parse::<Target>().unwrap_err();
        assert_eq!(
            error.to_string(),
            format!(
                "`{text}` is not a scope, expected `all`, `domain:D`, `service:S`, `tool:S/T` or `run:R`"
            )
        );
    }
}
