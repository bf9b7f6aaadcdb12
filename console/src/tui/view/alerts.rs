//! Alerts: what wants a person's eye, the worst first, and who looks at it. An acknowledged one stays where it is.

use ratatui::layout::Rect;
use ratatui::style::Style;
use remit_proto::v1::Alert;

use super::super::paint::{Painter, Row, take_bottom, take_top};
use super::super::theme::Theme;
use super::super::when;
use super::facts::wrapped;

/// Lines of the chosen alert, with its rule.
const DETAIL: u16 = 8;

pub(super) fn paint(painter: &mut Painter<'_>, mut body: Rect) {
    let (state, theme) = (painter.state, painter.theme);
    let objects = state.rows();
    let detail = take_bottom(&mut body, DETAIL);
    let all = state.alerts().count();
    let alone = state.alerts().filter(|it| it.acknowledged.is_none()).count();
    let more = state.picture.as_ref().map_or(0, |picture| picture.more_alerts);
    let more = if more == 0 { String::new() } else { format!("   {more} more: remit get alerts") };
    let hidden = state.filter_words(all.saturating_sub(objects.len()));
    let heading = state.keymap.words("<acknowledge> Alerts");
    let title = format!("{heading}   {all} stand, nobody looks at {alone}{hidden}{more}");
    let mut list = painter.rule(body, &title);
    let head = take_top(&mut list, 1);
    let dim = theme.dim;
    let columns = Row::new().cell("", 5, dim).cell("SINCE", 7, dim).cell("LOOKS", 12, dim);
    painter.row(head, 0, &columns.cell("SCOPE", 26, dim).put("WHAT", dim));
    let shown: Vec<_> = objects.iter().filter_map(|object| state.alert(&object.id)).collect();
    let rows: Vec<_> = shown.iter().map(|alert| line(painter, alert)).collect();
    if rows.is_empty() {
        let words = if state.picture.is_some() { "none: nothing wants your eye" } else { "not known yet" };
        painter.row(list, 0, &Row::of(words, theme.dim));
    }
    let selected = state.selected_row().map(|(index, _)| index);
    painter.list(list, &rows, selected);
    if let Some(alert) = selected.and_then(|index| shown.get(index)) {
        let inner = painter.rule(detail, &alert.id);
        let mut rows = about(painter, alert, usize::from(inner.width));
        let how = "<acknowledge> says that you look at it, <act> stops, <open> shows what it is about";
        rows.push(Row::of(state.keymap.words(how), theme.dim));
        painter.rows(inner, &rows);
    }
}

fn line(painter: &Painter<'_>, alert: &Alert) -> Row {
    let theme = painter.theme;
    let (word, style) = severity(alert, theme);
    let since = when::ago(when::millis(alert.since.as_ref()), painter.now.wall_ms);
    let (by, whose) = match &alert.acknowledged {
        Some(known) => (known.by.as_str(), theme.text),
        None if alert.locked.is_empty() => ("nobody", theme.warn),
        None => ("-", theme.dim),
    };
    Row::new()
        .cell(word, 5, style)
        .cell(since, 7, theme.text)
        .cell(by, 12, whose)
        .cell(&alert.scope, 26, theme.strong)
        .put(&alert.text, theme.text)
}

const fn severity(alert: &Alert, theme: &Theme) -> (&'static str, Style) {
    if alert.critical { ("CRIT", theme.crit) } else { ("WARN", theme.warn) }
}

/// All that there is to say of one.
fn about(painter: &Painter<'_>, alert: &Alert, width: usize) -> Vec<Row> {
    let theme = painter.theme;
    let (word, style) = severity(alert, theme);
    let at = when::millis(alert.since.as_ref());
    let since = match at {
        None => "since this control plane has started at the latest".to_owned(),
        Some(_) => format!("since {}, {} ago", when::time_of_day(at), when::ago(at, painter.now.wall_ms)),
    };
    let what = format!("{word} {} {}", alert.condition, alert.about);
    let styles = (theme.dim, theme.text);
    let mut rows = wrapped("what    ", &what, width, (theme.dim, style));
    rows.extend(wrapped("        ", &alert.text, width, styles));
    rows.extend(wrapped("where   ", &format!("{}, {since}", alert.scope), width, styles));
    let looks = match &alert.acknowledged {
        Some(known) => {
            let at = when::millis(known.at.as_ref());
            format!("{} since {}: {}", known.by, when::time_of_day(at), known.reason)
        }
        None if alert.locked.is_empty() => "nobody".to_owned(),
        None => alert.locked.clone(),
    };
    rows.extend(wrapped("looks   ", &looks, width, styles).into_iter().take(2));
    rows
}

/// What the card says of it.
pub(super) fn card_rows(painter: &Painter<'_>, alert: &Alert, width: usize) -> Vec<Row> {
    let theme = painter.theme;
    let mut rows = wrapped("id      ", &alert.id, width, (theme.dim, theme.strong));
    rows.extend(about(painter, alert, width));
    let then =
        "everybody sees that you look at it, and so does the audit; it stands until its condition ends";
    rows.extend(wrapped("then    ", then, width, (theme.dim, theme.text)));
    rows
}
