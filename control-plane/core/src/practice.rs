//! Practice questions: put to people with a known answer, so that saying yes to everything is found out by practice.
//!
//! Nothing here is part of what a domain decides by: how often they are put is a setting, that one was put and what
//! came of it are facts of the control domain, beside credentials and keys (docs/adr/0046).

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    fmt,
};

use serde::{Deserialize, Serialize};

use crate::{
    Digest, DomainName, EscalationId, GroupName, Person, ServiceName, Timestamp, ToolName, escalation::Vote,
};

/// How long what came of a question counts for those who were asked, in milliseconds: 30 days.
pub const COUNTED_MS: u64 = 30 * 24 * 60 * 60 * 1_000;

/// The fewest real questions among which one is for practice: more often, people would practise instead of deciding.
pub const FEWEST: u32 = 10;

/// The answer that the author of a question knows to be right.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// It should be let go.
    Approve,
    /// It should be refused.
    Deny,
}

impl Answer {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Approve, Self::Deny];

    /// As scenarios, journals and consoles say it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Deny => "deny",
        }
    }

    /// What a person has answered.
    pub const fn of(vote: &Vote) -> Self {
        if vote.approve { Self::Approve } else { Self::Deny }
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How often practice questions are put in a domain, and when not.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cadence {
    /// One among so many real questions, at least [`FEWEST`].
    pub one_in: u32,
    /// None where more than so many real questions wait.
    pub most_waiting: u32,
    /// None where a real question has waited for so long, in milliseconds.
    pub longest_wait_ms: u64,
}

impl Cadence {
    /// True where people have time for practice: so many wait, and the one that waits longest since then.
    pub const fn is_calm(self, waiting: u32, oldest_ms: u64) -> bool {
        waiting <= self.most_waiting && oldest_ms < self.longest_wait_ms
    }
}

/// A practice question as it was put.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PracticeAsked {
    /// Its identity, as people see it.
    pub question: EscalationId,
    /// In whose queue.
    pub domain: DomainName,
    /// In whose name.
    pub service: ServiceName,
    /// The tool that it seems to be about.
    pub tool: ToolName,
    /// The contract version whose scenario it is.
    pub contract: Digest,
    /// The same for people.
    pub version: String,
    /// The scenario's file, in the contract's folder.
    pub file: String,
    /// The scenario.
    pub scenario: String,
    /// Who may answer.
    pub groups: BTreeSet<GroupName>,
    /// The right answer.
    pub known: Answer,
    /// Why, in the author's words.
    pub because: String,
}

/// What came of a practice question; says all of it, so that nobody has to look up how it was put.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PracticeClosed {
    /// As it was put.
    pub asked: PracticeAsked,
    /// What came of it.
    pub end: PracticeEnd,
    /// After how long, in milliseconds.
    pub after_ms: u64,
}

/// How a practice question came to its end: the first answer ends it, also where a real one would take two.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum PracticeEnd {
    /// A person has answered.
    Answered {
        /// The answer, with the signature where there is one.
        vote: Box<Vote>,
    },
    /// Nobody answered in time.
    Lapsed,
    /// It was taken away: a stop, or the control plane was started again.
    Withdrawn {
        /// Why, in words.
        why: String,
    },
}

impl PracticeClosed {
    /// Whether it was answered rightly; nothing where nobody answered.
    pub fn is_right(&self) -> Option<bool> {
        match &self.end {
            PracticeEnd::Answered { vote } => Some(Answer::of(vote) == self.asked.known),
            PracticeEnd::Lapsed | PracticeEnd::Withdrawn { .. } => None,
        }
    }
}

/// What the control domain knows of practice.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Practised {
    /// Questions that are put, and since when.
    pub open: BTreeMap<EscalationId, (PracticeAsked, Timestamp)>,
    /// What came of those that count, oldest first.
    pub ended: VecDeque<(Timestamp, PracticeClosed)>,
}

/// How one person has done.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Tally {
    /// Answered as the author knows it.
    pub right: u32,
    /// Answered otherwise.
    pub wrong: u32,
    /// Lapsed although this person could have answered.
    pub lapsed: u32,
}

impl Practised {
    /// How a person has done in the last 30 days.
    pub fn of(&self, person: &Person, now: Timestamp) -> Tally {
        let mut tally = Tally::default();
        for (_, closed) in self.ended.iter().filter(|(at, _)| now.since_ms(*at) < COUNTED_MS) {
            let counter = match &closed.end {
                PracticeEnd::Answered { vote } if vote.by == person.name => {
                    if Answer::of(vote) == closed.asked.known { &mut tally.right } else { &mut tally.wrong }
                }
                PracticeEnd::Lapsed if person.is_in_any(&closed.asked.groups) => &mut tally.lapsed,
                PracticeEnd::Answered { .. } | PracticeEnd::Lapsed | PracticeEnd::Withdrawn { .. } => {
                    continue;
                }
            };
            *counter = counter.saturating_add(1);
        }
        tally
    }
}
