//! A card: what exactly would happen, what to type for it, and why it cannot be done when it cannot.

use ratatui::layout::Rect;
use remit_proto::v1::{Escalation, Level, RollbackPlan, Switch, rollback_step::Kind};

use super::super::hit::CardShown;
use super::super::paint::{Painter, Row, take_bottom, take_top};
use super::super::state::State;
use super::super::state::card::{Ask, Card, Entry, Opens, compensations};
use super::super::state::facts::{Blast, ceiling, moved, undone};
use super::super::state::overdue;
use super::super::theme::Theme;
use super::super::update::{ceiling_words, verdict_words};
use super::super::when;
use super::alerts;
use super::chart::money;
use super::doubt;
use super::facts::{json_rows, wrapped};
use super::lift;
use super::sharing;
use super::tiny::PAGES;
use crate::inert::Inert;

pub(super) fn paint(painter: &mut Painter<'_>, body: Rect, card: &Card) {
    let theme = painter.theme;
    let mut inner = painter.rule(body, &title(painter.state, &card.ask));
    let width = usize::from(inner.width);
    let head = facts(painter, card, width);
    let steps = match &card.ask {
        Ask::Rollback(plan) => plan_rows(plan, width, theme),
        Ask::Release(switch) => {
            let preview = painter.state.preview_of(&switch.id);
            preview.map_or_else(Vec::new, |preview| lift::resumes(preview, width, theme))
        }
        Ask::Menu { .. }
        | Ask::Ceiling { .. }
        | Ask::Explain(_)
        | Ask::Answer { .. }
        | Ask::DenyAlike { .. }
        | Ask::HandOver(_)
        | Ask::Acknowledge(_)
        | Ask::Resolve { .. } => Vec::new(),
    };
    let form = form(painter, card, width);
    let form_lines = u16::try_from(form.len()).unwrap_or(u16::MAX);
    // The form keeps its place at the bottom of the card, however long the facts are.
    let bottom = take_bottom(&mut inner, form_lines);
    let top = take_top(&mut inner, u16::try_from(head.len()).unwrap_or(u16::MAX));
    let mut complete = painter.rows(top, &head) == head.len() && painter.rows(bottom, &form) == form.len();
    let mut shown = None;
    if !steps.is_empty() {
        complete &= 3 <= inner.height;
        let key = format!("card/{}/{width}", card.id);
        shown = Some(painter.document(inner, key, &steps, card.scroll));
    }
    // Only what holds services back is done in a terminal that is too small to read in.
    let is_tiny = painter.is_below(PAGES);
    complete &= !is_tiny || matches!(card.ask, Ask::Menu { .. } | Ask::Ceiling { .. });
    if !complete {
        let size = format!("{}x{}", PAGES.width, PAGES.height);
        let words = if is_tiny {
            format!("needs {size}: it cannot be confirmed")
        } else {
            "needs a larger terminal: not all of this card fits, so it cannot be confirmed".to_owned()
        };
        painter.row(bottom, 0, &Row::of(format!("{words:<width$}"), theme.crit));
    }
    place_cursor(painter, card, bottom, form.len());
    painter.hits.card = Some(CardShown { id: card.id, complete, shown });
}

fn title(state: &State, ask: &Ask) -> String {
    match ask {
        Ask::Menu { about, .. } => {
            format!(
                "ACT on {}",
                about.as_ref().map_or_else(|| "everything".to_owned(), |object| state.words(object))
            )
        }
        Ask::Ceiling { scope, level: Level::None, .. } => format!("STOP {scope}"),
        Ask::Ceiling { scope, level, .. } => format!("{} {scope}", ceiling(*level)),
        Ask::Release(switch) => format!("RELEASE {}", switch.scope),
        Ask::Explain(switch) => format!("REASON for {} {}", ceiling(switch.ceiling()), switch.scope),
        Ask::Answer { escalation, approve: true, .. } => format!("APPROVE {}", escalation.id),
        Ask::Answer { escalation, approve: false, .. } => format!("DENY {}", escalation.id),
        Ask::DenyAlike { members, .. } => format!("DENY {} that are alike", members.len()),
        Ask::HandOver(escalation) => format!("SEND {}", escalation.id),
        Ask::Acknowledge(alert) => format!("ACKNOWLEDGE {} of {}", alert.condition, alert.scope),
        Ask::Rollback(plan) => format!("UNDO {}", undone(plan)),
        Ask::Resolve { doubt, happened } => {
            let id = doubt.action.as_ref().map_or("", |action| action.id.as_str());
            format!("{} {id}", verdict_words(*happened).to_uppercase())
        }
    }
}

