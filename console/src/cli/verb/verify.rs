//! `remit verify`: has anybody altered the journal?

use std::time::Duration;

use clap::Args;
use remit_proto::v1::VerifyRequest;

use crate::cli::{
    exit::Exit,
    failure::Failure,
    kind::verification,
    screen::Screen,
    session::{Session, within_time},
};

/// A long history takes its time: some ten million events.
const DEADLINE: Duration = Duration::from_secs(600);

/// Arguments of `remit verify`.
#[derive(Args, Debug)]
#[command(
    after_help = "Recomputes the hash chain of every domain; ends with 1 when one is broken. Keep the heads
elsewhere: a journal whose end was cut off has an intact chain with another head.

Examples:
  remit verify
  remit verify -o json | jq -r '.domains[] | [.domain, .events, .head] | @tsv'"
)]
pub struct Verify {}

/// Verifies and prints what was found.
///
/// # Errors
/// When the control plane does not answer or the output cannot be written.
pub async fn run(session: &mut Session, screen: &mut Screen<'_>) -> Result<Exit, Failure> {
    let response = session.client.verify(within_time(VerifyRequest {}, DEADLINE)).await?.into_inner();
    if screen.for_programs() {
        screen.object(&verification::json(&response))?;
    } else {
        // Heads are for comparing: they are never cut.
        screen.frame.width = None;
        screen.table(verification::COLUMNS, &response.domains)?;
    }
    let intact = response.ok && response.domains.iter().all(|domain| domain.ok);
    if !intact {
        screen.note(
            "BROKEN: what the journal says can no longer be trusted; keep a copy and find out since when",
        )?;
    }
    Ok(if intact { Exit::Ok } else { Exit::No })
}
