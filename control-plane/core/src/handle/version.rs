//! A version comes to life by three people: one builds, another approves, a third one activates.

use crate::{
    Digest, Person, Reason, Terms,
    event::Event,
    handle::{domain, duty, run},
    refusal::Refusal,
    review::{Review, reviewed},
    state::{Run, State},
    version::{
        ContractApproved, ContractProposed, ContractRevoked, Duty, KeyRegistered, MAX_FILES, Seal, Version,
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
    domain::counts_alike(state, terms)?;
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
    duty::holds(state, by, (Duty::Build, terms), "propose a version")?;
    if let Some(known) = state.versions.get(&terms.digest) {
        if let (VersionStatus::Proposed, Some((first, _))) = (known.status, &known.proposed)
            && first.name == by.name
        {
            return Ok(Vec::new());
        }
        duty::another(by, known, Duty::Build, "propose this version")?;
    }
    step(state, terms.digest, VersionMove::Propose)?;
    duty::separable(state, terms, people)?;
    duty::answered_for(terms, people)?;
    Ok(vec![Event::ContractProposed(Box::new(proposed))])
}

pub(super) fn approve(state: &State, digest: Digest, by: Person, seal: Seal) -> Result<Vec<Event>, Refusal> {
    let version = known(state, digest)?;
    duty::holds(state, &by, (Duty::Approve, &version.terms), "approve a version")?;
    if let Some((approved, _)) = &version.approved
        && (&approved.by.name, version.status) == (&by.name, VersionStatus::Approved)
    {
        return Ok(Vec::new());
    }
    step(state, digest, VersionMove::Approve)?;
    publishable(state, &version.terms)?;
    duty::another(&by, version, Duty::Approve, "approve this version")?;
    let proposed_at = version.proposed.as_ref().map(|(_, at)| *at);
    if proposed_at.is_none() || seal.occasion.map(|occasion| occasion.proposed_at) != proposed_at {
        return Err(Refusal::Conflict(
            "the version was proposed again since the changes were shown".to_owned(),
        ));
    }
    if seal.base != state.base(&version.terms.service) {
        return Err(Refusal::Conflict(
            "another version became active since the changes were shown".to_owned(),
        ));
    }
    if state.wants_review() && seal.review.is_none() {
        return Err(Refusal::Conflict(
            "this domain says `backtest: required`, and the approval does not say what the record says"
                .to_owned(),
        ));
    }
    Ok(vec![Event::ContractApproved(Box::new(ContractApproved { digest, by, seal }))])
}

/// Who makes which version the active one.
pub(super) struct Activation {
    pub(super) digest: Digest,
    pub(super) by: Person,
    pub(super) end_runs: bool,
    pub(super) record: Option<Box<Review>>,
}

pub(super) fn activate(
    state: &State,
    Activation { digest, by, end_runs, record }: Activation,
    people: &[Person],
) -> Result<Vec<Event>, Refusal> {
    let version = known(state, digest)?;
    let terms = &version.terms;
    duty::holds(state, &by, (Duty::Run, terms), "activate a version")?;
    duty::another(&by, version, Duty::Run, "activate this version")?;
    let note = format!("{} activated version {}", by.name, terms.version);
    let old = |run: &Run| run.terms.service == terms.service && run.terms.digest != digest;
    let ended = if end_runs { end(state, Reason::ContractReplaced, &note, old)? } else { Vec::new() };
    // Sent again it is active already; the old runs may still be ended, by whoever is on call.
    let same = version.activated.as_ref().is_some_and(|(first, _)| *first == by.name);
    if version.status == VersionStatus::Active && (end_runs || same) {
        return Ok(ended);
    }
    step(state, digest, VersionMove::Activate)?;
    duty::separable(state, terms, people)?;
    duty::answered_for(terms, people)?;
    let shown = version.approved.as_ref().map(|(approved, _)| approved.seal.base);
    if shown != Some(state.base(&terms.service)) {
        return Err(Refusal::Conflict(
            "another version became active since this one was approved; propose and approve it again"
                .to_owned(),
        ));
    }
    domain::counts_alike(state, terms)?;
    match &record {
        Some(record) => reviewed(version, record)?,
        None if state.wants_review() => {
            return Err(Refusal::Conflict(
                "this domain says `backtest: required`, and nobody has held the version against the record"
                    .to_owned(),
            ));
        }
        None => {}
    }
    let activated = Event::ContractActivated { terms: Box::new((**terms).clone()), by: by.name };
    Ok(std::iter::once(activated).chain(ended).collect())
}

/// Whoever may approve or run a version, or the active one, may take it away, at once and alone.
pub(super) fn revoke(
    state: &State,
    digest: Digest,
    by: Person,
    reason: String,
) -> Result<Vec<Event>, Refusal> {
    let version = known(state, digest)?;
    duty::may_revoke(state, &by, &version.terms)?;
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

/// From now on, and for good, only what people approved decides here; runs under anything else end.
pub(super) fn require_approvals(state: &State, by: String) -> Result<Vec<Event>, Refusal> {
    let unapproved = |run: &Run| !state.is_by_people(&run.terms.digest);
    let ended = end(state, Reason::ContractUnapproved, "approvals are required from now on", unapproved)?;
    let required = (!state.approvals).then_some(Event::ApprovalsRequired { by });
    Ok(required.into_iter().chain(ended).collect())
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
