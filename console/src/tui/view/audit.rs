//! Audit: who did what to the control plane, newest first, with position and reason.

use std::collections::BTreeMap;

use ratatui::layout::Rect;
use ratatui::style::Style;
use remit_proto::v1::AuditEntry;

use super::super::event::Fetch;
use super::super::paint::{Painter, Row, take_bottom, take_right, take_top};
use super::super::state::listed::deed_id;
use super::super::theme::Theme;
use super::super::when;
use super::facts::wrapped;
use super::rollback::missing;
use super::{Panes, panes};

pub(super) fn paint(painter: &mut Painter<'_>, mut body: Rect) {
    let (state, theme) = (painter.state, painter.theme);
    let heading = state.keymap.words("<audit> Audit");
    let Some(audit) = state.audit() else {
        let filter = state.filter();
        let title = if filter.is_empty() { heading } else { format!("{heading}   filter: {filter}") };
        return missing(painter, body, (&title, &Fetch::Audit(filter)));
    };
    let (detail, people) = match panes(body.width) {
        Panes::One => (take_bottom(&mut body, 7), None),
        Panes::Two => (take_right(&mut body, 40), None),
        Panes::Three => {
            let mut right = take_right(&mut body, 80);
            let people = take_right(&mut right, 34);
            (right, Some(people))
        }
    };
    let entries: Vec<&AuditEntry> = state.rows().iter().filter_map(|object| state.deed(&object.id)).collect();
    let beyond = match audit.more.saturating_add(audit.older) {
        0 => String::new(),
        older => format!("   {older} older: remit export"),
    };
    let more = audit.entries.len().saturating_sub(entries.len());
    let hidden = state.filter_words(usize::try_from(audit.hidden).unwrap_or(usize::MAX).saturating_add(more));
    let mut list = painter.rule(body, &format!("{heading}   {} entries{hidden}{beyond}", entries.len()));
    let head = take_top(&mut list, 1);
    let dim = theme.dim;
    painter.row(head, 0, &Row::new().cell("AT", 11, dim).cell("WHO", 16, dim).put("WHAT", dim));
    let rows: Vec<_> = entries.iter().map(|entry| entry_row(entry, painter)).collect();
    if rows.is_empty() {
        painter.row(list, 0, &Row::of("nobody has done anything that is shown", theme.dim));
    }
    let selected = state.selected_row().map(|(index, _)| index);
    painter.list(list, &rows, selected);
    if let Some(entry) = selected.and_then(|index| entries.get(index)) {
        chosen(painter, detail, entry);
    }
    if let Some(area) = people {
        by_person(painter, area, &entries);
    }
}

fn entry_row(entry: &AuditEntry, painter: &Painter<'_>) -> Row {
    let theme = painter.theme;
    let at = when::millis(entry.at.as_ref());
    Row::new()
        .cell(when::moment(at, painter.now.wall_ms), 11, theme.dim)
        .cell(&entry.by, 16, theme.strong)
        .put(&entry.what, style(&entry.kind, theme))
}

/// What keeps services from acting, and what lets them: both stand out.
fn style(kind: &str, theme: &Theme) -> Style {
    match kind {
        "switch_set" | "contract_revoked" | "credential_revoked" => theme.held,
        "switch_released" | "contract_activated" => theme.warn,
        _ => theme.text,
    }
}

fn chosen(painter: &mut Painter<'_>, area: Rect, entry: &AuditEntry) {
    let theme = painter.theme;
    let inner = painter.rule(area, &deed_id(entry));
    let width = usize::from(inner.width);
    let at = when::millis(entry.at.as_ref());
    let seen = format!(
        "{} {} ({} ago)  {}",
        when::day(at),
        when::time_of_day(at),
        when::ago(at, painter.now.wall_ms),
        entry.kind
    );
    let reason = if entry.reason.is_empty() { "none was asked for" } else { &entry.reason };
    let about = [("service", &entry.service), ("run", &entry.run), ("action", &entry.action)];
    let about: Vec<_> =
        about.iter().filter(|(_, id)| !id.is_empty()).map(|(kind, id)| format!("{kind} {id}")).collect();
    let lines = [
        ("WHO    ", entry.by.as_str(), theme.strong),
        ("WHAT   ", entry.what.as_str(), theme.text),
        ("REASON ", reason, theme.text),
        ("AT     ", seen.as_str(), theme.dim),
        ("ABOUT  ", &about.join("  "), theme.dim),
    ];
    let rows: Vec<_> = lines
        .into_iter()
        .filter(|(_, text, _)| !text.is_empty())
        .flat_map(|(label, text, style)| wrapped(label, text, width, (theme.dim, style)))
        .collect();
    painter.rows(inner, &rows);
}

/// How much each did of what is shown, and when last.
fn by_person(painter: &mut Painter<'_>, area: Rect, entries: &[&AuditEntry]) {
    let theme = painter.theme;
    let inner = painter.rule(area, "By person");
    let mut people: BTreeMap<&str, (u64, Option<i64>)> = BTreeMap::new();
    for entry in entries {
        let (count, last) = people.entry(&entry.by).or_default();
        *count = count.saturating_add(1);
        *last = (*last).max(when::millis(entry.at.as_ref()));
    }
    let mut people: Vec<_> = people.into_iter().collect();
    people.sort_by_key(|(_, (count, _))| std::cmp::Reverse(*count));
    let row = |(who, (count, last)): (&str, (u64, Option<i64>))| {
        Row::new()
            .cell(who, 16, theme.strong)
            .right(count.to_string(), 4, theme.text)
            .put(format!("{} ago", when::ago(last, painter.now.wall_ms)), theme.dim)
    };
    let rows: Vec<_> = people.into_iter().map(row).collect();
    painter.rows(inner, &rows);
}
