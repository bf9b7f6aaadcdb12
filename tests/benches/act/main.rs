//! What a decision costs end to end: `Act` over gRPC, durable and in memory, beside a raw tonic echo.
//!
//! `cargo bench -p remit-tests --bench act [-- --json] [-- --rounds N] [-- --only durable] [-- --load stream]`.
//! Client and server share the machine. The client has one thread; the echo and the control plane share a runtime
//! with as many as the machine has cores, as `remitd` has (`--workers N` changes that). In every round the three take turns at each load, each round on fresh journals; a figure is the median
//! of the rounds, a ratio the median of the rounds' ratios.

use std::io::Write as _;

use tokio::runtime::{Builder, Runtime};

#[path = "../workload/contract.rs"]
mod contract;
mod echo;
mod load;
mod pace;
mod plane;
mod report;

use load::{Load, Shape};
use pace::Pace;
use plane::{Plane, Storage};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// The loads, in the order of the table.
const LOADS: [Load; 7] = [
    Load { shape: Shape::Unary, in_flight: 1, connections: 1, calls: 1_000 },
    Load { shape: Shape::Unary, in_flight: 16, connections: 1, calls: 6_000 },
    Load { shape: Shape::Unary, in_flight: 64, connections: 4, calls: 12_000 },
    Load { shape: Shape::Unary, in_flight: 256, connections: 4, calls: 12_000 },
    Load { shape: Shape::Stream, in_flight: 64, connections: 1, calls: 20_000 },
    Load { shape: Shape::Stream, in_flight: 256, connections: 4, calls: 30_000 },
    Load { shape: Shape::Stream, in_flight: 1_024, connections: 4, calls: 30_000 },
];

/// Not measured: brings caches and connections to life, and memory to the size that the loads need.
const WARM_UP: Load = Load { shape: Shape::Stream, in_flight: 64, connections: 1, calls: 12_000 };

/// What one round found for one load.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Row {
    pub(crate) echo: Option<Pace>,
    pub(crate) durable: Option<Pace>,
    pub(crate) memory: Option<Pace>,
}

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().collect();
    let after = |flag: &str| arguments.iter().skip_while(|it| *it != flag).nth(1);
    let json = arguments.iter().any(|argument| argument == "--json");
    let rounds: usize = after("--rounds").map_or(Ok(5), |text| text.parse())?;
    let only = after("--only").map(String::as_str);
    let wanted = |name: &str| only.is_none_or(|only| only == name);
    let client = Builder::new_current_thread().enable_all().build()?;
    let workers: usize = after("--workers").map_or_else(cores, |text| Ok(text.parse()?))?;
    let server = Builder::new_multi_thread().worker_threads(workers).enable_all().build()?;
    let echo = server.block_on(echo::serve())?;
    let mut table = vec![Vec::with_capacity(rounds); LOADS.len()];
    for _ in 0..rounds {
        let start =
            |storage, name| wanted(name).then(|| server.block_on(plane::start_at(storage))).transpose();
        let (durable, memory) = (start(Storage::Directory, "durable")?, start(Storage::Memory, "memory")?);
        for plane in [&durable, &memory].into_iter().flatten() {
            measure(&client, plane, WARM_UP)?;
        }
        for (load, rows) in LOADS.into_iter().zip(&mut table) {
            if !after("--load").is_none_or(|part| load.name().contains(part.as_str())) {
                continue;
            }
            rows.push(Row {
                echo: wanted("echo")
                    .then(|| client.block_on(load.run(&echo, &[])))
                    .transpose()?
                    .map(|it| it.0),
                durable: durable.as_ref().map(|plane| measure(&client, plane, load)).transpose()?,
                memory: memory.as_ref().map(|plane| measure(&client, plane, load)).transpose()?,
            });
        }
        for plane in [durable, memory].into_iter().flatten() {
            // Its connections close only while the client's side of them is awake.
            client.block_on(server.spawn(plane.shut_down()))?;
        }
    }
    let mut out = std::io::stdout().lock();
    if json {
        writeln!(out, "{}", report::json(&table))?;
    } else {
        write!(out, "{}", report::table(&table))?;
    }
    Ok(())
}

fn cores() -> Result<usize, Failure> {
    Ok(std::thread::available_parallelism()?.get())
}

/// One load against a control plane. As a caller would, it settles and ends its runs afterwards, which is not
/// measured: what stays open would be in the way of the next.
fn measure(client: &Runtime, plane: &Plane, load: Load) -> Result<Pace, Failure> {
    client.block_on(async {
        let runs = plane.open_runs(load.in_flight).await?;
        let (pace, actions) = load.run(&plane.door, &runs).await?;
        plane.settle(actions).await?;
        plane.end_runs(runs).await?;
        Ok(pace)
    })
}
