//! What became of each command: sent, acknowledged, refused, or honestly unknown.

use std::collections::VecDeque;

/// Receipts kept for the screen.
const KEPT: usize = 20;

/// The state of one command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// On its way.
    Sent,
    /// The server streams what it does.
    Working(String),
    /// Done and committed, with what was promised.
    Acked(String),
    /// Refused, with the server's sentence.
    Failed(String),
    /// No answer: it may or may not have happened.
    Unknown(String),
    /// Nobody's command: what the control plane did by itself when a tripwire tripped.
    Tripped(String),
}

/// One command and its fate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The console's own number for it.
    pub id: u64,
    /// The id under which the server knows the request.
    pub idempotency_id: String,
    /// What was asked, for instance `stop service:refund-decision`.
    pub words: String,
    /// What became of it.
    pub fate: Fate,
    /// When it was last heard of, milliseconds since 1970.
    pub at_ms: i64,
}

/// The last commands, oldest first.
#[derive(Clone, Debug, Default)]
pub struct Receipts {
    kept: VecDeque<Receipt>,
    /// The last command when the operator said that all was seen.
    seen: u64,
}

impl Receipts {
    /// A command leaves.
    pub fn sent(&mut self, receipt: Receipt) {
        self.kept.push_back(receipt);
        if KEPT < self.kept.len() {
            self.kept.pop_front();
        }
    }

    /// Something was heard of command `id`.
    pub fn heard(&mut self, id: u64, fate: Fate, at_ms: i64) {
        if let Some(receipt) = self.kept.iter_mut().find(|r| r.id == id) {
            receipt.fate = fate;
            receipt.at_ms = at_ms;
        }
    }

    /// The newest.
    #[must_use]
    pub fn last(&self) -> Option<&Receipt> {
        self.kept.back()
    }

    /// What command `id` asked.
    #[must_use]
    pub fn words_of(&self, id: u64) -> Option<&str> {
        self.kept.iter().find(|receipt| receipt.id == id).map(|receipt| receipt.words.as_str())
    }

    /// All that are kept, newest first.
    pub fn newest_first(&self) -> impl Iterator<Item = &Receipt> {
        self.kept.iter().rev()
    }

    /// The newest command whose outcome nobody here knows, until the operator has seen it.
    #[must_use]
    pub fn unseen(&self) -> Option<&Receipt> {
        self.newest_first().find(|receipt| self.seen < receipt.id && matches!(receipt.fate, Fate::Unknown(_)))
    }

    /// The operator has seen all that is there.
    pub fn see(&mut self) {
        self.seen = self.last().map_or(self.seen, |receipt| receipt.id);
    }
}
