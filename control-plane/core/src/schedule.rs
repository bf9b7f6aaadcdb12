//! Ceilings by the clock: at some hours of the week, UTC, a service may do less than its contract grants.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{Level, Timestamp};

/// Minutes of a day.
pub const DAY: u16 = 24 * 60;

const MICROS_OF_A_MINUTE: i64 = 60_000_000;

/// A ceiling that holds at some hours of some days.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scheduled {
    /// Its name in the contract.
    pub id: String,
    /// The highest level that goes.
    pub ceiling: Level,
    /// The days on which it begins; every day where there are none.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub days: BTreeSet<Weekday>,
    /// First minute of the day.
    pub from: u16,
    /// First minute after it, at most 24 hours; not above `from` where that is on the next day.
    pub until: u16,
    /// Why.
    pub because: String,
}

/// A day of the week.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "they are the days")]
pub enum Weekday {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

impl Weekday {
    /// All seven.
    pub const ALL: [Self; 7] = [Self::Mon, Self::Tue, Self::Wed, Self::Thu, Self::Fri, Self::Sat, Self::Sun];

    /// The word in contracts.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mon => "mon",
            Self::Tue => "tue",
            Self::Wed => "wed",
            Self::Thu => "thu",
            Self::Fri => "fri",
            Self::Sat => "sat",
            Self::Sun => "sun",
        }
    }

    /// The day that is so many after 1970-01-01, which was a Thursday.
    fn of(days: i64) -> Self {
        let thursday = 3;
        let index = usize::try_from(days.saturating_add(thursday).rem_euclid(7)).unwrap_or_default();
        Self::ALL.get(index).copied().unwrap_or(Self::Mon)
    }
}

impl Scheduled {
    /// True while it holds.
    pub fn holds(&self, now: Timestamp) -> bool {
        let minutes = now.as_micros().div_euclid(MICROS_OF_A_MINUTE);
        let (day, minute) = (minutes.div_euclid(DAY.into()), minutes.rem_euclid(DAY.into()));
        let begins = |day: i64| self.days.is_empty() || self.days.contains(&Weekday::of(day));
        let (from, until) = (i64::from(self.from), i64::from(self.until));
        if from < until {
            return begins(day) && from <= minute && minute < until;
        }
        (begins(day) && from <= minute) || (begins(day.saturating_sub(1)) && minute < until)
    }

    /// When it holds, in words: `mon, tue 22:00 to 06:00 UTC`.
    pub fn hours(&self) -> String {
        let days: Vec<&str> = self.days.iter().map(|day| day.as_str()).collect();
        let days = if days.is_empty() { "every day".to_owned() } else { days.join(", ") };
        let clock = |minute: u16| format!("{:02}:{:02}", minute.div_euclid(60), minute.rem_euclid(60));
        format!("{days} {} to {} UTC", clock(self.from), clock(self.until))
    }
}

#[cfg(test)]
mod tests;
