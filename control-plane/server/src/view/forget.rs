//! What leaves memory: the oldest cards that nothing more is expected of, and the oldest records.

use std::collections::VecDeque;

use super::Inner;

/// Ended actions and runs that stay in memory for lists and details.
const RECENT_ACTIONS: usize = 20_000;
const RECENT_RUNS: usize = 5_000;
/// Records that a new trace reader can be shown at once.
const RECENT_RECORDS: usize = 2_000;

/// Open cards that are looked at in vain at a time: bounds the work where nearly all of them are open.
const IN_VAIN: usize = 64;

impl Inner {
    /// Forgets the oldest ended cards beyond what is kept.
    pub(super) fn forget(&mut self) {
        let Self { actions, action_order, runs, run_order, recent, .. } = self;
        let settled = |id: &_| actions.get(id).is_none_or(|card| card.is_settled());
        for id in surplus(action_order, RECENT_ACTIONS, settled) {
            actions.remove(&id);
        }
        let closed = |id: &_| runs.get(id).is_none_or(|card| !card.is_open());
        for id in surplus(run_order, RECENT_RUNS, closed) {
            runs.remove(&id);
        }
        while recent.len() > RECENT_RECORDS {
            recent.pop_front();
        }
    }
}

/// Takes the oldest that may go out of the order, until as many are left as are kept. One that may not go
/// moves to the end of the order: those behind it must not wait for it.
fn surplus<T: Copy>(order: &mut VecDeque<T>, keep: usize, may_go: impl Fn(&T) -> bool) -> Vec<T> {
    let (mut gone, mut in_vain) = (Vec::new(), 0_usize);
    while order.len() > keep && in_vain < IN_VAIN {
        let Some(oldest) = order.pop_front() else { break };
        if may_go(&oldest) {
            gone.push(oldest);
        } else {
            order.push_back(oldest);
            in_vain = in_vain.saturating_add(1);
        }
    }
    gone
}

#[cfg(test)]
mod tests;
