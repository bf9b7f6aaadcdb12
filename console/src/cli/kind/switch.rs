//! Switches that hold, and what the acknowledgement of a new one promises.

use std::io;

use remit_proto::v1::{SetSwitchResponse, Switch};
use serde_json::{Value, json};

use crate::cli::{
    kind::action,
    paint::Tone,
    screen::Screen,
    table::{Cell, Column, Give},
    words,
};

/// What `remit get switches` shows.
pub const COLUMNS: &[Column<Switch>] = &[
    Column::new("SCOPE", |row: &Switch, _| Cell::new(&row.scope)),
    Column::new("CEILING", |row: &Switch, _| words::cell(&words::level(row.ceiling))),
    Column::new("DOMAIN", |row: &Switch, _| Cell::new(&row.domain)).give(Give::Drop(1)),
    Column::new("AGE", |row: &Switch, now| Cell::new(words::age(row.set_at.as_ref(), now))).right(),
    Column::new("BY", |row: &Switch, _| Cell::new(&row.by)),
    Column::new("REASON", |row: &Switch, _| Cell::new(&row.reason)).give(Give::Shrink),
    Column::new("SET", |row: &Switch, _| Cell::new(words::clock(row.set_at.as_ref()))).wide(),
    Column::new("ID", |row: &Switch, _| Cell::new(&row.id)).wide(),
];

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
    })
}

/// The acknowledgement as an object.
#[must_use]
pub fn acknowledged_json(response: &SetSwitchResponse) -> Value {
    let positions: std::collections::BTreeMap<_, _> = response.positions.iter().collect();
    json!({
        "switches": response.switches.iter().map(json).collect::<Vec<_>>(),
        "positions": positions,
        "containment_us": response.containment_us,
        "in_flight": response.in_flight.iter().map(action::json).collect::<Vec<_>>(),
        "voided": response.voided,
    })
}

/// Writes what is promised from now on, and what it does not cover.
///
/// # Errors
/// When the output cannot be written.
pub fn acknowledged(
    response: &SetSwitchResponse,
    scope: &str,
    ceiling: &str,
    screen: &mut Screen<'_>,
) -> io::Result<()> {
    let word = if ceiling == "none" { "stopped" } else { "safe" };
    screen.toned(&format!("{word}  {scope} (ceiling {ceiling})"), Tone::Title)?;
    screen.field("contained in", &words::micros_as_ms(response.containment_us))?;
    let mut positions: Vec<_> = response.positions.iter().collect();
    positions.sort();
    let promise = if ceiling == "none" { "nothing".to_owned() } else { format!("nothing above {ceiling}") };
    for (domain, position) in positions {
        screen.field("promise", &format!("{promise} is admitted here after {domain} #{position}"))?;
    }
    screen.field("voided", &format!("{} held actions", response.voided))?;
    let flying = response.in_flight.len();
    let remark = if flying == 0 { "" } else { ", admitted before it and not settled: may still take effect" };
    screen.field("in flight", &format!("{flying}{remark}"))?;
    screen.field("release", &format!("remit release {scope} --reason \"…\""))?;
    if response.in_flight.is_empty() { Ok(()) } else { screen.table(action::COLUMNS, &response.in_flight) }
}
