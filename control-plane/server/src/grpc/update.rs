//! What a person must see, as one update: from the record itself, with what the read model adds to it.
//!
//! The read model forgets and the journal does not, so a record that counts is told even where nothing but
//! its identities is left to tell.

use remit_core::{
    ActionId, ActionStatus, EscalationId, Event, Outcome, Reason, RunId,
    escalation::{Escalation, EscalationStatus, Question, Vote},
    event::{ActionDecided, Settlement},
    handover::HandedOver,
    state::Phase,
};
use remit_journal::Record;
use remit_proto::v1::{self as pb, decision_update::What};

use super::wire;
use crate::view::Inner;

/// The update that a record is; `None` for a record that asks nothing of a person.
pub(super) fn update(record: &Record, inner: &Inner) -> Option<pb::DecisionUpdate> {
    let domain = record.domain.as_str();
    let what = match &record.event {
        Event::ActionDecided(decided) => What::Escalation(asked(record, decided, inner)?),
        Event::ActionReturned(returned) => What::Escalation(asked(record, &returned.held, inner)?),
        Event::EscalationVoted { escalation, action, run, vote } => {
            What::Escalation(voted(record, (*escalation, *action, *run), vote, inner))
        }
        Event::EscalationHandedOver(it) => What::Escalation(handed(record, it, inner)),
        Event::EscalationClosed { escalation, action, run, status, .. } => {
            What::Escalation(known(record, (*escalation, *action, *run), *status, inner))
        }
        Event::ActionReleased { action, run, decision, .. } if decision.outcome != Outcome::Admit => {
            What::Escalation(denied(record, (*action, *run), inner)?)
        }
        Event::SwitchSet(switch) => What::SwitchSet(wire::switch(switch, &inner.state, record.at)),
        Event::SwitchExplained { switch, .. } | Event::ReleaseRequested { switch, .. } => {
            let known = inner.state.switches.get(switch)?;
            What::SwitchChanged(wire::switch(known, &inner.state, record.at))
        }
        Event::SwitchReleased { switch, by, reason, .. } => What::SwitchReleased(pb::Switch {
            id: switch.to_string(),
            by: by.clone(),
            reason: reason.clone(),
            domain: domain.to_owned(),
            ..pb::Switch::default()
        }),
        Event::ActionSettled(settled) if matches!(settled.settlement, Settlement::InDoubt { .. }) => {
            What::InDoubt(in_doubt(record, settled.action, settled.run, inner))
        }
        Event::TripwireTripped(tripped) => What::Tripped(wire::tripped(tripped)),
        Event::RunEnded { run, stopped, reason, .. } => {
            What::RunEnded(ended(record, *run, (*stopped, *reason), inner))
        }
        Event::RollbackClosed { .. }
        | Event::RollbackPaused { .. }
        | Event::RollbackResumed { .. }
        | Event::RollbackReopened { .. }
        | Event::StepParked(_)
        | Event::StepSkipped { .. } => What::Rollback(Box::new(rollback(&record.event))),
        Event::ContractActivated { .. }
        | Event::AlertAcknowledged(_)
        | Event::ContractProposed(_)
        | Event::ContractApproved(_)
        | Event::ContractRevoked(_)
        | Event::KeyRegistered(_)
        | Event::ApprovalsRequired { .. }
        | Event::DomainConfigured { .. }
        | Event::RunStarted { .. }
        | Event::ForbiddenAttempted { .. }
        | Event::ActionStarted { .. }
        | Event::ActionResent { .. }
        | Event::DoubtStated(_)
        | Event::ActionSettled(_)
        | Event::ActionReleased { .. }
        | Event::RollbackPlanned { .. }
        | Event::RollbackStarted { .. }
        | Event::UndoVerified(_)
        | Event::PracticeAsked(_)
        | Event::PracticeClosed(_)
        | Event::CredentialIssued { .. }
        | Event::CredentialRevoked { .. } => return None,
    };
    Some(pb::DecisionUpdate {
        domain: domain.to_owned(),
        seq: record.seq,
        at: Some(wire::time(record.at)),
        what: Some(what),
    })
}

fn voted(
    record: &Record,
    question: (EscalationId, ActionId, RunId),
    vote: &Vote,
    inner: &Inner,
) -> pb::Escalation {
    let mut known = known(record, question, EscalationStatus::Pending, inner);
    if known.votes.is_empty() {
        known.votes.push(wire::vote(vote));
    }
    known
}

fn handed(record: &Record, it: &HandedOver, inner: &Inner) -> pb::Escalation {
    let question = (it.escalation, it.action, it.run);
    pb::Escalation {
        handed_to: it.to.clone(),
        handed_by: it.by.clone(),
        handed_note: it.note.clone(),
        ..known(record, question, EscalationStatus::Pending, inner)
    }
}

