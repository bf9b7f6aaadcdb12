//! How much the screen can be trusted: one word and an age, from what was heard and what broke.

use std::fmt;

/// Younger than this is live.
const LIVE_MS: u64 = 2_000;
/// Younger than this is merely late.
const LAGGING_MS: u64 = 10_000;
/// Older than this counts as no connection at all.
const OFFLINE_MS: u64 = 30_000;

/// One of the three streams.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// The conflated picture.
    State,
    /// The lossless decisions.
    Decisions,
    /// The bounded trace.
    Trace,
}

/// The trust that the data on screen deserves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkState {
    /// Nothing was heard yet and nothing failed yet.
    Connecting,
    /// Heard within two seconds.
    Live,
    /// Late, or one of the other streams is down.
    Lagging,
    /// Too old to approve or release on.
    Stale,
    /// Refused, or silent for half a minute.
    Offline,
}

impl fmt::Display for LinkState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Connecting => "CONNECTING",
            Self::Live => "LIVE",
            Self::Lagging => "LAGGING",
            Self::Stale => "STALE",
            Self::Offline => "OFFLINE",
        })
    }
}

/// Why a stream is down and when it is tried again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Down {
    /// What the connection said.
    pub reason: String,
    /// How many times it was tried.
    pub attempt: u32,
    /// The next try, on the console's own clock.
    pub retry_tick_ms: u64,
}

/// What is known about the connection.
#[derive(Clone, Debug, Default)]
pub struct Link {
    /// When the last picture arrived.
    pub heard_tick_ms: Option<u64>,
    state: Option<Down>,
    decisions: Option<Down>,
    trace: Option<Down>,
}

impl Link {
    /// A stream said something.
    pub fn up(&mut self, stream: Stream) {
        *self.slot(stream) = None;
    }

    /// A stream broke.
    pub fn down(&mut self, stream: Stream, down: Down) {
        *self.slot(stream) = Some(down);
    }

    /// The first break worth telling about.
    #[must_use]
    pub fn broken(&self) -> Option<&Down> {
        self.state.as_ref().or(self.decisions.as_ref()).or(self.trace.as_ref())
    }

    /// Age of the picture in milliseconds.
    #[must_use]
    pub fn age_ms(&self, tick_ms: u64) -> Option<u64> {
        self.heard_tick_ms.map(|heard| tick_ms.saturating_sub(heard))
    }

    /// The word for row 0.
    #[must_use]
    pub fn state(&self, tick_ms: u64) -> LinkState {
        let age = self.age_ms(tick_ms);
        match (age, &self.state) {
            (None, None) => LinkState::Connecting,
            // Tried again and refused: nothing that is shown can be relied on.
            (None, Some(_)) => LinkState::Offline,
            (Some(age), Some(down)) if LIVE_MS <= age && 1 < down.attempt => LinkState::Offline,
            (Some(age), _) if OFFLINE_MS <= age => LinkState::Offline,
            (Some(age), _) if LAGGING_MS <= age => LinkState::Stale,
            (Some(age), _) if LIVE_MS <= age => LinkState::Lagging,
            (Some(_), _) if self.decisions.is_some() || self.trace.is_some() => LinkState::Lagging,
            (Some(_), _) => LinkState::Live,
        }
    }

    fn slot(&mut self, stream: Stream) -> &mut Option<Down> {
        match stream {
            Stream::State => &mut self.state,
            Stream::Decisions => &mut self.decisions,
            Stream::Trace => &mut self.trace,
        }
    }
}
