//! A journal record in one line for people.

use remit_core::{
    ActionStatus, Declared, DomainSettings, Event, Money, Outcome, Reason, ServiceName, ToolName, Tripped,
    alert::AlertAcknowledged,
    allowance::Allowance,
    doubt::{MOST_TIMES, Resolution, Statement},
    escalation::Vote,
    event::{ActionDecided, ActionSettled, Holder, Settlement},
    handover::HandedOver,
    practice::{Answer, PracticeAsked, PracticeClosed, PracticeEnd},
    proposal::Channel,
    rollback::StepKind,
    switch::Scope,
};
use remit_journal::Record;
use remit_proto::v1 as pb;

use super::{token, wire};
use crate::view::Inner;

/// The record with what the read model knows of its run and action.
pub(super) fn record(record: &Record, inner: &Inner) -> pb::TraceRecord {
    let run = record.event.run().and_then(|run| inner.runs.get(&run));
    let action = record.event.action().and_then(|action| inner.actions.get(&action));
    let mut row = pb::TraceRecord {
        domain: record.domain.to_string(),
        seq: record.seq,
        at: Some(wire::time(record.at)),
        kind: record.event.kind().to_owned(),
        service: run.map(|card| card.service.to_string()).unwrap_or_default(),
        run: record.event.run().map(|run| run.to_string()).unwrap_or_default(),
        action: record.event.action().map(|action| action.to_string()).unwrap_or_default(),
        tool: action.map(|card| card.action.tool.to_string()).unwrap_or_default(),
        ..pb::TraceRecord::default()
    };
    describe(&record.event, &mut row);
    row
}

fn describe(event: &Event, row: &mut pb::TraceRecord) {
    row.text = match event {
        Event::ContractActivated { terms, by } => {
            row.service = terms.service.to_string();
            format!("contract {} {} activated by {by}", terms.service, terms.version)
        }
        Event::ContractProposed(proposed) => {
            let terms = &proposed.terms;
            row.service = terms.service.to_string();
            format!("{} proposed contract {} {}", proposed.by.name, terms.service, terms.version)
        }
        Event::ContractApproved(approved) => {
            format!("{} approved contract version {}", approved.by.name, approved.digest)
        }
        Event::ContractRevoked(revoked) => {
            format!("{} revoked contract version {}: {}", revoked.by.name, revoked.digest, revoked.reason)
        }
        Event::ApprovalsRequired { by } => format!("{by} requires approvals from now on"),
        Event::DomainConfigured { settings, by } => configured_text(settings, by),
        Event::KeyRegistered(registered) => format!("{} registered a key", registered.by.name),
        Event::RunStarted { name, service, channel, declared, .. } => {
            row.service = service.to_string();
            began_text(name, *channel, declared)
        }
        Event::ForbiddenAttempted { service, tool, why, .. } => attempted_text((service, tool), why, row),
        Event::ActionDecided(decided) => decided_text(decided, row),
        Event::ActionStarted { .. } => {
            row.status = wire::status(ActionStatus::Running).into();
            format!("{} handed to its tool", row.tool)
        }
        Event::ActionSettled(settled) => settled_text(settled, row),
        Event::ActionResent { attempt, .. } => resent_text(*attempt, row),
        Event::DoubtStated(stated) => stated_text(&stated.statement, row),
        Event::EscalationVoted { vote, .. } => voted_text(vote),
        Event::EscalationHandedOver(handed) => handed_text(handed),
        Event::EscalationClosed { status, note, .. } => format!("escalation {status}: {note}"),
        Event::ActionReleased { decision, .. } => {
            row.outcome = wire::outcome(decision.outcome).into();
            row.reason = decision.deciding().reason.code().to_owned();
            format!("{} decided again after approval: {}", row.tool, decision.outcome)
        }
        Event::ActionReturned(returned) => returned_text(&returned.note, row),
        Event::SwitchSet(_)
        | Event::SwitchExplained { .. }
        | Event::ReleaseRequested { .. }
        | Event::SwitchReleased { .. } => switched_text(event),
        Event::TripwireTripped(tripped) => tripped_text(tripped, row),
        Event::AlertAcknowledged(it) => acknowledged_text(it),
        Event::RunEnded { stopped, reason, note, .. } => {
            row.reason = reason.map(|reason| reason.code().to_owned()).unwrap_or_default();
            format!("run {}: {note}", if *stopped { "stopped" } else { "ended" })
        }
        Event::RollbackPlanned { .. }
        | Event::RollbackStarted { .. }
        | Event::RollbackClosed { .. }
        | Event::RollbackPaused { .. }
        | Event::RollbackResumed { .. }
        | Event::RollbackReopened { .. }
        | Event::StepParked(_)
        | Event::StepSkipped { .. }
        | Event::UndoVerified(_) => rollback_text(event),
        Event::PracticeAsked(asked) => {
            format!("practice is put to {}: {} of {}", asked.domain, asked.scenario, asked.service)
        }
        Event::PracticeClosed(closed) => practised_text(closed),
        Event::CredentialIssued { holder, by, .. } => issued_text(holder, by),
        Event::CredentialRevoked { credential, by } => format!("{by} revoked {credential}"),
    };
}