/// What befell a rollback, by itself.
fn rollback(event: &Event) -> pb::RollbackProgress {
    let mut told = pb::RollbackProgress {
        run: event.run().map(|run| run.to_string()).unwrap_or_default(),
        ..pb::RollbackProgress::default()
    };
    let mut say = |plan: &remit_core::PlanId, state: &str, note: String| {
        told.plan = plan.to_string();
        state.clone_into(&mut told.state);
        told.note = note;
    };
    if let Event::RollbackClosed { plan, undone, parked, skipped, .. } = event {
        say(plan, "closed", String::new());
        told.done = true;
        (told.undone, told.parked, told.skipped) = (*undone, *parked, *skipped);
    } else if let Event::RollbackPaused { plan, by, reason } = event {
        say(plan, "paused", format!("{by}: {reason}"));
    } else if let Event::RollbackResumed { plan, by, reason } = event {
        say(plan, "resumed", format!("{by}: {reason}"));
    } else if let Event::RollbackReopened { plan, target, note, .. } = event {
        say(plan, "reopened", format!("{target}: {note}"));
    } else if let Event::StepSkipped { plan, target, by, reason, .. } = event {
        say(plan, "skipped", format!("{target}: {by}: {reason}"));
    } else if let Event::StepParked(parked) = event {
        say(&parked.plan, "parked", format!("{}: {}", parked.target, parked.note));
        told.owner.clone_from(&parked.owner);
        told.until = Some(wire::time(parked.until));
    }
    told
}

/// A run that has ended, of which memory may know nothing more.
fn ended(record: &Record, run: RunId, (stopped, reason): (bool, Option<Reason>), inner: &Inner) -> pb::Run {
    let phase = if stopped { Phase::Stopped } else { Phase::Completed };
    inner.runs.get(&run).map_or_else(
        || pb::Run {
            id: run.to_string(),
            domain: record.domain.to_string(),
            status: wire::phase(phase).into(),
            ended_at: Some(wire::time(record.at)),
            reason: reason.map(|reason| reason.code().to_owned()).unwrap_or_default(),
            ..pb::Run::default()
        },
        |card| wire::run(card, inner),
    )
}

/// The question that a decision asked; none when it asked nobody.
fn asked(record: &Record, decided: &ActionDecided, inner: &Inner) -> Option<pb::Escalation> {
    let question = decided.question.as_ref()?;
    if let Some(known) = inner.state.escalations.get(&question.id) {
        return Some(wire::escalation(known, inner));
    }
    Some(pb::Escalation {
        service: service(decided.proposal.run, inner),
        tool: decided.proposal.tool.to_string(),
        params_json: wire::brief(&decided.proposal.params),
        ..open(record, decided, question, inner)
    })
}

/// What people approved and the contract denies by now: what they were told is not what became of it.
fn denied(record: &Record, (action, run): (ActionId, RunId), inner: &Inner) -> Option<pb::Escalation> {
    let asked = inner.actions.get(&action)?.action.escalation?;
    Some(known(record, (asked, action, run), EscalationStatus::Approved, inner))
}

/// A question as it was when it was asked.
fn open(record: &Record, decided: &ActionDecided, question: &Question, inner: &Inner) -> pb::Escalation {
    let about = (decided.proposal.action, decided.proposal.run);
    wire::escalation(&Escalation::asked(question.clone(), about, record.at), inner)
}

/// A question by its identities: as the state has it, else as its action's card recalls it, else bare.
fn known(
    record: &Record,
    (escalation, action, run): (EscalationId, ActionId, RunId),
    status: EscalationStatus,
    inner: &Inner,
) -> pb::Escalation {
    if let Some(known) = inner.state.escalations.get(&escalation) {
        return wire::escalation(known, inner);
    }
    let status = wire::escalation_status(status).into();
    let card = inner.actions.get(&action);
    let recalled = card.and_then(|card| {
        let decided = card.decision_fact()?;
        Some(open(&card.decided, decided, decided.question.as_ref()?, inner))
    });
    recalled.map_or_else(
        || pb::Escalation {
            id: escalation.to_string(),
            action: action.to_string(),
            run: run.to_string(),
            service: service(run, inner),
            domain: record.domain.to_string(),
            status,
            ..pb::Escalation::default()
        },
        |recalled| pb::Escalation { status, ..recalled },
    )
}

fn in_doubt(record: &Record, action: ActionId, run: RunId, inner: &Inner) -> pb::Action {
    let bare = || pb::Action {
        id: action.to_string(),
        run: run.to_string(),
        service: service(run, inner),
        domain: record.domain.to_string(),
        status: wire::status(ActionStatus::InDoubt).into(),
        ..pb::Action::default()
    };
    inner.card(action).map_or_else(bare, wire::action)
}

fn service(run: RunId, inner: &Inner) -> String {
    inner.runs.get(&run).map(|card| card.service.to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests;
