//! `remit contract diff`: what changed between two versions, first in words, then as text.

use std::path::{Path, PathBuf};

use remit_contract::{Change, Direction, Folder};
use serde_json::{Value, json};

use crate::cli::{exit::Exit, failure::Failure, paint::Tone, screen::Screen, session::Session};

/// Help that `remit contract diff` ends with.
pub const HELP: &str =
    "Each change is one line: the clause, what changed, and whether the service may now do more
(widened) or less (narrowed); `changed` says that it cannot be told from the document alone.

Examples:
  remit contract diff contracts/refund-decision drafts/refund-decision
  remit contract diff refund-decision@1.4.0 refund-decision@1.5.0
  remit contract diff old new -o json | jq '.changes[] | select(.direction == \"widened\")'";

/// Arguments of `remit contract diff`.
#[derive(clap::Args, Debug)]
#[command(after_help = HELP)]
pub struct Diff {
    /// The version before: a folder, or one that the control plane keeps (digest or `SERVICE@VERSION`)
    #[arg(value_name = "A")]
    pub before: PathBuf,
    /// The version after, likewise
    #[arg(value_name = "B")]
    pub after: PathBuf,
}

impl Diff {
    /// True when both versions are folders here.
    #[must_use]
    pub fn is_offline(&self) -> bool {
        self.before.is_dir() && self.after.is_dir()
    }
}

/// Prints the difference.
///
/// # Errors
/// When a version is not there or cannot be read, or the output cannot be written.
pub async fn run(args: &Diff, session: Option<&Session>, screen: &mut Screen<'_>) -> Result<Exit, Failure> {
    let (before, after) = (find(&args.before, session).await?, find(&args.after, session).await?);
    let changes = remit_contract::diff(&before, &after).map_err(|problems| unreadable(&problems))?;
    let text = remit_contract::text_diff(&before, &after);
    if screen.for_programs() {
        screen.object(&json!({
            "before": before.digest().to_string(),
            "after": after.digest().to_string(),
            "changes": changes.iter().map(change_json).collect::<Vec<_>>(),
            "text": text,
        }))?;
        return Ok(Exit::Ok);
    }
    write_changes(&changes, screen)?;
    write_text(&text, screen)?;
    Ok(Exit::Ok)
}

/// A folder, or a version that the control plane keeps.
async fn find(name: &Path, session: Option<&Session>) -> Result<Folder, Failure> {
    match session {
        Some(session) if !name.is_dir() => super::life::kept(&name.to_string_lossy(), session).await,
        Some(_) | None => read(name),
    }
}

fn read(dir: &Path) -> Result<Folder, Failure> {
    Folder::read(dir).map_err(|problems| {
        let first = problems.first().map(ToString::to_string).unwrap_or_default();
        let (message, hint) = first.split_once("\nhint: ").unwrap_or((&first, ""));
        Failure::usage(format!("`{}`: {message}", dir.display())).hint(hint)
    })
}

fn unreadable(problems: &[remit_contract::Problem]) -> Failure {
    let first = problems.first().map(ToString::to_string).unwrap_or_default();
    let (message, _) = first.split_once("\nhint: ").unwrap_or((&first, ""));
    Failure::usage(message.to_owned()).hint("run `remit contract check` on both folders")
}

/// The changes of meaning, widened ones in the tone of a warning.
///
/// # Errors
/// When the output cannot be written.
pub fn write_changes(changes: &[Change], screen: &mut Screen<'_>) -> Result<(), Failure> {
    if changes.is_empty() {
        return Ok(screen.line("nothing changed in meaning")?);
    }
    for change in changes {
        let tone = match change.direction {
            Direction::Widened => Tone::Warn,
            Direction::Narrowed => Tone::Good,
            Direction::Changed => Tone::Plain,
        };
        screen.toned(&change.to_string(), tone)?;
    }
    Ok(())
}

/// The difference as text, in the tones of what came and went.
///
/// # Errors
/// When the output cannot be written.
pub fn write_text(text: &str, screen: &mut Screen<'_>) -> Result<(), Failure> {
    if !text.is_empty() {
        screen.line("")?;
    }
    for line in text.lines() {
        let tone = match line.as_bytes().first() {
            Some(b'+') => Tone::Good,
            Some(b'-') => Tone::Bad,
            Some(_) | None => Tone::Plain,
        };
        screen.toned(line, tone)?;
    }
    Ok(())
}

fn change_json(change: &Change) -> Value {
    json!({
        "clause": change.clause.map(remit_core::Clause::as_str),
        "at": change.at,
        "what": change.what,
        "before": change.before,
        "after": change.after,
        "direction": change.direction.as_str(),
    })
}
