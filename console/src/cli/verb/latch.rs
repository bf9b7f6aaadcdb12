//! `remit stop --local` and `remit release --local`: the latch of the control plane on this machine.

use std::{io, path::Path, time::Duration};

use remit_control_plane::latch::{self, Kept, Said};
use serde_json::json;

use crate::cli::{clock, failure::Failure, paint::Tone, screen::Screen};

/// How long the control plane has to say what became of it in its journal; the latch does not wait for that.
const PATIENCE: Duration = Duration::from_secs(3);
/// How often it is looked for.
const TICK: Duration = Duration::from_millis(50);

/// Sets the latch and says what that promises.
///
/// # Errors
/// When there is no such data directory, or it cannot be written.
pub async fn stop(data: &Path, reason: Option<&str>, screen: &mut Screen<'_>) -> Result<(), Failure> {
    is_ours(data)?;
    let by = std::env::var("USER").unwrap_or_else(|_| "somebody".to_owned());
    let before = latch::said(data);
    latch::set(data, &Said::new(&by, reason.unwrap_or("no reason given"), clock::now()))
        .map_err(|error| refused(data, &error))?;
    let journal = heard(data).await;
    let path = latch::path(data);
    if screen.for_programs() {
        return Ok(screen.object(&json!({
            "stopped": path,
            "already": before.is_some(),
            "journal": match &journal {
                Some(Kept::Recorded) => "recorded",
                Some(Kept::Failed(_)) => "failed",
                None => "not_heard",
            },
            "cause": match &journal {
                Some(Kept::Failed(cause)) => Some(cause),
                Some(Kept::Recorded) | None => None,
            },
        }))?);
    }
    screen.toned("stopped  the control plane of this machine", Tone::Title)?;
    screen.field("latch", &path.display().to_string())?;
    if let Some(before) = before {
        screen.field(
            "before",
            &format!("it was set already, by {} at {}: {}", before.by, before.at, before.reason),
        )?;
    }
    screen.field(
        "promise",
        "from now on no call leaves, also after a restart; what was sent before may take effect",
    )?;
    screen.field(
        "journal",
        &match journal {
            Some(Kept::Recorded) => "has it as a switch over everything, which two people release".to_owned(),
            Some(Kept::Failed(cause)) => format!("does NOT have it: {cause}; it holds all the same"),
            None => {
                "does not have it: nobody answers for it; it holds from the next start on, too".to_owned()
            }
        },
    )?;
    Ok(screen.field("release", &format!("remit release --local --data {}", data.display()))?)
}

/// Lifts the latch; what the journal holds stays.
///
/// # Errors
/// When it is not set, or the data directory cannot be written.
pub fn release(data: &Path, screen: &mut Screen<'_>) -> Result<(), Failure> {
    is_ours(data)?;
    let said = latch::said(data);
    if !latch::lift(data).map_err(|error| refused(data, &error))? {
        return Err(Failure::no(format!("the latch in `{}` is not set", data.display()))
            .hint("`remit get switches` lists what else may hold"));
    }
    if screen.for_programs() {
        let by = said.map(|said| said.by);
        return Ok(screen.object(&json!({ "lifted": latch::path(data), "was_by": by }))?);
    }
    screen.toned("lifted  the latch of the control plane of this machine", Tone::Title)?;
    screen.field("journal", "keeps its switch over everything until two people release it")?;
    Ok(screen.field("release", "remit release all --reason \"\u{2026}\"")?)
}

/// What became of it in the journal, if somebody answers for it in time.
async fn heard(data: &Path) -> Option<Kept> {
    let looked = async {
        loop {
            if let Some(kept) = latch::said(data).and_then(|said| said.journal) {
                return kept;
            }
            tokio::time::sleep(TICK).await;
        }
    };
    tokio::time::timeout(PATIENCE, looked).await.ok()
}

/// Refuses a folder in which no control plane has been: a latch there would stop nobody.
fn is_ours(data: &Path) -> Result<(), Failure> {
    if data.join("journal.lock").exists() {
        return Ok(());
    }
    Err(Failure::usage(format!("`{}` is not the data directory of a control plane", data.display()))
        .hint("give what `remitd serve --data` was given; nothing was stopped"))
}

fn refused(data: &Path, error: &io::Error) -> Failure {
    Failure::no(format!("the latch in `{}` cannot be moved: {error}", data.display()))
        .hint("do it as the user who runs `remitd`; to stop it now, end the process")
}
