//! Escalations: the queue of what waits for people, and one question in full.

use std::io;

use remit_proto::v1::{Escalation, MovedFact, Practice, Vote};
use serde_json::{Value, json};

use crate::cli::{
    paint::Tone,
    screen::Screen,
    table::{Cell, Column, Give},
    words,
};

/// What `remit get escalations` shows.
pub const COLUMNS: &[Column<Escalation>] = &[
    Column::new("ID", |row: &Escalation, _| Cell::new(words::short(&row.id))),
    Column::new("FULL ID", |row: &Escalation, _| Cell::new(&row.id)).wide(),
    Column::new("LAPSES", |row: &Escalation, now| match words::escalation_status(row.status).as_str() {
        "pending" => Cell::new(words::until(row.deadline.as_ref(), now)),
        _ => Cell::new("-"),
    })
    .right(),
    Column::new("STATUS", |row: &Escalation, _| words::cell(&words::escalation_status(row.status))),
    Column::new("SERVICE", |row: &Escalation, _| Cell::new(&row.service)).give(Give::Drop(3)),
    Column::new("TOOL", |row: &Escalation, _| Cell::new(&row.tool)),
    Column::new("VOTES", |row: &Escalation, _| Cell::new(format!("{}/{}", approvals(row), row.quorum)))
        .give(Give::Drop(2)),
    Column::new("GROUPS", |row: &Escalation, _| Cell::new(row.groups.join(","))).give(Give::Drop(1)),
    Column::new("FOR", |row: &Escalation, _| Cell::new(&row.handed_to)).wide(),
    Column::new("READING", |row: &Escalation, _| Cell::new(readers(row))).wide(),
    Column::new("ASKED", |row: &Escalation, _| Cell::new(words::clock(row.asked_at.as_ref()))).wide(),
    Column::new("ACTION", |row: &Escalation, _| Cell::new(&row.action)).wide(),
    Column::new("RUN", |row: &Escalation, _| Cell::new(&row.run)).wide(),
    Column::new("RULES", |row: &Escalation, _| Cell::new(row.rules.join(","))).wide(),
    Column::new("BECAUSE", |row: &Escalation, _| Cell::new(because(row))).give(Give::Shrink),
    Column::new("PARAMETERS", |row: &Escalation, _| Cell::new(&row.params_json)).give(Give::Shrink),
    Column::new("DIGEST", |row: &Escalation, _| Cell::new(&row.digest)).wide(),
];

/// Why it is asked; of what is asked again first, whose approval counts no more.
fn because(row: &Escalation) -> String {
    let because = row.because.join("; ");
    if row.voided_voters.is_empty() {
        return because;
    }
    format!("asked again, the approval of {} is void: {because}", row.voided_voters.join(" and "))
}

/// Who reads it now.
fn readers(row: &Escalation) -> String {
    row.claims.iter().map(|claim| claim.by.as_str()).collect::<Vec<_>>().join(", ")
}

/// How many have said yes.
#[must_use]
pub fn approvals(escalation: &Escalation) -> usize {
    escalation.votes.iter().filter(|vote| vote.approve).count()
}

/// The escalation as an object.
#[must_use]
pub fn json(escalation: &Escalation) -> Value {
    json!({
        "id": escalation.id,
        "action": escalation.action,
        "run": escalation.run,
        "service": escalation.service,
        "domain": escalation.domain,
        "tool": escalation.tool,
        "rules": escalation.rules,
        "because": escalation.because,
        "groups": escalation.groups,
        "quorum": escalation.quorum,
        "asked_at": words::rfc3339(escalation.asked_at.as_ref()),
        "deadline": words::rfc3339(escalation.deadline.as_ref()),
        "status": words::value(words::escalation_status(escalation.status)),
        "votes": escalation.votes.iter().map(vote_json).collect::<Vec<_>>(),
        "digest": escalation.digest,
        "params_json": escalation.params_json,
        "note": words::text(&escalation.note),
        "moved": escalation.moved.iter().map(moved_json).collect::<Vec<_>>(),
        "replaces": words::text(&escalation.replaces),
        "replaced_by": words::text(&escalation.replaced_by),
        "voided_voters": escalation.voided_voters,
        "handed_to": words::text(&escalation.handed_to),
        "handed_by": words::text(&escalation.handed_by),
        "handed_note": words::text(&escalation.handed_note),
        "claims": escalation.claims.iter().map(|claim| json!({
            "by": words::text(&claim.by),
            "since": words::rfc3339(claim.since.as_ref()),
        })).collect::<Vec<_>>(),
        "practice": escalation.practice.as_deref().map(practice_json),
    })
}

