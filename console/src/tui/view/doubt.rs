//! What a card shows of an action in doubt before somebody says what became of it.

use remit_proto::v1::ActionDetail;

use super::super::paint::{Painter, Row};
use super::super::when;
use super::facts::{json_rows, status, wrapped};

pub(super) fn rows(painter: &Painter<'_>, doubt: &ActionDetail, happened: bool, width: usize) -> Vec<Row> {
    let theme = painter.theme;
    let styles = (theme.dim, theme.text);
    let action = doubt.action.clone().unwrap_or_default();
    let what = format!("{} of {} in run {}", action.tool, action.service, action.run);
    let mut rows = wrapped("what       ", &what, width, (theme.dim, theme.strong));
    rows.extend(json_rows(&action.params_json, width, theme));
    rows.extend(wrapped("action     ", &action.id, width, (theme.dim, theme.strong)));
    rows.extend(wrapped("last heard ", &doubt.settlement_note, width, styles));
    if !happened {
        let lands = when::time_of_day(when::millis(doubt.lands_until.as_ref()));
        rows.extend(wrapped("may land   ", &format!("until {lands}"), width, styles));
    }
    for said in &doubt.statements {
        let verdict = status(said.verdict().as_str_name(), "VERDICT_");
        let words = format!("{}: {verdict}, {}", said.by, said.reason);
        rows.extend(wrapped("said       ", &words, width, (theme.dim, theme.warn)));
    }
    let then = if happened {
        "it costs what was reserved; it can be undone if its result is known"
    } else {
        "its money, its effect and its key are free again, so that the service may do it anew"
    };
    rows.extend(wrapped("then       ", then, width, styles));
    if 1 < doubt.people_needed {
        let people = format!("once {} people have said the same", doubt.people_needed);
        rows.extend(wrapped("           ", &people, width, styles));
    }
    rows
}
