//! What the fold does to circuit breakers: who probes, and what each end of a call says of its tool.

use crate::{
    ActionId, Timestamp, ToolName,
    breaker::counts,
    event::{ActionSettled, Settlement},
    state::{Action, State},
};

impl State {
    /// A call is under way.
    pub(super) fn breaker_admits(&mut self, action: &Action, at: Timestamp) {
        let Some(run) = self.runs.get(&action.run) else { return };
        let Some(breaker) = run.terms.tools.get(&action.tool).and_then(|tool| tool.breaker.as_ref()) else {
            return;
        };
        if breaker.probe.is_none()
            && let Some(service) = self.services.get_mut(&run.terms.service)
        {
            let state = service.breakers.entry(action.tool.clone()).or_default();
            state.admitted(breaker, action.id, at);
        }
    }

    /// A call has ended: its own breaker counts it, and those of the effects that it probes for.
    pub(super) fn breakers_learn(&mut self, settled: &ActionSettled, at: Timestamp) {
        let succeeded = matches!(settled.settlement, Settlement::Succeeded { .. });
        let failed = counts(succeeded, settled.exchange.fault);
        let Some(action) = self.actions.get(&settled.action) else { return };
        let (tool, id): (&ToolName, ActionId) = (&action.tool, action.id);
        let Some(run) = self.runs.get(&action.run) else { return };
        let Some(service) = self.services.get_mut(&run.terms.service) else { return };
        for (name, breaker) in
            run.terms.tools.iter().filter_map(|(name, terms)| Some((name, terms.breaker.as_ref()?)))
        {
            if name == tool {
                service.breakers.entry(name.clone()).or_default().ended(breaker, id, failed, at);
            } else if breaker.probe.as_ref() == Some(tool)
                && let Some(state) = service.breakers.get_mut(name)
            {
                state.read_ended(breaker, failed, at);
            }
        }
    }
}
