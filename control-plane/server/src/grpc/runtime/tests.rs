//! Actions that memory has let go: their outcome is told, and stands.

use remit_core::{Reach, event::Holder};
use remit_proto::v1::{ActionStatus as Wire, runtime_server::Runtime as _};
use tonic::Code;

use super::*;
use crate::{
    auth,
    start::sample::{ACCESS, Place, REFUNDS, run, settle_people},
};

async fn token(plane: &Plane, service: &str) -> String {
    let auth::Minted { credential, hash, token } = auth::mint();
    let holder = Holder::Service { name: service.into(), reach: Reach::Full };
    let command = Command::IssueCredential { credential, holder, hash, by: "test".to_owned() };
    plane.control().unwrap().domain.submit(command).await.unwrap();
    token
}

fn with<T>(message: T, token: &str) -> Request<T> {
    let mut request = Request::new(message);
    request.metadata_mut().insert("authorization", format!("Bearer {token}").parse().unwrap());
    request
}

fn settling(action: &str) -> SettleRequest {
    SettleRequest {
        action: action.to_owned(),
        status: Wire::Failed.into(),
        note: "nobody was there".to_owned(),
        ..SettleRequest::default()
    }
}

#[tokio::test]
async fn an_outcome_is_told_and_stands_also_when_memory_has_let_it_go() {
    let place = Place::new();
    let running = place.folders(&[REFUNDS, ACCESS]).await.unwrap();
    let plane = running.plane();
    settle_people(plane).await;
    let run = run(plane, REFUNDS, "case-1").await.unwrap();
    let (own, other) = (token(plane, REFUNDS).await, token(plane, ACCESS).await);
    let runtime = Runtime { plane: Arc::clone(plane) };
    let note = ActRequest {
        run: run.to_string(),
        tool: "customer.note".to_owned(),
        params_json: r#"{"customer_id":"c-1","text":"Called back."}"#.to_owned(),
        decision_only: true,
        ..ActRequest::default()
    };
    let action = runtime.act(with(note, &own)).await.unwrap().into_inner().action;
    let wait = || AwaitActionRequest { action: action.clone(), timeout_ms: 0 };
    runtime.settle(with(settling(&action), &own)).await.unwrap();
    for forgotten in [false, true] {
        if forgotten {
            plane.run_ward(run).unwrap().view.let_go(action.parse().unwrap());
        }
        let told = runtime.await_action(with(wait(), &own)).await.unwrap().into_inner();
        assert_eq!((told.status(), told.note.as_str()), (Wire::Failed, "nobody was there"), "{forgotten}");
        let refused = runtime.settle(with(settling(&action), &own)).await.unwrap_err();
        assert_eq!(refused.code(), Code::FailedPrecondition);
        assert_eq!(refused.message(), format!("{action} is failed already, and its outcome stands"));
        let stranger = runtime.await_action(with(wait(), &other)).await.unwrap_err();
        assert_eq!(stranger.code(), Code::PermissionDenied, "{forgotten}");
        let stranger = runtime.settle(with(settling(&action), &other)).await.unwrap_err();
        assert_eq!(stranger.code(), Code::PermissionDenied, "{forgotten}");
    }
    let nothing = "act_019cad2f0c307e52b0d16e1f7c4e3b03";
    let unknown = AwaitActionRequest { action: nothing.to_owned(), timeout_ms: 0 };
    assert_eq!(runtime.await_action(with(unknown, &own)).await.unwrap_err().code(), Code::NotFound);
    assert_eq!(runtime.settle(with(settling(nothing), &own)).await.unwrap_err().code(), Code::NotFound);
    running.shutdown().await;
}
