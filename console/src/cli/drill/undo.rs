//! An undo in earnest: effects are made over a few runs, all of them are undone, and the sandbox refuses some and loses
//! an answer or two.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use remit_contract::scenario::Case;
use remit_proto::v1::{
    ActionStatus, ListActionsRequest, ListParkedRequest, PlanRollbackRequest, RollbackPlan, RollbackProgress,
    SkipStepRequest, StartRollbackRequest, VerifyRequest, WatchRollbackRequest,
};
use serde::{Deserialize, Serialize};
use tonic::Streaming;

use super::{
    ground::{Ground, Rehearsed, inside},
    load::{self, Tally, Went},
    report::Setting,
    sandbox::{Book, Spoiling},
    stop::{count, micros},
};
use crate::{
    cli::{failure::Failure, session::idempotency_id},
    connect::OperatorClient,
};

/// Effects in one run, where the contract lets a run have so many.
const IN_A_RUN: usize = 4;
/// Answers that are lost.
const LOST: u32 = 2;
/// Longest time for making all effects, and for undoing them.
const MAKING: Duration = Duration::from_secs(120);
const UNDOING: Duration = Duration::from_secs(300);
/// So many runs that come to nothing one after the other are enough.
const FRUITLESS: u32 = 5;

/// How it is done.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Asked {
    /// How many effects are made.
    pub effects: usize,
    /// So many in a hundred are not taken back.
    pub refuse: u64,
}

/// What it showed.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Undone {
    /// Effects that were made.
    pub effects: u64,
    /// In so many runs.
    pub runs: u64,
    /// Effects that the control plane says are undone.
    pub undone: u64,
    /// Effects that were left to a person, each for a refusal.
    pub parked: u64,
    /// Effects whose reversal the sandbox refuses.
    pub refused: u64,
    /// Effects that the sandbox says are undone.
    pub taken_back: u64,
    /// Effects that were taken back again by another call: must be none.
    pub doubled: u64,
    /// Answers that were lost after it was done.
    pub answers_lost: u64,
    /// What is in doubt at the end: must be nothing.
    pub in_doubt: u64,
    /// The chain of the journal holds.
    pub verified: bool,
    /// From the start of the rollback until all its runs are closed, in microseconds.
    pub took_us: u64,
}

impl Undone {
    /// What must not be.
    #[must_use]
    pub fn wrong(&self) -> Vec<String> {
        let Self { effects, undone, parked, refused, taken_back, doubled, in_doubt, .. } = *self;
        let mut wrong = Vec::new();
        let mut must = |holds: bool, what: String| {
            if !holds {
                wrong.push(what);
            }
        };
        must(parked == refused, format!("{parked} were parked, and {refused} refused"));
        must(undone == taken_back, format!("{undone} count as undone, and {taken_back} were taken back"));
        must(
            undone.saturating_add(parked) == effects,
            format!("of {effects}, {undone} were undone and {parked} parked"),
        );
        must(doubled == 0, format!("{doubled} were taken back twice"));
        must(in_doubt == 0, format!("{in_doubt} are in doubt at the end"));
        must(self.verified, "the chain of the journal is broken".to_owned());
        wrong
    }
}

/// Makes effects, undoes them, and measures.
///
/// # Errors
/// When it cannot begin, or does not end.
pub async fn drill(rehearsed: &Rehearsed, asked: Asked) -> Result<(Setting, Undone), Failure> {
    let spoiling = Spoiling { refuse: asked.refuse, lose: LOST };
    let ground = Ground::open(rehearsed, spoiling, true).await?;
    let setting = Setting::of(&ground, rehearsed);
    let found = undo(&ground, asked).await;
    ground.close().await;
    Ok((setting, found?))
}

