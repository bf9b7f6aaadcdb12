//! The fold: what each event does to the state. What happened, happened.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    ActionId, EscalationId, Money, RunId, Timestamp,
    action::ActionMove,
    budget::Budget,
    decision::{Decision, Outcome},
    escalation::{Escalation, EscalationStatus},
    event::{ActionDecided, ActionSettled, Event, Settlement},
    state::{Action, Credential, Held, Phase, Rollback, Run, Service, State},
};

impl State {
    /// Replays a history.
    pub fn replay<'a>(
        domain: crate::DomainName,
        history: impl IntoIterator<Item = &'a (Timestamp, Event)>,
    ) -> Self {
        let mut state = Self::new(domain);
        for (at, event) in history {
            state.apply(event, *at);
        }
        state
    }

    /// Lets one event have happened.
    pub fn apply(&mut self, event: &Event, at: Timestamp) {
        match event {
            Event::ContractActivated { terms, .. } => self.activated(Arc::new((**terms).clone())),
            Event::RunStarted { .. } => self.run_started(event, at),
            Event::ActionDecided(decided) => self.decided(decided, at),
            Event::ActionStarted { action, .. } => self.moved(*action, ActionMove::Start),
            Event::ActionSettled(settled) => self.settled(settled, at),
            Event::EscalationVoted { escalation, vote, .. } => {
                if let Some(escalation) = self.escalations.get_mut(escalation) {
                    escalation.votes.push(vote.clone());
                }
            }
            Event::EscalationClosed { escalation, action, status, .. } => {
                self.escalation_closed(*escalation, *action, *status);
            }
            Event::ActionReleased { action, decision, .. } => self.released(*action, decision, at),
            Event::SwitchSet(switch) => {
                self.switches.insert(switch.id, switch.clone());
            }
            Event::SwitchReleased { switch, .. } => {
                self.switches.remove(switch);
            }
            Event::RunEnded { run, stopped, reason, .. } => {
                if let Some(run) = self.runs.get_mut(run) {
                    run.phase = if *stopped { Phase::Stopped } else { Phase::Completed };
                    run.reason = *reason;
                }
                self.run_closed(*run, at);
            }
            Event::RollbackPlanned { plan, .. } => {
                let rollback = Rollback {
                    plan: (**plan).clone(),
                    started_by: None,
                    compensations: BTreeMap::new(),
                    closed: false,
                };
                self.rollbacks.insert(plan.id, rollback);
            }
            Event::RollbackStarted { plan, run, by, .. } => {
                if let Some(rollback) = self.rollbacks.get_mut(plan) {
                    rollback.started_by = Some(by.clone());
                }
                if let Some(run) = self.runs.get_mut(run) {
                    run.phase = Phase::RollingBack;
                }
                self.run_closed(*run, at);
            }
            Event::RollbackClosed { plan, run, .. } => {
                if let Some(rollback) = self.rollbacks.get_mut(plan) {
                    rollback.closed = true;
                }
                if let Some(run) = self.runs.get_mut(run) {
                    run.phase = Phase::RolledBack;
                }
            }
            Event::CredentialIssued { credential, holder, hash, by } => {
                let issued = Credential {
                    holder: holder.clone(),
                    hash: *hash,
                    issued_at: at,
                    by: by.clone(),
                    revoked: false,
                };
                self.credentials.insert(*credential, issued);
            }
            Event::CredentialRevoked { credential, .. } => {
                if let Some(credential) = self.credentials.get_mut(credential) {
                    credential.revoked = true;
                }
            }
        }
    }

    fn activated(&mut self, terms: Arc<crate::terms::Terms>) {
        match self.services.get_mut(&terms.service) {
            Some(service) => service.active = terms,
            None => {
                let service = Service { active: Arc::clone(&terms), arrivals: BTreeMap::new() };
                self.services.insert(terms.service.clone(), service);
            }
        }
    }

    fn run_started(&mut self, event: &Event, at: Timestamp) {
        let Event::RunStarted { run, name, service, principal, .. } = event else { return };
        let Some(terms) = self.services.get(service).map(|service| Arc::clone(&service.active)) else {
            return;
        };
        self.run_names.insert((service.clone(), name.clone()), *run);
        let opened = Run {
            id: *run,
            name: name.clone(),
            principal: principal.clone(),
            started_at: at,
            phase: Phase::Open,
            ended_at: None,
            reason: None,
            budget: Budget::new(terms.run.spend),
            terms,
            calls: 0,
            tool_calls: BTreeMap::new(),
            same_calls: BTreeMap::new(),
            keys: BTreeMap::new(),
            evidence: BTreeMap::new(),
            actions: Vec::new(),
            denied: 0,
        };
        self.runs.insert(*run, opened);
    }

    /// The name is free again, and nothing that was kept for deciding is needed any more.
    fn run_closed(&mut self, id: RunId, at: Timestamp) {
        let Some(run) = self.runs.get_mut(&id) else { return };
        run.ended_at.get_or_insert(at);
        run.same_calls.clear();
        run.keys.clear();
        run.evidence.clear();
        self.run_names.remove(&(run.terms.service.clone(), run.name.clone()));
    }

    fn decided(&mut self, decided: &ActionDecided, at: Timestamp) {
        let ActionDecided { proposal, assessment, decision, .. } = decided;
        let Some(run) = self.runs.get_mut(&proposal.run) else { return };
        let level =
            run.terms.tools.get(&proposal.tool).and_then(|tool| tool.level).unwrap_or(crate::Level::Execute);
        let by = match decision.outcome {
            Outcome::Admit => ActionMove::Admit,
            Outcome::Escalate => ActionMove::Hold,
            Outcome::Throttle | Outcome::Deny | Outcome::Stop => ActionMove::Deny,
        };
        let going = by != ActionMove::Deny;
        let status = crate::ActionStatus::Proposed.next(by).unwrap_or(crate::ActionStatus::Denied);
        run.actions.push(proposal.action);
        if going {
            run.calls = run.calls.saturating_add(1);
            let calls = run.tool_calls.entry(proposal.tool.clone()).or_default();
            *calls = calls.saturating_add(1);
            if decided.undoes.is_none() {
                run.budget.reserve(decided.hold.saturating_add(decided.undo_hold));
            }
        } else {
            run.denied = run.denied.saturating_add(1);
        }
        if decided.undoes.is_none() {
            let same = run.same_calls.entry(crate::idempotency::call_digest(proposal)).or_default();
            *same = same.saturating_add(1);
            if let Some(key) = crate::idempotency::key(proposal, level) {
                // The first result of a given key stays; a derived one may be tried again once it ended.
                if going || proposal.key.is_some() {
                    run.keys.entry(key).or_insert((proposal.action, proposal.params.digest()));
                }
            }
        }
        let effect = assessment.effect.clone().filter(|_| going && decided.undoes.is_none());
        if let Some(effect) = &effect {
            self.effects.insert(effect.clone(), proposal.action);
        }
        if going {
            self.arrived(decided, at);
        }
        if let Some((target, plan)) = decided.undoes {
            self.compensation_decided(target, plan, proposal.action);
        }
        self.hold_question(decided, at);
        let action = Action {
            id: proposal.action,
            run: proposal.run,
            tool: proposal.tool.clone(),
            level,
            mode: proposal.mode,
            status,
            outcome: decision.outcome,
            reason: decision.deciding().reason,
            params: proposal.params.digest(),
            hold: if going { decided.hold } else { Money::ZERO },
            undo_hold: if going { decided.undo_hold } else { Money::ZERO },
            cost: Money::ZERO,
            effect,
            escalation: decided.question.as_ref().map(|question| question.id),
            undo: None,
            undoes: decided.undoes,
            undone_by: None,
        };
        self.actions.insert(action.id, action);
    }

    fn arrived(&mut self, decided: &ActionDecided, at: Timestamp) {
        let Some(run) = self.runs.get(&decided.proposal.run) else { return };
        let tool = &decided.proposal.tool;
        let Some(rate) = run.terms.tools.get(tool).and_then(|terms| terms.rate) else { return };
        let Some(service) = self.services.get_mut(&run.terms.service) else { return };
        if let Ok(next) = crate::rate::conform(rate, service.arrivals.get(tool).copied(), at) {
            service.arrivals.insert(tool.clone(), next);
        }
    }

    fn hold_question(&mut self, decided: &ActionDecided, at: Timestamp) {
        let Some(question) = &decided.question else { return };
        let action = decided.proposal.action;
        let held = Held {
            proposal: decided.proposal.clone(),
            assessment: decided.assessment.clone(),
            question: question.clone(),
        };
        self.held.insert(action, held);
        let escalation = Escalation {
            question: question.clone(),
            action,
            run: decided.proposal.run,
            asked_at: at,
            status: EscalationStatus::Pending,
            votes: Vec::new(),
        };
        self.escalations.insert(question.id, escalation);
    }

    /// The money kept for undoing moves from the target to its compensation: the run's budget is the same.
    fn compensation_decided(&mut self, target: ActionId, plan: crate::PlanId, by: ActionId) {
        if let Some(rollback) = self.rollbacks.get_mut(&plan) {
            rollback.compensations.insert(target, by);
        }
        if let Some(target) = self.actions.get_mut(&target) {
            target.undo_hold = Money::ZERO;
        }
    }

    fn escalation_closed(&mut self, id: EscalationId, action: ActionId, status: EscalationStatus) {
        if let Some(escalation) = self.escalations.get_mut(&id) {
            escalation.status = status;
        }
        let by = match status {
            EscalationStatus::Pending | EscalationStatus::Approved => return,
            EscalationStatus::Lapsed => ActionMove::Lapse,
            EscalationStatus::Denied | EscalationStatus::Voided => ActionMove::Deny,
        };
        self.held.remove(&action);
        self.moved(action, by);
        self.give_back(action);
        if let Some(action) = self.actions.get_mut(&action) {
            action.outcome = Outcome::Deny;
            action.reason = match status {
                EscalationStatus::Lapsed => crate::Reason::EscalationLapsed,
                EscalationStatus::Voided => crate::Reason::EscalationVoided,
                EscalationStatus::Pending | EscalationStatus::Approved | EscalationStatus::Denied => {
                    crate::Reason::EscalationDenied
                }
            };
        }
    }

    fn released(&mut self, action: ActionId, decision: &Decision, _at: Timestamp) {
        self.held.remove(&action);
        let admitted = decision.outcome == Outcome::Admit;
        self.moved(action, if admitted { ActionMove::Approve } else { ActionMove::Deny });
        if let Some(action) = self.actions.get_mut(&action) {
            action.outcome = decision.outcome;
            action.reason = decision.deciding().reason;
        }
        if !admitted {
            self.give_back(action);
        }
    }

    /// Frees what an action that will never happen had taken: money, effect, derived key.
    fn give_back(&mut self, id: ActionId) {
        let Some(action) = self.actions.get_mut(&id) else { return };
        let hold = std::mem::take(&mut action.hold).saturating_add(std::mem::take(&mut action.undo_hold));
        if let Some(effect) = action.effect.take() {
            self.effects.remove(&effect);
        }
        if let Some(run) = self.runs.get_mut(&action.run) {
            run.budget.settle(hold, Money::ZERO);
            run.keys.retain(|key, (holder, _)| *holder != id || !crate::idempotency::is_derived(key));
        }
    }

    fn settled(&mut self, settled: &ActionSettled, at: Timestamp) {
        let id = settled.action;
        match &settled.settlement {
            Settlement::Succeeded { result } => {
                self.moved(id, ActionMove::Succeed);
                let Some(action) = self.actions.get_mut(&id) else { return };
                action.cost = settled.cost.min(action.hold);
                action.undo.clone_from(&settled.undo);
                let hold = std::mem::take(&mut action.hold);
                let undo_hold =
                    if action.undo.is_none() { std::mem::take(&mut action.undo_hold) } else { Money::ZERO };
                let (cost, undoes) = (action.cost, action.undoes);
                if let Some(run) = self.runs.get_mut(&action.run) {
                    run.budget.settle(hold, cost);
                    run.budget.settle(undo_hold, Money::ZERO);
                    for item in &settled.evidence {
                        run.evidence.insert((item.clone(), id), (result.digest(), at));
                    }
                }
                if let Some((target, _)) = undoes {
                    self.undone(target, id);
                }
            }
            Settlement::Failed { .. } => {
                self.moved(id, ActionMove::Fail);
                self.give_back(id);
            }
            Settlement::InDoubt { .. } => self.moved(id, ActionMove::Doubt),
        }
    }

    fn undone(&mut self, target: ActionId, by: ActionId) {
        self.moved(target, ActionMove::Undo);
        let Some(action) = self.actions.get_mut(&target) else { return };
        action.undone_by = Some(by);
        if let Some(effect) = action.effect.take() {
            self.effects.remove(&effect);
        }
    }

    /// Moves along the table; the command checked the move, so an illegal one changes nothing.
    fn moved(&mut self, action: ActionId, by: ActionMove) {
        if let Some(action) = self.actions.get_mut(&action)
            && let Ok(next) = action.status.next(by)
        {
            action.status = next;
        }
    }
}
