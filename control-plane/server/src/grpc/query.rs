//! Lists and details. What is open or recent comes from the read model, the rest from the journal.

use std::sync::Arc;

use remit_core::{
    ActionId, CanonicalJson, EscalationId, Event, RunId,
    event::{ActionDecided, Settlement},
};
use remit_proto::v1 as pb;

use super::{state, trace, wire};
use crate::{
    error::Error,
    plane::{Plane, Ward},
    view::{ActionCard, Inner},
};

/// Rows of a list when the request does not say, and at most.
const DEFAULT_ROWS: u32 = 100;
const MOST_ROWS: u32 = 10_000;

/// Largest text of one evidence item that is sent.
const MOST_CONTENT: usize = 64 * 1024;

fn rows(limit: u32) -> usize {
    let limit = if limit == 0 { DEFAULT_ROWS } else { limit.min(MOST_ROWS) };
    usize::try_from(limit).unwrap_or(usize::MAX)
}

pub(super) fn runs(plane: &Plane, request: &pb::ListRunsRequest) -> pb::ListRunsResponse {
    let mut runs: Vec<pb::Run> = Vec::new();
    for ward in plane.business() {
        ward.view.read(|inner| {
            let wanted = inner.runs.values().filter(|card| {
                (request.service.is_empty() || card.service.as_str() == request.service)
                    && (!request.open_only || card.is_open())
            });
            runs.extend(wanted.map(|card| wire::run(card, inner)));
        });
    }
    runs.sort_by(|a, b| b.id.cmp(&a.id));
    runs.truncate(rows(request.limit));
    pb::ListRunsResponse { runs }
}

pub(super) fn actions(
    plane: &Plane,
    request: &pb::ListActionsRequest,
) -> Result<pb::ListActionsResponse, Error> {
    let run: Option<RunId> = match request.run.as_str() {
        "" => None,
        text => Some(run_id(plane, text)?),
    };
    let mut actions: Vec<pb::Action> = Vec::new();
    for ward in plane.business() {
        ward.view.read(|inner| {
            let wanted = inner.actions.values().filter(|card| {
                run.is_none_or(|run| card.action.run == run)
                    && (request.service.is_empty() || card.terms.service.as_str() == request.service)
                    && (request.status == 0 || i32::from(wire::status(card.action.status)) == request.status)
            });
            actions.extend(wanted.map(wire::action));
        });
    }
    actions.sort_by(|a, b| b.id.cmp(&a.id));
    actions.truncate(rows(request.limit));
    Ok(pb::ListActionsResponse { actions })
}

pub(super) fn escalations(plane: &Plane, pending_only: bool) -> Vec<pb::Escalation> {
    let mut all: Vec<pb::Escalation> = Vec::new();
    for ward in plane.business() {
        ward.view.read(|inner| {
            let known = inner.state.escalations.values().filter(|known| {
                !pending_only || known.status == remit_core::escalation::EscalationStatus::Pending
            });
            all.extend(known.map(|known| wire::escalation(known, inner)));
        });
    }
    all.sort_by(|a, b| a.id.cmp(&b.id));
    all
}

/// Finds an escalation by its id, a suffix of it that is unique, or its action.
pub(super) fn escalation_ward<'a>(plane: &'a Plane, text: &str) -> Result<(&'a Ward, EscalationId), Error> {
    let mut found = Vec::new();
    for ward in plane.business() {
        ward.view.read(|inner| {
            let known = inner.state.escalations.values();
            let named = known.filter(|known| {
                matches(&known.question.id.to_string(), text) || matches(&known.action.to_string(), text)
            });
            found.extend(named.map(|known| (ward, known.question.id)));
        });
    }
    unique(found, "escalation", text)
}

/// True for the whole id, and for its last four characters or more.
fn matches(id: &str, text: &str) -> bool {
    id == text || (text.len() >= 4 && !text.contains('_') && id.ends_with(text))
}

fn unique<T>(mut found: Vec<T>, what: &str, text: &str) -> Result<T, Error> {
    match (found.pop(), found.len()) {
        (Some(one), 0) => Ok(one),
        (None, _) => Err(Error::NotFound(format!("there is no {what} `{text}` here"))),
        (Some(_), more) => Err(Error::Invalid(format!(
            "`{text}` names {} of them, give more of the {what}'s id",
            more.saturating_add(1)
        ))),
    }
}

pub(super) fn run_id(plane: &Plane, text: &str) -> Result<RunId, Error> {
    if let Ok(id) = text.parse() {
        return Ok(id);
    }
    let mut found = Vec::new();
    for ward in plane.business() {
        ward.view.read(|inner| {
            let named =
                inner.runs.values().filter(|card| matches(&card.id.to_string(), text) || card.name == text);
            found.extend(named.map(|card| card.id));
        });
    }
    unique(found, "run", text)
}

