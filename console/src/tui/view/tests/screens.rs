//! The screens that answers fill, each in every size: one table.

use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Size;
use ratatui::style::{Modifier, Style};

use remit_proto::v1::TraceBatch;
use std::time::Instant;

use crate::tui::event::Event;
use crate::tui::fixture::{self, Desk, listed};
use crate::tui::keys::Key;
use crate::tui::state::link::Stream;
use crate::tui::theme::Theme;
use crate::tui::view::view;

const SIZES: [(u16, u16); 4] = [(40, 10), (80, 24), (100, 30), (160, 48)];

/// A screen, and the keys that lead there from the Overview.
const SCREENS: [(&str, &[Key]); 18] = [
    ("overview", &[Key::Char('j')]),
    ("queue", &[Key::Char('2')]),
    ("decision", &[Key::Char('2'), Key::Enter]),
    ("trace", &[Key::Char('3')]),
    ("switches", &[Key::Char('4')]),
    ("parked", &[Key::Char('5')]),
    ("run", &[Key::Char('j'), Key::Enter, Key::Enter]),
    ("action", &[Key::Char('j'), Key::Enter, Key::Enter, Key::Enter]),
    ("contracts", &[Key::Char('6')]),
    ("version", &[Key::Char('6'), Key::Enter]),
    ("cost", &[Key::Char('7')]),
    ("audit", &[Key::Char('8'), Key::Down]),
    ("service", &[Key::Char('j'), Key::Enter]),
    ("alerts", &[Key::Char('A')]),
    ("run_in_time", &[Key::Char('j'), Key::Enter, Key::Enter, Key::Char('w')]),
    ("folded", &[Key::Char('2'), FOLD]),
    ("alike", &[Key::Char('2'), FOLD, Key::Enter]),
    ("rollback", ROLLBACK),
];

/// Folds questions that are alike.
const FOLD: Key = Key::Char('v');

/// `:go rollback:plan-2`.
const ROLLBACK: &[Key] = &[
    Key::Char(':'),
    Key::Char('g'),
    Key::Char('o'),
    Key::Char(' '),
    Key::Char('r'),
    Key::Char('o'),
    Key::Char('l'),
    Key::Char('l'),
    Key::Char('b'),
    Key::Char('a'),
    Key::Char('c'),
    Key::Char('k'),
    Key::Char(':'),
    Key::Char('p'),
    Key::Char('l'),
    Key::Char('a'),
    Key::Char('n'),
    Key::Char('-'),
    Key::Char('2'),
    Key::Enter,
];

fn at(screen: &[Key], (width, height): (u16, u16)) -> Desk {
    let mut desk = Desk::new(Size::new(width, height));
    if screen.contains(&FOLD) {
        desk.event(Event::Picture(listed::alike()));
    }
    for key in screen {
        desk.key(*key);
        desk.fetched();
    }
    desk
}

/// How the link to the control plane may be.
const LINKS: [(&str, u64); 3] = [("live", 0), ("stale", 15_000), ("offline", 41_000)];

/// Every theme, with a letter for each of its roles.
fn themes() -> [Theme; 4] {
    [Theme::dark(), Theme::light(), Theme::ansi(), Theme::plain()]
}

fn roles(theme: &Theme) -> [(char, Style); 7] {
    let Theme { text, dim, strong, ok, warn, crit, held, .. } = *theme;
    [('t', text), ('d', dim), ('b', strong), ('o', ok), ('w', warn), ('c', crit), ('h', held)]
}

/// What each cell means by its style: a letter, in capitals under the cursor.
fn meanings(buffer: &Buffer, theme: &Theme) -> Vec<char> {
    let meaning = |cell: &Cell| {
        let is = |style: Style| cell.style() == Cell::default().set_style(theme.ground.patch(style)).style();
        let chosen = |style: Style| style.add_modifier(Modifier::REVERSED);
        let plain = roles(theme).into_iter().find(|(_, style)| is(*style)).map(|(letter, _)| letter);
        let under = || roles(theme).into_iter().find(|(_, style)| is(chosen(*style)));
        plain.or_else(|| under().map(|(letter, _)| letter.to_ascii_uppercase()))
    };
    buffer.content().iter().map(|cell| meaning(cell).unwrap_or('?')).collect()
}

fn lines(buffer: &Buffer) -> Vec<String> {
    let rows = buffer.content().chunks(usize::from(buffer.area.width));
    rows.map(|row| row.iter().map(Cell::symbol).collect::<String>().trim_end().to_owned()).collect()
}

/// The desk once the link has been silent for so long.
fn silent(mut desk: Desk, (link, ms): (&str, u64)) -> Desk {
    desk.screen();
    desk.now.tick_ms = desk.now.tick_ms.saturating_add(ms);
    if link == "offline" {
        let (stream, reason) = (Stream::State, "connection refused".to_owned());
        desk.event(Event::Down { stream, reason, attempt: 6, retry_ms: 3_000 });
    }
    desk
}

