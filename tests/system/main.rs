//! The whole system: real processes, a real journal, real tools. One binary, so one link.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]
#![expect(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "tests fail by panicking")]

mod act_only;
mod alerts;
mod approvals;
mod audit;
mod bad_input;
mod bad_start;
mod clauses;
mod cli;
mod corrupted;
mod crash;
mod crowd;
mod demo;
mod disk_full;
mod doubts;
mod evidence;
mod faces;
mod history;
mod hostile;
mod latch;
mod model_calls;
mod models;
mod money;
mod official_clients;
mod practice;
mod pty;
mod releases;
mod restart;
mod rollback;
mod sharing;
mod signatures;
mod signed;
mod stops;
mod switches;
mod syncs;
mod tidy;
mod tools;
mod tripwires;
mod unwell;
mod versions;

/// `remitd`, as cargo has built it for these tests.
const REMITD: &str = env!("CARGO_BIN_EXE_remitd-under-test");

/// `remit`, likewise.
const REMIT: &str = env!("CARGO_BIN_EXE_remit-under-test");
