//! A page or a card as lines: painted as it is on a screen that is tall enough for all of it, then read from the top.

use ratatui::buffer::Buffer;
use ratatui::layout::Size;

use super::super::clock::Now;
use super::super::event::Event;
use super::super::hit::HitMap;
use super::super::state::State;
use super::super::state::nav::Page;
use super::super::theme::Theme;
use super::super::update::update;
use super::super::view::view;

/// Columns of a line: as many as there is one pane for.
const WIDTH: u16 = 98;
/// Heights that are tried, the first in which everything is whole.
const HEIGHTS: [u16; 3] = [100, 1_000, 6_000];
/// Rows above a page and below it, which tell what is told here as it changes.
const ABOVE: usize = 2;
const BELOW: usize = 3;

/// Paints it, which counts as having been shown, and returns the lines of the page or of the card over it.
pub(super) fn read(state: &mut State, theme: &Theme, now: Now) -> Vec<String> {
    let rows = u16::try_from(state.rows().len()).unwrap_or(u16::MAX);
    let heights = HEIGHTS.map(|height| height.saturating_add(rows.min(2_000)));
    let mut painted = None;
    for height in heights {
        let (buffer, hits) = view(state, now, Size::new(WIDTH, height), theme);
        let is_whole = is_whole(&hits);
        painted = Some((buffer, hits));
        if is_whole {
            break;
        }
    }
    let Some((buffer, hits)) = painted else { return Vec::new() };
    let document = hits.shown.as_ref().filter(|_| hits.card.is_none()).map(|shown| shown.end);
    let lines = match (state.nav.page(), document) {
        // Its last rows are keys, which nobody presses here.
        (Page::Decision(_), Some(lines)) => text(&buffer, lines.saturating_add(1)),
        _ => text(&buffer, usize::MAX),
    };
    update(state, Event::Painted(hits), now);
    lines
}

fn is_whole(hits: &HitMap) -> bool {
    let card = hits.card.as_ref();
    let parts = [hits.shown.as_ref(), card.and_then(|card| card.shown.as_ref())];
    let fits = parts.into_iter().flatten().all(|part| part.first == 0 && part.end == part.total);
    fits && card.is_none_or(|card| card.complete)
}

/// The first lines of a page without rules, and without blank lines in a row.
fn text(buffer: &Buffer, most: usize) -> Vec<String> {
    let cells: Vec<_> = buffer.content().chunks(usize::from(buffer.area.width).max(1)).collect();
    let body = cells.len().saturating_sub(ABOVE).saturating_sub(BELOW).min(most);
    let mut lines: Vec<String> = Vec::new();
    for row in cells.into_iter().skip(ABOVE).take(body) {
        let line: String = row.iter().map(|cell| cell.symbol()).collect();
        let line = plain(&line);
        if !line.is_empty() || lines.last().is_some_and(|last| !last.is_empty()) {
            lines.push(line);
        }
    }
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    lines
}

/// A rule is its title; other lines are as they are.
fn plain(line: &str) -> String {
    let line = line.trim_end();
    let is_rule = line.starts_with("- ") && (line.ends_with("--") || line.ends_with("- -"));
    let title = |line: &str| line.trim_matches(|letter| letter == '-' || letter == ' ').to_owned();
    if is_rule { title(line) } else { line.to_owned() }
}
