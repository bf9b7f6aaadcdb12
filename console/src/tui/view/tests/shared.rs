//! Questions that are alike or shared, as they look.

use remit_proto::v1::{Action, ActionStatus, RunDetail, TraceRecord};

use super::check_desk;
use crate::tui::event::{Event, Fetched};
use crate::tui::fixture::{self, listed};
use crate::tui::keys::Key;

fn desk(name: &str, keys: &str) {
    check_desk(name, |desk| {
        desk.event(Event::Picture(listed::alike()));
        for key in keys.chars() {
            desk.key(if key == '>' { Key::Enter } else { Key::Char(key) });
        }
    });
}

#[test]
fn folded() {
    desk("queue_folded", "2v");
}

#[test]
fn a_group() {
    desk("queue_alike", "2v>");
}

#[test]
fn sections() {
    check_desk("queue_sections", |desk| {
        desk.event(Event::Picture(listed::alike()));
        for line in ["/params.amount_minor<100000", ":save small", "/for=lena", ":save mine"] {
            if line.starts_with('/') {
                desk.key(Key::Char('2'));
                desk.key(Key::Esc);
            }
            desk.text(line);
            desk.key(Key::Enter);
        }
        desk.key(Key::Tab);
    });
}

#[test]
fn the_cards() {
    desk("card_deny_alike", "2v!d");
    desk("card_send", "2s");
}

/// A run whose actions were read, asked about, sent and left in doubt, over two minutes.
fn long_run() -> RunDetail {
    let action = |id: &str, tool: &str, status: ActionStatus, ago: i64| Action {
        id: id.to_owned(),
        tool: tool.to_owned(),
        status: status.into(),
        proposed_at: fixture::before(ago),
        ..fixture::action()
    };
    let record = |action: &str, kind: &str, ago: i64| TraceRecord {
        action: action.to_owned(),
        kind: kind.to_owned(),
        at: fixture::before(ago),
        ..fixture::record(1, "")
    };
    RunDetail {
        actions: vec![
            action("act-1", "transactions.get", ActionStatus::Succeeded, 120),
            action("act-2", "payouts.create", ActionStatus::Undone, 110),
            action("act-3", "payouts.create", ActionStatus::Denied, 60),
            action("act-4", "payouts.create", ActionStatus::InDoubt, 50),
            action("act-5", "payouts.create", ActionStatus::Held, 20),
        ],
        timeline: vec![
            record("act-1", "action_started", 120),
            record("act-1", "action_settled", 112),
            record("act-2", "action_released", 70),
            record("act-2", "action_started", 70),
            record("act-2", "action_settled", 65),
            record("act-4", "action_started", 50),
            record("act-4", "action_settled", 30),
        ],
        ..fixture::run()
    }
}

#[test]
fn a_run_in_time() {
    check_desk("run_waterfall", |desk| {
        desk.event(Event::Fetched(Fetched::Run(Box::new(long_run()))));
        for key in [Key::Char('j'), Key::Enter, Key::Enter] {
            desk.key(key);
            desk.fetched();
        }
        desk.event(Event::Fetched(Fetched::Run(Box::new(long_run()))));
        desk.key(Key::Char('w'));
    });
}