fn facts(painter: &Painter<'_>, card: &Card, width: usize) -> Vec<Row> {
    match &card.ask {
        Ask::Menu { entries, .. } => {
            entries.iter().flat_map(|entry| entry_rows(entry, width, painter.theme)).collect()
        }
        Ask::Ceiling { scope, level, blast, .. } => {
            ceiling_rows(painter, scope, *level, (*blast, card.cancels(), width))
        }
        Ask::Release(switch) => lift::rows(painter, switch, width),
        Ask::Explain(switch) => explain_rows(painter, switch, width),
        Ask::Answer { escalation, approve, shown, .. } => {
            answer_rows(painter, escalation, (*approve, shown), width)
        }
        Ask::DenyAlike { members, .. } => sharing::deny_rows(painter, members, width),
        Ask::HandOver(escalation) => sharing::hand_over_rows(painter, escalation, width),
        Ask::Acknowledge(alert) => alerts::card_rows(painter, alert, width),
        Ask::Rollback(plan) => summary_rows(painter, plan, width),
        Ask::Resolve { doubt, happened } => doubt::rows(painter, doubt, *happened, width),
    }
}

fn entry_rows(entry: &Entry, width: usize, theme: &Theme) -> Vec<Row> {
    let words = match &entry.opens {
        Opens::Ceiling(scope, level) => format!("{}..", ceiling_words(scope, *level)),
        Opens::Release(switch) => {
            format!("release {} {} (by {})..", ceiling(switch.ceiling()), switch.scope, switch.by)
        }
        Opens::Explain(switch) => {
            format!("say why {} {} is set..", ceiling(switch.ceiling()), switch.scope)
        }
        Opens::DenyAlike(_) => "deny all of this group..".to_owned(),
        Opens::Rollback(of) if of.starts_with("run:") => format!("undo {of}: shows the plan first.."),
        Opens::Rollback(of) => format!("undo the last 5 minutes of {of}: shows the plan first.."),
    };
    let words = entry.refused.as_ref().map_or_else(|| words.clone(), |why| format!("{words} LOCKED: {why}"));
    let style = if entry.refused.is_some() { theme.dim } else { theme.text };
    wrapped(&format!("  {}  ", entry.key), &words, width, (theme.strong, style))
}

fn ceiling_rows(
    painter: &Painter<'_>,
    scope: &str,
    level: Level,
    (blast, cancels, width): (Blast, bool, usize),
) -> Vec<Row> {
    let theme = painter.theme;
    let styles = (theme.dim, theme.text);
    let effect = match level {
        Level::None => "nothing at all is admitted in this scope any more",
        Level::Unspecified | Level::Read | Level::Draft | Level::Recommend | Level::Execute => {
            "reads and drafts go on; nothing with an effect is admitted"
        }
    };
    if painter.is_below(PAGES) {
        return short_ceiling_rows(scope, level, (blast, width), theme);
    }
    let live = painter.state.blast(scope);
    let moved = if live == blast { String::new() } else { format!("   (now {})", live.open_runs) };
    let mut rows = wrapped("scope      ", scope, width, (theme.dim, theme.strong));
    rows.extend(wrapped("ceiling    ", &format!("{}: {effect}", ceiling(level)), width, styles));
    rows.extend(wrapped(
        "holds      ",
        &format!("{} open run(s){moved}", blast.open_runs),
        width,
        (theme.dim, theme.strong),
    ));
    if level == Level::None {
        rows.extend(wrapped(
            "voids      ",
            &format!("{} escalation(s) that wait", blast.held),
            width,
            styles,
        ));
    }
    let fate = if cancels { "cut off: those on their way are IN DOUBT" } else { "may still take effect" };
    let flying = format!("{} action(s) admitted before: {fate}", blast.in_flight);
    rows.extend(wrapped("in flight  ", &flying, width, styles));
    let two = scope == "all" || scope.starts_with("domain:");
    let lift = if two {
        "takes a reason and two people"
    } else {
        "takes a reason, and two people where the contract says so"
    };
    rows.extend(wrapped("lift       ", lift, width, styles));
    rows
}

