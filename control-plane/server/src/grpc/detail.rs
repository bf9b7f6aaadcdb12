//! Details of one action and one run. What has left memory is folded again from the run's records.

use std::sync::Arc;

use remit_core::{
    ActionId, ActionStatus, Assertion, CanonicalJson, Event, RunId, ToolName, event::ActionDecided,
    proposal::Mode,
};
use remit_journal::Record;
use remit_proto::v1 as pb;

use super::{outlook, practice, query, state, trace, wire};
use crate::{
    clock,
    contracts::Contracts,
    error::Error,
    plane::Plane,
    practice::Stage,
    recall,
    view::{ActionCard, Inner, View},
};

/// Largest text of one result that is sent.
const MOST_CONTENT: usize = 64 * 1024;

/// Most actions and most records of a run that are sent; the newest.
const MOST_OF_RUN: usize = 1_000;

pub(super) async fn action(plane: &Arc<Plane>, text: &str) -> Result<pb::ActionDetail, Error> {
    let id = query::action_id(plane, text)?;
    if let Some(stage) = plane.practice.playing(id) {
        return practised(plane, &stage, id);
    }
    if let Ok(ward) = plane.action_ward(id) {
        let detail = ward.view.read(|inner| {
            let card = inner.actions.get(&id).filter(|card| is_whole(card, inner))?;
            let found = detail(card, inner, &plane.contracts)?;
            let asked =
                card.action.escalation.and_then(|asked| outlook::of(inner, asked, (inner, clock::now())));
            Some(pb::ActionDetail { outlook: asked, ..found })
        });
        if let Some(detail) = detail {
            let prompt = plane.shown.of(id).unwrap_or_default();
            return Ok(pb::ActionDetail { prompt, ..detail });
        }
    }
    let past = recall::past(plane, id).await?;
    let detail = past.and_then(|(_, past)| detail(past.actions.get(&id)?, &past, &plane.contracts));
    detail.ok_or_else(|| Error::NotFound(format!("there is no action `{id}` here")))
}

/// An action that was played on the stage of a practice question: told as others are, with what became of the real
/// ones like it.
fn practised(plane: &Plane, stage: &Stage, id: ActionId) -> Result<pb::ActionDetail, Error> {
    let ward = plane.ward(&stage.asked.domain)?;
    let detail = stage.view.read(|inner| {
        let card = inner.actions.get(&id)?;
        let found = detail(card, inner, &plane.contracts)?;
        let outlook = card
            .action
            .escalation
            .and_then(|asked| ward.view.read(|real| outlook::of(inner, asked, (real, clock::now()))));
        Some(pb::ActionDetail { outlook, ..found })
    });
    let mut detail = detail.ok_or_else(|| Error::NotFound(format!("there is no action `{id}` here")))?;
    practice::mark(plane, &mut detail.escalation);
    Ok(detail)
}

pub(super) async fn run(plane: &Arc<Plane>, text: &str) -> Result<pb::RunDetail, Error> {
    let id = query::run_id(plane, text)?;
    if let Some(stage) = plane.practice.running(id)
        && let Some(detail) = of_run(&stage.view, id, &stage.records())
    {
        return Ok(detail);
    }
    blocking(plane, move |plane| {
        for ward in plane.business() {
            let records = plane.journal.by_run(ward.domain.name(), id)?;
            if let Some(detail) = of_run(&ward.view, id, &records) {
                return Ok(detail);
            }
        }
        Err(Error::NotFound(format!("there is no run `{id}` here")))
    })
    .await
}

/// The journal waits for the disk: not where others wait too.
async fn blocking<T: Send + 'static>(
    plane: &Arc<Plane>,
    look: impl FnOnce(&Plane) -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    let plane = Arc::clone(plane);
    let looked = tokio::task::spawn_blocking(move || look(&plane)).await;
    looked.map_err(|error| Error::Unavailable(error.to_string()))?
}

/// A run from its records alone: it looks the same while it is open and years later.
fn of_run(view: &View, id: RunId, records: &[Arc<Record>]) -> Option<pb::RunDetail> {
    let past = view.recall(records);
    let card = past.runs.get(&id)?;
    let actions = newest(&card.actions).iter().filter_map(|id| past.card(*id));
    let mut detail = pb::RunDetail {
        run: Some(wire::run(card, &past)),
        actions: actions.map(wire::action).collect(),
        timeline: newest(records).iter().map(|record| trace::record(record, &past)).collect(),
        request_json: records.iter().find_map(|record| asked_for(&record.event)).unwrap_or_default(),
    };
    wire::fit(detail.actions.iter_mut().rev().map(|row| &mut row.params_json));
    wire::fit(detail.timeline.iter_mut().rev().map(|row| &mut row.params_json));
    Some(detail)
}

/// What the run was started for.
fn asked_for(event: &Event) -> Option<String> {
    let Event::RunStarted { declared, .. } = event else { return None };
    declared.request.as_ref().map(|request| request.as_str().to_owned())
}

fn newest<T>(all: &[T]) -> &[T] {
    all.get(all.len().saturating_sub(MOST_OF_RUN)..).unwrap_or_default()
}

