//! How each kind of thing is shown: its columns, its JSON object, and in full where it has a page of its own.

pub mod action;
pub mod alert;
pub mod audit;
pub mod blast;
pub mod books;
pub mod clause;
pub mod contract;
pub mod cost;
pub mod detail;
pub mod domain;
pub mod escalation;
pub mod lift;
pub mod outlook;
pub mod rollback;
pub mod run;
pub mod service;
pub mod switch;
pub mod token;
pub mod trace;
pub mod verification;
pub mod who;
