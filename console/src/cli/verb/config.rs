//! `remit config`: what the console's file may say, and whether it says it rightly.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::{
    cli::{
        failure::Failure,
        screen::Screen,
        table::{Cell, Column, Give},
    },
    config::{self, Config},
    tui::{keymap::live::Row, keys},
};

/// Arguments of `remit config`.
#[derive(Args, Debug)]
#[command(
    after_help = "The file is `remit/config.toml` in the configuration folder, or what `--config` or REMIT_CONFIG names:

  theme = \"dark\"              # auto, ansi, dark, light, plain
  ascii = false
  reduced_motion = true
  plain = false               # lines instead of a screen, for screen readers
  mouse = false               # select and scroll with it; it never confirms
  notify = \"off\"              # bell or desktop: when a question comes while you look elsewhere
  title = true                # of the terminal's window

  [keys]
  down = [\"e\", \"Down\"]
  fold = \"z\"

Examples:
  remit config check
  remit config explain"
)]
pub struct Configuration {
    /// What about it
    #[command(subcommand)]
    pub verb: Verb,
}

/// What can be asked of it.
#[derive(Subcommand, Debug)]
pub enum Verb {
    /// Say whether the console takes the file
    Check,
    /// List what can be bound, and to which keys it is bound now
    Explain,
}

const COLUMNS: &[Column<Row>] = &[
    Column::new("ID", |row: &Row, _| Cell::new(row.verb.id())),
    Column::new("KEYS", |row: &Row, _| Cell::new(names(row).join(" "))),
    Column::new("DOES", |row: &Row, _| Cell::new(row.help)).give(Give::Shrink),
];

fn names(row: &Row) -> Vec<String> {
    row.keys.iter().map(|key| keys::name(*key)).collect()
}

fn object(row: &Row) -> Value {
    json!({ "id": row.verb.id(), "keys": names(row), "does": row.help })
}

/// Looks at it.
///
/// # Errors
/// When the console would not take the file, or the output cannot be written.
pub fn run(args: &Configuration, named: Option<&Path>, screen: &mut Screen<'_>) -> Result<(), Failure> {
    let path: Option<PathBuf> = named.map(Path::to_owned).or_else(config::default_path);
    let loaded = path.as_deref().map_or_else(|| Ok(Default::default()), Config::load);
    let (_, keymap) = loaded.map_err(Failure::from)?;
    match args.verb {
        Verb::Check => {
            let place = path.filter(|path| path.exists()).map(|path| path.display().to_string());
            let words = place.as_ref().map_or_else(
                || "there is no file: all is as it comes".to_owned(),
                |path| format!("the console takes `{path}`"),
            );
            if screen.for_programs() {
                return Ok(screen.object(&json!({ "file": place, "ok": true }))?);
            }
            Ok(screen.line(&words)?)
        }
        Verb::Explain => {
            let rows: Vec<Row> = keymap.rows().cloned().collect();
            Ok(screen.list("keys", &rows, COLUMNS, object)?)
        }
    }
}
