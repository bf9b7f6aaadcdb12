//! Switches: every ceiling in force, who set it and why, what it lacks, and what the last one found in flight.

use ratatui::layout::Rect;
use remit_proto::v1::{Switch, SwitchMode};

use super::super::paint::{Painter, Row, take_bottom, take_top};
use super::super::state::facts::ceiling;
use super::super::state::overdue;
use super::super::theme::Theme;
use super::super::when;
use super::facts::wrapped;
use super::{contained, lift};

/// Lines of the chosen switch, with its rule.
const DETAIL: u16 = 7;
/// Lines that the list keeps for itself whatever lies below it.
const LIST: u16 = 4;
/// From this width on there is room for the domain and for who set it.
const WIDE: u16 = 120;

pub(super) fn paint(painter: &mut Painter<'_>, mut body: Rect) {
    let (state, theme) = (painter.state, painter.theme);
    let objects = state.rows();
    if let Some(last) = &state.contained {
        let room = body.height.saturating_sub(DETAIL).saturating_sub(LIST);
        let area = take_bottom(&mut body, contained::lines(last).min(room));
        contained::paint(painter, area, last);
    }
    let detail = take_bottom(&mut body, DETAIL);
    let hidden = state.filter_words(state.switches().count().saturating_sub(objects.len()));
    let mut list = painter.rule(
        body,
        &format!("{}   {} in force{hidden}", state.keymap.words("<switches> Switches"), objects.len()),
    );
    let head = take_top(&mut list, 1);
    painter.row(head, 0, &columns(list.width, theme));
    let chosen = objects.iter().filter_map(|object| state.switch(&object.id));
    let rows: Vec<_> = chosen.map(|switch| line(painter, switch, list.width)).collect();
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
        let rows = details(painter, switch, usize::from(inner.width));
        painter.rows(inner, &rows);
    }
}

fn columns(width: u16, theme: &Theme) -> Row {
    let row = Row::new().cell("CEILING", 8, theme.dim).cell("SCOPE", 27, theme.dim);
    let row = if width < WIDE { row } else { row.cell("DOMAIN", 12, theme.dim).cell("BY", 24, theme.dim) };
    row.cell("OWNER", 11, theme.dim).cell("AGE", 6, theme.dim).put("REASON AND REVIEW", theme.dim)
}

fn line(painter: &Painter<'_>, switch: &Switch, width: u16) -> Row {
    let (theme, now) = (painter.theme, painter.now.wall_ms);
    let row = Row::new().cell(ceiling(switch.ceiling()), 8, theme.held).cell(&switch.scope, 27, theme.strong);
    let row = if width < WIDE {
        row
    } else {
        row.cell(&switch.domain, 12, theme.text).cell(overdue::setter(switch), 24, theme.text)
    };
    let mut row = row.cell(&switch.owner, 11, theme.text).cell(
        when::ago(when::millis(switch.set_at.as_ref()), now),
        6,
        theme.text,
    );
    // What is late comes before what is only said.
    let (review, is_late) = overdue::review(switch, now);
    if is_late {
        row = row.put(&review, theme.crit).put("  ", theme.text);
    }
    if let Some((owed, is_late)) = overdue::reason(switch, now) {
        row = row
            .put(format!("reason {owed}"), if is_late { theme.crit } else { theme.warn })
            .put("  ", theme.text);
    }
    if switch.requested.is_some() {
        row = row.put("1 of 2 to lift  ", theme.warn);
    }
    if !is_late {
        row = row.put(review, theme.dim).put("  ", theme.text);
    }
    row.put(&switch.reason, theme.text)
}

/// All that there is to say of the switch under the cursor.
fn details(painter: &Painter<'_>, switch: &Switch, width: usize) -> Vec<Row> {
    let (theme, now) = (painter.theme, painter.now.wall_ms);
    let late = |is_late: bool| if is_late { theme.crit } else { theme.text };
    let since = when::ago(when::millis(switch.set_at.as_ref()), now);
    let at = when::time_of_day(when::millis(switch.set_at.as_ref()));
    let mut rows = match overdue::reason(switch, now) {
        Some((owed, is_late)) => {
            wrapped("reason  ", &format!("{owed}   ! e says it"), width, (theme.dim, late(is_late)))
        }
        None => wrapped("reason  ", lift::because(switch), width, (theme.dim, theme.text)),
    };
    // The rest must stay in sight however long somebody's reason is; `! r` and `! e` show all of it.
    rows.truncate(2);
    let set = format!("by {} at {at}, {since} ago", overdue::setter(switch));
    rows.extend(wrapped("set     ", &set, width, (theme.dim, theme.text)).into_iter().take(1));
    let (review, is_late) = overdue::review(switch, now);
    let owner = format!("{}, {review}", switch.owner);
    rows.extend(wrapped("owner   ", &owner, width, (theme.dim, late(is_late))).into_iter().take(1));
    let flying = if switch.mode() == SwitchMode::Cancel { "was cut off" } else { "may finish" };
    let undo = if switch.no_undo { "kept back, too" } else { "goes on" };
    let lift = format!("{}   in flight {flying}   undoing {undo}   ! r lifts it", lifted_by(switch));
    let style = if switch.requested.is_some() { theme.warn } else { theme.text };
    rows.extend(wrapped("lift    ", &lift, width, (theme.dim, style)).into_iter().take(1));
    rows.push(Row::of(format!("id      {}", switch.id), theme.dim));
    rows
}

fn lifted_by(switch: &Switch) -> String {
    match &switch.requested {
        Some(first) => format!("1 of 2: {} asks", first.by),
        None if switch.takes_two => "takes two people".to_owned(),
        None => "takes one person".to_owned(),
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
        rows.push(Row::of(
            format!("+{} {}", all.len().saturating_sub(fits), state.keymap.words("more on <switches>")),
            theme.warn,
        ));
    }
    if rows.is_empty() {
        let words = if state.picture.is_some() { "none in force" } else { "not known yet" };
        rows.push(Row::of(words, theme.dim));
    }
    painter.rows(inner, &rows);
}

fn summary_row(switch: &Switch, painter: &Painter<'_>, theme: &Theme) -> Row {
    let at = when::millis(switch.set_at.as_ref());
    let since = format!("{} ({} ago)", when::time_of_day(at), when::ago(at, painter.now.wall_ms));
    Row::new()
        .cell(ceiling(switch.ceiling()), 5, theme.held)
        .cell(&switch.scope, 28, theme.strong)
        .put(format!("by {} {since}  ", switch.by), theme.text)
        .put(&switch.reason, theme.dim)
}
