//! Counters for Prometheus. A registry of our own: several control planes may live in one process.

use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{counter::Counter, family::Family, gauge::Gauge},
    registry::Registry,
};
use remit_contract::scenario::{Canaries, Standing};
use remit_core::{Decision, ServiceName, event::Settlement};

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Decided {
    service: String,
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Settled {
    status: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfService {
    service: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfClause {
    service: String,
    clause: &'static str,
    state: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct InDomain {
    domain: String,
}

/// What is counted.
#[derive(Debug)]
pub(crate) struct Metrics {
    registry: Registry,
    decisions: Family<Decided, Counter>,
    security_findings: Family<OfService, Counter>,
    settlements: Family<Settled, Counter>,
    positions: Family<InDomain, Gauge>,
    clauses: Family<OfClause, Gauge>,
    missed: Family<OfService, Gauge>,
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let mut registry = Registry::with_prefix("remit");
        let (decisions, settlements, positions) =
            (Family::default(), Family::default(), Family::<InDomain, Gauge>::default());
        registry.register("decisions", "Decisions made, by service and outcome", Family::clone(&decisions));
        let security_findings = Family::<OfService, Counter>::default();
        let said = "Attempts at what a contract forbids by name";
        registry.register("security_findings", said, security_findings.clone());
        registry.register("settlements", "Outcomes of executed actions", Family::clone(&settlements));
        registry.register("journal_position", "Last committed position, by domain", positions.clone());
        let clauses = Family::<OfClause, Gauge>::default();
        let said = "1 for the state of each clause of the active version, as its canaries show, and 0 for the others";
        registry.register("clauses", said, clauses.clone());
        let missed = Family::<OfService, Gauge>::default();
        registry.register("canaries_missed", "Canaries that their clause did not refuse", missed.clone());
        Self { registry, decisions, security_findings, settlements, positions, clauses, missed }
    }

    pub(crate) fn decided(&self, service: &ServiceName, decision: &Decision) {
        let labels = Decided { service: service.to_string(), outcome: decision.outcome.as_str() };
        self.decisions.get_or_create(&labels).inc();
        if decision.is_security_finding() {
            self.security_finding(service);
        }
    }

    /// A service tried what its contract forbids by name.
    pub(crate) fn security_finding(&self, service: &ServiceName) {
        self.security_findings.get_or_create(&OfService { service: service.to_string() }).inc();
    }

    /// What the canaries of a service's active version have shown.
    pub(crate) fn canaries(&self, service: &ServiceName, all: &[Canaries]) {
        let mut missed = 0_i64;
        for canaries in all {
            missed = missed.saturating_add(i64::try_from(canaries.missed.len()).unwrap_or(i64::MAX));
            for state in Standing::ALL {
                let (service, clause) = (service.to_string(), canaries.clause.as_str());
                let labels = OfClause { service, clause, state: state.as_str() };
                self.clauses.get_or_create(&labels).set(i64::from(canaries.standing() == state));
            }
        }
        self.missed.get_or_create(&OfService { service: service.to_string() }).set(missed);
    }

    pub(crate) fn settled(&self, settlement: &Settlement) {
        let status = match settlement {
            Settlement::Succeeded { .. } => "succeeded",
            Settlement::Failed { .. } => "failed",
            Settlement::InDoubt { .. } => "in_doubt",
        };
        self.settlements.get_or_create(&Settled { status }).inc();
    }

    /// The text format, with the positions as of now.
    pub(crate) fn render(&self, positions: impl Iterator<Item = (String, u64)>) -> String {
        for (domain, position) in positions {
            let position = i64::try_from(position).unwrap_or(i64::MAX);
            self.positions.get_or_create(&InDomain { domain }).set(position);
        }
        let mut text = String::new();
        match encode(&mut text, &self.registry) {
            Ok(()) => text,
            Err(_) => String::new(),
        }
    }
}
