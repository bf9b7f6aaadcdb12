//! The pure rules of Remit: commands in, events out.
//!
//! ```text
//!   Command ──▶ handle(&State, Command, now) ──▶ Vec<Event> ──▶ State::apply
//! ```
//!
//! Nothing here does I/O, reads a clock, draws a random number or waits: time and ids are arguments.
//! Commands may be refused; events are facts; state is their fold. A denial is an event. Unknown means
//! deny. A decision carries one finding per clause, always all seven, and the strictest wins.

pub mod account;
pub mod action;
pub mod alert;
pub mod allowance;
pub mod assertion;
pub mod books;
pub mod breaker;
pub mod budget;
mod canonical;
pub mod ceiling;
mod clause;
pub mod command;
pub mod course;
mod decide;
pub mod decision;
pub mod declared;
mod digest;
mod digest_map;
pub mod doubt;
pub mod effects;
pub mod endorsement;
pub mod escalation;
pub mod event;
pub mod exchange;
pub mod familiar;
pub mod fault;
mod handle;
pub mod handover;
mod id;
mod idempotency;
mod level;
mod money;
mod name;
pub mod outlook;
pub mod pace;
mod permit;
pub mod person;
pub mod practice;
pub mod proposal;
pub mod radius;
mod rate;
mod reach;
mod reason;
mod refusal;
pub mod returned;
pub mod review;
pub mod rollback;
pub mod schedule;
pub mod settings;
pub mod sliding;
pub mod state;
pub mod switch;
pub mod terms;
pub mod throttle;
mod time;
pub mod tripwire;
mod underway;
pub mod usage;
pub mod version;
pub mod window;
pub mod workflow;

pub use action::ActionStatus;
pub use assertion::{Assertion, SourceUri};
pub use canonical::{CanonicalJson, InvalidJson, MAX_DEPTH, parse_strict};
pub use clause::Clause;
pub use command::Command;
pub use decision::{Decision, Finding, Objection, Outcome};
pub use declared::Declared;
pub use digest::Digest;
pub use digest_map::DigestMap;
pub use event::Event;
pub use exchange::{Ending, Exchange};
pub use fault::ToolFault;
pub use handle::handle;
pub use id::{ActionId, AlertId, CredentialId, EscalationId, InvalidId, PlanId, RunId, SwitchId};
pub use level::Level;
pub use money::Money;
pub use name::{DomainName, GroupName, ItemName, ServiceName, ToolName, WorkflowName};
pub use permit::Permit;
pub use person::Person;
pub use proposal::{Ask, Assessment, EvidenceUse, Novelty, OneOf, PolicyVerdict, Proposal};
pub use reach::Reach;
pub use reason::{Reason, UnknownReason};
pub use refusal::Refusal;
pub use returned::{ActionReturned, Moved};
pub use settings::{Backtest, DomainSettings};
pub use state::State;
pub use terms::Terms;
pub use time::Timestamp;
pub use tripwire::{Tripped, turn};
pub use usage::Usage;
pub use workflow::Workflow;
