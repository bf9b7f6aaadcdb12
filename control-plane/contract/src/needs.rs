//! What one action needs to know, and what of it a run has seen.

use std::{collections::BTreeSet, sync::Arc};

use remit_core::{Ask, Assertion, EvidenceUse, ItemName, Objection, OneOf, Reason, Timestamp, ToolName};
use rust_decimal::Decimal;
use serde_json::Value;

use crate::{
    facts::{RunFacts, Seen},
    looked_at::LookedAt,
    origin::{self, Catalog},
    pointer::{Pointer, Source},
    value::{decimal, same, shown},
};

mod said;

pub(crate) use said::Claim;

/// How far a tool server's clock may be ahead of ours, in milliseconds.
const SKEW_MS: u64 = 5_000;

/// What one action needs to know, compiled.
#[derive(Debug, Default)]
pub(crate) struct Needs {
    /// Where the contract says so, for findings.
    pub(crate) rule: String,
    pub(crate) all: Vec<Wanted>,
    /// What the service must say itself.
    pub(crate) claims: Vec<Claim>,
    /// So many of these, from distinct sources.
    pub(crate) at_least: Option<(usize, Vec<Wanted>)>,
    /// Lists of values that must be equal.
    pub(crate) agree: Vec<Agree>,
    /// Where parameters may come from.
    pub(crate) origin: Vec<origin::Rule>,
    pub(crate) catalog: Arc<Catalog>,
}

/// Values that must be equal.
#[derive(Debug)]
pub(crate) struct Agree {
    /// Where the contract says so, for findings.
    pub(crate) rule: String,
    pub(crate) values: Vec<Source>,
    /// As decimal numbers, at most so far apart.
    pub(crate) within: Option<Decimal>,
}

/// One item that an action needs.
#[derive(Debug)]
pub(crate) struct Wanted {
    pub(crate) item: ItemName,
    pub(crate) from: ToolName,
    pub(crate) matching: Vec<(String, Pointer)>,
    pub(crate) fresh_for_ms: Option<u64>,
    pub(crate) as_of: Option<Pointer>,
    pub(crate) require: Vec<Pointer>,
    /// What any clause looks at: when it changes, the fact has moved.
    pub(crate) looked_at: LookedAt,
    /// When it is one of several of which only some are needed: what it counts as.
    pub(crate) one_of: Option<OneOf>,
}

/// The evidence that was found for one proposal.
#[derive(Debug)]
pub(crate) struct Found<'a> {
    pub(crate) seen: Vec<(&'a Wanted, &'a Seen)>,
    pub(crate) objection: Option<Objection>,
    /// Parameters of unknown origin that people are asked about.
    pub(crate) held: Option<Objection>,
    pub(crate) asks: Vec<Ask>,
}

impl Needs {
    /// Everything that a rule about the origin of a value may ask.
    pub(crate) fn asks(&self) -> impl Iterator<Item = &Ask> {
        self.origin.iter().filter_map(|rule| rule.otherwise.as_ref())
    }

    /// How many independent sources are needed among those of which only some are.
    pub(crate) fn sources_needed(&self) -> Option<u32> {
        self.at_least.as_ref().map(|(count, _)| u32::try_from(*count).unwrap_or(u32::MAX))
    }

    /// Every item that is wanted, also where only some are needed.
    pub(crate) fn wanted(&self, item: &ItemName) -> Option<&Wanted> {
        self.all.iter().chain(self.choice()).find(|wanted| wanted.item == *item)
    }

    fn choice(&self) -> &[Wanted] {
        self.at_least.as_ref().map_or(&[], |(_, of)| of)
    }

