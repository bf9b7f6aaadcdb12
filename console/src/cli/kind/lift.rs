//! What goes again by a release, and who must still agree.

use std::io;

use remit_proto::v1::{ReleasePreview, ReleaseSwitchResponse, Resumes};
use serde_json::{Value, json};

use crate::cli::{
    kind::switch,
    paint::Tone,
    screen::Screen,
    table::{Cell, Column, Give},
    words,
};

const COLUMNS: &[Column<Resumes>] = &[
    Column::new("SERVICE", |row: &Resumes, _| Cell::new(&row.service)),
    Column::new("ONLY", |row: &Resumes, _| Cell::new(only(row))),
    Column::new("NOW", |row: &Resumes, _| words::cell(&words::level(row.before))),
    Column::new("THEN", |row: &Resumes, _| words::cell(&words::level(row.after))),
    Column::new("OPEN RUNS", |row: &Resumes, _| Cell::new(row.open_runs.to_string())).right(),
    Column::new("GOES AGAIN", |row: &Resumes, _| Cell::new(row.tools.join(", "))).give(Give::Shrink),
];

/// The tool or run that the row is about, where it is not the whole service.
fn only(row: &Resumes) -> String {
    match (row.tool.as_str(), row.run.as_str()) {
        ("", "") => String::new(),
        (tool, "") => tool.to_owned(),
        (_, run) => format!("run {}", words::short(run)),
    }
}

fn json(row: &Resumes) -> Value {
    json!({
        "domain": row.domain,
        "service": row.service,
        "tool": words::text(&row.tool),
        "run": words::text(&row.run),
        "before": words::value(words::level(row.before)),
        "after": words::value(words::level(row.after)),
        "tools": row.tools,
        "open_runs": row.open_runs,
    })
}

/// Writes what would go again.
///
/// # Errors
/// When the output cannot be written.
pub fn preview(preview: &ReleasePreview, screen: &mut Screen<'_>) -> io::Result<()> {
    let ReleasePreview { switches, resumes } = preview;
    if screen.for_programs() {
        let switches: Vec<_> = switches.iter().map(switch::json).collect();
        let resumes: Vec<_> = resumes.iter().map(json).collect();
        return screen.object(&json!({ "switches": switches, "resumes": resumes }));
    }
    screen.table(switch::COLUMNS, switches)?;
    screen.line("")?;
    goes(resumes, screen)?;
    if switches.iter().any(|set| set.takes_two) {
        screen.field("people", "two: another person with the run duty completes what one asks for")?;
    }
    Ok(())
}

/// Writes what was released, and what waits for a second person.
///
/// # Errors
/// When the output cannot be written.
pub fn answer(answer: &ReleaseSwitchResponse, target: &str, screen: &mut Screen<'_>) -> io::Result<()> {
    let ReleaseSwitchResponse { released, requested, resumes } = answer;
    if screen.for_programs() {
        let [released, requested] =
            [released, requested].map(|rows| rows.iter().map(switch::json).collect::<Vec<_>>());
        let resumes: Vec<_> = resumes.iter().map(json).collect();
        return screen.object(&json!({ "released": released, "requested": requested, "resumes": resumes }));
    }
    screen.line(&format!("released {}", released.len()))?;
    if !released.is_empty() {
        screen.table(switch::COLUMNS, released)?;
        goes(resumes, screen)?;
    }
    if !requested.is_empty() {
        screen.toned(&format!("NOT released yet {}: it takes two people", requested.len()), Tone::Warn)?;
        screen.table(switch::COLUMNS, requested)?;
        let until = requested.first().and_then(|row| row.requested.as_ref()?.until.as_ref());
        let command = format!("remit release {target} --reason \"…\"");
        screen.field("next", &format!("another person gives until {}: {command}", words::clock(until)))?;
    }
    Ok(())
}

fn goes(resumes: &[Resumes], screen: &mut Screen<'_>) -> io::Result<()> {
    if resumes.is_empty() {
        screen.field("resumes", "nothing: other ceilings hold it down")?;
    } else {
        screen.table(COLUMNS, resumes)?;
    }
    screen.field("held", "what was held when it was set stays void; it is proposed anew")
}
