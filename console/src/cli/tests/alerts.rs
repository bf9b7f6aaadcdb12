//! `remit get alerts` and `remit ack`: what people and programs read, and what the control plane is asked.

use remit_proto::v1 as pb;
use tonic::Status;

use super::{
    plane::{Plane, Script},
    verbs::run,
};
use crate::cli::exit::Exit;

const OPEN: &str = "alert_0193a5f2c1d87b3e9c40aa5e9b1c44d0";

fn at(seconds: i64) -> Option<prost_types::Timestamp> {
    Some(prost_types::Timestamp { seconds: seconds.saturating_add(1_700_000_000), nanos: 0 })
}

fn tripped() -> pb::Alert {
    pb::Alert {
        id: OPEN.to_owned(),
        condition: "tripwire".to_owned(),
        critical: true,
        domain: "payments".to_owned(),
        scope: "service:refund-decision".to_owned(),
        about: "denied_ratio > 0.5 over 50 actions".to_owned(),
        text: "the tripwire `denied_ratio > 0.5 over 50 actions` has tripped: safe".to_owned(),
        since: at(0),
        ..pb::Alert::default()
    }
}

/// What the scripted control plane says stands.
pub(super) fn standing() -> Vec<pb::Alert> {
    let doubt = pb::Alert {
        id: "alert_0193a5f2c1d87b3e9c40aa5e9b1c55e1".to_owned(),
        condition: "in_doubt".to_owned(),
        critical: false,
        about: "act_0193a5f2c1d87b3e9c40aa5e9b1c44d0".to_owned(),
        text: "nobody knows whether `payout.create` took effect".to_owned(),
        since: at(-540),
        acknowledged: Some(pb::Acknowledgement {
            by: "maya".to_owned(),
            reason: "called the \u{202e}bank".to_owned(),
            at: at(-60),
        }),
        ..tripped()
    };
    let failed = pb::Alert {
        id: "journal_failed/payments".to_owned(),
        condition: "journal_failed".to_owned(),
        scope: "domain:payments".to_owned(),
        about: String::new(),
        text: "the journal failed, everything is refused: no space left".to_owned(),
        since: None,
        locked: "it ends with a new start".to_owned(),
        ..tripped()
    };
    vec![failed, tripped(), doubt]
}

/// What it says of an acknowledgement.
pub(super) fn acknowledged(
    plane: &Plane,
    asked: &pb::AcknowledgeRequest,
) -> Result<pb::AcknowledgeResponse, Status> {
    plane.0.note(format!("ack {} {}", asked.alert, asked.reason));
    if !OPEN.ends_with(&asked.alert) {
        return Err(Status::not_found(format!("there is no alert `{}` that stands", asked.alert)));
    }
    let known = pb::Acknowledgement { by: "olga".to_owned(), reason: asked.reason.clone(), at: at(60) };
    let alert = pb::Alert { acknowledged: Some(known), ..tripped() };
    Ok(pb::AcknowledgeResponse { alert: Some(alert) })
}

#[tokio::test]
async fn alerts_for_people_and_for_programs() {
    let (ran, _) = run(Script::default(), "get alerts").await;
    insta::assert_snapshot!("alerts", ran.whole());
    let (ran, _) = run(Script::default(), "get alerts -o json").await;
    insta::assert_snapshot!("alerts_for_programs", ran.whole());
}

#[tokio::test]
async fn what_one_does_about_it_is_sent_and_shown() {
    let (ran, plane) = run(Script::default(), "ack 9b1c44d0 --reason looking+at+it").await;
    assert_eq!(ran.exit, Exit::Ok, "{}", ran.err);
    assert!(ran.out.starts_with("olga looks at it: service:refund-decision: the tripwire"), "{}", ran.out);
    let asked = plane.0.asked.lock().clone();
    assert!(asked.contains(&"ack 9b1c44d0 looking at it".to_owned()), "{asked:?}");
    let (ran, _) = run(Script::default(), "ack 00000000 --reason looking+at+it").await;
    assert_eq!((ran.exit, ran.err.contains("that stands")), (Exit::No, true), "{}", ran.err);
}
