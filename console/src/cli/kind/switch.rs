//! Switches that hold, and what the acknowledgement of a new one promises.

use std::io;

use remit_proto::v1::{Action, InFlight, SetSwitchResponse, Switch, in_flight::Fate};
use serde_json::{Value, json};

use crate::{
    cli::{
        kind::action,
        paint::Tone,
        screen::Screen,
        table::{Cell, Column, Give},
        words,
    },
    connect::stop::Line,
};

/// What `remit get switches` shows.
pub const COLUMNS: &[Column<Switch>] = &[
    Column::new("SCOPE", |row: &Switch, _| Cell::new(&row.scope)),
    Column::new("CEILING", |row: &Switch, _| words::cell(&words::level(row.ceiling))),
    Column::new("DOMAIN", |row: &Switch, _| Cell::new(&row.domain)).give(Give::Drop(1)),
    Column::new("AGE", |row: &Switch, now| Cell::new(words::age(row.set_at.as_ref(), now))).right(),
    Column::new("OWNER", |row: &Switch, _| Cell::new(&row.owner)),
    Column::new("REVIEW", |row: &Switch, now| due(row.review_at.as_ref(), "in", now)).give(Give::Drop(2)),
    Column::new("REASON", reason).give(Give::Shrink),
    Column::new("BY", |row: &Switch, _| Cell::new(&row.by)).wide(),
    Column::new("SET", |row: &Switch, _| Cell::new(words::clock(row.set_at.as_ref()))).wide(),
    Column::new("MODE", |row: &Switch, _| Cell::new(words::switch_mode(row.mode))).wide(),
    Column::new("UNDO", |row: &Switch, _| Cell::new(if row.no_undo { "kept back" } else { "may go on" }))
        .wide(),
    Column::new("RELEASE", |row: &Switch, _| {
        Cell::new(if row.takes_two { "two people" } else { "one person" })
    })
    .wide(),
    Column::new("ID", |row: &Switch, _| Cell::new(&row.id)).wide(),
];

/// The reason, or by when one is owed, and whether a second person is awaited.
fn reason(row: &Switch, now: jiff::Timestamp) -> Cell {
    if let Some(first) = &row.requested {
        let words =
            format!("{} wants it released: {} (a second person completes it)", first.by, first.reason);
        return Cell::new(words).tone(Tone::Warn);
    }
    match row.reason_due.as_ref() {
        Some(owed) => due(Some(owed), "no reason yet, owed in", now),
        None => Cell::new(&row.reason),
    }
}

/// How long until then; overdue after it.
fn due(at: Option<&prost_types::Timestamp>, before: &str, now: jiff::Timestamp) -> Cell {
    let left = words::span_until(at, now);
    match left {
        Ok(left) => Cell::new(format!("{before} {left}")),
        Err(over) => Cell::new(format!("OVERDUE {over}")).tone(Tone::Bad),
    }
}

/// The switch as an object.
#[must_use]
pub fn json(switch: &Switch) -> Value {
    json!({
        "id": switch.id,
        "scope": switch.scope,
        "ceiling": words::value(words::level(switch.ceiling)),
        "by": switch.by,
        "reason": switch.reason,
        "set_at": words::rfc3339(switch.set_at.as_ref()),
        "domain": switch.domain,
        "owner": switch.owner,
        "review_at": words::rfc3339(switch.review_at.as_ref()),
        "reason_due": words::rfc3339(switch.reason_due.as_ref()),
        "mode": words::value(words::switch_mode(switch.mode)),
        "no_undo": switch.no_undo,
        "takes_two": switch.takes_two,
        "requested": switch.requested.as_ref().map(|first| json!({
            "by": first.by,
            "reason": first.reason,
            "until": words::rfc3339(first.until.as_ref()),
        })),
    })
}

/// The acknowledgement as an object.
#[must_use]
pub fn acknowledged_json(response: &SetSwitchResponse, line: Line) -> Value {
    let positions: std::collections::BTreeMap<_, _> = response.positions.iter().collect();
    json!({
        "switches": response.switches.iter().map(json).collect::<Vec<_>>(),
        "positions": positions,
        "containment_us": response.containment_us,
        "in_flight": response.in_flight.iter().map(in_flight_json).collect::<Vec<_>>(),
        "voided": response.voided,
        "over": match line {
            Line::Operator => "endpoint",
            Line::Stop => "stop_endpoint",
        },
    })
}

