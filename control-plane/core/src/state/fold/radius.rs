//! What the fold does to the blast radius: what is admitted counts, what certainly did not happen is taken back.

use std::sync::Arc;

use crate::{
    ActionId, CanonicalJson, Timestamp,
    radius::{Mark, Meter, Radius},
    state::{Action, State},
};

/// What was counted for one action, and when.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Counted {
    at: Timestamp,
    service: Vec<(Meter, Mark)>,
    domain: Vec<(Meter, Mark)>,
}

impl State {
    /// An action of a service goes: what it counts for. What the control plane does by itself reaches nobody new.
    pub(super) fn counted(
        &mut self,
        action: &Action,
        params: &CanonicalJson,
        at: Timestamp,
    ) -> Option<Arc<Counted>> {
        if action.undoes.is_some() || action.rereads.is_some() || action.asks_about.is_some() {
            return None;
        }
        let run = self.runs.get(&action.run)?;
        let service = self.services.get(&run.terms.service)?;
        let of_domain = self.settings.as_ref().map_or(&[][..], |settings| &settings.blast_radius[..]);
        let of_service = &service.active.blast_radius;
        if of_service.is_empty() && of_domain.is_empty() {
            return None;
        }
        let params = params.value();
        let marks = |rules: &[Radius]| -> Vec<(Meter, Mark)> {
            let mark = |rule: &Radius| rule.meter.mark(&action.tool, action.level, &params).ok().flatten();
            rules.iter().filter_map(|rule| Some((rule.meter.clone(), mark(rule)?))).collect()
        };
        let counted = Counted { at, service: marks(of_service), domain: marks(of_domain) };
        let name = run.terms.service.clone();
        if let Some(service) = self.services.get_mut(&name) {
            counted.service.iter().for_each(|(meter, mark)| service.meters.count(meter, *mark, at));
        }
        counted.domain.iter().for_each(|(meter, mark)| self.meters.count(meter, *mark, at));
        Some(Arc::new(counted))
    }

    /// It certainly did not happen.
    pub(super) fn uncounted(&mut self, id: ActionId) {
        let Some(action) = self.actions.get_mut(&id) else { return };
        let Some(counted) = action.counted.clone() else { return };
        Arc::make_mut(action).counted = None;
        let service = self.runs.get(&action.run).map(|run| &run.terms.service);
        if let Some(service) = service.and_then(|name| self.services.get_mut(name)) {
            counted
                .service
                .iter()
                .for_each(|(meter, mark)| service.meters.take_back(meter, *mark, counted.at));
        }
        counted.domain.iter().for_each(|(meter, mark)| self.meters.take_back(meter, *mark, counted.at));
    }
}
