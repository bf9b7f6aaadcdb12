//! What a person wants undone, as it is typed.

use std::collections::HashMap;

use clap::Args;
use clap_complete::engine::ArgValueCompleter;
use jiff::{SignedDuration, Timestamp};
use remit_core::{ActionId, switch::Scope};
use remit_proto::v1::PlanRollbackRequest;

use crate::cli::{complete, failure::Failure, verb::contract::backtest::duration_ms};

/// Arguments of `remit rollback plan`.
#[derive(Args, Debug)]
#[command(
    after_help = "Nothing is changed: the plan is kept for ten minutes, and `remit rollback run PLAN` carries out exactly that.
A value of `--where` is JSON, or else a text: `params:/amount=500` is a number, `'params:/id=\"500\"'` a text.

Examples:
  remit rollback plan 1f3a9c2e
  remit rollback plan service:refund-decision --since 5m
  remit rollback plan tool:refund-decision/payout.create --since 2026-11-26T06:00:00Z --until 2026-11-26T06:05:00Z
  remit rollback plan domain:payments --since 1d --where params:/customer_id=c-17
  remit rollback plan action:0193a5f2 action:0193a601"
)]
pub struct Choice {
    /// A run (its id, a unique end of it or its name), `service:S`, `tool:S/T`, `domain:D`, `run:R`, or any number of
    /// `action:A`
    #[arg(required = true, value_name = "WHAT", add = ArgValueCompleter::new(complete::undoable))]
    pub what: Vec<String>,
    /// Only what was done since: so long ago, as `5m` or `2h`, or a moment as `2026-11-26T06:00:00Z`
    #[arg(long, value_name = "WHEN", value_parser = moment)]
    pub since: Option<When>,
    /// Only what was done before: likewise
    #[arg(long, value_name = "WHEN", value_parser = moment)]
    pub until: Option<When>,
    /// Only calls of this tool
    #[arg(long)]
    pub tool: Option<String>,
    /// Only calls with this value, as `params:/POINTER=VALUE`; may be given several times
    #[arg(long = "where", value_name = "PARAMETER=VALUE", value_parser = filter)]
    pub params: Vec<(String, String)>,
}

/// A moment, or so long ago.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum When {
    /// So many milliseconds ago.
    Ago(u64),
    /// Then.
    At(Timestamp),
}

impl When {
    fn before(self, now: Timestamp) -> prost_types::Timestamp {
        let at = match self {
            Self::Ago(ms) => {
                let ago = SignedDuration::from_millis(i64::try_from(ms).unwrap_or(i64::MAX));
                now.checked_sub(ago).unwrap_or(Timestamp::MIN)
            }
            Self::At(at) => at,
        };
        prost_types::Timestamp { seconds: at.as_second(), nanos: at.subsec_nanosecond() }
    }
}

fn moment(text: &str) -> Result<When, String> {
    if let Ok(at) = text.parse() {
        return Ok(When::At(at));
    }
    duration_ms(text).map(When::Ago).map_err(|_| {
        format!("`{text}` is neither a time like `5m` or `2h` nor a moment like `2026-11-26T06:00:00Z`")
    })
}

fn filter(text: &str) -> Result<(String, String), String> {
    let parts = text.strip_prefix("params:").and_then(|rest| rest.split_once('='));
    let (at, value) = parts.filter(|(at, _)| at.starts_with('/')).ok_or_else(|| {
        format!(
            "`{text}` is no filter, expected `params:/POINTER=VALUE`, for instance `params:/customer_id=c-17`"
        )
    })?;
    let json: serde_json::Value = serde_json::from_str(value).unwrap_or_else(|_| value.into());
    Ok((at.to_owned(), json.to_string()))
}

impl Choice {
    /// The request that it is.
    ///
    /// # Errors
    /// When actions and something else are named, or several other things.
    pub fn request(self, now: Timestamp) -> Result<PlanRollbackRequest, Failure> {
        let mut request = PlanRollbackRequest {
            since: self.since.map(|when| when.before(now)),
            until: self.until.map(|when| when.before(now)),
            tool: self.tool.unwrap_or_default(),
            params: self.params.into_iter().collect::<HashMap<_, _>>(),
            ..PlanRollbackRequest::default()
        };
        let count = self.what.len();
        for what in self.what {
            let action = what.strip_prefix("action:").map(str::to_owned);
            let action = action.or_else(|| what.parse::<ActionId>().is_ok().then(|| what.clone()));
            match action {
                Some(action) => request.actions.push(action),
                None if 1 < count => {
                    return Err(Failure::usage(format!(
                        "`{what}` is no action, and more than one thing is named"
                    ))
                    .hint("name one run or scope, or any number of `action:A`"));
                }
                None => match what.strip_prefix("run:") {
                    Some(run) => run.clone_into(&mut request.run),
                    None if what.parse::<Scope>().is_ok() => request.scope = what,
                    None => request.run = what,
                },
            }
        }
        Ok(request)
    }
}