/// True when memory still has everything that the detail of an action shows.
fn is_whole(card: &ActionCard, inner: &Inner) -> bool {
    card.evidence().iter().all(|used| inner.actions.contains_key(&used.action))
        && card.action.escalation.is_none_or(|asked| inner.state.escalations.contains_key(&asked))
}

fn content(result: &CanonicalJson) -> String {
    let text = result.as_str();
    if text.len() <= MOST_CONTENT { text.to_owned() } else { String::new() }
}

fn detail(card: &ActionCard, inner: &Inner, contracts: &Contracts) -> Option<pb::ActionDetail> {
    let fact: &ActionDecided = card.decision_fact()?;
    let decided_at = card.decided_at();
    let source = |action: &ActionId| inner.card(*action);
    let contract = contracts.get(&card.terms.digest);
    let upstream = |tool: &ToolName| {
        contract.as_ref().and_then(|it| it.tool(tool)).map(|tool| tool.upstream.clone()).unwrap_or_default()
    };
    let tool = &card.action.tool;
    let evidence = card.evidence().iter().map(|used| pb::EvidenceItem {
        item: used.item.to_string(),
        source: source(&used.action).map(|card| card.action.tool.to_string()).unwrap_or_default(),
        action: used.action.to_string(),
        observed_at: Some(wire::time(used.observed_at)),
        digest: used.digest.to_string(),
        age_ms: decided_at.since_ms(used.dated()),
        fresh_for_ms: used.fresh_for_ms.unwrap_or(0),
        content_json: source(&used.action).and_then(ActionCard::result).map(content).unwrap_or_default(),
        upstream: source(&used.action).map(|card| upstream(&card.action.tool)).unwrap_or_default(),
        as_of: used.as_of.map(wire::time),
        relied_on_by: contract.as_ref().map(|it| it.reliance(tool, &used.item)).unwrap_or_default(),
    });
    let doubtful = card.action.status == ActionStatus::InDoubt;
    let resolved = card.outcome().and_then(|settled| settled.resolved.as_ref());
    let escalation = card.action.escalation.and_then(|id| inner.state.escalations.get(&id));
    Some(pb::ActionDetail {
        action: Some(wire::whole_action(card)),
        decision: card.decision().map(wire::decision),
        evidence: evidence.collect(),
        result_json: card.result().map(content).unwrap_or_default(),
        settlement_note: card.note().unwrap_or_default().to_owned(),
        settled_at: card.settled.as_ref().map(|record| wire::time(record.at)),
        undo: card.terms.tools.get(&card.action.tool).map(state::undo).unwrap_or_default(),
        contract_version: card.terms.version.clone(),
        contract_digest: card.terms.digest.to_string(),
        reserved_micros: fact.hold.as_micros(),
        reserved_tokens: fact.assessment.most.map(|most| most.tokens).unwrap_or_default(),
        tokens: card.outcome().map(|settled| settled.tokens).unwrap_or_default(),
        escalation: escalation.map(|known| wire::whole_escalation(known, inner)),
        seq: card.decided.seq,
        settled_seq: card.settled.as_ref().map_or(0, |record| record.seq),
        result_digest: card.result().map(|result| result.digest().to_string()).unwrap_or_default(),
        upstream: upstream(tool),
        assertions: fact.proposal.asserted.iter().map(said).collect(),
        resolved: resolved.map(trace::resolved_text).unwrap_or_default(),
        statements: card.action.trail.said.iter().map(wire::statement).collect(),
        people_needed: if doubtful { inner.state.people_needed(&card.action) } else { 0 },
        sent: card.action.trail.sent.map_or(0, |sent| sent.times),
        lands_until: inner.state.lands_until(&card.action).filter(|_| doubtful).map(wire::time),
        doubt: if doubtful { about_doubt(card) } else { String::new() },
        // Not of the journal: whoever asks adds it.
        prompt: String::new(),
        outlook: None,
    })
}

/// What the control plane does about a doubt by itself.
fn about_doubt(card: &ActionCard) -> String {
    if card.action.mode == Mode::DecisionOnly {
        return "its caller may still report it".to_owned();
    }
    let terms = card.terms.tools.get(&card.action.tool).and_then(|tool| tool.unknown.as_ref());
    let asks = terms.and_then(|terms| terms.ask.as_ref());
    match (terms.is_some_and(|terms| terms.resend), asks) {
        (true, None) => "sent again under the same key until the tool answers".to_owned(),
        (true, Some(ask)) => {
            format!("sent again under the same key until the tool answers; then `{ask}` is asked")
        }
        (false, Some(ask)) => format!("`{ask}` is asked once it cannot take effect any more"),
        (false, None) => String::new(),
    }
}

fn said(said: &Assertion) -> pb::Assertion {
    pb::Assertion {
        item: said.item.to_string(),
        source_uri: said.source.to_string(),
        content_json: said.content.as_str().to_owned(),
        sha256: said.content.digest().to_string(),
    }
}

#[cfg(test)]
mod tests;