/// The same where ten lines are all there is.
fn short_ceiling_rows(scope: &str, level: Level, (blast, width): (Blast, usize), theme: &Theme) -> Vec<Row> {
    let effect = if level == Level::None { "nothing is admitted any more" } else { "reads and drafts go on" };
    let mut rows = wrapped("", scope, width, (theme.dim, theme.strong));
    rows.push(Row::of(format!("{}: {effect}", ceiling(level)), theme.text));
    let Blast { open_runs, held, in_flight } = blast;
    let size = format!("{open_runs} open run(s), voids {held}, flying {in_flight}");
    rows.push(Row::of(size, theme.strong));
    rows
}

fn explain_rows(painter: &Painter<'_>, switch: &Switch, width: usize) -> Vec<Row> {
    let (theme, now) = (painter.theme, painter.now.wall_ms);
    let styles = (theme.dim, theme.text);
    let what = format!("{} {}", ceiling(switch.ceiling()), switch.scope);
    let mut rows = wrapped("switch     ", &what, width, (theme.dim, theme.strong));
    rows.extend(wrapped("set        ", &format!("by {}", overdue::setter(switch)), width, styles));
    rows.extend(wrapped("until now  ", lift::because(switch), width, styles));
    let owed = overdue::reason(switch, now).map(|(words, is_late)| (format!("reason {words}"), is_late));
    for (words, is_late) in owed.into_iter().chain([overdue::review(switch, now)]) {
        let style = if is_late { theme.crit } else { theme.text };
        rows.extend(wrapped("           ", &words, width, (theme.dim, style)));
    }
    rows
}

fn answer_rows(
    painter: &Painter<'_>,
    escalation: &Escalation,
    (approve, shown): (bool, &str),
    width: usize,
) -> Vec<Row> {
    let theme = painter.theme;
    let what = format!("{} asks to run {} in run {}", escalation.service, escalation.tool, escalation.run);
    let mut rows = wrapped("what       ", &what, width, (theme.dim, theme.strong));
    rows.extend(json_rows(&escalation.params_json, width, theme));
    for it in &escalation.moved {
        rows.extend(wrapped("moved      ", &moved(it), width, (theme.dim, theme.warn)));
    }
    rows.extend(wrapped("digest     ", &escalation.digest, width, (theme.dim, theme.strong)));
    if approve {
        let key = painter.state.who.as_ref().map_or("", |who| who.key.as_str());
        let by = match key.get(..8) {
            Some(key) => format!("signed by you with key {key}"),
            None => "not signed: you have no key (`remit key create`, `remit key register`)".to_owned(),
        };
        rows.extend(wrapped("signs      ", &format!("{shown}, {by}"), width, (theme.dim, theme.text)));
    }
    let then = if approve {
        "exactly these bytes run, once enough people approved"
    } else {
        "nothing runs; the service is told your reason"
    };
    rows.extend(wrapped("then       ", then, width, (theme.dim, theme.text)));
    rows
}

fn summary_rows(painter: &Painter<'_>, plan: &RollbackPlan, width: usize) -> Vec<Row> {
    let theme = painter.theme;
    let parked = plan
        .steps
        .iter()
        .filter(|s| matches!(s.kind(), Kind::Irreversible | Kind::InDoubt | Kind::OutOfWindow));
    let until = when::until(when::millis(plan.expires_at.as_ref()), painter.now.wall_ms);
    let words = format!(
        "{} step(s) to compensate in {} run(s), {} for a person; plan valid {until}",
        compensations(plan),
        plan.runs.len().max(1),
        parked.count()
    );
    let mut rows = wrapped("undoes     ", &words, width, (theme.dim, theme.strong));
    let unsaid =
        plan.steps.iter().filter(|s| s.kind() == Kind::Compensate && s.returns_micros.is_none()).count();
    let unsaid = if unsaid == 0 { String::new() } else { format!(", and {unsaid} of unsaid amount") };
    let (back, cost) = (money(plan.returns_micros, &plan.currency), money(plan.cost_micros, &plan.currency));
    let sums = format!("{back} comes back{unsaid}; it costs at most {cost}");
    rows.extend(wrapped("money      ", &sums, width, (theme.dim, theme.text)));
    if !plan.left_out.is_empty() {
        let words = format!("{} run(s), named below the steps", plan.left_out.len());
        rows.extend(wrapped("left out   ", &words, width, (theme.dim, theme.warn)));
    }
    rows
}

