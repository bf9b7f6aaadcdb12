//! The brush: rows of inert pieces onto a buffer. No other way leads text to the screen.

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::layout::{Rect, Size};
use ratatui::style::Style;

use super::clock::Now;
use super::hit::{HitMap, ListShown, Shown};
use super::state::link::LinkState;
use super::state::{Focus, State};
use super::theme::Theme;
use super::update::LABELS;
use crate::inert::Inert;

/// In a still console ages go on in steps of so many milliseconds.
pub const STEP_MS: i64 = 5_000;

/// One line of styled pieces.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    pieces: Vec<Piece>,
}

/// A piece of a line.
#[derive(Clone, Debug, PartialEq)]
struct Piece {
    text: Inert,
    style: Style,
    /// Whether its last sign says that there was more.
    cut: bool,
}

impl Row {
    /// An empty line.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A line of one piece.
    #[must_use]
    pub fn of(text: impl Into<Inert>, style: Style) -> Self {
        Self::new().put(text, style)
    }

    /// Adds a piece as wide as its text.
    #[must_use]
    pub fn put(mut self, text: impl Into<Inert>, style: Style) -> Self {
        self.pieces.push(Piece { text: text.into(), style, cut: false });
        self
    }

    /// Adds a piece at most `width` wide.
    fn put_cut(mut self, text: &Inert, width: usize, style: Style) -> Self {
        let shown = text.truncated(width);
        let cut = shown != *text;
        self.pieces.push(Piece { text: shown, style, cut });
        self
    }

    /// Adds a piece exactly `width` wide and a space, cut visibly or filled on the right.
    #[must_use]
    pub fn cell(self, text: impl Into<Inert>, width: usize, style: Style) -> Self {
        let text = text.into();
        let fill = " ".repeat(width.saturating_sub(text.width()).saturating_add(1));
        self.put_cut(&text, width, style).put(fill, style)
    }

    /// Adds a number-like piece exactly `width` wide and a space, filled on the left.
    #[must_use]
    pub fn right(self, text: impl Into<Inert>, width: usize, style: Style) -> Self {
        let text = text.into();
        let fill = " ".repeat(width.saturating_sub(text.width()));
        self.put(fill, style).put_cut(&text, width, style).put(" ", style)
    }

    /// Columns it takes.
    #[must_use]
    pub fn width(&self) -> usize {
        self.pieces.iter().map(|piece| piece.text.width()).fold(0, usize::saturating_add)
    }
}

impl Row {
    /// Columns up to the last piece that is not blank.
    fn visible_width(&self) -> usize {
        let widths = self.pieces.iter().scan(0_usize, |end, piece| {
            *end = end.saturating_add(piece.text.width());
            Some((*end, piece.text.as_str().trim().is_empty()))
        });
        widths.filter(|(_, is_blank)| !is_blank).map(|(end, _)| end).last().unwrap_or(0)
    }
}

/// A frame being painted: the buffer, what it shows by identity, and what it is painted from.
#[derive(Debug)]
pub struct Painter<'a> {
    /// The cells.
    pub buffer: Buffer,
    /// What is on them.
    pub hits: HitMap,
    /// What is known.
    pub state: &'a State,
    /// The moment that ages are counted to; in a still console the end of a step, so that nothing seems younger, and
    /// no deadline further, than it is.
    pub now: Now,
    /// The moment that the clock shows.
    pub clock_ms: i64,
    /// The styles.
    pub theme: &'a Theme,
}

impl<'a> Painter<'a> {
    /// An empty frame.
    #[must_use]
    pub fn new(state: &'a State, now: Now, size: Size, theme: &'a Theme) -> Self {
        let mut buffer = Buffer::empty(Rect::new(0, 0, size.width, size.height));
        buffer.set_style(buffer.area, theme.ground);
        let (begins, step) = match theme.still {
            false => (now.wall_ms, 0),
            true => (now.wall_ms.saturating_sub(now.wall_ms.rem_euclid(STEP_MS)), STEP_MS),
        };
        let now = Now { wall_ms: begins.saturating_add(step), ..now };
        Self { buffer, hits: HitMap::default(), state, now, clock_ms: begins, theme }
    }

    /// Whether the terminal is smaller than this in either direction.
    #[must_use]
    pub fn is_below(&self, size: Size) -> bool {
        self.buffer.area.width < size.width || self.buffer.area.height < size.height
    }

    /// Paints `row` on line `line` of `area`; false when there is no such line.
    pub fn row(&mut self, area: Rect, line: usize, row: &Row) -> bool {
        let Some(y) = line_of(area, line) else { return false };
        let mut left = usize::from(area.width);
        let mut x = area.x;
        let overflows = left < row.visible_width();
        for Piece { text, style, cut } in &row.pieces {
            // Nothing of what it is painted over shines through.
            let style = Style::reset().patch(self.theme.ground).patch(*style);
            // Whatever falls off the edge must be seen to fall off.
            if overflows && left <= text.width() {
                let cut = Inert::from(format!("{text}.")).truncated(left);
                self.buffer.set_stringn(x, y, &*self.drawn(&cut, true), left, style);
                break;
            }
            let (next, _) = self.buffer.set_stringn(x, y, &*self.drawn(text, *cut), left, style);
            left = left.saturating_sub(usize::from(next.saturating_sub(x)));
            x = next;
        }
        true
    }

