//! `remit audit`: what people and programs read of who did what.

use remit_proto::v1 as pb;

use remit_filter::{Filter, Saved};

use super::{plane::Script, verbs::run};

/// What the scripted control plane says that people did.
pub(super) fn told(request: &pb::ListAuditRequest) -> pb::ListAuditResponse {
    let entry = |seq, by: &str, what: &str, reason: &str| pb::AuditEntry {
        domain: "payments".to_owned(),
        seq,
        at: Some(prost_types::Timestamp { seconds: 1_700_000_000, nanos: 0 }),
        kind: "switch_set".to_owned(),
        by: by.to_owned(),
        what: what.to_owned(),
        reason: reason.to_owned(),
        ..pb::AuditEntry::default()
    };
    let entries = vec![
        entry(1042, "olga.ops", "stopped service:refund-decision", "double \u{202e}payouts"),
        entry(1040, "lena", "activated contract refund-decision 1.5.0", ""),
    ];
    let filter: Filter<pb::AuditEntry> = Filter::read(&request.filter, &Saved::new(), 0).unwrap();
    let entries = entries.into_iter().filter(|it| filter.lets_through(it, 0, &[])).collect();
    pb::ListAuditResponse { entries, more: 3, older: 12, hidden: 0 }
}

#[tokio::test]
async fn deeds_for_people_and_for_programs() {
    let (ran, _) = run(Script::default(), "audit").await;
    insta::assert_snapshot!("audit", ran.whole());
    let (ran, _) = run(Script::default(), "audit olga -o json").await;
    insta::assert_snapshot!("audit_for_programs", ran.whole());
}