#[test]
fn colour_only_repeats_what_is_said_and_a_link_that_is_not_live_is_seen() {
    for (name, keys) in SCREENS {
        for size in SIZES {
            let live = lines(&at(keys, size).paint());
            let mut differing = String::new();
            for link in LINKS {
                let desk = silent(at(keys, size), link);
                let drawn = |theme: &Theme| view(&desk.state, desk.now, desk.size, theme).0;
                let dark = drawn(&Theme::dark());
                let meant = meanings(&dark, &Theme::dark());
                assert!(!meant.contains(&'?'), "{name} {size:?} {link:?}: a style without a meaning");
                for theme in themes() {
                    let (buffer, wanted) = (drawn(&theme), roles(&theme));
                    assert_eq!(lines(&buffer), lines(&dark), "{name} {size:?} {link:?}");
                    for (cell, letter) in buffer.content().iter().zip(&meant) {
                        let role =
                            wanted.iter().find(|(it, _)| *it == letter.to_ascii_lowercase()).unwrap().1;
                        let mut style = theme.ground.patch(role);
                        if letter.is_ascii_uppercase() {
                            style = style.add_modifier(Modifier::REVERSED);
                        }
                        let styled = Cell::default().set_style(style).style();
                        assert_eq!(cell.style(), styled, "{name} {size:?} {link:?}: {letter}");
                    }
                }
                for (was, is) in live.iter().zip(lines(&dark)).filter(|(was, is)| *was != is) {
                    differing.push_str(&format!("{:<7} - {was}\n{:<7} + {is}\n", link.0, link.0));
                }
                if size == (80, 24) && link.0 == "live" {
                    let rows = meant.chunks(80).map(|row| row.iter().collect::<String>());
                    let map: Vec<_> =
                        rows.map(|row| row.replace('t', ".").trim_end_matches('.').to_owned()).collect();
                    insta::assert_snapshot!(format!("{name}_styles"), map.join("\n"));
                }
            }
            let (width, height) = size;
            insta::assert_snapshot!(format!("{name}_{width}x{height}_not_live"), differing);
        }
    }
}

#[test]
fn an_ascii_console_draws_nothing_else() {
    for (name, keys) in SCREENS {
        for size in SIZES {
            // What was shown to an approver is kept as it was.
            if name == "version" {
                continue;
            }
            let desk = at(keys, size);
            let theme = Theme { ascii: true, ..Theme::plain() };
            let drawn = lines(&view(&desk.state, desk.now, desk.size, &theme).0);
            assert!(drawn.iter().all(|line| line.is_ascii()), "{name} {size:?}\n{}", drawn.join("\n"));
            let full = lines(&view(&desk.state, desk.now, desk.size, &Theme::plain()).0);
            let widths = |lines: &[String]| lines.iter().map(|line| line.chars().count()).collect::<Vec<_>>();
            assert_eq!(widths(&drawn), widths(&full), "{name} {size:?}");
        }
    }
}

#[test]
fn a_still_console_moves_in_steps_and_never_gives_more_time_than_there_is() {
    let theme = Theme { still: true, ..Theme::plain() };
    for (name, keys) in SCREENS {
        let mut desk = at(keys, (80, 24));
        let drawn = |desk: &Desk| lines(&view(&desk.state, desk.now, desk.size, &theme).0);
        desk.now.wall_ms = desk.now.wall_ms.saturating_sub(desk.now.wall_ms.rem_euclid(5_000));
        let first = drawn(&desk);
        for _ in 0..4 {
            desk.wait(1_200);
            assert_eq!(drawn(&desk), first, "{name}");
        }
        desk.wait(200);
        assert_ne!(drawn(&desk), first, "{name}: the clock stands still");
    }
    let desk = at(&[Key::Char('2')], (80, 24));
    let left = |theme: &Theme| {
        let row = lines(&view(&desk.state, desk.now, desk.size, theme).0);
        row.iter().find(|line| line.contains("payouts.create")).unwrap().trim_start().to_owned()
    };
    assert!(left(&Theme::plain()).starts_with("13m59s"), "{}", left(&Theme::plain()));
    assert!(left(&theme).starts_with("13m55s"), "{}", left(&theme));
}

