//! What a service has touched in a day, by tool, and what of it can be undone.

use remit_proto::v1::{BlastTool, GetBlastResponse};

use super::super::event::Fetch;
use super::super::paint::{Painter, Row};
use super::super::theme::Theme;
use super::super::when;
use super::chart::money;

/// Columns that the counts of a tool take.
const COUNTS: usize = 38;

/// In one line, of all tools together.
pub(super) fn line(painter: &Painter<'_>, service: &str) -> Row {
    let theme = painter.theme;
    let blast = painter.state.details.blast.as_deref().filter(|blast| blast.service == service);
    let Some(blast) = blast else {
        let failed = painter.state.details.failed.contains_key(&Fetch::Blast(service.to_owned()));
        let words = if failed { "not known" } else { "reading a day of the journal" };
        return Row::of("in 24h ", theme.dim).put(words, theme.warn);
    };
    let sum = |count: fn(&BlastTool) -> u32| blast.tools.iter().map(count).fold(0_u32, u32::saturating_add);
    let never = sum(|it| it.irreversible.saturating_add(it.out_of_window));
    let soon = sum(|it| it.closing_soon);
    Row::of(format!("in 24h{} ", age(painter, blast)), theme.dim)
        .put(format!("{} done, {} undoable, ", sum(|it| it.admitted), sum(|it| it.reversible)), theme.text)
        .put(format!("{soon} not for long, "), if soon == 0 { theme.text } else { theme.warn })
        .put(format!("{never} never, "), if never == 0 { theme.text } else { theme.crit })
        .put(format!("{} in doubt", sum(|it| it.in_doubt)), theme.text)
}

/// It is asked for seldom, so its age is said.
fn age(painter: &Painter<'_>, blast: &GetBlastResponse) -> String {
    format!(" ({} ago)", when::ago(when::millis(blast.at.as_ref()), painter.now.wall_ms))
}

/// What the lines below it are.
pub(super) fn title(painter: &Painter<'_>, service: &str) -> String {
    let blast = painter.state.details.blast.as_deref().filter(|blast| blast.service == service);
    format!("Touched in 24h{}", blast.map_or_else(String::new, |blast| age(painter, blast)))
}

/// A line for each tool under a line of headings, then what the rules of the blast radius sum up.
pub(super) fn rows(painter: &Painter<'_>, service: &str, width: usize) -> Vec<Row> {
    let theme = painter.theme;
    let details = &painter.state.details;
    let known = details.blast.as_deref().filter(|blast| blast.service == service);
    let Some(blast) = known else {
        let failed = details.failed.get(&Fetch::Blast(service.to_owned()));
        return match failed {
            Some(why) => vec![
                Row::of(why, theme.warn),
                Row::of(format!("remit blast {service} --since 24h"), theme.dim),
            ],
            None => vec![Row::of("reading a day of the journal", theme.dim)],
        };
    };
    if blast.tools.is_empty() {
        return vec![Row::of("nothing in a day", theme.dim)];
    }
    let heads = ["DONE", "UNDO", "SOON", "NEVER", "BACK", "DOUBT"];
    let name = width.saturating_sub(COUNTS).clamp(8, 16);
    let head = heads
        .into_iter()
        .fold(Row::new().cell("TOOL", name, theme.dim), |row, it| row.right(it, 5, theme.dim));
    let tools = blast.tools.iter().map(|tool| tool_row(tool, (blast, name), theme));
    let measures = blast.measures.iter().map(|it| {
        let different = if it.distinct { " different" } else { "" };
        Row::of(format!("{}: {}{different} of {}", it.name, it.total, it.of), theme.text)
    });
    std::iter::once(head).chain(tools).chain(measures).collect()
}

fn tool_row(tool: &BlastTool, (blast, name): (&GetBlastResponse, usize), theme: &Theme) -> Row {
    let never = tool.irreversible.saturating_add(tool.out_of_window);
    let warned = |count: u32, style| (count, if count == 0 { theme.text } else { style });
    let counts = [
        (tool.admitted, theme.text),
        (tool.reversible, theme.text),
        warned(tool.closing_soon, theme.warn),
        warned(never, theme.crit),
        (tool.undone, theme.text),
        warned(tool.in_doubt, theme.warn),
    ];
    let row = Row::new().cell(&tool.tool, name, theme.strong);
    counts
        .into_iter()
        .fold(row, |row, (count, style)| row.right(count.to_string(), 5, style))
        .put(money(tool.cost_micros, &blast.currency), theme.dim)
}
