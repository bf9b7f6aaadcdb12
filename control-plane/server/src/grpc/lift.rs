//! Letting go again: what would go, and the word of one person or of two.

use std::collections::BTreeSet;

use remit_core::{Command, Event, Person, SwitchId};
use remit_proto::v1 as pb;

use super::{switch, wire};
use crate::{
    clock,
    error::Error,
    plane::{Plane, Ward},
};

/// What would go again; changes nothing.
pub(super) fn preview(plane: &Plane, target: &str) -> Result<pb::ReleasePreview, Error> {
    let target = switch::to_target(target)?;
    let mut preview = pb::ReleasePreview::default();
    for ward in switch::having(plane, &target)? {
        let rows = switch::rows(ward, &target);
        preview.resumes.extend(resumes(ward, &rows));
        preview.switches.extend(rows);
    }
    Ok(preview)
}

pub(super) async fn release(
    plane: &Plane,
    by: Person,
    request: pb::ReleaseSwitchRequest,
) -> Result<pb::ReleaseSwitchResponse, Error> {
    let pb::ReleaseSwitchRequest { target, reason, idempotency_id: _ } = request;
    let target = switch::to_target(&target)?;
    let mut answer = pb::ReleaseSwitchResponse::default();
    for ward in switch::having(plane, &target)? {
        let before = switch::rows(ward, &target);
        let command =
            Command::ReleaseSwitch { target: target.clone(), by: by.clone(), reason: reason.clone() };
        let goes = resumes(ward, &before);
        let records = ward.domain.submit(command).await?;
        let lifted: BTreeSet<String> = records.iter().filter_map(|record| lifted(&record.event)).collect();
        let (released, others): (Vec<_>, Vec<_>) =
            before.into_iter().partition(|row| lifted.contains(&row.id));
        if others.is_empty() {
            answer.resumes.extend(goes);
        }
        answer.released.extend(released);
        answer.requested.extend(switch::rows(ward, &target));
    }
    Ok(answer)
}

fn lifted(event: &Event) -> Option<String> {
    if let Event::SwitchReleased { switch, .. } = event { Some(switch.to_string()) } else { None }
}

/// What goes again in one domain once these are lifted.
fn resumes(ward: &Ward, switches: &[pb::Switch]) -> Vec<pb::Resumes> {
    let ids: BTreeSet<SwitchId> = switches.iter().filter_map(|row| row.id.parse().ok()).collect();
    ward.view.read(|inner| {
        let rows = inner.state.resumes(&ids, clock::now()).into_iter();
        rows.map(|row| pb::Resumes {
            domain: ward.domain.name().to_string(),
            service: row.service.to_string(),
            tool: row.tool.map(|tool| tool.to_string()).unwrap_or_default(),
            run: row.run.map(|run| run.to_string()).unwrap_or_default(),
            before: wire::level(row.before).into(),
            after: wire::level(row.after).into(),
            tools: row.tools.iter().map(ToString::to_string).collect(),
            open_runs: u32::try_from(row.open_runs).unwrap_or(u32::MAX),
        })
        .collect()
    })
}
