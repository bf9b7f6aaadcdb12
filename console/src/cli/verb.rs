//! The verbs: one file each with its arguments, its help and what it does.

pub mod attention;
pub mod audit;
pub mod blast;
pub mod completions;
pub mod config;
pub mod contract;
pub mod cost;
pub mod decide;
pub mod domain;
pub mod drill;
pub mod explain;
pub mod export;
pub mod get;
pub mod handover;
pub mod key;
pub mod latch;
pub mod man;
pub mod replay;
pub mod resolve;
pub mod rollback;
pub mod show;
pub mod switch;
pub mod tail;
pub mod token;
pub mod verify;
pub mod who;
