//! The audit's own reading of events: counts, fates, undoing, and a late admit where there is one.

use remit_core::{
    ActionId, CanonicalJson, Clause, Declared, Digest, DomainName, Event, Finding, Level, Objection, Outcome,
    PlanId, Reason, RunId, SwitchId, Timestamp,
    decision::Decision,
    event::{ActionDecided, ActionSettled, Settlement},
    proposal::{Assessment, Channel, Mode, PolicyVerdict, Proposal},
    rollback::{ParkedWhy, StepParked},
    switch::{Scope, Switch},
};
use serde_json::json;
use uuid::Uuid;

use super::{Counts, Fate, History};

const RUN: u128 = 1;

fn action(number: u128) -> ActionId {
    ActionId::new(Uuid::from_u128(number))
}

fn started() -> Event {
    Event::RunStarted {
        run: RunId::new(Uuid::from_u128(RUN)),
        name: "case-1".to_owned(),
        service: "refund-decision".into(),
        contract: Digest::of(b"contract"),
        principal: "refund-decision".to_owned(),
        channel: Channel::Mcp,
        declared: Declared::default(),
    }
}

fn decision(outcome: Outcome) -> Decision {
    let mut findings = Clause::ALL.map(|clause| Finding::content(clause, ""));
    if outcome != Outcome::Admit {
        let objection = Objection::new(Reason::NeedsApproval, "");
        findings[1] = Finding::object(Clause::Scope, outcome, objection);
    }
    Decision::join(findings, None)
}

fn decided(number: u128, outcome: Outcome, undoes: Option<u128>) -> Event {
    Event::ActionDecided(Box::new(ActionDecided {
        proposal: Proposal {
            action: action(number),
            run: RunId::new(Uuid::from_u128(RUN)),
            tool: "payout.create".into(),
            params: CanonicalJson::parse("{}").unwrap().0,
            key: None,
            channel: Channel::Mcp,
            mode: Mode::Execute,
            principal: "refund-decision".to_owned(),
            asserted: Vec::new(),
            stands_in: None,
        },
        assessment: Assessment {
            contract: Digest::of(b"contract"),
            evidence: Vec::new(),
            at_least: None,
            evidence_objection: None,
            origin_objection: None,
            policy: PolicyVerdict::Permit { policies: Vec::new() },
            tooling_objection: None,
            asks: Vec::new(),
            novelties: Vec::new(),
            effect: None,
            most: None,
        },
        decision: decision(outcome),
        hold: Default::default(),
        undo_hold: Default::default(),
        question: None,
        undoes: undoes.map(|target| (action(target), PlanId::new(Uuid::from_u128(9)))),
        rereads: None,
        asks_about: None,
        verifies: None,
    }))
}

fn released(number: u128, outcome: Outcome) -> Event {
    let run = RunId::new(Uuid::from_u128(RUN));
    Event::ActionReleased {
        action: action(number),
        run,
        decision: Box::new(decision(outcome)),
        evidence: Vec::new(),
        moved: Vec::new(),
    }
}

fn settled(number: u128, settlement: Settlement) -> Event {
    Event::ActionSettled(Box::new(ActionSettled {
        action: action(number),
        run: RunId::new(Uuid::from_u128(RUN)),
        settlement,
        cost: Default::default(),
        evidence: Vec::new(),
        undo: None,
        exchange: Default::default(),
        resolved: None,
        tokens: 0,
    }))
}

fn succeeded(number: u128) -> Event {
    settled(number, Settlement::Succeeded { result: CanonicalJson::parse("{}").unwrap().0 })
}

fn doubted(number: u128) -> Event {
    settled(number, Settlement::InDoubt { note: String::new() })
}

fn switch(scope: Scope, ceiling: Level) -> Event {
    let id = SwitchId::new(Uuid::from_u128(5));
    Event::SwitchSet(Switch::new(id, scope, ceiling, Timestamp::from_micros(0)))
}

fn lifted() -> Event {
    let switch = SwitchId::new(Uuid::from_u128(5));
    Event::SwitchReleased { switch, by: "sam".to_owned(), reason: String::new(), requested_by: None }
}

fn parked(number: u128) -> Event {
    Event::StepParked(Box::new(StepParked {
        plan: PlanId::new(Uuid::from_u128(9)),
        run: RunId::new(Uuid::from_u128(1)),
        target: action(number),
        why: ParkedWhy::Refused,
        note: String::new(),
        owner: "dana".to_owned(),
        until: Timestamp::from_micros(0),
    }))
}