    /// Finds the newest matching result for each item. Missing comes before too few, that before incomplete,
    /// and that before a foreign or conflicting value, since the first is what the agent can mend.
    pub(crate) fn find<'a>(
        &'a self,
        params: &Value,
        facts: &'a RunFacts,
        asserted: &[Assertion],
    ) -> Found<'a> {
        let mut seen = Vec::with_capacity(self.all.len());
        let mut missing = Vec::new();
        for wanted in &self.all {
            match wanted.newest(params, facts) {
                Some(found) => seen.push((wanted, found)),
                None => missing.push(wanted.missing(params)),
            }
        }
        let few = self.chosen(params, facts, &mut seen);
        let facts_needed: Vec<&Seen> = seen.iter().map(|(_, seen)| *seen).collect();
        let foreign = origin::check(&self.origin, params, (facts, &facts_needed), &self.catalog);
        let said = said::contents(asserted);
        let objection = if missing.is_empty() {
            few.or_else(|| incomplete(&seen))
                .or_else(|| said::missing((&self.claims, &self.rule), &said))
                .or_else(|| said::refused((&self.claims, &self.rule), asserted))
                .or(foreign.refused)
                .or_else(|| self.conflict(&Known { params, seen: &seen, said: &said }))
        } else {
            let text = format!("{} (`{}.all`)", missing.join("; "), self.rule);
            Some(Objection::new(Reason::EvidenceMissing, text))
        };
        Found { seen, objection, held: foreign.held, asks: foreign.asks }
    }

    /// Takes what there is of the choice; objects when it comes from too few sources.
    fn chosen<'a>(
        &'a self,
        params: &Value,
        facts: &'a RunFacts,
        seen: &mut Vec<(&'a Wanted, &'a Seen)>,
    ) -> Option<Objection> {
        let (count, of) = self.at_least.as_ref()?;
        // What is not complete is no source.
        let whole = |wanted: &'a Wanted| {
            wanted
                .newest(params, facts)
                .filter(|seen| wanted.gaps(seen).is_empty())
                .map(|seen| (wanted, seen))
        };
        let found: Vec<_> = of.iter().filter_map(whole).collect();
        let sources = found.iter().filter_map(|(wanted, _)| Some(&wanted.one_of.as_ref()?.source));
        let sources = sources.collect::<BTreeSet<_>>().len();
        let enough = *count <= sources;
        let absent = of.iter().filter(|wanted| !found.iter().any(|(it, _)| it.item == wanted.item));
        let lacking: Vec<String> = absent.map(|wanted| wanted.lacking(params, facts)).collect();
        let text = format!(
            "{count} independent sources are needed and {} seen; {} (`{}.at_least`)",
            match sources {
                1 => "1 was".to_owned(),
                many => format!("{many} were"),
            },
            lacking.join("; "),
            self.rule
        );
        seen.extend(found);
        (!enough).then(|| Objection::new(Reason::EvidenceInsufficient, text))
    }

    fn conflict(&self, known: &Known<'_>) -> Option<Objection> {
        self.agree.iter().find_map(|line| {
            let values = line.values.iter().filter(|source| !self.is_absent_choice(source, known.seen));
            let values: Vec<_> = values.map(|source| (source, known.find(source))).collect();
            let conflict = match line.within {
                None => differing(&values),
                Some(within) => apart(&values, within),
            }?;
            let detail = format!("{} (`{}`)", conflict.detail, line.rule);
            Some(Objection { detail, ..conflict })
        })
    }

    /// One of a choice that was not needed says nothing.
    fn is_absent_choice(&self, source: &Source, seen: &[(&Wanted, &Seen)]) -> bool {
        let Source::Item(item, _) = source else { return false };
        self.choice().iter().any(|wanted| wanted.item == *item)
            && !seen.iter().any(|(wanted, _)| wanted.item == *item)
    }
}

/// Everything that values are looked up in.
struct Known<'v> {
    params: &'v Value,
    seen: &'v [(&'v Wanted, &'v Seen)],
    said: &'v [(&'v ItemName, Value)],
}

impl<'v> Known<'v> {
    fn find(&self, source: &Source) -> Option<&'v Value> {
        let (item, pointer) = match source {
            Source::Params(pointer) => return pointer.find(self.params),
            Source::Item(item, pointer) => (item, pointer),
            Source::Result(_) => return None,
        };
        let seen = self.seen.iter().find(|(wanted, _)| wanted.item == *item).map(|(_, seen)| &*seen.value);
        let said = || self.said.iter().find(|(name, _)| *name == item).map(|(_, content)| content);
        pointer.find(seen.or_else(said)?)
    }
}

type Named<'v> = (&'v Source, Option<&'v Value>);

