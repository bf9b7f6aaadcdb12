//! Who did what to the control plane, newest first, from what each domain keeps at hand.

use std::{cmp::Reverse, sync::Arc};

use remit_core::{
    Event, Level,
    practice::{Answer, PracticeAsked, PracticeEnd},
};
use remit_filter::Filter;
use remit_proto::v1 as pb;

use super::{filter, wire};
use crate::{error::Error, plane::Plane, view::Deed};

/// Entries that are told where no number is given, and at most.
const ENTRIES: std::ops::RangeInclusive<usize> = 200..=1_000;

/// The newest entries of all domains that the filter lets through, the one of credentials among them.
pub(super) fn list(plane: &Plane, request: &pb::ListAuditRequest) -> Result<pb::ListAuditResponse, Error> {
    let wanted: Filter<pb::AuditEntry> = filter::read(&request.filter)?;
    let limit = match usize::try_from(request.limit).unwrap_or(usize::MAX) {
        0 => *ENTRIES.start(),
        limit => limit.min(*ENTRIES.end()),
    };
    let (mut entries, mut older, mut hidden) = (Vec::new(), 0_u64, 0_u64);
    for ward in plane.wards.values() {
        let (deeds, let_go): (Vec<Arc<Deed>>, u64) =
            ward.view.read(|inner| (inner.deeds.iter().cloned().collect(), inner.older_deeds));
        older = older.saturating_add(let_go);
        // A filter may be slow, and what decides waits for whoever reads: it is asked outside.
        for deed in deeds {
            let entry = entry(&deed);
            if filter::allows(&wanted, &entry) {
                entries.push(entry);
            } else {
                hidden = hidden.saturating_add(1);
            }
        }
    }
    let micros = |entry: &pb::AuditEntry| entry.at.as_ref().map(|at| (at.seconds, at.nanos));
    entries.sort_by_cached_key(|entry| Reverse((micros(entry), entry.seq, entry.domain.clone())));
    let more = u64::try_from(entries.len().saturating_sub(limit)).unwrap_or(u64::MAX);
    entries.truncate(limit);
    Ok(pb::ListAuditResponse { entries, more, older, hidden })
}

fn entry(deed: &Deed) -> pb::AuditEntry {
    let record = &deed.record;
    let (by, what, reason) = told(&record.event, &deed.about);
    pb::AuditEntry {
        domain: record.domain.to_string(),
        seq: record.seq,
        at: Some(wire::time(record.at)),
        kind: record.event.kind().to_owned(),
        by,
        what: what.trim_end().to_owned(),
        reason,
        service: deed.service.as_ref().map(ToString::to_string).unwrap_or_default(),
        run: record.event.run().map(|run| run.to_string()).unwrap_or_default(),
        action: record.event.action().map(|action| action.to_string()).unwrap_or_default(),
    }
}

/// Who, what, and why.
type Told = (String, String, String);

fn told(event: &Event, about: &str) -> Told {
    versioned(event, about)
        .or_else(|| answered(event, about))
        .or_else(|| switched(event, about))
        .or_else(|| undone(event, about))
        .or_else(|| credited(event, about))
        .or_else(|| practised(event))
        .unwrap_or_else(|| (String::new(), event.kind().replace('_', " "), String::new()))
}

/// What happened to a contract version or a domain's file.
fn versioned(event: &Event, about: &str) -> Option<Told> {
    let did = |by: &str, verb: &str| Some((by.to_owned(), format!("{verb} contract {about}"), String::new()));
    if let Event::ContractActivated { by, .. } = event {
        return did(by, "activated");
    }
    if let Event::ContractProposed(it) = event {
        return did(&it.by.name, "proposed");
    }
    if let Event::ContractApproved(it) = event {
        return did(&it.by.name, "approved");
    }
    if let Event::ContractRevoked(it) = event {
        return Some((it.by.name.clone(), format!("revoked contract {about}"), it.reason.clone()));
    }
    if let Event::ApprovalsRequired { by } = event {
        return Some((by.clone(), "wants versions approved from now on".to_owned(), String::new()));
    }
    if let Event::DomainConfigured { by, .. } = event {
        return Some((by.clone(), "took up the domain's file".to_owned(), String::new()));
    }
    None
}

