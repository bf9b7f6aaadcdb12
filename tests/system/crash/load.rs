//! The load between two power cuts: agents that refund and write notes, and somebody who approves.

use remit_tests::{
    client::{Agent, Operator, payout},
    outage::{Answers, Target, gone, up},
};
use serde_json::json;
use tokio::sync::watch;
use tonic::Status;

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
    let request = remit_proto::v1::ListEscalationsRequest { pending_only: true, ..Default::default() };
    let pending = operator.0.list_escalations(request).await?.into_inner().escalations;
    for escalation in pending {
        operator.answer(&escalation, true).await?;
    }
    Ok(())
}
