//! `remit stop`, `remit safe` and `remit release`: ceilings that hold at once and provably.

use clap::Args;
use remit_proto::v1::{Level, ReleaseSwitchRequest, SetSwitchRequest};
use serde_json::json;

use crate::cli::{
    failure::Failure,
    kind::switch,
    scope::Target,
    screen::Screen,
    session::{Session, idempotency_id, unsure, within},
    words,
};

/// A release that nobody can explain later is refused here already.
const RELEASE_REASON_CHARS: usize = 10;

/// Arguments of `remit stop` and `remit safe`.
#[derive(Args, Debug)]
pub struct Lower {
    /// `all`, `domain:D`, `service:S`, `tool:S/T` or `run:R` (R may be a unique end of the id)
    pub scope: Target,
    /// Why; it is kept in the journal beside your name
    #[arg(long, value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub reason: String,
}

/// Arguments of `remit release`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  remit release service:refund-decision --reason \"payout API is healthy again\"
  remit release swi_0193a5f2c1d87b3e9c40aa5e9b1c44d0 --reason \"set by mistake, wrong service\"")]
pub struct Release {
    /// The scope as `remit get switches` shows it, or the switch's id
    #[arg(value_parser = target)]
    pub target: Released,
    /// Why it is safe again, in at least 10 characters
    #[arg(long, value_parser = release_reason)]
    pub reason: String,
}

/// Which switches to release.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Released {
    /// One, by its id.
    Id(String),
    /// All at a scope.
    At(Target),
}

/// Help that `remit stop` ends with.
pub const STOP_HELP: &str =
    "Once it is acknowledged, no action in the scope is admitted after the positions that are
printed. What was in flight at that moment is listed: it may still take effect.

Examples:
  remit stop service:refund-decision --reason \"double payouts\"
  remit stop tool:refund-decision/payout.create --reason \"upstream answers twice\"
  remit stop all --reason \"incident 4711\"";

/// Help that `remit safe` ends with.
pub const SAFE_HELP: &str = "Reading and drafting go on; recommending and executing do not.

Examples:
  remit safe domain:payments --reason \"reconciliation is late\"
  remit safe run:1f3a9c2e --reason \"odd amounts\"";

fn target(text: &str) -> Result<Released, String> {
    if text.parse::<remit_core::SwitchId>().is_ok() {
        return Ok(Released::Id(text.to_owned()));
    }
    text.parse()
        .map(Released::At)
        .map_err(|e: remit_core::switch::InvalidScope| format!("{e}, or a switch's id"))
}

fn release_reason(text: &str) -> Result<String, String> {
    if text.trim().chars().count() < RELEASE_REASON_CHARS {
        return Err(format!("a release needs a reason of at least {RELEASE_REASON_CHARS} characters"));
    }
    Ok(text.to_owned())
}

/// Sets a ceiling and prints what its acknowledgement promises.
///
/// # Errors
/// When it is not acknowledged.
pub async fn lower(
    args: Lower,
    ceiling: Level,
    session: &mut Session,
    screen: &mut Screen<'_>,
) -> Result<(), Failure> {
    let scope = args.scope.resolve(session).await?;
    let request = SetSwitchRequest {
        scope: scope.clone(),
        ceiling: ceiling.into(),
        reason: args.reason,
        idempotency_id: idempotency_id(),
    };
    let response = session.set_switch(request).await?;
    if screen.is_json() {
        return Ok(screen.object(&switch::acknowledged_json(&response))?);
    }
    let ceiling = words::level(ceiling.into());
    Ok(switch::acknowledged(&response, &scope, &ceiling, screen)?)
}

/// Releases the switches at a scope, or one by its id.
///
/// # Errors
/// When there is none, or the control plane refuses.
pub async fn release(args: Release, session: &mut Session, screen: &mut Screen<'_>) -> Result<(), Failure> {
    let target = match args.target {
        Released::Id(id) => id,
        Released::At(scope) => scope.resolve(session).await?,
    };
    let request = ReleaseSwitchRequest { target, reason: args.reason, idempotency_id: idempotency_id() };
    let answer = session.command()?.release_switch(within(request)).await.map_err(unsure)?;
    let released = answer.into_inner().released;
    if screen.is_json() {
        let released: Vec<_> = released.iter().map(switch::json).collect();
        return Ok(screen.object(&json!({ "released": released }))?);
    }
    screen.line(&format!("released {}", released.len()))?;
    Ok(screen.table(switch::COLUMNS, &released)?)
}
