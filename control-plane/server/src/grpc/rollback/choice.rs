//! What a person asks to be undone, as the actions that it chooses. Memory holds every effect that can still be undone;
//! what has left it can not, and is named.

use std::{collections::BTreeMap, sync::Arc};

use remit_core::{
    ActionId, ActionStatus, CanonicalJson, Event, Level, Refusal, Timestamp,
    command::Asked,
    rollback::{LeftOut, Selection},
    state::{Action, Retention, Run},
    switch::{Place, Scope},
};
use remit_proto::v1 as pb;

use super::{query, wire};
use crate::{
    error::Error,
    plane::{Plane, Ward},
    view::Inner,
};

/// Runs without memory that are named at most.
const MOST_NAMED: usize = 50;

pub(super) async fn choose(plane: &Plane, request: pb::PlanRollbackRequest) -> Result<(&Ward, Asked), Error> {
    let (ward, scope, actions) = whose(plane, &request)?;
    let mut selection = Selection {
        scope,
        since: request.since.as_ref().map(|at| moment(at, "since")).transpose()?,
        until: request.until.as_ref().map(|at| moment(at, "until")).transpose()?,
        tool: Some(request.tool).filter(|tool| !tool.is_empty()).map(|tool| tool.as_str().into()),
        params: values(request.params)?,
        actions,
    };
    let bounded = matches!(selection.scope, Scope::Run(_)) || !selection.actions.is_empty();
    if !bounded && selection.since.is_none() {
        return Err(Error::Invalid(format!(
            "since when shall everything in `{}` be undone? Say it, for instance `--since 5m`",
            selection.scope
        )));
    }
    if selection.whole_run().is_some() {
        return Ok((ward, selection.into()));
    }
    // A stored choice says in full what it was made of.
    selection.actions.sort_unstable();
    let (found, left_out) =
        ward.view.read(|inner| (candidates(inner, &selection), left_out(inner, &selection)));
    let targets = match selection.params.is_empty() {
        true => found,
        false => matching(plane, ward, &selection, found).await?,
    };
    Ok((ward, Asked { selection, targets, left_out }))
}

/// The domain that is meant, the scope in it, and single actions.
fn whose<'a>(
    plane: &'a Plane,
    request: &pb::PlanRollbackRequest,
) -> Result<(&'a Ward, Scope, Vec<ActionId>), Error> {
    let said = [!request.run.is_empty(), !request.scope.is_empty(), !request.actions.is_empty()];
    if said.iter().filter(|said| **said).count() != 1 {
        return Err(Error::Invalid("name a run, actions, or a scope to undo: one of them".to_owned()));
    }
    if !request.run.is_empty() {
        let run = query::run_id(plane, &request.run)?;
        return Ok((plane.run_ward(run)?, Scope::Run(run), Vec::new()));
    }
    if !request.actions.is_empty() {
        let ids = request.actions.iter().map(|text| query::action_id(plane, text));
        let ids: Vec<ActionId> = ids.collect::<Result<_, _>>()?;
        let mut ward: Option<&Ward> = None;
        for id in &ids {
            let home = plane.action_ward(*id)?;
            if ward.is_some_and(|ward| ward.domain.name() != home.domain.name()) {
                let text = "the actions are of several domains: plan those of each domain by themselves";
                return Err(Error::Invalid(text.to_owned()));
            }
            if !home.view.read(|inner| inner.state.actions.contains_key(id)) {
                return Err(Refusal::Conflict(format!(
                    "{id} has left memory: its run has ended and every window has passed, so nothing of it can be undone"
                ))
                .into());
            }
            ward = Some(home);
        }
        let ward = ward.ok_or_else(|| Error::Invalid("no action was named".to_owned()))?;
        return Ok((ward, Scope::Domain(ward.domain.name().clone()), ids));
    }
    let scope: Scope = wire::parse(&request.scope, "scope")?;
    let ward = match &scope {
        Scope::All => {
            let text = "a plan is about one domain: name it as `domain:D`, or a service as `service:S`";
            return Err(Error::Invalid(text.to_owned()));
        }
        Scope::Domain(domain) => plane.ward(domain)?,
        Scope::Service(service) | Scope::Tool(service, _) => plane.service_ward(service)?,
        Scope::Run(run) => plane.run_ward(*run)?,
    };
    Ok((ward, scope, Vec::new()))
}

fn candidates(inner: &Inner, selection: &Selection) -> Vec<ActionId> {
    let state = &inner.state;
    let chosen = |action: &&Arc<Action>| {
        let exists = !matches!(
            action.status,
            ActionStatus::Proposed | ActionStatus::Denied | ActionStatus::Lapsed | ActionStatus::Failed
        );
        exists && state.runs.get(&action.run).is_some_and(|run| selection.covers(action, run, state))
    };
    state.actions.values().filter(chosen).map(|action| action.id).collect()
}

