//! Who may do what for a contract version: the duty by its own words and by those of the active version, and no
//! second duty for the same version.

use std::collections::BTreeSet;

use crate::{
    GroupName, Person, ServiceName, Terms,
    event::group_list,
    refusal::Refusal,
    state::State,
    version::{Duty, Version},
};

/// Asks whether a person holds the duty for a version. A document alone does not say who may approve it: where
/// the service has an active version, that one says so too. A service that is new to the domain is admitted by
/// an administrator, since nobody else has spoken for it yet.
pub(super) fn holds(
    state: &State,
    by: &Person,
    (duty, terms): (Duty, &Terms),
    what: &'static str,
) -> Result<(), Refusal> {
    let refused = |needs: String| Err(Refusal::NotPermitted { who: by.name.clone(), what, needs });
    let active = active(state, &terms.service);
    if !by.is_in_any(duty.groups(terms)) {
        return refused(format!("the {} duty is with {}", duty.as_str(), named(duty.groups(terms))));
    }
    if let Some(active) = active.filter(|active| !by.is_in_any(duty.groups(active))) {
        let groups = named(duty.groups(active));
        return refused(format!(
            "by the active version {} the {} duty is with {groups}",
            active.version,
            duty.as_str()
        ));
    }
    if active.is_none() && duty == Duty::Run && !by.is_admin() {
        let who = crate::person::ADMIN_GROUP;
        return refused(format!("an administrator activates the first version of a service: one of `{who}`"));
    }
    Ok(())
}

/// Whoever may approve or run it, or could if it were the active one: taking away needs no agreement.
pub(super) fn may_revoke(state: &State, by: &Person, terms: &Terms) -> Result<(), Refusal> {
    let words = active(state, &terms.service).into_iter().chain([terms]);
    let groups: BTreeSet<GroupName> = words
        .flat_map(|terms| terms.approve_duty.union(&terms.run_duty).cloned().collect::<Vec<_>>())
        .collect();
    if by.is_in_any(&groups) {
        return Ok(());
    }
    let needs = format!("the approve or run duty is with {}", named(&groups));
    Err(Refusal::NotPermitted { who: by.name.clone(), what: "revoke a version", needs })
}

/// The version that decides, or did until it was revoked.
fn active<'a>(state: &'a State, service: &ServiceName) -> Option<&'a Terms> {
    state.services.get(service).map(|service| &*service.active)
}

fn named(groups: &BTreeSet<GroupName>) -> String {
    if groups.is_empty() { "nobody but administrators".to_owned() } else { group_list(groups) }
}

/// One person has one duty for one version, in all of its lives.
pub(super) fn another(by: &Person, version: &Version, duty: Duty, what: &'static str) -> Result<(), Refusal> {
    let Some(did) = did(by, version, duty) else { return Ok(()) };
    Err(Refusal::NotPermitted {
        who: by.name.clone(),
        what,
        needs: format!("the same person {did} it; to build, to approve and to run are three people's duties"),
    })
}

/// Who built or approved a version does not let it go again after a stop, nor undo what it did.
pub(super) fn not_own(state: &State, by: &Person, terms: &Terms, what: &'static str) -> Result<(), Refusal> {
    let version = state.versions.get(&terms.digest);
    let Some(did) = version.and_then(|version| did(by, version, Duty::Run)) else { return Ok(()) };
    Err(Refusal::NotPermitted {
        who: by.name.clone(),
        what,
        needs: format!(
            "the same person {did} version {} of `{}`; somebody else on call must",
            terms.version, terms.service
        ),
    })
}

/// What else than this duty a person ever did for a version.
fn did(by: &Person, version: &Version, duty: Duty) -> Option<&'static str> {
    let other = version.hands.iter().find(|(name, did)| *name == by.name && *did != duty);
    other.map(|(_, did)| match did {
        Duty::Build => "proposed",
        Duty::Approve => "approved",
        Duty::Run => "activated",
    })
}

/// True separation is possible: three different people hold the three duties.
pub(super) fn separable(state: &State, terms: &Terms, people: &[Person]) -> Result<(), Refusal> {
    let holders = |duty: Duty| -> BTreeSet<&str> {
        let held = people.iter().filter(|person| holds(state, person, (duty, terms), "").is_ok());
        held.map(|person| person.name.as_str()).collect()
    };
    let (build, approve, run) = (holders(Duty::Build), holders(Duty::Approve), holders(Duty::Run));
    // Two others leave one of three people: more need not be tried.
    let possible = build.iter().take(3).any(|builder| {
        approve
            .iter()
            .take(3)
            .filter(|approver| *approver != builder)
            .any(|approver| run.iter().take(3).any(|runner| runner != builder && runner != approver))
    });
    if possible {
        return Ok(());
    }
    let list = |set: &BTreeSet<&str>| match set.is_empty() {
        true => "nobody".to_owned(),
        false => set.iter().copied().collect::<Vec<_>>().join(", "),
    };
    Err(Refusal::Conflict(format!(
        "the duties of `{}` do not come to three people: build {}; approve {}; run {}",
        terms.service,
        list(&build),
        list(&approve),
        list(&run)
    )))
}

/// The owner and whoever enabled the autonomy are people whom the control plane knows: a name that is nobody's
/// answers for nothing, and nobody could be kept from approving as the owner.
pub(super) fn answered_for(terms: &Terms, people: &[Person]) -> Result<(), Refusal> {
    let delegation = &terms.delegation.enabled_by;
    for (name, role) in [(&terms.owner, "the owner"), (delegation, "the person who enabled it")] {
        if *name == terms.principal {
            return Err(Refusal::Conflict(format!("{role} is the service itself, `{name}`: name a person")));
        }
        if !people.iter().any(|person| person.name == *name) {
            return Err(Refusal::Conflict(format!(
                "{role}, `{name}`, is nobody whom the control plane knows; give that person a token under this very name"
            )));
        }
    }
    Ok(())
}
