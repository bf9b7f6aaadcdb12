//! Tables on wide, narrow and hostile terms.

use jiff::Timestamp;

use super::{Cell, Column, Frame, Give, render};
use crate::cli::paint::Tone;

type Row = (&'static str, u32, &'static str);

const COLUMNS: &[Column<Row>] = &[
    Column::new("NAME", |row: &Row, _| Cell::new(row.0)),
    Column::new("COUNT", |row: &Row, _| Cell::new(row.1.to_string()).tone(Tone::Bad))
        .right()
        .give(Give::Drop(1)),
    Column::new("SECRET", |row: &Row, _| Cell::new(row.0)).wide(),
    Column::new("TEXT", |row: &Row, _| Cell::new(row.2)).give(Give::Shrink),
];
const ROWS: &[Row] = &[("alpha", 7, "short"), ("日本", 1234, "a text that is rather long")];

fn table(width: Option<usize>, wide: bool, colour: bool) -> String {
    render(COLUMNS, ROWS, Frame { width, colour, wide, now: Timestamp::UNIX_EPOCH })
}

#[test]
fn columns_are_aligned_by_cells_not_bytes() {
    assert_eq!(
        table(None, false, false),
        "NAME   COUNT  TEXT\n\
         alpha      7  short\n\
         日本    1234  a text that is rather long\n"
    );
}

#[test]
fn a_narrow_terminal_shrinks_texts_and_then_drops_columns() {
    assert_eq!(
        table(Some(30), false, false),
        "NAME   COUNT  TEXT\n\
         alpha      7  short\n\
         日本    1234  a text that is …\n"
    );
    assert_eq!(
        table(Some(20), false, false),
        "NAME   TEXT\n\
         alpha  short\n\
         日本   a text that …\n"
    );
    for width in 17..60 {
        for line in table(Some(width), false, false).lines() {
            assert!(unicode_width::UnicodeWidthStr::width(line) <= width, "{width}: {line}");
        }
    }
}

#[test]
fn wide_shows_everything_whatever_the_terminal() {
    assert_eq!(
        table(Some(20), true, false),
        "NAME   COUNT  SECRET  TEXT\n\
         alpha      7  alpha   short\n\
         日本    1234  日本    a text that is rather long\n"
    );
}

#[test]
fn colour_does_not_move_anything() {
    let coloured = table(None, false, true);
    assert!(coloured.contains("\u{1b}[31m7\u{1b}[0m"), "{coloured:?}");
    let plain = coloured.replace("\u{1b}[31m", "").replace("\u{1b}[1m", "").replace("\u{1b}[0m", "");
    assert_eq!(plain, table(None, false, false));
}

#[test]
fn hostile_text_cannot_leave_its_cell() {
    let rows: &[Row] = &[("a\nb\u{1b}[2J", 1, "\u{202e}x")];
    let frame = Frame { width: None, colour: false, wide: false, now: Timestamp::UNIX_EPOCH };
    let shown = render(COLUMNS, rows, frame);
    assert_eq!(shown.lines().count(), 2, "{shown:?}");
    assert!(!shown.contains('\u{1b}') && !shown.contains('\u{202e}'), "{shown:?}");
}
