//! The control plane: the shell around the pure core.
//!
//! ```text
//! agent ─MCP│gRPC─▶ edge ─▶ act: prepare ─▶ domain loop ─▶ journal ─▶ publisher ─▶ runner ─▶ tool
//!                                             ▲                          │            │
//!                                             └──────── settle ◀─────────┼────────────┘
//!                                                   view, subscribers ◀──┘
//! ```

mod act;
mod alert;
pub mod args;
mod assert;
mod auth;
mod canary;
mod claims;
mod clock;
mod config;
mod contracts;
pub mod crash;
mod data_dir;
mod declare;
mod domain;
mod domains;
mod doubt;
mod edge;
mod effects;
mod error;
mod grpc;
mod http;
mod ids;
mod keeper;
mod last_good;
pub mod latch;
mod llm;
mod mcp;
mod metrics;
mod plane;
mod practice;
mod reach;
mod recall;
mod release;
mod runner;
mod secrets;
pub mod signature;
mod start;
mod stop_line;
pub mod telemetry;
mod upstream;
mod upstreams;
mod view;
mod walk;

pub use config::{A_FREE_PORT, Config, Versions};
pub use plane::CONTROL;
pub use start::{Error, Running, start, start_in_sandbox, start_on};
