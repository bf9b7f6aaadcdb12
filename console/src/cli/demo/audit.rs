//! The proof at the end: the journal is intact, and the ledger says what the journal says.

use color_eyre::eyre::{Report, WrapErr as _};
use remit_journal::Journal;
use remit_proto::v1;

use super::world::World;
use crate::connect;
use history::{Counts, History};

pub(crate) mod history;
mod ledger;

/// What the audit found.
#[derive(Debug)]
pub(crate) struct Audit {
    /// What happened, counted in the journal.
    pub(crate) counts: Counts,
    /// Events in all domains, as the control plane verified them.
    pub(crate) events: u64,
    /// What the control plane says of its chains that is not right, one line each.
    pub(crate) flaws: Vec<String>,
    /// What the ledger and the journal do not agree on, one line each.
    pub(crate) mismatches: Vec<String>,
    /// Payouts in the ledger.
    pub(crate) payouts: usize,
    /// Reversals in the ledger.
    pub(crate) reversals: usize,
    /// Payouts that the payments company did not take back.
    pub(crate) refused: usize,
}

/// Verifies the journal over the public face, then reads it and compares it with the ledger.
///
/// # Errors
/// The control plane does not answer, or journal or ledger cannot be read at all.
pub(crate) async fn audit(world: &World, journal: Journal) -> Result<Audit, Report> {
    let mut operator = connect::operator(&world.context)?;
    let verified = operator.verify(v1::VerifyRequest {}).await.wrap_err("verify the journal")?.into_inner();
    let mut flaws: Vec<String> = verified
        .domains
        .iter()
        .filter(|domain| !domain.ok)
        .map(|domain| format!("{}: {}", domain.domain, domain.problem))
        .collect();
    if !verified.ok && flaws.is_empty() {
        flaws.push("the control plane does not vouch for the journal".to_owned());
    }
    let events = verified.domains.iter().map(|domain| domain.events).fold(0, u64::saturating_add);
    let (payouts, reversals) = world.ledger.entries().wrap_err("read the ledger")?;
    let refused = world.ledger.refused().wrap_err("read the ledger")?.len();
    let history = tokio::task::spawn_blocking(move || read(&journal)).await?;
    let history = history.wrap_err("read the journal")?;
    let mismatches = ledger::compare(&history, &payouts, &reversals);
    Ok(Audit {
        counts: history.counts,
        events,
        flaws,
        mismatches: mismatches.iter().map(ToString::to_string).collect(),
        payouts: payouts.len(),
        reversals: reversals.len(),
        refused,
    })
}

fn read(journal: &Journal) -> Result<History, remit_journal::Error> {
    let mut history = History::default();
    for (domain, _) in journal.domains()? {
        journal.replay(&domain, |record| history.absorb(&domain, &record.event))?;
    }
    Ok(history)
}
