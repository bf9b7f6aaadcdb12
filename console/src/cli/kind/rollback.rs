//! Rollback plans, their progress, and what of them people have to take over.

use std::{
    collections::{BTreeMap, HashMap},
    io,
};

use remit_proto::v1::{
    Action, Parked, Rollback, RollbackPlan, RollbackProgress, RollbackStep, StepState, rollback_step::Kind,
};
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
    Column::new("RETURNS", |row: &RollbackStep, _| Cell::new(amount(row.returns_micros))).right(),
    Column::new("COST", |row: &RollbackStep, _| Cell::new(amount(some(row.cost_micros)))).right(),
    Column::new("RUN", |row: &RollbackStep, _| Cell::new(words::short(&row.run))),
    Column::new("NOTE", |row: &RollbackStep, _| Cell::new(&row.note)).give(Give::Shrink),
];

/// What the steps of a rollback under way show.
pub const STATES: &[Column<StepState>] = &[
    Column::new("STATE", |row: &StepState, _| Cell::new(&row.state).tone(state_tone(&row.state))),
    Column::new("UNDOES", |row: &StepState, _| {
        Cell::new(of(row, |step| target(step, |action| &action.tool)))
    }),
    Column::new("ACTION", |row: &StepState, _| {
        Cell::new(words::short(&of(row, |step| target(step, |action| &action.id))))
    }),
    Column::new("RUN", |row: &StepState, _| Cell::new(words::short(&of(row, |step| step.run.clone())))),
    Column::new("OWNER", |row: &StepState, _| Cell::new(if row.owner.is_empty() { "-" } else { &row.owner })),
    Column::new("UNTIL", |row: &StepState, now| Cell::new(words::until(row.until.as_ref(), now))).right(),
    Column::new("NOTE", |row: &StepState, _| Cell::new(&row.note)).give(Give::Shrink),
];

/// What `remit get rollbacks` shows.
pub const LIST: &[Column<Rollback>] = &[
    Column::new("PLAN", |row: &Rollback, _| Cell::new(words::short(&planned(row).id))),
    Column::new("STATE", |row: &Rollback, _| Cell::new(phase(row)).tone(phase_tone(row))),
    Column::new("OF", |row: &Rollback, _| Cell::new(&planned(row).asked)).give(Give::Shrink),
    Column::new("RUNS", |row: &Rollback, _| Cell::new(planned(row).runs.len().to_string())).right(),
    Column::new("UNDONE", |row: &Rollback, _| Cell::new(count(row, "undone"))).right(),
    Column::new("PARKED", |row: &Rollback, _| Cell::new(count(row, "parked"))).right(),
    Column::new("WAITING", |row: &Rollback, _| Cell::new(count(row, "waiting"))).right(),
    Column::new("BY", |row: &Rollback, _| Cell::new(&row.started_by)),
    Column::new("AGE", |row: &Rollback, now| Cell::new(words::age(row.since.as_ref(), now))).right(),
    Column::new("ID", |row: &Rollback, _| Cell::new(&planned(row).id)).wide(),
];

/// What `remit get parked` shows.
pub const PARKED: &[Column<Parked>] = &[
    Column::new("UNTIL", |row: &Parked, now| {
        let until = words::until(row.until.as_ref(), now);
        let tone = if until == "over" { Tone::Bad } else { Tone::Warn };
        Cell::new(until).tone(tone)
    })
    .right(),
    Column::new("OWNER", |row: &Parked, _| Cell::new(&row.owner)),
    Column::new("WHY", |row: &Parked, _| Cell::new(&row.why).tone(Tone::Bad)),
    Column::new("EFFECT", |row: &Parked, _| Cell::new(about(row, |action| &action.tool))),
    Column::new("ACTION", |row: &Parked, _| Cell::new(words::short(&about(row, |action| &action.id)))),
    Column::new("PLAN", |row: &Parked, _| Cell::new(words::short(&row.plan))),
    Column::new("NOTE", |row: &Parked, _| Cell::new(&row.note)).give(Give::Shrink),
    Column::new("RUN", |row: &Parked, _| Cell::new(&row.run)).wide(),
    Column::new("FULL ACTION", |row: &Parked, _| Cell::new(about(row, |action| &action.id))).wide(),
    Column::new("FULL PLAN", |row: &Parked, _| Cell::new(&row.plan)).wide(),
];

