//! Between the core's vocabulary and the wire's: one function a message, nothing else knows both.

use std::collections::BTreeSet;

use remit_core::{
    ActionStatus, Ask, CanonicalJson, Clause, Decision, Finding, Level, Moved, Outcome, State, Timestamp,
    ToolFault, Tripped,
    doubt::Statement,
    escalation::{Escalation, EscalationStatus, Vote},
    proposal::Proposal,
    state::{Held, Phase, Run},
    switch::{Mode, Switch},
};
use remit_proto::v1 as pb;

use crate::{
    act::Acted,
    error::Error,
    view::{ActionCard, Inner, RunCard},
};

/// Longest parameters, in bytes, that a row of a list, a picture or a stream carries.
const MOST_PARAMS: usize = 2 * 1024;

/// The parameters for a row: beyond the limit the details have them, and a picture of many stays small.
pub(super) fn brief(params: &CanonicalJson) -> String {
    let text = params.as_str();
    if text.len() <= MOST_PARAMS { text.to_owned() } else { String::new() }
}

/// Most bytes of parameters in one answer of many rows: clients take 4 MiB, and rows are more than parameters.
const MOST_PARAMS_TOGETHER: usize = 1024 * 1024;

/// Empties the parameters that do not fit into one answer any more.
pub(super) fn fit<'a>(params: impl Iterator<Item = &'a mut String>) {
    let mut room = MOST_PARAMS_TOGETHER;
    for text in params {
        match room.checked_sub(text.len()) {
            Some(rest) => room = rest,
            None => text.clear(),
        }
    }
}

/// Parses an identifier of a request.
pub(super) fn parse<T: std::str::FromStr<Err: std::fmt::Display>>(
    text: &str,
    what: &str,
) -> Result<T, Error> {
    text.parse().map_err(|error| Error::Invalid(format!("{what}: {error}")))
}

pub(super) fn time(at: Timestamp) -> prost_types::Timestamp {
    let micros = at.as_micros();
    prost_types::Timestamp {
        seconds: micros.div_euclid(1_000_000),
        nanos: i32::try_from(micros.rem_euclid(1_000_000).saturating_mul(1_000)).unwrap_or(0),
    }
}

pub(super) const fn level(level: Level) -> pb::Level {
    match level {
        Level::None => pb::Level::None,
        Level::Read => pb::Level::Read,
        Level::Draft => pb::Level::Draft,
        Level::Recommend => pb::Level::Recommend,
        Level::Execute => pb::Level::Execute,
    }
}

pub(super) fn to_level(level: pb::Level) -> Result<Level, Error> {
    match level {
        pb::Level::None => Ok(Level::None),
        pb::Level::Read => Ok(Level::Read),
        pb::Level::Draft => Ok(Level::Draft),
        pb::Level::Recommend => Ok(Level::Recommend),
        pb::Level::Execute => Ok(Level::Execute),
        pb::Level::Unspecified => {
            Err(Error::Invalid("a ceiling is one of none, read, draft, recommend, execute".to_owned()))
        }
    }
}

pub(super) const fn clause(clause: Clause) -> pb::Clause {
    match clause {
        Clause::Identity => pb::Clause::Identity,
        Clause::Scope => pb::Clause::Scope,
        Clause::Evidence => pb::Clause::Evidence,
        Clause::Policy => pb::Clause::Policy,
        Clause::Tooling => pb::Clause::Tooling,
        Clause::Cost => pb::Clause::Cost,
        Clause::Recovery => pb::Clause::Recovery,
    }
}

pub(super) const fn outcome(outcome: Outcome) -> pb::Outcome {
    match outcome {
        Outcome::Admit => pb::Outcome::Admit,
        Outcome::Escalate => pb::Outcome::Escalate,
        Outcome::Throttle => pb::Outcome::Throttle,
        Outcome::Deny => pb::Outcome::Deny,
        Outcome::Stop => pb::Outcome::Stop,
    }
}

pub(super) const fn status(status: ActionStatus) -> pb::ActionStatus {
    match status {
        ActionStatus::Proposed => pb::ActionStatus::Proposed,
        ActionStatus::Denied => pb::ActionStatus::Denied,
        ActionStatus::Held => pb::ActionStatus::Held,
        ActionStatus::Lapsed => pb::ActionStatus::Lapsed,
        ActionStatus::Approved => pb::ActionStatus::Approved,
        ActionStatus::Admitted => pb::ActionStatus::Admitted,
        ActionStatus::Running => pb::ActionStatus::Running,
        ActionStatus::Succeeded => pb::ActionStatus::Succeeded,
        ActionStatus::Failed => pb::ActionStatus::Failed,
        ActionStatus::InDoubt => pb::ActionStatus::InDoubt,
        ActionStatus::Undone => pb::ActionStatus::Undone,
    }
}