fn voted_text(vote: &Vote) -> String {
    let verb = if vote.approve { "approves" } else { "denies" };
    format!("{} {verb}: {}", vote.by, vote.reason)
}

fn returned_text(note: &str, row: &mut pb::TraceRecord) -> String {
    row.reason = Reason::EscalationVoided.code().to_owned();
    row.status = wire::status(ActionStatus::Held).into();
    format!("{} held again, its approval is void: {note}", row.tool)
}

fn acknowledged_text(it: &AlertAcknowledged) -> String {
    let AlertAcknowledged { condition, about, scope, since, by, reason, .. } = it;
    format!("{by} looks at {condition} of {about} in {scope} since {since}: {reason}")
}

fn handed_text(handed: &HandedOver) -> String {
    let note = if handed.note.is_empty() { String::new() } else { format!(": {}", handed.note) };
    format!("{} hands the question to {}{note}", handed.by, handed.to)
}

/// What happened to a switch.
fn switched_text(event: &Event) -> String {
    if let Event::SwitchSet(switch) = event {
        let verb = if switch.breach.is_some() { "quarantined by setting" } else { "set" };
        let reason = if switch.reason.is_empty() { "no reason yet" } else { &switch.reason };
        return format!("{} {verb} {} to {}: {reason}", switch.by, switch.scope, switch.ceiling);
    }
    if let Event::SwitchExplained { switch, by, reason, .. } = event {
        return format!("{by} says why {switch} is set: {reason}");
    }
    if let Event::ReleaseRequested { switch, by, reason, until } = event {
        return format!("{by} wants {switch} released, a second person until {until}: {reason}");
    }
    if let Event::SwitchReleased { switch, by, reason, requested_by } = event {
        let first = requested_by.as_ref().map(|first| format!(" and {first}")).unwrap_or_default();
        return format!("{by}{first} released {switch}: {reason}");
    }
    String::new()
}

/// What befell a rollback.
fn rollback_text(event: &Event) -> String {
    if let Event::RollbackPlanned { plan, by } = event {
        let compensates =
            plan.steps.iter().filter(|step| matches!(step.kind, StepKind::Compensate { .. })).count();
        format!("{by} planned a rollback: {} steps, {compensates} to compensate", plan.steps.len())
    } else if let Event::RollbackStarted { by, reason, .. } = event {
        format!("{} started the rollback: {reason}", by.name)
    } else if let Event::RollbackClosed { undone, parked, skipped, .. } = event {
        format!("rollback closed: {undone} undone, {parked} parked, {skipped} skipped")
    } else if let Event::RollbackPaused { by, reason, .. } = event {
        format!("{by} paused the rollback: {reason}")
    } else if let Event::RollbackResumed { by, reason, .. } = event {
        format!("{by} resumed the rollback: {reason}")
    } else if let Event::RollbackReopened { target, note, .. } = event {
        format!("rollback opened again for {target}: {note}")
    } else if let Event::StepParked(parked) = event {
        format!("{} parked with {}: {}", parked.target, parked.owner, parked.note)
    } else if let Event::StepSkipped { target, by, reason, .. } = event {
        format!("{by} skipped {target}: {reason}")
    } else if let Event::UndoVerified(seen) = event {
        let not = if seen.holds { "" } else { "not " };
        format!("{} is {not}seen to be undone {}", seen.target, seen.note).trim_end().to_owned()
    } else {
        String::new()
    }
}

fn practised_text(closed: &PracticeClosed) -> String {
    let PracticeAsked { scenario, service, known, .. } = &closed.asked;
    let end = match &closed.end {
        PracticeEnd::Answered { vote } => format!("{} answers {}", vote.by, Answer::of(vote)),
        PracticeEnd::Lapsed => "nobody answered in time".to_owned(),
        PracticeEnd::Withdrawn { why } => format!("withdrawn: {why}"),
    };
    format!("practice {scenario} of {service} has ended, {end}; known answer {known}")
}

fn began_text(name: &str, channel: Channel, declared: &Declared) -> String {
    let what = declared.workflow.as_ref().map(|it| format!(" as {it}")).unwrap_or_default();
    format!("run {name} started{what} over {}", channel.as_str())
}

fn issued_text(holder: &Holder, by: &str) -> String {
    match holder {
        Holder::Service { name, reach } => {
            format!("{by} issued a token to service {name}: {}", token::opens(*reach))
        }
        Holder::Operator { person } => format!("{by} issued a token to {}", person.name),
    }
}

fn configured_text(settings: &DomainSettings, by: &str) -> String {
    let backtest = settings.backtest.as_str();
    let limits = limits(&settings.allowance);
    let practice = settings.practice.map(|it| format!(", practice one in {}", it.one_in)).unwrap_or_default();
    format!(
        "{by} read the domain's file: currency {}, backtest {backtest}{limits}{practice}",
        settings.currency
    )
}

