//! What a drill found: one report, for people and for programs, and the line of it in the trend.

use remit_contract::scenario::Exercise;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    ground::{Ground, Rehearsed},
    stop::Stopped,
    undo::Undone,
};
use crate::cli::{
    failure::Failure,
    paint::Tone,
    screen::Screen,
    table::{Cell, Column, Give},
    words,
};

#[cfg(test)]
mod tests;

/// A report.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Report {
    /// Its name, which is that of its file; in the order of time.
    pub id: String,
    /// When it was written.
    pub at: jiff::Timestamp,
    /// The environment of the control plane whose contract was drilled.
    pub environment: String,
    /// What was drilled.
    #[serde(flatten)]
    pub setting: Setting,
    /// What was found.
    #[serde(flatten)]
    pub found: Found,
    /// What must not be, in words; nothing when all is well.
    pub wrong: Vec<String>,
}

/// What was drilled.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Setting {
    /// The service.
    pub service: String,
    /// The version of its contract.
    pub version: String,
    /// Its digest.
    pub digest: String,
    /// Its domain.
    pub domain: String,
    /// Whether the limits of the domain's file held; false where the domain has none.
    pub domain_file: bool,
    /// The scenario that was exercised: its file and its name.
    pub scenario: String,
    /// The tool of its effect.
    pub tool: String,
}

/// What was found, by kind.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "drill", rename_all = "snake_case")]
pub enum Found {
    /// The service was stopped under load.
    Stop(Stopped),
    /// Its effects were undone.
    Undo(Undone),
}

impl Setting {
    /// What is drilled at a place.
    pub(super) fn of(ground: &Ground, rehearsed: &Rehearsed) -> Self {
        let (terms, Exercise { file, scenario, tool, .. }) = (ground.contract.terms(), &ground.exercise);
        Self {
            service: terms.service.to_string(),
            version: terms.version.clone(),
            digest: terms.digest.to_string(),
            domain: terms.domain.to_string(),
            domain_file: rehearsed.domain.is_some(),
            scenario: format!("{file} {scenario}"),
            tool: tool.to_string(),
        }
    }
}

impl Found {
    /// `stop` or `undo`.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Stop(_) => "stop",
            Self::Undo(_) => "undo",
        }
    }

    /// What must not be.
    #[must_use]
    pub fn wrong(&self) -> Vec<String> {
        match self {
            Self::Stop(found) => found.wrong(),
            Self::Undo(found) => found.wrong(),
        }
    }
}

impl Report {
    /// The report as an object.
    #[must_use]
    pub fn json(&self) -> Value {
        // It holds nothing that JSON cannot say.
        serde_json::to_value(self).unwrap_or_default()
    }

    /// Writes it for people.
    ///
    /// # Errors
    /// When the output cannot be written.
    pub fn write(&self, screen: &mut Screen<'_>) -> Result<(), Failure> {
        let (setting, kind) = (&self.setting, self.found.kind());
        let (verdict, tone) =
            if self.wrong.is_empty() { ("all is well", Tone::Good) } else { ("FAILED", Tone::Bad) };
        screen.toned(&format!("{kind} drill  {} {}: {verdict}", setting.service, setting.version), tone)?;
        screen.field("exercised", &format!("{} of {}", setting.tool, setting.scenario))?;
        let limits = if setting.domain_file {
            "those of its file hold"
        } else {
            "it has no file, so no limits of its own"
        };
        screen.field("domain", &format!("{}: {limits}", setting.domain))?;
        match &self.found {
            Found::Stop(found) => stopped(found, &setting.domain, screen)?,
            Found::Undo(found) => undone(found, screen)?,
        }
        for wrong in &self.wrong {
            screen.toned(&format!("  wrong: {wrong}"), Tone::Bad)?;
        }
        Ok(())
    }
}

fn stopped(found: &Stopped, domain: &str, screen: &mut Screen<'_>) -> Result<(), Failure> {
    let Stopped { load, let_go, throttled, refused, .. } = found;
    let calls = format!("{load} callers: {let_go} let go, {throttled} told to come later, {refused} refused");
    screen.field("load", &calls)?;
    let [acknowledged, committed, contained] =
        [found.acknowledged_us, found.committed_us, found.contained_us].map(words::micros_as_ms);
    screen
        .field("acknowledged", &format!("{acknowledged} after the request, committed within {committed}"))?;
    screen.field("promise", &format!("nothing is admitted after {domain} #{}", found.position))?;
    let open = found.in_flight.iter().filter(|it| it.ended.is_none()).count();
    let ended = match open {
        0 => format!("all ended {contained} after the request"),
        open => format!("{open} did not end"),
    };
    screen.field("in flight", &format!("{}, {ended}", found.in_flight.len()))?;
    screen.field("late admits", &found.late_admits.to_string())?;
    Ok(screen.field("begun after", &found.begun_after.to_string())?)
}

fn undone(found: &Undone, screen: &mut Screen<'_>) -> Result<(), Failure> {
    let Undone { effects, runs, undone, parked, refused, answers_lost, in_doubt, .. } = found;
    screen.field("effects", &format!("{effects} in {runs} runs"))?;
    screen.field("undone", &format!("{undone} within {}", words::micros_as_ms(found.took_us)))?;
    screen.field("parked", &format!("{parked}; the sandbox refused {refused}"))?;
    screen.field("lost", &format!("{answers_lost} answers"))?;
    screen.field("in doubt", &in_doubt.to_string())?;
    Ok(screen.field("journal", if found.verified { "verified" } else { "broken" })?)
}

/// The columns of the trend.
pub const TREND: &[Column<Report>] = &[
    Column::new("AT", |row: &Report, _| Cell::new(row.at.strftime("%Y-%m-%d %H:%M").to_string())),
    Column::new("DRILL", |row: &Report, _| Cell::new(row.found.kind())),
    Column::new("SERVICE", |row: &Report, _| Cell::new(&row.setting.service)),
    Column::new("VERSION", |row: &Report, _| Cell::new(&row.setting.version)).give(Give::Drop(1)),
    Column::new("ACKNOWLEDGED", |row: &Report, _| of_stop(row, |it| words::micros_as_ms(it.acknowledged_us)))
        .right(),
    Column::new("CONTAINED", |row: &Report, _| of_stop(row, |it| words::micros_as_ms(it.contained_us)))
        .right(),
    Column::new("IN FLIGHT", |row: &Report, _| of_stop(row, |it| it.in_flight.len().to_string())).right(),
    Column::new("LATE", |row: &Report, _| of_stop(row, |it| it.late_admits.to_string())).right(),
    Column::new("UNDONE", |row: &Report, _| of_undo(row, |it| format!("{}/{}", it.undone, it.effects)))
        .right(),
    Column::new("PARKED", |row: &Report, _| of_undo(row, |it| it.parked.to_string())).right(),
    Column::new("TOOK", |row: &Report, _| of_undo(row, |it| words::micros_as_ms(it.took_us))).right(),
    Column::new("RESULT", |row: &Report, _| match row.wrong.first() {
        None => Cell::new("ok").tone(Tone::Good),
        Some(wrong) => Cell::new(wrong).tone(Tone::Bad),
    })
    .give(Give::Shrink),
];

fn of_stop(row: &Report, shown: fn(&Stopped) -> String) -> Cell {
    Cell::new(match &row.found {
        Found::Stop(found) => shown(found),
        Found::Undo(_) => String::new(),
    })
}

fn of_undo(row: &Report, shown: fn(&Undone) -> String) -> Cell {
    Cell::new(match &row.found {
        Found::Stop(_) => String::new(),
        Found::Undo(found) => shown(found),
    })
}
