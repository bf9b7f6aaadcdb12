//! A call that is sent again long after its end, when its card has left memory.

use std::sync::Arc;

use remit_core::{
    ActionStatus, CanonicalJson, Command, Money, Reach,
    command::Settle,
    event::Settlement,
    exchange::Exchange,
    proposal::{Channel, Mode},
};

use crate::{
    act::{self, Acted, Call},
    auth::Principal,
    plane::Plane,
    start::sample::{Place, REFUNDS, run},
};

async fn look(plane: &Arc<Plane>, run: remit_core::RunId) -> Acted {
    let (params, value) = CanonicalJson::parse(r#"{"transaction_id":"t-1"}"#).unwrap();
    let call = Call {
        run,
        tool: "transactions.get".into(),
        params,
        value,
        key: Some("once".to_owned()),
        channel: Channel::Grpc,
        mode: Mode::DecisionOnly,
        asserted: Vec::new(),
    };
    let caller = Principal { name: REFUNDS.into(), reach: Reach::Full };
    act::act(plane, &caller, call).await.unwrap()
}

#[tokio::test]
async fn the_same_key_finds_its_action_after_memory_has_let_it_go() {
    let place = Place::new();
    let running = place.folders(&[REFUNDS]).await.unwrap();
    let plane = running.plane();
    let case = run(plane, REFUNDS, "case-1").await.unwrap();
    let first = look(plane, case).await;
    assert_eq!(first.status, ActionStatus::Admitted);
    let ward = plane.ward(&"payments".into()).unwrap();
    let (result, _) = CanonicalJson::parse(r#"{"id":"t-1"}"#).unwrap();
    let settle = Settle {
        action: first.action,
        settlement: Settlement::Succeeded { result: result.clone() },
        cost: Money::ZERO,
        evidence: Vec::new(),
        undo: None,
        exchange: Exchange::default(),
    };
    ward.domain.submit(Command::Settle(Box::new(settle))).await.unwrap();
    ward.view.let_go(first.action);
    let again = look(plane, case).await;
    assert_eq!((again.action, again.status), (first.action, ActionStatus::Succeeded));
    assert_eq!((again.result, again.reason), (Some(result), first.reason));
    running.shutdown().await;
}
