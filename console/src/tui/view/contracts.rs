//! Contracts: the versions of every service, in which state each is, by whose hands, and what it would change.

use ratatui::layout::Rect;
use ratatui::style::Style;
use remit_proto::v1::ContractVersion;

use super::super::event::Fetch;
use super::super::paint::{Painter, Row, take_bottom, take_right, take_top};
use super::super::theme::Theme;
use super::rollback::missing;
use super::version::{change_rows, hands, tally};
use super::{Panes, panes};

/// Columns of a row that has room for all three hands.
const ROOMY: u16 = 76;

pub(super) fn paint(painter: &mut Painter<'_>, mut body: Rect) {
    let (state, theme) = (painter.state, painter.theme);
    let heading = state.keymap.words("<contracts> Contracts");
    if state.details.versions.is_none() {
        return missing(painter, body, (&heading, &Fetch::Versions));
    }
    let (detail, changes) = match panes(body.width) {
        Panes::One => (take_bottom(&mut body, 8), None),
        Panes::Two => (take_right(&mut body, 44), None),
        Panes::Three => {
            let mut right = take_right(&mut body, 98);
            let changes = take_right(&mut right, 56);
            (right, Some(changes))
        }
    };
    let objects = state.rows();
    let hidden = state.filter_words(state.versions().count().saturating_sub(objects.len()));
    let mut list = painter.rule(body, &format!("{heading}   {} version(s){hidden}", objects.len()));
    let head = take_top(&mut list, 1);
    let roomy = ROOMY <= list.width;
    painter.row(head, 0, &columns(roomy, theme.dim));
    let versions: Vec<_> = objects.iter().filter_map(|object| state.version(&object.id)).collect();
    let rows: Vec<_> = versions.iter().map(|version| version_row(version, roomy, theme)).collect();
    if rows.is_empty() {
        painter.row(list, 0, &Row::of("no version to show", theme.dim));
    }
    let selected = state.selected_row().map(|(index, _)| index);
    painter.list(list, &rows, selected);
    let Some(version) = selected.and_then(|index| versions.get(index)) else { return };
    chosen(painter, detail, (version, changes.is_none()));
    if let Some(area) = changes {
        let inner = painter.rule(area, "What it changes");
        let rows = compared(painter, version, usize::from(inner.width));
        filled(painter, inner, rows);
    }
}

fn columns(roomy: bool, dim: Style) -> Row {
    let row = Row::new().cell("STATE", 12, dim).cell("VERSION", 9, dim).cell("SERVICE", 16, dim);
    if roomy {
        row.cell("PROPOSED", 10, dim).cell("APPROVED", 10, dim).cell("ACTIVATED", 10, dim).put("RUNS", dim)
    } else {
        row.put("RUNS", dim)
    }
}

fn version_row(version: &ContractVersion, roomy: bool, theme: &Theme) -> Row {
    let (sign, style) = standing(&version.status, theme);
    let approver = version.approval.as_ref().map_or("", |approval| approval.by.as_str());
    let row = Row::new()
        .cell(format!("{sign} {}", version.status), 12, style)
        .cell(&version.version, 9, theme.strong)
        .cell(&version.service, 16, theme.text);
    let row = if roomy {
        [version.proposed_by.as_str(), approver, version.activated_by.as_str()]
            .into_iter()
            .fold(row, |row, who| row.cell(if who.is_empty() { "-" } else { who }, 10, theme.text))
    } else {
        row
    };
    row.right(version.open_runs.to_string(), 4, theme.text)
}

/// The sign of a state, and its style.
pub(super) fn standing(status: &str, theme: &Theme) -> (char, Style) {
    match status {
        "active" => ('*', theme.ok),
        "approved" => ('+', theme.warn),
        "proposed" => ('?', theme.held),
        "revoked" => ('x', theme.crit),
        _ => ('-', theme.dim),
    }
}

fn chosen(painter: &mut Painter<'_>, area: Rect, (version, with_changes): (&ContractVersion, bool)) {
    let inner = painter.rule(area, &format!("{} {}", version.service, version.version));
    let width = usize::from(inner.width);
    let mut rows = hands(painter, version, width);
    if with_changes {
        rows.extend(compared(painter, version, width));
    }
    filled(painter, inner, rows);
}

/// What the version would change, once that has arrived.
fn compared(painter: &Painter<'_>, version: &ContractVersion, width: usize) -> Vec<Row> {
    let theme = painter.theme;
    let (state, fetch) = (painter.state, Fetch::Version(version.digest.clone()));
    match (state.compared(&version.digest), state.details.failed.get(&fetch)) {
        (Some(compared), _) => {
            let mut rows = tally(compared, width, theme);
            rows.extend(change_rows(&compared.changes, width, theme));
            rows
        }
        (None, Some(why)) => vec![Row::of(why, theme.warn)],
        (None, None) => vec![Row::of("comparing", theme.dim)],
    }
}

/// As much as there is room for, and a word where there is more.
fn filled(painter: &mut Painter<'_>, area: Rect, mut rows: Vec<Row>) {
    let room = usize::from(area.height);
    if room < rows.len() {
        rows.truncate(room.saturating_sub(1));
        rows.push(Row::of(
            painter.state.keymap.words("-- more: <open> opens all of it --"),
            painter.theme.warn,
        ));
    }
    painter.rows(area, &rows);
}
