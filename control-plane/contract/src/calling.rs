//! How a tool is called beyond the one request: again, from memory, and how much of its answer is taken.

/// How a tool is called.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Calling {
    /// Whether a call that may fare better another time is sent again.
    pub retry: Option<Retry>,
    /// Largest answer that is taken, in bytes.
    pub max_result: u32,
    /// How old the last good result may be that a read is answered with while its tool is down, in milliseconds.
    pub stale_for_ms: Option<u64>,
}

/// When a call is sent again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Retry {
    /// How often it is sent at most, the first time included; at least 2.
    pub attempts: u32,
    /// Longest time for all of them, in milliseconds; without it, that of a single call.
    pub within_ms: Option<u64>,
}

/// Most attempts that a contract may ask for.
pub(crate) const MOST_ATTEMPTS: u32 = 5;

/// Largest answer when the contract does not say, in bytes.
pub(crate) const DEFAULT_RESULT: u32 = 256 * 1024;

/// Largest answer that a contract may allow, in bytes: each is kept in the journal for good.
pub(crate) const MOST_RESULT: u32 = 1024 * 1024;

impl Default for Calling {
    fn default() -> Self {
        Self { retry: None, max_result: DEFAULT_RESULT, stale_for_ms: None }
    }
}