fn attempted_text(
    (service, tool): (&ServiceName, &ToolName),
    why: &str,
    row: &mut pb::TraceRecord,
) -> String {
    row.service = service.to_string();
    row.tool = tool.to_string();
    row.outcome = wire::outcome(Outcome::Deny).into();
    row.reason = Reason::ForbiddenAction.code().to_owned();
    format!("! SECURITY {tool} tried without a run: {why}")
}

fn decided_text(decided: &ActionDecided, row: &mut pb::TraceRecord) -> String {
    let ActionDecided { proposal, decision, .. } = decided;
    row.tool = proposal.tool.to_string();
    row.outcome = wire::outcome(decision.outcome).into();
    row.params_json = wire::brief(&proposal.params);
    let deciding = decision.deciding();
    row.reason = deciding.reason.code().to_owned();
    row.status = wire::status(match decision.outcome {
        Outcome::Admit => ActionStatus::Admitted,
        Outcome::Escalate => ActionStatus::Held,
        Outcome::Throttle | Outcome::Deny | Outcome::Stop => ActionStatus::Denied,
    })
    .into();
    if let Some((target, _)) = decided.undoes {
        return format!("{} admitted: undoes {target}", proposal.tool);
    }
    if let Some((target, _)) = decided.verifies {
        return format!("{} looks whether {target} is undone", proposal.tool);
    }
    if let Some(target) = decided.asks_about {
        return format!("{} asks what became of {target}", proposal.tool);
    }
    if decided.rereads.is_some() {
        return format!("{} read again for an approved action", proposal.tool);
    }
    match decision.outcome {
        Outcome::Admit => match proposal.stands_in {
            Some(target) => format!("{} admitted: stands in for {target}", proposal.tool),
            None => format!("{} admitted", proposal.tool),
        },
        _ if decision.is_security_finding() => {
            format!("! SECURITY {} tried: {}", proposal.tool, deciding.detail)
        }
        outcome @ (Outcome::Escalate | Outcome::Throttle | Outcome::Deny | Outcome::Stop) => {
            format!("{} {outcome} by {}: {}", proposal.tool, deciding.clause, deciding.detail)
        }
    }
}

/// What a domain may use, behind a comma each.
fn limits(allowance: &Allowance) -> String {
    let spend = allowance.spend.iter().map(|(per, most)| format!(", {most} a {per}"));
    let calls = allowance.calls.iter().map(|(per, most)| format!(", {most} calls a {per}"));
    spend.chain(calls).collect()
}

fn settled_text(settled: &ActionSettled, row: &mut pb::TraceRecord) -> String {
    let (status, text) = match &settled.settlement {
        Settlement::Succeeded { .. } if settled.cost == Money::ZERO => {
            (ActionStatus::Succeeded, "succeeded".to_owned())
        }
        Settlement::Succeeded { .. } => (ActionStatus::Succeeded, format!("succeeded for {}", settled.cost)),
        Settlement::Failed { note } => (ActionStatus::Failed, format!("failed: {note}")),
        Settlement::InDoubt { note } => (ActionStatus::InDoubt, format!("in doubt: {note}")),
    };
    row.status = wire::status(status).into();
    let how = settled.resolved.as_ref().map(|how| format!(", {}", resolved_text(how))).unwrap_or_default();
    let text = match &settled.exchange.misfit {
        Some(misfit) => format!("{text}{how}, but {misfit}"),
        None => format!("{text}{how}"),
    };
    let text = match &settled.exchange.stale {
        Some(stale) => format!("{text} with its result of {}: the tool is down", stale.observed_at),
        None => text,
    };
    match settled.exchange.retries {
        0 => format!("{} {text}", row.tool),
        retries => format!("{} {text} (sent {} times)", row.tool, retries.saturating_add(1)),
    }
}

/// A wire that lowers no ceiling only says so.
fn tripped_text(tripped: &Tripped, row: &mut pb::TraceRecord) -> String {
    if let Scope::Service(service) = &tripped.scope {
        row.service = service.to_string();
    }
    let Tripped { scope, wire, figures, events, .. } = tripped;
    let events: Vec<String> = events.iter().map(u64::to_string).collect();
    format!("! TRIPWIRE {scope} {wire}, then {}: {figures} (events {})", wire.then, events.join(", "))
}

fn resent_text(attempt: u32, row: &mut pb::TraceRecord) -> String {
    row.status = wire::status(ActionStatus::InDoubt).into();
    format!("{} sent again under the same key, {attempt} of at most {MOST_TIMES}", row.tool)
}

fn stated_text(said: &Statement, row: &mut pb::TraceRecord) -> String {
    row.status = wire::status(ActionStatus::InDoubt).into();
    format!("{} says of {} that {}: {}", said.by, row.tool, said.says(), said.reason)
}

/// How a doubt came to its end, in words.
pub(super) fn resolved_text(how: &Resolution) -> String {
    match how {
        Resolution::Resent { times: 1 } => "answered when it was sent again".to_owned(),
        Resolution::Resent { times } => format!("answered when it was sent again, {times} times"),
        Resolution::Asked { by } => format!("as the tool said when {by} asked"),
        Resolution::ByPeople { people } => format!("as {} said", people.join(" and ")),
    }
}
