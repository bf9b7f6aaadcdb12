//! Before an approved action goes: its facts are read again, and what has moved returns it to people.

use crate::{
    Ask, Assessment, Clause, Money, Objection, Outcome, Reason, Timestamp,
    command::{Look, ReadAgain, Release},
    decide::{self, Case},
    decision::{Decision, Finding},
    escalation::{Escalation, Question},
    event::{ActionDecided, Event},
    proposal::{Channel, EvidenceUse, Mode, Proposal},
    refusal::Refusal,
    returned::ActionReturned,
    state::{Held, State},
};

/// One read on behalf of an approved action: the same tool with the same parameters. It uses neither the
/// calls of the run nor its loop rule. Its price is reserved in any case: people wanted it, and it is charged to whom it
/// is for, if need be above the limit.
pub(super) fn read_again(state: &State, read: ReadAgain, now: Timestamp) -> Result<Vec<Event>, Refusal> {
    let ReadAgain { held: approved, source, params, action } = read;
    let (held, escalation) = awaiting(state, approved)?;
    let items: Vec<&str> = held
        .assessment
        .evidence
        .iter()
        .filter(|used| used.action == source)
        .map(|used| used.item.as_str())
        .collect();
    if items.is_empty() {
        return Err(Refusal::Invalid(format!("{approved} does not rest on {source}")));
    }
    if state.actions.contains_key(&action) {
        return Err(Refusal::Conflict(format!("{action} is taken")));
    }
    let seen = state.actions.get(&source).ok_or_else(|| Refusal::not_found("action", &source))?;
    if seen.level.has_effect() || seen.params != params.digest() {
        return Err(Refusal::Invalid(format!("it is not the read that {source} was")));
    }
    let run = super::known_run(state, escalation.run)?;
    let ceiling = state.ceiling(&run.terms, state.place(run, &seen.tool), now).level;
    if !run.is_open() || ceiling < seen.level {
        let text = format!("the run is {}, the ceiling is {ceiling}", run.phase.as_str());
        return Err(Refusal::Conflict(text));
    }
    let by = escalation.approval().map(|vote| vote.by.clone()).unwrap_or_default();
    let detail = |clause| match clause {
        Clause::Identity => format!("{by} approved {approved}"),
        Clause::Evidence => format!("reads {} again", items.join(", ")),
        Clause::Scope | Clause::Policy | Clause::Tooling | Clause::Cost | Clause::Recovery => String::new(),
    };
    let price = run.terms.tools.get(&seen.tool).map(|tool| tool.price).unwrap_or_default();
    let findings = Clause::ALL
        .map(|clause| Finding { reason: Reason::ReadAgain, ..Finding::content(clause, detail(clause)) });
    let proposal = Proposal {
        action,
        run: run.id,
        tool: seen.tool.clone(),
        params,
        key: None,
        channel: Channel::Operator,
        mode: Mode::Execute,
        principal: by.clone(),
        asserted: Vec::new(),
        stands_in: None,
    };
    let assessment = Assessment::of_ours(run.terms.digest);
    Ok(vec![Event::ActionDecided(Box::new(ActionDecided {
        proposal,
        assessment,
        decision: Decision::join(findings, None),
        hold: price,
        undo_hold: Money::ZERO,
        question: None,
        undoes: None,
        rereads: Some(escalation.question.id),
        asks_about: None,
        verifies: None,
    }))])
}

fn awaiting(state: &State, action: crate::ActionId) -> Result<(&Held, &Escalation), Refusal> {
    let awaits = state.awaits_release(action);
    awaits.ok_or_else(|| Refusal::Conflict(format!("{action} does not wait to be released")))
}

