//! What became of a call, as a tool result. A refusal is not a protocol error: the agent should read it.

use remit_core::ActionStatus;
use rmcp::{
    ErrorData,
    model::{CallToolResult, ContentBlock, MetaObject},
};
use serde_json::{Map, Value, json};

use crate::{act::Acted, error::Error};

/// When a caller should ask again about a held call, in milliseconds.
const ASK_AGAIN_MS: u64 = 2_000;

pub(super) fn of(acted: &Acted) -> CallToolResult {
    match (acted.status, &acted.result) {
        (ActionStatus::Succeeded | ActionStatus::Undone, Some(result)) => {
            let mut content = vec![ContentBlock::text(result.as_str())];
            content.extend(
                acted.note.as_ref().map(|note| ContentBlock::text(format!("It happened; but {note}"))),
            );
            content.extend(acted.exchange.stale.as_ref().map(|stale| {
                let since = stale.observed_at;
                ContentBlock::text(format!("The tool is down: this is its last good answer, of {since}."))
            }));
            content.extend(acted.stands_in.as_ref().map(|first| {
                let (tool, why) = (&first.tool, &first.why);
                ContentBlock::text(format!(
                    "`{tool}` did not answer ({why}): this is the answer of another tool."
                ))
            }));
            let mut answer = CallToolResult::success(content);
            answer.structured_content = Some(result.value());
            answer.meta = Some(meta(acted));
            answer
        }
        (ActionStatus::Held, _) => pending(acted),
        (ActionStatus::InDoubt, _) => {
            let text = "Nobody knows yet whether it happened. Do not try again: a person resolves it.";
            settled(acted, "in_doubt", text)
        }
        (ActionStatus::Failed, _) if acted.exchange.withheld.is_some() => withheld(acted),
        (ActionStatus::Failed, _) => settled(acted, "failed", "It did not happen. You may propose it again."),
        _ => denied(acted),
    }
}

fn meta(acted: &Acted) -> MetaObject {
    let mut meta = Map::new();
    meta.insert("action".to_owned(), acted.action.to_string().into());
    meta.insert("run".to_owned(), acted.run.to_string().into());
    if let Some(fault) = acted.exchange.fault {
        meta.insert("fault".to_owned(), fault.as_str().into());
    }
    if acted.exchange.retries > 0 {
        meta.insert("retries".to_owned(), acted.exchange.retries.into());
    }
    if let Some(stale) = &acted.exchange.stale {
        meta.insert("stale_since".to_owned(), stale.observed_at.to_string().into());
    }
    if let Some(first) = &acted.stands_in {
        let first =
            json!({ "action": first.action.to_string(), "tool": first.tool.as_str(), "why": first.why });
        meta.insert("stands_in".to_owned(), first);
    }
    MetaObject(meta)
}

fn error(acted: &Acted, text: String, mut content: Value) -> CallToolResult {
    if let Some(fields) = content.as_object_mut() {
        fields.insert("action".to_owned(), acted.action.to_string().into());
        fields.insert("run".to_owned(), acted.run.to_string().into());
    }
    let mut answer = CallToolResult::error(vec![ContentBlock::text(text)]);
    answer.structured_content = Some(content);
    answer.meta = Some(meta(acted));
    answer
}

fn pending(acted: &Acted) -> CallToolResult {
    let deciding = acted.decision.deciding();
    let (escalation, deadline) =
        acted.pending.map(|(id, at)| (id.to_string(), at.to_string())).unwrap_or_default();
    let text = format!(
        "{} Send the same call again later to join it. ({})",
        deciding.reason.sentence(),
        deciding.detail
    );
    error(
        acted,
        text,
        json!({
            "outcome": "pending",
            "clause": deciding.clause.as_str(),
            "reason": deciding.reason.code(),
            "hint": deciding.reason.hint(),
            "detail": deciding.detail,
            "escalation": escalation,
            "deadline": deadline,
            "retry_after_ms": ASK_AGAIN_MS,
        }),
    )
}

fn settled(acted: &Acted, outcome: &str, hint: &str) -> CallToolResult {
    let note = acted.note.clone().unwrap_or_default();
    let text = format!("{hint} ({note})");
    error(acted, text, json!({ "outcome": outcome, "hint": hint, "detail": note }))
}

/// Admitted, and then kept back: what came in between says whether it is worth another try.
fn withheld(acted: &Acted) -> CallToolResult {
    let (reason, note) = (acted.reason, acted.note.clone().unwrap_or_default());
    let text = format!("It did not happen. {} {} ({note})", reason.sentence(), reason.hint());
    let content =
        json!({ "outcome": "failed", "reason": reason.code(), "hint": reason.hint(), "detail": note });
    error(acted, text, content)
}

fn denied(acted: &Acted) -> CallToolResult {
    let deciding = acted.decision.deciding();
    let reason = acted.reason;
    let more = acted.note.as_ref().map(|note| format!(" {note}")).unwrap_or_default();
    let text = format!("{} {} ({}){more}", reason.sentence(), reason.hint(), deciding.detail);
    let mut content = json!({
        "outcome": acted.outcome.as_str(),
        "clause": deciding.clause.as_str(),
        "reason": reason.code(),
        "hint": reason.hint(),
        "detail": deciding.detail,
    });
    if let (Some(fields), Some(wait)) = (content.as_object_mut(), acted.decision.retry_after_ms) {
        fields.insert("retry_after_ms".to_owned(), wait.into());
    }
    error(acted, text, content)
}

/// A request that could not be decided at all.
pub(super) fn refused(error: &Error) -> CallToolResult {
    let (_, _, reason, hint) = error.row();
    let mut answer = CallToolResult::error(vec![ContentBlock::text(format!("{error}. {hint}"))]);
    answer.structured_content =
        Some(json!({ "outcome": "deny", "reason": reason, "hint": hint, "detail": error.to_string() }));
    answer
}

/// A protocol error.
pub(super) fn problem(error: &Error) -> ErrorData {
    let (_, _, reason, hint) = error.row();
    ErrorData::invalid_request(error.to_string(), Some(json!({ "reason": reason, "hint": hint })))
}
