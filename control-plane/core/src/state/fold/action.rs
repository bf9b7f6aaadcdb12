//! What the fold does to actions: decided, released, settled, undone.

use std::sync::Arc;

use crate::{
    ActionId, ActionStatus, CanonicalJson, Digest, Level, Money, Moved, Timestamp,
    action::ActionMove,
    course::Ended,
    decision::{Decision, Outcome},
    doubt::Trail,
    event::{ActionDecided, ActionSettled, Settlement},
    state::{Action, Run, Service, State},
};

impl State {
    pub(super) fn decided(&mut self, decided: &ActionDecided, at: Timestamp) {
        let Some(run) = self.runs.get_mut(&decided.proposal.run) else { return };
        if decided.decision.is_security_finding()
            && let Some(service) = self.services.get_mut(&run.terms.service)
        {
            service.security_findings = service.security_findings.saturating_add(1);
        }
        // The attempt of a stranger, or one after the end, leaves its event and nothing in the run:
        // nobody can use up, end or fill the memory of a run that is not theirs.
        if !decided.is_for_people() && !run.counts(&decided.proposal) {
            return;
        }
        let undone = decided.undoes.and_then(|(target, _)| self.actions.get(&target));
        let charged_at = undone.map_or(at, |undone| undone.charged_at);
        self.let_go = self.let_go.saturating_add(1);
        let mut action = Action { charged_at, order: self.let_go, ..Action::of(decided, run) };
        run.count(decided, &action);
        if let Some(effect) = &action.effect {
            self.effects.hold(Digest::of(effect.as_bytes()), action.id);
        }
        if action.status != ActionStatus::Denied {
            self.arrived(decided, at);
        }
        if let Some((target, plan)) = decided.undoes {
            self.compensation_decided(target, plan, action.id);
        }
        if let Some(question) = &decided.question {
            self.asked(decided, question, at);
        }
        if action.status.is_in_flight() {
            self.took_off(&action);
            self.breaker_admits(&action, at);
        }
        if let Some(target) = decided.asks_about {
            self.asked_about(target, action.id, at);
        }
        if let Some(target) = decided.proposal.stands_in {
            self.stood_in(target, (&action.tool, action.id));
        }
        if let Some(about) = decided.verifies {
            self.read_back(about, action.id, at);
        }
        self.reserve(&action);
        if action.status == ActionStatus::Admitted {
            self.goes(&mut action, &decided.proposal.params, at);
        }
        self.actions.insert(action.id, Arc::new(action));
    }

    /// Moves the theoretical arrival time on. Only what goes or is held uses up the rate.
    fn arrived(&mut self, decided: &ActionDecided, at: Timestamp) {
        let Some(run) = self.runs.get(&decided.proposal.run) else { return };
        let tool = &decided.proposal.tool;
        let rate = run.terms.tools.get(tool).and_then(|terms| terms.rate);
        let Some(service) = self.services.get_mut(&run.terms.service) else { return };
        if let Some(Ok(next)) =
            rate.map(|rate| crate::rate::conform(rate, service.arrivals.get(tool).copied(), at))
        {
            service.arrivals.insert(tool.clone(), next);
        }
        // Neither undoing nor reading again for people uses up what the service may do.
        if decided.is_for_people() {
            return;
        }
        let rate = service.active.allowance.rate;
        if let Some(Ok(next)) = rate.map(|rate| crate::rate::conform(rate, service.arrival, at)) {
            service.arrival = Some(next);
        }
        if let Some(settings) = &self.settings {
            let who = (&run.terms.service, decided.proposal.principal.as_str());
            self.arrivals.count(&settings.throttle, who, at);
        }
    }

    pub(super) fn released(&mut self, id: ActionId, decision: &Decision, moved: &[Moved], at: Timestamp) {
        let held = self.held.remove(&id);
        let question = held.as_ref().map(|held| held.question.id);
        let admitted = decision.outcome == Outcome::Admit;
        if let Some(asked) = question.and_then(|id| self.escalations.get_mut(&id)) {
            moved.clone_into(&mut asked.moved);
            if !admitted {
                asked.note = format!("approved, but by now: {}", decision.deciding().reason.sentence());
            }
        }
        if !self.moved(id, if admitted { ActionMove::Approve } else { ActionMove::Deny }) {
            return;
        }
        self.let_go = self.let_go.saturating_add(1);
        if let Some(mut action) = self.actions.remove(&id) {
            let released = Arc::make_mut(&mut action);
            released.outcome = decision.outcome;
            released.reason = decision.deciding().reason;
            released.order = self.let_go;
            if admitted && let Some(held) = held {
                self.goes(released, &held.proposal.params, at);
            }
            self.actions.insert(id, action);
        }
        if !admitted {
            self.give_back(id, Money::ZERO);
            self.free_key(id);
        }
    }