    /// The text as it is drawn: where only ASCII is, another sign says that there was more.
    fn drawn<'t>(&self, text: &'t Inert, cut: bool) -> Cow<'t, str> {
        match text.as_str().strip_suffix('…').filter(|_| cut && self.theme.ascii) {
            Some(shown) => Cow::Owned(format!("{shown}~")),
            None => Cow::Borrowed(text.as_str()),
        }
    }

    /// Paints rows from the top of `area`; returns how many fitted.
    pub fn rows(&mut self, area: Rect, rows: &[Row]) -> usize {
        rows.iter().enumerate().take_while(|(line, row)| self.row(area, *line, row)).count()
    }

    /// Marks line `line` of `area` as the one under the cursor.
    pub fn select(&mut self, area: Rect, line: usize) {
        if let Some(y) = line_of(area, line) {
            self.buffer.set_style(Rect { y, height: 1, ..area }, self.theme.selected);
            self.hits.cursor.get_or_insert((area.x, y));
        }
    }

    /// A titled rule over the first line of `area`; returns what is below it.
    pub fn rule(&mut self, mut area: Rect, title: &str) -> Rect {
        let head = take_top(&mut area, 1);
        // A broken line frames what is not live.
        let stroke = match self.state.link.state(self.now.tick_ms) {
            LinkState::Live | LinkState::Lagging => "--",
            LinkState::Connecting | LinkState::Stale | LinkState::Offline => "- ",
        };
        let line: String = stroke.chars().cycle().take(usize::from(head.width)).collect();
        self.row(head, 0, &Row::of(line, self.theme.border));
        self.row(
            head,
            0,
            &Row::of("- ", self.theme.border).put(title, self.theme.strong).put(" ", self.theme.border),
        );
        area
    }

    /// A list whose selected row is always visible, in fixed pages so that rows keep their places.
    pub fn list(&mut self, area: Rect, rows: &[Row], selected: Option<usize>) {
        let height = usize::from(area.height).max(1);
        let at = selected.unwrap_or_else(|| self.state.nav.cursor().index.min(rows.len().saturating_sub(1)));
        let page = at.checked_div(height).unwrap_or(0);
        let first = page.saturating_mul(height);
        self.hits.list_rows = height;
        for (line, row) in rows.iter().skip(first).take(height).enumerate() {
            self.row(area, line, row);
            if selected == Some(first.saturating_add(line)) {
                self.select(area, line);
            }
        }
        let shown = rows.len().saturating_sub(first).min(height);
        let objects = self.state.rows().into_iter().skip(first).take(shown);
        self.listed(area, first, objects.map(|object| object.id).collect());
    }

    /// Reports where rows of the page's list are, and which; in jump mode each gets its letter.
    pub fn listed(&mut self, area: Rect, first: usize, ids: Vec<String>) {
        let height = ids.len();
        self.hits.list = Some(ListShown { at: (area.x, area.y), width: area.width, first, ids });
        if let Focus::Jump = self.state.focus {
            for (line, letter) in LABELS.chars().take(height).enumerate() {
                self.row(
                    Rect { width: 3.min(area.width), ..area },
                    line,
                    &Row::of(format!("[{letter}]"), self.theme.crit),
                );
            }
        }
    }

    /// A long text from line `scroll` on, with a last line that says how much there is; reports what was shown.
    pub fn document(&mut self, mut area: Rect, key: String, rows: &[Row], scroll: usize) -> Shown {
        let total = rows.len();
        let whole = total <= usize::from(area.height);
        let foot = if whole { None } else { Some(take_bottom(&mut area, 1)) };
        let height = usize::from(area.height);
        let first = scroll.min(total.saturating_sub(height));
        let end = first.saturating_add(height).min(total);
        for (line, row) in rows.iter().skip(first).take(height).enumerate() {
            self.row(area, line, row);
        }
        if let Some(foot) = foot {
            // In a card a letter is text, so only one key is left for it.
            let on = match &self.state.focus {
                Focus::Card(_) => "PgDn reads on".to_owned(),
                Focus::Page | Focus::Prompt(_) | Focus::Help(_) | Focus::Jump | Focus::Copy => {
                    self.state.keymap.words("<read_on> or <page_down> reads on")
                }
            };
            let words = if end < total { on.as_str() } else { "end" };
            let words =
                format!("-- lines {} to {end} of {total}; {words} --", first.saturating_add(1).min(total));
            self.row(foot, 0, &Row::of(words, self.theme.warn));
        }
        Shown { key, first, end, total, moving: 0..0 }
    }
}

fn line_of(area: Rect, line: usize) -> Option<u16> {
    let line = u16::try_from(line).ok()?;
    (line < area.height).then(|| area.y.saturating_add(line))
}

/// Cuts `rows` lines off the top of `area`.
pub fn take_top(area: &mut Rect, rows: u16) -> Rect {
    let rows = rows.min(area.height);
    let taken = Rect { height: rows, ..*area };
    area.y = area.y.saturating_add(rows);
    area.height = area.height.saturating_sub(rows);
    taken
}

/// Cuts `rows` lines off the bottom of `area`.
pub fn take_bottom(area: &mut Rect, rows: u16) -> Rect {
    let rows = rows.min(area.height);
    area.height = area.height.saturating_sub(rows);
    Rect { y: area.y.saturating_add(area.height), height: rows, ..*area }
}

/// Cuts `columns` off the right of `area`, and a column of space.
pub fn take_right(area: &mut Rect, columns: u16) -> Rect {
    let columns = columns.min(area.width);
    area.width = area.width.saturating_sub(columns);
    let taken = Rect { x: area.x.saturating_add(area.width), width: columns, ..*area };
    area.width = area.width.saturating_sub(1);
    taken
}
