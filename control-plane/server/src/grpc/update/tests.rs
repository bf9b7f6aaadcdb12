//! No record that counts is dropped, whatever memory has let go.

use remit_core::{
    ActionReturned, Decision, Level, Moved, PlanId, SwitchId, Timestamp, escalation::Vote, switch::Switch,
};
use uuid::Uuid;

use super::*;
use crate::view::sample::{
    action, activated, decided, ended, escalation, handed_over, record, run, settled, started, view,
};

fn voted() -> Event {
    let vote = Vote {
        by: "olga".to_owned(),
        groups: ["oncall".into()].into(),
        approve: false,
        reason: "no".to_owned(),
        at: Timestamp::from_micros(1),
        endorsed: None,
        opaque: false,
    };
    Event::EscalationVoted { escalation: escalation(), action: action(2), run: run(), vote }
}

fn closed() -> Event {
    Event::EscalationClosed {
        escalation: escalation(),
        action: action(2),
        run: run(),
        status: EscalationStatus::Denied,
        note: "no".to_owned(),
    }
}

fn in_doubt() -> Event {
    settled(3, Settlement::InDoubt { note: "no answer".to_owned() })
}

fn told(event: Event, inner: &Inner) -> What {
    update(&record(9, event), inner).unwrap().what.unwrap()
}

#[test]
fn what_memory_never_knew_is_told_by_its_ids() {
    let (view, _) = view(Vec::new());
    view.read(|inner| {
        let What::Escalation(asked) = told(decided(2, "{}", true), inner) else { panic!() };
        assert_eq!((asked.tool.as_str(), asked.rules, asked.quorum), ("pay", vec!["large".to_owned()], 1));
        assert_eq!(asked.params_json, "{}");
        let What::Escalation(asked) = told(voted(), inner) else { panic!() };
        assert_eq!((asked.id, asked.votes.len()), (escalation().to_string(), 1));
        let What::Escalation(asked) = told(closed(), inner) else { panic!() };
        assert_eq!(asked.status(), pb::EscalationStatus::Denied);
        assert_eq!((asked.action, asked.run), (action(2).to_string(), run().to_string()));
        let What::InDoubt(doubt) = told(in_doubt(), inner) else { panic!() };
        assert_eq!((doubt.id.as_str(), doubt.status()), (&*action(3).to_string(), pb::ActionStatus::InDoubt));
        let What::RunEnded(over) = told(ended(), inner) else { panic!() };
        assert_eq!((over.id.as_str(), over.status()), (&*run().to_string(), pb::RunStatus::Completed));
    });
}

#[test]
fn a_question_that_the_state_forgot_is_recalled_by_its_action() {
    let (view, _) = view(vec![activated(), started(), decided(2, "{}", true), closed(), ended()]);
    // Any later moment retires the run; its cards stay.
    view.absorb(&[record(6, activated())], &crate::contracts::Contracts::default());
    view.read(|inner| {
        assert!(inner.state.escalations.is_empty(), "the run is retired");
        let What::Escalation(asked) = told(closed(), inner) else { panic!() };
        assert_eq!((asked.service.as_str(), asked.tool.as_str()), ("refunds", "pay"));
        assert_eq!((asked.status(), asked.quorum), (pb::EscalationStatus::Denied, 1));
    });
}

#[test]
fn memory_adds_what_it_has() {
    let events = vec![activated(), started(), decided(3, "{}", false), handed_over(3), in_doubt()];
    let (view, records) = view(events);
    view.read(|inner| {
        let What::InDoubt(doubt) = told(in_doubt(), inner) else { panic!() };
        assert_eq!((doubt.service.as_str(), doubt.tool.as_str()), ("refunds", "pay"));
        let told: Vec<bool> = records.iter().map(|record| update(record, inner).is_some()).collect();
        assert_eq!(told, [false, false, false, false, true]);
    });
}

