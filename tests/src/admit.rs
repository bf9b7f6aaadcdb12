//! What counts as let go: admitted at once, or after people approved.

use remit_core::{Event, Outcome};
use remit_journal::Record;

/// True when the record lets an action go.
pub fn is_admit(record: &Record) -> bool {
    let decision = if let Event::ActionDecided(decided) = &record.event {
        Some(&decided.decision)
    } else if let Event::ActionReleased { decision, .. } = &record.event {
        Some(&**decision)
    } else {
        None
    };
    decision.is_some_and(|decision| decision.outcome == Outcome::Admit)
}
