//! What an answer to a question would lead to, with the limits before and after, and what became of others like it.

use remit_proto::v1::{Bound, Likeness, Outlook};

use super::super::paint::{Painter, Row};
use super::super::when;
use super::chart::money;
use super::facts::wrapped;

/// Columns of a limit's name.
const PLACE: usize = 34;

/// Rows of the page, or nothing where the control plane said nothing of it.
#[must_use]
pub(super) fn rows(outlook: Option<&Outlook>, width: usize, painter: &Painter<'_>) -> Vec<Row> {
    let theme = painter.theme;
    let Some(outlook) = outlook else { return Vec::new() };
    let yes = if outlook.goes { theme.text } else { theme.warn };
    let mut rows = wrapped("IF YES ", &outlook.if_approved, width, (theme.dim, yes));
    rows.extend(wrapped("IF NO  ", &outlook.if_denied, width, (theme.dim, theme.text)));
    rows.extend(wrapped("ELSE   ", &outlook.if_nothing, width, (theme.dim, theme.text)));
    for (at, bound) in outlook.bounds.iter().enumerate() {
        let label = if at == 0 { "LIMITS " } else { "       " };
        let over = bound.limit < bound.with;
        let style = if over { theme.crit } else { theme.text };
        rows.extend(wrapped(label, &limit(bound), width, (theme.dim, style)));
    }
    if let Some(like) = &outlook.likeness {
        let style = if 0 < like.undone.saturating_add(like.went_wrong) { theme.warn } else { theme.text };
        rows.extend(wrapped("LIKE   ", &likeness(like, painter.now.wall_ms), width, (theme.dim, style)));
    }
    rows
}

/// `this run   3.20 EUR -> 3.45 EUR of 5.00 EUR`.
fn limit(bound: &Bound) -> String {
    let amount = |number: u64| match bound.currency.as_str() {
        "" => number.to_string(),
        currency => money(number, currency),
    };
    let (without, with, most) = (amount(bound.without), amount(bound.with), amount(bound.limit));
    let over = match bound.with.checked_sub(bound.limit) {
        Some(over @ 1..) => format!("   OVER by {}", amount(over)),
        Some(0) | None => String::new(),
    };
    format!("{:<PLACE$} {without} -> {with} of {most}{over}", bound.place)
}

fn likeness(like: &Likeness, wall_ms: i64) -> String {
    if like.asked == 0 {
        return "nobody was asked about this tool by these rules before, as far as memory goes".to_owned();
    }
    let since = when::ago(when::millis(like.since.as_ref()), wall_ms);
    let mut words = format!(
        "{} before, the first {since} ago: {} approved, {} denied, {} unanswered",
        like.asked, like.approved, like.denied, like.unanswered
    );
    if 0 < like.undone {
        words.push_str(&format!("; {} undone since", like.undone));
    }
    if 0 < like.went_wrong {
        words.push_str(&format!("; {} failed or in doubt", like.went_wrong));
    }
    words
}
