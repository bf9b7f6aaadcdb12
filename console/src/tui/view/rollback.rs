//! One rollback, step by step: what is undone, what waits for what, and what people have to take over.

use ratatui::layout::Rect;
use ratatui::style::Style;
use remit_proto::v1::{Parked, Rollback, StepState};

use super::super::event::Fetch;
use super::super::paint::{Painter, Row};
use super::super::state::facts::undone;
use super::super::theme::Theme;
use super::super::when;
use super::chart::money;
use super::facts::wrapped;

pub(super) fn paint(painter: &mut Painter<'_>, body: Rect, id: &str) {
    let state = painter.state;
    let known = state.details.rollback.as_deref();
    let known = known.filter(|it| it.plan.as_ref().is_some_and(|plan| plan.id.ends_with(id)));
    let Some(rollback) = known else {
        missing(painter, body, (&format!("Rollback {id}"), &Fetch::Rollback(id.to_owned())));
        return;
    };
    let title = format!("Rollback {id}   {}", phase(rollback));
    let inner = painter.rule(body, &title);
    let width = usize::from(inner.width);
    let rows = lines(painter, rollback, width);
    let shown = painter.document(inner, format!("rollback/{id}/{width}"), &rows, state.nav.cursor().scroll);
    painter.hits.shown = Some(shown);
}

pub(super) fn parked(painter: &mut Painter<'_>, body: Rect) {
    let state = painter.state;
    let heading = state.keymap.words("<parked> Parked");
    let Some(parked) = &state.details.parked else {
        missing(painter, body, (&heading, &Fetch::Parked));
        return;
    };
    let inner = painter.rule(body, &format!("{heading}   {} for people to take over", parked.len()));
    let width = usize::from(inner.width);
    let theme = painter.theme;
    let mut rows: Vec<Row> = parked.iter().flat_map(|it| parked_rows(painter, it, width)).collect();
    if rows.is_empty() {
        rows.push(Row::of(
            "nothing: what was to be undone is undone, or somebody has taken it over",
            theme.dim,
        ));
    }
    let shown = painter.document(inner, format!("parked/{width}"), &rows, state.nav.cursor().scroll);
    painter.hits.shown = Some(shown);
}

pub(super) fn missing(painter: &mut Painter<'_>, body: Rect, (title, fetch): (&str, &Fetch)) {
    let inner = painter.rule(body, title);
    let failed = painter.state.details.failed.get(fetch);
    painter.row(inner, 0, &Row::of(failed.map_or("loading", String::as_str), painter.theme.warn));
}

const fn phase(rollback: &Rollback) -> &'static str {
    match (rollback.started_by.is_empty(), rollback.closed, rollback.paused_by.is_empty(), rollback.rests) {
        (true, ..) => "planned",
        (_, true, ..) => "closed",
        (_, _, false, _) => "PAUSED",
        (_, _, _, true) => "WAITS FOR PEOPLE",
        _ => "under way",
    }
}

fn lines(painter: &Painter<'_>, rollback: &Rollback, width: usize) -> Vec<Row> {
    let theme = painter.theme;
    let plan = rollback.plan.clone().unwrap_or_default();
    let of = format!("{} in {} run(s) of domain {}", undone(&plan), plan.runs.len(), plan.domain);
    let mut rows = wrapped("OF      ", &of, width, (theme.dim, theme.strong));
    if !rollback.started_by.is_empty() {
        let age = when::ago(when::millis(rollback.since.as_ref()), painter.now.wall_ms);
        let started = format!("by {}, {age} ago", rollback.started_by);
        rows.extend(wrapped("STARTED ", &started, width, (theme.dim, theme.text)));
    }
    if !rollback.paused_by.is_empty() {
        let paused = format!("by {}: {}", rollback.paused_by, rollback.paused_reason);
        rows.extend(wrapped("PAUSED  ", &paused, width, (theme.warn, theme.text)));
    }
    let count = |state: &str| rollback.counts.get(state).copied().unwrap_or_default();
    let total: u32 = rollback.counts.values().fold(0, |sum, count| sum.saturating_add(*count));
    let progress = format!(
        "{} of {total} undone   {} parked   {} skipped   {} without effect   {} wait",
        count("undone"),
        count("parked"),
        count("skipped"),
        count("without_effect"),
        count("waiting").saturating_add(count("due")),
    );
    rows.extend(wrapped("STEPS   ", &progress, width, (theme.dim, theme.strong)));
    let back = format!("{} as planned", money(plan.returns_micros, &plan.currency));
    rows.extend(wrapped("BACK    ", &back, width, (theme.dim, theme.text)));
    for (number, state) in (1_usize..).zip(&rollback.steps) {
        rows.extend(step_rows(painter, (number, state), width));
    }
    let id = plan.id.as_str();
    let verbs = format!("remit rollback pause|resume {id} --reason WHY; skip {id} ACTION --reason WHY");
    rows.extend(wrapped("DO      ", &verbs, width, (theme.dim, theme.dim)));
    rows
}

fn style_of(state: &str, theme: &Theme) -> Style {
    match state {
        "undone" | "without_effect" => theme.ok,
        "parked" => theme.crit,
        "skipped" => theme.dim,
        "undoing" | "verifying" => theme.strong,
        _ => theme.warn,
    }
}

fn step_rows(painter: &Painter<'_>, (number, state): (usize, &StepState), width: usize) -> Vec<Row> {
    let theme = painter.theme;
    let step = state.step.clone().unwrap_or_default();
    let target = step.target.unwrap_or_default();
    let word = state.state.replace('_', " ");
    let amount =
        step.returns_micros.map(|micros| format!("  back {}", money(micros, ""))).unwrap_or_default();
    let mut rows = wrapped(
        &format!("{number:>3} {word:<14} "),
        &format!("{} {}{amount}", target.tool, target.id),
        width,
        (style_of(&state.state, theme), theme.strong),
    );
    let until = when::millis(state.until.as_ref()).map(|at| when::until(Some(at), painter.now.wall_ms));
    let note = match (state.owner.is_empty(), until) {
        (false, Some(until)) => format!("with {}, due {until}: {}", state.owner, state.note),
        (true, Some(until)) => format!("{} ({until})", state.note),
        (_, None) => state.note.clone(),
    };
    if !note.is_empty() {
        rows.extend(wrapped("      ", &note, width, (theme.dim, theme.warn)));
    }
    rows
}

fn parked_rows(painter: &Painter<'_>, parked: &Parked, width: usize) -> Vec<Row> {
    let theme = painter.theme;
    let target = parked.target.clone().unwrap_or_default();
    let until = when::until(when::millis(parked.until.as_ref()), painter.now.wall_ms);
    let what = format!("{} {}", target.tool, target.id);
    let mut rows = wrapped(&format!("{:<14} ", parked.why), &what, width, (theme.crit, theme.strong));
    let whose = format!("{}, due {until}: {}", parked.owner, parked.note);
    rows.extend(wrapped("      with ", &whose, width, (theme.dim, theme.text)));
    let skip = format!("remit rollback skip {} {} --reason WHY", parked.plan, target.id);
    rows.extend(wrapped("      once it is taken over: ", &skip, width, (theme.dim, theme.dim)));
    rows
}
