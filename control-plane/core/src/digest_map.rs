//! Values by digest, to be looked up and never gone through.
//!
//! A digest lies anywhere: an ordered map is read in as many places as it is deep. This one hashes, and nobody can ask
//! in which order it holds things, so that no decision depends on it. Its hasher draws nothing.

#![expect(clippy::disallowed_types, reason = "it can be looked up only: no order leaks")]

use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, DefaultHasher},
};

use crate::Digest;

/// Values by digest.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DigestMap<T>(HashMap<Digest, T, BuildHasherDefault<DefaultHasher>>);

impl<T> Default for DigestMap<T> {
    fn default() -> Self {
        Self(Default::default())
    }
}

impl<T> DigestMap<T> {
    /// What is kept for a digest.
    pub fn get(&self, digest: &Digest) -> Option<&T> {
        self.0.get(digest)
    }

    /// True when nothing is kept.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What is kept for a digest, to be changed; the default where nothing was.
    pub(crate) fn at(&mut self, digest: Digest) -> &mut T
    where
        T: Default,
    {
        self.0.entry(digest).or_default()
    }

    /// Keeps a value instead of the one before.
    pub(crate) fn put(&mut self, digest: Digest, value: T) {
        self.0.insert(digest, value);
    }

    /// Keeps a value unless there is one.
    pub(crate) fn put_new(&mut self, digest: Digest, value: T) {
        self.0.entry(digest).or_insert(value);
    }

    /// Lets go what is kept for a digest, if it is what the test says.
    pub(crate) fn remove_if(&mut self, digest: &Digest, test: impl FnOnce(&T) -> bool) {
        if self.0.get(digest).is_some_and(test) {
            self.0.remove(digest);
        }
    }

    /// Lets everything go.
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// Everything, in no order.
    #[cfg(test)]
    pub(crate) fn values(&self) -> impl Iterator<Item = &T> {
        self.0.values()
    }
}
