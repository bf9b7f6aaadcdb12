//! Sends a call again that may fare better another time: the same bytes under the same key, within one span of time,
//! as long as nothing was stopped, and never so often that a tool in trouble drowns.

use std::{
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use backon::{BackoffBuilder as _, ExponentialBuilder};
use remit_core::{Ending, ToolFault, event::Settlement};
use tokio::time::Instant;

use super::{ToolCall, Upstream, attempt};
use crate::reach::Clients;

/// Shortest and longest wait before a call is sent again; jitter may double it.
const WAITS: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(1));

/// So many calls of an upstream may be on their second or later attempt, however few there are.
const LEAST: u32 = 3;

/// Of more calls, one in so many.
const ONE_IN: u32 = 5;

/// The calls of one upstream that are under way.
#[derive(Debug, Default)]
pub(crate) struct Traffic {
    active: AtomicU32,
    again: AtomicU32,
}

/// Counted until it is dropped.
struct Counted<'a>(&'a AtomicU32);

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Traffic {
    fn enter(&self) -> Counted<'_> {
        self.active.fetch_add(1, Ordering::AcqRel);
        Counted(&self.active)
    }

    /// Leave to send one more call again; `None` when too many are being sent again.
    fn again(&self) -> Option<Counted<'_>> {
        let most = LEAST.max(self.active.load(Ordering::Acquire).div_euclid(ONE_IN));
        let more = |again: u32| again.checked_add(1).filter(|again| *again <= most);
        self.again.fetch_update(Ordering::AcqRel, Ordering::Acquire, more).ok()?;
        Some(Counted(&self.again))
    }
}

/// Makes a call, again where the contract says so. `may_go_on` is asked before each further attempt.
pub(crate) async fn call(
    clients: &Clients,
    upstream: &Upstream,
    call: &ToolCall,
    may_go_on: impl Fn() -> Result<(), String>,
) -> Ending {
    let _active = upstream.traffic.enter();
    let (most, within) = match call.retry {
        Some(retry) => (retry.attempts, retry.within_ms.map_or(call.timeout, Duration::from_millis)),
        None => (1, call.timeout),
    };
    let begun = Instant::now();
    let left = || within.saturating_sub(begun.elapsed());
    let mut waits = backoff(most);
    let (mut ending, mut asked) = attempt(clients, upstream, call, call.timeout.min(within)).await;
    let mut passes = may_pass(&ending);
    while let Some(wait) = waits.next().filter(|_| passes) {
        let Some(_turn) = upstream.traffic.again() else {
            say(&mut ending, "not sent again: too many calls to this upstream are");
            break;
        };
        // Whoever asks to be left alone for a while is.
        let wait = asked.map_or(wait, |asked| wait.max(asked));
        if wait >= left() {
            if let Some(asked) = asked {
                say(&mut ending, &format!("not sent again: the tool asks to wait {} s", asked.as_secs()));
            }
            break;
        }
        tokio::time::sleep(wait).await;
        if let Err(why) = may_go_on() {
            say(&mut ending, &format!("not sent again: {why}"));
            break;
        }
        let retries = ending.exchange.retries.saturating_add(1);
        let (next, again) = attempt(clients, upstream, call, call.timeout.min(left())).await;
        asked = again;
        // The last word counts here, also where it does not end a doubt.
        passes = may_pass(&next);
        ending = after(ending, next);
        ending.exchange.retries = retries;
    }
    ending
}

/// The waits between so many attempts.
fn backoff(attempts: u32) -> impl Iterator<Item = Duration> {
    let times = usize::try_from(attempts.saturating_sub(1)).unwrap_or_default();
    let (least, most) = WAITS;
    ExponentialBuilder::default()
        .with_min_delay(least)
        .with_max_delay(most)
        .with_max_times(times)
        .with_jitter()
        .build()
}

/// True when the tool did not mean this very call, so that the same bytes may fare better.
fn may_pass(ending: &Ending) -> bool {
    match ending.settlement {
        Settlement::Succeeded { .. } => false,
        Settlement::Failed { .. } | Settlement::InDoubt { .. } => {
            ending.exchange.fault.is_some_and(ToolFault::may_pass)
        }
    }
}

/// What two attempts together mean. A later one that failed says nothing about an earlier one that is in doubt: only
/// a success, given for the same key, ends that.
fn after(earlier: Ending, later: Ending) -> Ending {
    match (earlier.settlement, later.settlement) {
        (Settlement::InDoubt { note }, Settlement::Failed { note: again }) => Ending {
            settlement: Settlement::InDoubt { note: format!("{note}; sent again: {again}") },
            exchange: earlier.exchange,
        },
        (_, settlement) => Ending { settlement, exchange: later.exchange },
    }
}

fn say(ending: &mut Ending, more: &str) {
    match &mut ending.settlement {
        Settlement::Succeeded { .. } => {}
        Settlement::Failed { note } | Settlement::InDoubt { note } => *note = format!("{note}; {more}"),
    }
}

#[cfg(test)]
mod tests;
