//! What decides after a start: the folders that were given, or what people approved; one domain for a service.

use remit_core::{Command, Event, Timestamp, escalation::EscalationStatus};
use remit_journal::{Batch, Journal};

use super::{
    Error,
    sample::{ACCESS, Place, REFUNDS, in_sales, run},
};
use crate::{
    error,
    view::sample::{activated, decided, escalation, started},
};

#[track_caller]
fn conflict<T: std::fmt::Debug>(answer: Result<T, error::Error>, words: &str) {
    match answer {
        Err(error::Error::Conflict(text)) => assert!(text.contains(words), "{text}"),
        other => panic!("{other:?} instead of {words}"),
    }
}

#[tokio::test]
async fn a_folder_that_was_taken_away_begins_no_run() {
    let place = Place::new();
    let running = place.folders(&[REFUNDS, ACCESS]).await.unwrap();
    let open = run(running.plane(), ACCESS, "case-1").await.unwrap();
    running.shutdown().await;
    let running = place.folders(&[REFUNDS]).await.unwrap();
    assert_eq!(run(running.plane(), ACCESS, "case-1").await.unwrap(), open, "an open run goes on");
    conflict(run(running.plane(), ACCESS, "case-2").await, "no folder with a contract of `access-grants`");
    run(running.plane(), REFUNDS, "case-2").await.unwrap();
    running.shutdown().await;
    let running = place.folders(&[REFUNDS, ACCESS]).await.unwrap();
    run(running.plane(), ACCESS, "case-2").await.unwrap();
    running.shutdown().await;
}

#[tokio::test]
async fn approvals_take_from_folders_what_they_decided_and_for_good() {
    let place = Place::new();
    let running = place.folders(&[REFUNDS]).await.unwrap();
    run(running.plane(), REFUNDS, "case-1").await.unwrap();
    running.shutdown().await;
    let running = place.approving(&[]).await.unwrap();
    for name in ["case-1", "case-2"] {
        conflict(
            run(running.plane(), REFUNDS, name).await,
            "became active from a folder and nobody approved it",
        );
    }
    running.shutdown().await;
    match place.folders(&[REFUNDS]).await {
        Err(error @ Error::Approved { .. }) => {
            assert!(error.to_string().contains("`payments`, so no folder becomes active"), "{error}");
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_folder_does_not_take_a_service_to_another_domain() {
    let place = Place::new();
    place.folders(&[REFUNDS]).await.unwrap().shutdown().await;
    place.put(REFUNDS, in_sales());
    place.edit(REFUNDS, "version: 1.0.0", "version: 1.1.0");
    let error = place.folders(&[REFUNDS]).await.unwrap_err();
    let words = "the service `refund-decision` is of domain `payments`, the contract names `sales`";
    assert!(matches!(error, Error::Activation { .. }) && error.to_string().contains(words), "{error}");
}

/// A journal of before that was held: both domains know the service.
#[tokio::test]
async fn a_stop_of_a_service_reaches_every_domain_that_knows_it() {
    let place = Place::new();
    let running = place.folders(&[REFUNDS, ACCESS]).await.unwrap();
    let plane = running.plane();
    let contract = plane.contract(&REFUNDS.into()).unwrap();
    let terms = remit_core::Terms { domain: "access".into(), ..(**contract.terms()).clone() };
    let command = Command::ActivateContract { terms: Box::new(terms), by: "remitd".to_owned() };
    plane.ward(&"access".into()).unwrap().domain.submit(command).await.unwrap();
    let wards = plane.service_wards(&REFUNDS.into()).unwrap();
    let names: Vec<_> = wards.iter().map(|ward| ward.domain.name().as_str()).collect();
    assert_eq!(names, ["access", "payments"]);
    let stopped = crate::grpc::stop(plane, "service:refund-decision").await.unwrap();
    assert_eq!(stopped.positions.len(), 2, "{stopped:?}");
    running.shutdown().await;
}

/// What was asked in the seventies is not answerable any more, before anybody could try.
#[tokio::test]
async fn a_question_whose_time_ran_out_in_between_lapses_at_the_start() {
    let journal = Journal::memory();
    let at = Timestamp::from_micros(1_000_000);
    let mut held = decided(1, "{}", true);
    if let Event::ActionDecided(held) = &mut held
        && let Some(question) = &mut held.question
    {
        question.deadline = at.plus_ms(60_000);
    }
    let events = vec![(at, activated()), (at, started()), (at, held)];
    let batch = Batch { domain: "payments".into(), after: 0, events };
    let (told, stored) = tokio::sync::oneshot::channel();
    journal.append(batch, Box::new(move |result| told.send(result.is_ok()).unwrap()));
    assert!(stored.await.unwrap());
    let place = Place::new();
    let running = place.approving_on(journal).await.unwrap();
    let ward = running.plane().ward(&"payments".into()).unwrap();
    let status = ward.view.read(|inner| inner.state.escalations[&escalation()].status);
    assert_eq!(status, EscalationStatus::Lapsed);
    running.shutdown().await;
}
