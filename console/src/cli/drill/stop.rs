//! A stop under load: effects wait in the sandbox, everybody goes on asking, and one person stops the service.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use remit_core::{DomainName, Event, Outcome};
use remit_journal::Journal;
use remit_proto::v1::{FollowInFlightRequest, Level, SetSwitchRequest, SetSwitchResponse, WhoAmIRequest};
use serde::{Deserialize, Serialize};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::{
    ground::{Ground, Rehearsed, inside},
    load::{self, Tally},
    report::Setting,
    sandbox::Spoiling,
};
use crate::cli::{failure::Failure, session::idempotency_id, words};

/// Callers on one connection: a server lets a client have some two hundred calls at a time.
const A_CONNECTION: usize = 50;
/// For so long effects may come in before the stop, when fewer wait than could.
const GATHERING: Duration = Duration::from_secs(5);
/// For so long everybody goes on asking after the stop.
const ASKING: Duration = Duration::from_millis(500);
/// What was in flight may take so much longer than its tool's timeout.
const ENDING: Duration = Duration::from_secs(10);
/// Records that are read at a time.
const BATCH: usize = 1_000;

/// How it is done.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Asked {
    /// How many call at a time.
    pub load: usize,
    /// For how long before the stop.
    pub lasting: Duration,
}

/// What it showed. Times are in microseconds.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stopped {
    /// How many called at a time.
    pub load: usize,
    /// Effects that were let go before the stop.
    pub let_go: u64,
    /// Calls that were told to come later.
    pub throttled: u64,
    /// Calls that were refused, nearly all of them after the stop.
    pub refused: u64,
    /// From request to acknowledgement, as the person sees it.
    pub acknowledged_us: u64,
    /// From the request's arrival to the commit, as the control plane says it.
    pub committed_us: u64,
    /// From request until nothing was in flight any more.
    pub contained_us: u64,
    /// The position in the journal after which nothing may be admitted.
    pub position: u64,
    /// What was in flight at the stop.
    pub in_flight: Vec<Flying>,
    /// What was admitted after the position: must be none.
    pub late_admits: u64,
    /// Effects that came to the sandbox after the acknowledgement.
    pub begun_after: u64,
}

/// One that was in flight.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Flying {
    /// Its id.
    pub action: String,
    /// Its tool.
    pub tool: String,
    /// Whether it was handed to its tool before the stop.
    pub sent: bool,
    /// What became of it; `None` when nobody knows after all that time.
    pub ended: Option<String>,
}

impl Stopped {
    /// What must not be.
    #[must_use]
    pub fn wrong(&self) -> Vec<String> {
        let open = self.in_flight.iter().filter(|it| it.ended.is_none()).count();
        let mut wrong = Vec::new();
        if self.late_admits > 0 {
            wrong.push(format!("{} were admitted after the acknowledged position", self.late_admits));
        }
        if self.in_flight.is_empty() {
            wrong.push("nothing was in flight, so nothing was shown".to_owned());
        }
        if open > 0 {
            wrong.push(format!("{open} of what was in flight did not end"));
        }
        wrong
    }
}

/// Stops the service under load and measures.
///
/// # Errors
/// When it cannot begin, or nothing is in flight.
pub async fn drill(rehearsed: &Rehearsed, asked: Asked) -> Result<(Setting, Stopped), Failure> {
    let ground = Arc::new(Ground::open(rehearsed, Spoiling::default(), false).await?);
    let setting = Setting::of(&ground, rehearsed);
    let quit = CancellationToken::new();
    let mut callers = JoinSet::new();
    for _ in 0..asked.load.div_ceil(A_CONNECTION) {
        let client = ground.service()?;
        for _ in 0..asked.load.saturating_sub(callers.len()).min(A_CONNECTION) {
            let (ground, client, quit) = (Arc::clone(&ground), client.clone(), quit.clone());
            callers.spawn(async move { load::calling(&ground, client, quit).await });
        }
    }
    let stopped = tokio::select! {
        stopped = stop(&ground, asked) => stopped,
        failed = one_fails(&mut callers) => Err(failed),
    };
    quit.cancel();
    ground.sandbox.let_go();
    let mut tally = Tally::default();
    while let Some(ended) = callers.join_next().await {
        tally.add(ended.map_err(|error| Failure::no(format!("a caller of the drill ended: {error}")))??);
    }
    let found = match stopped {
        Ok((mut stopped, acknowledged)) => {
            stopped.late_admits = late(&ground, stopped.position).await?;
            let begun = ground.sandbox.book().effects;
            stopped.begun_after = count(begun.values().filter(|at| acknowledged < **at).count());
            stopped.let_go = tally.let_go;
            stopped.throttled = tally.throttled;
            stopped.refused = tally.refused.values().sum();
            Ok(stopped)
        }
        Err(failure) => {
            Err(failure.hint(format!("{} effects were let go; {}", tally.let_go, tally.mostly())))
        }
    };
    if let Ok(ground) = Arc::try_unwrap(ground) {
        ground.close().await;
    }
    Ok((setting, found?))
}

/// The first caller that cannot go on.
async fn one_fails(callers: &mut JoinSet<Result<Tally, Failure>>) -> Failure {
    loop {
        match callers.join_next().await {
            Some(Ok(Err(failure))) => return failure,
            Some(Ok(Ok(_))) => {}
            Some(Err(error)) => return Failure::no(format!("a caller of the drill ended: {error}")),
            None => std::future::pending().await,
        }
    }
}

