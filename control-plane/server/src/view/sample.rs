//! A short history for the tests of what is shown: one service, one run, actions with a question or a result.

use std::{collections::BTreeSet, sync::Arc};

use remit_core::{
    ActionId, Ask, Assessment, CanonicalJson, Clause, Decision, Declared, Digest, EscalationId, Event, Level,
    Money, Outcome, PolicyVerdict, Proposal, Reason, RunId, Timestamp,
    decision::{Finding, Objection},
    escalation::Question,
    event::{ActionDecided, ActionSettled, Settlement},
    proposal::{Channel, Mode},
    terms::{Delegation, RunLimits, Terms, ToolTerms, Undo},
};
use remit_journal::Record;
use uuid::Uuid;

use super::View;
use crate::contracts::Contracts;

pub(crate) fn run() -> RunId {
    RunId::new(Uuid::from_u128(1))
}

pub(crate) fn action(number: u128) -> ActionId {
    ActionId::new(Uuid::from_u128(number))
}

pub(crate) fn escalation() -> EscalationId {
    EscalationId::new(Uuid::from_u128(7))
}

pub(crate) fn record(seq: u64, event: Event) -> Arc<Record> {
    let at = Timestamp::from_micros(1_000_000).plus_ms(seq);
    Arc::new(Record { domain: "payments".into(), seq, at, hash: [0; 32], event })
}

/// A view that has taken in these events as its first records, and the records.
pub(crate) fn view(events: Vec<Event>) -> (View, Vec<Arc<Record>>) {
    let view = View::new("payments".into(), Arc::default());
    let records: Vec<_> = (1..).zip(events).map(|(seq, event)| record(seq, event)).collect();
    view.absorb(&records, &Contracts::default());
    (view, records)
}

pub(crate) fn activated() -> Event {
    let pay = ToolTerms {
        level: Some(Level::Execute),
        price: Money::ZERO,
        rate: None,
        concurrency: None,
        breaker: None,
        undo: Undo::Nothing,
        unknown: None,
        fallback: None,
    };
    let terms = Terms {
        service: "refunds".into(),
        domain: "payments".into(),
        version: "1.0.0".to_owned(),
        digest: Digest::of(b"1.0.0"),
        purpose: "Pays small refunds".to_owned(),
        principal: "refunds".to_owned(),
        owner: "dana".to_owned(),
        autonomy: Level::Execute,
        delegation: Delegation {
            enabled_by: "lee".to_owned(),
            on: Timestamp::from_micros(0),
            until: Timestamp::from_micros(i64::MAX),
        },
        build_duty: BTreeSet::new(),
        approve_duty: BTreeSet::new(),
        run_duty: BTreeSet::from(["oncall".into()]),
        tools: [("pay".into(), pay)].into(),
        forbidden: BTreeSet::new(),
        workflows: [].into(),
        currency: "USD".to_owned(),
        run: RunLimits {
            spend: Money::from_micros(500),
            calls: 8,
            wall_time_ms: None,
            tools: [].into(),
            tokens: None,
            same_call: None,
            course: remit_core::terms::CourseLimits::default(),
        },
        allowance: remit_core::allowance::Allowance::default(),
        blast_radius: Vec::new(),
        tripwires: Vec::new(),
        schedule: Vec::new(),
        release_by_two: false,
    };
    Event::ContractActivated { terms: Box::new(terms), by: "remitd".to_owned() }
}

pub(crate) fn started() -> Event {
    Event::RunStarted {
        run: run(),
        name: "case-1".to_owned(),
        service: "refunds".into(),
        contract: Digest::of(b"1.0.0"),
        principal: "refunds".to_owned(),
        channel: Channel::Grpc,
        declared: Declared::default(),
    }
}

/// The decision on a payment: held for people when there is a question, else admitted.
pub(crate) fn decided(number: u128, params: &str, question: bool) -> Event {
    let objection = Objection::new(Reason::NeedsApproval, "a person must look");
    let first = if question {
        Finding::object(Clause::Scope, Outcome::Escalate, objection)
    } else {
        Finding::content(Clause::Scope, "")
    };
    let content = |clause| Finding::content(clause, "");
    let findings = [
        content(Clause::Identity),
        first,
        content(Clause::Evidence),
        content(Clause::Policy),
        content(Clause::Tooling),
        content(Clause::Cost),
        content(Clause::Recovery),
    ];
    let ask = Ask {
        rule: "large".to_owned(),
        because: "it is a lot".to_owned(),
        to: "oncall".into(),
        quorum: 1,
        within_ms: 60_000,
    };
    let question = question.then(|| Question {
        id: escalation(),
        asks: vec![ask],
        groups: ["oncall".into()].into(),
        quorum: 1,
        deadline: Timestamp::from_micros(i64::MAX),
        digest: Digest::of(b"question"),
    });
    Event::ActionDecided(Box::new(ActionDecided {
        proposal: Proposal {
            action: action(number),
            run: run(),
            tool: "pay".into(),
            params: CanonicalJson::parse(params).unwrap().0,
            key: None,
            channel: Channel::Grpc,
            mode: Mode::Execute,
            principal: "refunds".to_owned(),
            asserted: Vec::new(),
            stands_in: None,
        },
        assessment: Assessment {
            contract: Digest::of(b"1.0.0"),
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
        decision: Decision::join(findings, None),
        hold: Money::ZERO,
        undo_hold: Money::ZERO,
        question,
        undoes: None,
        rereads: None,
        asks_about: None,
        verifies: None,
    }))
}

pub(crate) fn settled(number: u128, settlement: Settlement) -> Event {
    Event::ActionSettled(Box::new(ActionSettled {
        action: action(number),
        run: run(),
        settlement,
        cost: Money::ZERO,
        evidence: Vec::new(),
        undo: None,
        exchange: Default::default(),
        resolved: None,
        tokens: 0,
    }))
}

pub(crate) fn handed_over(number: u128) -> Event {
    Event::ActionStarted { action: action(number), run: run() }
}

pub(crate) fn ended() -> Event {
    Event::RunEnded { run: run(), stopped: false, reason: None, note: "done".to_owned() }
}
