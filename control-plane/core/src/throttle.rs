//! Throttles of a domain: how often one identity, one service and all together may call, whatever the tool.
//!
//! Each is a rate of its own (see `rate.rs`), kept by the domain's loop alone: one identity may act in many runs and
//! for many services, and is one here. Nothing about an identity is remembered once its calls say nothing any more.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Reason, ServiceName, Timestamp, rate::conform, terms::Rate};

/// What the domain's file allows; what is absent is not limited.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Throttle {
    /// Each authenticated principal, in all its runs and services.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<Rate>,
    /// Each service, in all its runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<Rate>,
    /// All services together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain: Option<Rate>,
}

impl Throttle {
    /// True when it limits nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Theoretical arrival times of the next calls, of whom any call still counts.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Arrivals {
    identities: BTreeMap<String, Timestamp>,
    services: BTreeMap<ServiceName, Timestamp>,
    domain: Option<Timestamp>,
}

/// A throttle that one more call does not keep.
pub(crate) struct Exceeded {
    pub(crate) reason: Reason,
    pub(crate) rate: Rate,
    pub(crate) wait_ms: u64,
}

impl Arrivals {
    /// Every throttle that one more call of this service and principal would exceed.
    pub(crate) fn exceeded(
        &self,
        throttle: &Throttle,
        (service, principal): (&ServiceName, &str),
        now: Timestamp,
    ) -> impl Iterator<Item = Exceeded> {
        let throttles = [
            (Reason::IdentityThrottled, throttle.identity, self.identities.get(principal).copied()),
            (Reason::ServiceThrottled, throttle.service, self.services.get(service).copied()),
            (Reason::DomainThrottled, throttle.domain, self.domain),
        ];
        throttles.into_iter().filter_map(move |(reason, rate, arrival)| {
            let rate = rate?;
            let wait_ms = conform(rate, arrival, now).err()?;
            Some(Exceeded { reason, rate, wait_ms })
        })
    }

    /// Counts a call that goes or is held.
    pub(crate) fn count(
        &mut self,
        throttle: &Throttle,
        (service, principal): (&ServiceName, &str),
        at: Timestamp,
    ) {
        let next = |rate: Option<Rate>, arrival| rate.and_then(|rate| conform(rate, arrival, at).ok());
        if let Some(next) = next(throttle.identity, self.identities.get(principal).copied()) {
            note(&mut self.identities, principal.to_owned(), next, at);
        }
        if let Some(next) = next(throttle.service, self.services.get(service).copied()) {
            note(&mut self.services, service.clone(), next, at);
        }
        if let Some(next) = next(throttle.domain, self.domain) {
            self.domain = Some(next);
        }
    }

    /// Where the domain's file says another rate now, it begins anew: what the old one was owed would make whoever
    /// called under it wait too long, or not at all.
    pub(crate) fn begin_anew(&mut self, before: &Throttle, now: &Throttle) {
        if before.identity != now.identity {
            self.identities.clear();
        }
        if before.service != now.service {
            self.services.clear();
        }
        if before.domain != now.domain {
            self.domain = None;
        }
    }

    /// How many identities are remembered.
    #[cfg(test)]
    pub(crate) fn identities(&self) -> usize {
        self.identities.len()
    }
}

/// Whoever comes anew takes the place of those that have been idle so long that all their calls are owed to nobody.
fn note<K: Ord>(arrivals: &mut BTreeMap<K, Timestamp>, who: K, next: Timestamp, at: Timestamp) {
    if !arrivals.contains_key(&who) {
        arrivals.retain(|_, arrival| at < *arrival);
    }
    arrivals.insert(who, next);
}
