//! What a switch still lacks: a reason that is owed, a review that is due.

use remit_proto::v1::Switch;

use crate::tui::when;

/// The person or thing that set it.
#[must_use]
pub fn setter(switch: &Switch) -> String {
    match switch.by.as_str() {
        "remitd" if switch.reason.starts_with("tripwire") => "a tripwire".to_owned(),
        // An edge of a blast radius: the reason names it.
        "remitd" => "the control plane itself".to_owned(),
        by => format!("{by}, a person"),
    }
}

/// `owed in 7m`, or that it is late; none where there is a reason.
#[must_use]
pub fn reason(switch: &Switch, wall_ms: i64) -> Option<(String, bool)> {
    let due = when::millis(switch.reason_due.as_ref())?;
    Some(left("owed", due, wall_ms))
}

/// `review in 22m`, or that it is late.
#[must_use]
pub fn review(switch: &Switch, wall_ms: i64) -> (String, bool) {
    when::millis(switch.review_at.as_ref())
        .map_or_else(|| ("no review".to_owned(), false), |due| left("review", due, wall_ms))
}

fn left(what: &str, due: i64, wall_ms: i64) -> (String, bool) {
    if due <= wall_ms {
        return (format!("{what} OVERDUE {}", minutes(&when::ago(Some(due), wall_ms))), true);
    }
    (format!("{what} in {}", minutes(&when::ago(Some(wall_ms), due))), false)
}

/// `7m` of `7m12s`: nobody plans a review by the second.
fn minutes(span: &str) -> String {
    let cut = span.split_once('m').filter(|(_, seconds)| seconds.ends_with('s'));
    cut.map_or_else(|| span.to_owned(), |(minutes, _)| format!("{minutes}m"))
}
