//! Who answers for a service: owner, delegation, duties, grants.

use std::io;

use remit_proto::v1::{Duty, Grant, Hand, KeyOf, WhoResponse};
use serde_json::{Value, json};

use crate::cli::{
    kind::token,
    paint::Tone,
    screen::Screen,
    table::{Cell, Column, Give},
    words,
};

const DUTIES: &[Column<Duty>] = &[
    Column::new("DUTY", |row: &Duty, _| Cell::new(&row.name)),
    Column::new("GROUPS", |row: &Duty, _| Cell::new(or_nobody(&row.groups))).give(Give::Shrink),
    Column::new("PEOPLE NOW", |row: &Duty, _| Cell::new(or_nobody(&row.people))).give(Give::Shrink),
];

const GRANTS: &[Column<Grant>] = &[
    Column::new("GRANTS", |row: &Grant, _| Cell::new(row.grants.join(","))),
    Column::new("TO", |row: &Grant, _| of(row, |token| token.subject.clone())),
    Column::new("MADE", |row: &Grant, _| of(row, |token| words::clock(token.created_at.as_ref()))),
    Column::new("BY", |row: &Grant, _| of(row, |token| token.created_by.clone())),
    Column::new("REVOKED", |row: &Grant, _| {
        of(row, |token| if token.revoked { words::clock(token.revoked_at.as_ref()) } else { "-".to_owned() })
    }),
    Column::new("BY", |row: &Grant, _| of(row, |token| token.revoked_by.clone())),
    Column::new("TOKEN", |row: &Grant, _| of(row, |token| token.id.clone())).give(Give::Drop(1)),
];

const HANDS: &[Column<Hand>] = &[
    Column::new("VERSION", |row: &Hand, _| Cell::new(&row.did)),
    Column::new("BY", |row: &Hand, _| Cell::new(&row.by)),
    Column::new("AT", |row: &Hand, _| Cell::new(words::clock(row.at.as_ref()))),
    Column::new("KEY", |row: &Hand, _| Cell::new(or_none(&row.key))).give(Give::Drop(1)),
];

const KEYS: &[Column<KeyOf>] = &[
    Column::new("KEY OF", |row: &KeyOf, _| Cell::new(&row.owner)),
    Column::new("REGISTERED", |row: &KeyOf, _| Cell::new(words::clock(row.registered_at.as_ref()))),
    Column::new("KEY", |row: &KeyOf, _| Cell::new(&row.key)).give(Give::Drop(1)),
];

fn or_none(text: &str) -> &str {
    if text.is_empty() { "-" } else { text }
}

fn of(grant: &Grant, what: impl Fn(&remit_proto::v1::Token) -> String) -> Cell {
    Cell::new(grant.token.as_ref().map(what).unwrap_or_default())
}

fn or_nobody(names: &[String]) -> String {
    if names.is_empty() { "nobody".to_owned() } else { names.join(",") }
}

/// Everything as an object.
#[must_use]
pub fn json(who: &WhoResponse) -> Value {
    json!({
        "service": who.service,
        "principal": who.principal,
        "owner": { "name": who.owner, "known": who.owner_known },
        "delegation": {
            "enabled_by": who.enabled_by,
            "known": who.enabled_by_known,
            "on": words::rfc3339(who.enabled_on.as_ref()),
            "until": words::rfc3339(who.enabled_until.as_ref()),
            "lacks": words::text(&who.delegation_lacks),
        },
        "contract_version": who.contract_version,
        "contract_digest": who.contract_digest,
        "activated_by": words::text(&who.activated_by),
        "activated_at": words::rfc3339(who.activated_at.as_ref()),
        "hands": who.hands.iter().map(|hand| json!({
            "did": hand.did,
            "by": hand.by,
            "at": words::rfc3339(hand.at.as_ref()),
            "key": words::text(&hand.key),
        })).collect::<Vec<_>>(),
        "keys": who.keys.iter().map(|key| json!({
            "owner": key.owner,
            "registered_at": words::rfc3339(key.registered_at.as_ref()),
            "key": key.key,
        })).collect::<Vec<_>>(),
        "duties": who.duties.iter().map(|duty| json!({
            "name": duty.name,
            "groups": duty.groups,
            "people": duty.people,
        })).collect::<Vec<_>>(),
        "grants": who.grants.iter().map(grant_json).collect::<Vec<_>>(),
    })
}

fn grant_json(grant: &Grant) -> Value {
    json!({ "grants": grant.grants, "token": grant.token.as_ref().map(token::json) })
}

/// Writes the page.
///
/// # Errors
/// When the output cannot be written.
pub fn write(who: &WhoResponse, screen: &mut Screen<'_>) -> io::Result<()> {
    screen.toned(&format!("{}  acts as {}", who.service, who.principal), Tone::Title)?;
    let unknown = |known| if known { "" } else { "  (nobody of that name holds a credential)" };
    screen.field("owner", &format!("{}{}", who.owner, unknown(who.owner_known)))?;
    let lacks =
        if who.delegation_lacks.is_empty() { String::new() } else { format!("  {}", who.delegation_lacks) };
    let (on, until) = (words::clock(who.enabled_on.as_ref()), words::clock(who.enabled_until.as_ref()));
    let stranger = unknown(who.enabled_by_known);
    screen
        .field("delegation", &format!("by {}, from {on} until {until}{lacks}{stranger}", who.enabled_by))?;
    screen.field("contract", &format!("{} {}", who.contract_version, who.contract_digest))?;
    let at = words::clock(who.activated_at.as_ref());
    screen.field("activated", &format!("by {} at {at}", who.activated_by))?;
    if !who.hands.is_empty() {
        screen.table(HANDS, &who.hands)?;
    }
    screen.table(DUTIES, &who.duties)?;
    if !who.keys.is_empty() {
        screen.table(KEYS, &who.keys)?;
    }
    screen.table(GRANTS, &who.grants)
}
