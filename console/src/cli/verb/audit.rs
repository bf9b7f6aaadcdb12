//! `remit audit`: who did what to the control plane, newest first.

use clap::Args;
use remit_proto::v1::ListAuditRequest;
use serde_json::json;

use crate::cli::{
    failure::Failure,
    kind::audit,
    screen::Screen,
    session::{Session, within},
};

/// Arguments of `remit audit`.
#[derive(Args, Debug)]
#[command(
    after_help = "People's answers, switches, contract versions, rollbacks and tokens, each with its position in the journal of its domain;
also what the control plane did of these by itself, as when it starts or a tripwire trips. What services do is in `remit tail`.

Examples:
  remit audit                                 the newest
  remit audit olga.ops                        what one person did
  remit audit service:refund-decision -o wide what happened to its switches, with reasons
  remit audit -o json | jq -r '.audit[] | [.at, .by, .what] | @tsv'"
)]
pub struct Audit {
    /// Only entries that contain this, ignoring case: a person, a service, a scope, a word of the reason
    #[arg(value_name = "TEXT")]
    pub contains: Option<String>,
    /// At most this many
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub limit: u32,
}

/// Shows it.
///
/// # Errors
/// When the control plane cannot be asked, or the output cannot be written.
pub async fn run(args: Audit, session: &mut Session, screen: &mut Screen<'_>) -> Result<(), Failure> {
    let request = ListAuditRequest { contains: args.contains.unwrap_or_default(), limit: args.limit };
    let found = session.client.list_audit(within(request)).await?.into_inner();
    if screen.for_programs() {
        let entries: Vec<_> = found.entries.iter().map(audit::json).collect();
        let object = json!({ "audit": entries, "more": found.more, "older": found.older });
        return Ok(screen.object(&object)?);
    }
    screen.list("audit", &found.entries, audit::COLUMNS, audit::json)?;
    if found.more > 0 {
        screen.note(&format!("{} more match: see more with `--limit`", found.more))?;
    }
    if found.older > 0 {
        screen
            .note(&format!("{} are older than what is kept at hand: `remit export` has them", found.older))?;
    }
    Ok(())
}
