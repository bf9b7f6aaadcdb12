//! What whole-system tests are made of: real processes, real tool servers, real clients.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "what goes wrong in a test ends the test"
)]

pub mod admit;
pub mod client;
pub mod contracts;
pub mod firehose;
pub mod forged;
pub mod history;
pub mod hostile;
pub mod ledger;
pub mod mcp;
pub mod outage;
pub mod provider;
pub mod site;
pub mod terminal;
pub mod undoing;
pub mod upstream;
