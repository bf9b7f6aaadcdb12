//! What a demo amounts to: one object for programs, a short table for people, one yes or no.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::{agents::Tally, audit::Audit, operator::Done};
use crate::{cli::words, inert::Inert};

#[cfg(test)]
mod tests;

/// The whole result.
#[derive(Debug)]
pub(crate) struct Summary {
    /// The seed of the cases.
    pub(crate) seed: u64,
    /// What became of the cases.
    pub(crate) tally: Tally,
    /// What was proved.
    pub(crate) audit: Audit,
    /// What the operator of a demo without a console did; `None` with a console.
    pub(crate) operator: Option<Done>,
    /// Why the operator's work was not finished.
    pub(crate) unfinished: Option<String>,
}

impl Summary {
    /// The journal is intact.
    pub(crate) fn journal_verified(&self) -> bool {
        self.audit.flaws.is_empty()
    }

    /// The ledger says what the journal says.
    pub(crate) fn ledger_matches(&self) -> bool {
        self.audit.mismatches.is_empty()
    }

    /// Nothing is wrong.
    pub(crate) fn is_good(&self) -> bool {
        self.journal_verified()
            && self.ledger_matches()
            && self.audit.counts.late_admits == 0
            && self.unfinished.is_none()
    }

    /// For programs.
    ///
    /// # Errors
    /// When it has no form for them.
    pub(crate) fn object(&self) -> io::Result<Value> {
        let more = json!({
            "seed": self.seed,
            "cases": self.tally.cases,
            "broken": self.tally.broken,
            "journal_verified": self.journal_verified(),
            "journal_events": self.audit.events,
            "journal_flaws": self.audit.flaws,
            "ledger_matches": self.ledger_matches(),
            "ledger_mismatches": self.audit.mismatches,
            "payouts": self.audit.payouts,
            "reversals": self.audit.reversals,
            "refused": self.audit.refused,
            "operator": self.operator,
            "unfinished": self.unfinished,
        });
        let mut object = serde_json::to_value(&self.audit.counts).map_err(io::Error::other)?;
        if let (Some(object), Value::Object(more)) = (object.as_object_mut(), more) {
            object.extend(more);
        }
        Ok(object)
    }

    /// Writes a table.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(crate) fn write_table(&self, out: &mut dyn Write) -> io::Result<()> {
        let counts = &self.audit.counts;
        let verdict = |good: bool, yes: &str, no: String| if good { yes.to_owned() } else { no };
        let rows = [
            ("cases", format!("{} ({} broke off)", self.tally.cases, self.tally.broken)),
            ("runs", counts.runs.to_string()),
            ("actions", counts.actions.to_string()),
            ("admitted", counts.admitted.to_string()),
            ("denied", counts.denied.to_string()),
            ("throttled", counts.throttled.to_string()),
            ("escalated", counts.escalated.to_string()),
            ("executed", counts.executed.to_string()),
            ("undone", counts.undone.to_string()),
            ("parked", format!("{}, {} reversals were refused", counts.parked, self.audit.refused)),
            ("in doubt", counts.in_doubt.to_string()),
            ("late admits", counts.late_admits.to_string()),
            (
                "journal",
                verdict(
                    self.journal_verified(),
                    &format!("verified, {} events", self.audit.events),
                    self.audit.flaws.join("; "),
                ),
            ),
            (
                "ledger",
                verdict(
                    self.ledger_matches(),
                    &format!(
                        "matches, {} payouts, {} of them reversed",
                        self.audit.payouts, self.audit.reversals
                    ),
                    self.audit.mismatches.join("; "),
                ),
            ),
        ];
        for (name, value) in rows {
            writeln!(out, "{name:<12}  {}", Inert::line(&value))?;
        }
        for (number, (rule, runs)) in counts.stopped_by.iter().enumerate() {
            let name = if number == 0 { "stopped by" } else { "" };
            writeln!(out, "{name:<12}  {rule:<16}  {runs} run(s)")?;
        }
        if let Some(stopped_us) = self.operator.as_ref().and_then(|done| done.containment_us) {
            writeln!(out, "{:<12}  {}", "containment", words::micros_as_ms(stopped_us))?;
        }
        if let Some(why) = &self.unfinished {
            writeln!(out, "{:<12}  {}", "unfinished", Inert::line(why))?;
        }
        Ok(())
    }
}
