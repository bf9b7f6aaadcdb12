//! The whole screen as a pure function of state, moment, size and theme: cells, and what they show by identity.

mod action;
mod alerts;
mod alike;
mod audit;
mod blast;
mod budgets;
mod card;
mod chart;
mod clauses;
mod contained;
mod contracts;
mod cost;
mod decision;
mod doubt;
mod facts;
mod head;
mod help;
mod lift;
mod outlook;
mod overview;
mod queue;
mod rollback;
mod run;
mod service;
mod sharing;
mod standing;
mod switches;
mod tiny;
mod trace;
mod version;
mod waterfall;

#[cfg(test)]
mod tests;

use ratatui::buffer::Buffer;
use ratatui::layout::{Rect, Size};

use super::clock::Now;
use super::hit::HitMap;
use super::paint::{Painter, Row, take_bottom, take_top};
use super::state::nav::Page;
use super::state::{Focus, State};
use super::theme::Theme;

/// How many panes a list and what belongs to it get, by the columns there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Panes {
    /// The list above, what is under the cursor below.
    One,
    /// The list, and what is under the cursor beside it.
    Two,
    /// And a third beside both.
    Three,
}

const fn panes(width: u16) -> Panes {
    match width {
        0..100 => Panes::One,
        100..140 => Panes::Two,
        140.. => Panes::Three,
    }
}

/// Screens with at least this many columns show a second pane.
const WIDE: u16 = 120;
/// Below this nothing can be shown honestly.
const LEAST: Size = Size { width: 40, height: 10 };

/// Paints one frame.
#[must_use]
pub fn view(state: &State, now: Now, size: Size, theme: &Theme) -> (Buffer, HitMap) {
    let mut painter = Painter::new(state, now, size, theme);
    let body = Rect::new(0, 0, size.width, size.height);
    if size.width < LEAST.width || size.height < LEAST.height {
        let words = format!("needs {}x{}", LEAST.width, LEAST.height);
        painter.row(body, 0, &Row::of(words, theme.warn));
        return (painter.buffer, painter.hits);
    }
    if size.width < tiny::PAGES.width || size.height < tiny::PAGES.height {
        tiny::paint(&mut painter, body);
    } else {
        whole(&mut painter, body);
    }
    painter.hits.selected = state.subject();
    (painter.buffer, painter.hits)
}

fn whole(painter: &mut Painter<'_>, mut body: Rect) {
    let header = take_top(&mut body, 1);
    let strip = take_top(&mut body, 1);
    let keys = take_bottom(&mut body, 1);
    // A receipt is a promise: on a narrow screen it needs two rows to be told in full.
    let rows = if body.width < WIDE { 2 } else { 1 };
    let receipt = take_bottom(&mut body, rows);
    head::header(painter, header);
    head::strip(painter, strip);
    head::receipt(painter, receipt);
    match &painter.state.focus {
        Focus::Card(card) => {
            // The card takes the whole body: what is behind it must not compete with it.
            card::paint(painter, body, card);
        }
        Focus::Help(line) => help::paint(painter, body, *line),
        Focus::Page | Focus::Prompt(_) | Focus::Jump | Focus::Copy => page(painter, body),
    }
    head::keys(painter, keys);
}

fn page(painter: &mut Painter<'_>, body: Rect) {
    match painter.state.nav.page() {
        Page::Overview => overview::paint(painter, body),
        Page::Queue => queue::paint(painter, body),
        Page::Trace => trace::paint(painter, body),
        Page::Switches => switches::paint(painter, body),
        Page::Service(name) => service::paint(painter, body, name),
        Page::Run(id) => run::paint(painter, body, id),
        Page::Action(id) => action::paint(painter, body, id),
        Page::Decision(id) => decision::paint(painter, body, id),
        Page::Alike(group) => alike::paint(painter, body, group),
        Page::Rollback(id) => rollback::paint(painter, body, id),
        Page::Parked => rollback::parked(painter, body),
        Page::Contracts => contracts::paint(painter, body),
        Page::Version(name) => version::paint(painter, body, name),
        Page::Cost => cost::paint(painter, body),
        Page::Audit => audit::paint(painter, body),
        Page::Alerts => alerts::paint(painter, body),
    }
}
