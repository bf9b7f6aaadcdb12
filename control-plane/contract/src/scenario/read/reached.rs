//! Reads what the rules of the recovery clause look back at: how far was reached, what tripwires have seen.

use remit_core::{radius::Meter, tripwire::Tripwire};

use super::Reader;
use crate::{
    problem::{Place, listed, nearest},
    read::{Fields, scalar::count},
    yaml::{Entry, Node},
};

impl Reader<'_> {
    /// `payout.create.count: 199`, by the place of a rule below `recovery.blast_radius`. Without a contract nothing is
    /// played, and any will do.
    pub(super) fn reached(self, entry: &Entry) -> Option<(Vec<Meter>, u64)> {
        let reading = count(&entry.value, &format!("`reached.{}`", entry.key), self.problems);
        let Some(contract) = self.contract else { return Some((Vec::new(), u64::from(reading?))) };
        let rules = &contract.terms().blast_radius;
        let meters: Vec<Meter> = rules
            .iter()
            .map(|rule| rule.meter.clone())
            .filter(|meter| meter.to_string() == entry.key)
            .collect();
        if !meters.is_empty() {
            return Some((meters, u64::from(reading?)));
        }
        let names: Vec<String> = rules.iter().map(|rule| rule.meter.to_string()).collect();
        let names = || names.iter().map(String::as_str);
        let remedy = match nearest(&entry.key, names()) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None if rules.is_empty() => "the contract has no `recovery.blast_radius`".to_owned(),
            None => format!("choose one of {}", listed(names())),
        };
        let message = format!("`{}` is no rule of `recovery.blast_radius`", entry.key);
        self.problems.note(entry.place, message, remedy)
    }

    /// `"in_doubt >= 3 over 10m": { hits: 2, of: 40 }`; of as many where it is not said.
    pub(super) fn lately(self, entry: &Entry) -> Option<(Option<Tripwire>, (u64, u64))> {
        let fields = Fields::of(&entry.value, "what a tripwire looks back at", self.problems)?;
        let read = |key, node: &Node| count(node, key, self.problems).map(u64::from);
        let hits = fields.need("hits").and_then(|node| read("`hits`", node));
        let of = fields.get("of").map_or(hits, |node| read("`of`", node));
        fields.end();
        let lately = (hits?, of?);
        if self.contract.is_none() {
            return Some((None, lately));
        }
        let wire = self.wire(&entry.key, entry.place)?;
        Some((Some(wire), lately))
    }

    /// A tripwire of the contract, in the words of its `when` and `over`.
    pub(super) fn wire(self, words: &str, place: Place) -> Option<Tripwire> {
        let wires = self.contract.map_or(&[][..], |contract| &contract.terms().tripwires);
        if let Some(wire) = wires.iter().find(|wire| wire.to_string() == words) {
            return Some(wire.clone());
        }
        let known: Vec<String> = wires.iter().map(ToString::to_string).collect();
        let names = || known.iter().map(String::as_str);
        let remedy = match nearest(words, names()) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None if known.is_empty() => "the contract has no `recovery.tripwires`".to_owned(),
            None => format!("choose one of {}", listed(names())),
        };
        self.problems.note(place, format!("`{words}` is no tripwire of the contract"), remedy)
    }
}
