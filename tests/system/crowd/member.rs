//! One of the crowd: acts in a run that it shares, settles what was admitted, and keeps books of its own.

use std::collections::BTreeMap;

use futures::{StreamExt as _, TryStreamExt as _, stream};
use remit_proto::v1::{ActRequest, ActionStatus, Decision, SettleRequest};
use remit_tests::{
    client::Agent,
    history::Purse,
    outage::{Target, gone, up},
};
use tokio::sync::watch;
use tonic::{Code, Status};

use super::contract::{BUY, LOOK};

/// Calls that are on their way together.
const WINDOW: usize = 25;

/// Calls until a member goes on in another run.
pub(super) const PHASE: usize = 100;

/// What one of the crowd knows itself, without asking anybody.
#[derive(Default, Debug)]
pub(super) struct Books {
    pub(super) purses: BTreeMap<String, Purse>,
    pub(super) admitted: usize,
    /// How many calls each budget has refused.
    pub(super) refused: BTreeMap<Refuser, usize>,
}

/// Whose money was not enough.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Refuser {
    Run,
    Service,
    Domain,
}

impl Refuser {
    /// As the decision says it.
    fn of(decision: &Decision) -> Self {
        let found = decision.findings.iter().find(|found| found.reason == decision.reason).unwrap();
        match decision.reason.as_str() {
            "spend_exhausted" => Self::Run,
            "budget_exhausted" if found.detail.contains("of the day of service") => Self::Service,
            "budget_exhausted" if found.detail.contains("of the day of domain") => Self::Domain,
            other => panic!("`{other}`: {found:?}"),
        }
    }
}

/// How a call that was admitted ends; drawn from its number, so that it ends so however often it is sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum End {
    Open,
    Failed { cost: u64 },
    Succeeded { cost: u64 },
    InDoubt,
}

/// The n-th call of one of the crowd.
#[derive(Clone, Copy, Debug)]
struct Call {
    member: usize,
    nth: usize,
}

impl Call {
    const fn buys(self) -> bool {
        !self.nth.is_multiple_of(4)
    }

    const fn end(self) -> End {
        match (self.nth % 5, self.buys()) {
            (0, _) => End::Open,
            (1, _) => End::Failed { cost: 1 },
            (2, true) => End::Succeeded { cost: 7 },
            (3, true) => End::InDoubt,
            (2 | 3, false) => End::Succeeded { cost: 3 },
            (_, true) => End::Succeeded { cost: 4 },
            (_, false) => End::Succeeded { cost: 0 },
        }
    }

    /// What it takes of its run's money in the end.
    const fn weighs(self) -> Purse {
        // What can be undone keeps the money for that.
        let (hold, undo) = if self.buys() { (7, 2) } else { (3, 0) };
        match self.end() {
            End::Open | End::InDoubt => Purse { held: hold + undo, spent: 0 },
            End::Failed { cost } => Purse { held: 0, spent: cost },
            End::Succeeded { cost } => Purse { held: undo, spent: cost },
        }
    }

    fn request(self, run: &str) -> ActRequest {
        let Self { member, nth } = self;
        ActRequest {
            correlation: nth as u64,
            run: run.to_owned(),
            tool: if self.buys() { BUY } else { LOOK }.to_owned(),
            params_json: format!("{{\"n\":{}}}", member * 1_000_000 + nth),
            idempotency_key: format!("{member}-{nth}"),
            decision_only: true,
            assertions: Vec::new(),
        }
    }

    fn settle(self, action: String) -> Option<SettleRequest> {
        let (status, cost_micros) = match self.end() {
            End::Open => return None,
            End::Failed { cost } => (ActionStatus::Failed, cost),
            End::Succeeded { cost } => (ActionStatus::Succeeded, cost),
            End::InDoubt => (ActionStatus::InDoubt, 0),
        };
        Some(SettleRequest {
            action,
            status: status.into(),
            result_json: "{}".to_owned(),
            cost_micros,
            note: "as drawn".to_owned(),
        })
    }
}

