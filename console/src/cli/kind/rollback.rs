//! Rollback plans and their progress.

use std::io;

use remit_proto::v1::{Action, RollbackPlan, RollbackProgress, RollbackStep};
use serde_json::{Value, json};

use crate::cli::{
    kind::action,
    paint::Tone,
    screen::Screen,
    table::{Cell, Column, Give},
    words,
};

/// What a plan's steps show, in the order in which they run.
pub const COLUMNS: &[Column<RollbackStep>] = &[
    Column::new("STEP", |row: &RollbackStep, _| Cell::new(words::step_kind(row.kind)).tone(tone(row.kind))),
    Column::new("UNDOES", |row: &RollbackStep, _| Cell::new(target(row, |action| &action.tool))),
    Column::new("ACTION", |row: &RollbackStep, _| Cell::new(words::short(&target(row, |action| &action.id)))),
    Column::new("BY", |row: &RollbackStep, _| Cell::new(if row.tool.is_empty() { "-" } else { &row.tool })),
    Column::new("PARAMETERS", |row: &RollbackStep, _| Cell::new(&row.params_json)).give(Give::Shrink),
    Column::new("NOTE", |row: &RollbackStep, _| Cell::new(&row.note)).give(Give::Shrink),
];

fn target(step: &RollbackStep, part: fn(&Action) -> &String) -> String {
    step.target.as_ref().map(|action| part(action).clone()).unwrap_or_default()
}

fn tone(kind: i32) -> Tone {
    match words::step_kind(kind).as_str() {
        "compensate" => Tone::Good,
        "irreversible" | "in_doubt" | "out_of_window" => Tone::Bad,
        _ => Tone::Dim,
    }
}

/// The plan as an object.
#[must_use]
pub fn json(plan: &RollbackPlan) -> Value {
    json!({
        "id": plan.id,
        "run": plan.run,
        "service": plan.service,
        "domain": plan.domain,
        "steps": plan.steps.iter().map(step_json).collect::<Vec<_>>(),
        "digest": plan.digest,
        "expires_at": words::rfc3339(plan.expires_at.as_ref()),
    })
}

fn step_json(step: &RollbackStep) -> Value {
    json!({
        "kind": words::value(words::step_kind(step.kind)),
        "target": step.target.as_ref().map(action::json),
        "tool": words::text(&step.tool),
        "params_json": words::text(&step.params_json),
        "note": words::text(&step.note),
    })
}

/// One message of a rollback under way as an object.
#[must_use]
pub fn progress_json(progress: &RollbackProgress) -> Value {
    json!({
        "plan": progress.plan,
        "run": progress.run,
        "step": progress.step,
        "steps": progress.steps,
        "detail": progress.detail.as_ref().map(step_json),
        "status": words::value(words::action_status(progress.status)),
        "note": words::text(&progress.note),
        "done": progress.done,
        "undone": progress.undone,
        "parked": progress.parked,
    })
}

/// Writes the plan: what would be undone, how, and what cannot be.
///
/// # Errors
/// When the output cannot be written.
pub fn write(plan: &RollbackPlan, screen: &mut Screen<'_>) -> io::Result<()> {
    screen.toned(&format!("rollback plan  {} steps", plan.steps.len()), Tone::Title)?;
    screen.field("run", &plan.run)?;
    screen.field("service", &format!("{} (domain {})", plan.service, plan.domain))?;
    screen.field("plan", &plan.id)?;
    screen.field("digest", &plan.digest)?;
    let left = words::until(plan.expires_at.as_ref(), screen.frame.now);
    screen.field("expires", &format!("{} ({left})", words::clock(plan.expires_at.as_ref())))?;
    // What a person agrees to is never cut.
    screen.frame.width = None;
    screen.table(COLUMNS, &plan.steps)
}

/// One line of a rollback under way.
#[must_use]
pub fn progress_line(progress: &RollbackProgress) -> String {
    if progress.done {
        let (undone, parked) = (progress.undone, progress.parked);
        return format!("done: {undone} undone, {parked} parked for a person  {}", progress.note)
            .trim_end()
            .to_owned();
    }
    let empty = RollbackStep::default();
    let step = progress.detail.as_ref().unwrap_or(&empty);
    let (kind, status) = (words::step_kind(step.kind), words::action_status(progress.status));
    let undoes = target(step, |action| &action.tool);
    let line = format!(
        "{}/{}  {kind}  {undoes}  {}  {status}  {}",
        progress.step, progress.steps, step.tool, progress.note
    );
    line.trim_end().to_owned()
}
