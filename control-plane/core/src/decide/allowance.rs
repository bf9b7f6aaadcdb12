//! What is above the run: what the service and its domain may use in each hour and day of UTC, and how often who may call.

use crate::{
    Money, Outcome, Reason, Timestamp,
    account::Accounts,
    allowance::Allowance,
    decide::Case,
    decision::Objection,
    terms::Rate,
    throttle::Exceeded,
    window::{Per, Window},
};

/// What does not fit, and for what would fit later: after how many milliseconds.
pub(super) struct Short {
    pub(super) objection: Objection,
    pub(super) outcome: Outcome,
    pub(super) retry_after_ms: Option<u64>,
}

/// The budget or quota that the action waits for longest; one that is too small for it even when empty denies it.
pub(super) fn short(case: Case<'_>, needed: Money) -> Option<Short> {
    let mut shorts: Vec<Short> = Vec::new();
    for node in nodes(case) {
        shorts.extend(Per::ALL.into_iter().filter_map(|per| node.money(per, needed, case.now)));
        shorts.extend(Per::ALL.into_iter().filter_map(|per| node.calls(per, case.now)));
        shorts.extend(node.rate(case.now));
    }
    shorts.extend(throttles(case));
    shorts.into_iter().reduce(|best, next| if next.weight() > best.weight() { next } else { best })
}

impl Short {
    /// What never fits outweighs what fits later; later outweighs sooner.
    fn weight(&self) -> (Outcome, u64) {
        (self.outcome, self.retry_after_ms.unwrap_or(0))
    }

    fn at_the_end(window: Window, now: Timestamp, reason: Reason, what: &str) -> Self {
        let wait_ms = window.ends().as_micros().abs_diff(now.as_micros()).div_ceil(1_000);
        let detail = format!("{what}; the {} ends at {}", window.per, window.ends());
        Self {
            objection: Objection::new(reason, detail),
            outcome: Outcome::Throttle,
            retry_after_ms: Some(wait_ms),
        }
    }

    fn until(wait_ms: u64, reason: Reason, rate: Rate, who: &str) -> Self {
        let Rate { count, per_ms } = rate;
        let detail = format!("{count} in {per_ms} ms are used by {who}, {wait_ms} ms to wait");
        Self {
            objection: Objection::new(reason, detail),
            outcome: Outcome::Throttle,
            retry_after_ms: Some(wait_ms),
        }
    }

    fn never(reason: Reason, detail: String) -> Self {
        Self { objection: Objection::new(reason, detail), outcome: Outcome::Deny, retry_after_ms: None }
    }
}

/// One service or domain, with what it may use and what it has used.
struct Node<'a> {
    name: String,
    allowance: &'a Allowance,
    accounts: &'a Accounts,
    arrival: Option<Timestamp>,
}

/// The service and its domain. The service as its active version says: the budget is the service's, whatever version a run keeps.
fn nodes(case: Case<'_>) -> Vec<Node<'_>> {
    let service = case.state.services.get(&case.run.terms.service).map(|service| Node {
        name: format!("service `{}`", service.active.service),
        allowance: &service.active.allowance,
        accounts: &service.accounts,
        arrival: service.arrival,
    });
    let domain = case.state.settings.as_ref().map(|settings| Node {
        name: format!("domain `{}`", case.state.domain),
        allowance: &settings.allowance,
        accounts: &case.state.accounts,
        arrival: None,
    });
    service.into_iter().chain(domain).collect()
}

/// The throttles of the domain's file that one more call does not keep.
fn throttles(case: Case<'_>) -> Vec<Short> {
    let Some(settings) = &case.state.settings else { return Vec::new() };
    let (service, principal) = (&case.run.terms.service, case.proposal.principal.as_str());
    let exceeded = case.state.arrivals.exceeded(&settings.throttle, (service, principal), case.now);
    exceeded
        .map(|Exceeded { reason, rate, wait_ms }| {
            let who = if reason == Reason::IdentityThrottled {
                format!("identity `{principal}`")
            } else if reason == Reason::ServiceThrottled {
                format!("service `{service}`")
            } else {
                format!("domain `{}`", case.state.domain)
            };
            Short::until(wait_ms, reason, rate, &who)
        })
        .collect()
}

impl Node<'_> {
    fn money(&self, per: Per, needed: Money, now: Timestamp) -> Option<Short> {
        let limit = *self.allowance.spend.get(&per)?;
        let left = limit.saturating_sub(self.accounts.at(per, now).used());
        if needed <= left {
            return None;
        }
        let (reason, name) = (Reason::BudgetExhausted, &self.name);
        if needed > limit {
            let detail = format!("{needed} is needed, {name} has {limit} in a whole {per}");
            return Some(Short::never(reason, detail));
        }
        let detail = format!("{needed} is needed, {left} of {limit} is left of the {per} of {name}");
        Some(Short::at_the_end(Window::of(per, now), now, reason, &detail))
    }

    fn calls(&self, per: Per, now: Timestamp) -> Option<Short> {
        let most = *self.allowance.calls.get(&per)?;
        if self.accounts.at(per, now).calls < most {
            return None;
        }
        let detail = format!("all {most} calls of the {per} of {} are used", self.name);
        Some(Short::at_the_end(Window::of(per, now), now, Reason::QuotaExhausted, &detail))
    }

    fn rate(&self, now: Timestamp) -> Option<Short> {
        let rate = self.allowance.rate?;
        let wait_ms = crate::rate::conform(rate, self.arrival, now).err()?;
        Some(Short::until(wait_ms, Reason::ServiceThrottled, rate, &self.name))
    }
}
