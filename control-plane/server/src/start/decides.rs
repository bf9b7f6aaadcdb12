//! Which versions decide, as this process was started: those of the folders, or those that people approved.

use remit_core::{Command, person::CONTROL_PLANE};

use super::{Error, configures};
use crate::{
    domain::Fault,
    plane::{Plane, Ward},
};

/// Where people approve versions, or did once, no folder decides: nothing is begun then.
pub(super) fn may_start(plane: &Plane) -> Result<(), Error> {
    let approved = |ward: &&Ward| ward.view.read(|inner| inner.state.wants_approvals());
    match plane.business().filter(|_| !plane.approvals).find(approved) {
        Some(ward) => Err(Error::Approved { domain: ward.domain.name().clone() }),
        None => Ok(()),
    }
}

/// Makes the versions of the folders the active ones, or has every domain require approvals from now on.
pub(super) async fn settle(plane: &Plane) -> Result<(), Error> {
    for ward in plane.business().filter(|_| plane.approvals) {
        let failed = |fault: Fault| Error::System { what: "require approvals", cause: fault.to_string() };
        let command = Command::RequireApprovals { by: CONTROL_PLANE.to_owned() };
        if !ward.domain.submit(command).await.map_err(failed)?.is_empty() {
            let domain = ward.domain.name();
            tracing::warn!(%domain, "approvals are required from now on: what a folder made active decides nothing");
        }
    }
    configures::settle(plane).await?;
    for contract in plane.contracts.configured() {
        let terms = contract.terms();
        let activation = |cause: String| Error::Activation { service: terms.service.to_string(), cause };
        plane.is_at_home(&terms.service, &terms.domain).map_err(|error| activation(error.to_string()))?;
        let ward = plane.ward(&terms.domain).map_err(|error| activation(error.to_string()))?;
        let (terms, by) = (Box::new((**terms).clone()), CONTROL_PLANE.to_owned());
        let command = Command::ActivateContract { terms, by };
        ward.domain.submit(command).await.map_err(|fault| activation(fault.to_string()))?;
    }
    Ok(())
}

/// Where no approval is asked for, nobody is kept from working by a name that is nobody's, but it is said.
pub(super) fn warn_of_strangers(plane: &Plane) {
    let Ok(people) = plane.people() else { return };
    for contract in plane.contracts.configured() {
        let terms = contract.terms();
        for (role, name) in [("owner", &terms.owner), ("enabled_by", &terms.delegation.enabled_by)] {
            if !people.iter().any(|person| person.name == *name) {
                let service = &terms.service;
                tracing::warn!(%service, role, %name, "nobody of that name has a token: nobody is held to be that person");
            }
        }
    }
}
