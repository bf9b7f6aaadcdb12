//! Hostile strings by hand, and any string at all: what comes out is visible and keeps its width.

use proptest::prelude::*;
use unicode_width::UnicodeWidthStr as _;

use super::Inert;

#[track_caller]
fn check(text: &str, shown: &str) {
    assert_eq!(Inert::line(text).as_str(), shown);
}

#[test]
fn what_hides_is_revealed() {
    check("plain, ünïcode, 漢字 and עברית", "plain, ünïcode, 漢字 and עברית");
    check("DENY\rALLOW", "DENY<U+000D>ALLOW");
    check("\u{1b}[8mhidden\u{1b}]52;c;eA==\u{7}", "<U+001B>[8mhidden<U+001B>]52;c;eA==<U+0007>");
    check("\u{9b}31m", "<U+009B>31m");
    check("pay\u{202e}EUR", "pay<U+202E>EUR");
    check("a\u{200b}b\u{2060}c\u{feff}", "a<U+200B>b<U+2060>c<U+FEFF>");
    check("\u{e0041}\u{e007f}", "<U+E0041><U+E007F>");
    check("\u{e000}", "<U+E000>");
    check("\u{2028}\u{2029}\u{a0}", "<U+2028><U+2029><U+00A0>");
    check("a\tb", "a  b");
    check("1\n2", "1<U+000A>2");
    check("❤\u{fe0f} 👩\u{200d}🚀", "❤<U+FE0F> 👩<U+200D>🚀");
    check("\u{3164}\u{2800}", "<U+3164><U+2800>");
}

#[test]
fn marks_are_capped_and_need_a_letter() {
    check("e\u{301}", "e\u{301}");
    check("\u{301}e", "<U+0301>e");
    check("Z\u{301}\u{302}\u{303}\u{304}\u{305}!", "Z\u{301}\u{302}\u{303}<+2 marks>!");
}

#[test]
fn lines_split_first() {
    let lines: Vec<_> = Inert::lines("a\r\nb").map(|l| l.to_string()).collect();
    assert_eq!(lines, ["a<U+000D>", "b"]);
}

#[test]
fn truncation_shows_that_it_cut() {
    assert_eq!(Inert::line("abcdef").truncated(6).as_str(), "abcdef");
    assert_eq!(Inert::line("abcdef").truncated(4).as_str(), "abc…");
    assert_eq!(Inert::line("漢字漢字").truncated(4).as_str(), "漢…");
    assert_eq!(Inert::line("ab").truncated(0).as_str(), "");
}

#[test]
fn wrapping_prefers_spaces_and_loses_nothing() {
    let wrapped: Vec<_> =
        Inert::line("one two threefourfive").wrapped(8).iter().map(Inert::to_string).collect();
    assert_eq!(wrapped, ["one two ", "threefou", "rfive"]);
}

#[test]
fn a_letter_cluster_wider_than_a_line_is_split() {
    let wide = "ᄀ".repeat(5);
    let wrapped: Vec<_> = Inert::line(&wide).wrapped(4).iter().map(Inert::width).collect();
    assert_eq!(wrapped, [4, 4, 2]);
}

proptest! {
    #[test]
    fn nothing_invisible_survives(text in any::<String>()) {
        let shown = Inert::line(&text);
        let hides = |c: char| c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c);
        prop_assert!(!shown.as_str().contains(hides));
        prop_assert_eq!(Inert::line(shown.as_str()), shown, "making it inert twice changes nothing");
    }

    #[test]
    fn pieces_fit_and_add_up(text in any::<String>(), columns in 2_usize..40) {
        let shown = Inert::line(&text);
        let pieces = shown.wrapped(columns);
        prop_assert!(pieces.iter().all(|p| p.width() <= columns));
        prop_assert_eq!(pieces.iter().map(Inert::as_str).collect::<String>(), shown.to_string());
        prop_assert!(shown.truncated(columns).width() <= columns);
        prop_assert!(shown.truncated(columns).as_str().width() <= columns.saturating_mul(2));
    }
}
