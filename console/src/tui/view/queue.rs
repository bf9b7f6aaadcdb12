//! Queue: escalations that wait, the nearest deadline first, and the exact ask of the one under the cursor.

use ratatui::layout::Rect;
use ratatui::style::Style;
use remit_proto::v1::Escalation;

use super::super::hit::Kind;
use super::super::paint::{Painter, Row, take_bottom, take_right, take_top};
use super::super::state::nav::Page;
use super::super::when;
use super::WIDE;
use super::facts::{json_rows, wrapped};
use super::{alike, sharing};

pub(super) fn paint(painter: &mut Painter<'_>, mut body: Rect) {
    let (state, theme) = (painter.state, painter.theme);
    let objects = state.rows();
    let all = state.pending().count();
    let (half, below) = (body.width / 2, 9.min(body.height / 2));
    let preview =
        if WIDE <= body.width { take_right(&mut body, half) } else { take_bottom(&mut body, below) };
    let shown = state.shown_questions().count();
    let hidden = state.filter_words(all.saturating_sub(shown));
    let folded =
        if state.drawn.is_folded { state.keymap.words("   folded: <fold> unfolds") } else { String::new() };
    let title = format!("{}   {shown} wait{folded}{hidden}", state.keymap.words("<queue> Queue"));
    let mut list = painter.rule(body, &title);
    if !state.sections.is_empty() {
        let sections = take_top(&mut list, 1);
        painter.row(sections, 0, &section_row(painter, all));
    }
    let head = take_top(&mut list, 1);
    let foot = take_bottom(&mut list, 1);
    painter.row(foot, 0, &attention(painter));
    if let Some(practised) = practised(painter) {
        let above = take_bottom(&mut list, 1);
        painter.row(above, 0, &Row::of(practised.trim_start(), theme.dim));
    }
    let columns = Row::new()
        .right("LAPSES", 7, theme.dim)
        .cell("SERVICE", 18, theme.dim)
        .cell("TOOL", 18, theme.dim)
        .cell("VOTES", 5, theme.dim)
        .put("ASKS FOR", theme.dim);
    painter.row(head, 0, &columns);
    let rows: Vec<_> = objects
        .iter()
        .filter_map(|object| {
            let members = state.alike(&object.id);
            match alike::first(&members) {
                Some(first) if object.kind == Kind::Alike => {
                    Some(row(painter, first, &alike::summary(&members)))
                }
                _ => {
                    let it = state.escalation(&object.id)?;
                    Some(row(painter, it, &format!("{}{}", sharing::brief(state, it), it.params_json)))
                }
            }
        })
        .collect();
    if rows.is_empty() {
        let words = if state.picture.is_some() { "nothing waits for a person" } else { "not known yet" };
        painter.row(list, 0, &Row::of(words, theme.dim));
    }
    let selected = state.selected_row().map(|(index, _)| index);
    painter.list(list, &rows, selected);
    let chosen = selected.and_then(|index| objects.get(index));
    if let Some(group) = chosen.filter(|object| object.kind == Kind::Alike) {
        return alike::preview(painter, preview, &state.alike(&group.id));
    }
    match chosen.and_then(|object| state.escalation(&object.id)) {
        Some(escalation) => ask(painter, preview, escalation),
        None if state.nav.cursor().id.is_some() && !rows.is_empty() => {
            painter.row(
                preview,
                0,
                &Row::of(
                    state.keymap.words("what was under the cursor is gone: <down> or <up> chooses again"),
                    theme.warn,
                ),
            );
        }
        None => {}
    }
}

/// All questions and each saved filter, with how many there are.
fn section_row(painter: &Painter<'_>, all: usize) -> Row {
    let (state, theme) = (painter.state, painter.theme);
    let here = state.section();
    let unfiltered = !state.filters.contains_key(&Page::Queue);
    let style = |is_here: bool| if is_here { theme.strong } else { theme.dim };
    let mark =
        |is_here: bool, words: String| if is_here { format!("[{words}] ") } else { format!(" {words}  ") };
    let first = Row::of(mark(unfiltered, format!("all {all}")), style(unfiltered));
    state.sections.iter().enumerate().fold(first, |row, (at, section)| {
        let words = format!("{} {}", section.name, state.section_size(section));
        row.put(mark(here == Some(at), words), style(here == Some(at)))
    })
}

