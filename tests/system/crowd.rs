//! 256 clients of two services on three nested budgets, over power cuts, until each budget has refused: to the unit.
//!
//! ```text
//! run ─▶ day of its service ─▶ day of the domain
//!
//! clients' own books  =  the history, folded from the export by itself  =  what remitd shows
//! ```
//!
//! `REMIT_CROWD=100000` makes so many calls; without it there are fewer, since a debug build is slow.

mod contract;
mod member;

use std::{collections::BTreeMap, time::Instant};

use remit_proto::v1 as pb;
use remit_tests::{
    client::Operator,
    history::{Fate, History, Purse, Window},
    outage::Target,
    site::{Remitd, Site},
};
use tokio::{sync::watch, task::JoinSet};

use crate::REMITD;
use member::{Books, Member, PHASE, Refuser};

const CLIENTS: usize = 256;
const POWER_CUTS: usize = 3;
/// Calls where nobody says otherwise.
const CALLS: usize = 25_600;
const DAY_S: i64 = 86_400;

/// What each may spend, in micro-units; a call takes 5.6 of them in the end.
#[derive(Clone, Copy, Debug)]
struct Limits {
    run: u64,
    services: [u64; 2],
    domain: u64,
}

impl Limits {
    /// So that large runs run out first, then the one service, then the domain, and small runs and the other
    /// service never do.
    const fn of(calls: usize) -> Self {
        let (calls, of_a_phase) = (calls as u64, (PHASE * CLIENTS) as u64);
        Self { run: of_a_phase * 5 / 64, services: [calls, calls * 11 / 5], domain: calls * 14 / 5 }
    }

    fn history(self) -> History {
        let [first, second] = contract::SERVICES;
        let day = |name, service, limit_micros| Window { name, service, seconds: DAY_S, limit_micros };
        History::new(self.run)
            .within(day("the day of crowd-a", Some(first), self.services[0]))
            .within(day("the day of crowd-b", Some(second), self.services[1]))
            .within(day("the day of the domain", None, self.domain))
    }
}

