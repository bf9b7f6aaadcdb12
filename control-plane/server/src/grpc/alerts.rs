//! Alerts that stand, the worst first, and a person's word that they look at one.

use std::{collections::BTreeMap, sync::Arc};

use remit_core::{
    AlertId, Command, DomainName, Person,
    alert::{About, Acknowledgement, Alert, Condition},
    command::Acknowledge,
};
use remit_proto::v1 as pb;

use super::{clauses, query, wire};
use crate::{
    clock,
    error::Error,
    plane::{Plane, Ward},
    practice::{self, Stage},
    view::{Tally, View},
};

/// Most alerts that a picture has; a list has them all.
const PICTURED: usize = 100;

/// What the record of a domain says, made under the lock; the rest is made outside.
type Told = (Vec<Alert>, BTreeMap<AlertId, Acknowledgement>);

fn told(view: &View) -> Told {
    view.read(|inner| (inner.state.alerts(clock::now()), inner.state.acknowledgements.clone()))
}

/// What a practice question says of itself, as a real one does; the rest of its state is the domain's to tell.
fn practised(stage: &Stage) -> Told {
    let (mut alerts, known) = told(&stage.view);
    alerts.retain(|alert| matches!(alert.about, About::Question(..)));
    (alerts, known)
}

/// All that stand: critical before others, what nobody looks at before the rest, the oldest first.
pub(super) fn standing(plane: &Plane) -> Vec<pb::Alert> {
    let mut rows = Vec::new();
    for ward in plane.business() {
        let (alerts, known) = told(&ward.view);
        rows.extend(alerts.iter().map(|alert| row(alert, known.get(&alert.id()))));
        rows.extend(failed(ward));
        rows.extend(unguarded(plane, ward));
    }
    for stage in plane.practice.open() {
        let (alerts, known) = practised(&stage);
        rows.extend(alerts.iter().map(|alert| row(alert, known.get(&alert.id()))));
    }
    let since = |row: &pb::Alert| row.since.as_ref().map(|at| (at.seconds, at.nanos));
    rows.sort_by_cached_key(|row| (!row.critical, row.acknowledged.is_some(), since(row), row.id.clone()));
    rows
}

/// As many as a picture has, and how many more there are.
pub(super) fn pictured(plane: &Plane) -> (Vec<pb::Alert>, u32) {
    let mut rows = standing(plane);
    let more = u32::try_from(rows.len().saturating_sub(PICTURED)).unwrap_or(u32::MAX);
    rows.truncate(PICTURED);
    (rows, more)
}

fn row(alert: &Alert, known: Option<&Acknowledgement>) -> pb::Alert {
    pb::Alert {
        id: alert.id().to_string(),
        condition: alert.condition.as_str().to_owned(),
        critical: alert.critical,
        domain: alert.domain.to_string(),
        scope: alert.scope.to_string(),
        about: alert.about.to_string(),
        text: words(alert),
        since: Some(wire::time(alert.since)),
        acknowledged: known.map(|it| pb::Acknowledgement {
            by: it.by.clone(),
            reason: it.reason.clone(),
            at: Some(wire::time(it.at)),
        }),
        locked: String::new(),
    }
}

fn words(alert: &Alert) -> String {
    match (&alert.about, alert.condition) {
        (About::Wire(wire), _) => format!("the tripwire `{wire}` has tripped: {}", wire.then),
        (About::Action(_, tool), _) => format!("nobody knows whether `{tool}` took effect"),
        (About::Question(_, tool), _) => format!("a question about `{tool}` lapses soon"),
        (About::Switch(_, owner), Condition::ReasonLate) => {
            format!("the reason of a switch is late: {owner} owes it")
        }
        (About::Switch(_, owner), Condition::ReviewOverdue) => {
            format!("a switch was not looked at again: {owner} should")
        }
        (
            About::Switch(_, owner),
            Condition::ReasonOwed | Condition::InDoubt | Condition::LapsesSoon | Condition::Tripwire,
        ) => format!("a switch has no reason yet: {owner} owes it"),
    }
}

