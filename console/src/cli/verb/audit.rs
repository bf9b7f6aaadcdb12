//! `remit audit`: who did what to the control plane, newest first.

use clap::Args;
use clap_complete::engine::ArgValueCompleter;
use remit_proto::v1::{AuditEntry, ListAuditRequest};
use serde_json::json;

use crate::cli::{
    complete,
    failure::Failure,
    filter::filter,
    kind::audit,
    screen::Screen,
    session::{Session, within},
};

/// Arguments of `remit audit`.
#[derive(Args, Debug)]
#[command(
    after_help = "People's answers, switches, contract versions, rollbacks and tokens, each with its position in the journal of its domain;
also what the control plane did of these by itself, as when it starts or a tripwire trips. What services do is in `remit tail`.

The control plane filters, as in `remit tail`: words, conditions, `or`, `not`, brackets, @NAME. Fields: by (who), what, reason,
kind, service, run, action, domain, seq, at (since=-8h, until=03:30). `--filter` takes the same as one text. docs/filter.md tells all of it.

Examples:
  remit audit                                 the newest
  remit audit olga.ops                        what one person did, or what mentions them
  remit audit --filter 'by=olga.ops kind=switch_set since=-8h'
  remit audit 'what:service:refund-decision' -o wide
  remit audit kind~^switch '!reason=drill'
  remit audit -o json | jq -r '.audit[] | [.at, .by, .what] | @tsv'"
)]
pub struct Audit {
    /// Only entries that this lets through: words, conditions, or both
    #[arg(value_name = "FILTER", add = ArgValueCompleter::new(complete::filters))]
    pub words: Vec<String>,
    /// The same as one text
    #[arg(long, value_name = "FILTER", conflicts_with = "words", add = ArgValueCompleter::new(complete::filters))]
    pub filter: Option<String>,
    /// At most this many
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub limit: u32,
}

/// Shows it.
///
/// # Errors
/// When the control plane cannot be asked, or the output cannot be written.
pub async fn run(args: Audit, session: &mut Session, screen: &mut Screen<'_>) -> Result<(), Failure> {
    let words = args.filter.map_or(args.words, |text| vec![text]);
    let request = ListAuditRequest { filter: filter::<AuditEntry>(&words, screen)?, limit: args.limit };
    let found = session.client.list_audit(within(request)).await?.into_inner();
    if screen.for_programs() {
        let entries: Vec<_> = found.entries.iter().map(audit::json).collect();
        let object =
            json!({ "audit": entries, "more": found.more, "older": found.older, "hidden": found.hidden });
        return Ok(screen.object(&object)?);
    }
    screen.list("audit", &found.entries, audit::COLUMNS, audit::json)?;
    if found.entries.is_empty() && found.hidden > 0 {
        screen.note(&format!("the filter hides all {} at hand", found.hidden))?;
    }
    if found.more > 0 {
        screen.note(&format!("{} more match: see more with `--limit`", found.more))?;
    }
    if found.older > 0 {
        screen
            .note(&format!("{} are older than what is kept at hand: `remit export` has them", found.older))?;
    }
    Ok(())
}