/// The run of a client: half of them share eight large ones, the others thirty-two small ones. In none are a thousand
/// calls made, since as many refused ones would be a loop.
fn run_of(number: usize) -> String {
    let place = number / 2;
    format!("purse-{}", if place < CLIENTS / 4 { place % 8 } else { 8 + place % 32 })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[expect(clippy::print_stdout, reason = "says how fast it was")]
async fn a_crowd_on_nested_budgets_is_exact_to_the_unit() {
    let calls = std::env::var("REMIT_CROWD").ok().map_or(CALLS, |calls| calls.parse().unwrap());
    let each = calls.div_ceil(CLIENTS);
    let limits = Limits::of(each * CLIENTS);
    let site = Site::new(REMITD).await;
    for (service, day) in contract::SERVICES.into_iter().zip(limits.services) {
        site.contracts.add(service, &contract::yaml(service, limits.run, day), &contract::policies(service));
    }
    site.domain("units", &contract::domain(limits.domain));
    let targets = [watch::Sender::new(Target::Down), watch::Sender::new(Target::Down)];
    let (done, mut so_far) = watch::channel(0);
    let mut members = JoinSet::new();
    for number in 0..CLIENTS {
        let (service, targets) = (contract::SERVICES[number % 2], targets[number % 2].subscribe());
        let (run, done) = (run_of(number), done.clone());
        members.spawn(Member { number, service, run, calls: each, targets, done }.work());
    }
    let (began, mut tokens) = (Instant::now(), Vec::new());
    for cut in 1..=POWER_CUTS {
        let remitd = begin(&site, &targets, &mut tokens).await;
        // At so much of the work, wherever everybody is then.
        let share = each * CLIENTS * cut / (POWER_CUTS + 1);
        so_far.wait_for(|done| share <= *done).await.unwrap();
        remitd.kill().await;
        for target in &targets {
            target.send_replace(Target::Down);
        }
    }
    let remitd = begin(&site, &targets, &mut tokens).await;
    let total = sum(members.join_all().await);
    println!("{} admitted, refused {:?}, in {:.1?}", total.admitted, total.refused, began.elapsed());
    let mut operator = remitd.operator().await;
    let history = limits.history().read(&operator.export(contract::SERVICES[0]).await);
    println!("read again after {:.1?}", began.elapsed());
    exact(&history, &total, each * CLIENTS);
    let mut runs = operator.runs(contract::SERVICES[0]).await;
    runs.extend(operator.runs(contract::SERVICES[1]).await);
    history.shown(&runs);
    double_entry(&mut operator, &total).await;
    operator.verify().await;
    remitd.stop().await;
}

/// Starts it and says so to everybody.
async fn begin(site: &Site, targets: &[watch::Sender<Target>; 2], tokens: &mut Vec<String>) -> Remitd {
    let remitd = site.start().await;
    if tokens.is_empty() {
        for service in contract::SERVICES {
            tokens.push(remitd.operator().await.service_token(service).await);
        }
    }
    for (target, agent) in targets.iter().zip(tokens) {
        let (url, agent, person) = (remitd.url(), agent.clone(), remitd.operator_token());
        target.send_replace(Target::Up { url, agent, person });
    }
    remitd
}

fn sum(books: Vec<Books>) -> Books {
    let mut total = Books::default();
    for book in books {
        for (run, purse) in book.purses {
            let sum = total.purses.entry(run).or_default();
            sum.held += purse.held;
            sum.spent += purse.spent;
        }
        for (refuser, times) in book.refused {
            *total.refused.entry(refuser).or_default() += times;
        }
        total.admitted += book.admitted;
    }
    total
}

/// The books, posted anew from the journal: they balance, the control plane counts the same, and the days of the domain
/// have what the clients' own books say.
#[expect(clippy::print_stdout, reason = "shows the books after the crash")]
async fn double_entry(operator: &mut Operator, total: &Books) {
    let asked = pb::GetBooksRequest { of: "units".to_owned() };
    let books = operator.0.get_books(asked).await.unwrap().into_inner().books.remove(0);
    let (debits, credits) = (books.debits_micros, books.credits_micros);
    println!("{} accounts up to event {}: {debits} debited, {credits} credited", books.kept, books.seq);
    assert_eq!((debits, &books.differences), (credits, &Vec::new()));
    let of_days = |account: &str| {
        let is_it =
            |it: &&pb::BookAccount| it.kind == "domain" && it.window == "day" && it.account == account;
        books.accounts.iter().filter(is_it).map(|it| it.balance_micros.unsigned_abs()).sum::<u64>()
    };
    let ours = |of: fn(&Purse) -> u64| total.purses.values().map(of).sum::<u64>();
    let (held, spent) = (ours(|purse| purse.held), ours(|purse| purse.spent));
    assert_eq!(["available", "held", "spent"].map(of_days), [held + spent, held, spent]);
}

/// Every call is one action, and every purse has what the clients' own books say.
fn exact(history: &History, total: &Books, calls: usize) {
    assert_eq!(total.admitted + total.refused.values().sum::<usize>(), calls);
    // What was asked to come later keeps no key, and is another action when it comes.
    let admitted = history.actions.values().filter(|told| told.fate != Fate::Refused).count();
    assert_eq!(admitted, total.admitted, "each admitted call is one action, however often it was sent");
    let add =
        |sum: Purse, purse: &Purse| Purse { held: sum.held + purse.held, spent: sum.spent + purse.spent };
    let all = total.purses.values().fold(Purse::default(), add);
    let (runs, windows): (BTreeMap<_, _>, BTreeMap<_, _>) =
        history.purses.clone().into_iter().partition(|(name, _)| name.starts_with("run_"));
    assert_eq!(runs, total.purses);
    for name in ["the day of the domain", "the day of crowd"] {
        let of = windows.iter().filter(|(it, _)| it.starts_with(name)).map(|(_, purse)| purse);
        assert_eq!(of.fold(Purse::default(), add), all, "{name}");
    }
    // Over midnight there is a day more, and more money.
    if windows.len() == 3 {
        let each = [Refuser::Run, Refuser::Service, Refuser::Domain];
        assert_eq!(
            total.refused.keys().copied().collect::<Vec<_>>(),
            each,
            "some budget has refused nothing"
        );
    }
}
