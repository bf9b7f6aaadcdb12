//! What the contract looks at in a fact, for one action: the rest may change without moving the fact.

use remit_core::{CanonicalJson, Digest, ItemName, Moved};
use serde_json::Value;

use crate::{
    pointer::Pointer,
    policy::Keys,
    value::{cut, same},
};

/// Longest value that is shown of what has moved, in characters.
const MAX_MOVED: usize = 200;

/// Most differences that are told of one item; the first one already voids the approval.
const MOST_MOVED: usize = 20;

/// The places of an item that requirements, agreements and policies read.
#[derive(Debug)]
pub(crate) enum LookedAt {
    /// All of it: a policy takes the item as a whole.
    All,
    /// These places.
    Places(Vec<Pointer>),
}

impl LookedAt {
    /// What the clauses name, and what the policies see.
    pub(crate) fn new(mut named: Vec<Pointer>, seen: Option<&Keys>) -> Self {
        match seen {
            Some(Keys::All) => return Self::All,
            Some(Keys::Named(keys)) => named.extend(keys.iter().map(|key| Pointer::to_key(key))),
            None => {}
        }
        named.sort();
        named.dedup();
        Self::Places(named)
    }

    /// Digest of the values there. Equal digests mean that nothing moved which any clause would look at.
    pub(crate) fn digest(&self, value: &Value, whole: Digest) -> Digest {
        let Self::Places(places) = self else { return whole };
        let there = places.iter().filter_map(|place| Some((place.as_str(), place.find(value)?)));
        // What came from a canonical result is canonical again; if not, every change counts.
        CanonicalJson::from_members(&there.collect::<Vec<_>>()).map_or(whole, |values| values.digest())
    }

    /// What differs between two results, place by place.
    pub(crate) fn moved(&self, item: &ItemName, was: &Value, is: &Value) -> Vec<Moved> {
        let mut found = Vec::new();
        match self {
            Self::All => differences(String::new(), (Some(was), Some(is)), &mut found),
            Self::Places(places) => {
                for place in places {
                    differences(place.as_str().to_owned(), (place.find(was), place.find(is)), &mut found);
                }
            }
        }
        let text =
            |value: Option<&Value>| value.map(|value| cut(&value.to_string(), MAX_MOVED)).unwrap_or_default();
        found.dedup_by(|left, right| left.0 == right.0);
        found
            .into_iter()
            .take(MOST_MOVED)
            .map(|(pointer, was, is)| Moved { item: item.clone(), pointer, was: text(was), is: text(is) })
            .collect()
    }
}

pub(crate) type Difference<'v> = (String, Option<&'v Value>, Option<&'v Value>);

/// Objects are compared member by member, everything else as a whole.
pub(crate) fn differences<'v>(
    at: String,
    (was, is): (Option<&'v Value>, Option<&'v Value>),
    found: &mut Vec<Difference<'v>>,
) {
    if let (Some(Value::Object(old)), Some(Value::Object(new))) = (was, is) {
        let added = new.keys().filter(|key| !old.contains_key(*key));
        for key in old.keys().chain(added) {
            differences(
                format!("{at}{}", Pointer::to_key(key).as_str()),
                (old.get(key), new.get(key)),
                found,
            );
        }
        return;
    }
    let stands = match (was, is) {
        (Some(was), Some(is)) => same(was, is),
        (None, None) => true,
        (Some(_), None) | (None, Some(_)) => false,
    };
    if !stands {
        found.push((at, was, is));
    }
}

#[cfg(test)]
mod tests;
