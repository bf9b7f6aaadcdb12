//! Who answers for a service, who holds which duty, by which credential and what they did: all from the journals' fold.

use std::collections::{BTreeMap, BTreeSet};

use remit_core::{
    CredentialId, GroupName, ServiceName, Terms,
    event::Holder,
    state::Credential,
    version::{Duty, Version},
};
use remit_proto::v1 as pb;

use super::{token, wire};
use crate::{
    clock,
    error::Error,
    plane::{Plane, Ward},
};

type Credentials = BTreeMap<CredentialId, Credential>;

/// A duty as it is shown, and the groups that hold it.
type Held = (&'static str, BTreeSet<GroupName>);

pub(super) fn who(plane: &Plane, service: &str) -> Result<pb::WhoResponse, Error> {
    let name = ServiceName::from(service);
    let ward = plane.service_ward(&name)?;
    let found = ward.view.read(|inner| {
        let terms = inner.state.services.get(&name).map(|known| known.active.clone())?;
        Some((inner.state.versions.get(&terms.digest).cloned(), terms))
    });
    let (version, terms) =
        found.ok_or_else(|| Error::NotFound(format!("there is no service `{name}` here")))?;
    let control = plane.control()?;
    let credentials = control.view.read(|inner| inner.state.credentials.clone());
    let delegation = &terms.delegation;
    let lacks = delegation.lacks(clock::now()).map(|(reason, _)| reason.code().to_owned());
    let duties = duties(plane, &terms);
    let activated = version.as_ref().and_then(|version| version.activated.clone());
    let hands = version.as_ref().map(hands).unwrap_or_default();
    let shown: Vec<pb::Duty> = duties.iter().map(|duty| shown(&credentials, duty)).collect();
    let concerned: BTreeSet<&str> = shown
        .iter()
        .flat_map(|duty| duty.people.iter().map(String::as_str))
        .chain(hands.iter().map(|hand| hand.by.as_str()))
        .collect();
    Ok(pb::WhoResponse {
        service: name.to_string(),
        principal: terms.principal.clone(),
        owner: terms.owner.clone(),
        owner_known: knows(&credentials, &terms.owner),
        enabled_by: delegation.enabled_by.clone(),
        enabled_by_known: knows(&credentials, &delegation.enabled_by),
        enabled_on: Some(wire::time(delegation.on)),
        enabled_until: Some(wire::time(delegation.until)),
        delegation_lacks: lacks.unwrap_or_default(),
        contract_version: terms.version.clone(),
        contract_digest: terms.digest.to_string(),
        activated_by: activated.as_ref().map(|(by, _)| by.clone()).unwrap_or_default(),
        activated_at: activated.map(|(_, at)| wire::time(at)),
        grants: grants(&credentials, &terms, &duties),
        keys: keys(control, &concerned),
        duties: shown,
        hands,
    })
}

/// The three duties, and the groups that have none of them but are asked by a rule of the contract.
fn duties(plane: &Plane, terms: &Terms) -> Vec<Held> {
    let mut duties: Vec<Held> =
        Duty::ALL.iter().map(|duty| (duty.as_str(), duty.groups(terms).clone())).collect();
    let mut asked = plane.contracts.get(&terms.digest).map(|contract| contract.asked()).unwrap_or_default();
    asked.retain(|group| duties.iter().all(|(_, groups)| !groups.contains(group)));
    if !asked.is_empty() {
        duties.push(("answer", asked));
    }
    duties
}

fn shown(credentials: &Credentials, (duty, groups): &Held) -> pb::Duty {
    // Administrators hold every duty, also one that names no group: `is_in_any` is what the core asks.
    let holders = operators(credentials).filter(|person| person.is_in_any(groups));
    let people: BTreeSet<String> = holders.map(|person| person.name.clone()).collect();
    pb::Duty {
        name: (*duty).to_owned(),
        groups: groups.iter().map(ToString::to_string).collect(),
        people: people.into_iter().collect(),
    }
}

/// Who brought a version to life, as far as people did.
fn hands(version: &Version) -> Vec<pb::Hand> {
    let hand = |did: &str, by: &str, at, key: String| pb::Hand {
        did: did.to_owned(),
        by: by.to_owned(),
        at: Some(wire::time(at)),
        key,
    };
    let proposed =
        version.proposed.as_ref().map(|(person, at)| hand("proposed", &person.name, *at, String::new()));
    let approved =
        version.approved.as_ref().map(|(it, at)| hand("approved", &it.by.name, *at, it.seal.key.to_string()));
    let activated = version.activated.as_ref().filter(|_| version.by_people);
    let activated = activated.map(|(by, at)| hand("activated", by, *at, String::new()));
    proposed.into_iter().chain(approved).chain(activated).collect()
}

fn keys(control: &Ward, people: &BTreeSet<&str>) -> Vec<pb::KeyOf> {
    control.view.read(|inner| {
        let keys = inner.state.keys.iter().filter(|(_, key)| people.contains(key.owner.as_str()));
        keys.map(|(name, key)| pb::KeyOf {
            key: name.to_string(),
            owner: key.owner.clone(),
            registered_at: Some(wire::time(key.registered_at)),
        })
        .collect()
    })
}

/// True when somebody of this name holds an operator's credential that counts.
fn knows(credentials: &Credentials, name: &str) -> bool {
    operators(credentials).any(|person| person.name == name)
}

fn operators(credentials: &Credentials) -> impl Iterator<Item = &remit_core::Person> {
    credentials.values().filter(|known| known.revoked.is_none()).filter_map(|known| match &known.holder {
        Holder::Operator { person } => Some(person),
        Holder::Service { .. } => None,
    })
}

fn grants(credentials: &Credentials, terms: &Terms, duties: &[Held]) -> Vec<pb::Grant> {
    let granted = |known: &Credential| -> Vec<String> {
        match &known.holder {
            Holder::Service { name, reach } if name.as_str() == terms.principal => {
                vec![token::grants(*reach)]
            }
            Holder::Service { .. } => Vec::new(),
            Holder::Operator { person } => {
                let owner = (person.name == terms.owner).then_some("owner");
                let enabler = (person.name == terms.delegation.enabled_by).then_some("enabled it");
                let held = duties.iter().filter(|(_, groups)| person.is_in_any(groups));
                let held = held.map(|(duty, _)| *duty);
                owner.into_iter().chain(enabler).chain(held).map(str::to_owned).collect()
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

#[cfg(test)]
mod tests;
