//! The console's budgets, measured on the real program in a real terminal, fed by a source that speaks as `remitd` does.
//!
//! `cargo bench -p remit-tests --bench console [-- --json]`. The source, the terminal's emulator and the console share
//! the machine. It ends with an error where a budget is not kept.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "what goes wrong in a bench ends it"
)]

use std::io::Write as _;

use remit_tests::firehose::Firehose;
use tokio::runtime::Builder;

mod measure;
mod process;
mod report;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let source = runtime.block_on(Firehose::serve());
    let home = tempfile::tempdir()?;
    let rows = measure::all(home.path(), source);
    let mut out = std::io::stdout().lock();
    if std::env::args().any(|argument| argument == "--json") {
        writeln!(out, "{}", report::json(&rows))?;
    } else {
        write!(out, "{}", report::table(&rows))?;
    }
    if rows.iter().all(report::Row::is_kept) { Ok(()) } else { Err("a budget is not kept".into()) }
}
