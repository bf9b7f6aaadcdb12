//! `remit context`: which control planes this person knows, and which one is meant when none is named.

use clap::{Args, Subcommand};
use clap_complete::engine::ArgValueCompleter;
use serde_json::{Value, json};

use crate::{
    cli::{
        complete,
        failure::Failure,
        paint::Tone,
        screen::Screen,
        table::{Cell, Column, Give},
    },
    context::shelf::{Entry, Shelf},
};

/// Arguments of `remit context`.
#[derive(Args, Debug)]
#[command(
    after_help = "`remit/context.toml` in the configuration folder is the context `default`; every `remit/contexts/NAME.toml` is one
more. `--context` and REMIT_CONTEXT take a NAME or a FILE.

Examples:
  remit context list
  remit context use prod
  remit --context prod get services"
)]
pub struct Contexts {
    /// What about them
    #[command(subcommand)]
    pub verb: Verb,
}

/// What can be done with contexts.
#[derive(Subcommand, Debug)]
pub enum Verb {
    /// List them; the current one is marked
    List,
    /// Make one the current one
    Use {
        /// Its name
        #[arg(add = ArgValueCompleter::new(complete::contexts))]
        name: String,
    },
    /// Show one, without its token
    Show {
        /// Its name; the current one when left out
        #[arg(add = ArgValueCompleter::new(complete::contexts))]
        name: Option<String>,
    },
}

const COLUMNS: &[Column<Entry>] = &[
    Column::new("", |row: &Entry, _| Cell::new(if row.current { "*" } else { "" })),
    Column::new("NAME", |row: &Entry, _| Cell::new(&row.name)),
    Column::new("ENVIRONMENT", |row: &Entry, _| match &row.context {
        Ok(context) => Cell::new(&context.environment),
        Err(_) => Cell::new("cannot be used").tone(Tone::Bad),
    }),
    Column::new("KIND", |row: &Entry, _| match &row.context {
        Ok(context) if context.production => Cell::new("PRODUCTION").tone(Tone::Bad),
        Ok(_) | Err(_) => Cell::new(""),
    }),
    Column::new("ENDPOINT", |row: &Entry, _| match &row.context {
        Ok(context) => Cell::new(&context.endpoint),
        Err(error) => Cell::new(error.to_string()),
    })
    .give(Give::Shrink),
    Column::new("FILE", |row: &Entry, _| Cell::new(row.file.display().to_string())).wide(),
];

fn object(row: &Entry) -> Value {
    let context = row.context.as_ref().ok();
    json!({
        "name": row.name,
        "file": row.file.display().to_string(),
        "current": row.current,
        "environment": context.map(|it| &it.environment),
        "endpoint": context.map(|it| &it.endpoint),
        "stop_endpoint": context.and_then(|it| it.stop_endpoint.as_ref()),
        "production": context.map(|it| it.production),
        "key": context.and_then(|it| it.key.as_ref()).map(|it| it.display().to_string()),
        "problem": row.context.as_ref().err().map(ToString::to_string),
    })
}

/// Lists, chooses or shows.
///
/// # Errors
/// When there is none of that name, or the output cannot be written.
pub fn run(args: &Contexts, screen: &mut Screen<'_>) -> Result<(), Failure> {
    let shelf = Shelf::of_this_person()?;
    let name = match &args.verb {
        Verb::List => return Ok(screen.list("contexts", &shelf.all(), COLUMNS, object)?),
        Verb::Use { name } => {
            shelf.choose(name)?;
            name.clone()
        }
        Verb::Show { name } => name.clone().unwrap_or_else(|| shelf.current()),
    };
    let file = shelf.file(&name)?;
    let found = shelf.all().into_iter().find(|entry| entry.name == name);
    // The default one need not be there.
    let entry = found.ok_or(crate::context::Error::Missing { path: file })?;
    if screen.for_programs() {
        return Ok(screen.object(&object(&entry))?);
    }
    write(&entry, screen)
}

fn write(entry: &Entry, screen: &mut Screen<'_>) -> Result<(), Failure> {
    let current = if entry.current { ", the current one" } else { "" };
    screen.toned(&format!("context  {}{current}", entry.name), Tone::Title)?;
    screen.field("file", &entry.file.display().to_string())?;
    let context = match &entry.context {
        Ok(context) => context,
        Err(error) => return Ok(screen.field("problem", &error.to_string())?),
    };
    screen.field("environment", &context.environment)?;
    screen.field("endpoint", &context.endpoint)?;
    if let Some(stop) = &context.stop_endpoint {
        screen.field("for stops", stop)?;
    }
    if let Some(key) = &context.key {
        screen.field("key", &key.display().to_string())?;
    }
    if context.production {
        screen.field("production", "what gives rights or lets something go takes `--write REASON`")?;
    }
    Ok(())
}
