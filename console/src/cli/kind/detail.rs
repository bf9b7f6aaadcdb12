//! One action in full: what was asked, what every clause said, which facts it rests on, how it ended.

use std::io;

use remit_proto::v1::{
    Action, ActionDetail, ActionStatus, Assertion, Decision, EvidenceItem, Finding, Statement,
};
use serde_json::{Value, json};

use crate::cli::{
    kind::{action, escalation, outlook},
    paint::Tone,
    screen::Screen,
    table::{Cell, Column},
    words,
};

const FINDINGS: &[Column<Finding>] = &[
    Column::new("CLAUSE", |row: &Finding, _| Cell::new(words::clause(row.clause))),
    Column::new("SAYS", |row: &Finding, _| words::cell(&words::outcome(row.outcome))),
    Column::new("REASON", |row: &Finding, _| Cell::new(&row.reason)),
    Column::new("DETAIL", |row: &Finding, _| Cell::new(&row.detail)),
];

/// The action and everything known about it as an object.
#[must_use]
pub fn json(detail: &ActionDetail) -> Value {
    json!({
        "action": detail.action.as_ref().map(action::json),
        "decision": detail.decision.as_ref().map(decision_json),
        "evidence": detail.evidence.iter().map(evidence_json).collect::<Vec<_>>(),
        "result_json": words::text(&detail.result_json),
        "settlement_note": words::text(&detail.settlement_note),
        "settled_at": words::rfc3339(detail.settled_at.as_ref()),
        "undo": words::text(&detail.undo),
        "contract_version": detail.contract_version,
        "contract_digest": detail.contract_digest,
        "reserved_micros": detail.reserved_micros,
        "escalation": detail.escalation.as_ref().map(escalation::json),
        "seq": detail.seq,
        "settled_seq": detail.settled_seq,
        "result_digest": words::text(&detail.result_digest),
        "upstream": words::text(&detail.upstream),
        "assertions": detail.assertions.iter().map(assertion_json).collect::<Vec<_>>(),
        "sent": detail.sent,
        "doubt": words::text(&detail.doubt),
        "lands_until": words::rfc3339(detail.lands_until.as_ref()),
        "people_needed": detail.people_needed,
        "statements": detail.statements.iter().map(statement_json).collect::<Vec<_>>(),
        "resolved": words::text(&detail.resolved),
        "prompt": words::text(&detail.prompt),
        "outlook": detail.outlook.as_ref().map(outlook::json),
    })
}

/// What one person says became of an action.
#[must_use]
pub fn statement_json(said: &Statement) -> Value {
    json!({
        "by": words::text(&said.by),
        "verdict": words::value(words::verdict(said.verdict)),
        "reason": words::text(&said.reason),
        "result_json": words::text(&said.result_json),
        "at": words::rfc3339(said.at.as_ref()),
    })
}

fn assertion_json(said: &Assertion) -> Value {
    json!({
        "item": words::text(&said.item),
        "source_uri": words::text(&said.source_uri),
        "content_json": words::text(&said.content_json),
        "sha256": said.sha256,
    })
}

fn decision_json(decision: &Decision) -> Value {
    json!({
        "outcome": words::value(words::outcome(decision.outcome)),
        "clause": words::value(words::clause(decision.clause)),
        "reason": words::text(&decision.reason),
        "sentence": words::text(&decision.sentence),
        "hint": words::text(&decision.hint),
        "retry_after_ms": decision.retry_after_ms,
        "findings": decision.findings.iter().map(|finding| json!({
            "clause": words::value(words::clause(finding.clause)),
            "outcome": words::value(words::outcome(finding.outcome)),
            "reason": words::text(&finding.reason),
            "detail": words::text(&finding.detail),
        })).collect::<Vec<_>>(),
    })
}

fn evidence_json(item: &EvidenceItem) -> Value {
    json!({
        "item": item.item,
        "source": item.source,
        "action": item.action,
        "observed_at": words::rfc3339(item.observed_at.as_ref()),
        "digest": item.digest,
        "age_ms": item.age_ms,
        "fresh_for_ms": item.fresh_for_ms,
        "content_json": words::text(&item.content_json),
        "upstream": words::text(&item.upstream),
        "as_of": words::rfc3339(item.as_of.as_ref()),
        "relied_on_by": item.relied_on_by,
    })
}

