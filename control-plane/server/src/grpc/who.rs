//! Who answers for a service, who holds which duty, and by which credential: all from the journals' fold.

use std::collections::{BTreeMap, BTreeSet};

use remit_core::{
    CredentialId, GroupName, ServiceName, Terms, event::Holder, person::Person, state::Credential,
};
use remit_proto::v1 as pb;

use super::{token, wire};
use crate::{clock, error::Error, plane::Plane};

type Credentials = BTreeMap<CredentialId, Credential>;

pub(super) fn who(plane: &Plane, service: &str) -> Result<pb::WhoResponse, Error> {
    let name = ServiceName::from(service);
    let ward = plane.service_ward(&name)?;
    let found = ward.view.read(|inner| {
        let terms = inner.state.services.get(&name).map(|known| known.active.clone())?;
        let activated = inner.state.versions.get(&terms.digest).and_then(|it| it.activated.clone());
        Some((terms, activated))
    });
    let (terms, activated) =
        found.ok_or_else(|| Error::NotFound(format!("there is no service `{name}` here")))?;
    let credentials = plane.control()?.view.read(|inner| inner.state.credentials.clone());
    let delegation = &terms.delegation;
    let lacks = delegation.lacks(clock::now()).map(|(reason, _)| reason.code().to_owned());
    let duties = duties(&terms).map(|(duty, groups)| pb::Duty {
        name: duty.to_owned(),
        groups: groups.iter().map(ToString::to_string).collect(),
        people: people(&credentials, groups),
    });
    Ok(pb::WhoResponse {
        service: name.to_string(),
        principal: terms.principal.clone(),
        owner: terms.owner.clone(),
        owner_known: knows(&credentials, &terms.owner),
        enabled_by: delegation.enabled_by.clone(),
        enabled_on: Some(wire::time(delegation.on)),
        enabled_until: Some(wire::time(delegation.until)),
        delegation_lacks: lacks.unwrap_or_default(),
        contract_version: terms.version.clone(),
        contract_digest: terms.digest.to_string(),
        activated_by: activated.as_ref().map(|(by, _)| by.clone()).unwrap_or_default(),
        activated_at: activated.map(|(_, at)| wire::time(at)),
        duties: duties.to_vec(),
        grants: grants(&credentials, &terms),
    })
}

/// True when somebody of this name holds an operator's credential that counts.
fn knows(credentials: &Credentials, name: &str) -> bool {
    operators(credentials).any(|person| person.name == name)
}

fn duties(terms: &Terms) -> [(&'static str, &BTreeSet<GroupName>); 3] {
    [("build", &terms.build_duty), ("approve", &terms.approve_duty), ("run", &terms.run_duty)]
}

fn operators(credentials: &Credentials) -> impl Iterator<Item = &Person> {
    credentials.values().filter(|known| known.revoked.is_none()).filter_map(|known| match &known.holder {
        Holder::Operator { person } => Some(person),
        Holder::Service { .. } => None,
    })
}

/// A duty that names no group is held by nobody; not even by an administrator.
fn holds(person: &Person, groups: &BTreeSet<GroupName>) -> bool {
    !groups.is_empty() && person.is_in_any(groups)
}

fn people(credentials: &Credentials, groups: &BTreeSet<GroupName>) -> Vec<String> {
    let holders = operators(credentials).filter(|person| holds(person, groups));
    holders.map(|person| person.name.clone()).collect::<BTreeSet<_>>().into_iter().collect()
}

fn grants(credentials: &Credentials, terms: &Terms) -> Vec<pb::Grant> {
    let granted = |known: &Credential| -> Vec<String> {
        match &known.holder {
            Holder::Service { name } if name.as_str() == terms.principal => {
                vec!["acts as the service".to_owned()]
            }
            Holder::Service { .. } => Vec::new(),
            Holder::Operator { person } => {
                let owner = (person.name == terms.owner).then_some("owner");
                let duties = duties(terms).into_iter().filter(|(_, groups)| holds(person, groups));
                owner.into_iter().chain(duties.map(|(duty, _)| duty)).map(str::to_owned).collect()
            }
        }
    };
    let mut found: Vec<_> = credentials
        .iter()
        .map(|(id, known)| (id, known, granted(known)))
        .filter(|(_, _, grants)| !grants.is_empty())
        .collect();
    found.sort_by_key(|(id, known, _)| (known.issued_at, **id));
    found
        .into_iter()
        .map(|(id, known, grants)| pb::Grant { token: Some(token::token(*id, known)), grants })
        .collect()
}
