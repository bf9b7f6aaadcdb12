//! Keys over time: the first result is kept and told, also when memory has let it go.

use remit_core::Clause;

use super::*;
use crate::start::sample::{Place, REFUNDS, run, settle_people};

async fn note(plane: &Arc<Plane>, run: RunId, key: Option<&str>, text: &str) -> Acted {
    let (params, value) =
        parse_params(&serde_json::json!({ "customer_id": "c-1", "text": text }).to_string()).unwrap();
    let call = Call {
        run,
        tool: "customer.note".into(),
        params,
        value,
        key: key.map(str::to_owned),
        channel: Channel::Grpc,
        mode: Mode::Execute,
        asserted: Vec::new(),
        parcel: None,
    };
    let caller = Principal { name: REFUNDS.into(), reach: remit_core::Reach::Full };
    act(plane, &caller, call).await.unwrap()
}

#[tokio::test]
async fn the_first_result_of_a_key_is_told_from_memory_and_from_the_journal() {
    let place = Place::new();
    let running = place.folders(&[REFUNDS]).await.unwrap();
    let plane = running.plane();
    settle_people(plane).await;
    let run = run(plane, REFUNDS, "case-1").await.unwrap();
    let ward = plane.run_ward(run).unwrap();
    // Nobody listens there: a failure, and with a key of the caller's own it stays the answer.
    let first = note(plane, run, Some("k"), "Called back.").await;
    assert_eq!(first.status, ActionStatus::Failed, "{:?}", first.note);
    for forgotten in [false, true] {
        if forgotten {
            ward.view.let_go(first.action);
        }
        let again = note(plane, run, Some("k"), "Called back.").await;
        assert_eq!((again.action, again.status), (first.action, first.status));
        assert_eq!(again.note, first.note);
        let other = note(plane, run, Some("k"), "Wrote back.").await;
        let finding =
            other.decision.findings.iter().find(|finding| finding.clause == Clause::Tooling).unwrap();
        assert_eq!(finding.reason, Reason::KeyReused);
        let says =
            format!("the key belongs to {}: /text was \"Called back.\", is \"Wrote back.\"", first.action);
        assert_eq!(finding.detail, says, "forgotten: {forgotten}");
    }
    // Without one, what came to nothing may be tried anew.
    let first = note(plane, run, None, "Called back.").await;
    let again = note(plane, run, None, "Called back.").await;
    assert_ne!(first.action, again.action);
    running.shutdown().await;
}
