//! `remit resolve`: say what became of an action whose outcome nobody knows.

use clap::Args;
use remit_proto::v1::{ActionStatus, GetActionRequest, ResolveRequest, Verdict};
use serde_json::json;

use crate::cli::{
    failure::Failure,
    kind::{action, detail},
    screen::Screen,
    session::{Session, idempotency_id, unsure, within},
    words,
};

/// Arguments of `remit resolve`.
#[derive(Args, Debug)]
#[command(
    after_help = "Prints the whole action before it says anything. Until somebody has resolved it, an action in
doubt keeps its money, its effect and its key. What did not happen frees all three; what
happened costs what was reserved. An action that a person had to approve takes two different
people who say the same.

Examples:
  remit get actions --status in_doubt                  what nobody knows
  remit resolve 9b1c44d0 --did-not-happen --reason \"not on the statement of today\"
  remit resolve 9b1c44d0 --happened --reason \"on the statement\" --result '{\"payout_id\":\"po-7\"}'"
)]
pub struct Resolve {
    /// The action's id, or a unique end of it
    #[arg(value_name = "ACTION")]
    pub action: String,
    /// The tool did it
    #[arg(long, required_unless_present = "did_not_happen", conflicts_with = "did_not_happen")]
    pub happened: bool,
    /// The tool did not do it, and will not
    #[arg(long, required_unless_present = "happened")]
    pub did_not_happen: bool,
    /// How you know; it is kept in the journal beside your name
    #[arg(long, value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub reason: String,
    /// What the tool answered, where undoing needs it; `null` where nobody knows it
    #[arg(long, value_name = "JSON", conflicts_with = "did_not_happen")]
    pub result: Option<String>,
}

/// Says what became of one action.
///
/// # Errors
/// When it is not in doubt, or the control plane refuses.
pub async fn run(args: Resolve, session: &mut Session, screen: &mut Screen<'_>) -> Result<(), Failure> {
    let request = GetActionRequest { id: args.action };
    let before = session.client.get_action(within(request)).await?.into_inner();
    let id = before.action.as_ref().map(|action| action.id.clone());
    let id = id.ok_or_else(|| Failure::malformed("action"))?;
    if !screen.for_programs() {
        detail::write(&before, screen)?;
    }
    let verdict = if args.happened { Verdict::Happened } else { Verdict::DidNotHappen };
    let request = ResolveRequest {
        action: id.clone(),
        verdict: verdict.into(),
        reason: args.reason,
        result_json: args.result.unwrap_or_default(),
        idempotency_id: idempotency_id(),
    };
    let response = session.command()?.resolve(within(request)).await.map_err(unsure)?.into_inner();
    let after = response.action.as_ref().ok_or_else(|| Failure::malformed("action"))?;
    if screen.for_programs() {
        return Ok(screen.object(&json!({
            "action": action::json(after),
            "statements": response.statements.iter().map(detail::statement_json).collect::<Vec<_>>(),
            "needed": response.needed,
        }))?);
    }
    let status = words::action_status(after.status);
    if after.status() != ActionStatus::InDoubt {
        return Ok(screen.line(&format!("resolved {id}: the action is {status}"))?);
    }
    let said = response.statements.len();
    screen.line(&format!("noted for {id}: {said} of {} people have said so", response.needed))?;
    Ok(screen.line("the action stays in doubt until somebody else says the same")?)
}
