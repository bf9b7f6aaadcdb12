//! Practice questions: on record in the control domain alone, one open a domain, ended once, counted for 30 days.

use super::world::*;
use crate::{
    Command, Digest, DomainName, Event, Person, Refusal, State, Timestamp,
    escalation::Vote,
    handle,
    person::CONTROL_DOMAIN,
    practice::{Answer, COUNTED_MS, Cadence, PracticeAsked, PracticeEnd, Tally},
};

fn asked(number: u128, domain: &str) -> PracticeAsked {
    PracticeAsked {
        question: escalation(number),
        domain: domain.into(),
        service: "refunds".into(),
        tool: "pay".into(),
        contract: Digest::of(b"1.0.0"),
        version: "1.0.0".to_owned(),
        file: "scenarios/practice.yaml".to_owned(),
        scenario: "nobody-asked-for-it".to_owned(),
        groups: ["risk".into()].into(),
        known: Answer::Deny,
        because: "nobody asked for it".to_owned(),
    }
}

fn answered(by: &str, answer: Answer) -> PracticeEnd {
    let vote = Vote {
        by: by.to_owned(),
        groups: ["risk".into()].into(),
        approve: answer == Answer::Approve,
        reason: "looks fine".to_owned(),
        at: START,
        endorsed: None,
        opaque: false,
    };
    PracticeEnd::Answered { vote: Box::new(vote) }
}

/// The control domain, and what has happened in it.
struct Record {
    state: State,
    history: Vec<(Timestamp, Event)>,
}

impl Record {
    fn new() -> Self {
        Self { state: State::new(CONTROL_DOMAIN.into()), history: Vec::new() }
    }

    fn command(&mut self, command: Command, now: Timestamp) -> Result<(), Refusal> {
        for event in handle(&self.state, command, now)? {
            self.state.apply(&event, now);
            self.history.push((now, event));
        }
        Ok(())
    }

    fn ask(&mut self, number: u128, domain: &str, now: Timestamp) -> Result<(), Refusal> {
        self.command(Command::AskPractice(Box::new(asked(number, domain))), now)
    }

    fn close(&mut self, number: u128, end: PracticeEnd, now: Timestamp) -> Result<(), Refusal> {
        self.command(Command::ClosePractice { question: escalation(number), end }, now)
    }

    fn tally(&self, person: &Person, now: Timestamp) -> [u32; 3] {
        let Tally { right, wrong, lapsed } = self.state.practised.of(person, now);
        [right, wrong, lapsed]
    }
}

/// Everything that can become of practice.
pub(super) fn put_and_answered() -> Vec<(Timestamp, Event)> {
    let mut record = Record::new();
    let ends = [
        answered("rita", Answer::Approve),
        PracticeEnd::Lapsed,
        PracticeEnd::Withdrawn { why: "a stop".to_owned() },
    ];
    for (number, end) in (1..).zip(ends) {
        record.ask(number, "payments", START).unwrap();
        record.close(number, end, START.plus_ms(4_000)).unwrap();
    }
    record.history
}

#[test]
fn it_is_on_record_beside_credentials_alone_and_one_at_a_time_in_a_domain() {
    let business = State::new("payments".into());
    let command = Command::AskPractice(Box::new(asked(1, "payments")));
    assert!(matches!(handle(&business, command, START), Err(Refusal::Invalid(_))));
    let mut record = Record::new();
    assert!(matches!(record.ask(1, CONTROL_DOMAIN, START), Err(Refusal::Invalid(_))));
    record.ask(1, "payments", START).unwrap();
    assert!(matches!(record.ask(2, "payments", START), Err(Refusal::Conflict(_))), "one is open");
    record.ask(3, "access", START).unwrap();
    record.close(1, PracticeEnd::Lapsed, START).unwrap();
    assert!(matches!(record.ask(1, "payments", START), Err(Refusal::Conflict(_))), "it had its turn");
    record.ask(2, "payments", START).unwrap();
    let open: Vec<DomainName> =
        record.state.practised.open.values().map(|(asked, _)| asked.domain.clone()).collect();
    assert_eq!(open, ["payments".into(), "access".into()]);
}