    /// An action goes: it counts for how far its service reaches, and where its caller carries it out, that is to be
    /// reported in time.
    fn goes(&mut self, action: &mut Action, params: &CanonicalJson, at: Timestamp) {
        action.counted = self.counted(action, params, at);
        action.trail.report_by = self.report_due(action, at);
        self.unreported.extend(action.trail.report_by.map(|by| (by, action.id)));
    }

    /// The tokens that a call used, instead of those that were reserved for it.
    pub(super) fn metered(&mut self, id: ActionId, used: u64) {
        let Some(action) = self.actions.get_mut(&id).map(Arc::make_mut) else { return };
        let Some(run) = self.runs.get_mut(&action.run) else { return };
        run.tokens.settle(std::mem::take(&mut action.tokens), used);
    }

    pub(super) fn settled(&mut self, settled: &ActionSettled, at: Timestamp) {
        let id = settled.action;
        self.breakers_learn(settled, at);
        match &settled.settlement {
            Settlement::Succeeded { .. } => {
                if self.moved(id, ActionMove::Succeed) {
                    self.metered(id, settled.tokens);
                    self.succeeded(settled, at);
                }
            }
            Settlement::Failed { .. } => {
                if self.moved(id, ActionMove::Fail) {
                    self.lost(id, settled.exchange.fault);
                    self.compensation_failed(settled, at);
                    self.metered(id, settled.tokens);
                    self.give_back(id, settled.cost);
                    self.free_key(id);
                    self.went_on(id, None);
                }
            }
            // Money, effect and key stay taken: it may have happened.
            Settlement::InDoubt { .. } => {
                if self.moved(id, ActionMove::Doubt) {
                    self.doubted(id, at);
                }
            }
        }
    }

    fn succeeded(&mut self, settled: &ActionSettled, at: Timestamp) {
        // What cannot be undone needs no money for it.
        self.charge(settled.action, settled.cost, settled.undo.is_none());
        let Some(action) = self.actions.get_mut(&settled.action).map(Arc::make_mut) else { return };
        let Some(run) = self.runs.get_mut(&action.run) else { return };
        action.undo.clone_from(&settled.undo);
        let result = match &settled.settlement {
            Settlement::Succeeded { result } => Some(result),
            Settlement::Failed { .. } | Settlement::InDoubt { .. } => None,
        };
        if let Some(result) = result
            && run.is_open()
        {
            let seen_at = settled.exchange.observed_at(at);
            for item in &settled.evidence {
                run.evidence.insert((item.clone(), action.id), (result.digest(), seen_at));
            }
        }
        if let Some(service) = self.services.get_mut(&run.terms.service) {
            for value in &action.values {
                service.familiar.note(*value, at);
            }
        }
        if let Some((target, _)) = action.undoes
            && self.actions.get(&target).is_none_or(|target| !target.is_verified())
        {
            self.undone(target, settled.action);
        }
        self.went_on(settled.action, result);
    }

    /// The course of an open run goes on by its own calls alone: not by compensations, nor by what is read again.
    fn went_on(&mut self, id: ActionId, result: Option<&CanonicalJson>) {
        let Some(action) = self.actions.get(&id) else { return };
        let Some(run) = self.runs.get_mut(&action.run) else { return };
        if run.is_open() && action.undoes.is_none() && action.rereads.is_none() {
            let is_effect = action.level.has_effect();
            let call = Ended { tool: &action.tool, result, is_effect, cost: action.cost };
            run.course.ended(&run.limits.course, call);
        }
    }

    pub(super) fn undone(&mut self, target: ActionId, by: ActionId) {
        if !self.moved(target, ActionMove::Undo) {
            return;
        }
        self.taken_over(target);
        if let Some(action) = self.actions.get_mut(&target).map(Arc::make_mut) {
            action.undone_by = Some(by);
            // What people took back vouches for nobody, not even where others had succeeded with it: a person
            // is asked once more.
            let service = self.runs.get(&action.run).map(|run| &run.terms.service);
            if let Some(service) = service.and_then(|name| self.services.get_mut(name)) {
                action.values.iter().for_each(|value| service.familiar.forget(value));
            }
        }
        self.free_effect(target);
    }

    /// Frees what an action that never happened had taken: money but for what it cost, and its effect.
    pub(super) fn give_back(&mut self, id: ActionId, cost: Money) {
        self.uncounted(id);
        self.free_effect(id);
        self.metered(id, 0);
        self.charge(id, cost, true);
    }

    /// The call may be made anew: its derived key is free; a key that the caller gave stays.
    pub(super) fn free_key(&mut self, id: ActionId) {
        let Some(action) = self.actions.get(&id) else { return };
        let Some(run) = self.runs.get_mut(&action.run) else { return };
        let deed = crate::idempotency::deed_digest(&action.tool, action.params);
        run.keys.remove_if(&deed, |(holder, _)| *holder == id);
    }

