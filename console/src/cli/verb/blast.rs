//! `remit blast`: what a service has touched lately, and what of it can still be undone.

use clap::Args;
use clap_complete::engine::ArgValueCompleter;
use remit_proto::v1::GetBlastRequest;

use crate::cli::{
    complete,
    failure::Failure,
    kind::blast,
    screen::Screen,
    session::{Session, within},
    verb::contract::backtest::duration_ms,
};

/// Arguments of `remit blast`.
#[derive(Args, Debug)]
#[command(
    after_help = "Counted is what was admitted in that time, from the journal. REVERSIBLE can be undone now, CLOSING is the part of it that
can be undone for less than an hour; IRREVERSIBLE never could be or cannot be any more. What the rules of the blast radius
sum up or tell apart follows below: money, customers.

Examples:
  remit blast refund-decision                 the last hour
  remit blast refund-decision --since 10m
  remit blast refund-decision --since 24h -o json | jq '.blast.tools[] | select(.in_doubt > 0)'"
)]
pub struct Blast {
    /// The service
    #[arg(value_name = "SERVICE", add = ArgValueCompleter::new(complete::services))]
    pub service: String,
    /// How far back, for instance `10m` or `24h`; at most `7d`
    #[arg(long, value_name = "DURATION", default_value = "1h", value_parser = duration_ms)]
    pub since: u64,
}

/// Shows it.
///
/// # Errors
/// When there is no service of that name, or the output cannot be written.
pub async fn run(args: Blast, session: &mut Session, screen: &mut Screen<'_>) -> Result<(), Failure> {
    let request = GetBlastRequest { service: args.service, since_ms: args.since };
    let found = session.client.get_blast(within(request)).await?.into_inner();
    if screen.for_programs() {
        return Ok(screen.object(&serde_json::json!({ "blast": blast::json(&found) }))?);
    }
    screen.list("blast", &found.tools, blast::COLUMNS, blast::tool)?;
    for measure in &found.measures {
        screen.line(&blast::measure(measure))?;
    }
    Ok(())
}
