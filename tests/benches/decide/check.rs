//! `remit contract check` on the shipped contracts, in milliseconds: a folder read, checked and compiled.

use std::{hint::black_box, path::Path, time::Instant};

use crate::{Failure, median};

/// How often each is checked.
const ROUNDS: usize = 11;

/// Name and median of each shipped contract.
pub(super) fn milliseconds() -> Result<Vec<(String, f64)>, Failure> {
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets/contracts");
    let mut found = Vec::new();
    for entry in std::fs::read_dir(shipped)? {
        let entry = entry?;
        let mut rounds = Vec::with_capacity(ROUNDS);
        for _ in 0..ROUNDS {
            let started = Instant::now();
            let contract = black_box(remit_contract::load(&entry.path()));
            rounds.push(started.elapsed().as_secs_f64() * 1e3);
            contract
                .map_err(|problems| format!("{}: {} problems", entry.path().display(), problems.len()))?;
        }
        found.push((entry.file_name().to_string_lossy().into_owned(), median(&rounds)));
    }
    found.sort_by(|(left, _), (right, _)| left.cmp(right));
    Ok(found)
}
