//! Each screen as it looks, at both sizes; and what hostile text can do to the terminal: nothing.

mod oracle;
mod rebound;
mod screens;
mod shared;
mod signed;

use ratatui::layout::Size;

use crate::tui::event::{Answer, Effect, Event};
use crate::tui::fixture::{self, Desk};
use crate::tui::keys::Key;

const SIZES: [(u16, u16); 3] = [(80, 24), (100, 30), (160, 48)];

/// Presses `keys` on a loaded console and snapshots the screen at both sizes.
#[track_caller]
fn check(name: &str, keys: &[Key]) {
    check_desk(name, |desk| {
        for key in keys {
            desk.key(*key);
            desk.fetched();
        }
    });
}

fn check_desk(name: &str, play: impl Fn(&mut Desk)) {
    for (width, height) in SIZES {
        let mut desk = Desk::new(Size::new(width, height));
        play(&mut desk);
        insta::assert_snapshot!(format!("{name}_{width}x{height}"), desk.screen());
    }
}

const OPEN_ASK: [Key; 2] = [Key::Char('2'), Key::Enter];

#[test]
fn overview() {
    check("overview", &[Key::Char('j')]);
}

/// A service that tried what is forbidden, and one whose delegation has ended: what somebody must look into.
fn alarmed(desk: &mut Desk) {
    let mut picture = fixture::picture();
    let [refunds, access] = picture.services.as_mut_slice() else { panic!("two services") };
    refunds.security_findings = 2;
    let [_, scope, _, policy, ..] = refunds.clauses.as_mut_slice() else { panic!("seven clauses") };
    for state in [scope, policy] {
        state.standing = remit_proto::v1::ClauseStanding::Off.into();
        state.missed = 1;
    }
    refunds.last_reason = "forbidden_action".to_owned();
    access.ceiling = access.autonomy;
    access.delegation_lacks = "delegation_ended".to_owned();
    access.enabled_until = fixture::before(86_400);
    desk.event(Event::Picture(picture));
    let tried = remit_proto::v1::TraceRecord {
        outcome: remit_proto::v1::Outcome::Deny.into(),
        ..fixture::record(
            1042,
            "! SECURITY payout.bulk_create tried: `payout.bulk_create` is forbidden by name",
        )
    };
    let records = vec![fixture::record(1041, "asks for payouts.create"), tried];
    desk.event(Event::Trace(remit_proto::v1::TraceBatch { records, lost: 0, hidden: 0 }.into()));
}

#[test]
fn security_findings_and_an_ended_delegation() {
    check_desk("alarms_overview", |desk| {
        alarmed(desk);
        desk.key(Key::Char('j'));
    });
    check_desk("alarms_delegation", |desk| {
        alarmed(desk);
        desk.key(Key::Char('j'));
        desk.key(Key::Char('k'));
    });
    check_desk("alarms_service", |desk| {
        alarmed(desk);
        desk.key(Key::Char('j'));
        desk.key(Key::Char('k'));
        desk.key(Key::Enter);
    });
    check_desk("alarms_trace", |desk| {
        alarmed(desk);
        desk.key(Key::Char('3'));
    });
}

#[test]
fn queue() {
    check("queue", &[Key::Char('2')]);
}

#[test]
fn decision() {
    check("decision", &OPEN_ASK);
}

#[test]
fn trace() {
    check("trace", &[Key::Char('3'), Key::Up]);
}

#[test]
fn switches() {
    check("switches", &[Key::Char('4')]);
}

#[test]
fn run() {
    check("run", &[Key::Char('j'), Key::Enter, Key::Enter]);
}

#[test]
fn action() {
    check("action", &[Key::Char('j'), Key::Enter, Key::Enter, Key::Enter]);
}

#[test]
fn action_in_doubt() {
    check_desk("action_in_doubt", |desk| {
        for key in [Key::Char('j'), Key::Enter, Key::Enter, Key::Enter] {
            desk.key(key);
            desk.fetched();
        }
        let detail = fixture::doubtful();
        desk.event(Event::Fetched(crate::tui::event::Fetched::Action(Box::new(detail))));
        desk.key(Key::Char('G'));
    });
}

/// The page of an action in doubt, then these keys.
fn doubtful(desk: &mut Desk, keys: &[Key]) {
    for key in [Key::Char('j'), Key::Enter, Key::Enter, Key::Enter] {
        desk.key(key);
        desk.fetched();
    }
    desk.event(Event::Fetched(crate::tui::event::Fetched::Action(Box::new(fixture::doubtful()))));
    for key in keys {
        desk.key(*key);
    }
}

#[test]
fn happened_card() {
    check_desk("happened_card", |desk| {
        doubtful(desk, &[Key::Char('h')]);
        desk.text("it is on the statement");
    });
}

#[test]
fn did_not_happen_card() {
    check_desk("did_not_happen_card", |desk| doubtful(desk, &[Key::Char('n'), Key::Enter]));
}

#[test]
fn help() {
    check("help", &[Key::Char('?')]);
}

#[test]
fn act_menu() {
    check("act_menu", &[Key::Char('j'), Key::Char('!')]);
}

#[test]
fn stop_card() {
    check("stop_card", &[Key::Char('j'), Key::Char('!'), Key::Char('s'), Key::Char('1')]);
}

