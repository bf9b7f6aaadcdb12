//! `remit show`: one action in full, or one fact with where it comes from.

use clap::{Args, Subcommand};
use remit_proto::v1::GetActionRequest;

use crate::cli::{
    failure::Failure,
    kind::detail,
    screen::Screen,
    session::{Session, within},
};

mod evidence;

/// Arguments of `remit show`.
#[derive(Args, Debug)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "Shows the parameters, the verdict of all seven clauses, the evidence with its digests,
the escalation, the outcome, and how it would be undone.

Examples:
  remit show 9b1c44d0
  remit show act_0193a5f2c1d87b3e9c40aa5e9b1c44d0 -o json
  remit show evidence 55556666                         a fact, where it comes from, and what rests on it"
)]
pub struct Show {
    #[command(subcommand)]
    what: Option<What>,
    /// The action's id, or a unique end of it
    #[arg(value_name = "ACTION", required = true)]
    action: Option<String>,
}

/// What else can be shown.
#[derive(Subcommand, Debug)]
enum What {
    /// Show one fact: the read that saw it, and every action of its run that relies on it
    Evidence(evidence::Evidence),
}

/// Shows it.
///
/// # Errors
/// When there is no such action, or more than one, or the output cannot be written.
pub async fn run(args: Show, session: &mut Session, screen: &mut Screen<'_>) -> Result<(), Failure> {
    if let Some(What::Evidence(args)) = args.what {
        return evidence::run(args, session, screen).await;
    }
    let id = args.action.unwrap_or_default();
    let detail = session.client.get_action(within(GetActionRequest { id })).await?.into_inner();
    if screen.for_programs() {
        return Ok(screen.object(&detail::json(&detail))?);
    }
    Ok(detail::write(&detail, screen)?)
}
