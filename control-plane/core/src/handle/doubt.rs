//! An action in doubt is sent again, asked about, or explained by people; each ends in an ordinary settlement.

use std::collections::BTreeSet;

use crate::{
    ActionId, Assessment, Clause, Exchange, Money, Reason, Timestamp,
    action::ActionStatus,
    command::{AskAbout, Learn, Resolve},
    decision::{Decision, Finding},
    doubt::{DoubtStated, Resolution, Statement},
    event::{ActionDecided, ActionSettled, Event, Settlement, group_list},
    person,
    proposal::{Channel, Mode, Proposal},
    refusal::Refusal,
    rollback::UndoCall,
    state::{Action, Run, State},
};

/// Sends the very same call again: no new action and no new admit. The fact is durable before a byte leaves.
pub(super) fn resend(state: &State, id: ActionId, now: Timestamp) -> Result<Vec<Event>, Refusal> {
    let action = known(state, id)?;
    state.may_resend(action, now).map_err(Refusal::Conflict)?;
    let attempt = action.trail.sent.map_or(1, |sent| sent.times);
    Ok(vec![Event::ActionResent { action: id, run: action.run, attempt }])
}

/// Asks the tool what became of an action: a read of its own, which the contract names for this.
pub(super) fn ask(state: &State, ask: AskAbout, now: Timestamp) -> Result<Vec<Event>, Refusal> {
    let AskAbout { target, tool, params, action } = ask;
    let doubtful = known(state, target)?;
    if state.actions.contains_key(&action) {
        return Err(Refusal::Conflict(format!("{action} is taken")));
    }
    state.may_ask(doubtful, now).map_err(Refusal::Conflict)?;
    if state.unknown(doubtful).and_then(|unknown| unknown.ask.as_ref()) != Some(&tool) {
        return Err(Refusal::Invalid(format!("`{tool}` does not tell what became of `{}`", doubtful.tool)));
    }
    let run = super::known_run(state, doubtful.run)?;
    let detail = |clause| match clause {
        Clause::Evidence => format!("asks what became of {target}"),
        Clause::Identity
        | Clause::Scope
        | Clause::Policy
        | Clause::Tooling
        | Clause::Cost
        | Clause::Recovery => String::new(),
    };
    let findings = Clause::ALL
        .map(|clause| Finding { reason: Reason::AskedAfter, ..Finding::content(clause, detail(clause)) });
    Ok(vec![Event::ActionDecided(Box::new(ActionDecided {
        proposal: Proposal {
            action,
            run: run.id,
            tool,
            params,
            key: None,
            channel: Channel::Operator,
            mode: Mode::Execute,
            principal: person::CONTROL_PLANE.to_owned(),
            asserted: Vec::new(),
            stands_in: None,
        },
        assessment: Assessment::of_ours(run.terms.digest),
        decision: Decision::join(findings, None),
        hold: Money::ZERO,
        undo_hold: Money::ZERO,
        question: None,
        undoes: None,
        rereads: None,
        asks_about: Some(target),
        verifies: None,
    }))])
}

/// What the answer of such a read means for the action that it asked about.
pub(super) fn learn(state: &State, learn: Learn, now: Timestamp) -> Result<Vec<Event>, Refusal> {
    let Learn { by, settle } = learn;
    let action = known(state, settle.action)?;
    if action.status != ActionStatus::InDoubt {
        return Err(not_in_doubt(action));
    }
    let read = known(state, by)?;
    let asks = action.trail.asked.is_some_and(|(_, last)| last == by);
    if !asks || read.asks_about != Some(action.id) || read.status != ActionStatus::Succeeded {
        return Err(Refusal::Invalid(format!("{by} does not tell what became of {}", action.id)));
    }
    if matches!(settle.settlement, Settlement::Failed { .. }) {
        cannot_land(state, action, now)?;
    }
    if let Some(undo) = &settle.undo {
        super::settle::declared(state, action, undo)?;
    }
    let (settlement, undo, cost) = (settle.settlement, settle.undo, settle.cost);
    Ok(vec![settled(action, (settlement, undo), cost, Resolution::Asked { by })])
}

