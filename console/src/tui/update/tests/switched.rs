//! Ceilings set from here: what they say, what they lack, and what was in flight, to its end.

use ratatui::layout::Size;
use remit_proto::v1::{
    Action, ActionStatus, InFlight, Level, ReleaseRequest, ReleaseSwitchResponse, SetSwitchResponse, Switch,
    in_flight::Fate as Flying,
};

use super::commands;
use crate::tui::event::{Answer, Command, Effect, Event};
use crate::tui::fixture::{self, Desk};
use crate::tui::keys::Key;
use crate::tui::state::receipt::Fate;

fn flying(id: &str, fate: Flying) -> InFlight {
    let action = Action { id: id.to_owned(), ..fixture::action() };
    InFlight { action: Some(action), sent: true, fate: fate.into() }
}

/// Stops the refunds and hears what was in flight.
fn stopped(in_flight: Vec<InFlight>) -> (Desk, u64, Vec<Effect>) {
    let mut desk = Desk::new(Size::new(80, 24));
    desk.text(":stop service:refund-decision");
    desk.key(Key::Enter);
    desk.text("12");
    let Some(Effect::Send { id, .. }) = desk.key(Key::Enter).pop() else { panic!("a stop is sent") };
    let answer = SetSwitchResponse { containment_us: 900, in_flight, ..SetSwitchResponse::default() };
    let effects = desk.event(Event::Answered { id, answer: Answer::Set(answer) });
    desk.key(Key::Char('4'));
    (desk, id, effects)
}

#[test]
fn what_is_in_flight_is_followed_until_each_has_ended() {
    let list = vec![
        flying("act-1", Flying::Cancelled),
        flying("act-2", Flying::MayFinish),
        flying("act-3", Flying::WillNotBeSent),
    ];
    let (mut desk, id, effects) = stopped(list);
    let actions = vec!["act-2".to_owned(), "act-3".to_owned()];
    assert!(effects.contains(&Effect::Follow { id, actions }), "{effects:?}");
    assert!(desk.screen().contains("2 of 3 to end"), "{}", desk.screen());
    let end = |id: &str, status: ActionStatus| {
        let mut row = flying(id, Flying::Ended);
        row.action.as_mut().unwrap().status = status.into();
        Box::new(row)
    };
    desk.event(Event::Ended { id, row: end("act-2", ActionStatus::Succeeded) });
    let screen = desk.screen();
    assert!(screen.contains("1 of 3 to end") && screen.contains("ended: succeeded"), "{screen}");
    desk.event(Event::Unfollowed { id, why: "connection refused".to_owned() });
    assert!(desk.screen().contains("NOT FOLLOWED, may be old: connection refused"), "{}", desk.screen());
    desk.event(Event::Ended { id: id + 1, row: end("act-3", ActionStatus::Failed) });
    assert!(desk.screen().contains("1 of 3 to end"), "another command's list says nothing of this one");
    desk.event(Event::Ended { id, row: end("act-3", ActionStatus::Failed) });
    assert!(desk.screen().contains("nothing is in flight any more"), "{}", desk.screen());
}

#[test]
fn nothing_is_followed_where_nothing_was_in_flight() {
    let (_, _, effects) = stopped(Vec::new());
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Follow { .. })), "{effects:?}");
}

#[test]
fn what_is_in_flight_is_cut_off_only_where_the_mode_was_changed() {
    let mut desk = Desk::new(Size::new(80, 24));
    desk.text(":stop service:refund-decision");
    desk.key(Key::Enter);
    desk.text("12");
    desk.key(Key::Tab);
    desk.text("more m than m");
    desk.key(Key::Tab);
    desk.event(Event::Paste("m".to_owned()));
    assert!(desk.screen().contains("finish   m changes it"), "neither text nor a paste: {}", desk.screen());
    desk.text("mxm");
    assert!(desk.screen().contains("in flight finish"), "{}", desk.screen());
    desk.text("m");
    assert!(desk.screen().contains("cut off: those on their way are IN DOUBT"), "{}", desk.screen());
    desk.key(Key::Enter);
    let scope = "service:refund-decision".to_owned();
    let reason = "more m than m".to_owned();
    assert_eq!(commands(&desk), [Command::SetSwitch { scope, ceiling: Level::None, reason, cancel: true }]);
}

