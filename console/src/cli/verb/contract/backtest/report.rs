//! The flips of a backtest: in groups with their sums, the gravest first.

use remit_contract::{Backtested, CompiledContract, Flip, Said, Sum, sums};
use remit_core::{Money, Outcome, Terms};
use serde_json::{Value, json};

use crate::cli::{failure::Failure, paint::Tone, screen::Screen};

/// Flips of one kind, and what they add up to.
struct Group<'a> {
    flips: &'a [Flip],
    price: Money,
    sums: Vec<Sum>,
}

/// Neighbours with the same outcomes: the flips are in order already.
fn groups<'a>(draft: &CompiledContract, flips: &'a [Flip], sum: Option<&str>) -> Vec<Group<'a>> {
    let kind = |flip: &Flip| (flip.before.outcome, flip.was_refused_by_people(), flip.after.outcome);
    flips
        .chunk_by(|left, right| kind(left) == kind(right))
        .map(|flips| {
            let price = flips.iter().fold(Money::ZERO, |sum, flip| sum.saturating_add(flip.price));
            Group { flips, price, sums: sums(draft, flips, sum) }
        })
        .collect()
}

/// Prints what was found.
pub(super) fn print(
    draft: &CompiledContract,
    found: &Backtested,
    sum: Option<&str>,
    screen: &mut Screen<'_>,
) -> Result<(), Failure> {
    let terms = draft.terms();
    let groups = groups(draft, &found.flips, sum);
    if screen.for_programs() {
        screen.object(&json(terms, found, &groups))?;
        return Ok(());
    }
    for group in &groups {
        write_group(group, &terms.currency, screen)?;
    }
    if !groups.is_empty() && groups.iter().all(|group| group.sums.is_empty()) {
        screen.note(match sum {
            Some(_) => "no call has a number there: only prices are added up",
            None => "no parameter is declared that is called `…_minor`, so only prices are added up; `--sum /NAME` adds up another",
        })?;
    }
    for (action, why) in &found.undecided {
        screen.note(&format!("{action} could not be decided again: {why}"))?;
    }
    if found.beside_delegation > 0 {
        screen.note(&format!(
            "{} proposals are from outside of the draft's delegation, which is taken as standing for all of them",
            found.beside_delegation
        ))?;
    }
    if !found.is_complete() {
        screen.note("this proves nothing of what was not decided: give the whole record of the service")?;
    }
    screen.line(&format!(
        "{} {}: {} proposals decided again, {} not, {} flips",
        terms.service,
        terms.version,
        found.decided,
        found.undecided.len(),
        found.flips.len()
    ))?;
    Ok(())
}

fn write_group(group: &Group<'_>, currency: &str, screen: &mut Screen<'_>) -> Result<(), Failure> {
    let Some(first) = group.flips.first() else { return Ok(()) };
    let refused = if first.was_refused_by_people() { " and not approved" } else { "" };
    let mut title = format!(
        "{}{refused} -> {}: {} proposals, price {} {currency}",
        first.before.outcome,
        first.after.outcome,
        group.flips.len(),
        group.price,
    );
    for Sum { pointer, currency, total, calls } in &group.sums {
        let total = total.as_deref().unwrap_or("more than can be added up");
        title.push_str(&format!(", {pointer} {total} in {calls} of them"));
        if !currency.is_empty() {
            title.push_str(&format!(" ({currency})"));
        }
    }
    let tone = if first.admits_what_was_refused() { Tone::Bad } else { Tone::Title };
    screen.toned(&title, tone)?;
    for flip in group.flips {
        screen.line(&format!("  {}  {} {}", flip.at, flip.tool, flip.params.as_str()))?;
        screen.field("action", &flip.action.to_string())?;
        screen.field("was", &said(&flip.before))?;
        if let Some(answer) = flip.answer {
            screen.field("answered", answer.as_str())?;
        }
        screen.field("would be", &said(&flip.after))?;
    }
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
        "complete": found.is_complete(),
        "beside_delegation": found.beside_delegation,
        "admits_what_was_refused": found.flips.iter().any(Flip::admits_what_was_refused),
        "groups": groups.iter().map(|group| json!({
            "before": group.flips.first().map(|flip| flip.before.outcome.as_str()),
            "after": group.flips.first().map(|flip| flip.after.outcome.as_str()),
            "flips": group.flips.len(),
            "price_micros": group.price.as_micros(),
            "sums": group.sums.iter().map(|sum| json!({
                "pointer": sum.pointer,
                "currency": sum.currency,
                "total": sum.total,
                "calls": sum.calls,
            })).collect::<Vec<_>>(),
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
        "answer": flip.answer.map(|answer| answer.as_str()),
        "after": said(&flip.after),
        "price_micros": flip.price.as_micros(),
    })
}