/// Of these, the calls with the values that are named: from their cards, or where memory has let those go, from the
/// journal.
async fn matching(
    plane: &Plane,
    ward: &Ward,
    selection: &Selection,
    found: Vec<ActionId>,
) -> Result<Vec<ActionId>, Error> {
    let mut chosen = Vec::new();
    for id in found {
        let card = ward.view.action(id);
        let params = card.as_ref().and_then(|card| card.decision_fact()).map(|it| it.proposal.params.clone());
        let params = match params {
            Some(params) => Some(params),
            None => recorded(plane, ward, id).await?,
        };
        if params.is_some_and(|params| selection.matches(&params)) {
            chosen.push(id);
        }
    }
    Ok(chosen)
}

async fn recorded(plane: &Plane, ward: &Ward, id: ActionId) -> Result<Option<CanonicalJson>, Error> {
    let (journal, domain) = (plane.journal.clone(), ward.domain.name().clone());
    let records = tokio::task::spawn_blocking(move || journal.by_action(&domain, id));
    let records = records.await.map_err(|error| Error::Unavailable(error.to_string()))??;
    Ok(records.iter().find_map(|record| {
        let Event::ActionDecided(decided) = &record.event else { return None };
        (decided.proposal.action == id).then(|| decided.proposal.params.clone())
    }))
}

/// Runs of that time that did something and whose actions have left memory: nothing of them can be undone any more.
fn left_out(inner: &Inner, selection: &Selection) -> Vec<LeftOut> {
    let domain = &inner.state.domain;
    let gone = inner.state.runs.values().filter(|run| run.retention == Retention::Retired);
    let met = gone.filter(|run| {
        let tool = if let Scope::Tool(_, tool) = &selection.scope { Some(tool) } else { None };
        let place = Place { domain, service: &run.terms.service, tool, run: Some(run.id) };
        let ended = run.ended_at.unwrap_or(run.started_at);
        selection.actions.is_empty()
            && selection.scope.covers(place)
            && did_something(run)
            && selection.since.is_none_or(|since| since <= ended)
            && selection.until.is_none_or(|until| run.started_at < until)
    });
    let why = "what it did can be undone no more: the time for that is over, or it was never given";
    let mut left: Vec<LeftOut> = met
        .map(|run| LeftOut { run: run.id, why: why.to_owned() })
        .take(MOST_NAMED.saturating_add(1))
        .collect();
    if MOST_NAMED < left.len() {
        left.truncate(MOST_NAMED);
        if let Some(last) = left.last_mut() {
            last.why = format!("{why}; the same holds of others, `remit export` has all of them");
        }
    }
    left
}

/// True when a call that has an effect was let go in it, or held.
fn did_something(run: &Run) -> bool {
    let level = |tool| run.terms.tools.get(tool).and_then(|tool| tool.level);
    run.tool_calls.keys().any(|tool| level(tool).is_some_and(Level::has_effect))
}

fn moment(at: &prost_types::Timestamp, what: &str) -> Result<Timestamp, Error> {
    let micros = at.seconds.checked_mul(1_000_000).and_then(|it| it.checked_add(i64::from(at.nanos) / 1_000));
    micros.map(Timestamp::from_micros).ok_or_else(|| Error::Invalid(format!("`{what}` is no moment")))
}

fn values(
    params: std::collections::HashMap<String, String>,
) -> Result<BTreeMap<String, CanonicalJson>, Error> {
    let read = |(at, text): (String, String)| {
        if !at.starts_with('/') {
            return Err(Error::Invalid(format!("`{at}` is no JSON pointer: write `/customer_id`")));
        }
        let value = CanonicalJson::parse(&text);
        let (value, _) =
            value.map_err(|error| Error::Invalid(format!("the value at `{at}` is no JSON: {error}")))?;
        Ok((at, value))
    };
    params.into_iter().map(read).collect()
}

/// A choice in words.
pub(super) fn words(selection: &Selection) -> String {
    let mut words = match selection.actions.len() {
        0 => selection.scope.to_string(),
        1 => "one action".to_owned(),
        more => format!("{more} actions"),
    };
    let mut say = |part: String| {
        words.push(' ');
        words.push_str(&part);
    };
    if let Some(since) = selection.since {
        say(format!("since {since}"));
    }
    if let Some(until) = selection.until {
        say(format!("until {until}"));
    }
    if let Some(tool) = &selection.tool {
        say(format!("by {tool}"));
    }
    for (at, is) in &selection.params {
        say(format!("where params:{at} = {}", is.as_str()));
    }
    words
}
