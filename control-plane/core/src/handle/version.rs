//! A version comes to life by three people: one builds, another approves, a third one activates.

use std::collections::BTreeSet;

use crate::{
    Digest, GroupName, Person, Reason, Terms,
    event::{Event, group_list},
    handle::run,
    refusal::Refusal,
    state::{Run, State},
    version::{
        ContractApproved, ContractProposed, ContractRevoked, KeyRegistered, MAX_FILES, Seal, Version,
        VersionMove, VersionStatus, digest_of_files,
    },
};

/// Fewest characters of a reason for taking a version away.
const MIN_REASON: usize = 10;

/// Asks whether a version may be published in this domain under its number: what was approved or active never
/// changes.
pub(super) fn publishable(state: &State, terms: &Terms) -> Result<(), Refusal> {
    if terms.domain != state.domain {
        let text = format!("the contract is of domain `{}`, this is `{}`", terms.domain, state.domain);
        return Err(Refusal::Invalid(text));
    }
    let clashes = |known: &&Version| {
        (&known.terms.service, &known.terms.version) == (&terms.service, &terms.version)
            && known.terms.digest != terms.digest
            && (known.activated.is_some() || known.approved.is_some())
    };
    match state.versions.values().find(clashes) {
        Some(other) => Err(Refusal::Conflict(format!(
            "version {} of `{}` is published already with digest {}; raise the version",
            terms.version, terms.service, other.terms.digest
        ))),
        None => Ok(()),
    }
}

pub(super) fn propose(
    state: &State,
    proposed: ContractProposed,
    people: &[Person],
) -> Result<Vec<Event>, Refusal> {
    let ContractProposed { terms, files, by } = &proposed;
    publishable(state, terms)?;
    let size: usize = files.iter().map(|(name, text)| name.len().saturating_add(text.len())).sum();
    if size > MAX_FILES {
        return Err(Refusal::Invalid(format!("the folder has {size} bytes, at most {MAX_FILES} are kept")));
    }
    if digest_of_files(files) != terms.digest {
        return Err(Refusal::Invalid("the files are not those of the digest".to_owned()));
    }
    holds(by, "build", &terms.build_duty, "propose a version")?;
    if let Some(known) = state.versions.get(&terms.digest)
        && let (VersionStatus::Proposed, Some((first, _))) = (known.status, &known.proposed)
        && first.name == by.name
    {
        return Ok(Vec::new());
    }
    step(state, terms.digest, VersionMove::Propose)?;
    separable(terms, people)?;
    Ok(vec![Event::ContractProposed(Box::new(proposed))])
}

pub(super) fn approve(state: &State, digest: Digest, by: Person, seal: Seal) -> Result<Vec<Event>, Refusal> {
    let version = known(state, digest)?;
    holds(&by, "approve", &version.terms.approve_duty, "approve a version")?;
    if let Some((approved, _)) = &version.approved
        && (&approved.by.name, version.status) == (&by.name, VersionStatus::Approved)
    {
        return Ok(Vec::new());
    }
    step(state, digest, VersionMove::Approve)?;
    publishable(state, &version.terms)?;
    another(&by, version, "approve this version")?;
    if seal.base != active(state, version) {
        return Err(Refusal::Conflict(
            "another version became active since the changes were shown".to_owned(),
        ));
    }
    Ok(vec![Event::ContractApproved(Box::new(ContractApproved { digest, by, seal }))])
}

pub(super) fn activate(
    state: &State,
    digest: Digest,
    by: Person,
    end_runs: bool,
    people: &[Person],
) -> Result<Vec<Event>, Refusal> {
    let version = known(state, digest)?;
    let terms = &version.terms;
    holds(&by, "run", &terms.run_duty, "activate a version")?;
    step(state, digest, VersionMove::Activate)?;
    another(&by, version, "activate this version")?;
    separable(terms, people)?;
    let shown = version.approved.as_ref().map(|(approved, _)| approved.seal.base);
    if shown != Some(active(state, version)) {
        return Err(Refusal::Conflict(
            "another version became active since this one was approved; propose and approve it again"
                .to_owned(),
        ));
    }
    let note = format!("{} activated version {}", by.name, terms.version);
    let mut events = vec![Event::ContractActivated { terms: Box::new((**terms).clone()), by: by.name }];
    if end_runs {
        let old = |run: &Run| run.terms.service == terms.service && run.terms.digest != digest;
        events.extend(end(state, Reason::ContractReplaced, &note, old)?);
    }
    Ok(events)
}