fn about(parked: &Parked, part: fn(&Action) -> &String) -> String {
    parked.target.as_ref().map(|action| part(action).clone()).unwrap_or_default()
}

fn of(state: &StepState, part: impl Fn(&RollbackStep) -> String) -> String {
    state.step.as_ref().map(part).unwrap_or_default()
}

fn planned(rollback: &Rollback) -> RollbackPlan {
    rollback.plan.clone().unwrap_or_default()
}

fn count(rollback: &Rollback, state: &str) -> String {
    rollback.counts.get(state).copied().unwrap_or_default().to_string()
}

/// Where a rollback is.
const fn phase(rollback: &Rollback) -> &'static str {
    match (rollback.started_by.is_empty(), rollback.closed, rollback.paused_by.is_empty(), rollback.rests) {
        (true, ..) => "planned",
        (_, true, ..) => "closed",
        (_, _, false, _) => "paused",
        (_, _, _, true) => "waiting",
        _ => "under_way",
    }
}

fn phase_tone(rollback: &Rollback) -> Tone {
    match phase(rollback) {
        "closed" => Tone::Good,
        "planned" => Tone::Dim,
        _ => Tone::Warn,
    }
}

fn state_tone(state: &str) -> Tone {
    match state {
        "undone" | "without_effect" => Tone::Good,
        "parked" => Tone::Bad,
        "skipped" => Tone::Dim,
        _ => Tone::Warn,
    }
}

const fn some(micros: u64) -> Option<u64> {
    if micros == 0 { None } else { Some(micros) }
}

fn amount(micros: Option<u64>) -> String {
    micros.map_or_else(|| "-".to_owned(), words::money)
}

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
        "asked": words::text(&plan.asked),
        "runs": plan.runs,
        "steps": plan.steps.iter().map(step_json).collect::<Vec<_>>(),
        "counts": sorted(&plan.counts),
        "returns_micros": plan.returns_micros,
        "cost_micros": plan.cost_micros,
        "currency": words::text(&plan.currency),
        "left_out": plan.left_out.iter().map(|left| json!({ "run": left.run, "why": left.why })).collect::<Vec<_>>(),
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
        "run": words::text(&step.run),
        "cost_micros": step.cost_micros,
        "returns_micros": step.returns_micros,
        "independent": step.independent,
        "later": step.later,
        "note": words::text(&step.note),
    })
}

fn sorted(counts: &HashMap<String, u32>) -> BTreeMap<&String, &u32> {
    counts.iter().collect()
}

/// A rollback as it stands, as an object.
#[must_use]
pub fn standing_json(rollback: &Rollback) -> Value {
    let steps = rollback.steps.iter().map(|state| {
        json!({
            "state": state.state,
            "step": state.step.as_ref().map(step_json),
            "note": words::text(&state.note),
            "until": words::rfc3339(state.until.as_ref()),
            "by": words::text(&state.by),
            "owner": words::text(&state.owner),
        })
    });
    json!({
        "plan": rollback.plan.as_ref().map(json),
        "state": phase(rollback),
        "started_by": words::text(&rollback.started_by),
        "since": words::rfc3339(rollback.since.as_ref()),
        "paused_by": words::text(&rollback.paused_by),
        "paused_reason": words::text(&rollback.paused_reason),
        "counts": sorted(&rollback.counts),
        "steps": steps.collect::<Vec<_>>(),
    })
}

/// What a person has to take over, as an object.
#[must_use]
pub fn parked_json(parked: &Parked) -> Value {
    json!({
        "target": parked.target.as_ref().map(action::json),
        "plan": parked.plan,
        "run": parked.run,
        "why": parked.why,
        "note": words::text(&parked.note),
        "owner": parked.owner,
        "until": words::rfc3339(parked.until.as_ref()),
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
        "state": words::text(&progress.state),
        "undone": progress.undone,
        "parked": progress.parked,
        "skipped": progress.skipped,
        "waiting": progress.waiting,
        "owner": words::text(&progress.owner),
        "until": words::rfc3339(progress.until.as_ref()),
    })
}

