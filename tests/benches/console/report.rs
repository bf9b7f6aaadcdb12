//! The table: what was measured, what it may be at most, and whether it is.

use serde_json::{Value, json};

/// One budget.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    name: &'static str,
    found: f64,
    most: f64,
    unit: &'static str,
}

impl Row {
    pub(crate) const fn at_most(name: &'static str, found: f64, most: f64, unit: &'static str) -> Self {
        Self { name, found, most, unit }
    }

    pub(crate) fn is_kept(&self) -> bool {
        self.found <= self.most
    }
}

pub(crate) fn table(rows: &[Row]) -> String {
    let mut text = format!("| {:<42} | {:>12} | {:>12} |      |\n", "budget", "found", "at most");
    text += &format!("|{:-<44}|{:->13}:|{:->13}:|------|\n", "", "", "");
    for row in rows {
        let verdict = if row.is_kept() { "kept" } else { "OVER" };
        let value = |value: f64| format!("{value:.2} {}", row.unit);
        text += &format!(
            "| {:<42} | {:>12} | {:>12} | {verdict} |\n",
            row.name,
            value(row.found),
            value(row.most)
        );
    }
    text
}

pub(crate) fn json(rows: &[Row]) -> Value {
    let row = |row: &Row| json!({ "budget": row.name, "found": row.found, "at_most": row.most, "unit": row.unit, "kept": row.is_kept() });
    json!({ "budgets": rows.iter().map(row).collect::<Vec<_>>() })
}
