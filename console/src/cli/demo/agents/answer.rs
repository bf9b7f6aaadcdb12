//! What a call brings back, the same through every face, and what an agent makes of a refusal.

use std::time::Duration;

use serde_json::Value;

#[cfg(test)]
mod tests;

/// How long to wait when an answer does not say.
const WAIT: Duration = Duration::from_millis(500);
/// An agent looks again at least this often: it must see that it is told to end.
const LONGEST_WAIT: Duration = Duration::from_secs(2);

/// One call's answer.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Answer {
    /// The tool's result.
    Done(Value),
    /// A person must decide; the same call again joins it.
    Held {
        /// The action that waits.
        action: String,
        /// When to ask again.
        wait: Duration,
    },
    /// The contract, a switch or a person says no.
    Refused(Refusal),
    /// It was admitted, and the tool failed or did not answer.
    Unsettled {
        /// `failed`, `in_doubt`, or another status.
        status: String,
    },
}

/// A refusal with what it says to do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Refusal {
    /// `deny`, `throttle`, `stop`.
    pub(crate) outcome: String,
    /// The stable code.
    pub(crate) reason: String,
    /// What to do next, for people.
    pub(crate) hint: String,
    /// When to come back.
    pub(crate) wait: Option<Duration>,
}

/// What the agent does next.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Reaction {
    /// Reads the evidence again and proposes again.
    ReadAgain,
    /// Takes the parameters from the records and proposes again.
    Correct,
    /// Comes back later.
    Wait(Duration),
    /// Leaves a note for a person.
    HandOver,
    /// Ends the run.
    End,
}

impl Refusal {
    /// The question was answered with no, or came to nothing, while somebody waited for it.
    pub(crate) fn unanswered() -> Self {
        Self {
            outcome: "deny".to_owned(),
            reason: "escalation_closed".to_owned(),
            hint: "Nobody approved it.".to_owned(),
            wait: None,
        }
    }

    /// What the hint of the reason asks for. A reason that it does not know is a person's business.
    pub(crate) fn reaction(&self) -> Reaction {
        match self.reason.as_str() {
            "evidence_missing" | "evidence_stale" | "evidence_insufficient" => Reaction::ReadAgain,
            "evidence_conflict" | "origin_unknown" | "parameters_invalid" => Reaction::Correct,
            "rate_exceeded" => Reaction::Wait(bounded(self.wait)),
            "spend_exhausted"
            | "calls_exhausted"
            | "tokens_exhausted"
            | "wall_time_exhausted"
            | "loop_detected"
            | "run_ended"
            | "run_rolling_back"
            | "stopped"
            | "journal_unavailable" => Reaction::End,
            _ if self.outcome == "stop" => Reaction::End,
            _ => Reaction::HandOver,
        }
    }
}

/// Reads what is said of an action that brought no result.
///
/// `said` has `outcome`, and as it fits `reason`, `hint` and `retry_after_ms`.
pub(crate) fn read(said: &Value) -> Answer {
    let text = |key: &str| said.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let wait = said.get("retry_after_ms").and_then(Value::as_u64).map(Duration::from_millis);
    match text("outcome").as_str() {
        "pending" | "escalate" | "held" => Answer::Held { action: text("action"), wait: bounded(wait) },
        "deny" | "throttle" | "stop" => Answer::Refused(Refusal {
            outcome: text("outcome"),
            reason: text("reason"),
            hint: text("hint"),
            wait,
        }),
        other => Answer::Unsettled { status: other.to_owned() },
    }
}

/// A time to wait that is neither nothing nor long.
pub(crate) fn bounded(wait: Option<Duration>) -> Duration {
    wait.unwrap_or(WAIT).clamp(Duration::from_millis(50), LONGEST_WAIT)
}