/// Writes the whole page. Nothing on it is ever cut: people sign what it says.
///
/// # Errors
/// When the output cannot be written.
pub fn write(detail: &ActionDetail, screen: &mut Screen<'_>) -> io::Result<()> {
    // A cut detail would be a clipped approval.
    screen.frame.width = None;
    let Some(action) = &detail.action else { return Ok(()) };
    screen.toned(&format!("{}  {}", action.tool, words::action_status(action.status)), Tone::Title)?;
    screen.field("action", &action.id)?;
    screen.field("run", &action.run)?;
    screen.field("service", &format!("{} (domain {})", action.service, action.domain))?;
    screen.field("level", &words::level(action.level))?;
    screen.field(
        "proposed",
        &format!("{} over {}", words::clock(action.proposed_at.as_ref()), action.channel),
    )?;
    screen.field("contract", &format!("{} {}", detail.contract_version, detail.contract_digest))?;
    let cost = words::money(action.cost_micros);
    screen.field("cost", &format!("{cost} (reserved {})", words::money(detail.reserved_micros)))?;
    if 0 < detail.tokens.saturating_add(detail.reserved_tokens) {
        screen.field("tokens", &format!("{} (reserved {})", detail.tokens, detail.reserved_tokens))?;
    }
    screen.field("undo", or(&detail.undo, "nothing to undo"))?;
    optional(screen, "undoes", &action.undoes)?;
    optional(screen, "undone by", &action.undone_by)?;
    optional(screen, "rereads", &action.rereads)?;
    parameters(&action.params_json, screen)?;
    screen.field("digest", &action.params_digest)?;
    write_prompt(detail, action, screen)?;
    if let Some(decision) = &detail.decision {
        write_decision(decision, screen)?;
    }
    write_evidence(&detail.evidence, screen)?;
    write_assertions(&detail.assertions, screen)?;
    if let Some(escalation) = &detail.escalation {
        escalation::write(escalation, screen)?;
    }
    if let Some(outlook) = &detail.outlook {
        outlook::write(outlook, screen)?;
    }
    if detail.settled_at.is_some() {
        screen.toned("settlement", Tone::Title)?;
        screen.field("at", &words::clock(detail.settled_at.as_ref()))?;
        optional(screen, "note", &detail.settlement_note)?;
        optional(screen, "result", &detail.result_json)?;
        optional(screen, "resolved", &detail.resolved)?;
    }
    write_doubt(detail, action.status() == ActionStatus::InDoubt, screen)
}

/// What a model call would send, while people are asked about it.
fn write_prompt(detail: &ActionDetail, action: &Action, screen: &mut Screen<'_>) -> io::Result<()> {
    match (&*detail.prompt, action.status()) {
        ("", ActionStatus::Held) if action.channel == "model" => screen.field(
            "prompt",
            "not here: it is shown once the same call comes again; until then, only deny it",
        ),
        ("", _) => Ok(()),
        (prompt, _) => {
            screen.toned("prompt", Tone::Title)?;
            screen.line(prompt)
        }
    }
}

/// What is done about a doubt, what people have said, and how it is resolved.
fn write_doubt(detail: &ActionDetail, in_doubt: bool, screen: &mut Screen<'_>) -> io::Result<()> {
    if in_doubt {
        screen.toned("nobody knows whether it happened", Tone::Title)?;
        screen.field("sent", &words::times(detail.sent))?;
        screen.field("meanwhile", or(&detail.doubt, "nothing is done by itself: people must say"))?;
        screen.field("may land until", &words::clock(detail.lands_until.as_ref()))?;
        let people = match detail.people_needed {
            0 | 1 => "one person".to_owned(),
            needed => format!("{needed} people who say the same"),
        };
        screen.field("resolved by", &people)?;
    }
    for said in &detail.statements {
        let verdict = words::verdict(said.verdict).replace('_', " ");
        screen.field(&said.by, &format!("{verdict}: {}", said.reason))?;
        optional(screen, "", &said.result_json)?;
    }
    Ok(())
}

/// The parameters, a line for each member of the object; anything else as it is.
fn parameters(params_json: &str, screen: &mut Screen<'_>) -> io::Result<()> {
    screen.toned("parameters", Tone::Title)?;
    match serde_json::from_str::<std::collections::BTreeMap<String, Box<serde_json::value::RawValue>>>(
        params_json,
    ) {
        Ok(members) => members.iter().try_for_each(|(name, value)| screen.field(name, value.get())),
        Err(_) => screen.field("raw", params_json),
    }
}

fn write_decision(decision: &Decision, screen: &mut Screen<'_>) -> io::Result<()> {
    let outcome = words::outcome(decision.outcome);
    screen.toned(&format!("decision  {outcome} ({})", decision.reason), Tone::Title)?;
    optional(screen, "because", &decision.sentence)?;
    optional(screen, "hint", &decision.hint)?;
    if 0 < decision.retry_after_ms {
        screen.field("retry after", &words::millis(decision.retry_after_ms))?;
    }
    screen.table(FINDINGS, &decision.findings)
}

fn write_evidence(evidence: &[EvidenceItem], screen: &mut Screen<'_>) -> io::Result<()> {
    screen.toned(&format!("evidence  {}", evidence.len()), Tone::Title)?;
    for item in evidence {
        let fresh = match item.fresh_for_ms {
            0 => "no limit".to_owned(),
            ms => format!("fresh for {}", words::millis(ms)),
        };
        let age = words::millis(item.age_ms);
        screen.field(&item.item, &format!("{}, {age} old when decided, {fresh}", item.source))?;
        screen.field("", &format!("seen by {}", item.action))?;
        screen.field("", &format!("sha256 {}", item.digest))?;
        screen.field("", or(&item.content_json, "content no longer held"))?;
    }
    Ok(())
}

fn write_assertions(assertions: &[Assertion], screen: &mut Screen<'_>) -> io::Result<()> {
    if assertions.is_empty() {
        return Ok(());
    }
    screen.toned(&format!("said by the service, no evidence  {}", assertions.len()), Tone::Title)?;
    for said in assertions {
        screen.field(&said.item, &format!("from {}", said.source_uri))?;
        screen.field("", &format!("sha256 {}", said.sha256))?;
        screen.field("", &said.content_json)?;
    }
    Ok(())
}

fn optional(screen: &mut Screen<'_>, name: &str, value: &str) -> io::Result<()> {
    if value.is_empty() { Ok(()) } else { screen.field(name, value) }
}

fn or<'a>(text: &'a str, otherwise: &'a str) -> &'a str {
    if text.is_empty() { otherwise } else { text }
}
