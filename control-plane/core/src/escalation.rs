//! A question to people about one held action: who may answer, how many must, until when.

use std::{collections::BTreeSet, fmt};

use serde::{Deserialize, Serialize};

use crate::{
    ActionId, Ask, Digest, EscalationId, GroupName, Moved, RunId, Timestamp, endorsement::Endorsement,
    event::ActionDecided, handover::Handed,
};

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
    /// Its scope was stopped, its run ended, or a fact moved after it was approved.
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
    /// The most people that one of the rules wants.
    pub quorum: u32,
    /// First moment at which it has lapsed.
    pub deadline: Timestamp,
    /// Digest of exactly what will run under which contract; every vote must carry it.
    pub digest: Digest,
}

impl Question {
    /// The question about an action that is being held: union of groups, largest quorum, earliest deadline.
    pub(crate) fn about(decided: &ActionDecided, id: EscalationId, asks: Vec<Ask>, now: Timestamp) -> Self {
        Self {
            id,
            groups: asks.iter().map(|ask| ask.to.clone()).collect(),
            quorum: asks.iter().map(|ask| ask.quorum).max().unwrap_or(1).max(1),
            deadline: now.plus_ms(asks.iter().map(|ask| ask.within_ms).min().unwrap_or(0)),
            asks,
            digest: digest_of(decided),
        }
    }
}

/// The digest that an approval binds: the very call with what is asserted in it, the contract version, the facts
/// it rests on, the logical effect and what it takes from the budget. Computed again from the journal, it must be equal.
pub fn digest_of(decided: &ActionDecided) -> Digest {
    let ActionDecided { proposal, assessment, hold, undo_hold, .. } = decided;
    let facts: Vec<Digest> = assessment
        .evidence
        .iter()
        .map(|used| {
            Digest::of_parts(&[used.item.as_str().as_bytes(), used.action.as_bytes(), used.digest.as_bytes()])
        })
        .collect();
    let facts: Vec<&[u8]> = facts.iter().map(|digest| digest.as_bytes().as_slice()).collect();
    let effect = assessment.effect.as_deref().map(str::as_bytes);
    let call = Digest::of_parts(&[
        b"remit/approval/v1",
        proposal.action.as_bytes(),
        proposal.run.as_bytes(),
        proposal.tool.as_str().as_bytes(),
        proposal.params.digest().as_bytes(),
        proposal.mode.as_str().as_bytes(),
        assessment.contract.as_bytes(),
        Digest::of_parts(&facts).as_bytes(),
        Digest::of_parts(effect.as_slice()).as_bytes(),
        &hold.as_micros().to_be_bytes(),
        &undo_hold.as_micros().to_be_bytes(),
    ]);
    // What the service says is approved with the call: it is not looked up again.
    match crate::assertion::digest(&proposal.asserted) {
        None => call,
        Some(asserted) => Digest::of_parts(&[b"asserted", call.as_bytes(), asserted.as_bytes()]),
    }
}

/// One person's answer.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vote {
    /// Who.
    pub by: String,
    /// The asked groups that the person was in.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub groups: BTreeSet<GroupName>,
    /// Yes or no.
    pub approve: bool,
    /// Why.
    pub reason: String,
    /// When.
    pub at: Timestamp,
    /// The approver's signature over what was shown; nothing from a person without a key, and on a denial.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endorsed: Option<Box<Endorsement>>,
    /// Approved although parts of it could not be shown: then one person more is needed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub opaque: bool,
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
    /// Why it ended, in words; empty while it waits.
    pub note: String,
    /// What moved between the question whose approval was voided and the one that replaces it; both have it.
    pub moved: Vec<Moved>,
    /// The question of before, whose approval was voided.
    pub replaces: Option<EscalationId>,
    /// The question that asks again.
    pub replaced_by: Option<EscalationId>,
    /// Whose it is, where somebody said so.
    pub handed: Option<Handed>,
}

impl Escalation {
    /// A question that has just been asked.
    pub fn asked(question: Question, (action, run): (ActionId, RunId), at: Timestamp) -> Self {
        Self {
            question,
            action,
            run,
            asked_at: at,
            status: EscalationStatus::Pending,
            votes: Vec::new(),
            note: String::new(),
            moved: Vec::new(),
            replaces: None,
            replaced_by: None,
            handed: None,
        }
    }

    /// The last approval, once enough have approved.
    pub fn approval(&self) -> Option<&Vote> {
        let approved = self.status == EscalationStatus::Approved;
        self.votes.iter().rev().find(|vote| vote.approve).filter(|_| approved)
    }

    /// How many have approved.
    pub fn approvals(&self) -> usize {
        self.votes.iter().filter(|vote| vote.approve).count()
    }

    /// True when this approval is the last one needed: every rule that asked has its quorum, among the
    /// people it names, and one person more where not all could be shown. Asking one more group can so never make it
    /// easier to approve.
    pub fn is_enough_with(&self, last: &Vote) -> bool {
        let asks = &self.question.asks;
        let more = u32::from(self.votes.iter().chain([last]).any(|vote| vote.approve && vote.opaque));
        let has_quorum = |ask: &Ask| {
            let named =
                |vote: &&Vote| asks.iter().any(|it| is_one_rule(it, ask) && vote.groups.contains(&it.to));
            let approvals = self.votes.iter().chain([last]).filter(|vote| vote.approve).filter(named).count();
            u32::try_from(approvals).unwrap_or(u32::MAX) >= ask.quorum.max(1).saturating_add(more)
        };
        !asks.is_empty() && asks.iter().all(has_quorum)
    }
}

/// Asks that differ only in the group are one rule with several groups to choose from.
fn is_one_rule(left: &Ask, right: &Ask) -> bool {
    (&left.rule, &left.because, left.quorum, left.within_ms)
        == (&right.rule, &right.because, right.quorum, right.within_ms)
}
