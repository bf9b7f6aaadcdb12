//! The signatures that a journal keeps, verified again from what is stored and from nothing else.
//!
//! A chain that was recomputed hides a change; a signature over what was changed does not, unless whoever changed it
//! has the approver's key. What an approval was over is read from the events before it: the held call gives the digest of what
//! would run, the control domain the keys and the identity of the control plane.

use std::collections::BTreeMap;

use remit_core::{
    Digest, EscalationId, Event, ServiceName, Timestamp,
    endorsement::{Approval, Endorsement},
    escalation::{self, Vote},
    event::ActionDecided,
    version::{ContractApproved, Key, KeyRegistered, Occasion, Statement},
};
use remit_journal::Record;

use super::is_by;

/// What the control domain says about approvers, and about itself.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    plane: Option<Digest>,
    known: BTreeMap<Digest, Key>,
}

impl Keys {
    /// Takes up an event of the control domain.
    pub(crate) fn learn(&mut self, record: &Record) {
        if record.seq == 1 {
            self.plane = hex::encode(record.hash).parse().ok();
        }
        if let Event::KeyRegistered(registered) = &record.event {
            let KeyRegistered { key, public, by } = registered.as_ref();
            let (owner, public, registered_at) = (by.name.clone(), public.clone(), record.at);
            self.known.entry(*key).or_insert(Key { owner, public, registered_at });
        }
    }

    /// Whether a person had registered a key by then: no approval is on its way while a key is registered.
    fn had_one(&self, person: &str, at: Timestamp) -> bool {
        self.known.values().any(|key| key.owner == person && key.registered_at < at)
    }

    /// The public key of a person by its name, or why there is none.
    fn of(&self, name: Digest, person: &str) -> Result<&Key, String> {
        let Some(key) = self.known.get(&name) else {
            return Err("nobody has registered the key".to_owned());
        };
        if key.owner != person {
            return Err(format!("the key is that of `{}`", key.owner));
        }
        let bytes = hex::decode(&key.public).map_err(|error| format!("the registered key: {error}"))?;
        if Digest::of(&bytes) != name {
            return Err("the public key that is registered is not the one of that name".to_owned());
        }
        Ok(key)
    }
}

/// What an approval let through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Approved {
    /// A held action.
    Question(EscalationId),
    /// A contract version.
    Version(Digest),
}

/// An approval that is not what its signature says, or lacks one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unverified {
    /// Position of the approval.
    pub(crate) seq: u64,
    pub(crate) of: Approved,
    /// Who approved, as it is stored.
    pub(crate) by: String,
    /// SHA-256 of the public key, as it is stored; nothing where there is no signature.
    pub(crate) key: Option<Digest>,
    /// What is wrong, in words.
    pub(crate) problem: String,
}

/// What was found in one domain.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Found {
    /// Approvals whose signature is the one of their approver over all that they say.
    pub(crate) verified: u64,
    /// Approvals of people who had no key.
    pub(crate) without_key: u64,
    /// The others.
    pub(crate) failed: u64,
    /// The first of these.
    pub(crate) first: Option<Unverified>,
}

/// Goes through one domain.
#[derive(Debug)]
pub(crate) struct Check<'a> {
    keys: &'a Keys,
    /// What would run, by the questions that are open.
    asked: BTreeMap<EscalationId, Digest>,
    /// Whose each version is, and when it was proposed last.
    proposed: BTreeMap<Digest, (ServiceName, Timestamp)>,
    found: Found,
}

impl<'a> Check<'a> {
    pub(crate) const fn new(keys: &'a Keys) -> Self {
        let found = Found { verified: 0, without_key: 0, failed: 0, first: None };
        Self { keys, asked: BTreeMap::new(), proposed: BTreeMap::new(), found }
    }

    pub(crate) fn found(self) -> Found {
        self.found
    }

    /// Takes up the next event.
    pub(crate) fn follow(&mut self, record: &Record) {
        let event = &record.event;
        if let Event::ActionDecided(held) = event {
            self.ask(held);
        } else if let Event::ActionReturned(returned) = event {
            self.ask(&returned.held);
        } else if let Event::EscalationClosed { escalation, .. } = event {
            self.asked.remove(escalation);
        } else if let Event::ContractProposed(it) = event {
            self.proposed.insert(it.terms.digest, (it.terms.service.clone(), record.at));
        } else if let Event::EscalationVoted { escalation, vote, .. } = event
            && vote.approve
        {
            let key = vote.endorsed.as_ref().map(|it| it.key);
            let fate = match &vote.endorsed {
                Some(endorsed) => self.vote(*escalation, vote, endorsed).map(|()| true),
                None if self.keys.had_one(&vote.by, record.at) => {
                    Err("it carries no signature, although its approver had registered a key".to_owned())
                }
                None => Ok(false),
            };
            self.count(record.seq, (Approved::Question(*escalation), &vote.by, key), fate);
        } else if let Event::ContractApproved(it) = event {
            let fate = self.version(record, it).map(|()| true);
            self.count(record.seq, (Approved::Version(it.digest), &it.by.name, Some(it.seal.key)), fate);
        }
    }

    /// Computed again: the digest that is stored with a question could have been left as it was.
    fn ask(&mut self, held: &ActionDecided) {
        if let Some(question) = &held.question {
            self.asked.insert(question.id, escalation::digest_of(held));
        }
    }

    fn vote(&self, escalation: EscalationId, vote: &Vote, endorsed: &Endorsement) -> Result<(), String> {
        let key = self.keys.of(endorsed.key, &vote.by)?;
        let question = *self.asked.get(&escalation).ok_or("no such question was open when it was given")?;
        let stated = Approval {
            plane: self.keys.plane.ok_or("the control plane has no identity")?,
            escalation,
            question,
            shown: endorsed.shown,
            opaque: vote.opaque,
            reason: &vote.reason,
            approver: &vote.by,
        };
        if is_by(&key.public, &endorsed.signature, stated.digest()) {
            return Ok(());
        }
        Err("the signature is not one of this question, what was shown, this reason and this approver"
            .to_owned())
    }

    fn version(&self, record: &Record, approved: &ContractApproved) -> Result<(), String> {
        let ContractApproved { digest, by, seal } = approved;
        let key = self.keys.of(seal.key, &by.name)?;
        let (service, proposed_at) =
            self.proposed.get(digest).ok_or("the version was not proposed before it was approved")?;
        if let Some(Occasion { plane, proposed_at: at }) = &seal.occasion
            && (Some(*plane) != self.keys.plane || at != proposed_at)
        {
            return Err("it is one of another proposal or another control plane".to_owned());
        }
        let (service, domain) = (service.as_str(), record.domain.as_str());
        let stated = Statement { service, domain, version: *digest, approver: &by.name, seal };
        if is_by(&key.public, &seal.signature, stated.digest()) {
            return Ok(());
        }
        Err("the signature is not one of this version, the changes that were shown and this approver"
            .to_owned())
    }

    fn count(
        &mut self,
        seq: u64,
        (of, by, key): (Approved, &str, Option<Digest>),
        fate: Result<bool, String>,
    ) {
        let Found { verified, without_key, failed, first } = &mut self.found;
        let counter = match fate {
            Ok(true) => verified,
            Ok(false) => without_key,
            Err(problem) => {
                first.get_or_insert_with(|| Unverified { seq, of, by: by.to_owned(), key, problem });
                failed
            }
        };
        *counter = counter.saturating_add(1);
    }
}

#[cfg(test)]
mod tests;
