//! Domains of the business, and what their files say.

use remit_proto::v1::{Domain, DomainCost, DomainPractice, DomainThrottle};
use serde_json::{Value, json};

use crate::cli::{
    table::{Cell, Column, Give},
    words,
};

/// What `remit get domains` shows.
pub const COLUMNS: &[Column<Domain>] = &[
    Column::new("DOMAIN", |row: &Domain, _| Cell::new(&row.name)),
    Column::new("CURRENCY", |row: &Domain, _| Cell::new(or_dash(&row.currency))),
    Column::new("APPROVAL", |row: &Domain, _| Cell::new(whether(row.approvals))),
    Column::new("BACKTEST", |row: &Domain, _| Cell::new(whether(row.reviewed))),
    Column::new("COST", |row: &Domain, _| Cell::new(or_dash(&cost(row)))).give(Give::Drop(2)),
    Column::new("THROTTLE", |row: &Domain, _| Cell::new(or_dash(&throttle(row)))).give(Give::Drop(1)),
    Column::new("PRACTICE", |row: &Domain, _| Cell::new(practice(row))).wide(),
    Column::new("FILE", |row: &Domain, _| Cell::new(if row.configured { "yes" } else { "no" })),
    Column::new("SERVICES", |row: &Domain, _| Cell::new(or_dash(&row.services.join(", "))))
        .give(Give::Shrink),
];

fn or_dash(text: &str) -> &str {
    if text.is_empty() { "-" } else { text }
}

/// As files and command lines say it.
const fn whether(required: bool) -> &'static str {
    if required { "required" } else { "none" }
}

/// What all its services may use together: `100000.00 a day, 500 calls an hour`; empty where nothing limits it.
#[must_use]
pub fn cost(domain: &Domain) -> String {
    let Some(cost) = &domain.cost else { return String::new() };
    let spend = [(cost.spend_hour_micros, "an hour"), (cost.spend_day_micros, "a day")];
    let calls = [(cost.calls_hour, "calls an hour"), (cost.calls_day, "calls a day")];
    let spend = spend.into_iter().filter_map(|(most, per)| Some(format!("{} {per}", words::money(most?))));
    let calls = calls.into_iter().filter_map(|(most, per)| Some(format!("{} {per}", most?)));
    spend.chain(calls).collect::<Vec<_>>().join(", ")
}

/// How often anything may be called: `identity 20/s, domain 200/s`; empty where nothing limits it.
#[must_use]
pub fn throttle(domain: &Domain) -> String {
    let Some(throttle) = &domain.throttle else { return String::new() };
    let rates = rates(throttle).into_iter().filter(|(_, rate)| !rate.is_empty());
    rates.map(|(of, rate)| format!("{of} {rate}")).collect::<Vec<_>>().join(", ")
}

/// How often people practise: `one in 20, while at most 5 wait and none for 10m`; `none` where they do not.
#[must_use]
pub fn practice(domain: &Domain) -> String {
    let Some(practice) = domain.practice else { return "none".to_owned() };
    let DomainPractice { one_in, most_waiting, longest_wait_ms } = practice;
    let longest = words::millis(longest_wait_ms);
    format!("one in {one_in}, while at most {most_waiting} wait and none for {longest}")
}

/// The same as an object, `null` where there is none.
#[must_use]
pub fn practice_json(domain: &Domain) -> Value {
    domain.practice.map_or(Value::Null, |it| {
        json!({
            "one_in": it.one_in,
            "most_waiting": it.most_waiting,
            "longest_wait_ms": it.longest_wait_ms,
        })
    })
}

fn rates(throttle: &DomainThrottle) -> [(&'static str, &str); 3] {
    [("identity", &throttle.identity), ("service", &throttle.service), ("domain", &throttle.domain)]
}

/// The limits as objects, `null` where there are none; amounts are millionths of the currency's unit.
#[must_use]
pub fn limits_json(domain: &Domain) -> (Value, Value) {
    let cost = |cost: &DomainCost| {
        json!({
            "spend_micros": { "hour": cost.spend_hour_micros, "day": cost.spend_day_micros },
            "calls": { "hour": cost.calls_hour, "day": cost.calls_day },
        })
    };
    let throttle = |throttle: &DomainThrottle| {
        rates(throttle).into_iter().map(|(of, rate)| (of.to_owned(), words::text(rate))).collect()
    };
    (
        domain.cost.as_ref().map_or(Value::Null, cost),
        domain.throttle.as_ref().map_or(Value::Null, |it| Value::Object(throttle(it))),
    )
}

/// The domain as an object.
#[must_use]
pub fn json(domain: &Domain) -> Value {
    let (cost, throttle) = limits_json(domain);
    json!({
        "name": domain.name,
        "configured": domain.configured,
        "currency": words::text(&domain.currency),
        "approval": whether(domain.approvals),
        "backtest": whether(domain.reviewed),
        "cost": cost,
        "throttle": throttle,
        "practice": practice_json(domain),
        "services": domain.services,
    })
}
