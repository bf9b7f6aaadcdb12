//! Everything that a tool can do wrong, once each: what the action is then, and what really happened.

use std::time::Duration;

use remit_proto::v1::ActionStatus;
use remit_tests::{
    client::Agent,
    history::History,
    hostile::{Hostile, Trick, purchasing},
    site::Site,
};
use serde_json::json;

use crate::REMITD;

const PATIENCE: Duration = Duration::from_millis(2_000);
const LATE: Duration = Duration::from_millis(2_500);

/// What holds of an effect, when it was treated so: how it ends, and how often it happened.
const fn of_an_effect(trick: Trick) -> (ActionStatus, usize) {
    match trick {
        Trick::Honest | Trick::Slow => (ActionStatus::Succeeded, 1),
        Trick::Refuses => (ActionStatus::Failed, 0),
        Trick::FailsBefore | Trick::DropsBefore => (ActionStatus::InDoubt, 0),
        Trick::FailsAfter
        | Trick::DropsAfter
        | Trick::Late
        | Trick::CommitsLate
        | Trick::Garbage
        | Trick::Truncated
        | Trick::BreaksOff
        | Trick::Huge => (ActionStatus::InDoubt, 1),
    }
}

/// A read leaves nothing behind: it is answered, or it has failed.
const fn of_a_read(trick: Trick) -> ActionStatus {
    if matches!(trick, Trick::Honest | Trick::Slow) { ActionStatus::Succeeded } else { ActionStatus::Failed }
}

#[tokio::test]
async fn a_tool_without_keys_is_asked_once_whatever_it_does() {
    let site = Site::new(REMITD).await;
    let hostile = Hostile::start(LATE).await;
    site.contracts.add(
        purchasing::SERVICE,
        &purchasing::yaml(&hostile.url(), PATIENCE),
        purchasing::POLICIES,
    );
    let remitd = site.start().await;
    let mut operator = remitd.operator().await;
    let token = operator.service_token(purchasing::SERVICE).await;
    let agent = Agent::connect(&remitd.url(), &token).await;
    // All at once: some take as long as the patience.
    let calls = Trick::ALL.map(|trick| {
        let mut agent = agent.clone();
        tokio::spawn(async move {
            let run = agent.try_run(purchasing::SERVICE, trick.name()).await.unwrap();
            let params = json!({ "id": trick.name(), "tricks": trick.name() });
            let (posted, read) = (
                agent.act(&run, purchasing::POST, &params).await,
                agent.act(&run, purchasing::FACT, &params).await,
            );
            (trick, params.to_string(), posted, read)
        })
    });
    let answers = futures::future::join_all(calls).await;
    hostile.quiet().await;
    let seen = hostile.seen();
    for answer in answers {
        let (trick, params, posted, read) = answer.unwrap();
        let (status, effects) = of_an_effect(trick);
        assert_eq!(posted.status(), status, "{trick:?}: {posted:?}");
        assert_eq!(read.status(), of_a_read(trick), "{trick:?}: {read:?}");
        let done = seen.effects.iter().filter(|effect| effect.body == params).count();
        let came = seen.arrivals.iter().filter(|arrival| arrival.body == params).count();
        assert_eq!((done, came), (effects, 1), "{trick:?}");
    }
    // Of two answers of 200 MB hardly more was taken than what fits into the buffers on the way.
    assert!(hostile.taken() < 64 << 20, "{} bytes were taken", hostile.taken());
    let events = operator.export(purchasing::SERVICE).await;
    History::new(purchasing::SPEND_MICROS).read(&events).agrees(&seen);
    remitd.stop().await;
}
