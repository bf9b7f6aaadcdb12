//! `remit contract backtest`: what a draft would have decided of what was proposed.

use std::path::PathBuf;

use clap::Args;
use remit_contract::{Backtest, Backtested, CompiledContract};
use remit_core::Timestamp;

use crate::cli::{exit::Exit, failure::Failure, problems::refuse, screen::Screen, session::Session};

mod record;
mod report;

/// Arguments of `remit contract backtest`.
#[derive(Args, Debug)]
#[command(
    after_help = "Decides every recorded proposal of the service again, under the draft, at its own moment and on the evidence
that was seen then, and lists the decisions that would have another outcome. Nothing is sent, nothing is written, and
nothing is guessed: what would have followed from the other decision is not played on. The draft's delegation counts as
standing for the whole record. A question that was denied, voided or that nobody answered counts as refused.

Ends with 1 when something that was refused would be admitted, and when the record proves nothing: no proposal was
decided again, or not all of them were.

Examples:
  remit contract backtest drafts/refund-decision --since 7d
  remit contract backtest drafts/refund-decision --incident incident.jsonl --sum /amount_minor
  remit contract backtest drafts/refund-decision --data ./data -o json"
)]
pub struct Backtests {
    /// The draft's folder
    pub dir: PathBuf,
    /// Only proposals of this last stretch of time, for instance `7d` or `12h` [default: all]
    #[arg(long, value_name = "DURATION", value_parser = duration_ms)]
    pub since: Option<u64>,
    /// The record is this file, from `remit export`, and not what the control plane holds
    #[arg(long, value_name = "FILE", conflicts_with = "data")]
    pub incident: Option<PathBuf>,
    /// The record is the journal in this data directory, whose control plane is down
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Add up this parameter of the calls, as a JSON pointer [default: the one called `…_minor`, by currency]
    #[arg(long, value_name = "POINTER")]
    pub sum: Option<String>,
}

impl Backtests {
    /// True when no control plane is asked.
    #[must_use]
    pub const fn is_offline(&self) -> bool {
        self.incident.is_some() || self.data.is_some()
    }
}

/// `7d` in milliseconds.
///
/// # Errors
/// How a duration is written.
pub fn duration_ms(text: &str) -> Result<u64, String> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at_checked(digits).unwrap_or((text, ""));
    let unit_ms: Option<u64> = match unit {
        "s" => Some(1_000),
        "m" => Some(60_000),
        "h" => Some(3_600_000),
        "d" => Some(86_400_000),
        _ => None,
    };
    let ms = unit_ms.and_then(|unit_ms| number.parse::<u64>().ok()?.checked_mul(unit_ms));
    ms.ok_or_else(|| "write a whole number with `s`, `m`, `h` or `d`, for instance `7d`".to_owned())
}

/// Decides the record of a file or of a data directory again.
///
/// # Errors
/// When the record cannot be read or the output cannot be written.
pub fn offline(args: &Backtests, screen: &mut Screen<'_>) -> Result<Exit, Failure> {
    let draft = match remit_contract::load(&args.dir) {
        Ok(draft) => draft,
        Err(problems) => return refuse(&args.dir, &problems, screen),
    };
    let mut backtest = Backtest::new(&draft, from(args, screen));
    match (&args.incident, &args.data) {
        (Some(file), _) => record::of_file(file, &draft, &mut backtest)?,
        (None, Some(dir)) => record::of_data(dir, &draft, &mut backtest)?,
        (None, None) => return Err(Failure::usage("a record is needed: `--incident FILE` or `--data DIR`")),
    }
    answer(&draft, &backtest.finish(), args, screen)
}

/// Decides the record of the control plane again.
///
/// # Errors
/// When the control plane does not answer or the output cannot be written.
pub async fn online(
    args: &Backtests,
    session: &mut Session,
    screen: &mut Screen<'_>,
) -> Result<Exit, Failure> {
    let draft = match remit_contract::load(&args.dir) {
        Ok(draft) => draft,
        Err(problems) => return refuse(&args.dir, &problems, screen),
    };
    let mut backtest = Backtest::new(&draft, from(args, screen));
    record::of_plane(session, &draft, &mut backtest).await?;
    answer(&draft, &backtest.finish(), args, screen)
}

/// The first moment that is looked at.
fn from(args: &Backtests, screen: &Screen<'_>) -> Option<Timestamp> {
    let since_us = i64::try_from(args.since?.saturating_mul(1_000)).unwrap_or(i64::MAX);
    Some(Timestamp::from_micros(screen.frame.now.as_microsecond().saturating_sub(since_us)))
}

fn answer(
    draft: &CompiledContract,
    found: &Backtested,
    args: &Backtests,
    screen: &mut Screen<'_>,
) -> Result<Exit, Failure> {
    report::print(draft, found, args.sum.as_deref(), screen)?;
    let grave = found.flips.iter().any(remit_contract::Flip::admits_what_was_refused);
    Ok(if grave || !found.is_complete() { Exit::No } else { Exit::Ok })
}
