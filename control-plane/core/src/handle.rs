//! Command + state + now → events. Pure: no clock, no chance, nothing is sent from here.

use crate::{
    CredentialId, Digest, RunId, Terms, Timestamp,
    command::Command,
    event::{Event, Holder},
    person,
    refusal::Refusal,
    state::{Run, State},
};

mod alert;
mod attempt;
mod breach;
mod compensate;
mod domain;
mod doubt;
mod duty;
mod edge;
mod escalation;
mod handover;
mod lift;
mod practice;
mod propose;
mod release;
mod rollback;
mod run;
mod settle;
mod switch;
mod version;
mod withheld;

pub(crate) use release::asked_now;
pub(crate) use switch::with_voided;

/// Decides what a command makes happen. The caller appends the events to the journal, folds them into
/// the state, and answers only after the commit.
///
/// # Errors
/// A [`Refusal`]: nothing happened and nothing is recorded.
pub fn handle(state: &State, command: Command, now: Timestamp) -> Result<Vec<Event>, Refusal> {
    // A clock that was set back must not make stale evidence fresh or a lapsed question answerable.
    let now = now.max(state.latest);
    match command {
        Command::ActivateContract { terms, by } => activate(state, terms, by),
        Command::StartRun { run, name, service, principal, channel, declared } => {
            let contract = run::may_start(state, (run, &name), (&service, &principal), &declared, now)?;
            Ok(vec![Event::RunStarted { run, name, service, contract, principal, channel, declared }])
        }
        Command::RecordAttempt { service, principal, tool, channel, why } => {
            let contract = attempt::counts(state, &service, &principal, &tool, now)?;
            let attempted =
                |contract| Event::ForbiddenAttempted { service, contract, principal, tool, channel, why };
            Ok(contract.map(attempted).into_iter().collect())
        }
        Command::Propose { proposal, assessment, escalation, reused } => {
            propose::propose(state, *proposal, *assessment, (escalation, reused), now)
        }
        Command::Start { action } => settle::start(state, action, now),
        Command::Settle(settle) => Ok(rollback::follow(state, settle::settle(state, *settle, now)?)),
        Command::Resend { action } => doubt::resend(state, action, now),
        Command::AskAbout(ask) => doubt::ask(state, *ask, now),
        Command::Learn(learn) => Ok(rollback::follow(state, doubt::learn(state, *learn, now)?)),
        Command::Resolve(resolve) => Ok(rollback::follow(state, doubt::resolve(state, *resolve, now)?)),
        Command::Decide(answer) => escalation::decide(state, *answer, now),
        Command::HandOver(asked) => handover::hand_over(state, *asked),
        Command::Acknowledge(asked) => alert::acknowledge(state, *asked, now),
        Command::ReadAgain(read) => release::read_again(state, *read, now),
        Command::Release(release) => release::release(state, &release, now),
        Command::Lapse => {
            let mut events = escalation::lapse(state, now);
            events.extend(settle::overdue(state, now));
            Ok(events)
        }
        Command::SetSwitch { switch, by } => switch::set(state, switch, &by, now),
        Command::ExplainSwitch(told) => switch::explain(state, &told),
        Command::ReleaseSwitch { target, by, reason } => lift::release(state, &target, (&by, &reason), now),
        Command::EndRun { run, reason, note } => run::end(state, run, reason, note),
        Command::PlanRollback { plan, asked, by } => rollback::plan(state, plan, *asked, &by, now),
        Command::StartRollback { plan, digest, by, reason } => {
            rollback::may_start(state, plan, digest, &by, now)?;
            rollback::start(state, plan, &by, &reason)
        }
        Command::Compensate { plan, target, action } => {
            compensate::compensate(state, plan, target, action, now)
        }
        Command::CloseRollback { plan } => rollback::close(state, plan, now),
        Command::PauseRollback { plan, by, reason } => rollback::pause(state, plan, &by, reason),
        Command::ResumeRollback { plan, by, reason } => rollback::resume(state, plan, &by, reason),
        Command::SkipStep { plan, target, by, reason } => rollback::skip(state, (plan, target), &by, reason),
        Command::Recover => Ok(settle::recover(state)),
        Command::AskPractice(asked) => practice::ask(state, *asked),
        Command::ClosePractice { question, end } => practice::close(state, question, end, now),
        Command::IssueCredential { credential, holder, hash, by } => {
            issue(state, credential, holder, hash, by)
        }
        Command::ProposeVersion { proposed, people } => version::propose(state, *proposed, &people),
        Command::ApproveVersion { digest, by, seal } => version::approve(state, digest, by, *seal),
        Command::ActivateVersion { digest, by, end_runs, record, people } => {
            version::activate(state, version::Activation { digest, by, end_runs, record }, &people)
        }
        Command::RequireApprovals { by } => version::require_approvals(state, by),
        Command::ConfigureDomain { settings, by } => domain::configure(state, settings, by),
        Command::RevokeVersion { digest, by, reason } => version::revoke(state, digest, by, reason),
        Command::RegisterKey(registered) => version::register(state, registered),
        Command::RevokeCredential { credential, by } => match state.credentials.get(&credential) {
            None => Err(Refusal::not_found("credential", &credential)),
            Some(known) if known.revoked.is_some() => Ok(Vec::new()),
            Some(_) => Ok(vec![Event::CredentialRevoked { credential, by }]),
        },
    }
}

