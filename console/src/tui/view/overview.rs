//! Overview: every service with its ceiling, budget and pace; switches, the last decisions, the one under the cursor.

use ratatui::layout::Rect;
use ratatui::style::Style;
use remit_proto::v1::{DecisionUpdate, Level, RollbackProgress, Service, decision_update::What};

use super::super::paint::{Painter, Row, take_bottom, take_right, take_top};
use super::super::state::facts::{ceiling, level};
use super::super::theme::Theme;
use super::super::when;
use super::chart::{gauge, money, sparkline, windows};
use super::facts::status;
use super::{WIDE, clauses, switches};

pub(super) fn paint(painter: &mut Painter<'_>, mut body: Rect) {
    let state = painter.state;
    let rows = state.rows();
    let all = state.services().count();
    if WIDE <= body.width {
        let columns = body.width.saturating_mul(2) / 5;
        let right = take_right(&mut body, columns);
        recent(painter, right);
    }
    let detail = take_bottom(&mut body, 5);
    let hidden = state.filter_words(all.saturating_sub(rows.len()));
    let title = format!("{}   {} service(s){hidden}", state.keymap.words("<overview> Overview"), rows.len());
    let mut list = painter.rule(body, &title);
    let head = take_top(&mut list, 1);
    let theme = painter.theme;
    painter.row(head, 0, &columns(theme.dim));
    let under = list.height.saturating_sub(u16::try_from(rows.len()).unwrap_or(u16::MAX).max(3)).min(6);
    let below = take_bottom(&mut list, under);
    let shown: Vec<_> =
        rows.iter().filter_map(|object| state.service(&object.id)).map(|s| service_row(s, painter)).collect();
    let selected = state.selected_row().map(|(index, _)| index);
    if shown.is_empty() {
        let words =
            if state.picture.is_none() { "waiting for the first picture" } else { "no service to show" };
        painter.row(list, 0, &Row::of(words, theme.dim));
    }
    painter.list(list, &shown, selected);
    switches::summary(painter, below);
    let chosen = selected.and_then(|index| rows.get(index)).and_then(|object| state.service(&object.id));
    match chosen {
        Some(service) => selected_service(painter, detail, service),
        None => recent(painter, detail),
    }
}

fn columns(style: Style) -> Row {
    Row::new()
        .cell("STATE", 7, style)
        .cell("SERVICE", 17, style)
        .cell("CONTRACT", 8, style)
        .cell("CEILING", 9, style)
        .cell("BUDGET", 13, style)
        .right("RUNS", 4, style)
        .right("HELD", 4, style)
        .put("PER MINUTE", style)
}

fn service_row(service: &Service, painter: &Painter<'_>) -> Row {
    let theme = painter.theme;
    let (word, style) = condition(service, painter);
    let pace = service
        .admitted_per_minute
        .saturating_add(service.denied_per_minute)
        .saturating_add(service.escalated_per_minute);
    Row::new()
        .cell(word, 7, style)
        .cell(&service.name, 17, theme.strong)
        .cell(&service.contract_version, 8, theme.text)
        .cell(
            level(service.ceiling()),
            9,
            if service.ceiling() < service.autonomy() { theme.held } else { theme.text },
        )
        .cell(gauge(service.budget.as_ref(), 6), 13, theme.text)
        .right(service.open_runs.to_string(), 4, theme.text)
        .right(service.pending_escalations.to_string(), 4, theme.text)
        .right(pace.to_string(), 4, theme.text)
        .put(
            sparkline(&service.decisions, if painter.buffer.area.width < WIDE { 6 } else { 20 }, theme.ascii),
            theme.ok,
        )
}

/// The one word for how a service is, the worst reason first.
pub(super) fn condition(service: &Service, painter: &Painter<'_>) -> (&'static str, Style) {
    let theme = painter.theme;
    let failed = painter.state.picture.as_ref().is_some_and(|p| p.failed_domains.contains(&service.domain));
    if failed {
        return ("!! FAIL", theme.crit);
    }
    match service.ceiling() {
        Level::None => ("x STOP", theme.crit),
        _ if service.delegation_lacks == "delegation_not_begun" => ("x EARLY", theme.crit),
        _ if !service.delegation_lacks.is_empty() => ("x ENDED", theme.crit),
        held if held < service.autonomy() && held != Level::Unspecified => ("|| SAFE", theme.held),
        _ if !clauses::alarms(service).is_empty() => ("!CLAUSE", theme.crit),
        _ if 0 < service.in_doubt => ("? DOUBT", theme.warn),
        _ if 0 < service.pending_escalations => ("! ASKS", theme.warn),
        Level::Unspecified | Level::Read | Level::Draft | Level::Recommend | Level::Execute => {
            ("ok", theme.ok)
        }
    }
}

/// The clauses that let through what they must refuse; nothing where all hold.
fn broken(service: &Service) -> String {
    let off = clauses::alarms(service);
    if off.is_empty() { String::new() } else { format!("   ! CLAUSE OFF {}", off.join(" ")) }
}