fn practice_json(practice: &Practice) -> Value {
    json!({
        "answer": known(practice),
        "because": practice.because,
        "right": practice.right,
        "scenario": practice.scenario,
        "file": practice.file,
        "contract_version": practice.contract_version,
        "after_ms": practice.after_ms,
    })
}

/// The known answer, in the word of scenarios.
const fn known(practice: &Practice) -> &'static str {
    if practice.approve { "approve" } else { "deny" }
}

/// Says that a question was for practice, whether it was answered as it should be, and why; nothing of any other.
///
/// # Errors
/// When the output cannot be written.
pub fn write_practice(escalation: &Escalation, screen: &mut Screen<'_>) -> io::Result<()> {
    let Some(practice) = escalation.practice.as_deref() else { return Ok(()) };
    let Practice { because, scenario, file, contract_version, right, .. } = practice;
    let (word, tone) = match right {
        Some(true) => ("your answer was RIGHT", Tone::Good),
        Some(false) => ("your answer was WRONG", Tone::Bad),
        None => ("nobody answered", Tone::Title),
    };
    screen.toned(&format!("PRACTICE: nothing ran, and nothing could; {word}"), tone)?;
    screen.field("known answer", known(practice))?;
    screen.field("because", because)?;
    screen.field("scenario", &format!("{scenario} in {file}, contract {contract_version}"))
}

fn vote_json(vote: &Vote) -> Value {
    json!({
        "by": vote.by,
        "approve": vote.approve,
        "reason": vote.reason,
        "at": words::rfc3339(vote.at.as_ref()),
        "shown": words::text(&vote.shown),
        "key": words::text(&vote.key),
        "signature": words::text(&vote.signature),
        "not_inspectable": vote.not_inspectable,
    })
}

fn moved_json(moved: &MovedFact) -> Value {
    json!({
        "item": moved.item,
        "pointer": moved.pointer,
        "was_json": words::text(&moved.was_json),
        "is_json": words::text(&moved.is_json),
    })
}

/// Writes what moved, one line for each value.
///
/// # Errors
/// When the output cannot be written.
pub fn write_moved(escalation: &Escalation, screen: &mut Screen<'_>) -> io::Result<()> {
    let or_nothing = |text: &str| if text.is_empty() { "nothing".to_owned() } else { text.to_owned() };
    for it in &escalation.moved {
        let (was, is) = (or_nothing(&it.was_json), or_nothing(&it.is_json));
        screen.field("moved", &format!("{}:{} was {was}, is {is}", it.item, it.pointer))?;
    }
    Ok(())
}

/// Writes the question and its answers in full.
///
/// # Errors
/// When the output cannot be written.
pub fn write(escalation: &Escalation, screen: &mut Screen<'_>) -> io::Result<()> {
    let status = words::escalation_status(escalation.status);
    screen.toned(&format!("escalation  {status}"), Tone::Title)?;
    screen.field("id", &escalation.id)?;
    for (rule, because) in escalation.rules.iter().zip(&escalation.because) {
        screen.field("because", &format!("{because} ({rule})"))?;
    }
    let quorum = format!("{} of {}", approvals(escalation), escalation.quorum);
    screen.field("approvals", &format!("{quorum}, from {}", escalation.groups.join(" or ")))?;
    screen.field("asked", &words::clock(escalation.asked_at.as_ref()))?;
    let left = words::until(escalation.deadline.as_ref(), screen.frame.now);
    screen.field("lapses", &format!("{} ({left})", words::clock(escalation.deadline.as_ref())))?;
    for vote in &escalation.votes {
        let answer = if vote.approve { "approved" } else { "denied" };
        let signed =
            if vote.key.is_empty() { String::new() } else { format!(", signed by key {}", vote.key) };
        let blind = if vote.not_inspectable { ", as not inspectable" } else { "" };
        screen.field(answer, &format!("by {}{signed}{blind}: {}", vote.by, vote.reason))?;
    }
    if !escalation.note.is_empty() {
        screen.field("ended", &escalation.note)?;
    }
    if !escalation.replaces.is_empty() {
        let by = match &escalation.voided_voters[..] {
            [] => String::new(),
            voters => format!(" by {}", voters.join(" and ")),
        };
        screen.field("replaces", &format!("{}, whose approval{by} is void", escalation.replaces))?;
    }
    if !escalation.replaced_by.is_empty() {
        screen.field("asked again", &escalation.replaced_by)?;
    }
    write_moved(escalation, screen)?;
    write_practice(escalation, screen)?;
    screen.field("signs", &escalation.digest)
}
