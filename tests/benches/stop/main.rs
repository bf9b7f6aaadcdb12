//! How long a stop takes while a thousand calls are in flight and others go on asking, and what is admitted after it.
//!
//! `cargo bench -p remit-tests --bench stop [-- --rounds N] [-- --in-flight N] [-- --json]`. In every round so many
//! calls wait for a tool that does not answer yet, eight callers ask without a pause, and one person stops the
//! service. At the end the journal itself is searched for what was admitted between a stop and its release.

use std::io::Write as _;

use remit_core::{DomainName, Event};
use remit_journal::Journal;
use remit_tests::admit::is_admit;
use tokio::runtime::Builder;

#[path = "../workload/contract.rs"]
mod contract;
mod round;
mod site;
mod tool;

use round::Round;
use site::Site;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

type Failure = Box<dyn std::error::Error + Send + Sync>;

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().collect();
    let after = |flag: &str| arguments.iter().skip_while(|it| *it != flag).nth(1);
    let rounds: usize = after("--rounds").map_or(Ok(200), |text| text.parse())?;
    let in_flight: usize = after("--in-flight").map_or(Ok(1_000), |text| text.parse())?;
    let server = Builder::new_multi_thread().enable_all().build()?;
    let client = Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let site = server.block_on(Site::start())?;
    let mut found = Vec::with_capacity(rounds);
    for number in 0..rounds {
        found.push(client.block_on(round::play(&site, number, in_flight))?);
    }
    let data = server.block_on(site.shut_down());
    let late = late(&data.path(), &found)?;
    let table = Table::of(&found, late);
    let mut out = std::io::stdout().lock();
    if arguments.iter().any(|argument| argument == "--json") {
        writeln!(out, "{}", table.json())?;
    } else {
        writeln!(out, "{}", table.text())?;
    }
    if late > 0 { Err("something was admitted after an acknowledged stop".into()) } else { Ok(()) }
}

/// What was admitted after the position of a stop and before its release.
fn late(data: &std::path::Path, found: &[Round]) -> Result<usize, Failure> {
    let journal = Journal::open(data)?;
    let domain = DomainName::from("orders");
    let mut late = 0_usize;
    for round in found {
        let mut at = round.position;
        'stopped: loop {
            let records = journal.read(&domain, at, 1_000)?;
            let Some(last) = records.last() else { break };
            at = last.seq;
            for record in &records {
                if matches!(record.event, Event::SwitchReleased { .. }) {
                    break 'stopped;
                }
                late = late.saturating_add(usize::from(is_admit(record)));
            }
        }
    }
    journal.close();
    Ok(late)
}

/// Microseconds at which half, nearly all and all of the stops were done.
struct Table {
    rounds: usize,
    /// As the operator sees it.
    acknowledged: [u64; 3],
    /// From the request's arrival to the commit.
    contained: [u64; 3],
    least_in_flight: usize,
    late: usize,
}

impl Table {
    fn of(found: &[Round], late: usize) -> Self {
        let least_in_flight = found.iter().map(|round| round.in_flight).min().unwrap_or(0);
        Self {
            rounds: found.len(),
            acknowledged: spread(found.iter().map(|round| round.acknowledged_us).collect()),
            contained: spread(found.iter().map(|round| round.contained_us).collect()),
            least_in_flight,
            late,
        }
    }

    fn text(&self) -> String {
        let ms = |figures: &[u64; 3]| {
            let [p50, p99, max] = figures.map(|us| us.div_euclid(100));
            let show = |tenth: u64| format!("{}.{} ms", tenth.div_euclid(10), tenth.rem_euclid(10));
            format!("{} | {} | {}", show(p50), show(p99), show(max))
        };
        format!(
            "| {} stops, at least {} calls in flight | p50 | p99 | max |\n|---|--:|--:|--:|\n\
             | request to acknowledgement | {} |\n| request to commit | {} |\n\
             | admitted after the acknowledged position | {} | | |\n\n{} build",
            self.rounds,
            self.least_in_flight,
            ms(&self.acknowledged),
            ms(&self.contained),
            self.late,
            if cfg!(debug_assertions) { "debug" } else { "optimised" },
        )
    }

    fn json(&self) -> String {
        serde_json::json!({
            "rounds": self.rounds,
            "acknowledged_us": self.acknowledged,
            "contained_us": self.contained,
            "least_in_flight": self.least_in_flight,
            "late_admits": self.late,
        })
        .to_string()
    }
}

fn spread(mut figures: Vec<u64>) -> [u64; 3] {
    figures.sort_unstable();
    let at = |hundredth: usize| {
        let index = figures.len().saturating_mul(hundredth).div_euclid(100);
        figures.get(index).or(figures.last()).copied().unwrap_or(0)
    };
    [at(50), at(99), at(100)]
}
