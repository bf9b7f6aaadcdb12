//! The flips of a backtest: in groups with their sums, the gravest first.

use remit_contract::{Backtested, Flip, Said};
use remit_core::{Money, Outcome, Terms};
use serde_json::{Value, json};

use crate::cli::{failure::Failure, paint::Tone, screen::Screen};

/// Flips of one kind, and what they add up to.
struct Group<'a> {
    flips: &'a [Flip],
    price: Money,
    /// The sum of the parameter that was asked for, and in how many calls it was a number.
    sum: Option<(f64, usize)>,
}

/// Neighbours with the same outcomes: the flips are in order already.
fn groups<'a>(flips: &'a [Flip], sum: Option<&str>) -> Vec<Group<'a>> {
    let kind = |flip: &Flip| (flip.before.outcome, flip.after.outcome);
    flips
        .chunk_by(|left, right| kind(left) == kind(right))
        .map(|flips| {
            let price = flips.iter().fold(Money::ZERO, |sum, flip| sum.saturating_add(flip.price));
            let sum = sum.map(|pointer| {
                let values = flips.iter().filter_map(|flip| flip.params.value().pointer(pointer)?.as_f64());
                values.fold((0.0, 0_usize), |(sum, count), value| (sum + value, count.saturating_add(1)))
            });
            Group { flips, price, sum }
        })
        .collect()
}

/// Prints what was found.
pub(super) fn print(
    terms: &Terms,
    found: &Backtested,
    sum: Option<&str>,
    screen: &mut Screen<'_>,
) -> Result<(), Failure> {
    let groups = groups(&found.flips, sum);
    if screen.is_json() {
        screen.object(&json(terms, found, &groups))?;
        return Ok(());
    }
    for group in &groups {
        let Some(first) = group.flips.first() else { continue };
        let mut title = format!(
            "{} -> {}: {} proposals, price {} {}",
            first.before.outcome,
            first.after.outcome,
            group.flips.len(),
            group.price,
            terms.currency
        );
        if let (Some((total, count)), Some(pointer)) = (group.sum, sum) {
            title.push_str(&format!(", {pointer} {total} in {count} of them"));
        }
        let tone = if first.admits_what_was_refused() { Tone::Bad } else { Tone::Title };
        screen.toned(&title, tone)?;
        for flip in group.flips {
            screen.line(&format!("  {}  {} {}", flip.at, flip.tool, flip.params.as_str()))?;
            screen.field("action", &flip.action.to_string())?;
            screen.field("was", &said(&flip.before))?;
            screen.field("would be", &said(&flip.after))?;
        }
    }
    for (action, why) in &found.undecided {
        screen.note(&format!("{action} could not be decided again: {why}"))?;
    }
    screen.line(&format!(
        "{} {}: {} proposals decided again, {} flips",
        terms.service,
        terms.version,
        found.decided,
        found.flips.len()
    ))?;
    Ok(())
}

fn said(said: &Said) -> String {
    match said.outcome {
        Outcome::Admit => said.outcome.to_string(),
        Outcome::Escalate | Outcome::Throttle | Outcome::Deny | Outcome::Stop => {
            format!("{} by {} ({}): {}", said.outcome, said.clause, said.reason, said.detail)
        }
    }
}

fn json(terms: &Terms, found: &Backtested, groups: &[Group<'_>]) -> Value {
    json!({
        "service": terms.service.as_str(),
        "version": terms.version,
        "digest": terms.digest.to_string(),
        "decided": found.decided,
        "admits_what_was_refused": found.flips.iter().any(Flip::admits_what_was_refused),
        "groups": groups.iter().map(|group| json!({
            "before": group.flips.first().map(|flip| flip.before.outcome.as_str()),
            "after": group.flips.first().map(|flip| flip.after.outcome.as_str()),
            "flips": group.flips.len(),
            "price_micros": group.price.as_micros(),
            "sum": group.sum.map(|(total, _)| total),
        })).collect::<Vec<_>>(),
        "flips": found.flips.iter().map(flip_json).collect::<Vec<_>>(),
        "undecided": found.undecided.iter()
            .map(|(action, why)| json!({ "action": action.to_string(), "why": why }))
            .collect::<Vec<_>>(),
    })
}

fn flip_json(flip: &Flip) -> Value {
    let said = |said: &Said| {
        json!({
            "outcome": said.outcome.as_str(),
            "clause": said.clause.as_str(),
            "reason": said.reason.code(),
            "detail": said.detail,
        })
    };
    json!({
        "at": flip.at.to_string(),
        "run": flip.run.to_string(),
        "action": flip.action.to_string(),
        "tool": flip.tool.as_str(),
        "params_json": flip.params.as_str(),
        "before": said(&flip.before),
        "after": said(&flip.after),
        "price_micros": flip.price.as_micros(),
    })
}
