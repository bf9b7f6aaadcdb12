//! `remit cost`: what is spent, held and left, how fast it goes and when it will be gone.

use clap::Args;
use remit_proto::v1::GetCostRequest;

use crate::cli::{
    failure::Failure,
    kind::cost,
    screen::Screen,
    session::{Session, within},
    verb::contract::backtest::duration_ms,
};

/// Arguments of `remit cost`.
#[derive(Args, Debug)]
#[command(
    after_help = "Every call is reserved at its most in its run, its service's hour and day and its domain's, and settled there at
what it cost. Hours and days are those of UTC. What is left is the limit without what is spent and what is held; at
the pace of the last hour, or of `--since`, it is gone at the time that is shown, or it lasts until its hour or day ends.

Examples:
  remit cost                                  every service and domain
  remit cost refund-decision                  a service, and the domain above it
  remit cost 1f3a9c2e                         a run, its service and its domain
  remit cost payments --since 24h             at the pace of the last day
  remit cost -o json | jq '.cost[] | select(.gone_at)'"
)]
pub struct Cost {
    /// A service, a domain, or a run by its id or the end of it; everything when left out
    #[arg(value_name = "SERVICE|RUN|DOMAIN")]
    pub of: Option<String>,
    /// Take the pace of so long, for instance `30m` or `24h`; full hours are counted, 48 are remembered
    #[arg(long, value_name = "DURATION", default_value = "1h", value_parser = duration_ms)]
    pub since: u64,
}

/// Shows it.
///
/// # Errors
/// When there is nothing of that name, or the output cannot be written.
pub async fn run(args: Cost, session: &mut Session, screen: &mut Screen<'_>) -> Result<(), Failure> {
    let request = GetCostRequest { of: args.of.unwrap_or_default(), since_ms: args.since };
    let nodes = session.client.get_cost(within(request)).await?.into_inner().nodes;
    Ok(screen.list("cost", &nodes, cost::COLUMNS, cost::json)?)
}
