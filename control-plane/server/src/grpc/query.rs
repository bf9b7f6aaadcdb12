//! Lists of what is open or recent, and whom a short name means. Identities are picked first, and only the
//! rows that are sent are made.

use std::sync::Arc;

use remit_core::{
    ActionId, EscalationId, RunId,
    escalation::{Escalation, EscalationStatus},
};
use remit_filter::Filter;
use remit_proto::v1 as pb;

use super::{filter, practice, sharing, wire};
use crate::{
    error::Error,
    plane::Plane,
    view::{ActionCard, View},
};

/// Rows of a list when the request does not say, and at most: clients take 4 MiB.
const DEFAULT_ROWS: u32 = 100;
const MOST_ROWS: u32 = 1_000;

fn rows(limit: u32) -> usize {
    let limit = if limit == 0 { DEFAULT_ROWS } else { limit.min(MOST_ROWS) };
    usize::try_from(limit).unwrap_or(usize::MAX)
}

/// What a list is made of, and where each is.
type Found<Id> = Vec<(Id, Arc<View>)>;

/// The newest of what was found (identities are ordered by time), newest first.
fn newest<Id: Ord>(mut found: Found<Id>, limit: usize) -> Found<Id> {
    found.sort_by(|(a, _), (b, _)| b.cmp(a));
    found.truncate(limit);
    found
}

pub(super) fn runs(plane: &Plane, request: &pb::ListRunsRequest) -> pb::ListRunsResponse {
    let mut found: Found<RunId> = Vec::new();
    for view in plane.views(true) {
        view.read(|inner| {
            let wanted = inner.runs.values().filter(|card| {
                (request.service.is_empty() || card.service.as_str() == request.service)
                    && (!request.open_only || card.is_open())
            });
            found.extend(wanted.map(|card| (card.id, Arc::clone(&view))));
        });
    }
    let rows = newest(found, rows(request.limit))
        .into_iter()
        .filter_map(|(id, view)| view.read(|inner| inner.runs.get(&id).map(|card| wire::run(card, inner))));
    pb::ListRunsResponse { runs: rows.collect() }
}

pub(super) fn actions(
    plane: &Plane,
    request: &pb::ListActionsRequest,
) -> Result<pb::ListActionsResponse, Error> {
    let run: Option<RunId> = match request.run.as_str() {
        "" => None,
        text => Some(run_id(plane, text)?),
    };
    let filter: Filter<pb::Action> = filter::read(&request.filter)?;
    let is_asked_for = |card: &ActionCard| {
        run.is_none_or(|run| card.action.run == run)
            && (request.service.is_empty() || card.terms.service.as_str() == request.service)
            && (request.status == 0 || i32::from(wire::status(card.action.status)) == request.status)
    };
    let mut found: Found<ActionId> = Vec::new();
    for view in plane.views(true) {
        let cards: Vec<Arc<ActionCard>> =
            view.read(|inner| inner.actions.values().filter(|card| is_asked_for(card)).cloned().collect());
        // A filter may be slow, and what decides waits for whoever reads: it is asked outside.
        let wanted = cards.iter().filter(|card| {
            filter.is_empty() || filter::shows(&filter, &mut wire::whole_action(card), || None)
        });
        found.extend(wanted.map(|card| (card.action.id, Arc::clone(&view))));
    }
    let rows = newest(found, rows(request.limit))
        .into_iter()
        .filter_map(|(id, view)| view.read(|inner| inner.card(id).map(wire::action)));
    let mut actions: Vec<pb::Action> = rows.collect();
    wire::fit(actions.iter_mut().map(|row| &mut row.params_json));
    Ok(pb::ListActionsResponse { actions })
}

/// What is pending, and if wanted the newest of what is not any more; oldest first.
pub(super) fn escalations(
    plane: &Plane,
    request: &pb::ListEscalationsRequest,
) -> Result<Vec<pb::Escalation>, Error> {
    let filter: Filter<pb::Escalation> = filter::read(&request.filter)?;
    let mut found: Found<EscalationId> = Vec::new();
    let mut closed: Found<EscalationId> = Vec::new();
    for view in plane.views(request.pending_only) {
        let known: Vec<(EscalationId, bool)> = view.read(|inner| {
            let all = inner.state.escalations.values();
            let status = all.map(|it| (it.question.id, it.status == EscalationStatus::Pending));
            status.filter(|(_, pending)| *pending || !request.pending_only).collect()
        });
        for (id, pending) in known {
            if lets_through(&filter, &view, id) {
                let into = if pending { &mut found } else { &mut closed };
                into.push((id, Arc::clone(&view)));
            }
        }
    }
    if !request.pending_only {
        found.extend(newest(closed, rows(MOST_ROWS)));
    }
    found.sort_by_key(|(id, _)| *id);
    let rows = found.into_iter().filter_map(|(id, view)| {
        view.read(|inner| inner.state.escalations.get(&id).map(|known| wire::escalation(known, inner)))
    });
    let mut rows: Vec<pb::Escalation> = rows.collect();
    sharing::put(plane, &mut rows);
    practice::mark(plane, &mut rows);
    wire::fit(rows.iter_mut().map(|row| &mut row.params_json));
    Ok(rows)
}

/// A filter may be slow, and what decides waits for whoever reads: the row is made inside, and judged outside.
fn lets_through(filter: &Filter<pb::Escalation>, view: &View, id: EscalationId) -> bool {
    if filter.is_empty() {
        return true;
    }
    let row = view.read(|inner| {
        let known: &Escalation = inner.state.escalations.get(&id)?;
        Some(wire::whole_escalation(known, inner))
    });
    row.is_some_and(|mut row| filter::shows(filter, &mut row, || None))
}

/// Finds an escalation by its id, a suffix of it that is unique, or its action.
pub(super) fn escalation(plane: &Plane, text: &str) -> Result<(Arc<View>, EscalationId), Error> {
    let mut found = Vec::new();
    for view in plane.views(false) {
        view.read(|inner| {
            let known = inner.state.escalations.values();
            let named = known.filter(|known| {
                matches(&known.question.id.to_string(), text) || matches(&known.action.to_string(), text)
            });
            found.extend(named.map(|known| (Arc::clone(&view), known.question.id)));
        });
    }
    unique(found, "escalation", text)
}

/// True for the whole id, and for its last four characters or more.
pub(super) fn matches(id: &str, text: &str) -> bool {
    id == text || (text.len() >= 4 && !text.contains('_') && id.ends_with(text))
}

pub(super) fn unique<T>(mut found: Vec<T>, what: &str, text: &str) -> Result<T, Error> {
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
    for view in plane.views(false) {
        view.read(|inner| {
            let named =
                inner.runs.values().filter(|card| matches(&card.id.to_string(), text) || card.name == text);
            found.extend(named.map(|card| card.id));
        });
    }
    unique(found, "run", text)
}

pub(super) fn action_id(plane: &Plane, text: &str) -> Result<ActionId, Error> {
    if let Ok(id) = text.parse() {
        return Ok(id);
    }
    let mut found = Vec::new();
    for view in plane.views(false) {
        view.read(|inner| {
            found.extend(inner.actions.keys().filter(|id| matches(&id.to_string(), text)).copied());
        });
    }
    unique(found, "action", text)
}