pub(super) const fn phase(phase: Phase) -> pb::RunStatus {
    match phase {
        Phase::Open => pb::RunStatus::Open,
        Phase::Completed => pb::RunStatus::Completed,
        Phase::Stopped => pb::RunStatus::Stopped,
        Phase::RollingBack => pb::RunStatus::RollingBack,
        Phase::RolledBack => pb::RunStatus::RolledBack,
    }
}

pub(super) const fn escalation_status(status: EscalationStatus) -> pb::EscalationStatus {
    match status {
        EscalationStatus::Pending => pb::EscalationStatus::Pending,
        EscalationStatus::Approved => pb::EscalationStatus::Approved,
        EscalationStatus::Denied => pb::EscalationStatus::Denied,
        EscalationStatus::Lapsed => pb::EscalationStatus::Lapsed,
        EscalationStatus::Voided => pb::EscalationStatus::Voided,
    }
}

fn finding(finding: &Finding) -> pb::Finding {
    let Finding { clause: of, outcome: said, reason, detail } = finding;
    pb::Finding {
        clause: clause(*of).into(),
        outcome: outcome(*said).into(),
        reason: reason.code().to_owned(),
        detail: detail.clone(),
    }
}

pub(super) fn decision(decision: &Decision) -> pb::Decision {
    let deciding = decision.deciding();
    pb::Decision {
        outcome: outcome(decision.outcome).into(),
        clause: clause(deciding.clause).into(),
        reason: deciding.reason.code().to_owned(),
        sentence: deciding.reason.sentence().to_owned(),
        hint: deciding.reason.hint().to_owned(),
        findings: decision.findings.iter().map(finding).collect(),
        retry_after_ms: decision.retry_after_ms.unwrap_or(0),
    }
}

pub(super) fn acted(acted: Acted, correlation: u64) -> pb::ActResponse {
    let Acted {
        action,
        run,
        status: stands,
        decision: decided,
        outcome: said,
        reason,
        result,
        note,
        exchange,
        pending,
        stands_in,
    } = acted;
    let decided = pb::Decision {
        outcome: outcome(said).into(),
        reason: reason.code().to_owned(),
        sentence: reason.sentence().to_owned(),
        hint: reason.hint().to_owned(),
        ..decision(&decided)
    };
    pb::ActResponse {
        correlation,
        action: action.to_string(),
        run: run.to_string(),
        status: status(stands).into(),
        decision: Some(decided),
        result_json: result.as_ref().map(CanonicalJson::as_str).unwrap_or_default().to_owned(),
        escalation: pending.map(|(id, _)| id.to_string()).unwrap_or_default(),
        deadline: pending.map(|(_, deadline)| time(deadline)),
        note: note.unwrap_or_default(),
        error: String::new(),
        fault: exchange.fault.map(ToolFault::as_str).unwrap_or_default().to_owned(),
        retries: exchange.retries,
        stale_since: exchange.stale.map(|stale| time(stale.observed_at)),
        stands_in: stands_in.map(|first| pb::StandsIn {
            action: first.action.to_string(),
            tool: first.tool.to_string(),
            why: first.why,
        }),
    }
}

/// A row: parameters only if they are short.
pub(super) fn action(card: &ActionCard) -> pb::Action {
    let action = &card.action;
    let proposal: Option<&Proposal> = card.decision_fact().map(|decided| &decided.proposal);
    let text = |id: Option<String>| id.unwrap_or_default();
    let deciding = card.decision().map(Decision::deciding);
    pb::Action {
        id: action.id.to_string(),
        run: action.run.to_string(),
        service: card.terms.service.to_string(),
        domain: card.terms.domain.to_string(),
        tool: action.tool.to_string(),
        level: level(action.level).into(),
        status: status(action.status).into(),
        outcome: outcome(action.outcome).into(),
        reason: action.reason.code().to_owned(),
        clause: deciding.map_or(pb::Clause::Unspecified, |finding| clause(finding.clause)).into(),
        proposed_at: Some(time(card.decided.at)),
        params_json: proposal.map(|proposal| brief(&proposal.params)).unwrap_or_default(),
        params_digest: action.params.to_string(),
        cost_micros: action.cost.as_micros(),
        undoes: text(action.undoes.map(|(target, _)| target.to_string())),
        undone_by: text(action.undone_by.map(|by| by.to_string())),
        escalation: text(action.escalation.map(|id| id.to_string())),
        channel: proposal.map_or("", |proposal| proposal.channel.as_str()).to_owned(),
        rereads: text(action.rereads.map(|id| id.to_string())),
    }
}

