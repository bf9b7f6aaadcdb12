//! A decision: an outcome and one finding per clause, always all seven.

use std::{fmt, sync::Arc};

use serde::{Deserialize, Serialize};

use crate::{Clause, Reason};

/// What is said about an action, from mildest to strictest. The strictest finding wins.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It may run.
    Admit,
    /// A person must approve it first.
    Escalate,
    /// Not now; later.
    Throttle,
    /// It may not run.
    Deny,
    /// It may not run, and its run ends.
    Stop,
}

impl Outcome {
    /// The word in journals and consoles.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Admit => "admit",
            Self::Escalate => "escalate",
            Self::Throttle => "throttle",
            Self::Deny => "deny",
            Self::Stop => "stop",
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a clause objects to: the reason and, in words, what was seen and what was required.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Objection {
    /// The code.
    pub reason: Reason,
    /// What was observed against what is required.
    pub detail: String,
}

impl Objection {
    /// An objection with its detail.
    pub fn new(reason: Reason, detail: impl Into<String>) -> Self {
        Self { reason, detail: detail.into() }
    }
}

/// One clause's verdict.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// Which clause speaks.
    pub clause: Clause,
    /// What it says.
    pub outcome: Outcome,
    /// Why.
    pub reason: Reason,
    /// What was observed against what is required; may be empty when the clause is content.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
}

impl Finding {
    /// The clause is content.
    pub fn content(clause: Clause, detail: impl Into<String>) -> Self {
        Self { clause, outcome: Outcome::Admit, reason: Reason::WithinContract, detail: detail.into() }
    }

    /// The clause objects.
    pub fn object(clause: Clause, outcome: Outcome, objection: Objection) -> Self {
        Self { clause, outcome, reason: objection.reason, detail: objection.detail }
    }
}

/// The whole decision on one action.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// The strictest of the findings' outcomes.
    pub outcome: Outcome,
    /// One per clause, in the order of the document. Everybody who tells of the decision has the same ones.
    pub findings: Arc<[Finding; 7]>,
    /// For `throttle`: when to come back, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
}

impl Decision {
    /// Joins seven findings; the strictest outcome wins.
    pub fn join(findings: [Finding; 7], retry_after_ms: Option<u64>) -> Self {
        let outcome = findings.iter().map(|finding| finding.outcome).max().unwrap_or(Outcome::Deny);
        Self {
            outcome,
            findings: findings.into(),
            retry_after_ms: if outcome == Outcome::Throttle { retry_after_ms } else { None },
        }
    }

    /// The same where nobody is there to be asked: what would wait for people is denied.
    pub(crate) fn unasked(self) -> Self {
        let findings = Arc::unwrap_or_clone(self.findings).map(|finding| match finding.outcome {
            Outcome::Escalate => Finding { outcome: Outcome::Deny, ..finding },
            Outcome::Admit | Outcome::Throttle | Outcome::Deny | Outcome::Stop => finding,
        });
        Self::join(findings, self.retry_after_ms)
    }

    /// True for an attempt at what the contract forbids by name, whatever else was wrong with it.
    pub fn is_security_finding(&self) -> bool {
        self.findings.iter().any(|finding| finding.reason == Reason::ForbiddenAction)
    }

    /// The finding that decided: the first of the strictest. Evidence and policy are judged from the
    /// parameters, so where those are malformed, that decides before them: it is what the caller can mend.
    pub fn deciding(&self) -> &Finding {
        let [first, rest @ ..] = &*self.findings;
        let strictest = rest
            .iter()
            .fold(first, |best, finding| if finding.outcome > best.outcome { finding } else { best });
        let malformed = |finding: &&Finding| {
            finding.clause == Clause::Tooling
                && finding.reason == Reason::ParametersInvalid
                && finding.outcome == strictest.outcome
        };
        match strictest.clause {
            Clause::Evidence | Clause::Policy => self.findings.iter().find(malformed).unwrap_or(strictest),
            Clause::Identity | Clause::Scope | Clause::Tooling | Clause::Cost | Clause::Recovery => strictest,
        }
    }
}
