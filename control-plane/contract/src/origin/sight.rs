//! Where a run saw a value first: for the words of a finding, and for nothing else.

use std::borrow::Cow;

use remit_core::{ActionId, Timestamp};
use serde_json::Value;

use super::{
    Catalog, Form, ItemSource,
    parts::{all_parts, is_below},
};
use crate::facts::{RunFacts, Seen, Sighting};

/// Something that the run has seen.
enum Sight<'f> {
    Item(&'f Seen),
    Result(&'f Sighting),
}

impl<'f> Sight<'f> {
    fn when(&self) -> Timestamp {
        match self {
            Self::Item(seen) => seen.observed_at,
            Self::Result(sighting) => sighting.at,
        }
    }

    const fn action(&self) -> ActionId {
        match self {
            Self::Item(seen) => seen.action,
            Self::Result(sighting) => sighting.action,
        }
    }

    fn value(&self) -> Cow<'f, Value> {
        match self {
            Self::Item(seen) => Cow::Borrowed(&*seen.value),
            Self::Result(sighting) => Cow::Owned(sighting.result.value()),
        }
    }

    /// The items of the contract that it is.
    fn items<'c>(&'c self, catalog: &'c Catalog) -> Vec<(&'c str, &'c ItemSource)> {
        let is_it = |name: &str, source: &ItemSource| match self {
            Self::Item(seen) => seen.item.as_str() == name,
            Self::Result(sighting) => sighting.tool == source.tool,
        };
        catalog
            .iter()
            .map(|(name, source)| (name.as_str(), source))
            .filter(|(name, it)| is_it(name, it))
            .collect()
    }

    /// The place in it, in words.
    fn says(&self, at: &str, catalog: &Catalog) -> String {
        let (action, items) = (self.action(), self.items(catalog));
        let strangers =
            items.iter().any(|(_, source)| source.untrusted.iter().any(|place| is_below(at, place)));
        let strangers = if strangers { ", a text of strangers" } else { "" };
        match (items.first(), self) {
            (Some((item, source)), _) => format!("in `{item}:{at}`{strangers} (`{}`, {action})", source.tool),
            (None, Self::Item(seen)) => format!("in `{}:{at}` ({action})", seen.item),
            (None, Self::Result(seen)) => format!("in `{at}` of what `{}` answered ({action})", seen.tool),
        }
    }
}

/// The first place of the run that says the value, alone or within a longer text: what was asked for, then what
/// was read, in the order of arrival.
pub(super) fn first_seen(form: Form, value: &Value, facts: &RunFacts, catalog: &Catalog) -> Option<String> {
    let place = |within: &Value| {
        let mut parts = all_parts(within).into_iter();
        parts
            .find(|part| form.same(value, &part.value) || form.is_said_by(value, &part.value))
            .map(|part| part.at)
    };
    if let Some(at) = facts.request.as_deref().and_then(place) {
        return Some(format!("in `request:{at}`"));
    }
    let items = facts.seen.iter().map(Sight::Item);
    let mut sights: Vec<Sight<'_>> = items.chain(facts.sightings().map(Sight::Result)).collect();
    sights.sort_by_key(|sight| (sight.when(), sight.action()));
    sights.iter().find_map(|sight| place(&sight.value()).map(|at| sight.says(&at, catalog)))
}
