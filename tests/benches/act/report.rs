//! The table and the JSON object.

use serde_json::{Value, json};

use crate::{LOADS, Pace, Row, pace::median};

/// A figure of one side in every round.
fn of(rows: &[Row], side: fn(&Row) -> Option<Pace>, figure: fn(Pace) -> f64) -> f64 {
    median(rows.iter().filter_map(side).map(figure))
}

/// How one side compares with another, round by round.
fn ratio(rows: &[Row], side: fn(&Row) -> Option<Pace>, base: fn(&Row) -> Option<Pace>) -> f64 {
    let pairs = rows.iter().filter_map(|row| Some((side(row)?, base(row)?)));
    median(pairs.map(|(side, base)| side.per_second / base.per_second))
}

const ECHO: fn(&Row) -> Option<Pace> = |row| row.echo;
const DURABLE: fn(&Row) -> Option<Pace> = |row| row.durable;
const MEMORY: fn(&Row) -> Option<Pace> = |row| row.memory;

/// The columns behind the load.
const COLUMNS: [&str; 10] =
    ["echo/s", "CPU µs", "durable/s", "p50 µs", "p99 µs", "CPU µs", "÷ echo", "memory/s", "CPU µs", "÷ echo"];

/// The table, as Markdown that is aligned for a terminal too.
pub(crate) fn table(table: &[Vec<Row>]) -> String {
    let mut text = line("load", COLUMNS.map(str::to_owned));
    text.push_str(&format!("|{:-<29}|", ""));
    text.push_str(&"----------:|".repeat(COLUMNS.len()));
    text.push('\n');
    for (load, rows) in LOADS.iter().zip(table).filter(|(_, rows)| !rows.is_empty()) {
        let cells = [
            format!("{:.0}", of(rows, ECHO, |pace| pace.per_second)),
            format!("{:.1}", of(rows, ECHO, |pace| pace.cpu_us)),
            format!("{:.0}", of(rows, DURABLE, |pace| pace.per_second)),
            format!("{:.0}", of(rows, DURABLE, |pace| pace.p50_us)),
            format!("{:.0}", of(rows, DURABLE, |pace| pace.p99_us)),
            format!("{:.1}", of(rows, DURABLE, |pace| pace.cpu_us)),
            format!("{:.3}", ratio(rows, DURABLE, ECHO)),
            format!("{:.0}", of(rows, MEMORY, |pace| pace.per_second)),
            format!("{:.1}", of(rows, MEMORY, |pace| pace.cpu_us)),
            format!("{:.3}", ratio(rows, MEMORY, ECHO)),
        ];
        text.push_str(&line(&load.name(), cells));
    }
    text
}

fn line(first: &str, cells: [String; 10]) -> String {
    format!("| {first:<27} |{}\n", cells.map(|cell| format!(" {cell:>9} |")).concat())
}

/// The same figures as one object.
pub(crate) fn json(table: &[Vec<Row>]) -> Value {
    let pace = |rows: &[Row], side| {
        json!({
            "per_second": of(rows, side, |pace| pace.per_second),
            "p50_us": of(rows, side, |pace| pace.p50_us),
            "p99_us": of(rows, side, |pace| pace.p99_us),
            "cpu_us": of(rows, side, |pace| pace.cpu_us),
        })
    };
    let rows = LOADS.iter().zip(table).map(|(load, rows)| {
        json!({
            "load": load.name(),
            "echo": pace(rows, ECHO),
            "durable": pace(rows, DURABLE),
            "memory": pace(rows, MEMORY),
            "durable_over_echo": ratio(rows, DURABLE, ECHO),
            "memory_over_echo": ratio(rows, MEMORY, ECHO),
            "durable_over_memory": ratio(rows, DURABLE, MEMORY),
        })
    });
    Value::Array(rows.collect())
}
