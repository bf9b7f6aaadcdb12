//! The pure half of one decision, in nanoseconds: prepare (schema, evidence, policies) and decide.
//!
//! `cargo bench -p remit-tests --bench decide [-- --json]`. Cases take turns within each round, so that
//! noise of the machine meets all of them alike; a figure is the median of the rounds.

use std::{
    hint::black_box,
    io::Write as _,
    time::{Duration, Instant},
};

use remit_contract::CompiledContract;
use remit_core::{CanonicalJson, handle};

mod check;
#[path = "../workload/contract.rs"]
mod contract;
mod scene;

use scene::{Scene, Step, propose};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

type Failure = Box<dyn std::error::Error>;

const ROUNDS: usize = 15;
/// Calls of one case in one round.
const CALLS: u32 = 2_000;

/// Whom the policies beyond the first ten speak about.
#[derive(Clone, Copy, Debug)]
enum Spread {
    /// The other actions only.
    Elsewhere,
    /// Every action alike, the measured one too.
    Evenly,
}

/// What is measured.
struct Case {
    name: &'static str,
    /// Policies of the contract.
    policies: usize,
    spread: Spread,
    /// How far a call goes.
    step: Step,
    /// Runs that are open, the measured one among them.
    open: u32,
    rules: Rules,
}

/// What of clauses 5 and 6 the contract says beyond schema, effect, prices and a run's money and calls.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Rules {
    /// Nothing.
    None,
    /// That runs end which go in circles, get nowhere or are not worth it; and how many calls go at a time.
    Course,
    /// All of it, and what the domain's file can say: rates, bulkhead, breaker, budgets of run, service and domain in
    /// their windows, tokens, time and calls of single tools, loops, value, throttles.
    All,
}

const fn case(name: &'static str, policies: usize, spread: Spread, step: Step) -> Case {
    Case { name, policies, spread, step, open: 1, rules: Rules::None }
}

const fn turn(name: &'static str, open: u32, rules: Rules) -> Case {
    Case { name, policies: 10, spread: Spread::Elsewhere, step: Step::Turn, open, rules }
}

const CASES: [Case; 13] = [
    case("parse, canonicalise and digest 230 B", 10, Spread::Elsewhere, Step::Parse),
    case("prepare, 10 policies", 10, Spread::Elsewhere, Step::Prepare),
    case("decide, no switch", 10, Spread::Elsewhere, Step::Decide { switches: 0 }),
    case("decide, five switches", 10, Spread::Elsewhere, Step::Decide { switches: 5 }),
    case("prepare + decide, 10 policies", 10, Spread::Elsewhere, Step::Whole),
    case(
        "prepare + decide, 1,000 policies, the others about other actions",
        1_000,
        Spread::Elsewhere,
        Step::Whole,
    ),
    case("prepare + decide, 1,000 policies, 125 about each effect", 1_000, Spread::Evenly, Step::Whole),
    case("fold the decision into the state", 10, Spread::Elsewhere, Step::Fold),
    case(
        "prepare + decide, 100 policies, the others about other actions",
        100,
        Spread::Elsewhere,
        Step::Whole,
    ),
    turn("decide and fold, 10 open runs", 10, Rules::None),
    turn("decide and fold, 10,000 open runs", 10_000, Rules::None),
    turn("decide and fold, 10 open runs; loops, value and concurrency", 10, Rules::Course),
    turn("decide and fold, 10 open runs; clauses 5 and 6 in full", 10, Rules::All),
];

fn main() -> Result<(), Failure> {
    let json = std::env::args().any(|argument| argument == "--json");
    let scenes = CASES
        .iter()
        .map(|case| Scene::new(compile(case)?, case.step, (case.open, case.rules)))
        .collect::<Result<Vec<_>, Failure>>()?;
    let mut rounds = vec![Vec::with_capacity(ROUNDS); CASES.len()];
    for _ in 0..ROUNDS {
        for (scene, figures) in scenes.iter().zip(&mut rounds) {
            figures.push(scene.nanoseconds(CALLS)?);
        }
    }
    let medians: Vec<f64> = rounds.iter().map(|figures| median(figures)).collect();
    let ratio = |case: usize, base: usize| {
        let pairs = rounds.get(case).into_iter().flatten().zip(rounds.get(base).into_iter().flatten());
        median(&pairs.map(|(case, base)| case / base).collect::<Vec<f64>>())
    };
    let ratios = [
        ("100 policies about other actions, over 10 (bar: at most 1.3)", ratio(8, 4)),
        ("1,000 policies about other actions, over 10 (bar: at most 1.3)", ratio(5, 4)),
        ("1,000 policies, 125 about the action, over 10", ratio(6, 4)),
        ("five switches over none, decide alone", ratio(3, 2)),
        ("10,000 open runs over 10, decide and fold (bar: at most 1.2)", ratio(10, 9)),
        ("loops, value and concurrency over none, decide and fold", ratio(11, 9)),
        ("clauses 5 and 6 in full over the skeleton's, decide and fold", ratio(12, 9)),
    ];
    let checks = check::milliseconds()?;
    let mut out = std::io::stdout().lock();
    if json {
        let named = CASES.iter().map(|case| case.name).zip(&medians);
        let nanoseconds: serde_json::Map<_, _> =
            named.map(|(name, ns)| (name.to_owned(), (*ns).into())).collect();
        let ratios: serde_json::Map<_, _> =
            ratios.iter().map(|(name, it)| ((*name).to_owned(), (*it).into())).collect();
        let checks: serde_json::Map<_, _> = checks.into_iter().map(|(name, ms)| (name, ms.into())).collect();
        let found =
            serde_json::json!({ "nanoseconds": nanoseconds, "ratios": ratios, "check_milliseconds": checks });
        writeln!(out, "{found}")?;
        return Ok(());
    }
    writeln!(out, "| {:<66} | {:>9} |\n|{:-<68}|{:->10}:|", "what", "ns", "", "")?;
    for (Case { name, .. }, ns) in CASES.iter().zip(&medians) {
        writeln!(out, "| {name:<66} | {ns:>9.0} |")?;
    }
    for (name, ratio) in ratios {
        writeln!(out, "| {name:<66} | {ratio:>8.2}× |")?;
    }
    for (name, ms) in checks {
        let what = format!("check `{name}` (bar: under 100 ms)");
        writeln!(out, "| {what:<66} | {ms:>6.1} ms |")?;
    }
    Ok(())
}

