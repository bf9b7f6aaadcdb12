//! Aligned columns that fit the terminal: texts shrink first, then the least important columns go.

use jiff::Timestamp;

use crate::{
    cli::paint::{Tone, paint},
    inert::Inert,
};

#[cfg(test)]
mod tests;

/// Between two columns.
const GAP: usize = 2;
/// A shrunk text keeps at least this many cells, and its title.
const SHRUNK: usize = 10;

/// One value in a table: text with everything hidden in it revealed, and its tone.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Cell {
    text: Inert,
    tone: Tone,
}

impl Cell {
    /// One line of text from anywhere.
    #[must_use]
    pub fn new(text: impl Into<Inert>) -> Self {
        Self { text: text.into(), tone: Tone::Plain }
    }

    /// The same in a tone.
    #[must_use]
    pub fn tone(mut self, tone: Tone) -> Self {
        self.tone = tone;
        self
    }
}

/// How a column gives way when the terminal is narrow.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Give {
    /// Never: the row is worthless without it.
    Never,
    /// Its texts may be cut, with an ellipsis.
    Shrink,
    /// It may go; the highest number goes first.
    Drop(u8),
}

/// One column of a table of `T`.
#[derive(Debug)]
pub struct Column<T> {
    /// Upper-case title.
    pub title: &'static str,
    /// Numbers stand right.
    pub right: bool,
    /// What happens to it on a narrow terminal.
    pub give: Give,
    /// Only shown with `-o wide`.
    pub wide: bool,
    /// What it shows of a row, given the time.
    pub cell: fn(&T, Timestamp) -> Cell,
}

impl<T> Column<T> {
    /// A left-aligned column that is always there.
    pub const fn new(title: &'static str, cell: fn(&T, Timestamp) -> Cell) -> Self {
        Self { title, right: false, give: Give::Never, wide: false, cell }
    }

    /// Numbers stand right.
    pub const fn right(mut self) -> Self {
        self.right = true;
        self
    }

    /// Gives way in this manner.
    pub const fn give(mut self, give: Give) -> Self {
        self.give = give;
        self
    }

    /// Only shown with `-o wide`.
    pub const fn wide(mut self) -> Self {
        self.wide = true;
        self
    }
}

/// How much room there is and what it may hold.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Frame {
    /// Cells in a line; `None` when the reader is not a terminal: nothing is cut then.
    pub width: Option<usize>,
    /// Whether tones become colours.
    pub colour: bool,
    /// Whether the columns of `-o wide` are shown; nothing is cut then either.
    pub wide: bool,
    /// What ages are relative to.
    pub now: Timestamp,
}

/// The rows as lines, the titles first. No line ends in blanks.
#[must_use]
pub fn render<T>(columns: &[Column<T>], rows: &[T], frame: Frame) -> String {
    let mut lanes: Vec<Lane> = columns
        .iter()
        .filter(|column| frame.wide || !column.wide)
        .map(|column| Lane::of(column, rows, frame.now))
        .collect();
    if let Some(width) = frame.width.filter(|_| !frame.wide) {
        fit(&mut lanes, width);
    }
    let mut text = String::new();
    let last = lanes.len().saturating_sub(1);
    for row in 0..=rows.len() {
        let mut line = String::new();
        for (index, lane) in lanes.iter().enumerate() {
            lane.write(&mut line, row, index == last, frame.colour);
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// All columns of the rows as they are, the titles first.
#[must_use]
pub fn cells<T>(columns: &[Column<T>], rows: &[T], now: Timestamp) -> Vec<Vec<Inert>> {
    let titles = columns.iter().map(|column| Inert::from(column.title)).collect();
    let line = |row: &T| columns.iter().map(|column| (column.cell)(row, now).text).collect();
    std::iter::once(titles).chain(rows.iter().map(line)).collect()
}

/// One column's texts with the room it has.
struct Lane {
    right: bool,
    give: Give,
    width: usize,
    title: usize,
    cells: Vec<Cell>,
}

impl Lane {
    fn of<T>(column: &Column<T>, rows: &[T], now: Timestamp) -> Self {
        let title = Cell::new(column.title).tone(Tone::Title);
        let cells: Vec<Cell> =
            std::iter::once(title).chain(rows.iter().map(|row| (column.cell)(row, now))).collect();
        let width = cells.iter().map(|cell| cell.text.width()).max().unwrap_or_default();
        Self { right: column.right, give: column.give, width, title: column.title.len(), cells }
    }

    /// The least it can live with.
    fn floor(&self) -> usize {
        match self.give {
            Give::Shrink => self.width.min(SHRUNK.max(self.title)),
            Give::Never | Give::Drop(_) => self.width,
        }
    }

    fn write(&self, line: &mut String, row: usize, last: bool, colour: bool) {
        let Some(cell) = self.cells.get(row) else { return };
        let text = cell.text.truncated(self.width);
        let blank = " ".repeat(self.width.saturating_sub(text.width()));
        let shown = paint(text.as_str(), cell.tone, colour && !text.as_str().is_empty());
        match (self.right, last) {
            (true, _) => line.extend([blank.as_str(), shown.as_str()]),
            (false, false) => line.extend([shown.as_str(), blank.as_str()]),
            (false, true) => line.push_str(&shown),
        }
        if !last {
            line.push_str(&" ".repeat(GAP));
        }
    }
}

/// Makes the lanes fit: drops what may go until the floors fit, then shares out what is left to the texts.
fn fit(lanes: &mut Vec<Lane>, width: usize) {
    let gaps = |lanes: &[Lane]| GAP.saturating_mul(lanes.len().saturating_sub(1));
    let floors = |lanes: &[Lane]| lanes.iter().map(Lane::floor).fold(gaps(lanes), usize::saturating_add);
    while width < floors(lanes) {
        let rank = |lane: &Lane| match lane.give {
            Give::Drop(rank) => Some(rank),
            Give::Never | Give::Shrink => None,
        };
        let Some(highest) = lanes.iter().filter_map(rank).max() else { break };
        lanes.retain(|lane| rank(lane) != Some(highest));
    }
    let mut spare = width.saturating_sub(floors(lanes));
    for lane in lanes.iter_mut() {
        let floor = lane.floor();
        let more = lane.width.saturating_sub(floor).min(spare);
        if lane.give == Give::Shrink {
            lane.width = floor.saturating_add(more);
            spare = spare.saturating_sub(more);
        }
    }
}
