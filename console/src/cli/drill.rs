//! Drills: what a service's contract does when it is stopped or undone, tried in earnest and without its tools.
//!
//! ```text
//! control plane ─ files of the active version, file of its domain ─┐
//!                                                                  ▼
//! scenario ─▶ cases ─▶ callers ─gRPC─▶ a control plane of its own ─HTTP─▶ sandbox
//!                                        ▲             │
//!                     stop or rollback ──┘             └─ journal ─▶ report ─▶ shelf ─▶ trend
//! ```
//!
//! Nothing reaches the control plane that decides, nor a tool: what is drilled is the same version of the contract, under
//! the same code, on a journal that is thrown away.

mod ground;
mod load;
pub mod report;
mod sandbox;
pub mod shelf;
pub mod stop;
pub mod undo;

pub use ground::{Ground, Rehearsed};