/// What is absent agrees with nothing, not even with another absence.
fn differing(values: &[Named<'_>]) -> Option<Objection> {
    let ((first_source, first), rest) = values.split_first()?;
    rest.iter().find_map(|(source, value)| {
        let agree = matches!((first, value), (Some(first), Some(value)) if same(first, value));
        (!agree).then(|| {
            let text = format!("`{first_source}` is {}, but `{source}` is {}", shown(*first), shown(*value));
            Objection::new(Reason::EvidenceConflict, text)
        })
    })
}

/// Exact decimals, never floats: the largest and the smallest must not be further apart than that.
fn apart(values: &[Named<'_>], within: Decimal) -> Option<Objection> {
    let conflict = |text: String| Some(Objection::new(Reason::EvidenceConflict, text));
    let mut numbers = Vec::with_capacity(values.len());
    for (source, value) in values {
        match value.and_then(decimal) {
            Some(number) => numbers.push((number, source)),
            None => return conflict(format!("`{source}` is {}, which is no decimal number", shown(*value))),
        }
    }
    numbers.sort_by_key(|(number, _)| *number);
    let ((least, low), (most, high)) = (numbers.first()?, numbers.last()?);
    if most.checked_sub(*least).is_some_and(|between| between <= within) {
        return None;
    }
    conflict(format!("`{low}` is {least}, but `{high}` is {most}: more than {within} apart"))
}

impl Wanted {
    fn newest<'a>(&self, params: &Value, facts: &'a RunFacts) -> Option<&'a Seen> {
        facts.seen.iter().rev().find(|seen| self.is_met_by(seen, params))
    }

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

    /// Why it is no source: not read, or read and not complete.
    fn lacking(&self, params: &Value, facts: &RunFacts) -> String {
        let Some(seen) = self.newest(params, facts) else { return self.missing(params) };
        let digest = seen.digest.beginning();
        let at = jiff::Timestamp::from_microsecond(seen.observed_at.as_micros());
        let at = at.map_or_else(|_| seen.observed_at.to_string(), |at| format!("{at:.0}"));
        format!("`{}` (read at {at}, {digest}) {}", self.item, self.gaps(seen).join(", "))
    }

    /// The use of a result, for the decision.
    pub(crate) fn used(&self, seen: &Seen) -> EvidenceUse {
        EvidenceUse {
            item: self.item.clone(),
            action: seen.action,
            digest: seen.digest,
            facts: Some(self.looked_at.digest(&seen.value, seen.digest)),
            observed_at: seen.observed_at,
            as_of: self.as_of(seen).and_then(Result::ok),
            fresh_for_ms: self.fresh_for_ms,
            one_of: self.one_of.clone(),
        }
    }

    /// The tool server's own time of the result, where the contract names it; or why it does not count.
    fn as_of(&self, seen: &Seen) -> Option<Result<Timestamp, String>> {
        let pointer = self.as_of.as_ref()?;
        let place = pointer.as_str();
        let Some(value) = pointer.find(&seen.value) else { return Some(Err(format!("lacks `{place}`"))) };
        let parsed = value.as_str().and_then(|text| text.parse::<jiff::Timestamp>().ok());
        let Some(at) = parsed.map(|at| Timestamp::from_micros(at.as_microsecond())) else {
            return Some(Err(format!("has no time of RFC 3339 in `{place}` but {}", shown(Some(value)))));
        };
        if seen.observed_at.plus_ms(SKEW_MS) < at {
            return Some(Err(format!(
                "has a time in `{place}` that has not come yet, {}",
                shown(Some(value))
            )));
        }
        Some(Ok(at))
    }

    /// What a result lacks, in words, each with the rule that asks for it.
    fn gaps(&self, seen: &Seen) -> Vec<String> {
        let absent: Vec<String> = self
            .require
            .iter()
            .filter(|pointer| pointer.find(&seen.value).is_none())
            .map(|pointer| format!("`{}`", pointer.as_str()))
            .collect();
        let rule = |key: &str| format!("`evidence.items.{}.{key}`", self.item);
        let absent =
            (!absent.is_empty()).then(|| format!("lacks {} ({})", absent.join(", "), rule("require")));
        let untimely = self.as_of(seen).and_then(Result::err);
        absent.into_iter().chain(untimely.map(|why| format!("{why} ({})", rule("as_of")))).collect()
    }
}

fn incomplete(seen: &[(&Wanted, &Seen)]) -> Option<Objection> {
    let gaps: Vec<String> = seen
        .iter()
        .flat_map(|(wanted, seen)| {
            wanted.gaps(seen).into_iter().map(|gap| format!("`{}` {gap}", wanted.item))
        })
        .collect();
    (!gaps.is_empty()).then(|| Objection::new(Reason::EvidenceIncomplete, gaps.join("; ")))
}

#[cfg(test)]
mod tests;