async fn undo(ground: &Ground, asked: Asked) -> Result<Undone, Failure> {
    let runs = tokio::time::timeout(MAKING, make(ground, asked.effects)).await.map_err(|_| {
        Failure::no(format!("{} effects were not made in {} s", asked.effects, MAKING.as_secs()))
            .hint("ask for fewer with `--effects`: the contract's own rates hold here, too")
    })??;
    let mut operator = ground.operator()?;
    let request = PlanRollbackRequest {
        scope: format!("service:{}", ground.contract.terms().service),
        since: Some(prost_types::Timestamp::default()),
        ..PlanRollbackRequest::default()
    };
    let plan = operator.plan_rollback(request).await.map_err(|it| inside(&it))?.into_inner();
    let started = Instant::now();
    let walked = tokio::time::timeout(UNDOING, walk(&mut operator, plan)).await.map_err(|_| {
        Failure::no(format!("the rollback did not come to its end in {} s", UNDOING.as_secs()))
    })??;
    let took_us = micros(started.elapsed());
    let in_doubt = ListActionsRequest {
        status: ActionStatus::InDoubt.into(),
        limit: u32::MAX,
        ..ListActionsRequest::default()
    };
    let in_doubt =
        operator.list_actions(in_doubt).await.map_err(|it| inside(&it))?.into_inner().actions.len();
    let verified = operator.verify(VerifyRequest {}).await.map_err(|it| inside(&it))?.into_inner().ok;
    let Book { effects, undone, refused, lost, doubled, .. } = ground.sandbox.book();
    Ok(Undone {
        effects: count(effects.len()),
        runs,
        undone: walked.undone.into(),
        parked: count(walked.parked.len()),
        refused: count(refused.len()),
        taken_back: count(undone.len()),
        doubled: doubled.into(),
        answers_lost: lost.into(),
        in_doubt: count(in_doubt),
        verified,
        took_us,
    })
}

/// Makes so many effects; in how many runs.
async fn make(ground: &Ground, effects: usize) -> Result<u64, Failure> {
    let mut client = ground.service()?;
    let mut tally = Tally::default();
    let (mut made, mut runs, mut fruitless) = (0_usize, 0_u64, 0_u32);
    while made < effects {
        let most = effects.saturating_sub(made).min(IN_A_RUN);
        let before = made;
        let mut case: Case = ground.next()?;
        let run = load::start(&mut client, ground, &case).await?;
        while made.saturating_sub(before) < most {
            match load::attempt(&mut client, &run, &case, &mut tally).await? {
                Went::Through => made = made.saturating_add(1),
                Went::Later(pause) => tokio::time::sleep(pause).await,
                Went::Not(_) => break,
            }
            case = ground.next()?;
        }
        load::end(&mut client, run).await?;
        if made == before {
            fruitless = fruitless.saturating_add(1);
        } else {
            (fruitless, runs) = (0, runs.saturating_add(1));
        }
        if FRUITLESS <= fruitless {
            let said = format!("after {made} effects nothing is let go any more: {}", tally.mostly());
            return Err(Failure::no(said).hint("ask for fewer with `--effects`"));
        }
    }
    Ok(runs)
}

/// What a rollback has come to.
struct Walked {
    undone: u32,
    parked: BTreeSet<String>,
}

/// Has the plan carried out; what is parked is taken over by a person, so that the rest goes on.
async fn walk(operator: &mut OperatorClient, plan: RollbackPlan) -> Result<Walked, Failure> {
    let request = StartRollbackRequest {
        plan: plan.id.clone(),
        digest: plan.digest,
        reason: "a drill: all of it is undone".to_owned(),
        idempotency_id: idempotency_id(),
    };
    let steps = operator.start_rollback(request).await.map_err(|it| inside(&it))?.into_inner();
    let mut last = rested(steps).await?;
    let mut parked = BTreeSet::new();
    loop {
        let all = operator.list_parked(ListParkedRequest {}).await.map_err(|it| inside(&it))?.into_inner();
        let before = parked.len();
        for left in all.parked.into_iter().filter(|left| left.plan == plan.id) {
            let action = left.target.unwrap_or_default().id;
            if parked.insert(action.clone()) {
                let reason = "a drill: what was refused stands".to_owned();
                let request = SkipStepRequest { plan: plan.id.clone(), action, reason };
                operator.skip_step(request).await.map_err(|it| inside(&it))?;
            }
        }
        if parked.len() == before && last.state == "closed" {
            return Ok(Walked { undone: last.undone, parked });
        }
        let request = WatchRollbackRequest { plan: plan.id.clone() };
        last = rested(operator.watch_rollback(request).await.map_err(|it| inside(&it))?.into_inner()).await?;
    }
}

/// The last word of a stream of progress.
async fn rested(mut steps: Streaming<RollbackProgress>) -> Result<RollbackProgress, Failure> {
    while let Some(step) = steps.message().await.map_err(|it| inside(&it))? {
        if step.done {
            return Ok(step);
        }
    }
    Err(Failure::no("the rollback's stream ended before the rollback"))
}