#[test]
fn each_ends_once_and_its_end_says_all_of_it() {
    let mut record = Record::new();
    assert!(matches!(record.close(1, PracticeEnd::Lapsed, START), Err(Refusal::Conflict(_))));
    record.ask(1, "payments", START).unwrap();
    record.close(1, answered("rita", Answer::Approve), START.plus_ms(7_000)).unwrap();
    for end in [answered("rob", Answer::Deny), PracticeEnd::Lapsed] {
        assert!(matches!(record.close(1, end, START.plus_ms(7_001)), Err(Refusal::Conflict(_))));
    }
    let Some((_, Event::PracticeClosed(closed))) = record.history.last() else { panic!("it has not ended") };
    assert_eq!((closed.after_ms, closed.is_right()), (7_000, Some(false)));
    assert_eq!(closed.asked, asked(1, "payments"));
}

#[test]
fn how_somebody_did_is_counted_for_thirty_days() {
    let mut record = Record::new();
    let ends = [
        answered("rita", Answer::Deny),
        answered("rita", Answer::Approve),
        answered("rita", Answer::Approve),
        answered("rob", Answer::Deny),
        PracticeEnd::Lapsed,
        PracticeEnd::Withdrawn { why: "a stop".to_owned() },
    ];
    for (number, end) in (1..).zip(ends) {
        record.ask(number, "payments", START).unwrap();
        record.close(number, end, START).unwrap();
    }
    let later = START.plus_ms(COUNTED_MS);
    let before = Timestamp::from_micros(later.as_micros() - 1);
    for (name, groups, counted) in [
        ("rita", &["risk"][..], [1, 2, 1]),
        ("rob", &["risk"], [1, 0, 1]),
        ("otto", &["other"], [0, 0, 0]),
        ("ada", &["remit-admins"], [0, 0, 1]),
    ] {
        let person = person(name, groups);
        assert_eq!(record.tally(&person, before), counted, "{name}");
        assert_eq!(record.tally(&person, later), [0, 0, 0], "{name}, after 30 days");
    }
    // Nor does memory keep them for longer.
    record.ask(9, "payments", later).unwrap();
    record.close(9, PracticeEnd::Lapsed, later).unwrap();
    assert_eq!(record.state.practised.ended.len(), 1);
    let again = State::replay(CONTROL_DOMAIN.into(), &record.history);
    assert_eq!(again, record.state, "a restart knows the same");
}

#[test]
fn people_have_time_for_practice_while_few_wait_for_a_short_time() {
    let cadence = Cadence { one_in: 10, most_waiting: 2, longest_wait_ms: 1_000 };
    for (waiting, oldest_ms, calm) in [(0, 0, true), (2, 999, true), (3, 0, false), (1, 1_000, false)] {
        assert_eq!(cadence.is_calm(waiting, oldest_ms), calm, "{waiting} {oldest_ms}");
    }
}

#[test]
fn a_stage_has_the_limits_of_its_domain_and_nothing_that_happened_in_it() {
    let mut world = World::new();
    let pay = world.admit(Call::new("pay", "{}"));
    world.command(Command::Start { action: pay }).unwrap();
    world.settle(pay, succeeded()).unwrap();
    world.hold(Call::new("pay", r#"{"n":2}"#).ask(ask("large", "risk", 1)));
    let before = world.state.clone();
    let stage = world.state.staged(&"refunds".into()).unwrap();
    assert_eq!((&stage.accounts, &stage.services), (&before.accounts, &before.services));
    let State { runs, actions, held, escalations, effects, credentials, .. } = &stage;
    assert!(runs.is_empty() && actions.is_empty() && held.is_empty() && escalations.is_empty());
    assert!(effects.is_empty() && credentials.is_empty());
    assert_eq!(world.state, before);
    assert_eq!(world.state.staged(&"nobody".into()), None);
}
