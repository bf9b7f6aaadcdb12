//! Questions that are alike: the same tool of the same service by the same rules, with parameters of the same names.

use std::collections::{BTreeMap, BTreeSet};

use remit_proto::v1::Escalation;
use serde_json::Value;

use super::State;
use super::nav::Page;
use crate::tui::hit::{Kind, Object};

/// Fewer are no group.
const LEAST: usize = 2;

/// Parameters as JSON texts, by name.
pub type Params = BTreeMap<String, String>;

/// The parameters of a question; none where they are not an object or too long for a list.
#[must_use]
pub fn params(escalation: &Escalation) -> Option<Params> {
    let members: BTreeMap<String, Value> = serde_json::from_str(&escalation.params_json).ok()?;
    Some(members.into_iter().map(|(name, value)| (name, value.to_string())).collect())
}

/// What all of a group have in common; none of what stands alone.
#[must_use]
pub fn key(escalation: &Escalation) -> Option<String> {
    let names: Vec<String> = params(escalation)?.into_keys().collect();
    let Escalation { service, tool, rules, .. } = escalation;
    Some(format!("{service}\n{tool}\n{}\n{}", rules.join(","), names.join(",")))
}

/// The names of parameters that are not the same in all of them, and the others with their value.
#[must_use]
pub fn differ(group: &[&Escalation]) -> (Vec<String>, Params) {
    let all: Vec<Params> = group.iter().filter_map(|it| params(it)).collect();
    let Some(first) = all.first() else { return (Vec::new(), Params::new()) };
    let (same, other): (Params, Params) =
        first.clone().into_iter().partition(|(name, value)| all.iter().all(|it| it.get(name) == Some(value)));
    (other.into_keys().collect(), same)
}

impl State {
    /// The waiting questions of a group, in the order of the queue.
    #[must_use]
    pub fn alike(&self, group: &str) -> Vec<&Escalation> {
        self.shown_questions().filter(|it| key(it).is_some_and(|key| key == group)).collect()
    }

    /// What the filter of the queue lets through.
    pub fn shown_questions(&self) -> impl Iterator<Item = &Escalation> {
        let sieve = self.filters.get(&Page::Queue);
        self.pending().filter(move |it| sieve.is_none_or(|sieve| sieve.shows_question(it, self.wall_ms)))
    }

    /// The rows of the queue: each question, or where it is folded one row for each group, where its first one stands.
    pub(super) fn queue_rows(&self) -> Vec<Object> {
        let of = |it: &Escalation| self.object(Kind::Escalation, &it.id);
        if !self.drawn.is_folded {
            return self.shown_questions().filter_map(of).collect();
        }
        let mut sizes: BTreeMap<String, usize> = BTreeMap::new();
        for key in self.shown_questions().filter_map(key) {
            let size = sizes.entry(key).or_default();
            *size = size.saturating_add(1);
        }
        let mut told = BTreeSet::new();
        let rows = self.shown_questions().filter_map(|it| {
            let group = key(it).filter(|key| sizes.get(key).is_some_and(|size| LEAST <= *size));
            match group {
                Some(group) if told.insert(group.clone()) => self.object(Kind::Alike, &group),
                Some(_) => None,
                None => of(it),
            }
        });
        rows.collect()
    }

    /// The rows of a group's page.
    pub(super) fn alike_rows(&self, group: &str) -> Vec<Object> {
        self.alike(group).into_iter().filter_map(|it| self.object(Kind::Escalation, &it.id)).collect()
    }
}
