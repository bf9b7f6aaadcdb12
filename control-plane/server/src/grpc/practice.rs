//! Practice questions on the wire: like any other until they have ended, then told as what they were.

use remit_core::practice::{Answer, PracticeAsked};
use remit_proto::v1::{self as pb, decision_update::What};

use super::wire;
use crate::{clock, plane::Plane, practice::Stage};

/// Says of each row that has ended as practice that it was.
pub(super) fn mark<'a>(plane: &Plane, rows: impl IntoIterator<Item = &'a mut pb::Escalation>) {
    let stages = plane.practice.ended_ones();
    if stages.is_empty() {
        return;
    }
    for row in rows {
        if let Some(stage) = stages.iter().find(|stage| stage.asked.question.to_string() == row.id) {
            row.practice = told(stage);
        }
    }
}

/// What it was; nothing while it waits.
fn told(stage: &Stage) -> Option<Box<pb::Practice>> {
    let closed = stage.closed()?;
    let PracticeAsked { known, because, scenario, file, version, .. } = &closed.asked;
    Some(Box::new(pb::Practice {
        approve: *known == Answer::Approve,
        because: because.clone(),
        scenario: scenario.clone(),
        file: file.clone(),
        contract_version: version.clone(),
        right: closed.is_right(),
        after_ms: closed.after_ms,
    }))
}

/// The question as a row.
pub(super) fn row(stage: &Stage) -> Option<pb::Escalation> {
    let row = stage.view.read(|inner| {
        let known = inner.state.escalations.get(&stage.asked.question)?;
        Some(wire::escalation(known, inner))
    })?;
    Some(pb::Escalation { practice: told(stage), ..row })
}

/// That it is new, or has ended, as others are told of.
pub(super) fn update(stage: &Stage) -> Option<pb::DecisionUpdate> {
    Some(pb::DecisionUpdate {
        domain: stage.asked.domain.to_string(),
        seq: stage.seq,
        at: Some(wire::time(clock::now())),
        what: Some(What::Escalation(row(stage)?)),
    })
}

#[cfg(test)]
mod tests;
