//! What a domain's file may say, by what the domain is already: money is not renamed, and reviews are for approvals.

use crate::{Backtest, DomainSettings, Event, State, Terms, refusal::Refusal};

/// Takes up what the file says; nothing happens where it says what it said before.
pub(super) fn configure(state: &State, settings: DomainSettings, by: String) -> Result<Vec<Event>, Refusal> {
    if state.settings.as_ref() == Some(&settings) {
        return Ok(Vec::new());
    }
    if settings.backtest == Backtest::Required && !state.wants_approvals() {
        return Err(Refusal::Conflict(format!(
            "domain `{}` says `backtest: required`, which is for approvals: where a folder is enough, nobody reviews",
            state.domain
        )));
    }
    for service in state.services.values() {
        counts_in(&settings, &service.active)?;
    }
    Ok(vec![Event::DomainConfigured { settings, by }])
}

/// Asks whether a contract counts in the currency of its domain. Where no file names one, nothing is compared.
pub(super) fn counts_alike(state: &State, terms: &Terms) -> Result<(), Refusal> {
    state.settings.as_ref().map_or(Ok(()), |settings| counts_in(settings, terms))
}

fn counts_in(settings: &DomainSettings, terms: &Terms) -> Result<(), Refusal> {
    if settings.currency == terms.currency {
        return Ok(());
    }
    Err(Refusal::Conflict(format!(
        "the contract of `{}` counts in {}, its domain `{}` in {}: a domain has one currency",
        terms.service, terms.currency, terms.domain, settings.currency
    )))
}
