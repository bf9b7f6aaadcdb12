//! Hours and days of UTC: the windows in which the budgets above a run are counted.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Timestamp;

/// How long a window is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Per {
    /// From full hour to full hour.
    Hour,
    /// From midnight to midnight, UTC.
    Day,
}

impl Per {
    /// Both of them.
    pub const ALL: [Self; 2] = [Self::Hour, Self::Day];

    /// The word in contracts, journals and consoles.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
        }
    }

    /// Its length in milliseconds.
    pub const fn ms(self) -> u64 {
        match self {
            Self::Hour => 3_600_000,
            Self::Day => 86_400_000,
        }
    }
}

impl fmt::Display for Per {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One hour or one day.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Window {
    /// How long it is.
    pub per: Per,
    /// Its first moment.
    pub starts: Timestamp,
}

impl Window {
    /// The window in which a moment lies.
    pub fn of(per: Per, at: Timestamp) -> Self {
        let length = i64::try_from(per.ms()).unwrap_or(i64::MAX).saturating_mul(1_000);
        let into = at.as_micros().checked_rem_euclid(length).unwrap_or(0);
        Self { per, starts: Timestamp::from_micros(at.as_micros().saturating_sub(into)) }
    }

    /// The first moment after it.
    pub const fn ends(&self) -> Timestamp {
        self.starts.plus_ms(self.per.ms())
    }
}

#[cfg(test)]
mod tests;
