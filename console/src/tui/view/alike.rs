//! A group of questions that are alike: what they have in common once, and a table of what differs.

use ratatui::layout::Rect;
use remit_proto::v1::Escalation;

use super::super::paint::{Painter, Row, take_bottom, take_top};
use super::super::state::alike::{differ, params};
use super::super::when;
use super::facts::wrapped;
use super::queue::{attention, lapses, votes};
use super::sharing;
use crate::inert::Inert;

/// Columns of one parameter at least and at most.
const NARROW: usize = 6;
const WIDE: usize = 24;

pub(super) fn paint(painter: &mut Painter<'_>, body: Rect, group: &str) {
    let (state, theme) = (painter.state, painter.theme);
    let members = state.alike(group);
    let queue = state.keymap.words("<queue> Queue");
    let title = members.first().map_or_else(
        || format!("{queue}   nothing of this group waits any more"),
        |first| format!("{queue}   {} alike: {} asks for {}", members.len(), first.service, first.tool),
    );
    let mut inner = painter.rule(body, &title);
    let (names, _) = differ(&members);
    let width = usize::from(inner.width);
    let common = common(painter, &members, width);
    let top = take_top(&mut inner, u16::try_from(common.len()).unwrap_or(u16::MAX));
    painter.rows(top, &common);
    let foot = take_bottom(&mut inner, 2);
    painter.row(foot, 0, &attention(painter));
    let words =
        "<open> opens one; <approve> approves it on its page; <act> denies all of them, <back> goes back";
    painter.row(foot, 1, &Row::of(state.keymap.words(words), theme.dim));
    let head = take_top(&mut inner, 1);
    let widths = widths(&members, &names);
    let columns =
        names.iter().zip(&widths).fold(
            Row::new().right("LAPSES", 7, theme.dim).cell("VOTES", 5, theme.dim),
            |row, (name, width)| row.cell(Inert::from(name.as_str()), *width, theme.dim),
        );
    painter.row(head, 0, &columns);
    let rows: Vec<Row> = members.iter().map(|it| member(painter, it, (&names, &widths))).collect();
    let selected = state.selected_row().map(|(index, _)| index);
    painter.list(inner, &rows, selected);
}

/// Why all of them are asked, and what is the same in each.
fn common(painter: &Painter<'_>, members: &[&Escalation], width: usize) -> Vec<Row> {
    let styles = (painter.theme.dim, painter.theme.text);
    let mut rows = Vec::new();
    for because in members.first().iter().flat_map(|first| &first.because) {
        rows.extend(wrapped("WHY    ", because, width, styles));
    }
    let (_, same) = differ(members);
    let same: Vec<String> = same.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let same = if same.is_empty() { "nothing".to_owned() } else { same.join("  ") };
    rows.extend(wrapped("SAME   ", &same, width, styles));
    rows
}

/// The group under the cursor of the folded queue.
pub(super) fn preview(painter: &mut Painter<'_>, area: Rect, members: &[&Escalation]) {
    let Some(first) = members.first() else { return };
    let inner =
        painter.rule(area, &format!("{} alike: {} asks for {}", members.len(), first.service, first.tool));
    let width = usize::from(inner.width);
    let mut rows = common(painter, members, width);
    let (names, _) = differ(members);
    rows.extend(wrapped(
        "DIFFERS",
        &format!(" {}", names.join(", ")),
        width,
        (painter.theme.dim, painter.theme.text),
    ));
    let words = "<open> opens the group; <act> denies all of it; <fold> unfolds the queue";
    rows.push(Row::of(painter.state.keymap.words(words), painter.theme.dim));
    painter.rows(inner, &rows);
}

fn member(painter: &Painter<'_>, it: &Escalation, (names, widths): (&[String], &[usize])) -> Row {
    let theme = painter.theme;
    let (until, style) = lapses(painter, it);
    let known = params(it).unwrap_or_default();
    let row = Row::new().right(until, 7, style).cell(votes(it), 5, theme.text);
    let row = names.iter().zip(widths).fold(row, |row, (name, width)| {
        row.cell(Inert::from(known.get(name).map_or("", String::as_str)), *width, theme.text)
    });
    row.put(sharing::brief(painter.state, it), theme.warn)
}

/// As wide as its widest value, within bounds.
fn widths(members: &[&Escalation], names: &[String]) -> Vec<usize> {
    let all: Vec<_> = members.iter().filter_map(|it| params(it)).collect();
    let widest = |name: &String| {
        let values = all.iter().filter_map(|it| it.get(name)).map(|value| value.chars().count());
        values.chain([name.chars().count()]).max().unwrap_or(0).clamp(NARROW, WIDE)
    };
    names.iter().map(widest).collect()
}

/// What differs in a group, for its row in the folded queue.
pub(super) fn summary(members: &[&Escalation]) -> String {
    let (names, _) = differ(members);
    let names = if names.is_empty() { "nothing".to_owned() } else { names.join(", ") };
    format!("== {} alike; what differs: {names}", members.len())
}

/// When the first of them lapses.
pub(super) fn first<'a>(members: &[&'a Escalation]) -> Option<&'a Escalation> {
    members.iter().copied().min_by_key(|it| when::millis(it.deadline.as_ref()))
}
