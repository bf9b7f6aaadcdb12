//! Which action holds which logical effect.
//!
//! An effect that exists is never forgotten, so there may be millions. A map moves all of what it holds when it grows;
//! of these 256 each moves its own part alone, so that no decision waits for a second because of the one before it.

use crate::{ActionId, Digest, DigestMap};

/// Effects by the digest of their name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Effects(Box<[DigestMap<ActionId>]>);

impl Default for Effects {
    fn default() -> Self {
        Self((0..=u8::MAX).map(|_| DigestMap::default()).collect())
    }
}

impl Effects {
    /// The action that holds an effect.
    pub fn get(&self, effect: &Digest) -> Option<ActionId> {
        self.0.get(part(effect))?.get(effect).copied()
    }

    /// True when nobody holds any.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(DigestMap::is_empty)
    }

    pub(crate) fn hold(&mut self, effect: Digest, by: ActionId) {
        if let Some(held) = self.0.get_mut(part(&effect)) {
            held.put(effect, by);
        }
    }

    /// Frees an effect that this action holds; one that another holds stays.
    pub(crate) fn free(&mut self, effect: &Digest, by: ActionId) {
        if let Some(held) = self.0.get_mut(part(effect)) {
            held.remove_if(effect, |holder| *holder == by);
        }
    }
}

/// Digests are as good as drawn by lot: each first byte is as frequent as any other.
fn part(effect: &Digest) -> usize {
    let [first, ..] = effect.as_bytes();
    usize::from(*first)
}

#[cfg(test)]
mod tests;
