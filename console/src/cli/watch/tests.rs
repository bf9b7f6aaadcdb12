//! What fits into a window, and what is left out of it.

use super::{fitting, width};

#[test]
fn colours_take_no_room_and_wide_letters_two() {
    for (line, cells) in [("", 0), ("abc", 3), ("\u{1b}[31mred\u{1b}[0m m", 5), ("日本", 4)] {
        assert_eq!(width(line), cells, "{line}");
    }
}

#[test]
fn a_window_is_never_scrolled() {
    for (text, columns, rows, shown, hidden) in [
        ("a\nb\nc\n", 10, 3, 3, 0),
        ("a\nb\nc\n", 10, 2, 2, 1),
        ("aaaaaaaaaaaa\nb\nc\n", 10, 3, 2, 1),
        ("\n\n", 10, 1, 1, 1),
        ("a\nb", 0, 9, 2, 0),
    ] {
        let (lines, left) = fitting(text, columns, rows);
        assert_eq!((lines.len(), left), (shown, hidden), "{text:?}");
    }
}
