//! The course of a run: whether it goes in circles, gets anywhere, and is worth what it costs.
//!
//! Only what a limit asks about is kept, and no more of it than the limit looks back; so a run's course takes
//! little memory however long the run is. A run that has ended has none.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::{
    CanonicalJson, Digest, Money, ToolName,
    terms::{CourseLimits, Cycle, Stake},
};

pub(crate) mod worth;

/// What a run has done, as far as its limits look back.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Course {
    /// The latest calls, oldest first: tool, and digest of tool and parameters.
    calls: VecDeque<(ToolName, Digest)>,
    /// Results that the run has had: digests of tool and result.
    results: BTreeSet<Digest>,
    /// Calls since the last progress, by tool.
    idle: BTreeMap<ToolName, u32>,
    /// What the latest settled calls cost and earned, oldest first.
    paid: VecDeque<(Money, Money)>,
    /// The value at stake that a tool reported last.
    reported: Option<Money>,
    /// True once the value was earned: by the first effect that succeeded.
    earned: bool,
}

/// A call of the run that has come to its end.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ended<'a> {
    pub(crate) tool: &'a ToolName,
    /// `None` when it came to nothing.
    pub(crate) result: Option<&'a CanonicalJson>,
    /// True when something outside is now different.
    pub(crate) is_effect: bool,
    pub(crate) cost: Money,
}

impl Course {
    /// One more call was proposed.
    pub(crate) fn called(&mut self, limits: &CourseLimits, tool: &ToolName, deed: Digest) {
        let Some(cycle) = limits.cycle else { return };
        self.calls.push_back((tool.clone(), deed));
        while self.calls.len() > cycle.reach() {
            self.calls.pop_front();
        }
    }

    /// A call was refused: nothing came of it.
    pub(crate) fn refused(&mut self, limits: &CourseLimits, tool: &ToolName) {
        if limits.no_progress.is_some() {
            let calls = self.idle.entry(tool.clone()).or_default();
            *calls = calls.saturating_add(1);
        }
    }

    /// A call has ended.
    pub(crate) fn ended(&mut self, limits: &CourseLimits, call: Ended<'_>) {
        self.looked_ahead(limits, call);
        if limits.no_progress.is_none() {
            return;
        }
        let is_new = call.result.is_some_and(|result| {
            let result = Digest::of_parts(&[call.tool.as_str().as_bytes(), result.digest().as_bytes()]);
            self.results.insert(result) || call.is_effect
        });
        if is_new {
            self.idle.clear();
        } else {
            self.refused(limits, call.tool);
        }
    }

    /// The shortest circle that this call would close, with the tools on it.
    pub(crate) fn circle(&self, cycle: Cycle, tool: &ToolName, deed: Digest) -> Option<Vec<ToolName>> {
        let mut calls: Vec<(&ToolName, Digest)> = vec![(tool, deed)];
        calls.extend(self.calls.iter().rev().map(|(tool, deed)| (tool, *deed)));
        let length = (2..=usize::from(cycle.length)).find(|length| {
            let whole = length.saturating_mul(usize::from(cycle.repeats));
            // Latest first: each call is the one that stands a circle further back.
            let before = calls.iter().skip(*length);
            calls.len() >= whole
                && calls
                    .iter()
                    .zip(before)
                    .take(whole.saturating_sub(*length))
                    .all(|(one, other)| one.1 == other.1)
        })?;
        Some(calls.iter().take(length).rev().map(|(tool, _)| (*tool).clone()).collect())
    }

    /// How many calls in a row brought nothing new, with the tools.
    pub(crate) fn idle(&self) -> (u32, &BTreeMap<ToolName, u32>) {
        (self.idle.values().copied().fold(0, u32::saturating_add), &self.idle)
    }

    /// What is at stake in the run, as far as it is known.
    pub(crate) const fn at_stake(&self, stake: &Stake) -> Option<Money> {
        match stake {
            Stake::Fixed(value) => Some(*value),
            Stake::Reported { .. } => self.reported,
        }
    }
}

impl Cycle {
    /// How many calls the rule looks at.
    fn reach(self) -> usize {
        usize::from(self.length).saturating_mul(usize::from(self.repeats))
    }
}

#[cfg(test)]
mod tests;
