//! One measure after the other, on the real console in a terminal of its own.

use std::{
    net::SocketAddr,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use remit_tests::{firehose::Firehose, terminal::Terminal};

use crate::{
    process::{ran_ns, resident},
    report::Row,
};

const REMIT: &str = env!("CARGO_BIN_EXE_remit-under-test");
const SIZE: (u16, u16) = (160, 48);

/// Records a second while keys are pressed.
const FIREHOSE: u64 = 20_000;
/// Records that have come when memory is looked at, and how fast.
const MANY: u64 = 1_000_000;
const FLOOD: u64 = 60_000;
/// Records a second while the console takes in what is still on the way.
const TRICKLE: u64 = 20;
/// How often a key is pressed, and how long processor time is counted.
const PRESSES: usize = 200;
const QUIET: Duration = Duration::from_secs(10);
/// What a card that opens throws away keys for.
const ARMING: Duration = Duration::from_millis(400);

/// The console at a control plane.
struct Bench<'a> {
    home: &'a Path,
    address: SocketAddr,
    source: Arc<Firehose>,
}

/// Everything, in the order of the table.
pub(crate) fn all(home: &Path, (source, address): (Arc<Firehose>, SocketAddr)) -> Vec<Row> {
    let bench = Bench { home, address, source };
    let mut rows = vec![bench.first_frame()];
    let mut console = bench.console();
    console.shows(&["LIVE", "refund-decision"]);
    rows.push(idle(&console));
    bench.source.pour(FIREHOSE);
    console.press_for("3", &["FOLLOWING", "payout.create decided"]);
    let keys = keys(&mut console);
    rows.push(Row::at_most("key to pixel, p50, at 20,000 records/s", percentile(&keys, 50), 33.0, "ms"));
    rows.push(Row::at_most("key to pixel, p99", percentile(&keys, 99), 33.0, "ms"));
    rows.push(tail(&console));
    console.press_for("1", &["1 Overview"]);
    let cards = cards(&mut console);
    rows.push(Row::at_most("stop card, p99, at 20,000 records/s", percentile(&cards, 99), 50.0, "ms"));
    console.press_for("3", &["FOLLOWING"]);
    rows.extend(bench.many(&console));
    console.press(":quit\r");
    drop(console.ended());
    rows
}

impl Bench<'_> {
    fn console(&self) -> Terminal {
        let context = Firehose::context(self.home, self.address);
        Terminal::start_in(SIZE, REMIT, &["--context", context.to_str().unwrap()], self.home)
    }

    /// From the start of the process to the first text, the median of some.
    fn first_frame(&self) -> Row {
        let mut took = Vec::new();
        for _ in 0..15 {
            let start = Instant::now();
            let mut console = self.console();
            console.shows(&["1 Overview"]);
            took.push(start.elapsed());
            console.press(":quit\r");
            drop(console.ended());
        }
        Row::at_most("first frame, p50", percentile(&took, 50), 50.0, "ms")
    }

    /// Memory once so many records have come, each of them counted by the console itself.
    fn many(&self, console: &Terminal) -> Vec<Row> {
        self.source.pour(FLOOD);
        while self.source.sent() < MANY {
            pause(Duration::from_millis(50));
        }
        // What was lost on the way is told with the next batch.
        self.source.pour(TRICKLE);
        console.shows_what("count of all that was sent", |screen| {
            counts_of(screen).is_some_and(|found| MANY <= found.all())
        });
        self.source.pour(0);
        console.shows_what("count of all that was sent", |screen| {
            counts_of(screen).is_some_and(|found| found.all() == self.source.sent())
        });
        let counts = counts_of(&console.contents()).unwrap_or_default();
        let memory = resident(console.process());
        vec![
            Row::at_most("memory after 1,000,000 records", mib(memory), 150.0, "MiB"),
            Row::at_most("of them dropped on the way", share_of(counts.dropped, counts.all()), 1.0, "%"),
            Row::at_most("of them not held any more", share_of(counts.left, counts.all()), 5.0, "%"),
        ]
    }
}

/// What the last line of the trace says.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    matched: u64,
    dropped: u64,
    left: u64,
}

impl Counts {
    const fn all(self) -> u64 {
        self.matched + self.dropped + self.left
    }
}

fn counts_of(screen: &str) -> Option<Counts> {
    let line = screen.lines().find(|line| line.contains(" matched, "))?;
    let number = |label: &str| {
        let part = line.split(", ").find(|part| part.contains(label))?;
        part.split_whitespace().next()?.parse().ok()
    };
    Some(Counts { matched: number(" matched")?, dropped: number(" dropped")?, left: number(" left this")? })
}

#[expect(clippy::cast_precision_loss, reason = "a share for people")]
fn share_of(part: u64, all: u64) -> f64 {
    100.0 * part as f64 / all.max(1) as f64
}

/// Processor time while nothing happens but that the picture comes each second.
fn idle(console: &Terminal) -> Row {
    Row::at_most("processor, nothing happens", share(console), 0.5, "%")
}

fn tail(console: &Terminal) -> Row {
    Row::at_most("processor, trace at 20,000 records/s", share(console), 5.0, "%")
}

fn share(console: &Terminal) -> f64 {
    let (before, start) = (ran_ns(console.process()), Instant::now());
    pause(QUIET);
    let ran = Duration::from_nanos(ran_ns(console.process()) - before);
    100.0 * ran.as_secs_f64() / start.elapsed().as_secs_f64()
}

/// Opens and closes the help over the running trace.
fn keys(console: &mut Terminal) -> Vec<Duration> {
    let mut took = Vec::new();
    for _ in 0..PRESSES {
        let start = Instant::now();
        console.press_for("?", &["Keys here"]);
        took.push(start.elapsed());
        let start = Instant::now();
        console.press("\x1b");
        console.shows_what("trace again", |screen| {
            !screen.contains("Keys here") && screen.contains("FOLLOWING")
        });
        took.push(start.elapsed());
    }
    took
}

/// Opens the stop card from the menu of a service.
fn cards(console: &mut Terminal) -> Vec<Duration> {
    let mut took = Vec::new();
    for _ in 0..PRESSES / 4 {
        console.press_for("!", &["ACT on"]);
        pause(ARMING);
        let start = Instant::now();
        console.press_for("s", &["STOP service:"]);
        took.push(start.elapsed());
        pause(ARMING);
        console.press("\x1b");
        console.shows_what("overview again", |screen| !screen.contains("STOP service:"));
    }
    took
}

/// The screen is another process: nothing in this one waits for it meanwhile.
#[expect(clippy::disallowed_methods, reason = "a bench lets time pass")]
fn pause(time: Duration) {
    std::thread::sleep(time);
}

fn percentile(took: &[Duration], percent: usize) -> f64 {
    let mut sorted = took.to_vec();
    sorted.sort();
    let at = (sorted.len() * percent / 100).min(sorted.len() - 1);
    sorted[at].as_secs_f64() * 1_000.0
}

#[expect(clippy::cast_precision_loss, reason = "a size for people")]
fn mib(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}