#[test]
fn safe_card() {
    check("safe_card", &[Key::Char('j'), Key::Char('!'), Key::Char('m')]);
}

#[test]
fn release_card() {
    check("release_card", &[Key::Char('4'), Key::Char('!'), Key::Char('r')]);
}

#[test]
fn reason_card() {
    check("reason_card", &[Key::Char('4'), Key::Char('!'), Key::Char('e')]);
}

/// A stop whose reason is owed and whose review is late, and what it found in flight.
#[test]
fn switches_after_a_stop() {
    check_desk("switches_after_a_stop", |desk| {
        let mut picture = fixture::picture();
        picture.switches.push(remit_proto::v1::Switch {
            id: "sw-4".to_owned(),
            scope: "service:refund-decision".to_owned(),
            ceiling: remit_proto::v1::Level::None.into(),
            by: "maya".to_owned(),
            owner: "maya".to_owned(),
            domain: "payments".to_owned(),
            set_at: fixture::before(180),
            reason_due: fixture::before(-420),
            review_at: fixture::before(30),
            takes_two: true,
            ..remit_proto::v1::Switch::default()
        });
        desk.event(Event::Picture(picture));
        desk.text(":stop service:refund-decision");
        desk.key(Key::Enter);
        desk.text("12");
        let Some(Effect::Send { id, .. }) = desk.key(Key::Enter).pop() else { panic!("a stop is sent") };
        let set = remit_proto::v1::SetSwitchResponse {
            containment_us: 1_842,
            voided: 1,
            positions: [("payments".to_owned(), 1042)].into(),
            in_flight: vec![fixture::flying(); 3],
            ..remit_proto::v1::SetSwitchResponse::default()
        };
        desk.event(Event::Answered { id, answer: Answer::Set(set) });
        desk.key(Key::Char('4'));
        desk.key(Key::Char('G'));
    });
}

#[test]
fn approve_card() {
    let read = [Key::Char(' '); 6];
    check("approve_card", &[&OPEN_ASK[..], &read, &[Key::Char('a')]].concat());
}

#[test]
fn long_parameters_are_read_and_approved_whole_though_lists_leave_them_out() {
    let (mut short, mut whole) = (Desk::new(Size::new(80, 48)), Desk::new(Size::new(80, 48)));
    let mut picture = fixture::picture();
    for ask in &mut picture.pending {
        ask.params_json.clear();
    }
    for (desk, picture) in [(&mut short, picture), (&mut whole, fixture::picture())] {
        desk.event(Event::Picture(picture));
        desk.key(Key::Char('2'));
        desk.key(Key::Enter);
        desk.fetched();
    }
    assert_eq!(short.screen(), whole.screen());
    for desk in [&mut short, &mut whole] {
        for key in [Key::Char(' '); 6].into_iter().chain([Key::Char('a')]) {
            desk.key(key);
            desk.fetched();
        }
    }
    assert!(short.screen().contains("APPROVE"), "{}", short.screen());
    assert_eq!(short.screen(), whole.screen());
}

#[test]
fn rollback_card() {
    check_desk("rollback_card", |desk| {
        desk.text(":rollback run:run-7");
        let effects = desk.key(Key::Enter);
        let Some(Effect::Send { id, .. }) = effects.first() else { panic!("a plan is asked for") };
        desk.event(Event::Answered { id: *id, answer: Answer::Planned(Box::new(fixture::plan())) });
        desk.wait(1);
    });
}

#[test]
fn however_much_a_plan_leaves_out_its_card_can_be_read_to_the_end() {
    let left = remit_proto::v1::LeftOut {
        run: "run-1".to_owned(),
        why: "what it did can be undone no more".to_owned(),
    };
    let mut plan = fixture::plan();
    plan.left_out = vec![left; 50];
    let mut desk = Desk::new(Size::new(80, 24));
    desk.text(":rollback run:run-7");
    let effects = desk.key(Key::Enter);
    let Some(Effect::Send { id, .. }) = effects.first() else { panic!("a plan is asked for") };
    desk.event(Event::Answered { id: *id, answer: Answer::Planned(Box::new(plan)) });
    desk.wait(1);
    let screen = desk.screen();
    assert!(screen.contains("50 run(s), named below the steps"), "{screen}");
    assert!(screen.contains("1 compensate"), "the steps come first: {screen}");
    for _ in 0..50 {
        desk.key(Key::PageDown);
    }
    let screen = desk.screen();
    assert!(screen.contains("live: Enter") && !screen.contains("larger terminal"), "{screen}");
}

#[test]
fn rollback_page() {
    check_desk("rollback_page", |desk| {
        desk.text(":go rollback:plan-2");
        desk.key(Key::Enter);
        let told = crate::tui::event::Fetched::Rollback(Box::new(fixture::rollback()));
        desk.event(Event::Fetched(told));
    });
}

#[test]
fn parked_page() {
    check_desk("parked_page", |desk| {
        desk.key(Key::Char('5'));
        desk.event(Event::Fetched(crate::tui::event::Fetched::Parked(vec![fixture::parked()])));
    });
}

#[test]
fn offline() {
    check_desk("offline", |desk| {
        let reason = "connection refused".to_owned();
        desk.now.tick_ms += 41_000;
        let stream = crate::tui::state::link::Stream::State;
        desk.event(Event::Down { stream, reason, attempt: 6, retry_ms: 3_000 });
    });
}