fn action_id(plane: &Plane, text: &str) -> Result<ActionId, Error> {
    if let Ok(id) = text.parse() {
        return Ok(id);
    }
    let mut found = Vec::new();
    for ward in plane.business() {
        ward.view.read(|inner| {
            found.extend(inner.actions.keys().filter(|id| matches(&id.to_string(), text)).copied());
        });
    }
    unique(found, "action", text)
}

pub(super) fn action(plane: &Plane, text: &str) -> Result<pb::ActionDetail, Error> {
    let id = action_id(plane, text)?;
    let ward = plane.action_ward(id)?;
    let detail = ward.view.read(|inner| inner.actions.get(&id).and_then(|card| detail(card, inner)));
    let mut detail = detail.ok_or_else(|| Error::NotFound(format!("there is no action `{id}` here")))?;
    for item in detail.evidence.iter_mut().filter(|item| item.content_json.is_empty()) {
        if let Ok(source) = item.action.parse() {
            item.content_json = recorded(plane, ward, source)?;
        }
    }
    Ok(detail)
}

/// The result of an action that is not in memory any more.
fn recorded(plane: &Plane, ward: &Ward, action: ActionId) -> Result<String, Error> {
    let records = plane.journal.by_action(ward.domain.name(), action)?;
    for record in &records {
        if let Event::ActionSettled(settled) = &record.event
            && let Settlement::Succeeded { result } = &settled.settlement
        {
            return Ok(content(result));
        }
    }
    Ok(String::new())
}

fn content(result: &CanonicalJson) -> String {
    let text = result.as_str();
    if text.len() <= MOST_CONTENT { text.to_owned() } else { String::new() }
}

fn detail(card: &ActionCard, inner: &Inner) -> Option<pb::ActionDetail> {
    let fact: &ActionDecided = card.decision_fact()?;
    let decided_at = card.released.as_ref().map_or(card.decided.at, |record| record.at);
    let evidence = fact.assessment.evidence.iter().map(|used| pb::EvidenceItem {
        item: used.item.to_string(),
        source: inner
            .actions
            .get(&used.action)
            .map(|source| source.action.tool.to_string())
            .unwrap_or_default(),
        action: used.action.to_string(),
        observed_at: Some(wire::time(used.observed_at)),
        digest: used.digest.to_string(),
        age_ms: decided_at.since_ms(used.observed_at),
        fresh_for_ms: used.fresh_for_ms.unwrap_or(0),
        content_json: inner
            .actions
            .get(&used.action)
            .and_then(ActionCard::result)
            .map(content)
            .unwrap_or_default(),
    });
    let escalation = card.action.escalation.and_then(|id| inner.state.escalations.get(&id));
    Some(pb::ActionDetail {
        action: Some(wire::action(card)),
        decision: card.decision().map(wire::decision),
        evidence: evidence.collect(),
        result_json: card.result().map(content).unwrap_or_default(),
        settlement_note: card.note().unwrap_or_default().to_owned(),
        settled_at: card.settled.as_ref().map(|record| wire::time(record.at)),
        undo: card.terms.tools.get(&card.action.tool).map(state::undo).unwrap_or_default(),
        contract_version: card.terms.version.clone(),
        contract_digest: card.terms.digest.to_string(),
        reserved_micros: fact.hold.as_micros(),
        escalation: escalation.map(|known| wire::escalation(known, inner)),
        seq: card.decided.seq,
    })
}

pub(super) fn run(plane: &Plane, text: &str) -> Result<pb::RunDetail, Error> {
    let id = run_id(plane, text)?;
    let ward = plane.run_ward(id)?;
    let records = plane.journal.by_run(ward.domain.name(), id)?;
    ward.view.read(|inner| {
        let card = inner.runs.get(&id);
        let card = card.ok_or_else(|| Error::NotFound(format!("there is no run `{id}` here")))?;
        Ok(pb::RunDetail {
            run: Some(wire::run(card, inner)),
            actions: card.actions.iter().filter_map(|id| inner.actions.get(id)).map(wire::action).collect(),
            timeline: records.iter().map(|record| trace::record(record, inner)).collect(),
        })
    })
}

pub(super) async fn verify(plane: &Arc<Plane>) -> Result<Vec<pb::DomainVerification>, Error> {
    let plane = Arc::clone(plane);
    let verified = tokio::task::spawn_blocking(move || {
        plane
            .wards
            .keys()
            .map(|name| {
                let verified = plane.journal.verify(name);
                let (events, head) = verified
                    .as_ref()
                    .map_or((0, String::new()), |found| (found.events, hex::encode(found.head)));
                pb::DomainVerification {
                    domain: name.to_string(),
                    events,
                    head,
                    ok: verified.is_ok(),
                    problem: verified.err().map(|error| error.to_string()).unwrap_or_default(),
                }
            })
            .collect()
    });
    verified.await.map_err(|error| Error::Unavailable(error.to_string()))
}
