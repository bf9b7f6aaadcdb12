//! What a run has seen: results that the control plane itself attested, as evidence.

use std::sync::Arc;

use remit_core::{ActionId, Digest, EvidenceUse, ItemName, Objection, Reason, Timestamp, ToolName};
use serde_json::Value;

use crate::{
    looked_at::LookedAt,
    pointer::{Pointer, Source},
    value::{same, shown},
};

/// What a run has seen, oldest first.
#[derive(Clone, Debug, Default)]
pub struct RunFacts {
    /// The attested results.
    pub seen: Vec<Seen>,
    /// What the trusted caller declared that it was asked for, when it started the run.
    pub request: Option<Arc<Value>>,
}

/// One attested result, as one item of evidence.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Which item it is.
    pub item: ItemName,
    /// The read that saw it.
    pub action: ActionId,
    /// When.
    pub observed_at: Timestamp,
    /// Digest of the canonical result.
    pub digest: Digest,
    /// The parameters that it was read with.
    pub params: Arc<Value>,
    /// The result.
    pub value: Arc<Value>,
}

/// What one action needs to know, compiled.
#[derive(Debug, Default)]
pub(crate) struct Needs {
    pub(crate) all: Vec<Wanted>,
    /// Lists of values that must be equal.
    pub(crate) agree: Vec<Vec<Source>>,
}

/// One item that an action needs.
#[derive(Debug)]
pub(crate) struct Wanted {
    pub(crate) item: ItemName,
    pub(crate) from: ToolName,
    pub(crate) matching: Vec<(String, Pointer)>,
    pub(crate) fresh_for_ms: Option<u64>,
    pub(crate) require: Vec<Pointer>,
    /// What any clause looks at: when it changes, the fact has moved.
    pub(crate) looked_at: LookedAt,
}

/// The evidence that was found for one proposal.
#[derive(Debug)]
pub(crate) struct Found<'a> {
    pub(crate) seen: Vec<(&'a Wanted, &'a Seen)>,
    pub(crate) objection: Option<Objection>,
}

impl Needs {
    /// Finds the newest matching result for each item. Missing comes before incomplete, and that before
    /// conflicting, since the first is what the agent can mend.
    pub(crate) fn find<'a>(&'a self, params: &Value, facts: &'a RunFacts) -> Found<'a> {
        let mut seen = Vec::with_capacity(self.all.len());
        let mut missing = Vec::new();
        for wanted in &self.all {
            match facts.seen.iter().rev().find(|seen| wanted.is_met_by(seen, params)) {
                Some(found) => seen.push((wanted, found)),
                None => missing.push(wanted.missing(params)),
            }
        }
        let objection = if missing.is_empty() {
            incomplete(&seen).or_else(|| self.conflict(params, &seen))
        } else {
            Some(Objection::new(Reason::EvidenceMissing, missing.join("; ")))
        };
        Found { seen, objection }
    }

    fn conflict(&self, params: &Value, seen: &[(&Wanted, &Seen)]) -> Option<Objection> {
        for sources in &self.agree {
            let mut values = sources.iter().map(|source| (source, look_up(source, params, seen)));
            let Some((first_source, first)) = values.next() else { continue };
            for (source, value) in values {
                // What is absent agrees with nothing, not even with another absence.
                let agree = matches!((first, value), (Some(first), Some(value)) if same(first, value));
                if !agree {
                    return Some(Objection::new(
                        Reason::EvidenceConflict,
                        format!("`{first_source}` is {}, but `{source}` is {}", shown(first), shown(value)),
                    ));
                }
            }
        }
        None
    }
}

impl Wanted {
    /// True when the result was read for what the action is about.
    fn is_met_by(&self, seen: &Seen, params: &Value) -> bool {
        seen.item == self.item
            && self.matching.iter().all(|(parameter, pointer)| {
                match (seen.params.get(parameter), pointer.find(params)) {
                    (Some(read), Some(wanted)) => same(read, wanted),
                    (None | Some(_), None) | (None, Some(_)) => false,
                }
            })
    }

    /// What to do to have it.
    fn missing(&self, params: &Value) -> String {
        let with: Vec<String> = self
            .matching
            .iter()
            .map(|(parameter, pointer)| format!("{parameter} = {}", shown(pointer.find(params))))
            .collect();
        let with = if with.is_empty() { String::new() } else { format!(" with {}", with.join(", ")) };
        format!("`{}` has not been read in this run: call `{}`{with} first", self.item, self.from)
    }

    /// The use of a result, for the decision.
    pub(crate) fn used(&self, seen: &Seen) -> EvidenceUse {
        EvidenceUse {
            item: self.item.clone(),
            action: seen.action,
            digest: seen.digest,
            facts: Some(self.looked_at.digest(&seen.value, seen.digest)),
            observed_at: seen.observed_at,
            fresh_for_ms: self.fresh_for_ms,
        }
    }
}

fn look_up<'v>(source: &Source, params: &'v Value, seen: &[(&Wanted, &'v Seen)]) -> Option<&'v Value> {
    match source {
        Source::Params(pointer) => pointer.find(params),
        Source::Item(item, pointer) => {
            let (_, seen) = seen.iter().find(|(wanted, _)| wanted.item == *item)?;
            pointer.find(&seen.value)
        }
        Source::Result(_) => None,
    }
}

fn incomplete(seen: &[(&Wanted, &Seen)]) -> Option<Objection> {
    let gaps: Vec<String> = seen
        .iter()
        .filter_map(|(wanted, seen)| {
            let absent: Vec<String> = wanted
                .require
                .iter()
                .filter(|pointer| pointer.find(&seen.value).is_none())
                .map(|pointer| format!("`{}`", pointer.as_str()))
                .collect();
            (!absent.is_empty()).then(|| format!("`{}` lacks {}", wanted.item, absent.join(", ")))
        })
        .collect();
    (!gaps.is_empty()).then(|| Objection::new(Reason::EvidenceIncomplete, gaps.join("; ")))
}
