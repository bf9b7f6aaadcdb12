//! A domain as it stands, without anything that happened in it: the stage on which a practice question is played.

use std::collections::BTreeMap;

use crate::{ServiceName, state::State};

impl State {
    /// A state of its own with the limits, meters, throttles and switches of this one, and with one of its services;
    /// without runs, actions, questions, effects or credentials. What is done with it happens to nobody else.
    pub fn staged(&self, service: &ServiceName) -> Option<Self> {
        let known = self.services.get(service)?;
        let version = self.versions.get(&known.active.digest).cloned();
        Some(Self {
            services: BTreeMap::from([(service.clone(), known.clone())]),
            versions: version.into_iter().map(|version| (version.terms.digest, version)).collect(),
            settings: self.settings.clone(),
            switches: self.switches.clone(),
            accounts: self.accounts.clone(),
            arrivals: self.arrivals.clone(),
            meters: self.meters.clone(),
            ..Self::new(self.domain.clone())
        })
    }
}
