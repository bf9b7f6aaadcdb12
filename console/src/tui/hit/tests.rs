//! What was read stays read while lines come and go beside it, and nothing else does.

use std::ops::Range;

use proptest::prelude::*;

use super::{Read, Shown};

fn shown(lines: Range<usize>, total: usize, moving: Range<usize>) -> Shown {
    Shown { key: "question".to_owned(), first: lines.start, end: lines.end, total, moving }
}

#[test]
fn what_was_read_stays_read_when_a_line_comes_and_goes_beside_it() {
    // Given a question of ten lines, of which the third and fourth move, read to the end.
    let mut read = Read::default();
    read.note(&shown(0..5, 10, 2..4));
    read.note(&shown(5..10, 10, 2..4));
    assert!(read.is_complete("question"));

    // When a colleague opens it, then only the line that says so is unread.
    read.note(&shown(6..11, 11, 2..5));
    assert_eq!(read.unread("question"), Some(4));
    assert_eq!(read.progress("question"), Some((10, 11)));
    read.note(&shown(0..5, 11, 2..5));
    assert!(read.is_complete("question"));

    // When the colleague has gone, nothing is to be read again.
    read.note(&shown(5..10, 10, 2..4));
    assert!(read.is_complete("question"));

    // When the document itself has a line more, reading starts over.
    read.note(&shown(6..11, 11, 2..4));
    assert_eq!(read.progress("question"), Some((5, 11)));
}

#[test]
fn another_document_is_read_from_the_start() {
    let mut read = Read::default();
    read.note(&shown(0..4, 4, 0..0));
    assert!(read.is_complete("question"));
    read.note(&Shown { key: "another".to_owned(), ..shown(1..2, 4, 0..0) });
    assert!(!read.is_complete("question"));
    assert_eq!(read.progress("another"), Some((1, 4)));
    assert_eq!(read.unread("another"), Some(0));
}

proptest! {
    /// Whatever comes and goes beside it: a line of the document counts as read exactly when it was on the terminal.
    #[test]
    fn a_fixed_line_is_read_once_it_was_shown(
        fixed in 1_usize..20,
        at in 0_usize..20,
        frames in proptest::collection::vec((0_usize..6, 0_usize..30, 1_usize..8), 1..20),
    ) {
        let at = at.min(fixed);
        let mut read = Read::default();
        let mut known = vec![false; fixed];
        let mut last = 0;
        for (moving, first, height) in frames {
            let total = fixed.saturating_add(moving);
            let first = first.min(total);
            let end = first.saturating_add(height).min(total);
            read.note(&shown(first..end, total, at..at.saturating_add(moving)));
            for (line, it) in known.iter_mut().enumerate() {
                let drawn = if line < at { line } else { line.saturating_add(moving) };
                *it |= (first..end).contains(&drawn);
            }
            last = moving;
        }
        let unread = read.unread("question");
        let expect = known.iter().position(|it| !it);
        let expect = expect.map(|line| if line < at { line } else { line.saturating_add(last) });
        // Lines beside it may be unread, too, but none of the document that was not shown counts as read.
        match (unread, expect) {
            (None, some) => prop_assert_eq!(some, None),
            (Some(line), None) => prop_assert!((at..at.saturating_add(last)).contains(&line)),
            (Some(line), Some(first)) => prop_assert!(line <= first),
        }
        let (seen, total) = read.progress("question").unwrap_or_default();
        prop_assert!(seen <= total);
        let known = known.iter().filter(|it| **it).count();
        prop_assert!(known <= seen && seen <= known.saturating_add(last));
    }
}
