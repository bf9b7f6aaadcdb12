//! One step of a rollback: what is due about it. The compensation and its read-back become actions of their own.

use crate::{
    ActionId, CanonicalJson, Clause, Money, PlanId, Reason, Timestamp, ToolName,
    decision::{Decision, Finding},
    event::{ActionDecided, Event},
    person,
    proposal::{Assessment, Channel, Mode, Proposal},
    refusal::Refusal,
    rollback::{PARKED_FOR_MS, ParkedWhy, StepParked},
    state::{Action, Run, State, Turn, Wait},
};

pub(super) fn compensate(
    state: &State,
    plan: PlanId,
    target: ActionId,
    action: ActionId,
    now: Timestamp,
) -> Result<Vec<Event>, Refusal> {
    let rollback = super::rollback::known(state, plan)?;
    let by = match &rollback.started_by {
        Some(by) if rollback.is_under_way() => by,
        Some(_) | None => return Err(Refusal::Conflict("the rollback is not under way".to_owned())),
    };
    if rollback.step(target).is_none() {
        return Err(Refusal::Conflict(format!("the plan has no step about {target}")));
    }
    if state.actions.contains_key(&action) {
        return Err(Refusal::Conflict(format!("{action} is taken")));
    }
    let known = state.actions.get(&target).ok_or_else(|| Refusal::not_found("action", &target))?;
    let run = super::known_run(state, known.run)?;
    match state.turn(plan, target, now) {
        Turn::Compensate => {
            let undo = known.undo.as_ref();
            let undo = undo.ok_or_else(|| Refusal::Conflict(format!("nothing undoes {target}")))?;
            super::withheld::undo(state, target, &undo.tool)?;
            let call = (&undo.tool, &undo.params);
            let decided = decided((action, run), call, &by.name, |clause| detail(clause, &by.name, known));
            let (hold, undoes) = (known.undo_hold, Some((target, plan)));
            Ok(vec![Event::ActionDecided(Box::new(ActionDecided { hold, undoes, ..decided }))])
        }
        Turn::Verify => {
            let verify = known.undo.as_ref().and_then(|undo| undo.verify.as_deref());
            let verify = verify.ok_or_else(|| Refusal::Conflict(format!("no read shows {target}")))?;
            let call = (&verify.tool, &verify.params);
            let decided = decided((action, run), call, person::CONTROL_PLANE, |clause| match clause {
                Clause::Evidence => format!("looks whether {target} is undone"),
                Clause::Identity
                | Clause::Scope
                | Clause::Policy
                | Clause::Tooling
                | Clause::Cost
                | Clause::Recovery => String::new(),
            });
            let verifies = Some((target, plan));
            Ok(vec![Event::ActionDecided(Box::new(ActionDecided { verifies, ..decided }))])
        }
        Turn::Park(why, note) => Ok(vec![park((plan, known, run), (why, note), now)]),
        Turn::Disown => {
            Err(Refusal::Conflict(format!("the caller of {target} has not reported its outcome")))
        }
        Turn::Wait(Wait::Undoing { by, .. }) if rollback.compensation(target) == Some(by) => {
            Err(Refusal::Joins(by))
        }
        Turn::Wait(wait) => Err(Refusal::Conflict(wait.to_string())),
        Turn::Over => Err(Refusal::Conflict(format!("nothing more is done about {target}"))),
    }
}

fn detail(clause: Clause, by: &str, undone: &Action) -> String {
    match clause {
        Clause::Identity => format!("ordered by {by}"),
        Clause::Scope => format!("undoes {} ({})", undone.id, undone.tool),
        Clause::Cost => format!("{} was kept for it", undone.undo_hold),
        Clause::Evidence | Clause::Policy | Clause::Tooling | Clause::Recovery => String::new(),
    }
}

/// An admit that rests on the contract's own word alone.
fn decided(
    (action, run): (ActionId, &Run),
    (tool, params): (&ToolName, &CanonicalJson),
    principal: &str,
    detail: impl Fn(Clause) -> String,
) -> ActionDecided {
    let findings = Clause::ALL
        .map(|clause| Finding { reason: Reason::DeclaredUndo, ..Finding::content(clause, detail(clause)) });
    ActionDecided {
        proposal: Proposal {
            action,
            run: run.id,
            tool: tool.clone(),
            params: params.clone(),
            key: None,
            channel: Channel::Operator,
            mode: Mode::Execute,
            principal: principal.to_owned(),
            asserted: Vec::new(),
            stands_in: None,
        },
        assessment: Assessment::of_ours(run.terms.digest),
        decision: Decision::join(findings, None),
        hold: Money::ZERO,
        undo_hold: Money::ZERO,
        question: None,
        undoes: None,
        rereads: None,
        asks_about: None,
        verifies: None,
    }
}

/// A person takes it over: whoever answers for the service.
fn park(
    (plan, target, run): (PlanId, &Action, &Run),
    (why, note): (ParkedWhy, String),
    now: Timestamp,
) -> Event {
    Event::StepParked(Box::new(StepParked {
        plan,
        run: run.id,
        target: target.id,
        why,
        note,
        owner: run.terms.owner.clone(),
        until: now.plus_ms(PARKED_FOR_MS),
    }))
}
