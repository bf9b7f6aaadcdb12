//! Alerts: `A` shows them and opens a card, a reason is what submits it, and none of it hides anything.

use ratatui::layout::Size;
use remit_proto::v1::{Acknowledgement, Alert, StateSnapshot};

use super::{commands, notice};
use crate::tui::event::{Answer, Command, Event};
use crate::tui::fixture::{self, Desk, listed};
use crate::tui::keys::Key;
use crate::tui::state::Focus;
use crate::tui::state::card::{Ask, Opens};
use crate::tui::state::nav::Page;
use crate::tui::state::receipt::Fate;

/// A tripwire has tripped beside what is the case otherwise.
fn desk() -> Desk {
    let mut desk = Desk::new(Size::new(120, 30));
    told(&mut desk, alerts());
    desk
}

fn alerts() -> Vec<Alert> {
    let mut alerts = listed::alerts();
    alerts.push(listed::tripped());
    alerts
}

fn told(desk: &mut Desk, alerts: Vec<Alert>) {
    desk.event(Event::Picture(StateSnapshot { alerts, ..fixture::picture() }));
}

fn by_ivan(mut alert: Alert) -> Alert {
    let (by, reason) = ("ivan".to_owned(), "it is a test".to_owned());
    alert.acknowledged = Some(Acknowledgement { by, reason, at: fixture::before(5) });
    alert
}

fn rows(desk: &Desk) -> Vec<String> {
    desk.state.rows().into_iter().map(|object| object.id).collect()
}

#[test]
fn the_key_shows_them_then_opens_a_card_and_a_reason_submits_it() {
    let mut desk = desk();
    desk.key(Key::Char('A'));
    assert_eq!(*desk.state.nav.page(), Page::Alerts);
    assert_eq!(rows(&desk), ["alert-3", "alert-1", "alert-2"], "critical first, then the oldest");
    assert_eq!(desk.state.selected_row().unwrap().1.id, "alert-3");
    desk.key(Key::Char('A'));
    assert!(desk.state.card().is_some());
    desk.key(Key::Enter);
    assert_eq!(commands(&desk), [], "neither the opening key nor Enter alone says anything");
    // The opening key, held, is text for the field and nothing else.
    desk.key(Key::Char('A'));
    desk.key(Key::Backspace);
    desk.text("called the bank");
    desk.key(Key::Enter);
    let (alert, reason) = ("alert-3".to_owned(), "called the bank".to_owned());
    assert_eq!(commands(&desk), [Command::Acknowledge { alert, reason }]);
    let answer = Answer::Acknowledged(Box::new(by_ivan(listed::tripped())));
    desk.event(Event::Answered { id: desk.state.last_id, answer });
    let words = "all see that ivan looks at it; it stands until it ends";
    assert_eq!(desk.state.receipts.last().unwrap().fate, Fate::Acked(words.to_owned()));
}

#[test]
fn what_somebody_looks_at_stays_where_it_is_and_as_loud_as_it_was() {
    let mut desk = desk();
    assert!(desk.screen().contains("!! CRIT tripwire tripped: service:refund-decision"), "{}", desk.screen());
    desk.key(Key::Char('A'));
    let before = rows(&desk);
    told(&mut desk, alerts().into_iter().map(by_ivan).collect());
    assert_eq!(rows(&desk), before);
    let screen = desk.screen();
    assert!(screen.contains("!! CRIT tripwire tripped: service:refund-decision, ack ivan"), "{screen}");
    assert!(screen.contains("! WARN 1 in doubt, ack ivan"), "{screen}");
    assert!(screen.contains("3 stand, nobody looks at 0") && screen.contains("it is a test"), "{screen}");
    desk.key(Key::Char('A'));
    assert_eq!(notice(&desk), "ivan looks at it already");
    // It can be stopped from here as before: with the narrowest scope first.
    desk.key(Key::Char('!'));
    let Focus::Card(card) = &desk.state.focus else { panic!("a menu opens") };
    let Ask::Menu { entries, .. } = &card.ask else { panic!("it is a menu") };
    let stop = Opens::Ceiling("service:refund-decision".to_owned(), remit_proto::v1::Level::None);
    assert_eq!((entries[0].key, &entries[0].opens), ('s', &stop));
    // A third of them, or another one that nobody looks at, is said to be so.
    desk.key(Key::Esc);
    let mut some = alerts();
    let other = Alert { id: "alert-9".to_owned(), ..listed::tripped() };
    some.push(by_ivan(other));
    told(&mut desk, some);
    assert!(desk.screen().contains("(+1), ack 1 of 2"), "{}", desk.screen());
}

