//! What an answer to a question would lead to.

use std::io;

use remit_proto::v1::{Bound, Outlook};
use serde_json::{Value, json};

use crate::cli::{screen::Screen, words};

/// The outlook as an object.
#[must_use]
pub fn json(outlook: &Outlook) -> Value {
    json!({
        "if_approved": words::text(&outlook.if_approved),
        "if_denied": words::text(&outlook.if_denied),
        "if_nothing": words::text(&outlook.if_nothing),
        "goes": outlook.goes,
        "bounds": outlook.bounds.iter().map(|bound| json!({
            "place": words::text(&bound.place),
            "without": bound.without,
            "with": bound.with,
            "limit": bound.limit,
            "currency": words::text(&bound.currency),
        })).collect::<Vec<_>>(),
        "likeness": outlook.likeness.as_ref().map(|like| json!({
            "asked": like.asked,
            "approved": like.approved,
            "denied": like.denied,
            "unanswered": like.unanswered,
            "undone": like.undone,
            "went_wrong": like.went_wrong,
            "since": words::rfc3339(like.since.as_ref()),
        })),
    })
}

/// Writes it below the question.
///
/// # Errors
/// When the output cannot be written.
pub fn write(outlook: &Outlook, screen: &mut Screen<'_>) -> io::Result<()> {
    screen.field("if yes", &outlook.if_approved)?;
    screen.field("if no", &outlook.if_denied)?;
    screen.field("else", &outlook.if_nothing)?;
    for (at, bound) in outlook.bounds.iter().enumerate() {
        screen.field(if at == 0 { "limits" } else { "" }, &limit(bound))?;
    }
    if let Some(like) = &outlook.likeness {
        let words = format!(
            "{} asked before: {} approved, {} denied, {} unanswered; {} undone since, {} went wrong",
            like.asked, like.approved, like.denied, like.unanswered, like.undone, like.went_wrong
        );
        screen.field("like it", &words)?;
    }
    Ok(())
}

fn limit(bound: &Bound) -> String {
    let amount = |number: u64| match bound.currency.as_str() {
        "" => number.to_string(),
        currency => format!("{} {currency}", words::money(number)),
    };
    let over = if bound.limit < bound.with { ", OVER" } else { "" };
    let (without, with) = (amount(bound.without), amount(bound.with));
    format!("{}: {without} -> {with} of {}{over}", bound.place, amount(bound.limit))
}