/// One of the crowd.
pub(super) struct Member {
    pub(super) number: usize,
    pub(super) service: &'static str,
    /// The name of the runs that it shares with others.
    pub(super) run: String,
    pub(super) calls: usize,
    pub(super) targets: watch::Receiver<Target>,
    /// Calls that came to their end, of all members.
    pub(super) done: watch::Sender<usize>,
}

impl Member {
    /// Makes all of its calls, over every power cut, and tells what it knows.
    pub(super) async fn work(mut self) -> Books {
        let (mut books, mut first) = (Books::default(), 0);
        while first < self.calls {
            let Target::Up { url, agent, .. } = up(&mut self.targets).await else { continue };
            let lost = match self.at(&url, &agent, &mut first, &mut books).await {
                Ok(()) => return books,
                Err(status) => status,
            };
            let is_cut = matches!(lost.code(), Code::Unavailable | Code::Unknown | Code::Cancelled);
            assert!(is_cut, "{lost:?}");
            gone(&mut self.targets, &url).await;
        }
        books
    }

    /// Works at one incarnation, window after window. What was cut off is sent again as it was.
    async fn at(&self, url: &str, token: &str, first: &mut usize, books: &mut Books) -> Result<(), Status> {
        let mut agent = Agent::try_connect(url, token).await?;
        while *first < self.calls {
            let run = agent.try_run(self.service, &format!("{}-{}", self.run, *first / PHASE)).await?;
            let last = self.calls.min(*first + WINDOW);
            let calls: Vec<_> = (*first..last).map(|nth| Call { member: self.number, nth }).collect();
            let (admitted, refused) = window(&mut agent, &run, &calls).await?;
            let purse = books.purses.entry(run.clone()).or_default();
            for call in &admitted {
                purse.held += call.weighs().held;
                purse.spent += call.weighs().spent;
            }
            books.admitted += admitted.len();
            for refuser in refused {
                *books.refused.entry(refuser).or_default() += 1;
            }
            self.done.send_modify(|done| *done += calls.len());
            *first = last;
        }
        Ok(())
    }
}

/// Makes the calls and settles those that were admitted; returns these, and who refused the others, once
/// everything is durable.
#[expect(clippy::wildcard_enum_match_arm, reason = "nothing else can be")]
async fn window(agent: &mut Agent, run: &str, calls: &[Call]) -> Result<(Vec<Call>, Vec<Refuser>), Status> {
    let requests: Vec<_> = calls.iter().map(|call| call.request(run)).collect();
    let answers = agent.runtime.act_stream(stream::iter(requests)).await?.into_inner();
    let answers: Vec<_> = answers.try_collect().await?;
    if answers.len() < calls.len() {
        return Err(Status::unavailable("the stream ended early"));
    }
    let (mut admitted, mut refused, mut settles) = (Vec::new(), Vec::new(), Vec::new());
    for answer in answers {
        assert_eq!(answer.error, "", "{answer:?}");
        let nth = usize::try_from(answer.correlation).unwrap();
        let call = calls[nth - calls[0].nth];
        match answer.status() {
            ActionStatus::Denied => {
                refused.push(Refuser::of(&answer.decision.unwrap()));
                continue;
            }
            ActionStatus::Admitted => settles.extend(call.settle(answer.action)),
            // It was sent before a power cut, and settled then.
            ActionStatus::Succeeded | ActionStatus::Failed | ActionStatus::InDoubt => {}
            other => panic!("{other:?}"),
        }
        admitted.push(call);
    }
    let settles = stream::iter(settles).map(|settle| {
        let mut runtime = agent.runtime.clone();
        async move { runtime.settle(settle).await }
    });
    let _: Vec<_> = settles.buffer_unordered(WINDOW).try_collect().await?;
    Ok((admitted, refused))
}
