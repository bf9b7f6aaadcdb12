//! Meets the obligations that committed events create: carries actions out and has rollbacks walked.

use std::{sync::Arc, time::Duration};

use remit_contract::LastGood;
use remit_core::{
    ActionId, CanonicalJson, Command, DomainName, Exchange, Money, Permit, Reason, Refusal, Timestamp,
    command::Settle, event::Settlement,
};
use remit_journal::Record;
use tokio::sync::mpsc;

use crate::{
    alert, clock,
    domain::Fault,
    effects::{self, Effect, Obligation},
    llm,
    plane::{Plane, Ward},
    release,
    upstream::{self, ToolCall},
    view::ActionCard,
    walk,
};

/// Receives obligations until the control plane goes down.
pub(crate) async fn run(plane: Arc<Plane>, mut obligations: mpsc::UnboundedReceiver<Obligation>) {
    while let Some(Obligation { effect, working }) = obligations.recv().await {
        let plane = Arc::clone(&plane);
        tokio::spawn(async move {
            match effect {
                Effect::Execute { domain, permit } => execute(&plane, &domain, permit).await,
                Effect::LookAgain { domain, action } => release::release(&plane, &domain, action).await,
                Effect::Release { domain, action, released } => {
                    release(&plane, &domain, action, &released).await;
                }
                Effect::Resend { domain, action, resent } => resend(&plane, &domain, action, &resent).await,
                // Nobody waits for it: what stops the control plane stops it.
                Effect::Alert { record } => {
                    drop(working);
                    return alert::tell(&plane, &record).await;
                }
                Effect::RollBack { domain, plan } => walk::walk(&plane, &domain, plan).await,
            }
            drop(working);
        });
    }
}

/// Carries an approved action out, if the approval is of what would run.
async fn release(plane: &Plane, domain: &DomainName, action: ActionId, released: &Record) {
    let held = plane.ward(domain).ok().and_then(|ward| ward.view.action(action));
    let permit =
        held.as_deref().and_then(ActionCard::decision_fact).and_then(|held| effects::permit(held, released));
    match permit {
        Some(permit) => {
            if let Some(withheld) = not_called_for(plane, domain, &permit).await {
                settle(plane, domain, withheld).await;
                return;
            }
            execute(plane, domain, permit).await;
        }
        None => {
            let note = "what was approved is not what would run, so nothing was sent".to_owned();
            settle(plane, domain, failed(action, note)).await;
        }
    }
}

/// An approved model call is sent once its caller has come again, who brings what is sent; or this is why it is not.
async fn not_called_for(plane: &Plane, domain: &DomainName, permit: &Permit) -> Option<Settle> {
    let (ward, action) = (plane.ward(domain).ok()?, permit.action());
    let contract = plane.contracts.get(&ward.view.action(action)?.terms.digest)?;
    contract.tool(permit.tool())?.model.as_ref()?;
    let (withheld, why) = llm::caller(plane, ward, action).await.err()?;
    let exchange = Exchange { withheld, ..Exchange::default() };
    Some(Settle { exchange, ..failed(action, format!("not sent: {why}")) })
}