fn plan_rows(plan: &RollbackPlan, width: usize, theme: &Theme) -> Vec<Row> {
    let mut rows = Vec::new();
    for (number, step) in (1_usize..).zip(&plan.steps) {
        let (word, style) = match step.kind() {
            Kind::Compensate => ("compensate", theme.ok),
            Kind::Irreversible => ("IRREVERSIBLE", theme.crit),
            Kind::InDoubt => ("IN DOUBT", theme.crit),
            Kind::OutOfWindow => ("OUT OF WINDOW", theme.crit),
            Kind::AlreadyUndone => ("already undone", theme.dim),
            Kind::HeldVoided => ("held, voided", theme.held),
            Kind::Unspecified => ("?", theme.warn),
        };
        let target = step.target.clone().unwrap_or_default();
        rows.extend(wrapped(
            &format!("{number:>3} {word:<14} "),
            &format!("{} {}", target.tool, target.id),
            width,
            (style, theme.strong),
        ));
        if step.kind() == Kind::Compensate {
            rows.extend(wrapped(
                "      by ",
                &format!("{} {}", step.tool, step.params_json),
                width,
                (theme.dim, theme.text),
            ));
        } else {
            rows.extend(wrapped("      of ", &target.params_json, width, (theme.dim, theme.text)));
        }
        if !step.note.is_empty() {
            rows.extend(wrapped("      ", &step.note, width, (theme.dim, theme.warn)));
        }
    }
    // Where the rest is read: however many there are, the fields below stay on the screen.
    for left in &plan.left_out {
        let words = format!("{}: {}", left.run, left.why);
        rows.extend(wrapped("left out   ", &words, width, (theme.dim, theme.warn)));
    }
    rows
}

/// The bottom of a card: fields or the confirming key, then what stands in the way.
fn form(painter: &Painter<'_>, card: &Card, width: usize) -> Vec<Row> {
    let theme = painter.theme;
    if let Some(why) = &card.void {
        return wrapped("", &format!("{why}   Esc closes"), width, (theme.crit, theme.crit));
    }
    let mut rows = Vec::new();
    for (index, field) in card.fields.iter().enumerate() {
        let focus = index == card.focus;
        let label = Row::of(if focus { "> " } else { "  " }, theme.strong).put(&field.label, theme.text);
        if field.is_mode() {
            let style = if card.cancels() { theme.crit } else { theme.strong };
            let how = if focus { "   m changes it" } else { "   Tab, then m changes it" };
            rows.push(label.put(format!(" {}", field.input.value()), style).put(how, theme.dim));
            continue;
        }
        rows.push(label);
        let text = Inert::from(field.input.value());
        let hidden = text.width().saturating_sub(width.saturating_sub(8));
        let tail: String = text.as_str().chars().skip(hidden).collect();
        rows.push(
            Row::of(if focus { "  [ " } else { "    " }, theme.strong)
                .put(tail, if focus { theme.field } else { theme.text })
                .put(if focus { " ]" } else { "" }, theme.strong),
        );
    }
    rows.push(status_row(painter, card));
    rows
}

fn status_row(painter: &Painter<'_>, card: &Card) -> Row {
    let theme = painter.theme;
    let tick = painter.now.tick_ms;
    let mut row = match (&card.ask, &card.said) {
        (_, Some(said)) => Row::of(said, theme.warn),
        (Ask::Menu { .. }, None) => {
            Row::of("press the key of a line; it opens a card, nothing is done yet", theme.dim)
        }
        (_, None) if !card.is_armed(tick) => Row::of("not live yet", theme.dim),
        (_, None) => match card.unread() {
            Some(unread) => Row::of(unread, theme.warn),
            None if card.fields.is_empty() => Row::of("live: y confirms", theme.strong),
            None => Row::of("live: Enter submits the fields", theme.strong),
        },
    };
    if 0 < card.dropped {
        row = row.put(format!("   {} key(s) came too early and were thrown away", card.dropped), theme.warn);
    }
    row
}

fn place_cursor(painter: &mut Painter<'_>, card: &Card, bottom: Rect, lines: usize) {
    let takes_text = card.fields.get(card.focus).is_some_and(|field| !field.is_mode());
    if card.void.is_some() || !takes_text || usize::from(bottom.height) < lines {
        return;
    }
    let line = card.focus.saturating_mul(2).saturating_add(1);
    let before: String = card
        .fields
        .get(card.focus)
        .map_or_else(String::new, |field| field.input.value().chars().take(field.input.cursor()).collect());
    let column =
        Inert::from(before).width().saturating_add(4).min(usize::from(bottom.width).saturating_sub(4));
    let x = bottom.x.saturating_add(u16::try_from(column).unwrap_or(0));
    painter.hits.cursor = Some((x, bottom.y.saturating_add(u16::try_from(line).unwrap_or(0))));
}
