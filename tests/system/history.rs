//! Random work at a tool that does everything wrong, with power cuts in between: after each, the history is right.
//!
//! ```text
//! agents ─▶ remitd ─▶ hostile tool         kill -9 at a random moment; after the next start, before any load:
//!    │         │            │                the journal's export against the tool's books: none doubled, none lost,
//!    └─answers─┴── export ──┴── books        the same key the same bytes; each run's money to the unit, as shown
//! ```
//!
//! Everything drawn depends on a seed, which is printed; `REMIT_SEED=N` draws it again.

mod work;

use std::time::Duration;

use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use remit_tests::{
    client::Operator,
    history::{Fate, History, Tally},
    hostile::{Hostile, purchasing},
    outage::{Answers, Target},
    site::Site,
};
use tokio::{sync::watch, task::JoinSet};

use crate::REMITD;

const POWER_CUTS: usize = 8;
/// When the power is cut, in milliseconds after the first answer.
const MOMENTS_MS: std::ops::Range<u64> = 50..900;
const AGENTS: u64 = 8;
const PATIENCE: Duration = Duration::from_millis(400);
const LATE: Duration = Duration::from_millis(600);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[expect(clippy::print_stdout, reason = "the seed plays a failure again")]
async fn whatever_tools_and_power_do_the_history_is_right() {
    let seed = std::env::var("REMIT_SEED").ok().map_or_else(rand::random, |seed| seed.parse().unwrap());
    println!("REMIT_SEED={seed}");
    let mut chance = StdRng::seed_from_u64(seed);
    let site = Site::new(REMITD).await;
    let hostile = Hostile::start(LATE).await;
    site.contracts.add(
        purchasing::SERVICE,
        &purchasing::yaml(&hostile.url(), PATIENCE),
        purchasing::POLICIES,
    );
    let (target, targets) = watch::channel(Target::Down);
    let answers = Answers::default();
    let mut work = JoinSet::new();
    for agent in 0..AGENTS {
        work.spawn(work::act((seed, agent), targets.clone(), answers.clone()));
    }
    let mut token = String::new();
    for cut in 0..POWER_CUTS {
        let remitd = site.start().await;
        let mut operator = remitd.operator().await;
        look(&mut operator, &hostile, &answers, &format!("cut {cut}, seed {seed}")).await;
        if token.is_empty() {
            token = operator.service_token(purchasing::SERVICE).await;
        }
        let (url, agent, person) = (remitd.url(), token.clone(), remitd.operator_token());
        target.send_replace(Target::Up { url, agent, person });
        answers.first().await;
        tokio::time::sleep(Duration::from_millis(chance.random_range(MOMENTS_MS))).await;
        remitd.kill().await;
        target.send_replace(Target::Down);
        if let Some(ended) = work.try_join_next() {
            panic!("seed {seed}: an agent gave up: {:?}", ended.unwrap_err());
        }
    }
    work.shutdown().await;
    hostile.quiet().await;
    let remitd = site.start().await;
    let (history, tally) = look(&mut remitd.operator().await, &hostile, &answers, "the end").await;
    let open = history.actions.values().find(|told| matches!(told.fate, Fate::Goes | Fate::Started));
    assert_eq!(open, None, "seed {seed}: nothing is under way");
    assert!(
        0 < tally.effects && 0 < tally.done_in_doubt && 0 < tally.sent_again,
        "there was hardly any work: {tally}"
    );
    remitd.stop().await;
}

/// Looks at everything while nobody asks for anything; what is in doubt is sent again all the same.
#[expect(clippy::print_stdout, reason = "says when, should what follows panic")]
async fn look(operator: &mut Operator, hostile: &Hostile, answers: &Answers, when: &str) -> (History, Tally) {
    println!("{when}");
    operator.verify().await;
    // What the tool has seen is on record before: what it sees between two exports that are the same is in them.
    let (events, runs, seen) = loop {
        let events = operator.export(purchasing::SERVICE).await;
        let runs = operator.runs(purchasing::SERVICE).await;
        let seen = hostile.seen();
        if operator.export(purchasing::SERVICE).await.len() == events.len() {
            break (events, runs, seen);
        }
    };
    let history = History::new(purchasing::SPEND_MICROS).read(&events);
    let tally = history.agrees(&seen);
    println!("{tally}");
    for (action, status) in answers.take() {
        history.told(&action, status);
    }
    history.shown(&runs);
    (history, tally)
}