/// Writes the plan: what would be undone, how, for how much, and what cannot be.
///
/// # Errors
/// When the output cannot be written.
pub fn write(plan: &RollbackPlan, screen: &mut Screen<'_>) -> io::Result<()> {
    screen.toned(&format!("rollback plan  {} steps", plan.steps.len()), Tone::Title)?;
    heading(plan, screen)?;
    screen.field("digest", &plan.digest)?;
    let left = words::until(plan.expires_at.as_ref(), screen.frame.now);
    screen.field("expires", &format!("{} ({left})", words::clock(plan.expires_at.as_ref())))?;
    let kinds: Vec<String> = sorted(&plan.counts)
        .into_iter()
        .map(|(kind, count)| format!("{count} {}", kind.replace('_', " ")))
        .collect();
    if !kinds.is_empty() {
        screen.field("kinds", &kinds.join(", "))?;
    }
    let unsaid =
        plan.steps.iter().filter(|step| step.kind() == Kind::Compensate && step.returns_micros.is_none());
    let unsaid = match unsaid.count() {
        0 => String::new(),
        count => format!(", and {count} of which the contract does not say it"),
    };
    screen.field("returns", &format!("{} {}{unsaid}", words::money(plan.returns_micros), plan.currency))?;
    screen.field(
        "costs",
        &format!("at most {} {}, kept for it", words::money(plan.cost_micros), plan.currency),
    )?;
    for out in &plan.left_out {
        screen.field("left out", &format!("{}: {}", out.run, out.why))?;
    }
    // What a person agrees to is never cut.
    screen.frame.width = None;
    screen.table(COLUMNS, &plan.steps)
}

fn heading(plan: &RollbackPlan, screen: &mut Screen<'_>) -> io::Result<()> {
    screen.field("plan", &plan.id)?;
    if !plan.asked.is_empty() {
        screen.field("of", &plan.asked)?;
    }
    match plan.runs.len() {
        0 | 1 => screen.field("run", &plan.run)?,
        runs => screen.field("runs", &format!("{runs}, each of which is ended"))?,
    }
    let service = if plan.service.is_empty() { "several" } else { &plan.service };
    screen.field("service", &format!("{service} (domain {})", plan.domain))
}

/// Writes what became of each step so far.
///
/// # Errors
/// When the output cannot be written.
pub fn write_standing(rollback: &Rollback, screen: &mut Screen<'_>) -> io::Result<()> {
    screen.toned(&format!("rollback  {}", phase(rollback).replace('_', " ")), Tone::Title)?;
    heading(&planned(rollback), screen)?;
    if !rollback.started_by.is_empty() {
        let age = words::age(rollback.since.as_ref(), screen.frame.now);
        screen.field("started", &format!("by {}, {age} ago", rollback.started_by))?;
    }
    if !rollback.paused_by.is_empty() {
        screen.field("paused", &format!("by {}: {}", rollback.paused_by, rollback.paused_reason))?;
    }
    let counts: Vec<String> = sorted(&rollback.counts)
        .into_iter()
        .map(|(state, count)| format!("{count} {}", state.replace('_', " ")))
        .collect();
    screen.field("steps", &counts.join(", "))?;
    screen.table(STATES, &rollback.steps)
}

/// One line of a rollback under way.
#[must_use]
pub fn progress_line(progress: &RollbackProgress) -> String {
    if progress.done {
        let RollbackProgress { undone, parked, skipped, waiting, .. } = progress;
        let mut line = format!("done: {undone} undone, {parked} parked for a person");
        if 0 < *skipped {
            line.push_str(&format!(", {skipped} skipped"));
        }
        if 0 < *waiting {
            line.push_str(&format!(", {waiting} wait for people: `remit rollback show {}`", progress.plan));
        }
        return format!("{line}  {}", progress.note).trim_end().to_owned();
    }
    let state = match progress.state.as_str() {
        "" => words::action_status(progress.status),
        state => state.to_owned(),
    };
    let Some(step) = &progress.detail else {
        let run = if progress.run.is_empty() { &progress.plan } else { &progress.run };
        return format!("{state}  {run}  {}", progress.note).trim_end().to_owned();
    };
    let (undoes, id) = (target(step, |action| &action.tool), target(step, |action| &action.id));
    let owner = if progress.owner.is_empty() { String::new() } else { format!("with {}: ", progress.owner) };
    let line = format!(
        "{}/{}  {state}  {undoes} {}  {}  {owner}{}",
        progress.step,
        progress.steps,
        words::short(&id),
        step.tool,
        progress.note
    );
    line.trim_end().to_owned()
}
