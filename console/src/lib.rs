//! The operator's terminal: a console to watch and decide in, and the same verbs as a command line.

pub mod approver;
pub mod cli;
pub mod config;
pub mod connect;
pub mod context;
pub mod export;
pub mod inert;
pub mod saved;
pub mod tui;
pub mod versions;
