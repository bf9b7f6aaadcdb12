//! What the control plane does by itself about actions in doubt: sends them again, or asks their tool.

use std::sync::Arc;

use futures::future::join_all;
use remit_core::{
    ActionId, Command, DomainName,
    command::{AskAbout, Learn},
    event::Settlement,
    state::Due,
};

use crate::{
    clock,
    domain::Fault,
    ids,
    plane::{Plane, Ward},
    runner,
};

/// Doubts of a domain that are looked after at one tick: a tool that was down is not met with all at once.
const AT_A_TIME: usize = 32;

/// Does what is due in one domain.
pub(crate) async fn tend(plane: &Arc<Plane>, ward: &Ward) {
    if ward.domain.health().failed().is_some() {
        return;
    }
    let now = clock::now();
    let mut due =
        ward.view.read(|inner| if inner.state.doubts.is_empty() { Vec::new() } else { inner.state.due(now) });
    // From another place each time: one that comes to nothing does not stand in the way of the others.
    let from = usize::try_from(now.as_micros().unsigned_abs()).unwrap_or(0).checked_rem(due.len());
    due.rotate_left(from.unwrap_or(0));
    let tended = due.into_iter().take(AT_A_TIME).map(async |due| match due {
        Due::Resend(action) => again(ward, action).await,
        Due::Ask(target) => {
            let (shared, domain) = (Arc::clone(plane), ward.domain.name().clone());
            plane.working.spawn(async move { ask(&shared, &domain, target).await });
        }
    });
    join_all(tended).await;
}

/// Once the fact is committed, the runner sends it.
async fn again(ward: &Ward, action: ActionId) {
    match ward.domain.submit(Command::Resend { action }).await {
        // Things have moved since the look: the core has the last word.
        Ok(_) | Err(Fault::Refused(_)) => {}
        Err(fault) => tracing::error!(%action, %fault, "it could not be sent again"),
    }
}

/// Asks the tool what became of an action; an answer that says neither leaves it to the next time, and in the end
/// to people.
async fn ask(plane: &Plane, domain: &DomainName, target: ActionId) {
    if let Err(why) = asked(plane, domain, target).await {
        tracing::info!(action = %target, why, "it is not known what became of it");
    }
}

async fn asked(plane: &Plane, domain: &DomainName, target: ActionId) -> Result<(), String> {
    let ward = plane.ward(domain).map_err(|error| error.to_string())?;
    let card = ward.view.action(target).ok_or("it is not known here")?;
    let contract = plane.contracts.get(&card.terms.digest);
    let contract = contract.ok_or("the contract version of the run is not loaded")?;
    let (tool, fact) = (&card.action.tool, card.decision_fact().ok_or("it has no decision")?);
    let params = fact.proposal.params.value();
    let question = contract.question(tool, &params, &runner::key(target));
    let (asks, with) = question.ok_or("the call does not hold what the question needs")?;
    let by = ids::action();
    let command = AskAbout { target, tool: asks.clone(), params: with, action: by };
    let submitted = ward.domain.submit(Command::AskAbout(Box::new(command))).await;
    submitted.map_err(|fault| fault.to_string())?;
    runner::ended(ward, by).await;
    let read = ward.view.action(by).ok_or("the question is not known any more")?;
    let answer = read.result().ok_or_else(|| read.note().unwrap_or("it was not answered").to_owned())?;
    let settlement = match contract.answered(tool, &answer.value())? {
        Some(result) => Settlement::Succeeded { result },
        None => Settlement::Failed { note: format!("did not happen: `{asks}` does not know it") },
    };
    plane.metrics.settled(&settlement);
    // How long it can be undone counts from when it may have happened.
    let since = card.action.trail.doubted_at.unwrap_or_else(clock::now);
    let settle = contract.settle(target, (tool, &params), settlement.into(), since);
    let learned = ward.domain.submit(Command::Learn(Box::new(Learn { by, settle }))).await;
    learned.map(drop).map_err(|fault| fault.to_string())
}
