//! What a page lists, as Markdown, JSON or CSV: the rows that its filter lets through, whole and readable.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::cli::{
    json as safe,
    kind::{action, alert, audit, contract, cost, escalation, run, service, switch, trace},
    table::{Cell, Column, cells},
    words,
};
use crate::inert::Inert;
use crate::tui::state::State;
use crate::tui::state::nav::Page;

/// The form of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A table for people.
    Markdown,
    /// Objects as `-o json` has them.
    Json,
    /// For spreadsheets. Nothing in it is a formula.
    Csv,
}

impl Form {
    /// By its name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "md" => Some(Self::Markdown),
            "json" => Some(Self::Json),
            "csv" => Some(Self::Csv),
            _ => None,
        }
    }

    /// The end of a file's name.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Markdown => "md",
            Self::Json => "json",
            Self::Csv => "csv",
        }
    }
}

/// Records of the trace in one export, the newest: `remit export` has all that the journal has.
const MOST_RECORDS: usize = 100_000;

const TRACE: &[Column<remit_proto::v1::TraceRecord>] = &[
    Column::new("AT", |row: &remit_proto::v1::TraceRecord, _| Cell::new(words::clock(row.at.as_ref()))),
    Column::new("POSITION", |row, _| Cell::new(format!("{}@{}", row.domain, row.seq))),
    Column::new("KIND", |row, _| Cell::new(&row.kind)),
    Column::new("SERVICE", |row, _| Cell::new(&row.service)),
    Column::new("RUN", |row, _| Cell::new(&row.run)),
    Column::new("ACTION", |row, _| Cell::new(&row.action)),
    Column::new("OUTCOME", |row, _| Cell::new(words::outcome(row.outcome))),
    Column::new("REASON", |row, _| Cell::new(&row.reason)),
    Column::new("TEXT", |row, _| Cell::new(&row.text)),
    Column::new("PARAMETERS", |row, _| Cell::new(&row.params_json)),
];

/// What was listed: a name for it, and the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// `queue`, `trace` and so on.
    pub name: &'static str,
    /// How many rows.
    pub rows: usize,
    /// All of it.
    pub text: String,
}

/// The rows of the page on screen; none where it lists nothing.
#[must_use]
pub fn page(state: &State, form: Form) -> Option<Listed> {
    let ids: Vec<String> = state.rows().into_iter().map(|object| object.id).collect();
    let by = Sheet {
        form,
        filter: state.filter(),
        now: Timestamp::from_millisecond(state.wall_ms).unwrap_or_default(),
    };
    Some(match state.nav.page() {
        Page::Overview => {
            let rows: Vec<_> = ids.iter().filter_map(|id| state.service(id)).cloned().collect();
            by.list("services", &rows, service::COLUMNS, service::json)
        }
        Page::Queue => {
            let rows: Vec<_> = state.shown_questions().cloned().collect();
            by.list("escalations", &rows, escalation::COLUMNS, escalation::json)
        }
        Page::Alike(group) => {
            let rows: Vec<_> = state.alike(group).into_iter().cloned().collect();
            by.list("escalations", &rows, escalation::COLUMNS, escalation::json)
        }
        Page::Switches => {
            let rows: Vec<_> = ids.iter().filter_map(|id| state.switch(id)).cloned().collect();
            by.list("switches", &rows, switch::COLUMNS, switch::json)
        }
        Page::Service(name) => {
            let runs = state.details.runs.iter().filter(|(of, _)| of == name);
            let rows: Vec<_> = runs.flat_map(|(_, runs)| runs).cloned().collect();
            by.list("runs", &rows, run::COLUMNS, run::json)
        }
        Page::Run(id) => {
            let detail = state.details.run.as_deref();
            let detail = detail.filter(|it| it.run.as_ref().is_some_and(|run| run.id == *id));
            let rows: Vec<_> = detail.iter().flat_map(|detail| &detail.actions).cloned().collect();
            by.list("actions", &rows, action::COLUMNS, action::json)
        }
        Page::Contracts => {
            let rows: Vec<_> = ids.iter().filter_map(|id| state.version(id)).cloned().collect();
            by.list("contracts", &rows, contract::COLUMNS, contract::json)
        }
        Page::Cost => {
            let rows: Vec<_> = ids.iter().filter_map(|id| state.budget(id)).cloned().collect();
            by.list("budgets", &rows, cost::COLUMNS, cost::json)
        }
        Page::Audit => {
            let rows: Vec<_> = ids.iter().filter_map(|id| state.deed(id)).cloned().collect();
            by.list("audit", &rows, audit::COLUMNS, audit::json)
        }
        Page::Alerts => {
            let rows: Vec<_> = ids.iter().filter_map(|id| state.alert(id)).cloned().collect();
            by.list("alerts", &rows, alert::COLUMNS, alert::json)
        }
        Page::Trace => {
            let skipped = state.trace.rows().saturating_sub(MOST_RECORDS);
            let newest = state.trace.window(skipped, MOST_RECORDS);
            let rows: Vec<_> = newest.into_iter().map(|(_, record)| record).collect();
            by.list("records", &rows, TRACE, trace::json)
        }
        Page::Action(_) | Page::Decision(_) | Page::Rollback(_) | Page::Parked | Page::Version(_) => {
            return None;
        }
    })
}

/// How rows are written.
struct Sheet {
    form: Form,
    filter: String,
    now: Timestamp,
}

impl Sheet {
    fn list<T>(
        &self,
        name: &'static str,
        rows: &[T],
        columns: &[Column<T>],
        object: fn(&T) -> Value,
    ) -> Listed {
        let text = match self.form {
            Form::Json => {
                let rows: Vec<Value> = rows.iter().map(object).collect();
                safe::pretty(&json!({ "filter": self.filter, name: rows })) + "\n"
            }
            Form::Markdown => self.markdown(name, &cells(columns, rows, self.now)),
            Form::Csv => csv(&cells(columns, rows, self.now)),
        };
        Listed { name, rows: rows.len(), text }
    }

    fn markdown(&self, name: &str, lines: &[Vec<Inert>]) -> String {
        let filter = if self.filter.is_empty() { "none" } else { &self.filter };
        let mut text =
            format!("{} {name}, filter: {}, {}\n\n", lines.len().saturating_sub(1), cell(filter), self.now);
        for (at, line) in lines.iter().enumerate() {
            let line: Vec<String> = line.iter().map(|it| cell(it.as_str())).collect();
            text.push_str(&format!("| {} |\n", line.join(" | ")));
            if at == 0 {
                text.push_str(&format!("|{}\n", "--|".repeat(line.len())));
            }
        }
        text
    }
}

/// A text in a Markdown table: what would end the cell, or be more than text, is spelt out.
fn cell(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for letter in text.chars() {
        if matches!(letter, '|' | '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '!' | '#' | '~') {
            shown.push('\\');
        }
        shown.push(letter);
    }
    shown
}

/// What a spreadsheet would take for a formula begins with an apostrophe.
fn csv(lines: &[Vec<Inert>]) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for line in lines {
        let line = line.iter().map(|it| match it.as_str() {
            text if text.starts_with(['=', '+', '-', '@']) && text.len() > 1 => format!("'{text}"),
            text => text.to_owned(),
        });
        // Into memory: nothing can fail but memory itself.
        let _ = writer.write_record(line);
    }
    String::from_utf8(writer.into_inner().unwrap_or_default()).unwrap_or_default()
}

#[cfg(test)]
mod tests;
