//! Values that an effect has succeeded with before: what a rule about first-time values looks at.

use std::collections::{BTreeMap, BTreeSet};

use crate::{Digest, Timestamp};

/// Most values that a service is remembered by. The oldest goes first; then a person is asked once more.
const MOST: usize = 65_536;

/// The values of one service, each with the last time that it was part of a success.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Familiar {
    last: BTreeMap<Digest, Timestamp>,
    oldest: BTreeSet<(Timestamp, Digest)>,
}

impl Familiar {
    /// True when the value was part of a success in the last so many milliseconds.
    pub(crate) fn knows(&self, value: &Digest, within_ms: u64, now: Timestamp) -> bool {
        self.last.get(value).is_some_and(|last| now.since_ms(*last) <= within_ms)
    }

    /// A success with this value.
    pub(crate) fn note(&mut self, value: Digest, at: Timestamp) {
        if let Some(before) = self.last.insert(value, at) {
            self.oldest.remove(&(before, value));
        }
        self.oldest.insert((at, value));
        if self.last.len() > MOST
            && let Some((_, oldest)) = self.oldest.pop_first()
        {
            self.last.remove(&oldest);
        }
    }

    /// What succeeded with this value was undone.
    pub(crate) fn forget(&mut self, value: &Digest) {
        if let Some(before) = self.last.remove(value) {
            self.oldest.remove(&(before, *value));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_value_is_forgotten_first() {
        let at = |ms| Timestamp::from_micros(0).plus_ms(ms);
        let value = |number: usize| Digest::of(&number.to_be_bytes());
        let mut familiar = Familiar::default();
        for number in 0..MOST {
            familiar.note(value(number), at(1));
        }
        familiar.note(value(0), at(2));
        familiar.note(value(MOST), at(3));
        assert_eq!((familiar.last.len(), familiar.oldest.len()), (MOST, MOST));
        assert!(familiar.knows(&value(0), 5, at(3)) && familiar.knows(&value(MOST), 5, at(3)));
        assert_eq!((1..MOST).filter(|number| !familiar.knows(&value(*number), 5, at(3))).count(), 1);
        familiar.forget(&value(MOST));
        assert!(!familiar.knows(&value(MOST), 5, at(3)));
        assert_eq!((familiar.last.len(), familiar.oldest.len()), (MOST - 1, MOST - 1));
    }
}