fn read(events: &[Event]) -> History {
    let mut history = History::default();
    let domain = DomainName::from("payments");
    for event in events {
        history.absorb(&domain, event);
    }
    history
}

#[test]
fn everything_is_counted_once() {
    let history = read(&[
        started(),
        decided(1, Outcome::Admit, None),
        succeeded(1),
        decided(2, Outcome::Deny, None),
        decided(3, Outcome::Stop, None),
        decided(4, Outcome::Throttle, None),
        decided(5, Outcome::Escalate, None),
        released(5, Outcome::Admit),
        doubted(5),
        decided(6, Outcome::Escalate, None),
        released(6, Outcome::Deny),
        decided(7, Outcome::Admit, Some(1)),
        succeeded(7),
        decided(8, Outcome::Admit, None),
        settled(8, Settlement::Failed { note: String::new() }),
        // Parked again after it was tried again: it is one.
        parked(5),
        parked(5),
    ]);
    let expected = Counts {
        runs: 1,
        actions: 8,
        admitted: 4,
        denied: 2,
        throttled: 1,
        escalated: 2,
        executed: 2,
        failed: 1,
        undone: 1,
        parked: 1,
        in_doubt: 1,
        late_admits: 0,
        stopped_by: std::collections::BTreeMap::new(),
    };
    assert_eq!(history.counts, expected);
    assert_eq!(history.undone.get(&action(1)), Some(&action(7)));
    assert_eq!(history.deeds[&action(6)].fate, Fate::NotAdmitted);
    assert_eq!(history.deeds[&action(1)].fate, Fate::Succeeded(json!({})));
}

#[test]
fn a_doubt_that_is_resolved_is_none() {
    let history = read(&[started(), decided(1, Outcome::Admit, None), doubted(1), succeeded(1)]);
    assert_eq!((history.counts.in_doubt, history.counts.executed), (0, 1));
}

#[test]
fn what_is_admitted_above_a_ceiling_is_late() {
    let here = || Scope::Service("refund-decision".into());
    let admit = || decided(2, Outcome::Admit, None);
    let cases = [
        (vec![switch(here(), Level::Draft), admit()], 1),
        (vec![switch(Scope::All, Level::None), admit()], 1),
        (
            vec![switch(Scope::Tool("refund-decision".into(), "payout.create".into()), Level::None), admit()],
            1,
        ),
        (
            vec![
                decided(2, Outcome::Escalate, None),
                switch(here(), Level::None),
                released(2, Outcome::Admit),
            ],
            1,
        ),
        (vec![admit(), switch(here(), Level::None)], 0),
        (vec![switch(here(), Level::None), lifted(), admit()], 0),
        (vec![switch(here(), Level::Execute), admit()], 0),
        (vec![switch(Scope::Service("access-grants".into()), Level::None), admit()], 0),
        (vec![switch(Scope::Domain("access".into()), Level::None), admit()], 0),
        (vec![switch(here(), Level::None), decided(2, Outcome::Admit, Some(1))], 0),
    ];
    for (at, (events, late)) in cases.into_iter().enumerate() {
        let all: Vec<Event> = std::iter::once(started()).chain(events).collect();
        assert_eq!(read(&all).counts.late_admits, late, "case {at}");
    }
}

/// What clause 6 refuses for a reason.
fn too_dear(number: u128, outcome: Outcome, reason: Reason) -> Event {
    let Event::ActionDecided(mut refused) = decided(number, Outcome::Admit, None) else {
        panic!("a decision")
    };
    let mut findings = (*refused.decision.findings).clone();
    findings[5] = Finding::object(Clause::Cost, outcome, Objection::new(reason, ""));
    refused.decision = Decision::join(findings, None);
    Event::ActionDecided(refused)
}

#[test]
fn a_rule_counts_once_a_run_and_only_where_it_decides() {
    let history = read(&[
        started(),
        too_dear(1, Outcome::Deny, Reason::SpendExhausted),
        too_dear(2, Outcome::Deny, Reason::SpendExhausted),
        too_dear(3, Outcome::Stop, Reason::CycleDetected),
        too_dear(4, Outcome::Throttle, Reason::BudgetExhausted),
        decided(5, Outcome::Deny, None),
    ]);
    assert_eq!(history.counts.stopped_by, [("loop.cycle", 1), ("run.spend", 1)].into());
}
