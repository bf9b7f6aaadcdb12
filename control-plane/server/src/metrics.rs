//! Counters for Prometheus. A registry of our own: several control planes may live in one process.

use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{counter::Counter, family::Family, gauge::Gauge},
    registry::Registry,
};
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
        Self { registry, decisions, security_findings, settlements, positions }
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
