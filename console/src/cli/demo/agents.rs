//! The agents of the demo: a case at a time each, through the public faces only, at a steady pace.

use std::{sync::Arc, time::Duration};

use color_eyre::eyre::Report;
use tokio::{
    sync::Semaphore,
    task::JoinSet,
    time::{Instant, MissedTickBehavior, interval},
};
use tokio_util::sync::CancellationToken;

use super::{
    case::{Case, Deck, Subject},
    world::World,
};
use session::Session;

mod access;
mod answer;
mod attempt;
mod grpc;
mod mcp;
mod model;
mod refund;
mod runaway;
mod session;
#[cfg(test)]
mod tests;

/// At most so many cases at once.
const AT_ONCE: usize = 24;
/// After the end an agent may finish the call that it is in.
const LAST_WORDS: Duration = Duration::from_secs(10);

/// How the agents work.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    /// From one new case to the next.
    pub(crate) every: Duration,
    /// At most so many cases that wait for a person.
    pub(crate) waiting: usize,
    /// How long an agent waits for a person.
    pub(crate) patience: Duration,
}

/// What became of the cases.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Tally {
    /// Cases that were opened.
    pub(crate) cases: u64,
    /// Cases whose agent lost its connection or was refused a call itself.
    pub(crate) broken: u64,
}

/// Opens cases until `quit`, then lets the open ones end.
pub(crate) async fn run(world: Arc<World>, mut deck: Deck, pace: Pace, quit: CancellationToken) -> Tally {
    let free = Arc::new(Semaphore::new(AT_ONCE));
    let waiting = Arc::new(Semaphore::new(pace.waiting));
    let mut tally = Tally::default();
    let mut at_work: JoinSet<bool> = JoinSet::new();
    let mut beat = interval(pace.every);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            biased;
            () = quit.cancelled() => break,
            Some(ended) = at_work.join_next() => tally.count(ended.unwrap_or(false)),
            _ = beat.tick() => {
                let Ok(place) = Arc::clone(&free).try_acquire_owned() else { continue };
                let case = deck.deal();
                let seat = Arc::clone(&waiting).try_acquire_owned();
                if case.needs_a_person() && seat.is_err() {
                    continue;
                }
                let seat = seat.ok().filter(|_| case.needs_a_person());
                tally.cases = tally.cases.saturating_add(1);
                let (world, quit) = (Arc::clone(&world), quit.clone());
                at_work.spawn(async move {
                    let ended = Box::pin(handle(&world, &case, pace, quit)).await;
                    drop((place, seat));
                    ended
                });
            }
        }
    }
    let until = Instant::now().checked_add(LAST_WORDS);
    while let Some(until) = until {
        match tokio::time::timeout_at(until, at_work.join_next()).await {
            Ok(Some(ended)) => tally.count(ended.unwrap_or(false)),
            Ok(None) => break,
            Err(_) => {
                let late = u64::try_from(at_work.len()).unwrap_or(u64::MAX);
                tally.broken = tally.broken.saturating_add(late);
                break;
            }
        }
    }
    tally
}

impl Tally {
    fn count(&mut self, well: bool) {
        if !well {
            self.broken = self.broken.saturating_add(1);
        }
    }
}

/// Works on one case; false when the agent could not go on.
async fn handle(world: &World, case: &Case, pace: Pace, quit: CancellationToken) -> bool {
    match work(world, case, pace, quit).await {
        Ok(said) => {
            world.progress.line(&format!("{}  {said}", case.name));
            true
        }
        Err(error) => {
            tracing::warn!(case = case.name, "an agent broke off: {error:#}");
            world.progress.line(&format!("{}  broke off: {error:#}", case.name));
            false
        }
    }
}

async fn work(world: &World, case: &Case, pace: Pace, quit: CancellationToken) -> Result<String, Report> {
    world.prepare(case)?;
    let mut session = Box::pin(Session::open(world, case, pace.patience, quit)).await?;
    let said = match &case.subject {
        Subject::Refund(plot, sales) => Box::pin(refund::work(&mut session, *plot, sales)).await?,
        Subject::Access(plot, employee, role) => {
            Box::pin(access::work(&mut session, *plot, employee, role)).await?
        }
    };
    session.end(&said).await?;
    Ok(said)
}
