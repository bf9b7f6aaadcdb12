//! A question to people about one held action: who may answer, how many must, until when.

use std::{collections::BTreeSet, fmt};

use serde::{Deserialize, Serialize};

use crate::{ActionId, Ask, Digest, EscalationId, GroupName, Proposal, RunId, Timestamp};

/// Where an escalation is in its life: pending, then exactly one of the others.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EscalationStatus {
    /// Waits for people.
    Pending,
    /// Enough have approved.
    Approved,
    /// One has denied.
    Denied,
    /// Time ran out.
    Lapsed,
    /// Its scope was stopped or its run ended.
    Voided,
}

impl EscalationStatus {
    /// The word in journals and consoles.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::Denied => "denied",
            Self::Lapsed => "lapsed",
            Self::Voided => "voided",
        }
    }
}

impl fmt::Display for EscalationStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The question, as it is journaled with the decision that asked it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// Its identity.
    pub id: EscalationId,
    /// The rules that asked and why, in the contract's words.
    pub asks: Vec<Ask>,
    /// Anyone in these groups may answer.
    pub groups: BTreeSet<GroupName>,
    /// How many must approve.
    pub quorum: u32,
    /// First moment at which it has lapsed.
    pub deadline: Timestamp,
    /// Digest of exactly what will run under which contract; every vote must carry it.
    pub digest: Digest,
}

impl Question {
    /// Combines several rules to the strictest: union of groups, largest quorum, earliest deadline.
    pub fn combine(
        id: EscalationId,
        proposal: &Proposal,
        contract: Digest,
        asks: Vec<Ask>,
        now: Timestamp,
    ) -> Self {
        let digest = Digest::of_parts(&[
            b"remit/approval/v1",
            proposal.action.as_bytes(),
            proposal.run.as_bytes(),
            proposal.tool.as_str().as_bytes(),
            proposal.params.digest().as_bytes(),
            contract.as_bytes(),
        ]);
        Self {
            id,
            groups: asks.iter().map(|ask| ask.to.clone()).collect(),
            quorum: asks.iter().map(|ask| ask.quorum).max().unwrap_or(1).max(1),
            deadline: now.plus_ms(asks.iter().map(|ask| ask.within_ms).min().unwrap_or(0)),
            asks,
            digest,
        }
    }
}

/// One person's answer.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vote {
    /// Who.
    pub by: String,
    /// Yes or no.
    pub approve: bool,
    /// Why.
    pub reason: String,
    /// When.
    pub at: Timestamp,
}

/// A question with its answers: what the state holds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Escalation {
    /// The question.
    pub question: Question,
    /// The held action.
    pub action: ActionId,
    /// Its run.
    pub run: RunId,
    /// When it was asked.
    pub asked_at: Timestamp,
    /// Where it is.
    pub status: EscalationStatus,
    /// The answers so far, one a person.
    pub votes: Vec<Vote>,
}

impl Escalation {
    /// How many have approved.
    pub fn approvals(&self) -> usize {
        self.votes.iter().filter(|vote| vote.approve).count()
    }

    /// True when one more approval is enough.
    pub fn is_last_approval(&self) -> bool {
        u32::try_from(self.approvals()).unwrap_or(u32::MAX).saturating_add(1) >= self.question.quorum
    }
}