/// Carries one action out and reports what became of it. Taking the permit by value spends it.
async fn execute(plane: &Plane, domain: &DomainName, permit: Permit) {
    let Ok(ward) = plane.ward(domain) else { return };
    let action = permit.action();
    let terms = ward.view.action(action).map(|card| Arc::clone(&card.terms));
    let contract = terms.as_ref().and_then(|terms| plane.contracts.get(&terms.digest));
    let Some(contract) = contract else {
        let note = "the contract version of the run is not loaded, so nothing was sent".to_owned();
        settle(plane, domain, failed(action, note)).await;
        return;
    };
    let tool = permit.tool();
    let params = permit.params().value();
    // The start is durable before a byte leaves, so that what is in flight is known exactly.
    let started = match ward.domain.submit(Command::Start { action }).await {
        Ok(records) => records.first().map_or_else(clock::now, |record| record.at),
        Err(fault) => {
            settle(plane, domain, withheld(action, &fault)).await;
            return;
        }
    };
    // Looked at last: committing the start may have taken a slow disk any time.
    if plane.latch.is_set() {
        let exchange = Exchange { withheld: Some(Reason::Stopped), ..Exchange::default() };
        let unsent = failed(action, "not sent: it is stopped on its machine".to_owned());
        settle(plane, domain, Settle { exchange, ..unsent }).await;
        return;
    }
    if let Some(model) = contract.tool(tool).and_then(|tool| tool.model.as_ref()) {
        let carried = llm::carry(plane, (ward, &contract), (model, &permit)).await;
        let (settled, delivery) = carried;
        if settle(plane, domain, settled).await.is_some() {
            delivery.deliver().await;
        }
        return;
    }
    let ending = match prepare(plane, &contract, &permit, started) {
        Ok((upstream, call)) => {
            let may_go_on = || may_go_on(plane, ward, action);
            tokio::select! {
                ending = upstream::again::call(&plane.clients, &upstream, &call, may_go_on) => ending,
                // A switch has cut it off, and said what became of it.
                () = ward.view.cut_off(action) => return,
            }
        }
        Err(note) => Settlement::Failed { note }.into(),
    };
    let ended = contract.settle(action, (tool, &params), ending, clock::now());
    let key = (contract.terms().digest, tool.clone(), permit.params().digest());
    // What people are asked about is never answered from memory: they want to know how it is now.
    let for_people = ward.view.action(action).is_none_or(|card| card.is_for_people());
    let ended = if for_people || !contract.remembers(tool) {
        ended
    } else {
        contract.or_last_good(ended, tool, plane.last_good.get(&key), clock::now())
    };
    let good = last_good(&ended).filter(|_| contract.remembers(tool));
    if let (Some(observed_at), Some((action, result))) = (settle(plane, domain, ended).await, good) {
        plane.last_good.keep(key, LastGood { action, observed_at, result });
    }
}

/// A result that the tool itself has just given.
fn last_good(ended: &Settle) -> Option<(ActionId, CanonicalJson)> {
    match (&ended.settlement, &ended.exchange.stale) {
        (Settlement::Succeeded { result }, None) => Some((ended.action, result.clone())),
        (Settlement::Succeeded { .. } | Settlement::Failed { .. } | Settlement::InDoubt { .. }, _) => None,
    }
}

/// Whether a call may be sent once more: a stop, the end of the run or of the control plane ends that.
fn may_go_on(plane: &Plane, ward: &Ward, action: ActionId) -> Result<(), String> {
    if plane.stop.is_cancelled() {
        return Err("the control plane is shutting down".to_owned());
    }
    if plane.latch.is_set() {
        return Err("it is stopped on its machine".to_owned());
    }
    ward.view
        .read(|inner| inner.state.may_send_again(action, clock::now()))
        .map_err(|refusal| refusal.to_string())
}

/// Sends an action in doubt again. Only its success ends the doubt: what was sent before may have happened, or may
/// yet happen, also where this sending finds nobody or is refused.
async fn resend(plane: &Plane, domain: &DomainName, action: ActionId, resent: &Record) {
    let Ok(ward) = plane.ward(domain) else { return };
    let Some(card) = ward.view.action(action) else { return };
    let Some(permit) = card.decision_fact().and_then(|first| effects::again(first, &card, resent)) else {
        tracing::error!(%action, "nothing that was committed lets it be sent again");
        return;
    };
    let Some(contract) = plane.contracts.get(&card.terms.digest) else { return };
    if plane.latch.is_set() {
        return tracing::info!(%action, "stopped on this machine: it is not sent again and is still in doubt");
    }
    let ending = match prepare(plane, &contract, &permit, resent.at) {
        Ok((upstream, call)) => upstream::once(&plane.clients, &upstream, &call, call.timeout).await,
        Err(note) => return tracing::warn!(%action, note, "it could not be sent again"),
    };
    match &ending.settlement {
        Settlement::Succeeded { .. } => {}
        // That nobody was there this time, or that the tool refuses it now, says nothing about what is still on its
        // way or was done before: only a question that is asked late enough does, or people.
        Settlement::Failed { note } | Settlement::InDoubt { note } => {
            return tracing::info!(%action, note, "it was sent again and is still in doubt");
        }
    }
    let params = permit.params().value();
    let ending = contract.settle(action, (permit.tool(), &params), ending, clock::now());
    settle(plane, domain, ending).await;
}

