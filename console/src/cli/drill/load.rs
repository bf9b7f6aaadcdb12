//! Callers of a drill: each starts a run, reads what the effect needs, does it, and begins again.

use std::{collections::BTreeMap, time::Duration};

use remit_contract::scenario::{Call, Case};
use remit_core::Assertion;
use remit_proto::v1::{self, ActRequest, ActResponse, ActionStatus, EndRunRequest, Outcome, StartRunRequest};
use tokio_util::sync::CancellationToken;

use super::ground::{Ground, inside};
use crate::{cli::failure::Failure, connect::RuntimeClient};

/// Longest pause that a caller makes when it is told to come later.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// So often a call is made that is told to come later: a call that comes too often is a loop to a contract.
const TRIES: u32 = 3;

/// What became of cases.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Tally {
    /// Effects that were let go, whatever became of them.
    pub(super) let_go: u64,
    /// Calls that were told to come later.
    pub(super) throttled: u64,
    /// Calls that were refused, by reason.
    pub(super) refused: BTreeMap<String, u64>,
}

impl Tally {
    pub(super) fn add(&mut self, other: Self) {
        self.let_go = self.let_go.saturating_add(other.let_go);
        self.throttled = self.throttled.saturating_add(other.throttled);
        for (reason, many) in other.refused {
            let sum = self.refused.entry(reason).or_default();
            *sum = sum.saturating_add(many);
        }
    }

    /// The most frequent refusal, in words.
    pub(super) fn mostly(&self) -> String {
        let most = self.refused.iter().max_by_key(|(_, many)| **many);
        most.map_or_else(
            || "nothing was refused".to_owned(),
            |(reason, many)| format!("most were refused with `{reason}` ({many})"),
        )
    }
}

/// How a call went.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Went {
    /// It was let go.
    Through,
    /// It is to come again after this time.
    Later(Duration),
    /// It was refused, for this reason.
    Not(String),
}

/// One run after the other until told to end.
pub(super) async fn calling(
    ground: &Ground,
    mut client: RuntimeClient,
    quit: CancellationToken,
) -> Result<Tally, Failure> {
    let mut tally = Tally::default();
    while !quit.is_cancelled() {
        let case = ground.next()?;
        let run = start(&mut client, ground, &case).await?;
        let went = attempt(&mut client, &run, &case, &mut tally).await?;
        end(&mut client, run).await?;
        if let Went::Later(pause) = went {
            tokio::select! {
                () = quit.cancelled() => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
    }
    Ok(tally)
}

/// Starts a run as the case declares it.
pub(super) async fn start(
    client: &mut RuntimeClient,
    ground: &Ground,
    case: &Case,
) -> Result<String, Failure> {
    let declared = &case.declared;
    let request = StartRunRequest {
        service: ground.contract.terms().service.to_string(),
        workflow: declared.workflow.as_ref().map(ToString::to_string).unwrap_or_default(),
        request_json: declared.request.as_ref().map(|it| it.as_str().to_owned()).unwrap_or_default(),
        ..StartRunRequest::default()
    };
    Ok(client.start_run(request).await.map_err(|it| inside(&it))?.into_inner().run)
}

/// Ends a run.
pub(super) async fn end(client: &mut RuntimeClient, run: String) -> Result<(), Failure> {
    let request = EndRunRequest { run, reason: "the case is done".to_owned() };
    client.end_run(request).await.map_err(|it| inside(&it)).map(drop)
}

/// The reads and the effect of a case; what is refused first ends it. Every answer is counted.
pub(super) async fn attempt(
    client: &mut RuntimeClient,
    run: &str,
    case: &Case,
    tally: &mut Tally,
) -> Result<Went, Failure> {
    let reads = case.reads.iter().map(|read| (read, &[][..]));
    let calls = reads.chain([(&case.effect, case.asserts.as_slice())]);
    for (call, asserts) in calls {
        let mut went = act(client, run, call, asserts).await?;
        for _ in 1..TRIES {
            let Went::Later(pause) = went else { break };
            tally.throttled = tally.throttled.saturating_add(1);
            tokio::time::sleep(pause).await;
            went = act(client, run, call, asserts).await?;
        }
        match &went {
            Went::Through => {}
            Went::Later(_) => tally.throttled = tally.throttled.saturating_add(1),
            Went::Not(reason) => {
                let many = tally.refused.entry(reason.clone()).or_default();
                *many = many.saturating_add(1);
            }
        }
        if went != Went::Through {
            return Ok(went);
        }
    }
    tally.let_go = tally.let_go.saturating_add(1);
    Ok(Went::Through)
}

async fn act(
    client: &mut RuntimeClient,
    run: &str,
    call: &Call,
    asserts: &[Assertion],
) -> Result<Went, Failure> {
    let said = |said: &Assertion| v1::Assertion {
        item: said.item.to_string(),
        source_uri: said.source.to_string(),
        content_json: said.content.as_str().to_owned(),
        sha256: String::new(),
    };
    let request = ActRequest {
        run: run.to_owned(),
        tool: call.tool.to_string(),
        params_json: call.params.to_string(),
        assertions: asserts.iter().map(said).collect(),
        ..ActRequest::default()
    };
    Ok(went(client.act(request).await.map_err(|it| inside(&it))?.into_inner()))
}

fn went(answer: ActResponse) -> Went {
    let decision = answer.decision.unwrap_or_default();
    match decision.outcome() {
        Outcome::Admit if answer.status == i32::from(ActionStatus::Denied) => Went::Not(decision.reason),
        Outcome::Admit => Went::Through,
        Outcome::Throttle => Went::Later(Duration::from_millis(decision.retry_after_ms).min(LONGEST_PAUSE)),
        Outcome::Unspecified | Outcome::Escalate | Outcome::Deny | Outcome::Stop => {
            Went::Not(decision.reason)
        }
    }
}
