//! 256 clients, sixteen to a run, over power cuts, until the money has run out: exact to the unit in three accounts.
//!
//! ```text
//! clients' own books  =  the history, folded from the export by itself  =  what remitd shows
//! ```
//!
//! `REMIT_CROWD=100000` makes so many calls; without it there are fewer, since a debug build is slow.

mod contract;
mod member;

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use remit_tests::{
    history::{History, Purse},
    outage::Target,
    site::Site,
};
use tokio::{sync::watch, task::JoinSet};

use crate::REMITD;
use member::{Books, Member};

const CLIENTS: usize = 256;
const RUNS: usize = 16;
const POWER_CUTS: usize = 3;
/// Calls where nobody says otherwise.
const CALLS: usize = 25_600;
/// What a run may spend for each call that is made in it: less than they want.
const MICROS_A_CALL: u64 = 5;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[expect(clippy::print_stdout, reason = "says how fast it was")]
async fn a_crowd_on_few_purses_is_exact_to_the_unit() {
    let calls = std::env::var("REMIT_CROWD").ok().map_or(CALLS, |calls| calls.parse().unwrap());
    let each = calls.div_ceil(CLIENTS);
    let limit = MICROS_A_CALL * (each * CLIENTS / RUNS) as u64;
    let site = Site::new(REMITD).await;
    site.contracts.add(contract::SERVICE, &contract::yaml(limit), contract::POLICIES);
    let (target, targets) = watch::channel(Target::Down);
    let done = Arc::new(AtomicUsize::new(0));
    let mut members = JoinSet::new();
    for number in 0..CLIENTS {
        let (run, targets, done) = (format!("purse-{}", number % RUNS), targets.clone(), Arc::clone(&done));
        members.spawn(Member { number, run, calls: each, targets, done }.work());
    }
    let (began, mut token) = (Instant::now(), String::new());
    for cut in 1..=POWER_CUTS {
        let remitd = site.start().await;
        if token.is_empty() {
            token = remitd.operator().await.service_token(contract::SERVICE).await;
        }
        let (url, agent, person) = (remitd.url(), token.clone(), remitd.operator_token());
        target.send_replace(Target::Up { url, agent, person });
        // At so much of the work, wherever everybody is then.
        let share = each * CLIENTS * cut / (POWER_CUTS + 1);
        while done.load(Ordering::Relaxed) < share {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        remitd.kill().await;
        target.send_replace(Target::Down);
    }
    let remitd = site.start().await;
    let (url, agent, person) = (remitd.url(), token, remitd.operator_token());
    target.send_replace(Target::Up { url, agent, person });
    let books = members.join_all().await;
    let worked = began.elapsed();
    let total = sum(books);
    let mut operator = remitd.operator().await;
    let history = History::new(limit).read(&operator.export(contract::SERVICE).await);
    println!(
        "{} admitted, {} refused, in {worked:.1?}; read again after {:.1?}",
        total.admitted,
        total.refused,
        began.elapsed()
    );
    assert_eq!(total.admitted + total.refused, each * CLIENTS);
    assert!(0 < total.refused, "the money has not run out");
    assert_eq!(history.actions.len(), each * CLIENTS, "each call is one action, however often it was sent");
    assert_eq!(history.purses, total.purses);
    history.shown(&operator.runs(contract::SERVICE).await);
    operator.verify().await;
    remitd.stop().await;
}

fn sum(books: Vec<Books>) -> Books {
    let mut total = Books { purses: BTreeMap::new(), ..Books::default() };
    for book in books {
        for (run, purse) in book.purses {
            let sum: &mut Purse = total.purses.entry(run).or_default();
            sum.held += purse.held;
            sum.spent += purse.spent;
        }
        total.admitted += book.admitted;
        total.refused += book.refused;
    }
    total
}