/// The way of a laptop: what stands in a folder is active, unless people took it away.
fn activate(state: &State, terms: Box<Terms>, by: String) -> Result<Vec<Event>, Refusal> {
    version::publishable(state, &terms)?;
    if state.wants_approvals() {
        return Err(Refusal::Conflict(format!(
            "people approve the versions of domain `{}`: no folder becomes active there by itself",
            state.domain
        )));
    }
    if state.is_revoked(&terms.digest) {
        return Err(Refusal::Conflict(format!(
            "version {} of `{}` was revoked",
            terms.version, terms.service
        )));
    }
    if state.services.get(&terms.service).is_some_and(|service| service.active.digest == terms.digest) {
        return Ok(Vec::new());
    }
    Ok(vec![Event::ContractActivated { terms, by }])
}

fn issue(
    state: &State,
    credential: CredentialId,
    holder: Holder,
    hash: Digest,
    by: String,
) -> Result<Vec<Event>, Refusal> {
    // Issued again, a revoked credential would count again.
    if state.credentials.contains_key(&credential) {
        return Err(Refusal::Conflict(format!("{credential} is taken")));
    }
    let name = match &holder {
        Holder::Service { name, .. } => name.as_str(),
        Holder::Operator { person } => {
            one_person(state, &person.name)?;
            person.name.as_str()
        }
    };
    if let Some(problem) = person::not_a_name(name) {
        return Err(Refusal::Invalid(format!("a credential needs the name of its holder: {problem}")));
    }
    Ok(vec![Event::CredentialIssued { credential, holder, hash, by }])
}

/// A name is one person, for quorums and duties: none that differs from another in case alone, and not the
/// control plane's own.
fn one_person(state: &State, name: &str) -> Result<(), Refusal> {
    if name.eq_ignore_ascii_case(person::CONTROL_PLANE) {
        return Err(Refusal::Invalid(format!("`{name}` is what the control plane itself is called")));
    }
    let lower = name.to_lowercase();
    let same = state.credentials.values().find_map(|known| match &known.holder {
        Holder::Operator { person } if person.name != name && person.name.to_lowercase() == lower => {
            Some(&person.name)
        }
        Holder::Operator { .. } | Holder::Service { .. } => None,
    });
    match same {
        None => Ok(()),
        Some(other) => Err(Refusal::Conflict(format!(
            "`{name}` differs from `{other}` in case alone, and a name is one person; use `{other}`"
        ))),
    }
}

/// The run of this id.
fn known_run(state: &State, id: RunId) -> Result<&Run, Refusal> {
    state.runs.get(&id).ok_or_else(|| Refusal::not_found("run", &id))
}

#[cfg(test)]
mod tests;
