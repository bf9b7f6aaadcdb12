//! Switches: every ceiling in force, who set it and why; `!` releases the one under the cursor.

use ratatui::layout::Rect;
use remit_proto::v1::Switch;

use super::super::paint::{Painter, Row, take_bottom, take_top};
use super::super::state::facts::ceiling;
use super::super::theme::Theme;
use super::super::when;
use super::facts::wrapped;

pub(super) fn paint(painter: &mut Painter<'_>, mut body: Rect) {
    let (state, theme) = (painter.state, painter.theme);
    let objects = state.rows();
    let detail = take_bottom(&mut body, 5);
    let hidden = state.filter_words(state.switches().count().saturating_sub(objects.len()));
    let mut list = painter.rule(body, &format!("4 Switches   {} in force{hidden}", objects.len()));
    let head = take_top(&mut list, 1);
    let columns = Row::new()
        .cell("CEILING", 9, theme.dim)
        .cell("SCOPE", 30, theme.dim)
        .cell("DOMAIN", 12, theme.dim)
        .cell("BY", 12, theme.dim)
        .put("SET", theme.dim);
    painter.row(head, 0, &columns);
    let rows: Vec<_> = objects
        .iter()
        .filter_map(|object| state.switch(&object.id))
        .map(|switch| {
            Row::new()
                .cell(ceiling(switch.ceiling()), 9, theme.held)
                .cell(&switch.scope, 30, theme.strong)
                .cell(&switch.domain, 12, theme.text)
                .cell(&switch.by, 12, theme.text)
                .put(since(switch, painter), theme.text)
        })
        .collect();
    if rows.is_empty() {
        let words = if state.picture.is_some() {
            "none: every service acts up to its contract's ceiling.   ! on a service sets one"
        } else {
            "not known yet"
        };
        painter.row(list, 0, &Row::of(words, theme.dim));
    }
    let selected = state.selected_row().map(|(index, _)| index);
    painter.list(list, &rows, selected);
    let chosen = selected.and_then(|index| objects.get(index)).and_then(|object| state.switch(&object.id));
    if let Some(switch) = chosen {
        let inner = painter.rule(detail, &format!("{} {}", ceiling(switch.ceiling()), switch.scope));
        let width = usize::from(inner.width);
        let mut rows = wrapped("reason  ", &switch.reason, width, (theme.dim, theme.text));
        rows.truncate(2);
        rows.push(Row::of(
            format!("id      {}   ! releases it (reason and scope are asked for)", switch.id),
            theme.dim,
        ));
        painter.rows(inner, &rows);
    }
}

/// The first switches in a few lines, for the Overview.
pub(super) fn summary(painter: &mut Painter<'_>, area: Rect) {
    if area.height < 2 {
        return;
    }
    let (state, theme) = (painter.state, painter.theme);
    let inner = painter.rule(area, "Switches");
    let room = usize::from(inner.height);
    let all: Vec<_> = state.switches().collect();
    let fits = if all.len() <= room { room } else { room.saturating_sub(1) };
    let mut rows: Vec<_> = all.iter().take(fits).map(|switch| summary_row(switch, painter, theme)).collect();
    if fits < all.len() {
        rows.push(Row::of(format!("+{} more on 4", all.len().saturating_sub(fits)), theme.warn));
    }
    if rows.is_empty() {
        let words = if state.picture.is_some() { "none in force" } else { "not known yet" };
        rows.push(Row::of(words, theme.dim));
    }
    painter.rows(inner, &rows);
}

fn summary_row(switch: &Switch, painter: &Painter<'_>, theme: &Theme) -> Row {
    Row::new()
        .cell(ceiling(switch.ceiling()), 5, theme.held)
        .cell(&switch.scope, 28, theme.strong)
        .put(format!("by {} {}  ", switch.by, since(switch, painter)), theme.text)
        .put(&switch.reason, theme.dim)
}

fn since(switch: &Switch, painter: &Painter<'_>) -> String {
    let at = when::millis(switch.set_at.as_ref());
    format!("{} ({} ago)", when::time_of_day(at), when::ago(at, painter.now.wall_ms))
}
