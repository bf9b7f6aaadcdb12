//! Stories as tables: given a history, when a command, then this outcome, clause, reason or refusal.

#![expect(clippy::wildcard_enum_match_arm, reason = "a test looks at the events that it is about")]

mod alerts;
mod approvals;
mod assertions;
mod breakers;
mod care;
mod courses;
mod declared;
mod delegation;
mod domains;
mod doubts;
mod duties;
mod escalations;
mod events;
mod handover;
mod instead;
mod invariants;
mod ledger;
mod machine;
mod memory;
mod metered;
mod money;
mod novelties;
mod outlook;
mod practice;
mod radius;
mod reach;
mod reasons;
mod refusals;
mod releases;
mod rollbacks;
mod settling;
mod sources;
mod strictest;
mod switches;
mod throttles;
mod tripwires;
mod undoing;
mod versions;
mod workflows;
mod world;