fn compile(case: &Case) -> Result<CompiledContract, Failure> {
    let mut about = contract::OTHERS.to_vec();
    match case.spread {
        Spread::Elsewhere => {}
        Spread::Evenly => about.push(contract::TOOL),
    }
    let policies = contract::policies(case.policies, &about);
    let mut document = contract::yaml("http://127.0.0.1:9");
    match case.rules {
        Rules::None => {}
        Rules::Course => {
            document = document
                .replace("  prices:\n", COURSE)
                .replace("      effect: ", "      concurrency: 1000000\n      effect: ");
        }
        Rules::All => {
            document = document
                .replace("  run: { spend: 1000000.00, calls: 1000000000 }\n", BUDGETS)
                .replace("  prices:\n", COURSE)
                .replace("      effect: ", TOOLING);
        }
    }
    remit_contract::compile(&document, &policies)
        .map_err(|problems| problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n").into())
}

/// What a tool may do at a time and lately; none of it is reached.
const TOOLING: &str = "      rate: 1000000/s
      concurrency: 1000000
      breaker: { failures: 3, of: 20, open_for: 30s, probe: account.read }
      effect: ";

/// Budgets of the run and of the service; none of them is used up.
const BUDGETS: &str = "  run:
    spend: 1000000.00
    calls: 1000000000
    tokens: 1000000000
    wall_time: 24h
    tools: { order.refund: 1000000000 }
  service:
    spend: { hour: 1000000, day: 2000000 }
    calls: { second: 1000000, hour: 1000000000, day: 2000000000 }
";

/// The rules of a run's course, none of which ends the measured one.
const COURSE: &str = r#"  loop: { same_call: 3, cycle: { length: 8, repeats: 3 }, no_progress: 1000 }
  value: { reported: "account.read:/limit_minor", unit: 0.01, at_most: 0.5 }
  prices:
"#;

fn median(figures: &[f64]) -> f64 {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}

impl Scene {
    /// The mean time of one of so many calls.
    fn nanoseconds(&self, count: u32) -> Result<f64, Failure> {
        let mut state = self.state.clone();
        let mut elapsed = Duration::ZERO;
        let mut timed = |work: &mut dyn FnMut() -> Result<(), Failure>| {
            let started = Instant::now();
            let done = work();
            elapsed = elapsed.saturating_add(started.elapsed());
            done
        };
        let mut calls = self.calls(count)?;
        match self.step {
            Step::Parse => timed(&mut || {
                for call in &calls {
                    black_box(CanonicalJson::parse(&call.text)?);
                }
                Ok(())
            })?,
            Step::Prepare => timed(&mut || {
                for call in &calls {
                    black_box(self.contract.assess(&call.proposal, &call.value, &self.facts));
                }
                Ok(())
            })?,
            Step::Decide { .. } => timed(&mut || {
                for call in calls.drain(..) {
                    black_box(handle(&state, call.into_command(), self.now)?);
                }
                Ok(())
            })?,
            Step::Whole => timed(&mut || {
                for call in calls.drain(..) {
                    let assessment = self.contract.assess(&call.proposal, &call.value, &self.facts);
                    let command = propose(call.proposal, assessment, call.escalation);
                    black_box(handle(&state, command, self.now)?);
                }
                Ok(())
            })?,
            Step::Turn => timed(&mut || {
                for call in calls.drain(..) {
                    for event in handle(&state, call.into_command(), self.now)? {
                        state.apply(&event, self.now);
                    }
                }
                Ok(())
            })?,
            Step::Fold => {
                let decided = calls.drain(..).map(|call| handle(&self.state, call.into_command(), self.now));
                let events = decided.collect::<Result<Vec<_>, _>>()?.concat();
                timed(&mut || {
                    for event in &events {
                        state.apply(event, self.now);
                    }
                    Ok(())
                })?;
            }
        }
        Ok(elapsed.as_secs_f64() * 1e9 / f64::from(count))
    }
}