/// The only switch, changed.
fn with(change: impl Fn(&mut Switch)) -> Desk {
    let mut desk = Desk::new(Size::new(160, 48));
    let mut picture = fixture::picture();
    change(&mut picture.switches[0]);
    desk.event(Event::Picture(picture));
    desk
}

#[test]
fn an_owed_reason_is_an_alert_and_is_given_later() {
    let mut desk = with(|switch| {
        switch.reason.clear();
        switch.reason_due = fixture::before(-420);
    });
    assert!(desk.screen().contains("! WARN reason owed in 7m: service:access-grants"), "{}", desk.screen());
    for key in ['4', '!', 'e'] {
        desk.key(Key::Char(key));
    }
    desk.key(Key::Enter);
    assert_eq!(commands(&desk), [], "Enter alone says nothing");
    desk.text("odd grants");
    desk.key(Key::Tab);
    desk.text("4x");
    desk.key(Key::Enter);
    assert_eq!(commands(&desk), [], "a review is at a time");
    desk.key(Key::Backspace);
    desk.text("h");
    desk.key(Key::Enter);
    let (target, reason) = ("sw-3".to_owned(), "odd grants".to_owned());
    assert_eq!(commands(&desk), [Command::Explain { target, reason, review_ms: 4 * 60 * 60 * 1_000 }]);
}

#[test]
fn what_is_late_is_an_alert() {
    let mut desk = with(|switch| {
        switch.reason_due = fixture::before(180);
        switch.review_at = fixture::before(60);
    });
    desk.key(Key::Char('4'));
    let screen = desk.screen();
    for words in ["!! CRIT reason owed OVERDUE 3m", "1 review(s) OVERDUE", "review OVERDUE 1m"] {
        assert!(screen.contains(words), "{words}: {screen}");
    }
}

#[test]
fn who_set_it_and_who_must_lift_it_are_said() {
    type Case = ((&'static str, &'static str), Option<&'static str>, bool, &'static [&'static str]);
    let cases: [Case; 4] = [
        (("ivan", "odd"), None, false, &["by ivan, a person", "takes one person"]),
        (("remitd", "tripwire `x`: 9"), None, true, &["by a tripwire", "takes two people"]),
        (("remitd", "blast_radius"), None, false, &["by the control plane itself"]),
        (("ivan", "odd"), Some("lena"), true, &["1 of 2: lena asks", "1 of 2 to lift"]),
    ];
    for ((by, reason), first, two, words) in cases {
        let mut desk = with(|switch| {
            (switch.by, switch.reason, switch.takes_two) = (by.to_owned(), reason.to_owned(), two);
            switch.requested =
                first.map(|by| ReleaseRequest { by: by.to_owned(), ..ReleaseRequest::default() });
        });
        desk.key(Key::Char('4'));
        let screen = desk.screen();
        assert!(words.iter().all(|words| screen.contains(words)), "{words:?}: {screen}");
    }
}

#[test]
fn a_release_that_waits_for_a_second_person_is_not_called_released() {
    let mut desk = Desk::new(Size::new(80, 24));
    for key in ['4', '!', 'r'] {
        desk.key(Key::Char(key));
    }
    desk.fetched();
    desk.text("payouts are right again");
    desk.key(Key::Tab);
    desk.text("service:access-grants");
    let Some(Effect::Send { id, .. }) =
        desk.key(Key::Enter).into_iter().find(|e| matches!(e, Effect::Send { .. }))
    else {
        panic!("a release is sent")
    };
    let first =
        ReleaseRequest { by: "maya".to_owned(), until: fixture::before(-1_800), ..ReleaseRequest::default() };
    let asked = Switch { takes_two: true, requested: Some(first), ..fixture::safe_mode() };
    let answer = ReleaseSwitchResponse { requested: vec![asked], ..ReleaseSwitchResponse::default() };
    desk.event(Event::Answered { id, answer: Answer::Released(answer) });
    let said = "0 switch(es) released; 1 still hold: another person completes it until 03:42:00Z";
    assert_eq!(desk.state.receipts.last().unwrap().fate, Fate::Acked(said.to_owned()));
}