async fn stop(ground: &Ground, asked: Asked) -> Result<(Stopped, Instant), Failure> {
    let mut operator = ground.operator()?;
    // The connection is there before it counts.
    operator.who_am_i(WhoAmIRequest {}).await.map_err(|it| inside(&it))?;
    tokio::time::sleep(asked.lasting).await;
    ground.sandbox.hold();
    in_flight(ground, asked.load).await?;
    let started = Instant::now();
    let acknowledged = set(ground, &mut operator).await?;
    let until = Instant::now();
    let acknowledged_us = micros(started.elapsed());
    ground.sandbox.let_go();
    let domain = ground.contract.terms().domain.as_str();
    let position = acknowledged.positions.get(domain).copied();
    let mut stopped = Stopped {
        load: asked.load,
        acknowledged_us,
        committed_us: acknowledged.containment_us,
        position: position.ok_or_else(|| Failure::malformed("position"))?,
        in_flight: acknowledged.in_flight.iter().map(flying).collect(),
        ..Stopped::default()
    };
    let longest = ground.contract.tools().map(|tool| tool.timeout_ms).max().unwrap_or_default();
    let longest = Duration::from_millis(longest).saturating_add(ENDING);
    let followed = follow(&mut operator, &mut stopped.in_flight);
    if let Ok(followed) = tokio::time::timeout(longest, followed).await {
        followed?;
    }
    stopped.contained_us = micros(started.elapsed());
    tokio::time::sleep(ASKING).await;
    Ok((stopped, until))
}

/// Until as many effects wait in the sandbox as may be under way, or so many as came in while the first one still waits.
async fn in_flight(ground: &Ground, load: usize) -> Result<(), Failure> {
    let tool = &ground.exercise.tool;
    let terms = ground.contract.terms().tools.get(tool);
    let most = terms.and_then(|terms| terms.concurrency).map_or(load, |most| load.min(most as usize));
    let Ok(()) = tokio::time::timeout(GATHERING, ground.sandbox.holds(1)).await else {
        return Err(Failure::no(format!("no call of `{tool}` was in flight, so there was nothing to stop")));
    };
    // The first one must not have run out of time when the stop comes.
    let timeout = ground.contract.tool(tool).map_or(0, |tool| tool.timeout_ms);
    let patience = Duration::from_millis(timeout.div_euclid(2));
    drop(tokio::time::timeout(patience, ground.sandbox.holds(most)).await);
    Ok(())
}

async fn set(
    ground: &Ground,
    operator: &mut crate::connect::OperatorClient,
) -> Result<SetSwitchResponse, Failure> {
    let request = SetSwitchRequest {
        scope: format!("service:{}", ground.contract.terms().service),
        ceiling: Level::None.into(),
        reason: "a drill: stopped under load".to_owned(),
        idempotency_id: idempotency_id(),
        ..SetSwitchRequest::default()
    };
    Ok(operator.set_switch(request).await.map_err(|it| inside(&it))?.into_inner())
}

fn flying(row: &remit_proto::v1::InFlight) -> Flying {
    let action = row.action.clone().unwrap_or_default();
    Flying { action: action.id, tool: action.tool, sent: row.sent, ended: None }
}

/// Notes the end of each.
async fn follow(operator: &mut crate::connect::OperatorClient, flying: &mut [Flying]) -> Result<(), Failure> {
    let actions = flying.iter().map(|it| it.action.clone()).collect();
    let request = FollowInFlightRequest { actions };
    let mut ends = operator.follow_in_flight(request).await.map_err(|it| inside(&it))?.into_inner();
    while let Some(row) = ends.message().await.map_err(|it| inside(&it))? {
        let action = row.action.unwrap_or_default();
        for one in flying.iter_mut().filter(|one| one.action == action.id) {
            one.ended = Some(words::action_status(action.status));
        }
    }
    Ok(())
}

/// What the journal itself says was admitted after a position.
async fn late(ground: &Ground, position: u64) -> Result<u64, Failure> {
    let (journal, domain) = (ground.running.journal().clone(), ground.contract.terms().domain.clone());
    let found = tokio::task::spawn_blocking(move || admitted_after(&journal, &domain, position)).await;
    let unread = |error: &dyn std::fmt::Display| {
        Failure::no(format!("the journal of the drill cannot be read: {error}"))
    };
    found.map_err(|error| unread(&error))?.map_err(|error| unread(&error))
}

fn admitted_after(journal: &Journal, domain: &DomainName, mut at: u64) -> Result<u64, remit_journal::Error> {
    let mut late = 0_u64;
    loop {
        let records = journal.read(domain, at, BATCH)?;
        let Some(last) = records.last() else { return Ok(late) };
        at = last.seq;
        late = late.saturating_add(count(records.iter().filter(|record| lets_go(&record.event)).count()));
    }
}

/// True when the event lets an action of the service go: at once, or after people approved.
fn lets_go(event: &Event) -> bool {
    let decision = if let Event::ActionDecided(decided) = event {
        // What was in doubt is asked about under a stop, too.
        Some(&decided.decision).filter(|_| !decided.is_for_people())
    } else if let Event::ActionReleased { decision, .. } = event {
        Some(&**decision)
    } else {
        None
    };
    decision.is_some_and(|decision| decision.outcome == Outcome::Admit)
}

/// A time as it stands in reports.
pub(super) fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

pub(super) fn count(many: usize) -> u64 {
    u64::try_from(many).unwrap_or(u64::MAX)
}
