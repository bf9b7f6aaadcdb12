//! A terminal too small for pages: where we are, what is worst, what is under the cursor, and that a stop still works.

use ratatui::layout::Rect;
use remit_proto::v1::Level;

use super::super::keymap::Verb;
use super::super::keys;
use super::super::paint::{Painter, Row, take_bottom, take_top};
use super::super::state::nav::Page;
use super::super::state::{Focus, State};
use super::chart::gauge;
use super::overview::condition;
use super::{card, head, help};
use crate::inert::Inert;

/// From this size on there are pages; a smaller one decides and releases nothing.
pub(super) const PAGES: ratatui::layout::Size = ratatui::layout::Size { width: 60, height: 16 };

pub(super) fn paint(painter: &mut Painter<'_>, mut body: Rect) {
    let state = painter.state;
    match &state.focus {
        // The whole screen is for what is about to be done.
        Focus::Card(open) => return card::paint(painter, body, open),
        Focus::Help(line) => return help::paint(painter, body, *line),
        Focus::Page | Focus::Prompt(_) | Focus::Jump | Focus::Copy => {}
    }
    let theme = painter.theme;
    let top = take_top(&mut body, 1);
    header(painter, top);
    let strip = take_top(&mut body, 1);
    head::strip(painter, strip);
    let keys = take_bottom(&mut body, 1);
    if matches!(state.focus, Focus::Prompt(_)) {
        head::keys(painter, keys);
    } else {
        painter.row(keys, 0, &Row::of(hints(state), theme.dim));
    }
    let words = take_bottom(&mut body, 1);
    let size = format!("{}x{}", PAGES.width, PAGES.height);
    painter.row(words, 0, &Row::of(format!("needs {size}; a stop works: !"), theme.warn));
    if state.receipts.last().is_some() {
        let receipt = take_bottom(&mut body, 1);
        head::receipt(painter, receipt);
    }
    if *state.nav.page() == Page::Overview { services(painter, body) } else { here(painter, body) }
}

fn header(painter: &mut Painter<'_>, area: Rect) {
    let (state, theme) = (painter.state, painter.theme);
    let link = state.link.state(painter.now.tick_ms);
    let stops = state.switches().filter(|switch| switch.ceiling() == Level::None).count();
    let row = Row::of(Inert::from(&state.environment).truncated(10), theme.strong)
        .put(format!(" {link}{}", head::age(painter)), head::trust(link, theme))
        .put(format!(" STOP {stops}"), if stops == 0 { theme.text } else { theme.crit })
        .put(format!(" Q {}", state.pending().count()), theme.text);
    painter.row(area, 0, &row);
}

/// The keys that work here, from the live keymap.
fn hints(state: &State) -> String {
    let page = state.nav.page();
    let wanted = [(Verb::Down, "down"), (Verb::Act, "act"), (Verb::CommandLine, "cmd"), (Verb::Help, "help")];
    let shown = wanted.into_iter().filter_map(|(verb, label)| {
        state.keymap.key_of(verb, page).map(|key| format!("{} {label}", keys::name(key)))
    });
    shown.collect::<Vec<_>>().join("  ")
}

fn services(painter: &mut Painter<'_>, area: Rect) {
    let (state, theme) = (painter.state, painter.theme);
    let objects = state.rows();
    let rows: Vec<_> = objects
        .iter()
        .filter_map(|object| state.service(&object.id))
        .map(|service| {
            let (word, style) = condition(service, painter);
            Row::new()
                .cell(word, 7, style)
                .cell(&service.name, 16, theme.strong)
                .put(gauge(service.budget.as_ref(), 4).split_off(7), theme.text)
                .put(format!(" {} runs", service.open_runs), theme.text)
        })
        .collect();
    let selected = state.selected_row().map(|(index, _)| index);
    painter.list(area, &rows, selected);
}

/// On any other page, what a key would act on.
fn here(painter: &mut Painter<'_>, area: Rect) {
    let (state, theme) = (painter.state, painter.theme);
    let subject = state.subject().map_or_else(|| "nothing".to_owned(), |object| state.words(&object));
    painter.row(area, 0, &Row::of("under the cursor:", theme.dim));
    painter.row(area, 1, &Row::of(subject, theme.strong));
}