/// Whoever may approve a version or run it may take it away, at once and alone.
pub(super) fn revoke(
    state: &State,
    digest: Digest,
    by: Person,
    reason: String,
) -> Result<Vec<Event>, Refusal> {
    let version = known(state, digest)?;
    let duties = version.terms.approve_duty.union(&version.terms.run_duty).cloned().collect();
    holds(&by, "approve or run", &duties, "revoke a version")?;
    if version.status == VersionStatus::Revoked {
        return Ok(Vec::new());
    }
    step(state, digest, VersionMove::Revoke)?;
    if reason.trim().chars().count() < MIN_REASON {
        return Err(Refusal::Invalid(format!(
            "a revocation needs a reason of at least {MIN_REASON} characters"
        )));
    }
    let note = format!("{} revoked version {}: {reason}", by.name, version.terms.version);
    let ended = end(state, Reason::ContractRevoked, &note, |run| run.terms.digest == digest)?;
    let revoked = Event::ContractRevoked(Box::new(ContractRevoked { digest, by, reason }));
    Ok(std::iter::once(revoked).chain(ended).collect())
}

fn end(
    state: &State,
    reason: Reason,
    note: &str,
    which: impl Fn(&Run) -> bool,
) -> Result<Vec<Event>, Refusal> {
    let mut events = Vec::new();
    for run in state.runs.values().filter(|run| run.is_open() && which(run)) {
        events.extend(run::end(state, run.id, Some(reason), note.to_owned())?);
    }
    Ok(events)
}

/// A person has one key, and a key has one person: a signature says who signed.
pub(super) fn register(state: &State, registered: KeyRegistered) -> Result<Vec<Event>, Refusal> {
    let KeyRegistered { key, public, by } = &registered;
    let bytes = hex::decode(public).ok().filter(|bytes| bytes.len() == 32 && Digest::of(bytes) == *key);
    if bytes.is_none() {
        return Err(Refusal::Invalid(
            "a public key is 32 bytes in hexadecimal, named by their SHA-256".to_owned(),
        ));
    }
    let taken = state.keys.iter().find(|(known, held)| *known == key || held.owner == by.name);
    match taken {
        None => Ok(vec![Event::KeyRegistered(Box::new(registered))]),
        Some((known, held)) if known == key && held.owner == by.name => Ok(Vec::new()),
        Some((_, held)) if held.owner == by.name => {
            Err(Refusal::Conflict(format!("`{}` has registered another key already", by.name)))
        }
        Some(_) => Err(Refusal::Conflict("the key is somebody else's".to_owned())),
    }
}

fn known(state: &State, digest: Digest) -> Result<&Version, Refusal> {
    state.versions.get(&digest).ok_or_else(|| Refusal::not_found("contract version", &digest))
}

fn step(state: &State, digest: Digest, by: VersionMove) -> Result<VersionStatus, Refusal> {
    let from = state.versions.get(&digest).map(|version| version.status);
    VersionStatus::next(from, by).map_err(|illegal| Refusal::Conflict(illegal.to_string()))
}

/// The active version of the same service.
fn active(state: &State, version: &Version) -> Option<Digest> {
    state.services.get(&version.terms.service).map(|service| service.active.digest)
}

fn holds(by: &Person, duty: &str, groups: &BTreeSet<GroupName>, what: &'static str) -> Result<(), Refusal> {
    if by.is_in_any(groups) {
        return Ok(());
    }
    let who = if groups.is_empty() { "nobody but administrators".to_owned() } else { group_list(groups) };
    let needs = format!("the {duty} duty is with {who}");
    Err(Refusal::NotPermitted { who: by.name.clone(), what, needs })
}

/// One person has one duty for one version: who built it does not approve it, and neither activates it.
fn another(by: &Person, version: &Version, what: &'static str) -> Result<(), Refusal> {
    let built = version.proposed.as_ref().map(|(person, _)| (&person.name, "proposed"));
    let approved = version.approved.as_ref().map(|(approved, _)| (&approved.by.name, "approved"));
    match built.into_iter().chain(approved).find(|(name, _)| **name == by.name) {
        None => Ok(()),
        Some((_, did)) => Err(Refusal::NotPermitted {
            who: by.name.clone(),
            what,
            needs: format!(
                "the same person {did} it; to build, to approve and to run are three people's duties"
            ),
        }),
    }
}

/// True separation is possible: three different people hold the three duties.
fn separable(terms: &Terms, people: &[Person]) -> Result<(), Refusal> {
    let holders = |duty: &BTreeSet<GroupName>| -> BTreeSet<&str> {
        people.iter().filter(|person| person.is_in_any(duty)).map(|person| person.name.as_str()).collect()
    };
    let (build, approve, run) =
        (holders(&terms.build_duty), holders(&terms.approve_duty), holders(&terms.run_duty));
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
