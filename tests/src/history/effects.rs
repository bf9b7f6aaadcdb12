//! A history against what really happened at the tool: nothing doubled, nothing lost, the same key the same bytes.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use serde_json::Value;

use super::{Fate, History, Told};
use crate::hostile::{Effect, Seen, purchasing};

/// What was compared.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Tally {
    /// Actions on record.
    pub actions: usize,
    /// Effects in the tool's ledger.
    pub effects: usize,
    /// Actions of which nobody knows.
    pub in_doubt: usize,
    /// Of these, how many have had their effect.
    pub done_in_doubt: usize,
    /// Requests that arrived under a key that had arrived before.
    pub sent_again: usize,
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { actions, effects, in_doubt, done_in_doubt, sent_again } = self;
        write!(f, "{actions} actions, {effects} effects, {in_doubt} in doubt ({done_in_doubt} done), ")?;
        write!(f, "{sent_again} sent again")
    }
}

impl History {
    /// Compares; panics at the first difference.
    pub fn agrees(&self, seen: &Seen) -> Tally {
        self.same_key_same_bytes(seen);
        self.keyed(seen);
        self.keyless(seen);
        self.answers_name_their_effects(seen);
        one_effect_a_name(seen);
        let doubts = self.actions.iter().filter(|(_, told)| told.fate == Fate::InDoubt);
        let done = |(id, told): &(&String, &Told)| {
            seen.effects.iter().any(|it| it.key.as_ref() == Some(*id) || it.body == told.params)
        };
        let keys = seen.arrivals.iter().filter_map(|it| it.key.as_ref());
        let distinct: BTreeSet<_> = keys.clone().collect();
        Tally {
            actions: self.actions.len(),
            effects: seen.effects.len(),
            in_doubt: doubts.clone().count(),
            done_in_doubt: doubts.filter(done).count(),
            sent_again: keys.count() - distinct.len(),
        }
    }

    /// Whatever arrives under a key is what was decided under it, byte for byte, and was let go before.
    fn same_key_same_bytes(&self, seen: &Seen) {
        for arrival in &seen.arrivals {
            let Some(key) = &arrival.key else { continue };
            let told =
                self.actions.get(key).unwrap_or_else(|| panic!("{arrival:?} is of no action on record"));
            assert!(0 < told.starts, "{arrival:?} was sent and never let go: {told:?}");
            assert_eq!(told.params, arrival.body, "other bytes under the key {key}");
        }
    }

    /// At a tool with keys each action has its effect once, or, where it failed or was refused, not at all.
    fn keyed(&self, seen: &Seen) {
        let mut by_key: BTreeMap<&str, Vec<&Effect>> = BTreeMap::new();
        for effect in seen.effects.iter().filter(|effect| effect.path == "/orders") {
            let key = effect.key.as_deref().unwrap_or_else(|| panic!("{effect:?} came without a key"));
            by_key.entry(key).or_default().push(effect);
        }
        for (id, told) in self.by_tool(purchasing::ORDER) {
            let effects = by_key.get(id.as_str()).map_or(0, Vec::len);
            let (least, most) = span(&told.fate);
            assert!(
                least <= effects && effects <= most,
                "{id} has {effects} effects, {least} to {most} are right: {told:?}"
            );
        }
    }

    /// A tool without keys is known by the bytes alone. The same call may be made anew once it has failed, so
    /// all of one text are counted together: nothing is sent more often than it was let go.
    fn keyless(&self, seen: &Seen) {
        let mut of_text: BTreeMap<&str, (usize, usize, usize)> = BTreeMap::new();
        for (_, told) in self.by_tool(purchasing::POST) {
            let (least, most) = span(&told.fate);
            let sums = of_text.entry(&told.params).or_default();
            *sums = (sums.0 + least, sums.1 + most.min(told.starts), sums.2 + told.starts);
        }
        let count = |body: &str| {
            let effects = seen.effects.iter().filter(|it| it.path == "/posts" && it.body == body).count();
            let arrivals = seen.arrivals.iter().filter(|it| it.path == "/posts" && it.body == body).count();
            (effects, arrivals)
        };
        for (body, (least, most, starts)) in &of_text {
            let (effects, arrivals) = count(body);
            assert!(
                *least <= effects && effects <= *most,
                "{body}: {effects} effects, {least} to {most} are right"
            );
            assert!(arrivals <= *starts, "{body}: {arrivals} arrivals, it was let go {starts} times");
        }
        for effect in seen.effects.iter().filter(|effect| effect.path == "/posts") {
            assert!(of_text.contains_key(effect.body.as_str()), "{effect:?} is of no action on record");
        }
    }

    /// What an action is said to have done is its own effect, and nobody else's.
    fn answers_name_their_effects(&self, seen: &Seen) {
        let mut named: BTreeMap<&str, &str> = BTreeMap::new();
        for (id, told) in self.by_tool(purchasing::ORDER).chain(self.by_tool(purchasing::POST)) {
            let Fate::Succeeded(result) = &told.fate else { continue };
            let name = result["effect"].as_str().unwrap();
            let number: usize = name.trim_start_matches("ef-").parse().unwrap();
            assert_eq!(seen.effects[number].body, told.params, "{id} was answered with {name}");
            let other = named.insert(name, id);
            assert_eq!(other, None, "{id} was answered with {name}, too");
        }
    }

    fn by_tool(&self, tool: &'static str) -> impl Iterator<Item = (&String, &Told)> {
        self.actions.iter().filter(move |(_, told)| told.tool == tool)
    }
}

/// How many effects an action with this fate may have.
const fn span(fate: &Fate) -> (usize, usize) {
    match fate {
        Fate::Refused | Fate::Waits | Fate::Goes | Fate::Failed => (0, 0),
        Fate::Started | Fate::InDoubt => (0, 1),
        Fate::Succeeded(_) => (1, 1),
    }
}

/// One logical effect, whoever wanted it.
fn one_effect_a_name(seen: &Seen) {
    let mut names: BTreeMap<String, &Effect> = BTreeMap::new();
    for effect in seen.effects.iter().filter(|effect| effect.path == "/orders") {
        let order: Value = serde_json::from_str(&effect.body).unwrap();
        let first = names.insert(order["id"].to_string(), effect);
        assert_eq!(first, None, "{effect:?} is a second one");
    }
}
