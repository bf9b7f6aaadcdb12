//! Small drawings of numbers: a gauge, a sparkline, money.

use remit_proto::v1::{Budget, CostNode};

/// `[######....]  62%` of the money, or that there is no limit. `cells` is the width between the brackets.
#[must_use]
pub(super) fn gauge(budget: Option<&Budget>, cells: usize) -> String {
    let used = budget.map_or(0, |b| b.spent_micros.saturating_add(b.held_micros));
    gauge_of(used, budget.map_or(0, |b| b.limit_micros), cells)
}

/// The same of anything that can be counted.
#[must_use]
pub(super) fn gauge_of(used: u64, limit: u64, cells: usize) -> String {
    match percent(used, limit) {
        None => format!("[{:^cells$}]    -", "none"),
        Some(percent) => {
            let filled =
                usize::try_from(percent).unwrap_or(usize::MAX).saturating_mul(cells).div_ceil(100).min(cells);
            let over = if 100 < percent { ">" } else { "" };
            let bar = format!("{}{over}", "#".repeat(filled.saturating_sub(over.len())));
            format!("[{bar:.<cells$}] {percent:>3}%")
        }
    }
}

/// `hour [###.]  67%  domain's day [....]   3%` of the budgets above a run, with two blanks before each.
#[must_use]
pub(super) fn windows(nodes: &[CostNode]) -> String {
    let shown = nodes.iter().map(|node| {
        let budget = Budget {
            spent_micros: node.spent_micros,
            held_micros: node.held_micros,
            limit_micros: node.limit_micros.unwrap_or(0),
            ..Budget::default()
        };
        let of = if node.kind == "domain" { "domain's " } else { "" };
        format!("  {of}{} {}", node.window, gauge(Some(&budget), 4))
    });
    shown.collect()
}

/// `part` of `whole` in whole percent; none when there is no whole.
#[must_use]
pub(super) fn percent(part: u64, whole: u64) -> Option<u64> {
    part.saturating_mul(100).checked_div(whole)
}

/// The last `cells` values as bars, relative to the largest of them.
#[must_use]
pub(super) fn sparkline(values: &[u32], cells: usize, ascii: bool) -> String {
    const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    const SIGNS: [char; 8] = [',', ':', '-', '=', '+', '*', '#', '@'];
    let bars = if ascii { SIGNS } else { BARS };
    let tail = values.get(values.len().saturating_sub(cells)..).unwrap_or_default();
    let most = u64::from(tail.iter().copied().max().unwrap_or(0)).max(1);
    let bar = |value: u32| {
        if value == 0 {
            return '.';
        }
        let step = u64::from(value).saturating_mul(7).checked_div(most).unwrap_or(0);
        bars.get(usize::try_from(step).unwrap_or(7)).copied().unwrap_or('#')
    };
    format!("{:>cells$}", tail.iter().map(|value| bar(*value)).collect::<String>())
}

/// Micro-units as an amount: `EUR 3.25`, with as many decimals as are needed and two at least.
#[must_use]
pub(super) fn money(micros: u64, currency: &str) -> String {
    let fraction = format!("{:06}", micros % 1_000_000);
    let short = fraction.trim_end_matches('0');
    format!("{currency} {}.{short:0<2}", micros / 1_000_000).trim_start().to_owned()
}