/// What people said about an action.
fn answered(event: &Event, about: &str) -> Option<Told> {
    if let Event::EscalationVoted { vote, .. } = event {
        let verb = if vote.approve { "approved" } else { "denied" };
        return Some((vote.by.clone(), format!("{verb} {about}"), vote.reason.clone()));
    }
    if let Event::EscalationHandedOver(it) = event {
        return Some((
            it.by.clone(),
            format!("handed the question about {about} to {}", it.to),
            it.note.clone(),
        ));
    }
    if let Event::AlertAcknowledged(it) = event {
        return Some((it.by.clone(), format!("looks at the alert {about}"), it.reason.clone()));
    }
    if let Event::DoubtStated(it) = event {
        let said = &it.statement;
        return Some((said.by.clone(), format!("said of {about} that {}", said.says()), said.reason.clone()));
    }
    None
}

fn switched(event: &Event, about: &str) -> Option<Told> {
    if let Event::SwitchSet(switch) = event {
        let what = if switch.ceiling == Level::None {
            format!("stopped {about}")
        } else {
            format!("lowered {about} to {}", switch.ceiling)
        };
        return Some((switch.by.clone(), what, switch.reason.clone()));
    }
    if let Event::SwitchExplained { by, reason, owner, .. } = event {
        let whose = owner.as_ref().map(|owner| format!(", owner {owner}")).unwrap_or_default();
        return Some((by.clone(), format!("explained the switch on {about}{whose}"), reason.clone()));
    }
    if let Event::ReleaseRequested { by, reason, .. } = event {
        return Some((by.clone(), format!("asked to release {about}"), reason.clone()));
    }
    if let Event::SwitchReleased { by, reason, requested_by, .. } = event {
        let first = requested_by.as_ref().map(|first| format!(", as {first} had asked")).unwrap_or_default();
        return Some((by.clone(), format!("released {about}{first}"), reason.clone()));
    }
    None
}

fn undone(event: &Event, about: &str) -> Option<Told> {
    if let Event::RollbackPlanned { plan, by } = event {
        let what = format!("planned a rollback of {} step(s): {}", plan.steps.len(), plan.id);
        return Some((by.clone(), what, String::new()));
    }
    if let Event::RollbackStarted { plan, by, reason, .. } = event {
        return Some((by.name.clone(), format!("started rollback {plan}"), reason.clone()));
    }
    if let Event::RollbackPaused { plan, by, reason } = event {
        return Some((by.clone(), format!("paused rollback {plan}"), reason.clone()));
    }
    if let Event::RollbackResumed { plan, by, reason } = event {
        return Some((by.clone(), format!("resumed rollback {plan}"), reason.clone()));
    }
    if let Event::StepSkipped { plan, by, reason, .. } = event {
        return Some((by.clone(), format!("skipped {about} in rollback {plan}"), reason.clone()));
    }
    None
}

/// A practice question that somebody has answered.
fn practised(event: &Event) -> Option<Told> {
    let Event::PracticeClosed(closed) = event else { return None };
    let PracticeEnd::Answered { vote } = &closed.end else { return None };
    let PracticeAsked { tool, known, version, scenario, .. } = &closed.asked;
    let (said, seconds) = (Answer::of(vote), closed.after_ms / 1_000);
    let what = format!(
        "answered a practice question about {tool}: {said}, known answer {known} ({scenario} of {version}, after {seconds} s)"
    );
    Some((vote.by.clone(), what, vote.reason.clone()))
}

/// Keys and tokens.
fn credited(event: &Event, about: &str) -> Option<Told> {
    if let Event::KeyRegistered(it) = event {
        return Some((it.by.name.clone(), "registered a key".to_owned(), String::new()));
    }
    if let Event::CredentialIssued { by, credential, .. } = event {
        return Some((by.clone(), format!("issued a token to {about}: {credential}"), String::new()));
    }
    if let Event::CredentialRevoked { by, credential } = event {
        return Some((by.clone(), format!("revoked a token of {about}: {credential}"), String::new()));
    }
    None
}
