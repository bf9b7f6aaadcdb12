//! The way of one action, the same behind every face: prepare, decide, commit, and wait for its end.

use std::sync::Arc;

use remit_contract::{CompiledContract, RunFacts};
use remit_core::{
    ActionId, ActionStatus, Assertion, CanonicalJson, Command, Decision, Event, Exchange, Outcome, Proposal,
    Reason, Refusal, RunId, Timestamp, ToolName,
    event::ActionDecided,
    proposal::{Channel, Mode},
};
use serde_json::Value;

use crate::{
    auth::Principal,
    domain::Fault,
    error::Error,
    ids,
    llm::{Deposit, Parcel},
    plane::{Plane, Ward},
    recall,
    view::ActionCard,
};

mod instead;

pub(crate) use instead::StandsIn;

/// Largest parameters, in bytes: room for any sensible call, and small enough to be judged and shown.
pub(crate) const MAX_PARAMS: usize = 256 * 1024;

/// Longest idempotency key, in bytes; as long as the field's common ones.
const MAX_KEY: usize = 255;

/// What a face has parsed.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) run: RunId,
    pub(crate) tool: ToolName,
    pub(crate) params: CanonicalJson,
    pub(crate) value: Value,
    pub(crate) key: Option<String>,
    pub(crate) channel: Channel,
    pub(crate) mode: Mode,
    pub(crate) asserted: Vec<Assertion>,
    /// The prompt of a model call.
    pub(crate) parcel: Option<Parcel>,
}

/// What became of a call, as far as it is known now.
#[derive(Debug)]
pub(crate) struct Acted {
    pub(crate) action: ActionId,
    pub(crate) run: RunId,
    pub(crate) status: ActionStatus,
    pub(crate) decision: Decision,
    /// The last word: the decision's own outcome and reason, or what became of a question to people.
    pub(crate) outcome: Outcome,
    pub(crate) reason: Reason,
    pub(crate) result: Option<CanonicalJson>,
    pub(crate) note: Option<String>,
    /// What was seen of the call, where that was not all well.
    pub(crate) exchange: Exchange,
    /// While people are asked: the question and its deadline.
    pub(crate) pending: Option<(remit_core::EscalationId, Timestamp)>,
    /// That it is the answer of another tool than the one that was called.
    pub(crate) stands_in: Option<StandsIn>,
}

/// Parses parameters at the door.
pub(crate) fn parse_params(text: &str) -> Result<(CanonicalJson, Value), Error> {
    let invalid = |what: String| Error::Invalid(format!("the parameters are not acceptable: {what}"));
    if text.len() > MAX_PARAMS {
        return Err(invalid(format!("{} bytes, at most {MAX_PARAMS} are", text.len())));
    }
    let (params, value) = CanonicalJson::parse(if text.is_empty() { "{}" } else { text })
        .map_err(|error| invalid(error.to_string()))?;
    if !value.is_object() {
        return Err(invalid("not a JSON object".to_owned()));
    }
    Ok((params, value))
}

/// Makes one call for a service.
pub(crate) async fn act(plane: &Plane, caller: &Principal, call: Call) -> Result<Acted, Error> {
    // Held until the caller is answered: a graceful end waits for it.
    let _working = plane.working.token();
    if plane.stop.is_cancelled() {
        return Err(Error::Unavailable("the control plane is shutting down".to_owned()));
    }
    if plane.latch.is_set() {
        Box::pin(plane.latch.heed(plane)).await?;
    }
    let court = court(plane, caller, call.run)?;
    if call.key.as_ref().is_some_and(|key| key.len() > MAX_KEY) {
        return Err(Error::Invalid(format!("an idempotency key has at most {MAX_KEY} bytes")));
    }
    let mode = call.mode;
    let proposal = Proposal {
        action: ids::action(),
        run: call.run,
        tool: call.tool,
        params: call.params,
        key: call.key,
        channel: call.channel,
        mode,
        principal: caller.name.to_string(),
        asserted: call.asserted,
        stands_in: None,
    };
    // Kept until the caller is answered; the runner takes it out once it is admitted.
    let deposit = call.parcel.map(|parcel| plane.parcels.deposit(proposal.action, parcel));
    let acted = propose(plane, &court, proposal, &call.value).await?;
    show(plane, &acted, deposit);
    match mode {
        Mode::Execute => {
            Box::pin(instead::or_another(plane, caller, acted, (call.channel, &call.value))).await
        }
        Mode::DecisionOnly => Ok(acted),
    }
}

/// A model call that people are asked about comes again, with what it would send: joins the one that waits.
pub(crate) async fn again(
    plane: &Plane,
    caller: &Principal,
    (run, action): (RunId, ActionId),
    parcel: Option<Parcel>,
) -> Result<Acted, Error> {
    let _working = plane.working.token();
    if plane.stop.is_cancelled() {
        return Err(Error::Unavailable("the control plane is shutting down".to_owned()));
    }
    let court = court(plane, caller, run)?;
    let deposit = parcel.map(|parcel| plane.parcels.deposit(action, parcel));
    let acted = join(plane, court.ward, (run, action)).await?;
    show(plane, &acted, deposit);
    Ok(acted)
}

/// While people are asked about a model call, they are shown what it would send.
fn show(plane: &Plane, acted: &Acted, deposit: Option<Deposit<'_>>) {
    if acted.status == ActionStatus::Held
        && let Some(parcel) = deposit.and_then(Deposit::take_back)
    {
        plane.shown.keep(plane, acted.action, parcel.sealed.into_body());
    }
}

