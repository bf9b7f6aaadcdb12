//! The load between two power cuts: agents that refund and write notes, and somebody who approves.

use std::sync::Arc;

use remit_proto::v1::{ActResponse, ActionStatus};
use remit_tests::client::{Agent, Operator, payout};
use serde_json::json;
use tokio::sync::watch;
use tonic::Status;

/// Where the control plane is at the moment.
#[derive(Clone, Debug)]
pub(super) enum Target {
    /// Nowhere.
    Down,
    /// There, for an agent and for a person.
    Up { url: String, agent: String, person: String },
}

/// What agents were told since the last look: the action and how it ended.
#[derive(Clone, Debug)]
pub(super) struct Answers(Arc<watch::Sender<Vec<(String, ActionStatus)>>>);

impl Answers {
    pub(super) fn new() -> Self {
        Self(Arc::new(watch::Sender::new(Vec::new())))
    }

    /// Waits until there is one.
    pub(super) async fn first(&self) {
        let some = self.0.subscribe().wait_for(|told| !told.is_empty()).await.map(drop);
        some.expect("the agents go on");
    }

    pub(super) fn take(&self) -> Vec<(String, ActionStatus)> {
        self.0.send_replace(Vec::new())
    }

    fn note(&self, answer: &ActResponse) {
        self.0.send_modify(|told| told.push((answer.action.clone(), answer.status())));
    }
}

/// Works on case after case, over every power cut.
pub(super) async fn act(name: usize, mut targets: watch::Receiver<Target>, answers: Answers) {
    let mut case = 0;
    loop {
        let Target::Up { url, agent, .. } = up(&mut targets).await else { continue };
        let mut agent = Agent::connect(&url, &agent).await;
        // A lost connection is the power cut: the case is given up, as an agent would that has crashed.
        while let Ok(()) = work(&mut agent, name, case, &answers).await {
            case += 1;
        }
        case += 1;
        gone(&mut targets, &url).await;
    }
}

async fn work(agent: &mut Agent, name: usize, case: usize, answers: &Answers) -> Result<(), Status> {
    let run = agent.try_run("refund-decision", &format!("case-{name}-{case}")).await?;
    // Every fourth one is large and waits for a person.
    let amount = if case % 4 == 3 { 30_000 } else { 500 };
    let sale = format!("US-{amount}-{name}-{case}");
    let read = json!({ "transaction_id": sale });
    let note = json!({ "customer_id": "c-1", "text": sale });
    for (tool, params) in [
        ("transactions.get", &read),
        ("eligibility.check", &read),
        ("payout.create", &payout(&sale, amount)),
        ("customer.note", &note),
    ] {
        answers.note(&agent.try_act(&run, tool, &params.to_string()).await?);
    }
    Ok(())
}

/// Approves whatever waits.
pub(super) async fn approve(mut targets: watch::Receiver<Target>) {
    loop {
        let Target::Up { url, person, .. } = up(&mut targets).await else { continue };
        let mut operator = Operator::connect(&url, &person).await;
        while let Ok(()) = answer_all(&mut operator).await {
            tokio::task::yield_now().await;
        }
        gone(&mut targets, &url).await;
    }
}

async fn answer_all(operator: &mut Operator) -> Result<(), Status> {
    let request = remit_proto::v1::ListEscalationsRequest { pending_only: true };
    let pending = operator.0.list_escalations(request).await?.into_inner().escalations;
    for escalation in pending {
        operator.answer(&escalation, true).await?;
    }
    Ok(())
}

async fn up(targets: &mut watch::Receiver<Target>) -> Target {
    let is_up = |target: &Target| matches!(target, Target::Up { .. });
    targets.wait_for(is_up).await.map_or(Target::Down, |target| target.clone())
}

/// Waits until this incarnation is known to be gone.
async fn gone(targets: &mut watch::Receiver<Target>, old: &str) {
    let is_other = |target: &Target| !matches!(target, Target::Up { url, .. } if url == old);
    drop(targets.wait_for(is_other).await.map(drop));
}