    fn free_effect(&mut self, id: ActionId) {
        let effect = self.actions.get_mut(&id).map(Arc::make_mut).and_then(|action| action.effect.take());
        if let Some(effect) = effect {
            self.effects.free(&Digest::of(effect.as_bytes()), id);
        }
    }

    /// Moves along the table. The command checked the move; an illegal one changes nothing.
    pub(super) fn moved(&mut self, id: ActionId, by: ActionMove) -> bool {
        let Some(action) = self.actions.get_mut(&id).map(Arc::make_mut) else { return false };
        let Ok(next) = action.status.next(by) else { return false };
        let before = std::mem::replace(&mut action.status, next);
        if before.is_in_flight() != next.is_in_flight() {
            let action = action.clone();
            if next.is_in_flight() { self.took_off(&action) } else { self.landed(&action) }
        }
        self.kept_in_step(id, next);
        true
    }

    fn took_off(&mut self, action: &Action) {
        if let Some(service) = self.service_of(action) {
            let calls = service.in_flight.entry(action.tool.clone()).or_default();
            *calls = calls.saturating_add(1);
        }
    }

    fn landed(&mut self, action: &Action) {
        let Some(service) = self.service_of(action) else { return };
        if let Some(calls) = service.in_flight.get_mut(&action.tool) {
            *calls = calls.saturating_sub(1);
            if *calls == 0 {
                service.in_flight.remove(&action.tool);
            }
        }
    }

    fn service_of(&mut self, action: &Action) -> Option<&mut Service> {
        self.services.get_mut(&self.runs.get(&action.run)?.terms.service)
    }
}

impl Action {
    /// The action as its decision leaves it.
    fn of(decided: &ActionDecided, run: &Run) -> Self {
        let ActionDecided { proposal, assessment, decision, .. } = decided;
        let status = match decision.outcome {
            Outcome::Admit => ActionStatus::Admitted,
            Outcome::Escalate => ActionStatus::Held,
            Outcome::Throttle | Outcome::Deny | Outcome::Stop => ActionStatus::Denied,
        };
        let goes = status != ActionStatus::Denied;
        let level = run.terms.tools.get(&proposal.tool).and_then(|tool| tool.level);
        Self {
            id: proposal.action,
            run: proposal.run,
            tool: proposal.tool.clone(),
            // What the service may not call itself only undoes, which is an effect.
            level: level.unwrap_or(Level::Execute),
            mode: proposal.mode,
            status,
            outcome: decision.outcome,
            reason: decision.deciding().reason,
            params: proposal.params.digest(),
            charged_at: Timestamp::default(),
            hold: if goes { decided.hold } else { Money::ZERO },
            undo_hold: if goes { decided.undo_hold } else { Money::ZERO },
            cost: Money::ZERO,
            tokens: assessment.most.filter(|_| goes).map_or(0, |most| most.tokens),
            effect: assessment.effect.clone().filter(|_| goes && decided.undoes.is_none()),
            escalation: decided.question.as_ref().map(|question| question.id),
            values: assessment.novelties.iter().filter(|_| goes).map(|novelty| novelty.value).collect(),
            undo: None,
            undoes: decided.undoes,
            undone_by: None,
            rereads: decided.rereads,
            asks_about: decided.asks_about,
            fault: None,
            stand_in: None,
            counted: None,
            verifies: decided.verifies,
            order: 0,
            trail: Trail::default(),
        }
    }
}

impl Run {
    /// Counts a decided action: calls, budget, repetition, key.
    fn count(&mut self, decided: &ActionDecided, action: &Action) {
        let proposal = &decided.proposal;
        self.actions.push(action.id);
        // What the control plane reads by itself is neither a call of the service nor a repetition.
        if action.rereads.is_some() || action.asks_about.is_some() || action.verifies.is_some() {
            return;
        }
        let goes = action.status != ActionStatus::Denied;
        if goes {
            self.calls = self.calls.saturating_add(1);
            let calls = self.tool_calls.entry(action.tool.clone()).or_default();
            *calls = calls.saturating_add(1);
            self.tokens.reserve(action.tokens);
        } else {
            self.denied = self.denied.saturating_add(1);
        }
        // A throttled call was asked to come again: that is no repetition, and its key stays free.
        if action.undoes.is_some() || action.outcome == Outcome::Throttle {
            return;
        }
        let deed = crate::idempotency::deed_digest(&proposal.tool, proposal.params.digest());
        let same = self.same_calls.at(deed);
        *same = same.saturating_add(1);
        self.course.called(&self.limits.course, &proposal.tool, deed);
        if !goes {
            self.course.refused(&self.limits.course, &proposal.tool);
        }
        // One decision for a given key; a derived key may be tried again once its action came to nothing.
        if let Some(key) = crate::idempotency::key(proposal, deed, action.level)
            && (goes || proposal.key.is_some())
        {
            let call = crate::idempotency::call_digest(proposal, deed);
            self.keys.put_new(key, (action.id, call));
        }
    }
}