/// Has one action decided, and waits for its end where it goes.
///
/// What few calls need is in boxes: every call's future has room for the largest way through it, and is moved
/// several times on its way into a task.
async fn propose(
    plane: &Plane,
    court: &Court<'_>,
    proposal: Proposal,
    value: &Value,
) -> Result<Acted, Error> {
    let Court { ward, contract, facts } = court;
    let (action, run, mode) = (proposal.action, proposal.run, proposal.mode);
    let assessment = contract.assess(&proposal, value, facts);
    let reused = if recall::may_be_known(&proposal) {
        Box::pin(recall::reused(plane, ward, &proposal)).await
    } else {
        None
    };
    let command = Command::Propose {
        proposal: Box::new(proposal),
        assessment: Box::new(assessment),
        escalation: ids::escalation(),
        reused,
    };
    match ward.domain.submit(command).await {
        Ok(records) => {
            let Some(Event::ActionDecided(decided)) = records.first().map(|record| &record.event) else {
                return Err(Error::Unavailable("the decision was lost".to_owned()));
            };
            plane.metrics.decided(&contract.terms().service, &decided.decision);
            if decided.decision.outcome == Outcome::Admit && mode == Mode::Execute {
                return Box::pin(end_of(ward, action)).await;
            }
            Ok(answer(decided))
        }
        Err(Fault::Refused(Refusal::Joins(known))) => Box::pin(join(plane, ward, (run, known))).await,
        Err(fault) => Err(fault.into()),
    }
}

/// Where a call is judged, by which version, on which evidence.
struct Court<'a> {
    ward: &'a Ward,
    contract: Arc<CompiledContract>,
    facts: Arc<RunFacts>,
}

/// An ended run is judged too, with no evidence left: the call may be one that is known, and if not, the
/// denial is recorded.
fn court<'a>(plane: &'a Plane, caller: &Principal, run: RunId) -> Result<Court<'a>, Error> {
    let court = if let Some(open) = plane.open.get(run) {
        Court { ward: plane.ward(&open.domain)?, contract: Arc::clone(&open.contract), facts: open.facts() }
    } else {
        let ward = plane.run_ward(run)?;
        let version = ward.view.read(|inner| inner.runs.get(&run).map(|card| card.terms.digest));
        let contract = version.and_then(|digest| plane.contracts.get(&digest));
        let contract = contract
            .ok_or_else(|| Error::Unavailable("the contract version of the run is not loaded".to_owned()))?;
        Court { ward, contract, facts: Arc::default() }
    };
    let principal = &court.contract.terms().principal;
    let name = &caller.name;
    if principal.as_str() != name.as_str() {
        tracing::warn!(caller = %name, %run, "a service tried to act in the run of another");
        return Err(Error::NotPermitted(format!("`{name}` may not act in a run of `{principal}`")));
    }
    caller.covers(run)?;
    Ok(court)
}

/// The answer that a decision alone gives.
fn answer(decided: &ActionDecided) -> Acted {
    let pending = decided.question.as_ref().map(|question| (question.id, question.deadline));
    let status = match decided.decision.outcome {
        Outcome::Admit => ActionStatus::Admitted,
        Outcome::Escalate => ActionStatus::Held,
        Outcome::Throttle | Outcome::Deny | Outcome::Stop => ActionStatus::Denied,
    };
    Acted {
        action: decided.proposal.action,
        run: decided.proposal.run,
        status,
        outcome: decided.decision.outcome,
        reason: decided.decision.deciding().reason,
        decision: decided.decision.clone(),
        result: None,
        note: None,
        exchange: Exchange::default(),
        pending,
        stands_in: None,
    }
}

/// A known call: answers at once while people are asked, else waits for its end.
async fn join(plane: &Plane, ward: &Ward, (run, action): (RunId, ActionId)) -> Result<Acted, Error> {
    match recall::card(plane, ward, (run, action)).await? {
        Some(card)
            if card.is_ended()
                || card.action.status == ActionStatus::Held
                || card.action.mode == Mode::DecisionOnly =>
        {
            of_card(&card)
        }
        Some(_) | None => end_of(ward, action).await,
    }
}

/// Waits until the action has ended, or until nobody can know any more.
pub(crate) async fn end_of(ward: &Ward, action: ActionId) -> Result<Acted, Error> {
    tokio::select! {
        biased;
        () = ward.view.ended(action) => {}
        cause = ward.domain.health().failure() => {
            return Err(Error::JournalUnavailable(format!("what became of {action} cannot be recorded: {cause}")));
        }
    }
    let card = ward.view.action(action);
    of_card(&*card.ok_or_else(|| Error::NotFound(format!("there is no action `{action}` here")))?)
}

/// What a card says.
pub(crate) fn of_card(card: &ActionCard) -> Result<Acted, Error> {
    let decided = card.decision_fact();
    let (Some(decided), Some(decision)) = (decided, card.decision()) else {
        return Err(Error::NotFound(format!("{} has no decision", card.action.id)));
    };
    let held = card.action.status == ActionStatus::Held;
    let exchange = card.outcome().map(|settled| settled.exchange.clone()).unwrap_or_default();
    Ok(Acted {
        status: card.action.status,
        outcome: card.action.outcome,
        // What kept it from being sent came after the decision.
        reason: exchange.withheld.unwrap_or(card.action.reason),
        decision: decision.clone(),
        result: card.result().cloned(),
        note: card.note().map(str::to_owned),
        exchange,
        pending: answer(decided).pending.filter(|_| held),
        ..answer(decided)
    })
}

#[cfg(test)]
mod tests;