/// What somebody must look into; nothing where nothing was tried.
fn security(findings: u64) -> String {
    if findings == 0 {
        return String::new();
    }
    format!("   ! SECURITY {findings} forbidden by name")
}

/// Why its delegation enables nothing now; nothing while it stands.
pub(super) fn delegation(service: &Service) -> String {
    let day = |at| when::day(when::millis(at));
    match service.delegation_lacks.as_str() {
        "" => String::new(),
        "delegation_ended" => {
            format!("   x DELEGATION ended {}", day(service.enabled_until.as_ref()))
        }
        "delegation_not_begun" => {
            format!("   x DELEGATION begins {}", day(service.enabled_on.as_ref()))
        }
        other => format!("   x DELEGATION {other}"),
    }
}

fn selected_service(painter: &mut Painter<'_>, area: Rect, service: &Service) {
    let theme = painter.theme;
    let inner = painter.rule(area, &service.name);
    let budget = service.budget.clone().unwrap_or_default();
    let last = when::millis(service.last_decision_at.as_ref());
    let rows = [
        Row::of(&service.purpose, theme.text),
        Row::of(
            format!(
                "per minute: {} admitted, {} denied, {} escalated; in all {} / {} / {}",
                service.admitted_per_minute,
                service.denied_per_minute,
                service.escalated_per_minute,
                service.admitted,
                service.denied,
                service.escalated
            ),
            theme.text,
        )
        .put(windows(&service.windows), theme.text),
        Row::of(
            format!(
                "spent {}, held {} of {}  calls {}/{}  in flight {}  in doubt {}",
                money(budget.spent_micros, &budget.currency),
                money(budget.held_micros, &budget.currency),
                money(budget.limit_micros, &budget.currency),
                budget.calls,
                budget.calls_limit,
                service.in_flight,
                service.in_doubt
            ),
            theme.text,
        ),
        Row::of(format!("last decision {} ago  ", when::ago(last, painter.now.wall_ms)), theme.dim)
            .put(&service.last_reason, theme.text)
            .put(broken(service), theme.crit)
            .put(security(service.security_findings), theme.crit)
            .put(delegation(service), theme.crit)
            .put(format!("   owner {}", service.owner), theme.dim),
    ];
    painter.rows(inner, &rows);
}

fn recent(painter: &mut Painter<'_>, area: Rect) {
    let inner = painter.rule(area, "Last decisions");
    let theme = painter.theme;
    let rows: Vec<_> = painter.state.recent.iter().map(|update| update_row(update, theme)).collect();
    if rows.is_empty() {
        painter.row(inner, 0, &Row::of("nothing since this console connected", theme.dim));
    }
    painter.rows(inner, &rows);
}

fn update_row(update: &DecisionUpdate, theme: &Theme) -> Row {
    let row = Row::of(when::time_of_day(when::millis(update.at.as_ref())), theme.dim).put(" ", theme.text);
    match &update.what {
        Some(What::Escalation(e)) => {
            let word = status(e.status().as_str_name(), "ESCALATION_STATUS_");
            row.put(format!("ask {word} "), theme.held)
                .put(format!("{} {} {}", e.service, e.tool, e.id), theme.text)
        }
        Some(What::SwitchSet(s)) => row
            .put(format!("{} ", ceiling(s.ceiling())), theme.crit)
            .put(format!("{} by {}", s.scope, s.by), theme.text),
        Some(What::SwitchChanged(s)) => {
            let words = match &s.requested {
                Some(first) => format!("{} wants it lifted: a second person must", first.by),
                None => s.reason.clone(),
            };
            row.put("switch ", theme.held).put(format!("{} {words}", s.scope), theme.text)
        }
        Some(What::SwitchReleased(s)) => {
            row.put("released ", theme.ok).put(format!("{} by {}", s.scope, s.by), theme.text)
        }
        Some(What::InDoubt(a)) => {
            row.put("? in doubt ", theme.warn).put(format!("{} {} {}", a.service, a.tool, a.id), theme.text)
        }
        Some(What::Tripped(t)) => row
            .put("! tripwire ", theme.crit)
            .put(format!("{} {}: {}", t.scope, t.wire, t.figures), theme.text),
        Some(What::RunEnded(r)) => {
            let word = status(r.status().as_str_name(), "RUN_STATUS_");
            row.put(format!("run {word} "), theme.text)
                .put(format!("{} {} {}", r.service, r.name, r.reason), theme.text)
        }
        Some(What::Rollback(r)) => row
            .put("undo ", theme.held)
            .put(format!("{} ", r.state), if r.state == "parked" { theme.crit } else { theme.strong })
            .put(format!("run {} {}", r.run, rollback_words(r)), theme.text),
        None => row.put("an update this console does not know", theme.dim),
    }
}

fn rollback_words(told: &RollbackProgress) -> String {
    match told.state.as_str() {
        "closed" => format!("{} undone, {} parked, {} skipped", told.undone, told.parked, told.skipped),
        "parked" => format!("with {}: {}", told.owner, told.note),
        _ => told.note.clone(),
    }
}