/// The action with all of its parameters.
pub(super) fn whole_action(card: &ActionCard) -> pb::Action {
    let params = card.decision_fact().map(|decided| decided.proposal.params.as_str().to_owned());
    pb::Action { params_json: params.unwrap_or_default(), ..action(card) }
}

pub(super) fn vote(vote: &Vote) -> pb::Vote {
    let Vote { by, groups: _, approve, reason, at, endorsed, opaque } = vote;
    let mut row = pb::Vote {
        by: by.clone(),
        approve: *approve,
        reason: reason.clone(),
        at: Some(time(*at)),
        not_inspectable: *opaque,
        ..pb::Vote::default()
    };
    if let Some(endorsed) = endorsed {
        row.shown = endorsed.shown.to_string();
        row.key = endorsed.key.to_string();
        row.signature.clone_from(&endorsed.signature);
    }
    row
}

pub(super) fn statement(said: &Statement) -> pb::Statement {
    let Statement { by, happened, reason, result, at } = said;
    let verdict = if *happened { pb::Verdict::Happened } else { pb::Verdict::DidNotHappen };
    pb::Statement {
        by: by.clone(),
        verdict: verdict.into(),
        reason: reason.clone(),
        result_json: result.as_ref().map(|result| result.as_str().to_owned()).unwrap_or_default(),
        at: Some(time(*at)),
    }
}

fn moved(moved: &Moved) -> pb::MovedFact {
    let Moved { item, pointer, was, is } = moved.clone();
    pb::MovedFact { item: item.to_string(), pointer, was_json: was, is_json: is }
}

/// The parameters that a question is about.
pub(super) fn asked_params<'a>(escalation: &Escalation, inner: &'a Inner) -> Option<&'a CanonicalJson> {
    let held: Option<&Held> = inner.state.held.get(&escalation.action);
    let card = inner.card(escalation.action);
    held.map(|held| &held.proposal.params)
        .or_else(|| card.and_then(ActionCard::decision_fact).map(|fact| &fact.proposal.params))
}

/// The question with all of the parameters.
pub(super) fn whole_escalation(asked: &Escalation, inner: &Inner) -> pb::Escalation {
    let params = asked_params(asked, inner).map(|params| params.as_str().to_owned());
    pb::Escalation { params_json: params.unwrap_or_default(), ..escalation(asked, inner) }
}

/// A row: parameters only if they are short.
pub(super) fn escalation(escalation: &Escalation, inner: &Inner) -> pb::Escalation {
    let question = &escalation.question;
    let card = inner.card(escalation.action);
    pb::Escalation {
        id: question.id.to_string(),
        action: escalation.action.to_string(),
        run: escalation.run.to_string(),
        service: card.map(|card| card.terms.service.to_string()).unwrap_or_default(),
        domain: inner.state.domain.to_string(),
        tool: card.map(|card| card.action.tool.to_string()).unwrap_or_default(),
        rules: question.asks.iter().map(|ask| ask.rule.clone()).collect(),
        because: question.asks.iter().map(|ask| because(ask, question.asks.len())).collect(),
        groups: question.groups.iter().map(ToString::to_string).collect(),
        quorum: question.quorum,
        asked_at: Some(time(escalation.asked_at)),
        deadline: Some(time(question.deadline)),
        status: escalation_status(escalation.status).into(),
        votes: escalation.votes.iter().map(vote).collect(),
        digest: question.digest.to_string(),
        params_json: asked_params(escalation, inner).map(brief).unwrap_or_default(),
        note: escalation.note.clone(),
        moved: escalation.moved.iter().map(moved).collect(),
        replaces: escalation.replaces.map(|id| id.to_string()).unwrap_or_default(),
        replaced_by: escalation.replaced_by.map(|id| id.to_string()).unwrap_or_default(),
        voided_voters: voided_voters(escalation, inner),
        handed_to: escalation.handed.as_ref().map(|it| it.to.clone()).unwrap_or_default(),
        handed_by: escalation.handed.as_ref().map(|it| it.by.clone()).unwrap_or_default(),
        handed_note: escalation.handed.as_ref().map(|it| it.note.clone()).unwrap_or_default(),
        // Not of the domain's journal: whoever shows it adds them.
        claims: Vec::new(),
        practice: None,
    }
}

