//! `remit who`: who answers for a service, and who may do what about it.

use clap::Args;
use clap_complete::engine::ArgValueCompleter;
use remit_proto::v1::WhoRequest;

use crate::cli::{
    complete,
    failure::Failure,
    kind::who,
    screen::Screen,
    session::{Session, within},
};

/// Arguments of `remit who`.
#[derive(Args, Debug)]
#[command(
    after_help = "Shows the owner, the delegation, who proposed, approved and activated the active version, the duties
with the people who hold them now and their keys, and every credential that grants any of it, with when and by whom it
was made and revoked.

Examples:
  remit who refund-decision
  remit who refund-decision -o json | jq '.duties[] | {name, people}'"
)]
pub struct Who {
    /// The service
    #[arg(value_name = "SERVICE", add = ArgValueCompleter::new(complete::services))]
    pub service: String,
}

/// Shows it.
///
/// # Errors
/// When there is no such service, or the output cannot be written.
pub async fn run(args: Who, session: &mut Session, screen: &mut Screen<'_>) -> Result<(), Failure> {
    let request = within(WhoRequest { service: args.service });
    let who = session.client.who(request).await?.into_inner();
    if screen.for_programs() {
        return Ok(screen.object(&who::json(&who))?);
    }
    Ok(who::write(&who, screen)?)
}