/// One person says what became of an action. Enough of them end the doubt; what they say is kept in any case.
pub(super) fn resolve(state: &State, resolve: Resolve, now: Timestamp) -> Result<Vec<Event>, Refusal> {
    let Resolve { action: id, by, happened, reason, result, undo } = resolve;
    let action = known(state, id)?;
    let run = super::known_run(state, action.run)?;
    permitted(state, run, &by)?;
    if action.status != ActionStatus::InDoubt {
        return Err(not_in_doubt(action));
    }
    if reason.trim().is_empty() {
        return Err(Refusal::Invalid("what became of an action needs a reason: how you know".to_owned()));
    }
    if happened {
        undo.as_ref().map_or(Ok(()), |undo| super::settle::declared(state, action, undo))?;
    } else {
        if result.is_some() || undo.is_some() {
            return Err(Refusal::Invalid("what did not happen has no result".to_owned()));
        }
        cannot_land(state, action, now)?;
    }
    let statement = Statement { by: by.name, happened, reason, result, at: now };
    let people = together(action, &statement)?;
    let enough = usize::try_from(state.people_needed(action)).is_ok_and(|needed| needed <= people.len());
    let end = enough.then(|| by_people(action, &statement, people, undo));
    let stated = DoubtStated { action: id, run: run.id, statement };
    Ok(std::iter::once(Event::DoubtStated(Box::new(stated))).chain(end).collect())
}

/// Everybody who says this, with whoever says it now. Nobody counts twice; who has said the opposite may take it
/// back, and nobody else can overrule it.
fn together(action: &Action, statement: &Statement) -> Result<BTreeSet<String>, Refusal> {
    for said in &action.trail.said {
        let own = said.by == statement.by;
        if own && said.agrees(statement) {
            return Err(Refusal::Conflict(format!(
                "{} has said so already; somebody else must say it too",
                said.by
            )));
        }
        if !own && !said.agrees(statement) {
            return Err(Refusal::Conflict(format!(
                "{} says that {}; look into it together: one of you takes it back by saying what the other says",
                said.by,
                said.says()
            )));
        }
    }
    Ok(action.trail.said.iter().map(|said| &said.by).chain([&statement.by]).cloned().collect())
}

/// The settlement that people's word makes. What a person reports is no evidence: the control plane saw nothing.
/// What happened has cost all that was reserved, since nobody knows less.
fn by_people(
    action: &Action,
    statement: &Statement,
    people: BTreeSet<String>,
    undo: Option<UndoCall>,
) -> Event {
    let (settlement, cost) = if statement.happened {
        let result = statement.result.clone().unwrap_or_else(crate::CanonicalJson::null);
        (Settlement::Succeeded { result }, action.hold)
    } else {
        (Settlement::Failed { note: format!("did not happen: {}", statement.reason) }, Money::ZERO)
    };
    let people = people.into_iter().collect();
    settled(action, (settlement, undo), cost, Resolution::ByPeople { people })
}

fn settled(
    action: &Action,
    (settlement, undo): (Settlement, Option<UndoCall>),
    cost: Money,
    how: Resolution,
) -> Event {
    let undo = undo.filter(|_| matches!(settlement, Settlement::Succeeded { .. }));
    Event::ActionSettled(Box::new(ActionSettled {
        action: action.id,
        run: action.run,
        settlement,
        cost,
        evidence: Vec::new(),
        undo,
        exchange: Exchange::default(),
        resolved: Some(how),
        // A model call leaves nothing behind and is never in doubt.
        tokens: 0,
    }))
}

/// Whoever runs the service; not the service itself, nor who built or approved its version.
fn permitted(state: &State, run: &Run, by: &crate::Person) -> Result<(), Refusal> {
    let what = "say what became of an action";
    if !by.is_in_any(&run.terms.run_duty) {
        return Err(Refusal::NotPermitted {
            who: by.name.clone(),
            what,
            needs: format!("the run duty is with {}", group_list(&run.terms.run_duty)),
        });
    }
    if by.name == run.principal || by.name == run.terms.principal {
        let needs = "the service does not say itself what became of its actions".to_owned();
        return Err(Refusal::NotPermitted { who: by.name.clone(), what, needs });
    }
    super::duty::not_own(state, by, &run.terms, what)
}

/// "Not there" is no proof while the call may still land.
fn cannot_land(state: &State, action: &Action, now: Timestamp) -> Result<(), Refusal> {
    match state.lands_until(action).filter(|lands| now < *lands) {
        None => Ok(()),
        Some(lands) => Err(Refusal::Conflict(format!(
            "{} may still take effect until {lands}; say that it did not happen once that has passed, and stop the tool \
             where it is sent again meanwhile",
            action.id
        ))),
    }
}

fn not_in_doubt(action: &Action) -> Refusal {
    Refusal::Conflict(format!("{} is {}; only what is in doubt is resolved", action.id, action.status))
}

fn known(state: &State, id: ActionId) -> Result<&Action, Refusal> {
    state.actions.get(&id).map(AsRef::as_ref).ok_or_else(|| Refusal::not_found("action", &id))
}