/// The request of a call that is sent at this moment, the first time or again.
fn prepare(
    plane: &Plane,
    contract: &remit_contract::CompiledContract,
    permit: &Permit,
    sent: Timestamp,
) -> Result<(Arc<upstream::Upstream>, ToolCall), String> {
    let name = permit.tool();
    let tool = contract.tool(name).ok_or_else(|| format!("`{name}` has no tooling"))?;
    let request = contract.request(name, &permit.params().value()).map_err(|objection| objection.detail)?;
    let upstream = plane
        .upstreams
        .get(contract.terms().digest, &tool.upstream)
        .ok_or_else(|| format!("upstream `{}` is not resolved", tool.upstream))?;
    let terms = contract.terms().tools.get(name);
    let unknown = terms.and_then(|terms| terms.unknown.as_ref());
    let deadline = unknown.map(|it| sent.plus_ms(it.timeout_ms).plus_ms(it.lands_within_ms));
    if deadline.is_some_and(|deadline| deadline <= clock::now()) {
        return Err("nothing was sent: by now it could take effect later than it may".to_owned());
    }
    let call = ToolCall {
        request,
        timeout: Duration::from_millis(tool.timeout_ms),
        key: tool.idempotency_header.clone().map(|header| (header, key(permit.action()))),
        max_result: usize::try_from(tool.calling.max_result).unwrap_or(usize::MAX),
        retry: tool.calling.retry,
        deadline,
        // A tool that only undoes has no level of its own, and an effect.
        has_effect: terms.is_none_or(|terms| terms.level.is_none_or(remit_core::Level::has_effect)),
    };
    Ok((upstream, call))
}

/// The key that a tool knows a call by: the action's own name, so that it is the same for good.
pub(crate) fn key(action: ActionId) -> String {
    action.to_string()
}

fn failed(action: ActionId, note: String) -> Settle {
    Settle {
        action,
        settlement: Settlement::Failed { note },
        cost: Money::ZERO,
        evidence: Vec::new(),
        undo: None,
        exchange: Exchange::default(),
        tokens: 0,
    }
}

/// Admitted, and not sent: with the reason, where that is one which decisions give, too.
fn withheld(action: ActionId, fault: &Fault) -> Settle {
    let reason = match fault {
        Fault::Refused(Refusal::Withheld { reason, .. }) => Some(*reason),
        Fault::Refused(_) | Fault::Failed { .. } | Fault::Closed => None,
    };
    let exchange = Exchange { withheld: reason, ..Exchange::default() };
    Settle { exchange, ..failed(action, format!("not sent: {fault}")) }
}

/// Records an outcome; `None` when that failed, else when it was.
async fn settle(plane: &Plane, domain: &DomainName, settle: Settle) -> Option<Timestamp> {
    let action = settle.action;
    plane.metrics.settled(&settle.settlement);
    let ward = plane.ward(domain).ok()?;
    match ward.domain.submit(Command::Settle(Box::new(settle))).await {
        Ok(records) => records.first().map(|record| record.at),
        Err(Fault::Refused(_)) if ward.view.read(|inner| inner.has_ended(action)) => None,
        Err(fault) => {
            // The admit is in the journal: the next start finds the action open and puts it in doubt.
            tracing::error!(%action, %fault, "the outcome could not be recorded");
            None
        }
    }
}

/// Waits for an action's end; a failed journal ends the waiting, since no end can be recorded any more.
pub(crate) async fn ended(ward: &Ward, action: ActionId) {
    tokio::select! {
        () = ward.view.ended(action) => {}
        _ = ward.domain.health().failure() => {}
    }
}
