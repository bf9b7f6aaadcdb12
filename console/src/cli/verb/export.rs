//! `remit export`: the record of a service's domain as JSON lines, for looking back without a control plane.

use clap::Args;
use clap_complete::engine::ArgValueCompleter;
use remit_core::{DomainName, Event, Timestamp};
use remit_proto::v1::{ExportRequest, ExportedEvent};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use tonic::Request;

use crate::cli::{complete, failure::Failure, json, screen::Screen, session::Session};

/// Arguments of `remit export`.
#[derive(Args, Debug)]
#[command(
    after_help = "Every event of the service's domain as it is stored, one JSON object a line, oldest first. Parameters and
results are in it: keep it as you keep the journal.

Examples:
  remit export refund-decision > incident.jsonl
  remit contract backtest drafts/refund-decision --incident incident.jsonl"
)]
pub struct Export {
    /// The service whose domain is exported
    #[arg(add = ArgValueCompleter::new(complete::services))]
    pub service: String,
}

/// One line of an export as it is written: the event in the very text that is stored.
#[derive(Serialize)]
struct Line<'a> {
    domain: &'a str,
    seq: u64,
    at: Timestamp,
    event: &'a RawValue,
}

/// One line of an export as it is read.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Exported {
    pub(super) domain: DomainName,
    #[serde(rename = "seq")]
    pub(super) position: u64,
    pub(super) at: Timestamp,
    pub(super) event: Event,
}

/// Writes the record.
///
/// # Errors
/// When the control plane does not answer or does not know the service, or the output cannot be written.
pub async fn run(args: Export, session: &mut Session, screen: &mut Screen<'_>) -> Result<(), Failure> {
    // A stream has no deadline.
    let request = Request::new(ExportRequest { service: args.service });
    let mut stream = session.client.export(request).await?.into_inner();
    while let Some(batch) = stream.message().await? {
        for event in &batch.events {
            writeln!(screen.out, "{}", json::visible(&line(event)?))?;
        }
    }
    Ok(screen.out.flush()?)
}

/// An event of the wire as a line.
pub(super) fn line(event: &ExportedEvent) -> Result<String, Failure> {
    let malformed = |_| Failure::malformed("readable event");
    let at = event.at.as_ref().ok_or_else(|| Failure::malformed("time of an event"))?;
    let micros = at.seconds.saturating_mul(1_000_000).saturating_add(i64::from(at.nanos) / 1_000);
    let line = Line {
        domain: &event.domain,
        seq: event.seq,
        at: Timestamp::from_micros(micros),
        event: serde_json::from_str(&event.event_json).map_err(malformed)?,
    };
    serde_json::to_string(&line).map_err(malformed)
}