/// Writes what is promised from now on, and what it does not cover.
///
/// # Errors
/// When the output cannot be written.
pub fn acknowledged(
    (response, line): (&SetSwitchResponse, Line),
    scope: &str,
    ceiling: &str,
    screen: &mut Screen<'_>,
) -> io::Result<()> {
    let word = if ceiling == "none" { "stopped" } else { "safe" };
    screen.toned(&format!("{word}  {scope} (ceiling {ceiling})"), Tone::Title)?;
    screen.field("contained in", &words::micros_as_ms(response.containment_us))?;
    if line == Line::Stop {
        screen.field(
            "over",
            "the line for stops, because the control plane's address did not answer in time",
        )?;
    }
    let mut positions: Vec<_> = response.positions.iter().collect();
    positions.sort();
    let promise = if ceiling == "none" { "nothing".to_owned() } else { format!("nothing above {ceiling}") };
    for (domain, position) in positions {
        screen.field("promise", &format!("{promise} is admitted here after {domain} #{position}"))?;
    }
    screen.field("voided", &format!("{} held actions", response.voided))?;
    let flying = response.in_flight.len();
    screen.field("in flight", &format!("{flying}{}", fates(&response.in_flight)))?;
    if response.switches.iter().any(|set| set.no_undo) {
        screen.field("undoing", "is kept from going on, too (`--no-undo`)")?;
    }
    if response.switches.iter().any(|set| set.reason_due.is_some()) {
        screen.field("reason", &format!("owed within 10m: remit reason {scope} --reason \"…\""))?;
    }
    let two = if response.switches.iter().any(|set| set.takes_two) { " (takes two people)" } else { "" };
    screen.field("release", &format!("remit release {scope} --reason \"…\"{two}"))?;
    if response.in_flight.is_empty() { Ok(()) } else { screen.table(IN_FLIGHT, &response.in_flight) }
}

/// How many of what fate, in words.
fn fates(rows: &[InFlight]) -> String {
    let count = |fate: Fate| rows.iter().filter(|row| row.fate() == fate).count();
    let of = |(fate, words): (Fate, &str)| match count(fate) {
        0 => None,
        some => Some(format!("{some} {words}")),
    };
    let parts: Vec<String> = [
        (Fate::MayFinish, "sent before it: may still take effect"),
        (Fate::WillNotBeSent, "will not be sent"),
        (Fate::Cancelled, "cancelled"),
        (Fate::InDoubt, "cancelled on the way and in doubt"),
    ]
    .into_iter()
    .filter_map(of)
    .collect();
    if parts.is_empty() { String::new() } else { format!(", {}", parts.join(", ")) }
}

/// What the acknowledgement lists.
const IN_FLIGHT: &[Column<InFlight>] = &[
    Column::new("ID", |row: &InFlight, _| Cell::new(words::short(&part(row).id))),
    Column::new("FULL ID", |row: &InFlight, _| Cell::new(&part(row).id)).wide(),
    Column::new("TOOL", |row: &InFlight, _| Cell::new(&part(row).tool)),
    Column::new("RUN", |row: &InFlight, _| Cell::new(words::short(&part(row).run))).give(Give::Drop(2)),
    Column::new("SENT", |row: &InFlight, _| Cell::new(if row.sent { "yes" } else { "no" })),
    Column::new("THEN", |row: &InFlight, _| words::cell(&words::fate(row.fate))),
    Column::new("PARAMETERS", |row: &InFlight, _| Cell::new(&part(row).params_json)).give(Give::Shrink),
];

fn part(row: &InFlight) -> Action {
    row.action.clone().unwrap_or_default()
}

/// What was in flight as an object.
#[must_use]
pub fn in_flight_json(row: &InFlight) -> Value {
    json!({
        "action": row.action.as_ref().map(action::json),
        "sent": row.sent,
        "fate": words::value(words::fate(row.fate)),
    })
}

/// One that has ended, in a line.
#[must_use]
pub fn ended_line(row: &InFlight, left: usize) -> String {
    let action = part(row);
    let status = words::action_status(action.status);
    format!("{} {} {status}, {left} still in flight", words::short(&action.id), action.tool)
}
