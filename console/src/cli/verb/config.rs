//! `remit config`: what the console's file may say, and whether it says it rightly.

use std::{
    env,
    path::{Path, PathBuf},
};

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::{
    cli::{
        Global,
        exit::Exit,
        failure::Failure,
        screen::Screen,
        setting::{self, Origin, Said, Setting},
        table::{Cell, Column, Give},
    },
    config::{self, Config, Known},
    tui::{environment, keymap::live::Row, keys},
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
  remit config explain
  remit config explain -o json | jq '.settings[] | select(.from != \"default\")'"
)]
pub struct Configuration {
    /// What about it
    #[command(subcommand)]
    pub verb: Verb,
}

/// What can be asked of it.
#[derive(Subcommand, Debug)]
pub enum Verb {
    /// Say whether the console takes the file, and everything that is wrong with it
    Check,
    /// List every setting and every key as it is in force, and who said so: an option, a variable, a line of the file
    Explain,
}

/// One binding and who made it.
struct Bound {
    row: Row,
    from: Origin,
}

const BINDINGS: &[Column<Bound>] = &[
    Column::new("ID", |it: &Bound, _| Cell::new(it.row.verb.id())),
    Column::new("KEYS", |it: &Bound, _| Cell::new(names(&it.row).join(" "))),
    Column::new("FROM", |it: &Bound, _| Cell::new(it.from.to_string())),
    Column::new("DOES", |it: &Bound, _| Cell::new(it.row.help)).give(Give::Shrink),
];

const SETTINGS: &[Column<Setting>] = &[
    Column::new("SETTING", |it: &Setting, _| Cell::new(it.name)),
    Column::new("VALUE", |it: &Setting, _| Cell::new(value(&it.value))),
    Column::new("FROM", |it: &Setting, _| Cell::new(it.from.to_string())),
    Column::new("ABOUT", |it: &Setting, _| Cell::new(it.about)).give(Give::Shrink),
];

fn value(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn names(row: &Row) -> Vec<String> {
    row.keys.iter().map(|key| keys::name(*key)).collect()
}

/// Looks at it.
///
/// # Errors
/// When the console would not take the file, or the output cannot be written.
pub fn run(args: &Configuration, global: &Global, screen: &mut Screen<'_>) -> Result<Exit, Failure> {
    let path: Option<PathBuf> = global.look.config.clone().or_else(config::default_path);
    let loaded = path.as_deref().map_or_else(|| Ok(Known::default()), Config::load);
    match args.verb {
        Verb::Check => check(path.as_deref(), loaded, screen),
        Verb::Explain => explain(&loaded?, global, screen),
    }
}

/// Everything that is wrong, each with its line.
fn check(
    path: Option<&Path>,
    loaded: Result<Known, config::Error>,
    screen: &mut Screen<'_>,
) -> Result<Exit, Failure> {
    let place = path.filter(|path| path.exists()).map(|path| path.display().to_string());
    let wrong = match loaded {
        Ok(_) => Vec::new(),
        Err(config::Error::Malformed { wrong, .. }) => wrong,
        Err(error @ config::Error::Unreadable { .. }) => return Err(error.into()),
    };
    if screen.for_programs() {
        let problems = wrong.iter().map(|it| json!({ "line": it.line, "message": it.what }));
        let problems: Vec<_> = problems.collect();
        screen.object(&json!({ "file": place, "ok": wrong.is_empty(), "problems": problems }))?;
        return Ok(if wrong.is_empty() { Exit::Ok } else { Exit::Usage });
    }
    let Some(place) = place else {
        screen.line("there is no file: all is as it comes")?;
        return Ok(Exit::Ok);
    };
    if wrong.is_empty() {
        screen.line(&format!("the console takes `{place}`"))?;
        return Ok(Exit::Ok);
    }
    for it in &wrong {
        let line = it.line.map(|line| format!(":{line}")).unwrap_or_default();
        screen.line(&format!("{place}{line}: {}", it.what))?;
    }
    let many = format!("the console does not take `{place}`: {} problem(s)", wrong.len());
    Err(Failure::usage(many).hint(config::HINT))
}

fn explain(known: &Known, global: &Global, screen: &mut Screen<'_>) -> Result<Exit, Failure> {
    let [theme, accessible] = ["REMIT_THEME", "ACCESSIBLE"].map(|it| env::var(it).ok());
    let accessible = accessible.is_some_and(|value| !matches!(value.as_str(), "" | "0"));
    let settings = environment::around(|around| {
        let said = Said { around, theme: theme.as_deref(), accessible };
        setting::all(known, &global.look, global.color, said)
    });
    let bound = |row: &Row| Bound { row: row.clone(), from: known.binding(row.verb.id()) };
    let bindings: Vec<Bound> = known.keymap.rows().map(bound).collect();
    if screen.for_programs() {
        let settings: Vec<_> = settings.iter().map(setting_json).collect();
        let keys: Vec<_> = bindings.iter().map(binding_json).collect();
        screen.object(&json!({ "settings": settings, "keys": keys }))?;
    } else {
        screen.table(SETTINGS, &settings)?;
        screen.line("")?;
        screen.table(BINDINGS, &bindings)?;
    }
    Ok(Exit::Ok)
}

fn setting_json(it: &Setting) -> Value {
    json!({ "name": it.name, "value": it.value, "from": it.from.to_string(), "about": it.about })
}

fn binding_json(it: &Bound) -> Value {
    let Bound { row, from } = it;
    json!({ "id": row.verb.id(), "keys": names(row), "does": row.help, "from": from.to_string() })
}
