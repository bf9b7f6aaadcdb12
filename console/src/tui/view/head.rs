//! The fixed rows: where we are and how much to trust it, what is wrong, what the last command became, which keys.

use ratatui::layout::Rect;
use ratatui::style::Style;
use remit_proto::v1::Level;

use super::super::hit::Tab;
use super::super::keymap::{self, Verb};
use super::super::keys::{self, Key};
use super::super::paint::{Painter, Row, STEP_MS};
use super::super::state::link::LinkState;
use super::super::state::overdue;
use super::super::state::receipt::Fate;
use super::super::state::{Focus, Prompt, Purpose};
use super::super::theme::Theme;
use super::super::when;
use crate::inert::Inert;

/// From so many columns on there is room for the views' names.
const THREE_PANES: u16 = 140;
/// How long a word to the operator stays.
const NOTICE_MS: u64 = 6_000;

pub(super) fn header(painter: &mut Painter<'_>, area: Rect) {
    let (state, theme) = (painter.state, painter.theme);
    let link = state.link.state(painter.now.tick_ms);
    let style = trust(link, theme);
    let age = age(painter);
    let unsure = if matches!(link, LinkState::Live | LinkState::Lagging) { "" } else { "?" };
    let count = |level: Level| state.switches().filter(|s| s.ceiling() == level).count();
    let who = state.who.as_ref().map_or("-", |who| who.operator.as_str());
    let (stops, safes, waits) = (count(Level::None), count(Level::Draft), state.pending().count());
    let place = Inert::from(&state.environment).truncated(16);
    let row = match (state.production, state.is_read_only(painter.now.tick_ms)) {
        (false, _) => Row::of(place, theme.strong),
        (true, true) => Row::of("PROD ", theme.crit).put(place, theme.crit).put(" READ ONLY", theme.held),
        (true, false) => {
            let left = state.write_until_ms.saturating_sub(painter.now.tick_ms).div_ceil(60_000);
            Row::of("PROD ", theme.crit).put(place, theme.crit).put(format!(" WRITE {left}m"), theme.crit)
        }
    };
    let row = row
        .put("|", theme.border)
        .put(format!("{link}{age}"), style)
        .put("|", theme.border)
        .put(Inert::from(who).truncated(14), theme.text)
        .put("|", theme.border)
        .put(format!("STOP {stops}{unsure}"), if stops == 0 { theme.text } else { theme.crit })
        .put(format!(" SAFE {safes}{unsure}"), if safes == 0 { theme.text } else { theme.held })
        .put("|", theme.border)
        .put(format!("QUEUE {waits}{unsure}"), if waits == 0 { theme.text } else { theme.warn })
        .put("|", theme.border)
        .put(when::time_of_day(Some(painter.clock_ms)), theme.text);
    let help = Row::of(state.keymap.words("<help> help"), theme.dim).width();
    let gap = usize::from(area.width).saturating_sub(help).saturating_sub(row.width());
    let row = if gap == 0 {
        row
    } else {
        row.put(" ".repeat(gap), theme.text).put(state.keymap.words("<help> help"), theme.dim)
    };
    painter.row(area, 0, &row);
}

/// How much to trust the picture.
pub(super) const fn trust(link: LinkState, theme: &Theme) -> Style {
    match link {
        LinkState::Live => theme.ok,
        LinkState::Connecting | LinkState::Lagging => theme.warn,
        LinkState::Stale | LinkState::Offline => theme.crit,
    }
}

/// How old the picture is; in a still console in whole steps, and nothing before the first.
pub(super) fn age(painter: &Painter<'_>) -> String {
    let step = u64::try_from(STEP_MS).unwrap_or(1);
    let ms = painter.state.link.age_ms(painter.now.tick_ms).filter(|ms| !painter.theme.still || step <= *ms);
    let shown =
        |ms: u64| if painter.theme.still { ms.saturating_sub(ms.checked_rem(step).unwrap_or(0)) } else { ms };
    ms.map_or_else(String::new, |ms| format!(" {}", when::span(shown(ms))))
}

pub(super) fn strip(painter: &mut Painter<'_>, area: Rect) {
    let (state, theme) = (painter.state, painter.theme);
    let mut row = Row::new();
    let fresh = |tick: u64| painter.now.tick_ms.saturating_sub(tick) < NOTICE_MS;
    if let Some(notice) = state.notice.as_ref().filter(|notice| fresh(notice.tick_ms)) {
        row = row.put("> ", theme.warn).put(&notice.words, theme.warn).put("   ", theme.text);
    }
    for (words, critical, known) in alerts(painter) {
        // Who looks at it stands beside it; what it is stays as loud as it was when it is critical.
        let style = match (critical, known) {
            (true, _) => theme.crit,
            (false, true) => theme.text,
            (false, false) => theme.warn,
        };
        row = row.put(words, style).put("   ", theme.text);
    }
    painter.row(area, 0, &row);
}

/// In words, whether it is critical, and whether somebody looks at all of it.
type Wrong = (String, bool, bool);