#[test]
fn a_card_about_what_ended_or_is_looked_at_by_now_does_nothing() {
    let ended: fn(Vec<Alert>) -> Vec<Alert> = |alerts| alerts.into_iter().take(2).collect();
    let anew: fn(Vec<Alert>) -> Vec<Alert> = |mut alerts| {
        alerts[2].id = "alert-4".to_owned();
        alerts
    };
    let known: fn(Vec<Alert>) -> Vec<Alert> = |alerts| alerts.into_iter().map(by_ivan).collect();
    for (what, change, why) in [
        ("ended", ended, "it ended, or began anew"),
        ("began anew", anew, "it ended, or began anew"),
        ("known", known, "ivan looks at it"),
    ] {
        let mut desk = desk();
        desk.key(Key::Char('A'));
        desk.key(Key::Char('A'));
        desk.text("called the bank");
        told(&mut desk, change(alerts()));
        desk.key(Key::Enter);
        assert_eq!(commands(&desk), [], "{what}");
        let void = desk.state.card().unwrap().void.clone().unwrap();
        assert_eq!(void, format!("changed under you, nothing done: {why}"), "{what}");
    }
}

#[test]
fn a_key_acts_on_what_was_painted_and_a_locked_one_says_why() {
    let mut desk = desk();
    desk.key(Key::Char('A'));
    // Somebody else was faster than the frame.
    told(&mut desk, alerts().into_iter().map(by_ivan).collect());
    let press = crate::tui::keys::Press { key: Key::Char('A'), repeat: false };
    desk.event(Event::Key(press));
    assert_eq!((notice(&desk), desk.state.card().is_none()), ("changed under you, nothing done", true));

    let locked = Alert { locked: "it ends with a new start".to_owned(), ..listed::tripped() };
    told(&mut desk, vec![locked]);
    desk.key(Key::Char('g'));
    desk.key(Key::Char('A'));
    assert_eq!(notice(&desk), "it cannot be acknowledged: it ends with a new start");
}

#[test]
fn a_line_opens_the_same_card_and_what_it_is_about_is_a_key_away() {
    let mut desk = desk();
    desk.text(":ack alert-1");
    desk.key(Key::Enter);
    assert!(matches!(&desk.state.card().unwrap().ask, Ask::Acknowledge(alert) if alert.id == "alert-1"));
    desk.key(Key::Esc);
    for (line, why) in [
        (":ack alert-7", "no alert `alert-7` stands; `go alerts` shows those that do"),
        (":ack", "no alert `` stands; `go alerts` shows those that do"),
        (":ack alert-2", "ivan looks at it already"),
    ] {
        desk.text(line);
        desk.key(Key::Enter);
        assert_eq!(notice(&desk), why, "{line}");
    }
    for (steps, page) in [
        (0, Page::Service("refund-decision".to_owned())),
        (1, Page::Action("act-977".to_owned())),
        (2, Page::Switches),
    ] {
        desk.text(":go alerts");
        desk.key(Key::Enter);
        desk.key(Key::Char('g'));
        (0..steps).for_each(|_| drop(desk.key(Key::Char('j'))));
        desk.key(Key::Enter);
        assert_eq!(*desk.state.nav.page(), page);
    }
}