fn row(painter: &Painter<'_>, it: &Escalation, asks: &str) -> Row {
    let theme = painter.theme;
    let (until, style) = lapses(painter, it);
    Row::new()
        .right(until, 7, style)
        .cell(&it.service, 18, theme.strong)
        .cell(&it.tool, 18, theme.text)
        .cell(votes(it), 5, theme.text)
        .put(asks, theme.text)
}

/// How long until it lapses, and in which colour.
pub(super) fn lapses(painter: &Painter<'_>, it: &Escalation) -> (String, Style) {
    let lapses = when::millis(it.deadline.as_ref());
    let soon = lapses.is_some_and(|at| at.saturating_sub(painter.now.wall_ms) < 300_000);
    let style = if soon { painter.theme.warn } else { painter.theme.text };
    (when::until(lapses, painter.now.wall_ms), style)
}

/// How this operator has decided lately: haste is seen by whoever is in it.
pub(super) fn attention(painter: &Painter<'_>) -> Row {
    let theme = painter.theme;
    let Some(found) = painter.state.details.attention.as_ref().filter(|found| 0 < found.decided) else {
        return Row::of("you: nothing decided in the last hour", theme.dim);
    };
    let pace =
        if found.decided < 2 { String::new() } else { format!(", median {}", when::span(found.median_ms)) };
    let words = format!(
        "you, last hour: {} decided, {} approved, {} of them undone since{pace}",
        found.decided, found.approved, found.undone
    );
    let row = Row::of(words, if 0 < found.undone { theme.warn } else { theme.dim });
    if found.hasty { row.put("   HASTY: the last ten took under 3 s each", theme.crit) } else { row }
}

/// How this operator did in practice; nothing where there was none.
pub(super) fn practised(painter: &Painter<'_>) -> Option<String> {
    let found = painter.state.details.attention.as_ref()?;
    let (right, wrong, lapsed) = (found.practice_right, found.practice_wrong, found.practice_lapsed);
    let had = (right, wrong, lapsed) != (0, 0, 0);
    had.then(|| format!("   practice, 30 days: {right} right, {wrong} wrong, {lapsed} that nobody answered"))
}

/// Approvals so far of those needed.
pub(super) fn votes(escalation: &Escalation) -> String {
    let given = escalation.votes.iter().filter(|vote| vote.approve).count();
    format!("{given}/{}", escalation.quorum.max(1))
}

fn ask(painter: &mut Painter<'_>, area: Rect, escalation: &Escalation) {
    let theme = painter.theme;
    let inner = painter.rule(area, &escalation.id);
    let width = usize::from(inner.width);
    let mut rows = wrapped(
        "WHAT  ",
        &format!("{} asks to run {} in run {}", escalation.service, escalation.tool, escalation.run),
        width,
        (theme.dim, theme.strong),
    );
    for because in &escalation.because {
        rows.extend(wrapped("WHY   ", because, width, (theme.dim, theme.text)));
    }
    let keymap = &painter.state.keymap;
    let words = |text| keymap.words(text);
    if escalation.params_json.is_empty() {
        rows.push(Row::of(words("the parameters are long: <open> opens all of it"), theme.warn));
    }
    rows.extend(json_rows(&escalation.params_json, width, theme));
    rows.push(Row::of(
        words("<open> opens it with its evidence; <deny> begins to deny; approve is on its page"),
        theme.dim,
    ));
    let room = usize::from(inner.height);
    if room < rows.len() {
        rows.truncate(room.saturating_sub(1));
        rows.push(Row::of(words("-- more: <open> opens all of it --"), theme.warn));
    }
    painter.rows(inner, &rows);
}