/// What is wrong, the worst first; what nobody looks at before the rest.
fn alerts(painter: &Painter<'_>) -> Vec<Wrong> {
    let (state, now) = (painter.state, painter.now);
    let mut alerts = Vec::new();
    if let Some(down) = state.link.broken() {
        let left = down.retry_tick_ms.saturating_sub(now.tick_ms);
        let link = state.link.state(now.tick_ms);
        let next = match left {
            0 => "trying now".to_owned(),
            _ => {
                let now = state.keymap.words("<retry> now");
                format!("try {} in {}, {now}", down.attempt.saturating_add(1), when::span(left))
            }
        };
        let words = format!("?? {link}, {next}: {}", down.reason);
        alerts.push((words, true, false));
    }
    if let Some(picture) = &state.picture {
        for domain in &picture.failed_domains {
            let words = format!("!! CRIT domain {domain}: journal failed, everything is refused");
            alerts.push((words, true, false));
        }
        if 0 < picture.in_doubt {
            alerts.push(told(painter, &format!("! WARN {} in doubt", picture.in_doubt), &["in_doubt"]));
        }
    }
    alerts.extend(seen(painter));
    alerts.extend(lacking(painter));
    let soon = |deadline: Option<i64>| deadline.is_some_and(|at| at.saturating_sub(now.wall_ms) < 300_000);
    let due = state.pending().filter(|e| soon(when::millis(e.deadline.as_ref()))).count();
    if 0 < due {
        alerts.push(told(painter, &format!("! WARN {due} escalation(s) lapse within 5m"), &["lapses_soon"]));
    }
    alerts.sort_by_key(|(_, critical, known)| (!critical, *known));
    alerts
}

/// What is said of some conditions, with who looks at them.
fn told(painter: &Painter<'_>, words: &str, conditions: &[&str]) -> Wrong {
    let (by, known) = painter.state.looked_at(conditions);
    (format!("{words}{by}"), false, known)
}

/// What only the control plane can know: tripwires and clauses, the first of each by name.
fn seen(painter: &Painter<'_>) -> Vec<Wrong> {
    let words = [("tripwire", "tripwire tripped"), ("clause_off", "clause lets canaries through")];
    let wrong = words.into_iter().filter_map(|(condition, words)| {
        let of: Vec<_> = painter.state.alerts().filter(|it| it.condition == condition).collect();
        let first = of.first()?;
        let more = if of.len() == 1 { String::new() } else { format!(" (+{})", of.len().saturating_sub(1)) };
        let sign = if first.critical { "!! CRIT" } else { "! WARN" };
        let words = format!("{sign} {words}: {}{more}", first.scope);
        let (words, _, known) = told(painter, &words, &[condition]);
        Some((words, first.critical, known))
    });
    wrong.collect()
}

/// Reasons that are owed and reviews that are overdue.
fn lacking(painter: &Painter<'_>) -> Vec<Wrong> {
    let (state, now) = (painter.state, painter.now.wall_ms);
    let mut alerts = Vec::new();
    let owed: Vec<_> = state.switches().filter_map(|it| Some((it, overdue::reason(it, now)?))).collect();
    // The one that is due first speaks for all.
    if let Some((first, (words, is_late))) =
        owed.iter().min_by_key(|(it, _)| when::millis(it.reason_due.as_ref()))
    {
        let more =
            if owed.len() == 1 { String::new() } else { format!(" (+{})", owed.len().saturating_sub(1)) };
        let sign = if *is_late { "!! CRIT" } else { "! WARN" };
        let words = format!("{sign} reason {words}: {}{more}", first.scope);
        let (words, _, known) = told(painter, &words, &["reason_owed", "reason_late"]);
        alerts.push((words, *is_late, known));
    }
    let late = state.switches().filter(|it| overdue::review(it, now).1).count();
    if 0 < late {
        alerts.push(told(painter, &format!("! WARN {late} review(s) OVERDUE"), &["review_overdue"]));
    }
    alerts
}

pub(super) fn receipt(painter: &mut Painter<'_>, area: Rect) {
    let (state, theme) = (painter.state, painter.theme);
    if let Focus::Prompt(Prompt { problem: Some(problem), .. }) = &state.focus {
        let row = Row::of("? ", theme.crit).put(problem.words.as_str(), theme.strong);
        painter.row(area, area.height.saturating_sub(1).into(), &row);
        return;
    }
    // What nobody knows the outcome of must not scroll away behind a later success.
    let Some(receipt) = state.receipts.unseen().or_else(|| state.receipts.last()) else { return };
    let (word, style, rest) = match &receipt.fate {
        Fate::Sent => ("SENT", theme.warn, String::new()),
        Fate::Working(what) => ("WORKING", theme.warn, what.clone()),
        Fate::Acked(what) => ("ACKED", theme.ok, what.clone()),
        Fate::Failed(why) => ("FAILED", theme.crit, why.clone()),
        Fate::Unknown(why) => {
            let id = &receipt.idempotency_id;
            ("UNKNOWN", theme.crit, format!("look before asking again; id {id} (Esc: seen) {why}"))
        }
        Fate::Tripped(what) => ("", theme.text, what.clone()),
    };
    let who = if matches!(receipt.fate, Fate::Tripped(_)) { " remitd: " } else { " you: " };
    let head = Row::of(when::time_of_day(Some(receipt.at_ms)), theme.dim)
        .put(who, theme.dim)
        .put(&receipt.words, theme.strong)
        .put(" ", theme.text)
        .put(word, style)
        .put(" ", theme.text);
    if area.height < 2 {
        painter.row(area, 0, &head.put(rest, theme.text));
    } else {
        painter.row(area, 0, &head);
        painter.row(area, 1, &Row::of("  ", theme.text).put(rest, theme.text));
    }
}

