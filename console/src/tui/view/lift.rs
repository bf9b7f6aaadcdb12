//! Lifting a switch: what goes again, from the server's own preview, and how many people it takes.

use remit_proto::v1::{ReleasePreview, Resumes, Switch};

use super::super::paint::{Painter, Row};
use super::super::state::facts::{ceiling, level};
use super::super::theme::Theme;
use super::super::when;
use super::facts::wrapped;

/// The lines above the preview.
pub(super) fn rows(painter: &Painter<'_>, switch: &Switch, width: usize) -> Vec<Row> {
    let (theme, now) = (painter.theme, painter.now.wall_ms);
    let styles = (theme.dim, theme.text);
    let since = when::ago(when::millis(switch.set_at.as_ref()), now);
    let what = format!("{} {}", ceiling(switch.ceiling()), switch.scope);
    let mut rows = wrapped("switch     ", &what, width, (theme.dim, theme.strong));
    let set = format!("by {} {since} ago in {}", switch.by, switch.domain);
    rows.extend(wrapped("set        ", &set, width, styles));
    rows.extend(wrapped("because    ", because(switch), width, styles));
    rows.extend(wrapped("people     ", &people(painter, switch), width, styles));
    let voided = "what was held when it was set stays void; it is proposed anew";
    rows.extend(wrapped("held       ", voided, width, styles));
    let missing = match painter.state.preview_of(&switch.id) {
        Some(_) => return rows,
        None => painter.state.preview_failed(&switch.id).unwrap_or("asking the control plane"),
    };
    rows.extend(wrapped("resumes    ", missing, width, (theme.dim, theme.warn)));
    rows
}

/// The reason, or that there is none yet.
pub(super) const fn because(switch: &Switch) -> &str {
    if switch.reason.is_empty() { "no reason was given yet" } else { switch.reason.as_str() }
}

/// How many people lift it, and which of them we would be.
fn people(painter: &Painter<'_>, switch: &Switch) -> String {
    let me = painter.state.who.as_ref().map_or("", |who| who.operator.as_str());
    match &switch.requested {
        Some(first) if first.by == me => {
            let until = when::until(when::millis(first.until.as_ref()), painter.now.wall_ms);
            format!("two; you have asked: another person completes it, {until} left")
        }
        Some(first) => format!("two; {} has asked ({}): you complete it", first.by, first.reason),
        None if switch.takes_two => "two; you would be the first: it holds until another agrees".to_owned(),
        None => "one".to_owned(),
    }
}

/// What goes again, place by place.
pub(super) fn resumes(preview: &ReleasePreview, width: usize, theme: &Theme) -> Vec<Row> {
    let mut rows = Vec::new();
    for place in &preview.resumes {
        let runs = format!("{}: {} open run(s)", name(place), place.open_runs);
        rows.extend(wrapped("goes again ", &runs, width, (theme.dim, theme.strong)));
        let levels = format!("ceiling {} now, then {}", level(place.before()), level(place.after()));
        rows.extend(wrapped("           ", &levels, width, (theme.dim, theme.warn)));
        let tools = if place.tools.is_empty() { "no tool".to_owned() } else { place.tools.join(", ") };
        rows.extend(wrapped("     tools ", &tools, width, (theme.dim, theme.text)));
    }
    if rows.is_empty() {
        rows = wrapped("goes again ", "nothing: other ceilings hold it down", width, (theme.dim, theme.text));
    }
    rows
}

fn name(place: &Resumes) -> String {
    match (place.tool.as_str(), place.run.as_str()) {
        ("", "") => place.service.clone(),
        (tool, "") => format!("{}/{tool}", place.service),
        (_, run) => format!("run {run} of {}", place.service),
    }
}
