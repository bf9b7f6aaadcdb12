//! What the files of domains say, as this process was started: whether it goes together, and its way into the journal.

use remit_contract::domain::{DomainFile, DomainKey};
use remit_core::{Backtest, Command, DomainName, person::CONTROL_PLANE};

use super::Error;
use crate::{
    domain::Fault,
    domains,
    plane::{Plane, Ward},
};

/// The contracts of the folders count as their domains do. Nothing is opened before that.
pub(super) fn fit(contracts: &crate::contracts::Contracts, domains: &domains::Domains) -> Result<(), Error> {
    let clash = contracts.configured().iter().find_map(|contract| {
        let folder = contracts.given(&contract.terms().service)?;
        domains.clash(contract, &folder.join("contract.yaml"))
    });
    clash.map_or(Ok(()), |problem| Err(domains::Error::Wrong(problem).into()))
}

/// A file is for a domain that is served, and says nothing that could not hold; a domain that had a file still has one.
pub(super) fn may_start(plane: &Plane) -> Result<(), Error> {
    for file in plane.domains.files() {
        let ward = plane.business().find(|ward| *ward.domain.name() == file.name);
        let ward = ward.ok_or_else(|| unserved(plane, file))?;
        goes_together(plane, ward, file)?;
    }
    let configured = |ward: &&Ward| ward.view.read(|inner| inner.state.settings.is_some());
    match plane.business().filter(configured).find(|ward| !plane.domains.has(ward.domain.name())) {
        Some(ward) => Err(domains::Error::Missing { domain: ward.domain.name().clone() }.into()),
        None => Ok(()),
    }
}

/// A misspelt name would leave the domain that was meant with the defaults.
fn unserved(plane: &Plane, file: &DomainFile) -> Error {
    let served: Vec<&str> = plane.business().map(|ward| ward.domain.name().as_str()).collect();
    let served = if served.is_empty() { "none".to_owned() } else { format!("`{}`", served.join("`, `")) };
    let way = if plane.approvals {
        format!("add `--domain {}`", file.name)
    } else {
        "give a contract of it with `--contracts`".to_owned()
    };
    wrong(
        file,
        DomainKey::Name,
        format!("domain `{}` is not served here; served: {served}", file.name),
        format!("{way}, or leave the file out"),
    )
}

fn goes_together(plane: &Plane, ward: &Ward, file: &DomainFile) -> Result<(), Error> {
    if file.settings.backtest == Backtest::Required && !plane.approvals {
        let message =
            "`backtest: required` is for `--approval required`: where a folder is enough, nobody approves";
        let remedy = "write `backtest: none`, and use `remit contract backtest DIR`";
        return Err(wrong(file, DomainKey::Backtest, message.to_owned(), remedy.to_owned()));
    }
    let other = ward.view.read(|inner| {
        let services = inner.state.services.values().map(|service| &service.active);
        services.clone().find(|terms| terms.currency != file.settings.currency).cloned()
    });
    other.map_or(Ok(()), |terms| {
        let (ours, theirs) = (&file.settings.currency, &terms.currency);
        let message = format!(
            "currency `{ours}` is not that in which domain `{}` counts already: cost.currency of `{}` {} is `{theirs}`",
            file.name, terms.service, terms.version
        );
        let remedy = format!("write `{theirs}`: money that was counted is not renamed");
        Err(wrong(file, DomainKey::Currency, message, remedy))
    })
}

fn wrong(file: &DomainFile, key: DomainKey, message: String, remedy: String) -> Error {
    domains::Error::Wrong(file.problem(key, message, remedy)).into()
}

/// Journals what is new in the files.
pub(super) async fn settle(plane: &Plane) -> Result<(), Error> {
    for file in plane.domains.files() {
        let failed = |cause: String| Error::System { what: "configure a domain", cause };
        let ward = plane.ward(&file.name).map_err(|error| failed(error.to_string()))?;
        let reviewed = ward.view.read(|inner| inner.state.wants_review());
        let (settings, by) = (file.settings.clone(), CONTROL_PLANE.to_owned());
        let command = Command::ConfigureDomain { settings, by };
        let changed = ward.domain.submit(command).await.map_err(|fault: Fault| failed(fault.to_string()))?;
        if !changed.is_empty() {
            say(&file.name, file, reviewed);
        }
    }
    Ok(())
}

fn say(domain: &DomainName, file: &DomainFile, reviewed: bool) {
    let (currency, backtest) = (&file.settings.currency, file.settings.backtest.as_str());
    if reviewed && file.settings.backtest == Backtest::None {
        tracing::warn!(%domain, "versions decide from now on without a review of what was refused");
    } else {
        tracing::info!(%domain, %currency, backtest, "the domain's file says something new");
    }
}

#[cfg(test)]
mod tests;
