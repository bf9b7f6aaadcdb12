//! The approver: reads what is asked, approves one refund and denies another.

use std::{collections::VecDeque, time::Duration};

use color_eyre::eyre::{Report, eyre};
use remit_document::Document;
use remit_proto::v1::{self, ActionStatus, EscalationStatus, decision_update::What};
use tonic::Streaming;

use super::{Done, in_time};
use crate::{
    approver::Approver,
    cli::{demo::world::World, session, words},
    connect::OperatorClient,
};

/// The tool whose escalations are answered.
const PAY: &str = "payout.create";

/// Approves the first refund that waits and sees it carried out; denies the next.
pub(super) async fn answer_two(
    world: &World,
    client: &mut OperatorClient,
    done: &mut Done,
) -> Result<(), Report> {
    let request = v1::WatchDecisionsRequest::default();
    let mut queue = Queue {
        updates: client.watch_decisions(request).await?.into_inner(),
        known: client
            .list_escalations(v1::ListEscalationsRequest { pending_only: true, ..Default::default() })
            .await?
            .into_inner()
            .escalations
            .into(),
    };
    let approver = Approver::of(&world.context);
    let asked = in_time("a refund to approve", queue.next()).await?;
    let answer = decide(
        client,
        &approver,
        &asked,
        true,
        "The customer returned both items; the receipt is in the file.",
    );
    let action = in_time("the approval", answer).await?.action;
    world.progress.line(&format!("operator approved {}: {}", asked.tool, asked.params_json));
    in_time("the approved refund", carried_out(client, action)).await?;
    done.approved = Some(asked.id);
    let asked = in_time("a refund to deny", queue.next()).await?;
    let answer = decide(client, &approver, &asked, false, "The return has not arrived.");
    in_time("the denial", answer).await?;
    world.progress.line(&format!("operator denied {}: {}", asked.tool, asked.params_json));
    done.denied = Some(asked.id);
    Ok(())
}

/// What waits for an answer: what was there already, then what comes.
struct Queue {
    updates: Streaming<v1::DecisionUpdate>,
    known: VecDeque<v1::Escalation>,
}

impl Queue {
    async fn next(&mut self) -> Result<v1::Escalation, Report> {
        loop {
            if let Some(asked) = self.known.pop_front() {
                if asked.tool == PAY && asked.status() == EscalationStatus::Pending {
                    return Ok(asked);
                }
                continue;
            }
            let update =
                self.updates.message().await?.ok_or_else(|| eyre!("the stream of decisions ended"))?;
            if let Some(What::Escalation(asked)) = update.what {
                self.known.push_back(asked);
            }
        }
    }
}

async fn decide(
    client: &mut OperatorClient,
    approver: &Approver,
    asked: &v1::Escalation,
    approve: bool,
    reason: &str,
) -> Result<v1::DecideResponse, Report> {
    let detail = client.get_action(v1::GetActionRequest { id: asked.action.clone() }).await?.into_inner();
    let mut request = v1::DecideRequest {
        escalation: asked.id.clone(),
        approve,
        reason: reason.to_owned(),
        digest: asked.digest.clone(),
        idempotency_id: session::idempotency_id(),
        shown: Document::of(&detail).map(|document| document.digest()).unwrap_or_default(),
        ..v1::DecideRequest::default()
    };
    let who = client.who_am_i(v1::WhoAmIRequest {}).await?.into_inner();
    approver.endorse(&mut request, &who).map_err(|failure| eyre!("{failure}"))?;
    Ok(client.decide(request).await?.into_inner())
}

/// Waits until an approved action has come to its end, which must be a good one.
async fn carried_out(client: &mut OperatorClient, action: Option<v1::Action>) -> Result<(), Report> {
    let id = action.ok_or_else(|| eyre!("the approval names no action"))?.id;
    loop {
        let detail = client.get_action(v1::GetActionRequest { id: id.clone() }).await?.into_inner();
        match detail.action.unwrap_or_default().status() {
            ActionStatus::Succeeded | ActionStatus::Undone => return Ok(()),
            ActionStatus::Approved | ActionStatus::Admitted | ActionStatus::Running | ActionStatus::Held => {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            ended @ (ActionStatus::Unspecified
            | ActionStatus::Proposed
            | ActionStatus::Denied
            | ActionStatus::Lapsed
            | ActionStatus::Failed
            | ActionStatus::InDoubt) => {
                return Err(eyre!("the approved action is {}", words::action_status(ended.into())));
            }
        }
    }
}
