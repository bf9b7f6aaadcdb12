//! What was in flight when the last ceiling was set from here, followed until each has ended.

use ratatui::layout::Rect;
use remit_proto::v1::{InFlight, in_flight::Fate};

use super::super::paint::{Painter, Row, take_top};
use super::super::state::contained::{Contained, fate};
use super::super::when;

/// Lines that it takes where there is room: a rule, two lines of summary, and its list.
pub(super) fn lines(contained: &Contained) -> u16 {
    u16::try_from(contained.set.in_flight.len()).unwrap_or(u16::MAX).saturating_add(3)
}

pub(super) fn paint(painter: &mut Painter<'_>, area: Rect, contained: &Contained) {
    let theme = painter.theme;
    let (all, open) = (contained.set.in_flight.len(), contained.open().count());
    let title = format!("In flight at {}   {open} of {all} to end", contained.words);
    let mut inner = painter.rule(area, &title);
    let top = take_top(&mut inner, 2);
    let us = contained.set.containment_us;
    let summary = format!(
        "contained in {}.{} ms at {}, {} held voided, nothing above it after {}",
        us / 1000,
        us % 1000 / 100,
        when::time_of_day(Some(contained.at_ms)),
        contained.set.voided,
        positions(contained),
    );
    painter.row(top, 0, &Row::of(summary, theme.text));
    let word = match (&contained.unfollowed, open) {
        (_, 0) => Row::of("nothing is in flight any more", theme.ok),
        (Some(why), _) => Row::of(format!("NOT FOLLOWED, may be old: {why}"), theme.crit),
        (None, _) => Row::of(format!("followed until each has ended, {open} left"), theme.warn),
    };
    painter.row(top, 1, &word);
    let room = usize::from(inner.height);
    let fits = if all <= room { room } else { room.saturating_sub(1) };
    let mut rows: Vec<Row> = contained.rows().take(fits).map(|row| line(painter, row)).collect();
    if fits < all {
        let more = format!("+{} more: `remit stop --follow` lists them all", all.saturating_sub(fits));
        rows.push(Row::of(more, theme.dim));
    }
    painter.rows(inner, &rows);
}

fn line(painter: &Painter<'_>, row: &InFlight) -> Row {
    let theme = painter.theme;
    let style = match row.fate() {
        Fate::InDoubt => theme.crit,
        Fate::MayFinish | Fate::WillNotBeSent | Fate::Unspecified => theme.warn,
        Fate::Cancelled | Fate::Ended => theme.dim,
    };
    let action = row.action.clone().unwrap_or_default();
    Row::new()
        .cell(fate(row), 30, style)
        .cell(&action.tool, 22, theme.strong)
        .put(format!("{} of run {}", action.id, action.run), theme.text)
}

/// `payments@1042`, one for each domain.
fn positions(contained: &Contained) -> String {
    let positions = contained.set.positions.iter().map(|(domain, seq)| format!("{domain}@{seq}"));
    let mut positions: Vec<String> = positions.collect();
    positions.sort();
    if positions.is_empty() { "?".to_owned() } else { positions.join(" ") }
}
