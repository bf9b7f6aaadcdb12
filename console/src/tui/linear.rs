//! A page or a card as lines: painted as it is on a screen that is tall enough for all of it, then read from the top.

use ratatui::buffer::Buffer;
use ratatui::layout::Size;

use super::clock::Now;
use super::hit::HitMap;
use super::state::State;
use super::state::nav::Page;
use super::theme::Theme;
use super::view::view;

/// Columns of a line: as many as there is one pane for.
const WIDTH: u16 = 98;
/// Heights that are tried, the first in which everything is whole.
const HEIGHTS: [u16; 3] = [100, 1_000, 6_000];
/// Rows of a list for which there is room besides.
const ROWS: u16 = 2_000;
/// Rows above a page and below it, which tell what is told here as it changes.
const ABOVE: usize = 2;
const BELOW: usize = 3;

/// The lines of the page, or of the card over it, and what they show by identity.
pub(super) fn lines(state: &State, theme: &Theme, now: Now) -> (Vec<String>, HitMap) {
    let (buffer, hits) = tall(state, theme, now);
    let document = hits.shown.as_ref().filter(|_| hits.card.is_none()).map(|shown| shown.end);
    let lines = match (state.nav.page(), document) {
        // Its last rows are keys, which mean nothing away from the screen.
        (Page::Decision(_), Some(lines)) => text(&buffer, lines.saturating_add(1)),
        _ => text(&buffer, usize::MAX),
    };
    (lines, hits)
}

/// The row under the cursor; none where no row is.
pub(super) fn row(state: &State, theme: &Theme, now: Now) -> Option<String> {
    let (buffer, hits) = tall(state, theme, now);
    let ((_, y), list) = (hits.cursor?, hits.list?);
    let columns = usize::from(buffer.area.width).max(1);
    let row = buffer.content().chunks(columns).nth(usize::from(y))?;
    let cells = row.iter().skip(usize::from(list.at.0)).take(usize::from(list.width));
    Some(cells.map(|cell| cell.symbol()).collect::<String>().trim().to_owned())
}

/// Painted on the first height on which it is whole, or else on the last.
fn tall(state: &State, theme: &Theme, now: Now) -> (Buffer, HitMap) {
    let rows = u16::try_from(state.rows().len()).unwrap_or(u16::MAX).min(ROWS);
    let paint = |height: u16| view(state, now, Size::new(WIDTH, height.saturating_add(rows)), theme);
    let [first, others @ ..] = HEIGHTS;
    let mut painted = paint(first);
    for height in others {
        if is_whole(&painted.1) {
            break;
        }
        painted = paint(height);
    }
    painted
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