/// A journal that takes nothing more cannot take an acknowledgement either.
fn failed(ward: &Ward) -> Option<pb::Alert> {
    let why = ward.domain.health().failed()?;
    let domain = ward.domain.name();
    Some(pb::Alert {
        id: format!("journal_failed/{domain}"),
        condition: "journal_failed".to_owned(),
        critical: true,
        domain: domain.to_string(),
        scope: format!("domain:{domain}"),
        text: format!("the journal failed, everything is refused: {why}"),
        locked: "it ends with a new start; nothing more is written here".to_owned(),
        ..pb::Alert::default()
    })
}

/// Clauses whose canaries went through. What only this process has seen is not acknowledged: no record shows that it was so.
fn unguarded(plane: &Plane, ward: &Ward) -> Vec<pb::Alert> {
    let none = Tally::default();
    ward.view.read(|inner| {
        let services = inner.state.services.iter();
        let alerts = services.flat_map(|(name, known)| {
            let tally = inner.tallies.get(name).unwrap_or(&none);
            let clauses = clauses::of(&plane.canaries, &known.active, tally).into_iter();
            clauses.filter(|it| 0 < it.missed).map(move |it| missed(ward.domain.name(), name.as_str(), &it))
        });
        alerts.collect()
    })
}

fn missed(domain: &DomainName, service: &str, state: &pb::ClauseState) -> pb::Alert {
    let clause = state.clause().as_str_name().trim_start_matches("CLAUSE_").to_lowercase();
    pb::Alert {
        id: format!("clause_off/{service}/{clause}"),
        condition: "clause_off".to_owned(),
        critical: true,
        domain: domain.to_string(),
        scope: format!("service:{service}"),
        about: clause.clone(),
        text: format!("the clause `{clause}` let {} canaries through: {}", state.missed, state.note),
        locked: "it ends when the canaries are refused again; stop the service until then".to_owned(),
        ..pb::Alert::default()
    }
}

pub(super) async fn acknowledge(
    plane: &Plane,
    by: Person,
    request: pb::AcknowledgeRequest,
) -> Result<pb::Alert, Error> {
    let pb::AcknowledgeRequest { alert: named, reason } = request;
    let (place, id) = find(plane, &named)?;
    let asked = Acknowledge { alert: id, by, reason };
    let (alerts, known) = match place {
        Place::Domain(name) => {
            let ward = plane.ward(&name)?;
            ward.domain.submit(Command::Acknowledge(Box::new(asked))).await?;
            told(&ward.view)
        }
        Place::Stage(stage) => {
            practice::acknowledge(&stage, asked).await?;
            practised(&stage)
        }
    };
    let alert = alerts.iter().find(|alert| alert.id() == id);
    // It may have ended in this very moment; the word is on record.
    alert.map(|alert| row(alert, known.get(&id))).ok_or_else(|| gone(&named))
}

fn gone(named: &str) -> Error {
    Error::NotFound(format!(
        "there is no alert `{named}` that stands; it may have ended, or begun anew as another: `remit get alerts` lists them"
    ))
}

/// Whose record says that an alert stands.
#[derive(Clone, Debug)]
enum Place {
    Domain(DomainName),
    Stage(Arc<Stage>),
}

/// An alert by its id or an end of it that is unique.
fn find(plane: &Plane, text: &str) -> Result<(Place, AlertId), Error> {
    let domains =
        plane.business().map(|ward| (Place::Domain(ward.domain.name().clone()), told(&ward.view).0));
    let stages = plane.practice.open().into_iter().map(|stage| {
        let alerts = practised(&stage).0;
        (Place::Stage(stage), alerts)
    });
    let mut found = Vec::new();
    for (place, alerts) in domains.chain(stages) {
        let ids = alerts.iter().map(Alert::id);
        let named = ids.filter(|id| query::matches(&id.to_string(), text));
        found.extend(named.map(|id| (place.clone(), id)));
    }
    if found.is_empty() {
        let locked = standing(plane).into_iter().find(|row| row.id == text && !row.locked.is_empty());
        return Err(locked.map_or_else(
            || gone(text),
            |row| Error::Conflict(format!("`{text}` cannot be acknowledged: {}", row.locked)),
        ));
    }
    query::unique(found, "alert", text)
}
