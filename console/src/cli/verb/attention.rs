//! `remit attention`: how you have decided in the last hour, and how you did in practice.

use clap::Args;
use remit_proto::v1::{Attention, GetAttentionRequest};
use serde_json::json;

use crate::cli::{
    failure::Failure,
    screen::Screen,
    session::{Session, within},
    watch::{self, Question},
};

/// Arguments of `remit attention`.
#[derive(Args, Debug)]
pub struct Look {
    /// Go on, and show it again whenever it has changed, until Ctrl-C
    #[arg(short, long)]
    pub watch: bool,
}

/// Help that `remit attention` ends with.
pub const HELP: &str = "Shows what the console shows beside the queue: decisions of the last hour, the share of approvals, the time
between two, and how much of what you approved was undone since. Ten approvals in a row, each within three seconds of the
one before, are haste: the console then asks for one thing more before the next. Practice questions, where the domain's
file wants them, are counted apart, for 30 days: answered as they should be, otherwise, or by nobody.

Example:
  remit attention -o json | jq -e '.hasty | not'";

/// Asks and shows.
///
/// # Errors
/// When the control plane does not answer or refuses, or the output cannot be written.
pub async fn run(
    args: &Look,
    session: &mut Session,
    screen: &mut Screen<'_>,
    interrupt: impl Future<Output = ()>,
) -> Result<(), Failure> {
    watch::answer(&LastHour, args.watch, (session, screen), interrupt).await.map(drop)
}

/// How whoever asks has decided.
struct LastHour;

impl Question for LastHour {
    type Answer = Attention;

    async fn ask(&self, session: &mut Session) -> Result<Attention, Failure> {
        Ok(session.client.get_attention(within(GetAttentionRequest {})).await?.into_inner())
    }

    fn show(&self, found: &Attention, screen: &mut Screen<'_>) -> Result<(), Failure> {
        if screen.for_programs() {
            let Attention { decided, approved, undone, median_ms, fastest_ms, hasty, .. } = found;
            return Ok(screen.object(&json!({
                "decided": decided,
                "approved": approved,
                "undone": undone,
                "median_ms": median_ms,
                "fastest_ms": fastest_ms,
                "hasty": hasty,
                "practice": {
                    "right": found.practice_right,
                    "wrong": found.practice_wrong,
                    "lapsed": found.practice_lapsed,
                },
            }))?);
        }
        screen.line(&words(found))?;
        practice(found).map_or(Ok(()), |words| Ok(screen.line(&words)?))
    }
}

/// What is said of practice; nothing to those who have had none.
fn practice(found: &Attention) -> Option<String> {
    let Attention { practice_right: right, practice_wrong: wrong, practice_lapsed: lapsed, .. } = *found;
    if (right, wrong, lapsed) == (0, 0, 0) {
        return None;
    }
    Some(format!("practice in the last 30 days: {right} right, {wrong} wrong, {lapsed} that nobody answered"))
}

/// In one sentence.
fn words(found: &Attention) -> String {
    let Attention { decided, approved, undone, median_ms, fastest_ms, hasty, .. } = *found;
    if decided == 0 {
        return "you decided nothing in the last hour".to_owned();
    }
    let seconds = |ms: u64| ms.div_ceil(1_000);
    let pace = if decided < 2 {
        String::new()
    } else {
        format!(
            "; {} s between two at the median, {} s at the fastest",
            seconds(median_ms),
            seconds(fastest_ms)
        )
    };
    let haste = if hasty { "; the last ten approvals took under 3 s each" } else { "" };
    format!(
        "in the last hour you decided {decided}, approved {approved}, of which {undone} undone since{pace}{haste}"
    )
}