#[test]
fn switches_and_rollbacks_need_no_memory() {
    let id = SwitchId::new(Uuid::from_u128(1));
    let switch = Switch::new(id, "all".parse().unwrap(), Level::None, Timestamp::from_micros(1));
    let plan = PlanId::new(Uuid::from_u128(2));
    let (view, _) = view(Vec::new());
    view.read(|inner| {
        let What::SwitchSet(set) = told(Event::SwitchSet(switch), inner) else { panic!() };
        assert_eq!((set.id, set.ceiling), (id.to_string(), pb::Level::None.into()));
        let (by, reason) = ("olga".to_owned(), "fine".to_owned());
        let lifted = Event::SwitchReleased { switch: id, by, reason, requested_by: None };
        let What::SwitchReleased(lifted) = told(lifted, inner) else { panic!() };
        assert_eq!(lifted.id, id.to_string());
        let over = Event::RollbackClosed { plan, run: run(), undone: 2, parked: 1, skipped: 0 };
        let What::Rollback(over) = told(over, inner) else { panic!() };
        assert_eq!((over.done, over.undone, over.parked), (true, 2, 1));
    });
}

fn approval(by: &str) -> Event {
    let Event::EscalationVoted { escalation, action, run, vote } = voted() else { panic!() };
    let vote = Vote { by: by.to_owned(), approve: true, ..vote };
    Event::EscalationVoted { escalation, action, run, vote }
}

fn approved() -> Event {
    Event::EscalationClosed {
        escalation: escalation(),
        action: action(2),
        run: run(),
        status: EscalationStatus::Approved,
        note: "approved; its facts are read again".to_owned(),
    }
}

fn moved() -> Vec<Moved> {
    vec![Moved {
        item: "order".into(),
        pointer: "/paid".to_owned(),
        was: "true".to_owned(),
        is: "false".to_owned(),
    }]
}

#[test]
fn a_question_that_asks_again_names_everybody_whose_approval_is_void() {
    let Event::ActionDecided(mut held) = decided(2, "{}", true) else { panic!() };
    let again = EscalationId::new(Uuid::from_u128(8));
    held.question.as_mut().unwrap().id = again;
    let returned = Event::ActionReturned(Box::new(ActionReturned {
        held: *held,
        voided: escalation(),
        moved: moved(),
        note: "`order` has moved since people were asked".to_owned(),
    }));
    let (view, _) = view(vec![
        activated(),
        started(),
        decided(2, "{}", true),
        approval("rita"),
        approval("sam"),
        approved(),
        returned.clone(),
    ]);
    view.read(|inner| {
        let What::Escalation(asked) = told(returned, inner) else { panic!() };
        assert_eq!((asked.id, asked.replaces), (again.to_string(), escalation().to_string()));
        assert_eq!(asked.voided_voters, ["rita", "sam"]);
        assert!(asked.votes.is_empty() && asked.moved.len() == 1, "{:?}", asked.moved);
    });
}

#[test]
fn what_the_contract_denies_after_an_approval_is_told_with_what_moved() {
    let Event::ActionDecided(held) = decided(2, "{}", true) else { panic!() };
    let deny = |outcome| Event::ActionReleased {
        action: action(2),
        run: run(),
        decision: Box::new(Decision { outcome, ..held.decision.clone() }),
        evidence: Vec::new(),
        moved: moved(),
    };
    let (view, _) = view(vec![
        activated(),
        started(),
        decided(2, "{}", true),
        approval("rita"),
        approved(),
        deny(Outcome::Deny),
    ]);
    view.read(|inner| {
        let What::Escalation(asked) = told(deny(Outcome::Deny), inner) else { panic!() };
        assert_eq!((asked.status(), asked.moved.len()), (pb::EscalationStatus::Approved, 1));
        assert!(asked.note.starts_with("approved, but by now:"), "{}", asked.note);
        assert!(update(&record(9, deny(Outcome::Admit)), inner).is_none(), "what goes is told by the action");
    });
}
