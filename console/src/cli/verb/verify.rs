//! `remit verify`: has anybody altered the journal, or an approval in it?

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
    after_help = "Recomputes the hash chain of every domain, and verifies the signature of every approval, of actions and of contract
versions, from what is stored: the keys are those of the control domain. Ends with 1 when a chain is broken, when a
signature is not one of what the approval says, or when it lacks although the approver had registered a key. Approvals of people
without a key are counted.

Keep the heads elsewhere: a journal whose end was cut off, and one that was recomputed, has an intact chain with another head.

Examples:
  remit verify
  remit verify -o json | jq -r '.domains[] | [.domain, .events, .head] | @tsv'
  remit verify -o json | jq '.domains[].signatures.first_failed'"
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
    if !response.domains.iter().all(verification::is_intact) {
        screen.note(
            "BROKEN: what the journal says can no longer be trusted; keep a copy and find out since when",
        )?;
    }
    for domain in &response.domains {
        let first = domain.signatures.as_ref().and_then(|found| found.first_failed.as_ref());
        if let Some(first) = first {
            screen.note(&verification::unverified(&domain.domain, first))?;
            screen.note(&format!("hint: {}", first.remedy))?;
        }
    }
    let is_well = response.ok && response.domains.iter().all(|domain| domain.ok);
    Ok(if is_well { Exit::Ok } else { Exit::No })
}
