//! Every error as people and scripts see it.

use std::io;

use tonic::{Code, Status, metadata::MetadataValue};

use super::{Explained, Failure, Peer, explain};
use crate::cli::exit::Exit;

fn seen(status: Status, changes: bool) -> Explained {
    let peer = Peer { endpoint: "http://127.0.0.1:7410".to_owned(), context: "/etc/ctx.toml".into() };
    explain(&Failure::Rpc { status: Box::new(status), changes }, Some(&peer)).unwrap()
}

fn refusal(code: Code, reason: &'static str) -> Status {
    let mut status = Status::new(code, "the plan has expired");
    status.metadata_mut().insert("remit-reason", MetadataValue::from_static(reason));
    status.metadata_mut().insert("remit-hint", MetadataValue::from_static("Plan again."));
    status
}

#[test]
fn a_refusal_shows_its_code_and_the_servers_hint() {
    let said = seen(refusal(Code::FailedPrecondition, "plan_expired"), true);
    assert_eq!(said.exit, Exit::Refused);
    assert_eq!(said.message, "refused (plan_expired): the plan has expired");
    assert_eq!(said.hint.as_deref(), Some("Plan again."));
}

#[test]
fn a_refusal_without_a_reason_shows_the_grpc_code() {
    let said = seen(Status::permission_denied("not yours"), false);
    assert_eq!(said.message, "refused (permission_denied): not yours");
    assert_eq!(said.hint, None);
}

#[test]
fn not_found_is_an_answer() {
    let said = seen(refusal(Code::NotFound, "not_found"), false);
    assert_eq!((said.exit, said.message.as_str()), (Exit::No, "not found (not_found): the plan has expired"));
}

#[test]
fn a_failed_journal_is_a_refusal_not_a_lost_link() {
    assert_eq!(seen(refusal(Code::Unavailable, "journal_unavailable"), true).exit, Exit::Refused);
}

#[test]
fn a_bad_token_names_the_file_it_came_from() {
    let said = seen(refusal(Code::Unauthenticated, "unauthenticated"), false);
    assert_eq!(said.exit, Exit::Unreachable);
    assert!(said.message.contains("`/etc/ctx.toml`"), "{}", said.message);
    assert!(said.hint.unwrap().contains("remit token create"));
}

#[test]
fn a_lost_answer_to_a_query_is_no_answer() {
    let said = seen(Status::unavailable("connection reset"), false);
    assert_eq!(said.exit, Exit::Unreachable);
    assert!(said.message.starts_with("cannot reach `http://127.0.0.1:7410`"), "{}", said.message);
    assert!(said.hint.unwrap().starts_with("is remitd running?"));
}

#[test]
fn a_lost_answer_to_a_change_is_unknown_and_never_called_failed() {
    let said = seen(Status::deadline_exceeded("too late"), true);
    assert_eq!(said.exit, Exit::Unreachable);
    assert!(said.message.ends_with("whether it took effect is unknown"), "{}", said.message);
}

#[test]
fn a_reader_that_has_gone_is_told_nothing() {
    let gone = Failure::from(io::Error::from(io::ErrorKind::BrokenPipe));
    assert_eq!(explain(&gone, None), None);
    let full = Failure::from(io::Error::other("no space left"));
    assert_eq!(explain(&full, None).unwrap().message, "the output cannot be written: no space left");
}
