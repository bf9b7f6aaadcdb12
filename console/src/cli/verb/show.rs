//! `remit show`: one action in full.

use clap::Args;
use remit_proto::v1::GetActionRequest;

use crate::cli::{
    failure::Failure,
    kind::detail,
    screen::Screen,
    session::{Session, within},
};

/// Arguments of `remit show`.
#[derive(Args, Debug)]
#[command(
    after_help = "Shows the parameters, the verdict of all seven clauses, the evidence with its digests,
the escalation, the outcome, and how it would be undone.

Examples:
  remit show 9b1c44d0
  remit show act_0193a5f2c1d87b3e9c40aa5e9b1c44d0 -o json"
)]
pub struct Show {
    /// The action's id, or a unique end of it
    #[arg(value_name = "ACTION")]
    pub action: String,
}

/// Shows it.
///
/// # Errors
/// When there is no such action, or more than one, or the output cannot be written.
pub async fn run(args: Show, session: &mut Session, screen: &mut Screen<'_>) -> Result<(), Failure> {
    let detail = session.client.get_action(within(GetActionRequest { id: args.action })).await?.into_inner();
    if screen.is_json() {
        return Ok(screen.object(&detail::json(&detail))?);
    }
    Ok(detail::write(&detail, screen)?)
}
