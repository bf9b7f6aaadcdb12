//! Services: what each may do now, and what it has been doing.

use remit_proto::v1::{BreakerState, Service, Tool};
use serde_json::{Value, json};

use crate::cli::{
    kind::{clause, run},
    paint::Tone,
    table::{Cell, Column, Give},
    words,
};

/// What `remit get services` shows.
pub const COLUMNS: &[Column<Service>] = &[
    Column::new("SERVICE", |row: &Service, _| Cell::new(&row.name)),
    Column::new("DOMAIN", |row: &Service, _| Cell::new(&row.domain)).give(Give::Drop(3)),
    Column::new("CEILING", |row: &Service, _| ceiling(row)),
    Column::new("DELEGATION", |row: &Service, _| delegation(row)).give(Give::Drop(9)),
    Column::new("RUNS", |row: &Service, _| Cell::new(row.open_runs.to_string())).right().give(Give::Drop(5)),
    Column::new("PENDING", |row: &Service, _| alarm(row.pending_escalations, Tone::Warn)).right(),
    Column::new("FLIGHT", |row: &Service, _| Cell::new(row.in_flight.to_string()))
        .right()
        .give(Give::Drop(4)),
    Column::new("DOUBT", |row: &Service, _| alarm(row.in_doubt, Tone::Bad)).right(),
    Column::new("SECURITY", |row: &Service, _| {
        let cell = Cell::new(row.security_findings.to_string());
        if row.security_findings == 0 { cell } else { cell.tone(Tone::Bad) }
    })
    .right()
    .give(Give::Drop(8)),
    Column::new("ADMIT/MIN", |row: &Service, _| Cell::new(row.admitted_per_minute.to_string())).right(),
    Column::new("DENY/MIN", |row: &Service, _| Cell::new(row.denied_per_minute.to_string()))
        .right()
        .give(Give::Drop(1)),
    Column::new("ASK/MIN", |row: &Service, _| Cell::new(row.escalated_per_minute.to_string()))
        .right()
        .give(Give::Drop(2)),
    Column::new("SPENT", |row: &Service, _| Cell::new(run::spent(row.budget.as_ref())))
        .right()
        .give(Give::Drop(6)),
    Column::new("LAST REASON", |row: &Service, _| Cell::new(&row.last_reason)).give(Give::Drop(7)),
    Column::new("CONTRACT", |row: &Service, _| Cell::new(&row.contract_version)).wide(),
    Column::new("OWNER", |row: &Service, _| Cell::new(&row.owner)).wide(),
    Column::new("BREAKERS", |row: &Service, _| breakers(row)).wide(),
    Column::new("TOOLS", |row: &Service, _| Cell::new(tool_names(row))).wide(),
    Column::new("DIGEST", |row: &Service, _| Cell::new(&row.contract_digest)).wide(),
    Column::new("PURPOSE", |row: &Service, _| Cell::new(&row.purpose)).wide(),
];

/// What is in force; with the contract's own ceiling beside it where a switch has lowered it.
fn ceiling(service: &Service) -> Cell {
    let (now, own) = (words::level(service.ceiling), words::level(service.autonomy));
    if service.ceiling == service.autonomy {
        words::cell(&now)
    } else {
        Cell::new(format!("{now} (of {own})")).tone(Tone::Bad)
    }
}

/// The last day of its autonomy, or why it has none.
fn delegation(service: &Service) -> Cell {
    if service.delegation_lacks.is_empty() {
        let until = words::rfc3339(service.enabled_until.as_ref());
        let day = until.as_str().and_then(|until| until.get(..10)).unwrap_or("-");
        return Cell::new(format!("until {day}"));
    }
    Cell::new(service.delegation_lacks.trim_start_matches("delegation_")).tone(Tone::Bad)
}

/// Those that do not let everything through; a dash where all do.
fn breakers(service: &Service) -> Cell {
    let not_closed = service.breakers.iter().filter(|breaker| breaker.stand != "closed");
    let names: Vec<_> = not_closed.map(|it| format!("{} {}", it.tool, it.stand.replace('_', " "))).collect();
    if names.is_empty() { Cell::new("-") } else { Cell::new(names.join(",")).tone(Tone::Bad) }
}

fn alarm(count: u32, tone: Tone) -> Cell {
    let cell = Cell::new(count.to_string());
    if count == 0 { cell } else { cell.tone(tone) }
}

fn tool_names(service: &Service) -> String {
    service.tools.iter().map(|tool| tool.name.as_str()).collect::<Vec<_>>().join(",")
}

/// The service as an object.
#[must_use]
pub fn json(service: &Service) -> Value {
    json!({
        "name": service.name,
        "domain": service.domain,
        "contract_version": service.contract_version,
        "contract_digest": service.contract_digest,
        "owner": service.owner,
        "purpose": service.purpose,
        "autonomy": words::value(words::level(service.autonomy)),
        "ceiling": words::value(words::level(service.ceiling)),
        "open_runs": service.open_runs,
        "pending_escalations": service.pending_escalations,
        "in_flight": service.in_flight,
        "in_doubt": service.in_doubt,
        "budget": service.budget.as_ref().map(run::budget_json),
        "admitted_per_minute": service.admitted_per_minute,
        "denied_per_minute": service.denied_per_minute,
        "escalated_per_minute": service.escalated_per_minute,
        "decisions": service.decisions,
        "admitted": service.admitted,
        "denied": service.denied,
        "escalated": service.escalated,
        "security_findings": service.security_findings,
        "delegation": {
            "on": words::rfc3339(service.enabled_on.as_ref()),
            "until": words::rfc3339(service.enabled_until.as_ref()),
            "lacks": words::text(&service.delegation_lacks),
        },
        "last_reason": words::text(&service.last_reason),
        "last_decision_at": words::rfc3339(service.last_decision_at.as_ref()),
        "clauses": service.clauses.iter().map(clause::state_json).collect::<Vec<_>>(),
        "breakers": service.breakers.iter().map(breaker_json).collect::<Vec<_>>(),
        "tools": service.tools.iter().map(tool_json).collect::<Vec<_>>(),
    })
}

fn breaker_json(breaker: &BreakerState) -> Value {
    json!({
        "tool": breaker.tool,
        "stand": breaker.stand,
        "open_for_ms": breaker.open_for_ms,
        "failures": breaker.failures,
        "opens_at": breaker.opens_at,
    })
}

fn tool_json(tool: &Tool) -> Value {
    json!({
        "name": tool.name,
        "level": words::value(words::level(tool.level)),
        "undo": words::text(&tool.undo),
    })
}