pub(super) fn keys(painter: &mut Painter<'_>, area: Rect) {
    let theme = painter.theme;
    let text = match &painter.state.focus {
        Focus::Prompt(prompt) => {
            let (sign, label) = match prompt.purpose {
                Purpose::Command => (":", "command"),
                Purpose::Filter => ("/", "filter"),
            };
            let before: String = prompt.input.value().chars().take(prompt.input.cursor()).collect();
            let column = Inert::from(before).width().saturating_add(1);
            let typed = prompt.input.value();
            // What is wrong stands out; where that is the end, the words say so.
            let at = prompt.problem.as_ref().map_or(0..0, |problem| problem.at.clone());
            let part = |range| typed.get::<std::ops::Range<usize>>(range).unwrap_or_default();
            let row = Row::of(sign, theme.strong)
                .put(part(0..at.start), theme.field)
                .put(part(at.start..at.end), theme.crit)
                .put(part(at.end..typed.len()), theme.field)
                .put(format!("   [{label}: Enter runs, Esc leaves]"), theme.dim);
            painter.row(area, 0, &row);
            let x = u16::try_from(column).unwrap_or(u16::MAX).min(area.width.saturating_sub(1));
            painter.hits.cursor = Some((x, area.y));
            return;
        }
        Focus::Card(_) => {
            "Esc leaves, nothing is done   Tab next field   Enter alone decides nothing".to_owned()
        }
        Focus::Help(_) => painter.state.keymap.words("<down> <up> scroll   any other key closes"),
        Focus::Copy => "copy: i the id   r the row   p the whole page   any other key leaves".to_owned(),
        Focus::Jump => "the letter of a row puts the cursor there; any other key leaves".to_owned(),
        Focus::Page if painter.state.drawn.has_tabs => return tabs(painter, area),
        Focus::Page => {
            let page = painter.state.nav.page();
            let key = |verb: Verb| painter.state.keymap.key_of(verb, page);
            let views: Vec<_> = keymap::VIEWS.iter().filter_map(|(verb, ..)| key(*verb)).collect();
            format!("{} views  {}", span(&views), hints(painter))
        }
    };
    painter.row(area, 0, &Row::of(text, theme.dim));
}

/// The keys of this place, from the live keymap.
fn hints(painter: &Painter<'_>) -> String {
    let page = painter.state.nav.page();
    let wanted = [
        (Verb::Approve, "approve.."),
        (Verb::Deny, "deny.."),
        (Verb::Freeze, "freeze"),
        (Verb::Act, "act.."),
        (Verb::Open, "open"),
        (Verb::Back, "back"),
        (Verb::Filter, "filter"),
        (Verb::CommandLine, "cmd"),
    ];
    let key = |verb: Verb| painter.state.keymap.key_of(verb, page);
    let shown =
        wanted.into_iter().filter_map(|(verb, label)| Some(format!("{} {label}", keys::name(key(verb)?))));
    shown.collect::<Vec<_>>().join("  ")
}

/// The views by key, and by name where there is room, and where each stands; then the keys of this place.
fn tabs(painter: &mut Painter<'_>, area: Rect) {
    let (state, theme) = (painter.state, painter.theme);
    let mut row = Row::new();
    for (verb, page, name) in keymap::VIEWS {
        let Some(key) = state.keymap.key_of(*verb, state.nav.page()) else { continue };
        let key = keys::name(key);
        let words = if area.width < THREE_PANES { format!(" {key} ") } else { format!(" {key} {name} ") };
        let column = |width: usize| area.x.saturating_add(u16::try_from(width).unwrap_or(u16::MAX));
        let from = column(row.width());
        row = row.put(words, if state.nav.page() == page { theme.selected } else { theme.strong });
        let columns = from..column(row.width());
        painter.hits.tabs.push(Tab { row: area.y, columns, page: page.clone() });
    }
    painter.row(area, 0, &row.put(format!(" {}", hints(painter)), theme.dim));
}

/// Keys in a few letters: `1-8` where each follows the one before, all of them where not.
fn span(found: &[Key]) -> String {
    let code = |key: &Key| if let Key::Char(letter) = key { Some(u32::from(*letter)) } else { None };
    let follow = found.windows(2).all(|two| match two {
        [one, next] => {
            code(one).and_then(|one| one.checked_add(1)).is_some_and(|next_to| code(next) == Some(next_to))
        }
        _ => false,
    });
    let names: Vec<_> = found.iter().map(|key| keys::name(*key)).collect();
    match names.as_slice() {
        [first, .., last] if follow => format!("{first}-{last}"),
        names => names.join(" "),
    }
}
