//! Circuit breakers: a tool that keeps failing is left alone for a while, then tried with something harmless.
//!
//! ```text
//! closed ── `failures` of the last `of` calls failed ──▶ open ── `open_for` ──▶ half-open
//!   ▲                                                     ▲                        │
//!   └───────────────── the probe succeeded ───────────────┴── the probe failed ◀───┤
//! ```
//!
//! Only what the tool itself did counts: a definite refusal is an answer, and what we denied never left us. The
//! probe is never an effect: a read probes for itself, an effect waits for the read that its contract names.

use std::collections::VecDeque;

use crate::{ActionId, Timestamp, fault::ToolFault, terms::Breaker};

/// Where the breaker of one tool of a service stands.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct BreakerState {
    /// Whether each of the latest calls failed, oldest first; nothing while it is not closed.
    recent: VecDeque<bool>,
    /// When it opened.
    opened_at: Option<Timestamp>,
    /// The call that tries whether the tool is back.
    probe: Option<ActionId>,
}

/// What a breaker lets through at a moment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stand {
    /// Everything.
    Closed,
    /// Nothing, for so many milliseconds.
    Open(u64),
    /// One call that tries; `true` while one does.
    HalfOpen(bool),
}

impl BreakerState {
    /// Where it stands now.
    pub fn stand(&self, breaker: &Breaker, now: Timestamp) -> Stand {
        let Some(opened_at) = self.opened_at else { return Stand::Closed };
        match breaker.open_for_ms.checked_sub(now.since_ms(opened_at)).filter(|left| *left > 0) {
            Some(left) => Stand::Open(left),
            None => Stand::HalfOpen(self.probe.is_some()),
        }
    }

    /// When it opened, while it is not closed.
    pub(crate) const fn opened_at(&self) -> Option<Timestamp> {
        self.opened_at
    }

    /// Failures and calls that it looks back at.
    pub fn failures(&self) -> (usize, usize) {
        (self.recent.iter().filter(|failed| **failed).count(), self.recent.len())
    }

    /// A call of the tool itself was admitted: where it is half-open, that is the probe.
    pub(crate) fn admitted(&mut self, breaker: &Breaker, action: ActionId, now: Timestamp) {
        if self.stand(breaker, now) == Stand::HalfOpen(false) {
            self.probe = Some(action);
        }
    }

    /// A call of the tool itself has ended.
    pub(crate) fn ended(
        &mut self,
        breaker: &Breaker,
        action: ActionId,
        failed: Option<bool>,
        now: Timestamp,
    ) {
        if self.probe == Some(action) {
            self.probe = None;
            self.probed(failed, now);
            return;
        }
        // What was under way when it opened says nothing about later.
        let (Some(failed), None) = (failed, self.opened_at) else { return };
        self.recent.push_back(failed);
        while u32::try_from(self.recent.len()).is_ok_and(|calls| calls > breaker.of) {
            self.recent.pop_front();
        }
        let failures = u32::try_from(self.failures().0).unwrap_or(u32::MAX);
        if failures >= breaker.failures {
            self.opened_at = Some(now);
        }
    }

    /// The read that an effect's breaker names has ended.
    pub(crate) fn read_ended(&mut self, breaker: &Breaker, failed: Option<bool>, now: Timestamp) {
        if matches!(self.stand(breaker, now), Stand::HalfOpen(_)) {
            self.probed(failed, now);
        }
    }

    fn probed(&mut self, failed: Option<bool>, now: Timestamp) {
        match failed {
            Some(false) => *self = Self::default(),
            Some(true) => self.opened_at = Some(now),
            // It never reached the tool: the next one tries.
            None => {}
        }
    }
}

/// Whether a call that ended so counts as a failure of its tool; `None` where the tool had no part in it.
pub(crate) const fn counts(succeeded: bool, fault: Option<ToolFault>) -> Option<bool> {
    match fault {
        Some(fault) => Some(fault.is_of_the_tool()),
        None if succeeded => Some(false),
        None => None,
    }
}

#[cfg(test)]
mod tests;
