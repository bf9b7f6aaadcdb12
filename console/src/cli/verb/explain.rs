//! `remit explain`: what a reason code means and what to do about it, without a control plane.

use clap::Args;
use clap_complete::engine::ArgValueCompleter;
use remit_core::Reason;
use serde_json::{Value, json};

use crate::cli::{
    complete,
    failure::Failure,
    screen::Screen,
    table::{Cell, Column, Give},
};

/// Arguments of `remit explain`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  remit explain evidence_stale
  remit explain            every code with its sentence and hint")]
pub struct Explain {
    /// A reason code; every one when left out
    #[arg(add = ArgValueCompleter::new(complete::reasons))]
    pub code: Option<String>,
}

const COLUMNS: &[Column<Reason>] = &[
    Column::new("CODE", |row: &Reason, _| Cell::new(row.code())),
    Column::new("MEANS", |row: &Reason, _| Cell::new(row.sentence())).give(Give::Shrink),
    Column::new("DO", |row: &Reason, _| Cell::new(row.hint())).give(Give::Shrink),
];

fn json(reason: &Reason) -> Value {
    json!({ "code": reason.code(), "sentence": reason.sentence(), "hint": reason.hint() })
}

/// Explains one code or lists all.
///
/// # Errors
/// When there is no such code, or the output cannot be written.
pub fn run(args: &Explain, screen: &mut Screen<'_>) -> Result<(), Failure> {
    let Some(code) = &args.code else {
        return Ok(screen.list("reasons", Reason::ALL, COLUMNS, json)?);
    };
    let reason: Reason = code.parse().map_err(|_| {
        Failure::no(format!("`{code}` is not a reason code")).hint("`remit explain` lists them all")
    })?;
    if screen.for_programs() {
        return Ok(screen.object(&json(&reason))?);
    }
    screen.line(reason.sentence())?;
    Ok(screen.line(reason.hint())?)
}