/// Decides an approved action as things stand now. Facts that moved, facts that nobody could read, and a rule
/// that asks only now void the approval and put the same call before people again; what the contract now
/// denies is denied.
pub(super) fn release(state: &State, release: &Release, now: Timestamp) -> Result<Vec<Event>, Refusal> {
    let (held, escalation) = awaiting(state, release.action)?;
    if state.escalations.contains_key(&release.escalation) {
        return Err(Refusal::Conflict(format!("{} is taken", release.escalation)));
    }
    let (assessment, unread, moved) = match &release.look {
        Look::Unread { why } => (&held.assessment, Some(unread(why.clone())), &[][..]),
        Look::Read { assessment, moved } => match not_read_again(state, escalation, assessment) {
            Some(why) => (&held.assessment, Some(unread(why)), &[][..]),
            None => (&**assessment, None, &moved[..]),
        },
    };
    let run = super::known_run(state, escalation.run)?;
    let case = Case::new(state, run, &held.proposal, assessment, now);
    let was_read = unread.is_none();
    let why = unread.or_else(|| moved_items(held, assessment)).or_else(|| asked_now(held, case));
    let decision = decide::decide(case.approved());
    let lowered = super::edge::lowered(case, &decision);
    let admitted = decision.outcome == Outcome::Admit;
    let Some(why) = why.filter(|_| admitted) else {
        let released = Event::ActionReleased {
            action: release.action,
            run: run.id,
            decision: Box::new(decision),
            evidence: if was_read { assessment.evidence.clone() } else { Vec::new() },
            // Of what goes nothing has moved.
            moved: if admitted { Vec::new() } else { moved.to_vec() },
        };
        return Ok(std::iter::once(released).chain(lowered).collect());
    };
    let mut decided = ActionDecided {
        proposal: held.proposal.clone(),
        assessment: assessment.clone(),
        decision: decide::decide(case.returned(&why)),
        hold: state.actions.get(&release.action).map(|action| action.hold).unwrap_or_default(),
        undo_hold: state.actions.get(&release.action).map(|action| action.undo_hold).unwrap_or_default(),
        question: None,
        undoes: None,
        rereads: None,
        asks_about: None,
        verifies: None,
    };
    let mut asks = super::propose::asked_by_rules(case);
    if asks.is_empty() {
        asks.clone_from(&held.question.asks);
    }
    decided.question = Some(Question::about(&decided, release.escalation, asks, now));
    Ok(vec![Event::ActionReturned(Box::new(ActionReturned {
        held: decided,
        voided: escalation.question.id,
        moved: moved.to_vec(),
        note: why.detail,
    }))])
}

/// What people would have to be asked about by now and were not: a rule that did not ask them, or that saw
/// something else then. The contract's words are fixed, so they differ only by what a rule saw.
pub(crate) fn asked_now(held: &Held, case: Case<'_>) -> Option<Objection> {
    let was_asked = |ask: &Ask| {
        let mut before = held.question.asks.iter();
        before.any(|asked| (&asked.rule, &asked.because) == (&ask.rule, &ask.because))
    };
    let asks = super::propose::asked_by_rules(case);
    let mut new: Vec<String> = asks
        .iter()
        .filter(|ask| !was_asked(ask))
        .map(|ask| format!("rule `{}`: {}", ask.rule, ask.because))
        .collect();
    new.dedup();
    let (before, now) = (&held.assessment.origin_objection, &case.assessment.origin_objection);
    if let (None, Some(foreign), true) = (before, now, new.is_empty()) {
        new.push(foreign.detail.clone());
    }
    (!new.is_empty()).then(|| Objection::new(Reason::RuleAsksNow, new.join("; ")))
}

fn unread(why: String) -> Objection {
    Objection::new(Reason::EvidenceUnread, why)
}

/// The first fact that the control plane did not read for this very question, once it was approved.
fn not_read_again(state: &State, escalation: &Escalation, assessment: &Assessment) -> Option<String> {
    let run = state.runs.get(&escalation.run)?;
    let is_reread = |used: &EvidenceUse| {
        state.is_reread(used, escalation.question.id)
            && run.evidence.contains_key(&(used.item.clone(), used.action))
    };
    let old = assessment.evidence.iter().find(|used| !is_reread(used))?;
    Some(format!("`{}` was not read again after the approval", old.item))
}

/// Which facts are not those that people saw. An item that one of the two does not have has moved too.
fn moved_items(held: &Held, assessment: &Assessment) -> Option<Objection> {
    let (before, now) = (&held.assessment.evidence, &assessment.evidence);
    let same = |left: &EvidenceUse, right: &EvidenceUse| match (left.facts, right.facts) {
        (Some(left), Some(right)) => left == right,
        (None, _) | (_, None) => left.digest == right.digest,
    };
    let stands = |used: &EvidenceUse, among: &[EvidenceUse]| {
        among.iter().any(|other| other.item == used.item && same(used, other))
    };
    // Whether enough is left is judged with the evidence.
    let is_spared = |used: &EvidenceUse, now: &[EvidenceUse]| {
        used.is_spare() && now.iter().all(|it| it.item != used.item)
    };
    let mut items: Vec<String> = before
        .iter()
        .filter(|used| !stands(used, now) && !is_spared(used, now))
        .chain(now.iter().filter(|used| !stands(used, before)))
        .map(|used| format!("`{}`", used.item))
        .collect();
    items.sort();
    items.dedup();
    if items.is_empty() {
        return None;
    }
    let verb = if items.len() == 1 { "has" } else { "have" };
    Some(Objection::new(
        Reason::FactMoved,
        format!("{} {verb} moved since people were asked", items.join(", ")),
    ))
}
