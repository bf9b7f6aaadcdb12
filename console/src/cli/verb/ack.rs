//! `remit ack`: a person says that they look at an alert.

use clap::Args;
use clap_complete::engine::ArgValueCompleter;
use remit_proto::v1::AcknowledgeRequest;
use serde_json::json;

use crate::cli::{
    complete,
    failure::Failure,
    kind::alert,
    screen::Screen,
    session::{Session, unsure, within},
};

/// Arguments of `remit ack`.
#[derive(Args, Debug)]
#[command(
    after_help = "Everybody then sees who looks at it, since when, and what they do about it; the audit has it, too. Nothing else changes:
the alert stands until its condition ends, and one that begins anew, or gets worse, is another, which nobody has
acknowledged. Whoever may stop the scope of an alert may acknowledge it; of a question also whoever may answer it.

Examples:
  remit get alerts
  remit ack 5a7f1e34 --reason \"called the bank, they look it up\"
  remit get alerts -o json | jq '[.alerts[] | select(.acknowledged == null)]'"
)]
pub struct Ack {
    /// The alert's id, or a unique end of it
    #[arg(value_name = "ALERT", add = ArgValueCompleter::new(complete::alerts))]
    pub alert: String,
    /// What you do about it
    #[arg(long, value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub reason: String,
}

/// Says so.
///
/// # Errors
/// When no such alert stands, somebody else looks at it, or the control plane refuses.
pub async fn run(args: Ack, session: &Session, screen: &mut Screen<'_>) -> Result<(), Failure> {
    let request = AcknowledgeRequest { alert: args.alert, reason: args.reason };
    let reply = session.command()?.acknowledge(within(request)).await.map_err(unsure)?.into_inner();
    let told = reply.alert.ok_or_else(|| Failure::malformed("alert"))?;
    if screen.for_programs() {
        return Ok(screen.object(&json!({ "alert": alert::json(&told) }))?);
    }
    let by = told.acknowledged.as_ref().map_or("", |known| &known.by);
    Ok(screen.line(&format!("{by} looks at it: {}: {}; it stands until it ends", told.scope, told.text))?)
}
