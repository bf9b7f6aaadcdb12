//! Actions start and come to an outcome; after a restart, what was in flight is in doubt.

use super::withheld;
use crate::{
    ActionId, Money, Timestamp,
    action::{ActionMove, ActionStatus},
    command::Settle,
    doubt::{REPORT_WITHIN_MS, Resolution},
    event::{ActionSettled, Event, Settlement},
    exchange::Exchange,
    handle::breach,
    proposal::Mode,
    refusal::Refusal,
    rollback::UndoCall,
    state::{Action, State},
    switch::Switch,
    terms::Undo,
};

pub(super) fn start(state: &State, id: ActionId, now: Timestamp) -> Result<Vec<Event>, Refusal> {
    let action = state.actions.get(&id).ok_or_else(|| Refusal::not_found("action", &id))?;
    action.status.next(ActionMove::Start)?;
    // A stop between the admit and the sending still keeps it from being sent.
    withheld::check(state, action, now)?;
    Ok(vec![Event::ActionStarted { action: id, run: action.run }])
}

pub(super) fn settle(state: &State, settle: Settle, now: Timestamp) -> Result<Vec<Event>, Refusal> {
    let id = settle.action;
    let action = state.actions.get(&id).ok_or_else(|| Refusal::not_found("action", &id))?;
    let (settlement, cost, tokens) = match settle.settlement {
        Settlement::InDoubt { note } => {
            let (cost, tokens) = (unknown_cost(action), unknown_tokens(action));
            (lost(action, &note), settle.cost.max(cost), settle.tokens.max(tokens))
        }
        known @ (Settlement::Succeeded { .. } | Settlement::Failed { .. }) => {
            (known, settle.cost, settle.tokens)
        }
    };
    let (by, succeeded) = match settlement {
        Settlement::Succeeded { .. } => (ActionMove::Succeed, true),
        Settlement::Failed { .. } => (ActionMove::Fail, false),
        Settlement::InDoubt { .. } => (ActionMove::Doubt, false),
    };
    action.status.next(by)?;
    if let Some(undo) = &settle.undo {
        declared(state, action, undo)?;
    }
    breach::sane(cost)?;
    let quarantined = breach::quarantine(state, action, cost, now);
    let settled = Event::ActionSettled(Box::new(ActionSettled {
        action: id,
        run: action.run,
        settlement,
        cost,
        evidence: if succeeded && settle.exchange.misfit.is_none() { settle.evidence } else { Vec::new() },
        undo: settle.undo.filter(|_| succeeded),
        exchange: settle.exchange,
        resolved: resent(action),
        tokens,
    }));
    Ok(std::iter::once(settled).chain(quarantined).collect())
}

/// An answer that came when it was sent again.
fn resent(action: &Action) -> Option<Resolution> {
    let times = action.trail.sent.map_or(0, |sent| sent.times.saturating_sub(1));
    let again = action.status == ActionStatus::InDoubt && 0 < times;
    again.then_some(Resolution::Resent { times })
}

/// The reply is lost: an effect is in doubt, a read leaves nothing behind and has failed.
fn lost(action: &Action, note: &str) -> Settlement {
    let note = note.to_owned();
    if action.level.has_effect() { Settlement::InDoubt { note } } else { Settlement::Failed { note } }
}

/// What a call whose reply is lost is charged: of a read the ceiling, since nobody knows what it cost. What is in
/// doubt keeps its hold instead.
const fn unknown_cost(action: &Action) -> Money {
    if action.level.has_effect() { Money::ZERO } else { action.hold }
}

/// The tokens of such a call, likewise.
const fn unknown_tokens(action: &Action) -> u64 {
    if action.level.has_effect() { 0 } else { action.tokens }
}

/// Only the compensation that the contract declares is ever kept.
pub(super) fn declared(state: &State, action: &Action, undo: &UndoCall) -> Result<(), Refusal> {
    let run = super::known_run(state, action.run)?;
    let reads = undo.verify.as_ref().map(|verify| &verify.tool);
    match run.terms.tools.get(&action.tool).map(|tool| &tool.undo) {
        Some(Undo::By { tool, verify, .. }) if *tool == undo.tool && verify.as_ref() == reads => Ok(()),
        Some(Undo::By { .. } | Undo::Nothing | Undo::Irreversible { .. }) | None => Err(Refusal::Invalid(
            format!("the contract does not declare `{}` as the undo of `{}`", undo.tool, action.tool),
        )),
    }
}

/// What the control plane had in its own hands when it went down: effects are in doubt, since nobody can
/// know whether they were sent; reads are failed, since they leave nothing behind.
pub(super) fn recover(state: &State) -> Vec<Event> {
    let note = "the control plane restarted before the outcome was known";
    state
        .actions
        .values()
        .filter(|action| action.status.is_in_flight() && action.mode == Mode::Execute)
        .map(|action| {
            // What had not been started was not sent.
            let sent = action.status == ActionStatus::Running;
            given_up(action, note, if sent { unknown_costs(action) } else { (Money::ZERO, 0) })
        })
        .collect()
}

/// What its caller carries out and has not reported in time: an effect is in doubt, since nobody else can know.
pub(super) fn overdue(state: &State, now: Timestamp) -> Vec<Event> {
    let due = state.unreported.iter().take_while(|(by, _)| *by <= now);
    due.filter_map(|(_, id)| state.actions.get(id))
        .map(|action| {
            let unknown = state.unknown(action);
            let within = unknown.and_then(|it| it.report_within_ms).unwrap_or(REPORT_WITHIN_MS);
            let note = format!("its caller did not report the outcome within {} s", within / 1_000);
            given_up(action, &note, unknown_costs(action))
        })
        .collect()
}

/// Money and tokens of a call whose reply is lost.
const fn unknown_costs(action: &Action) -> (Money, u64) {
    (unknown_cost(action), unknown_tokens(action))
}

/// What a new switch cuts off: what was not sent has failed, and of the rest nobody knows the outcome.
pub(super) fn cancelled(state: &State, switch: &Switch) -> Vec<Event> {
    let cut = state
        .in_flight(&switch.scope)
        .into_iter()
        .filter(|action| switch.ceiling < action.level && (action.undoes.is_none() || switch.no_undo));
    cut.map(|action| {
        let note = format!("{} set {} to {} and cancelled it", switch.by, switch.scope, switch.ceiling);
        // What its caller carries out may be on its way although nobody has reported a start.
        if action.mode == Mode::Execute && action.status != ActionStatus::Running {
            let note = format!("not sent: {note}");
            return ended(action, Settlement::Failed { note }, (Money::ZERO, 0));
        }
        given_up(action, &note, unknown_costs(action))
    })
    .collect()
}

fn given_up(action: &Action, note: &str, costs: (Money, u64)) -> Event {
    ended(action, lost(action, note), costs)
}

fn ended(action: &Action, settlement: Settlement, (cost, tokens): (Money, u64)) -> Event {
    Event::ActionSettled(Box::new(ActionSettled {
        action: action.id,
        run: action.run,
        settlement,
        cost,
        evidence: Vec::new(),
        undo: None,
        exchange: Exchange::default(),
        resolved: None,
        tokens,
    }))
}
