//! How fast it went: calls a second, how long a call took, and the processor time that all threads spent.

use std::{
    fs, io,
    time::{Duration, Instant},
};

/// The pace of one load.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    pub(crate) per_second: f64,
    pub(crate) p50_us: f64,
    pub(crate) p99_us: f64,
    /// Of client and server together, a call: what hardly changes when other programs take the processors.
    pub(crate) cpu_us: f64,
}

/// The begin of a measurement.
pub(crate) struct Watch {
    started: Instant,
    spent_ns: u64,
}

impl Watch {
    pub(crate) fn start() -> io::Result<Self> {
        Ok(Self { spent_ns: spent_ns()?, started: Instant::now() })
    }

    /// The pace of calls that took so long each and were all done by now.
    pub(crate) fn stop(&self, mut took: Vec<Duration>) -> io::Result<Pace> {
        let seconds = self.started.elapsed().as_secs_f64();
        let spent = Duration::from_nanos(spent_ns()?.saturating_sub(self.spent_ns));
        took.sort_unstable();
        let count = f64::from(u32::try_from(took.len()).unwrap_or(u32::MAX));
        let at = |hundredth: usize| {
            let index = took.len().saturating_mul(hundredth) / 100;
            took.get(index).map_or(f64::NAN, |it| it.as_secs_f64() * 1e6)
        };
        Ok(Pace {
            per_second: count / seconds,
            p50_us: at(50),
            p99_us: at(99),
            cpu_us: spent.as_secs_f64() * 1e6 / count,
        })
    }
}

/// What the threads of this process have spent on processors, from Linux's scheduler; nothing elsewhere.
fn spent_ns() -> io::Result<u64> {
    let mut sum = 0_u64;
    let Ok(threads) = fs::read_dir("/proc/self/task") else { return Ok(0) };
    for thread in threads {
        // A thread may have ended since.
        let text = fs::read_to_string(thread?.path().join("schedstat")).unwrap_or_default();
        let spent = text.split_whitespace().next().and_then(|ns| ns.parse().ok()).unwrap_or(0);
        sum = sum.saturating_add(spent);
    }
    Ok(sum)
}

/// The median; not a number when there is nothing.
pub(crate) fn median(figures: impl Iterator<Item = f64>) -> f64 {
    let mut sorted: Vec<f64> = figures.collect();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}
