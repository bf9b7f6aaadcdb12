//! Thirty power cuts under load: after each, the journal, the ledger, the budgets and every answer agree.
//!
//! ```text
//! agents, approver ─▶ remitd ─▶ payments        kill -9 at a random moment, then, before the next start:
//!       │                │          │             chain intact? ledger = journal? budgets = sum of actions?
//!       └── answers ─────┴── journal┴─ ledger     every answer that somebody got: is it in the journal?
//! ```
//!
//! `REMIT_CUTS=100` cuts it more often (`just crash`). The moments depend on a seed, which is printed; `REMIT_SEED=N` plays the same moments again.

mod audit;
mod load;
mod points;
mod stops;

use std::time::Duration;

use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use remit_proto::v1::{ActionStatus, TraceRecord};
use remit_tests::{
    client::Operator,
    contracts::REFUNDS,
    outage::{Answers, Target},
    site::Site,
};
use tokio::{sync::watch, task::JoinSet};

use crate::REMITD;
use audit::Audit;

/// Without `REMIT_CUTS`.
const POWER_CUTS: u32 = 30;
/// When the power is cut, in milliseconds after the first answer.
const MOMENTS_MS: std::ops::Range<u64> = 20..200;
const AGENTS: usize = 6;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[expect(clippy::print_stdout, reason = "the seed plays a failure again")]
async fn power_cuts_under_load_lose_and_double_nothing() {
    let seed = std::env::var("REMIT_SEED").ok().map_or_else(rand::random, |seed| seed.parse().unwrap());
    println!("REMIT_SEED={seed}");
    let mut chance = StdRng::seed_from_u64(seed);
    let site = Site::new(REMITD).await;
    for (from, to) in [("rate: 10/s", "rate: 100000/s"), ("rate: 50/s", "rate: 100000/s")] {
        site.contracts.edit(from, to);
    }
    let (target, targets) = watch::channel(Target::Down);
    let answers = Answers::default();
    let mut load = JoinSet::new();
    for agent in 0..AGENTS {
        load.spawn(load::act(agent, targets.clone(), answers.clone()));
    }
    load.spawn(load::approve(targets));
    let mut token = String::new();
    let mut books = Audit::default();
    let cuts = std::env::var("REMIT_CUTS").ok().map_or(POWER_CUTS, |cuts| cuts.parse().unwrap());
    for cut in 0..cuts {
        let remitd = site.start().await;
        let mut operator = remitd.operator().await;
        operator.verify().await;
        if token.is_empty() {
            token = operator.service_token(REFUNDS).await;
        }
        let (url, agent, person) = (remitd.url(), token.clone(), remitd.operator_token());
        target.send_replace(Target::Up { url, agent, person });
        answers.first().await;
        let moment = Duration::from_millis(chance.random_range(MOMENTS_MS));
        tokio::time::sleep(moment).await;
        remitd.kill().await;
        target.send_replace(Target::Down);
        let told = answers.take();
        books.look(&site.data(), site.upstream.ledger(), &told, &format!("power cut {cut}, seed {seed}"));
    }
    load.shutdown().await;
    let remitd = site.start().await;
    nothing_is_left_open(&mut remitd.operator().await).await;
    remitd.stop().await;
    books.look(&site.data(), site.upstream.ledger(), &[], "the end");
    println!("{books}");
    assert!(0 < books.paid(), "there was hardly any load: {books}");
}

/// After a start nothing is in flight: it succeeded, failed, waits for a person, or is in doubt. What was approved
/// before the cut and not released yet goes now, with the facts that are read again for it, and comes to its end.
async fn nothing_is_left_open(operator: &mut Operator) {
    operator.verify().await;
    let request = remit_proto::v1::ListActionsRequest { limit: 10_000, ..Default::default() };
    let actions = operator.0.list_actions(request).await.unwrap().into_inner().actions;
    for action in actions {
        let open = [ActionStatus::Admitted, ActionStatus::Approved, ActionStatus::Running];
        let of_an_approval = !action.escalation.is_empty() || !action.rereads.is_empty();
        if of_an_approval && open.contains(&action.status()) {
            let ends = |it: &TraceRecord| it.kind == "action_settled" && it.action == action.id;
            operator.seen_of(&action.run, ends).await;
            continue;
        }
        assert!(!open.contains(&action.status()), "{action:?}");
    }
}
