//! What agents do between two power cuts: orders, posts and reads, each with tricks for the tool.

use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use remit_tests::{
    client::Agent,
    hostile::{Trick, purchasing},
    outage::{Answers, Target, gone, up},
};
use serde_json::{Value, json};
use tokio::sync::watch;
use tonic::{Code, Status};

/// Calls of one run.
const CALLS: usize = 16;
/// Orders that several agents want to be the one to place.
const COVETED: u32 = 40;

/// Works on run after run, over every power cut.
pub(super) async fn act((seed, number): (u64, u64), mut targets: watch::Receiver<Target>, answers: Answers) {
    let mut chance = StdRng::seed_from_u64(seed ^ number);
    let mut round = 0;
    loop {
        let Target::Up { url, agent, .. } = up(&mut targets).await else { continue };
        let Ok(mut agent) = Agent::try_connect(&url, &agent).await else {
            gone(&mut targets, &url).await;
            continue;
        };
        // A lost connection is the power cut: the run is given up, as an agent would that has crashed.
        loop {
            round += 1;
            let name = format!("{number}-{round}");
            if let Err(status) = work(&mut agent, &name, &mut chance, &answers).await {
                let is_lost = matches!(status.code(), Code::Unavailable | Code::Unknown | Code::Cancelled);
                assert!(is_lost, "seed {seed}: {status:?}");
                break;
            }
        }
        gone(&mut targets, &url).await;
    }
}

async fn work(agent: &mut Agent, name: &str, chance: &mut StdRng, answers: &Answers) -> Result<(), Status> {
    let run = agent.try_run(purchasing::SERVICE, name).await?;
    let mut last: Option<(&str, Value)> = None;
    for nth in 0..CALLS {
        let again = last.take().filter(|_| chance.random_ratio(1, 8));
        let (tool, params) = again.unwrap_or_else(|| draw(&format!("{name}-{nth}"), chance));
        answers.note(&agent.try_act(&run, tool, &params.to_string()).await?);
        last = Some((tool, params));
    }
    Ok(())
}

/// A call that nobody else makes, or one of the coveted orders.
fn draw(name: &str, chance: &mut StdRng) -> (&'static str, Value) {
    let mut trick = || match chance.random_ratio(1, 2) {
        true => Trick::Honest.name(),
        false => Trick::ALL[chance.random_range(0..Trick::ALL.len())].name(),
    };
    // The second is for a request that is sent again.
    let tricks = format!("{}.{}", trick(), trick());
    match chance.random_range(0..10) {
        0 => {
            let id = format!("coveted-{}", chance.random_range(0..COVETED));
            (purchasing::ORDER, json!({ "id": id, "tricks": tricks }))
        }
        1..5 => (purchasing::ORDER, json!({ "id": name, "tricks": tricks })),
        5..8 => (purchasing::POST, json!({ "id": name, "tricks": tricks })),
        _ => (purchasing::FACT, json!({ "id": name, "tricks": tricks })),
    }
}
