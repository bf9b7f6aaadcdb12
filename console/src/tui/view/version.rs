//! One contract version: whose hands it went through, what it changes in meaning and in text against the active one.

use ratatui::layout::Rect;
use ratatui::style::Style;
use remit_proto::v1::{Approval, ContractVersion};

use super::super::event::Fetch;
use super::super::paint::{Painter, Row};
use super::super::theme::Theme;
use super::super::when;
use super::contracts::standing;
use super::facts::wrapped;
use super::rollback::missing;
use crate::versions::{Change, Compared};

pub(super) fn paint(painter: &mut Painter<'_>, body: Rect, name: &str) {
    let state = painter.state;
    let Some(compared) = state.compared(name) else {
        missing(painter, body, (&format!("Version {name}"), &Fetch::Version(name.to_owned())));
        return;
    };
    let version = &compared.version;
    let (sign, _) = standing(&version.status, painter.theme);
    let title = format!("Version {} of {}   {sign} {}", version.version, version.service, version.status);
    let inner = painter.rule(body, &title);
    let width = usize::from(inner.width);
    let rows = lines(painter, compared, width);
    let key = format!("version/{}/{}/{width}", version.digest, version.status);
    let shown = painter.document(inner, key, &rows, state.nav.cursor().scroll);
    painter.hits.shown = Some(shown);
}

fn lines(painter: &Painter<'_>, compared: &Compared, width: usize) -> Vec<Row> {
    let theme = painter.theme;
    let version = &compared.version;
    let mut rows = hands(painter, version, width);
    if version.digest != compared.active {
        rows.push(Row::new());
        rows.extend(tally(compared, width, theme));
        rows.extend(change_rows(&compared.changes, width, theme));
    }
    if let Some(approval) = &version.approval {
        rows.push(Row::new());
        rows.extend(shown_to(approval, width, theme));
    }
    if !compared.text.is_empty() {
        rows.push(Row::new());
        rows.push(Row::of("AS TEXT", theme.strong));
        rows.extend(compared.text.lines().flat_map(|line| text_row(line, width, theme)));
    }
    rows
}

/// Who proposed, approved, activated and revoked it, and when; none where a folder brought it.
pub(super) fn hands(painter: &Painter<'_>, version: &ContractVersion, width: usize) -> Vec<Row> {
    let theme = painter.theme;
    let approval = version.approval.clone().unwrap_or_default();
    let did = [
        ("PROPOSED  ", &version.proposed_by, &version.proposed_at, String::new()),
        ("APPROVED  ", &approval.by, &approval.at, reviewed(&approval)),
        ("ACTIVATED ", &version.activated_by, &version.activated_at, String::new()),
        ("REVOKED   ", &version.revoked_by, &version.revoked_at, format!(": {}", version.revoked_because)),
    ];
    let mut rows = Vec::new();
    for (label, who, at, more) in did {
        if who.is_empty() {
            continue;
        }
        let at = when::millis(at.as_ref());
        let text = format!("by {who}, {} {}{more}", when::day(at), when::time_of_day(at));
        rows.extend(wrapped(label, &text, width, (theme.dim, theme.text)));
    }
    if version.proposed_by.is_empty() {
        rows.push(
            Row::of("PROPOSED  ", theme.dim).put("by nobody: loaded from a folder at the start", theme.text),
        );
    }
    let digest = format!("{}   domain {}", version.digest, version.domain);
    rows.extend(wrapped("DIGEST    ", &digest, width, (theme.dim, theme.dim)));
    rows.push(Row::of("OPEN RUNS ", theme.dim).put(version.open_runs.to_string(), theme.text));
    rows
}

fn reviewed(approval: &Approval) -> String {
    approval.review.as_ref().map_or_else(String::new, |review| {
        format!(", who saw {} grave of {} proposals decided again", review.grave, review.decided)
    })
}

/// `2 widened ^  1 narrowed v  0 changed ~`, or that there is nothing to compare with.
pub(super) fn tally(compared: &Compared, width: usize, theme: &Theme) -> Vec<Row> {
    if compared.version.digest == compared.active {
        return vec![Row::of("this is the active version: new runs begin under it", theme.ok)];
    }
    let count = |sign: char| compared.changes.iter().filter(|change| change.sign == sign).count();
    let against = if compared.active.is_empty() {
        "ALL IT ALLOWS: NONE IS ACTIVE  "
    } else {
        "AGAINST THE ACTIVE ONE  "
    };
    let heading = Row::of(against, theme.strong);
    let counts = |row: Row| {
        row.put(format!("{} widened ^  ", count('^')), style('^', theme))
            .put(format!("{} narrowed v  ", count('v')), style('v', theme))
            .put(format!("{} changed ~", count('~')), style('~', theme))
    };
    let one = counts(heading.clone());
    if one.width() <= width { vec![one] } else { vec![heading, counts(Row::new())] }
}

/// The changes, each behind its sign; what is wider first.
pub(super) fn change_rows(changes: &[Change], width: usize, theme: &Theme) -> Vec<Row> {
    let mut sorted: Vec<_> = changes.iter().collect();
    sorted.sort_by_key(|change| match change.sign {
        '^' => 0_u8,
        '~' => 1,
        _ => 2,
    });
    let lines = sorted.into_iter().flat_map(|change| {
        let label = format!("{} {:<9} ", change.sign, change.direction);
        wrapped(&label, &change.words, width, (style(change.sign, theme), theme.text))
    });
    lines.collect()
}

/// More is what an approver must look at.
const fn style(sign: char, theme: &Theme) -> Style {
    match sign {
        '^' => theme.warn,
        'v' => theme.ok,
        _ => theme.strong,
    }
}

/// What was on the approver's terminal, and so is signed.
fn shown_to(approval: &Approval, width: usize, theme: &Theme) -> Vec<Row> {
    let title = format!("SHOWN TO {} AND SIGNED", approval.by);
    let mut rows = vec![Row::of(title, theme.strong)];
    rows.extend(
        approval.shown.lines().flat_map(|line| wrapped("| ", line, width, (theme.border, theme.text))),
    );
    let review = approval.review.as_ref().map_or("", |review| review.shown.as_str());
    rows.extend(review.lines().flat_map(|line| wrapped("| ", line, width, (theme.border, theme.warn))));
    rows.extend(wrapped("key ", &approval.key, width, (theme.dim, theme.dim)));
    rows
}

fn text_row(line: &str, width: usize, theme: &Theme) -> Vec<Row> {
    let style = match line.as_bytes().first() {
        Some(b'+') => theme.ok,
        Some(b'-') => theme.warn,
        Some(_) | None => theme.dim,
    };
    wrapped("| ", line, width, (theme.border, style))
}