/// A tripwire that has tripped.
pub(super) fn tripped(tripped: &Tripped) -> pb::Tripped {
    pb::Tripped {
        scope: tripped.scope.to_string(),
        wire: tripped.wire.to_string(),
        then: tripped.wire.then.to_string(),
        figures: tripped.figures.clone(),
        events: tripped.events.clone(),
        switch_id: tripped.switch.map(|id| id.to_string()).unwrap_or_default(),
    }
}

/// Who had approved the question that this one replaces.
fn voided_voters(escalation: &Escalation, inner: &Inner) -> Vec<String> {
    let before = escalation.replaces.and_then(|id| inner.state.escalations.get(&id));
    let votes = before.into_iter().flat_map(|before| &before.votes);
    votes.filter(|vote| vote.approve).map(|vote| vote.by.clone()).collect()
}

pub(super) fn switch(switch: &Switch, state: &State, now: Timestamp) -> pb::Switch {
    let Switch { id, scope, ceiling, by, reason, at, no_undo, mode, .. } = switch;
    let requested = state.release_request(switch, now).map(|first| pb::ReleaseRequest {
        by: first.by.clone(),
        reason: first.reason.clone(),
        until: Some(time(first.until)),
    });
    let mode = match mode {
        Mode::Finish => pb::SwitchMode::Finish,
        Mode::Cancel => pb::SwitchMode::Cancel,
    };
    pb::Switch {
        id: id.to_string(),
        scope: scope.to_string(),
        ceiling: level(*ceiling).into(),
        by: by.clone(),
        reason: reason.clone(),
        set_at: Some(time(*at)),
        domain: state.domain.to_string(),
        owner: switch.owner().to_owned(),
        review_at: Some(time(switch.review_at())),
        reason_due: switch.reason_due().map(time),
        mode: mode.into(),
        no_undo: *no_undo,
        takes_two: state.takes_two_to_lift(scope),
        requested,
    }
}

/// Why a rule asks. Where several do, each has its own quorum among the people that it names.
fn because(ask: &Ask, rules: usize) -> String {
    if rules < 2 {
        return ask.because.clone();
    }
    format!("{} [{} of {}]", ask.because, ask.quorum, ask.to)
}

pub(super) fn run(card: &RunCard, inner: &Inner) -> pb::Run {
    let count = |wanted: fn(ActionStatus) -> bool| {
        let actions = card.actions.iter().filter_map(|id| inner.actions.get(id));
        u32::try_from(actions.filter(|card| wanted(card.action.status)).count()).unwrap_or(u32::MAX)
    };
    pb::Run {
        id: card.id.to_string(),
        name: card.name.clone(),
        service: card.service.to_string(),
        domain: card.terms.domain.to_string(),
        status: phase(card.phase).into(),
        started_at: Some(time(card.started_at)),
        ended_at: card.ended_at.map(time),
        reason: card.reason.map(|reason| reason.code().to_owned()).unwrap_or_default(),
        budget: Some(budget(card, inner)),
        actions: u32::try_from(card.actions.len()).unwrap_or(u32::MAX),
        denied: card.denied,
        held: count(|status| status == ActionStatus::Held),
        in_doubt: count(|status| status == ActionStatus::InDoubt),
        undone: count(|status| status == ActionStatus::Undone),
        contract_version: card.terms.version.clone(),
        workflow: card.workflow.as_ref().map(ToString::to_string).unwrap_or_default(),
    }
}

/// Everything that a run may use.
pub(super) fn budget(card: &RunCard, inner: &Inner) -> pb::Budget {
    pb::Budget {
        currency: card.terms.currency.clone(),
        limit_micros: card.budget.limit().as_micros(),
        spent_micros: card.budget.spent().as_micros(),
        held_micros: card.budget.held().as_micros(),
        calls: card.calls,
        calls_limit: card.calls_limit,
        tokens_spent: card.tokens.spent(),
        tokens_held: card.tokens.held(),
        tokens_limit: card.tokens_limit,
        wall_time_limit_ms: card.wall_time_limit_ms,
        // A run that memory has let go has its sums left.
        tools: inner.state.runs.get(&card.id).map(tools).unwrap_or_default(),
    }
}

fn tools(run: &Run) -> Vec<pb::ToolCalls> {
    let names: BTreeSet<_> = run.limits.tools.keys().chain(run.tool_calls.keys()).collect();
    let calls = names.into_iter().map(|tool| pb::ToolCalls {
        tool: tool.to_string(),
        calls: run.tool_calls.get(tool).copied().unwrap_or(0),
        limit: run.limits.tools.get(tool).copied(),
    });
    calls.collect()
}

#[cfg(test)]
mod tests;
