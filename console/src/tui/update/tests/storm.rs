//! Random keys, pastes, pauses and server updates, watched by an observer that keeps its own books.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use ratatui::layout::Size;
use remit_document::Document;
use remit_proto::v1::Level;

use crate::tui::event::{Answer, Command, Effect, Event, Fetched, Mouse};
use crate::tui::fixture::{self, Desk};
use crate::tui::keymap::{Verb, live::Keymap};
use crate::tui::keys::{self, Key, Press};
use crate::tui::state::card::Ask;
use crate::tui::state::facts;
use crate::tui::theme::Theme;
use crate::tui::view::view;

#[derive(Clone, Debug)]
pub(super) enum Op {
    Key(Key, bool),
    Text(&'static str),
    Paste(&'static str),
    Wait(u64),
    Silence(u64),
    Paint,
    Fetched,
    Doubtful,
    Planned,
    Picture(u8),
    Mouse(Mouse),
    Resize(u16, u16),
}

fn key() -> impl Strategy<Value = Key> {
    let letters = prop::sample::select("!smyerbSDGA123468adhngjkv/:fq5ac7- ".chars().collect::<Vec<_>>())
        .prop_map(Key::Char);
    let others = prop::sample::select(vec![
        Key::Enter,
        Key::Enter,
        Key::Esc,
        Key::Tab,
        Key::Tab,
        Key::Backspace,
        Key::Down,
        Key::PageDown,
        Key::PageDown,
    ]);
    prop_oneof![letters, others]
}

fn op() -> impl Strategy<Value = Op> {
    let texts =
        ["12", "15", "1", "3", "5a1c", "-977", "because it is needed", "service:access-grants", ":stop all"];
    prop_oneof![
        8 => (key(), prop::bool::weighted(0.1)).prop_map(|(key, repeat)| Op::Key(key, repeat)),
        3 => prop::sample::select(texts.to_vec()).prop_map(Op::Text),
        1 => prop::sample::select(vec!["y\r", "12\r", "!s", "because it is needed"]).prop_map(Op::Paste),
        6 => prop::sample::select(vec![1_u64, 30, 90, 301, 400, 700]).prop_map(Op::Wait),
        1 => prop::sample::select(vec![3_000_u64, 12_000]).prop_map(Op::Silence),
        8 => Just(Op::Paint),
        2 => Just(Op::Fetched),
        1 => Just(Op::Doubtful),
        1 => Just(Op::Planned),
        1 => (0_u8..7).prop_map(Op::Picture),
        1 => (0_u16..160, 0_u16..48).prop_map(|(column, row)| Op::Mouse(Mouse::Click { column, row })),
        1 => prop::bool::ANY.prop_map(|down| Op::Mouse(Mouse::Wheel { down })),
        1 => prop::sample::select(vec![(80, 24), (80, 24), (160, 48), (40, 10)]).prop_map(|(w, h)| Op::Resize(w, h)),
    ]
}

/// Beginnings from which an act is within reach, so that storms are not only noise.
fn opening() -> impl Strategy<Value = Vec<Op>> {
    let press = |c: char| vec![Op::Key(Key::Char(c), false), Op::Paint, Op::Wait(400)];
    let open = vec![Op::Key(Key::Enter, false), Op::Paint, Op::Fetched, Op::Paint];
    let read: Vec<Op> = (0..8).flat_map(|_| press(' ')).collect();
    let queue = [press('2'), open.clone(), read].concat();
    let row = press('j');
    let deeper = [open.clone(), open.clone(), open, vec![Op::Doubtful, Op::Paint]].concat();
    let doubt = |key| [row.clone(), deeper.clone(), press(key)].concat();
    prop::sample::select(vec![
        Vec::new(),
        [row.clone(), press('!'), press('s')].concat(),
        [row.clone(), press('!'), press('m')].concat(),
        [press('4'), press('!'), press('r')].concat(),
        [press('4'), press('!'), press('r'), vec![Op::Fetched, Op::Paint]].concat(),
        [press('4'), press('!'), press('e')].concat(),
        [press('6'), vec![Op::Fetched, Op::Paint], press('!'), press('s')].concat(),
        [press('7'), vec![Op::Fetched, Op::Paint], press('!'), press('s')].concat(),
        [queue.clone(), press('a')].concat(),
        [queue, press('d')].concat(),
        [press('2'), press('s')].concat(),
        [press('A'), press('A')].concat(),
        [vec![Op::Picture(6)], press('2'), press('v'), press('!'), press('d')].concat(),
        vec![Op::Planned, Op::Paint, Op::Wait(400)],
        doubt('h'),
        doubt('n'),
    ])
}

pub(super) fn any() -> impl Strategy<Value = Vec<Op>> {
    (opening(), prop::collection::vec(op(), 1..60)).prop_map(|(mut storm, rest)| {
        storm.extend(rest);
        storm
    })
}

/// What was seen on the terminal, kept apart from the reducer's own notes.
#[derive(Default)]
struct Observer {
    painted: BTreeMap<u64, (u64, String)>,
    last_key: Option<(Key, u64)>,
}

/// Keymaps in which commands have exchanged their keys; what is fixed stays.
pub(super) fn keymap() -> impl Strategy<Value = Keymap> {
    let fixed = [Verb::Back, Verb::Act, Verb::Interrupt, Verb::Suspend];
    let default = Keymap::default();
    let rows = default.rows().filter(|row| !fixed.contains(&row.verb));
    let rows: Vec<(&str, Key)> = rows.map(|row| (row.verb.id(), row.keys[0])).collect();
    let some = prop::sample::subsequence(rows, 2..12);
    let exchanged = some.prop_flat_map(|some| {
        let (ids, keys): (Vec<_>, Vec<_>) = some.into_iter().unzip();
        (Just(ids), Just(keys).prop_shuffle())
    });
    exchanged.prop_map(|(ids, keys)| {
        let named = |(id, key): (&str, Key)| (id.to_owned(), vec![keys::name(key)]);
        Keymap::with(&ids.into_iter().zip(keys).map(named).collect()).unwrap_or_default()
    })
}

pub(super) fn check(storm: Vec<Op>, keymap: Keymap) -> Result<(), TestCaseError> {
    let mut desk = Desk::new(Size::new(80, 24));
    desk.state.keymap = keymap;
    let mut observer = Observer::default();
    for op in storm {
        match op {
            Op::Key(key, repeat) => press(&mut desk, &mut observer, Press { key, repeat })?,
            Op::Text(text) => {
                for c in text.chars() {
                    desk.wait(100);
                    press(&mut desk, &mut observer, Press { key: Key::Char(c), repeat: false })?;
                }
            }
            Op::Paste(text) => {
                let effects = desk.event(Event::Paste(text.to_owned()));
                prop_assert!(effects.iter().all(|e| !acts(e)), "a paste acted");
            }
            Op::Wait(ms) => desk.wait(ms),
            Op::Silence(ms) => desk.now.tick_ms = desk.now.tick_ms.saturating_add(ms),
            Op::Paint => paint(&mut desk, &mut observer),
            Op::Fetched => desk.fetched(),
            Op::Doubtful => {
                let doubtful = Fetched::Action(Box::new(fixture::doubtful()));
                let effects = desk.event(Event::Fetched(doubtful));
                prop_assert!(effects.iter().all(|e| !acts(e)), "an answer acted");
            }
            Op::Planned => {
                let effects =
                    desk.event(Event::Answered { id: 0, answer: Answer::Planned(Box::new(fixture::plan())) });
                prop_assert!(effects.iter().all(|e| !acts(e)), "an answer acted");
            }
            Op::Picture(which) => {
                let effects = desk.event(Event::Picture(changed(which)));
                prop_assert!(effects.iter().all(|e| !acts(e)), "a picture acted");
            }
            Op::Mouse(mouse) => {
                let effects = desk.event(Event::Mouse(mouse));
                prop_assert!(effects.iter().all(|e| !acts(e)), "the mouse acted");
            }
            Op::Resize(width, height) => {
                desk.size = Size::new(width, height);
                desk.event(Event::Resized);
            }
        }
    }
    Ok(())
}

fn changed(which: u8) -> remit_proto::v1::StateSnapshot {
    let mut picture = fixture::picture();
    match which {
        0 => picture.pending.clear(),
        1 => picture.pending[0].digest = "9".repeat(64),
        2 => picture.switches.clear(),
        3 => picture.services[0].open_runs = 99,
        4 => picture.services.truncate(1),
        5 => picture.alerts.clear(),
        6 => return fixture::listed::alike(),
        _ => {}
    }
    picture
}

fn paint(desk: &mut Desk, observer: &mut Observer) {
    let (buffer, hits) = view(&desk.state, desk.now, desk.size, &Theme::plain());
    if let Some(card) = &hits.card {
        let text: String = buffer.content().iter().map(|cell| cell.symbol()).collect();
        let first = observer.painted.get(&card.id).map_or(desk.now.tick_ms, |(tick, _)| *tick);
        observer.painted.insert(card.id, (first, text));
    }
    desk.event(Event::Painted(hits));
}

fn acts(effect: &Effect) -> bool {
    if let Effect::Send { command, .. } = effect {
        !matches!(command, Command::PlanRollback { .. })
    } else {
        false
    }
}

fn press(desk: &mut Desk, observer: &mut Observer, press: Press) -> Result<(), TestCaseError> {
    let card = desk.state.card().cloned();
    let tick = desk.now.tick_ms;
    let effects = desk.event(Event::Key(press));
    let held = observer.last_key.is_some_and(|(key, at)| key == press.key && tick.saturating_sub(at) < 80);
    observer.last_key = Some((press.key, tick));
    for effect in effects.iter().filter(|effect| acts(effect)) {
        let Some(card) = &card else { return Err(TestCaseError::fail(format!("{effect:?} without a card"))) };
        let Some((first, text)) = observer.painted.get(&card.id) else {
            return Err(TestCaseError::fail(format!("{effect:?} from a card that was never painted")));
        };
        prop_assert!(first.saturating_add(300) <= tick, "{effect:?} from a card that was not armed");
        prop_assert!(!press.repeat && !held, "{effect:?} from a held key");
        let Effect::Send { command, .. } = effect else { continue };
        let typed: Vec<_> = card.fields.iter().map(|field| field.input.value().trim().to_owned()).collect();
        challenge(desk, command, (&card.ask, &typed), (press.key, text))?;
    }
    Ok(())
}

/// The challenge again, from the words on the terminal and not from the card's own rules.
fn challenge(
    desk: &Desk,
    command: &Command,
    (ask, typed): (&Ask, &[String]),
    (key, text): (Key, &str),
) -> Result<(), TestCaseError> {
    match command {
        Command::SetSwitch { scope, ceiling: Level::Draft, .. } if scope.starts_with("service:") => {
            prop_assert_eq!(key, Key::Char('y'));
            prop_assert!(text.contains(scope));
        }
        Command::SetSwitch { scope, .. } => {
            prop_assert_eq!(key, Key::Enter);
            let shown = format!("{} open run(s)", typed[0]);
            prop_assert!(text.contains(scope) && !typed[0].is_empty() && text.contains(&shown), "{}", shown);
        }
        Command::Explain { target, reason, .. } => {
            prop_assert_eq!(key, Key::Enter);
            prop_assert!(
                target == "sw-3"
                    && !reason.is_empty()
                    && text.contains("REASON for SAFE service:access-grants")
            );
        }
        Command::Release { target, reason } => {
            prop_assert!(
                text.contains("goes again access-grants: 3 open run(s)"),
                "what goes again was not shown"
            );
            prop_assert!(target == "sw-3" && typed[1] == "service:access-grants" && 10 <= reason.len());
            prop_assert!(desk.state.switch(target).is_some());
        }
        Command::HandOver { escalation, to, .. } => {
            prop_assert_eq!(key, Key::Enter);
            let shown = format!("SEND {escalation}");
            prop_assert!(text.contains(&shown) && *to == typed[0] && !to.is_empty(), "{}", shown);
        }
        Command::Acknowledge { alert, reason } => acknowledged(desk, (alert, reason), typed, (key, text))?,
        Command::Decide { escalation, reason, approve: false, .. }
            if matches!(ask, Ask::DenyAlike { .. }) =>
        {
            prop_assert_eq!(key, Key::Enter);
            let Ask::DenyAlike { members, .. } = ask else { return Ok(()) };
            prop_assert!(members.iter().any(|it| it.id == *escalation) && *reason == typed[1]);
            prop_assert!(text.contains(&format!("DENY {} that are alike", typed[0])), "of another number");
        }
        Command::Decide { escalation, digest, approve, reason, shown, .. } => {
            let waiting = desk.state.escalation(escalation);
            prop_assert!(waiting.is_some_and(|e| e.digest == *digest) && !reason.is_empty());
            prop_assert!(text.contains(digest.as_str()), "another digest was on the terminal");
            if *approve {
                prop_assert!(typed[1].len() == 4 && digest.ends_with(typed[1].as_str()));
                prop_assert!(desk.state.link.age_ms(desk.now.tick_ms).is_some_and(|age| age < 10_000));
                prop_assert!(text.contains(shown.as_str()), "another document was on the terminal");
                let document = desk.state.details.action.as_deref().and_then(Document::of);
                prop_assert!(document.is_some_and(|document| document.digest() == *shown));
            } else {
                prop_assert_eq!(shown, "", "a denial is not signed");
            }
        }
        Command::StartRollback { plan, reason, .. } => {
            prop_assert!(matches!(ask, Ask::Rollback(shown) if shown.id == *plan));
            prop_assert!(typed[0] == "1" && !reason.is_empty() && text.contains("1 step(s) to compensate"));
        }
        Command::Resolve { action, happened, reason, .. } => {
            prop_assert_eq!(key, Key::Enter);
            prop_assert!(typed[1].len() == 4 && action.ends_with(typed[1].as_str()) && !reason.is_empty());
            let words = if *happened { "HAPPENED " } else { "DID NOT HAPPEN " };
            prop_assert!(text.contains(&format!("{words}{action}")), "it was not on the terminal");
            prop_assert!(desk.state.details.action.as_deref().is_some_and(facts::is_in_doubt));
        }
        Command::PlanRollback { .. } => {}
    }
    Ok(())
}

/// Of an alert that stands, was on the terminal, and that nobody looks at.
fn acknowledged(
    desk: &Desk,
    (alert, reason): (&str, &str),
    typed: &[String],
    (key, text): (Key, &str),
) -> Result<(), TestCaseError> {
    prop_assert_eq!(key, Key::Enter);
    let stands = desk.state.alert(alert).is_some_and(|alert| alert.acknowledged.is_none());
    prop_assert!(stands && text.contains(alert) && *reason == typed[0], "{}", alert);
    prop_assert!(!reason.is_empty() && text.contains("ACKNOWLEDGE in_doubt of"), "{}", text);
    Ok(())
}
