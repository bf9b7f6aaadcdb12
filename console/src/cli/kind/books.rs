//! The books of domains: accounts in double entry, and what they come to.

use remit_proto::v1::{BookAccount, DomainBooks};
use serde_json::{Value, json};

use crate::cli::{
    paint::Tone,
    table::{Cell, Column, Give},
    words,
};

/// What `remit cost --books` shows.
pub const COLUMNS: &[Column<BookAccount>] = &[
    Column::new("BOOKS OF", |row: &BookAccount, _| Cell::new(name(row))).give(Give::Shrink),
    Column::new("IN THE", |row: &BookAccount, _| Cell::new(window(row))),
    Column::new("ACCOUNT", |row: &BookAccount, _| Cell::new(&row.account)),
    Column::new("DEBITS", |row: &BookAccount, _| Cell::new(words::money(row.debits_micros))).right(),
    Column::new("CREDITS", |row: &BookAccount, _| Cell::new(words::money(row.credits_micros))).right(),
    Column::new("BALANCE", |row: &BookAccount, _| balance(row)).right(),
    Column::new("LIMIT", |row: &BookAccount, _| Cell::new(limit(row))).right().give(Give::Drop(1)),
];

/// The kind of a row that sums up others.
const TOTAL: &str = "total";

fn name(row: &BookAccount) -> String {
    let name = if row.kind == "run" { words::short(&row.name) } else { &row.name };
    format!("{} {name}", row.kind)
}

fn window(row: &BookAccount) -> String {
    let starts = words::clock(row.starts.as_ref());
    match row.window.as_str() {
        "" if row.kind == TOTAL => String::new(),
        "" => "run".to_owned(),
        "day" => format!("day {}", starts.get(..10).unwrap_or(&starts)),
        window => format!("{window} {}", starts.get(..16).unwrap_or(&starts)),
    }
}

fn balance(row: &BookAccount) -> Cell {
    let amount = words::money(row.balance_micros.unsigned_abs());
    let cell = Cell::new(if row.balance_micros < 0 { format!("-{amount}") } else { amount });
    if row.kind == TOTAL && row.balance_micros != 0 { cell.tone(Tone::Bad) } else { cell }
}

/// Of a budget, beside what is available of it.
fn limit(row: &BookAccount) -> String {
    match (row.account.as_str(), row.limit_micros) {
        ("available", Some(limit)) => words::money(limit),
        ("available", None) => "no limit".to_owned(),
        _ => String::new(),
    }
}

fn total(of: &str, debits: u64, credits: u64) -> BookAccount {
    let difference = i128::from(debits).saturating_sub(i128::from(credits));
    BookAccount {
        kind: TOTAL.to_owned(),
        name: of.to_owned(),
        debits_micros: debits,
        credits_micros: credits,
        balance_micros: i64::try_from(difference).unwrap_or(i64::MAX),
        ..BookAccount::default()
    }
}

/// All that is shown of some accounts.
fn shown(books: &DomainBooks) -> BookAccount {
    let sum = |of: fn(&BookAccount) -> u64| books.accounts.iter().map(of).fold(0, u64::saturating_add);
    total("of these", sum(|it| it.debits_micros), sum(|it| it.credits_micros))
}

/// The accounts, and below them what they and all accounts of the domain come to.
#[must_use]
pub fn rows(books: &DomainBooks) -> Vec<BookAccount> {
    let domain = format!("of all {} of {}", books.kept, books.domain);
    let all = total(&domain, books.debits_micros, books.credits_micros);
    books.accounts.iter().cloned().chain([shown(books), all]).collect()
}

/// True when debits equal credits, and the control plane counts what the books have.
#[must_use]
pub fn balance_out(books: &DomainBooks) -> bool {
    let shown = shown(books);
    books.debits_micros == books.credits_micros
        && shown.debits_micros == shown.credits_micros
        && books.differences.is_empty()
}

/// The books of a domain as an object; amounts are millionths of the currency's unit.
#[must_use]
pub fn json(books: &DomainBooks) -> Value {
    let sums =
        |it: &BookAccount| json!({ "debits_micros": it.debits_micros, "credits_micros": it.credits_micros });
    let account = |it: &BookAccount| {
        json!({
            "kind": it.kind,
            "name": it.name,
            "window": words::text(&it.window),
            "starts": words::rfc3339(it.starts.as_ref()),
            "account": it.account,
            "debits_micros": it.debits_micros,
            "credits_micros": it.credits_micros,
            "balance_micros": it.balance_micros,
            "limit_micros": it.limit_micros,
        })
    };
    json!({
        "domain": books.domain,
        "currency": words::text(&books.currency),
        "seq": books.seq,
        "accounts": books.accounts.iter().map(account).collect::<Vec<_>>(),
        "total": sums(&shown(books)),
        "domain_total": sums(&total("", books.debits_micros, books.credits_micros)),
        "domain_accounts": books.kept,
        "differences": books.differences,
        "balanced": balance_out(books),
    })
}