#[test]
fn a_tiny_terminal_stops_and_decides_nothing() {
    let mut desk = at(&[Key::Char('j'), Key::Char('!'), Key::Char('s')], (40, 10));
    desk.text("12");
    insta::assert_snapshot!("tiny_stop", desk.screen());
    desk.key(Key::Enter);
    let scope = "service:refund-decision";
    let sent = desk.acted().iter().any(|it| format!("{it:?}").contains(scope));
    assert!(sent, "a stop works in 40x10\n{}", desk.screen());
    for (keys, size) in [("2d", (59, 40)), ("2d", (120, 15)), ("4!r", (59, 40))] {
        let mut desk = Desk::new(Size::new(size.0, size.1));
        for c in keys.chars() {
            desk.key(Key::Char(c));
            desk.fetched();
        }
        desk.text("odd, and long enough");
        for key in [Key::Tab, Key::Enter] {
            desk.key(key);
        }
        desk.text("service:access-grants");
        desk.key(Key::Enter);
        assert!(desk.acted().is_empty(), "{keys:?} in {size:?}: {:?}", desk.acted());
        assert!(desk.screen().contains("needs 60x16"), "{}", desk.screen());
    }
}

#[test]
fn each_screen_in_each_size() {
    for (name, keys) in SCREENS {
        for (width, height) in SIZES {
            insta::assert_snapshot!(format!("{name}_{width}x{height}"), at(keys, (width, height)).screen());
        }
    }
}

#[test]
fn rows_are_found_by_text_and_open_what_they_stand_for() {
    let table = [
        ("6/revoked\n", "1 version(s)", "Version 1.0.0 of refund-decision   x revoked"),
        ("6/lena\n", "3 version(s)", "Version 1.2.0 of refund-decision   * active"),
        ("7/case\n", "1 budget(s)", "Run case-4711"),
        ("7/service/refund\n", "0 budget(s)", "0 budget(s)"),
        ("8/gateway\n", "1 entries", "Service refund-decision"),
        ("8/duplicate\n", "1 entries", "Action act-970"),
        ("8/root\n", "1 entries", "8 Audit"),
        ("7/refund-decision\n", "3 budget(s)", "Service refund-decision"),
    ];
    for (keys, filtered, opened) in table {
        let mut desk = Desk::new(Size::new(160, 48));
        for c in keys.chars() {
            desk.key(if c == '\n' { Key::Enter } else { Key::Char(c) });
            desk.fetched();
        }
        desk.key(Key::Char('g'));
        desk.fetched();
        let screen = desk.screen();
        assert!(screen.contains(filtered), "{keys:?}: no {filtered:?} in\n{screen}");
        desk.key(Key::Enter);
        desk.fetched();
        let screen = desk.screen();
        assert!(screen.contains(opened), "{keys:?}: no {opened:?} in\n{screen}");
    }
}

#[test]
fn an_act_on_a_row_is_about_what_stands_behind_it() {
    let table = [
        ("6", "stop service:refund-decision"),
        ("7", "stop domain:payments"),
        ("7jj", "stop service:refund-decision"),
        ("7G", "stop run:run-7"),
        ("8", "stop run:run-7"),
        ("8j", "stop service:refund-decision"),
        ("8G", "stop all"),
    ];
    for (keys, wanted) in table {
        let mut desk = Desk::new(Size::new(160, 48));
        for c in keys.chars().chain(['!']) {
            desk.key(Key::Char(c));
            desk.fetched();
        }
        let screen = desk.screen();
        assert!(screen.contains(wanted), "{keys:?}: no {wanted:?} in\n{screen}");
    }
}

#[test]
fn each_question_is_asked_at_first_sight_and_again_only_when_a_journal_moved() {
    use crate::tui::event::{Effect, Fetch};
    let mut desk = at(&[Key::Char('6')], (80, 24));
    let asked = |desk: &Desk| desk.sent.iter().filter(|it| matches!(it, Effect::Fetch(_))).count();
    let first = Fetch::Version(crate::tui::fixture::listed::proposed());
    let questions = [Effect::Fetch(Fetch::Versions), Effect::Fetch(first)];
    assert!(questions.iter().all(|it| desk.sent.contains(it)), "{:?}", desk.sent);
    let before = asked(&desk);
    desk.wait(60_000);
    desk.event(Event::Tick);
    assert_eq!(asked(&desk), before, "nothing has happened since");
    let mut picture = crate::tui::fixture::picture();
    picture.positions.insert("payments".to_owned(), 1043);
    desk.event(Event::Picture(picture));
    assert_eq!(asked(&desk), before + 2);
}

#[test]
fn many_rows_cost_no_more_than_few() {
    let drawn = |count: u64| {
        let mut desk = at(&[Key::Char('3')], (160, 48));
        let records = (0..count).map(|seq| fixture::record(seq, "asks for payouts.create")).collect();
        desk.event(Event::Trace(TraceBatch { records, lost: 0, hidden: 0 }.into()));
        // In the middle of what is packed.
        for _ in 0..2 {
            desk.key(Key::PageUp);
        }
        let mut took: Vec<_> = (0..15)
            .map(|_| {
                let start = Instant::now();
                desk.paint();
                start.elapsed()
            })
            .collect();
        took.sort();
        took[took.len() / 2]
    };
    let (few, many) = (drawn(1_000), drawn(200_000));
    assert!(many < few * 10, "{many:?} for 200,000 rows, {few:?} for 1,000");
}
