//! The operator on call: says what became of payouts in doubt, by the statement of the payments company. While the service
//! is stopped nothing of its own is sent again.

use color_eyre::eyre::{Report, WrapErr as _};
use remit_proto::v1::{self, ActionStatus, Verdict};
use serde_json::json;

use super::Done;
use crate::{
    cli::{
        demo::{REFUNDS, world::World},
        session, words,
    },
    connect::OperatorClient,
};

/// Resolves every payout that is in doubt.
pub(super) async fn resolve(
    world: &World,
    client: &mut OperatorClient,
    done: &mut Done,
) -> Result<(), Report> {
    let request = v1::ListActionsRequest {
        service: REFUNDS.to_owned(),
        status: ActionStatus::InDoubt.into(),
        limit: 100,
        ..Default::default()
    };
    let doubtful = client.list_actions(request).await?.into_inner().actions;
    for action in doubtful.into_iter().filter(|action| action.tool == "payout.create") {
        let paid = world.ledger.paid(&action.id).wrap_err("read the statement")?;
        let verdict = if paid.is_some() { Verdict::Happened } else { Verdict::DidNotHappen };
        let result = paid.map(|paid| json!({ "payout_id": paid.payout_id, "status": "paid" }).to_string());
        let request = v1::ResolveRequest {
            action: action.id.clone(),
            verdict: verdict.into(),
            reason: "It is what the statement of the payments company says.".to_owned(),
            result_json: result.unwrap_or_default(),
            idempotency_id: session::idempotency_id(),
        };
        client.resolve(request).await.wrap_err("resolve a doubt")?;
        let verdict = words::verdict(verdict.into());
        world.progress.line(&format!("operator resolved {} {}: {verdict}", action.tool, action.id));
        done.resolved = done.resolved.saturating_add(1);
    }
    Ok(())
}
