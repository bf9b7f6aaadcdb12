//! Journal records as they happen.

use remit_proto::v1::TraceRecord;
use serde_json::{Value, json};

use crate::{
    cli::{
        paint::{Tone, paint},
        words,
    },
    inert::Inert,
};

/// The record as an object.
#[must_use]
pub fn json(record: &TraceRecord) -> Value {
    json!({
        "domain": record.domain,
        "seq": record.seq,
        "at": words::rfc3339(record.at.as_ref()),
        "kind": record.kind,
        "service": words::text(&record.service),
        "run": words::text(&record.run),
        "action": words::text(&record.action),
        "tool": words::text(&record.tool),
        "outcome": words::value(words::outcome(record.outcome)),
        "reason": words::text(&record.reason),
        "text": record.text,
        "status": words::value(words::action_status(record.status)),
        "params_json": words::text(&record.params_json),
    })
}

/// The record in one line, `wide` with its identifiers and parameters.
#[must_use]
pub fn line(record: &TraceRecord, wide: bool, colour: bool) -> String {
    let at = words::time_of_day(record.at.as_ref());
    let position = format!("{}#{}", record.domain, record.seq);
    let tone = match words::outcome(record.outcome).as_str() {
        "deny" | "stop" => Tone::Bad,
        "escalate" | "throttle" => Tone::Warn,
        _ => Tone::Plain,
    };
    let kind = paint(Inert::line(&record.kind).as_str(), tone, colour);
    let mut line = format!("{at}  {}  {kind}  {}", Inert::line(&position), Inert::line(&record.text));
    if wide {
        for (name, value) in
            [("run", &record.run), ("action", &record.action), ("params", &record.params_json)]
        {
            if !value.is_empty() {
                line.push_str(&format!("  {name}={}", Inert::line(value)));
            }
        }
    }
    line
}
