//! How long it takes to undo ten thousand effects over five hundred runs, while one order in ten is not cancelled and the
//! power is cut again and again.
//!
//! `cargo bench -p remit-tests --bench undo [-- --runs N --steps N --refuse PERCENT --crashes N --seed N] [-- --json]`.
//! `remitd` is a process of its own that is killed (SIGKILL) at random moments and started again; the tool keeps a log of
//! its own. Whatever is lost, doubled, forgotten or parked without a refusal ends it with a panic.

use std::io::Write as _;

use remit_tests::undoing::{Asked, Undoing, play};

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// `remitd`, as cargo has built it beside this.
const REMITD: &str = env!("CARGO_BIN_EXE_remitd-under-test");

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().collect();
    let after = |flag: &str| arguments.iter().skip_while(|it| *it != flag).nth(1);
    let number = |flag: &str, default: usize| after(flag).map_or(Ok(default), |text| text.parse());
    let asked = Asked {
        runs: number("--runs", 500)?,
        steps: number("--steps", 20)?,
        refuse: u64::try_from(number("--refuse", 10)?)?,
        crashes: number("--crashes", 20)?,
        seed: u64::try_from(number("--seed", 7)?)?,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let found = runtime.block_on(play(REMITD, asked));
    let mut out = std::io::stdout().lock();
    if arguments.iter().any(|argument| argument == "--json") {
        writeln!(out, "{}", json(asked, found))?;
    } else {
        writeln!(out, "{}", table(asked, found))?;
    }
    Ok(())
}

/// Of the walk alone, without the restarts.
fn per_second(found: Undoing) -> f64 {
    let walking = found.took.saturating_sub(found.restarting).as_secs_f64();
    f64::from(u32::try_from(found.effects).unwrap_or(u32::MAX)) / walking
}

const fn build() -> &'static str {
    if cfg!(debug_assertions) { "debug" } else { "optimised" }
}

fn table(asked: Asked, found: Undoing) -> String {
    format!(
        "| undone | power cuts | on their way then | undone | parked | refused | doubled or lost | time | of that restarts | effects/s | build |\n\
         |---|--:|--:|--:|--:|--:|--:|--:|--:|--:|---|\n\
         | {} runs × {} steps | {} | {} | {} | {} | {} | 0 | {:.1} s | {:.1} s | {:.0} | {} |",
        asked.runs,
        asked.steps,
        asked.crashes,
        found.cut_off,
        found.undone,
        found.parked,
        found.refused,
        found.took.as_secs_f64(),
        found.restarting.as_secs_f64(),
        per_second(found),
        build(),
    )
}

fn json(asked: Asked, found: Undoing) -> serde_json::Value {
    serde_json::json!({
        "runs": asked.runs,
        "steps": asked.steps,
        "crashes": asked.crashes,
        "cut_off": found.cut_off,
        "undone": found.undone,
        "parked": found.parked,
        "refused": found.refused,
        "took_ms": u64::try_from(found.took.as_millis()).unwrap_or(u64::MAX),
        "restarting_ms": u64::try_from(found.restarting.as_millis()).unwrap_or(u64::MAX),
        "effects_per_second": per_second(found),
        "build": build(),
    })
}
