//! Contract versions as they are named, kept and shown.

use remit_contract::{Folder, Problem};
use remit_core::{Digest, Event, Timestamp, version::Version};
use remit_proto::v1 as pb;

use crate::{
    domain::Committed,
    error::Error,
    grpc::{key, version::record, wire},
    plane::{Plane, Ward},
    view::Inner,
};

/// Fewest characters of a digest that name a version.
const SHORTEST: usize = 6;

/// The version of a name: its digest, a beginning of it, or `SERVICE@VERSION`.
pub(super) fn find<'a>(plane: &'a Plane, name: &str) -> Result<(&'a Ward, Version), Error> {
    let names = |version: &Version| match name.split_once('@') {
        Some((service, number)) => {
            (version.terms.service.as_str(), version.terms.version.as_str()) == (service, number)
        }
        None => name.len() >= SHORTEST && version.terms.digest.to_string().starts_with(name),
    };
    let mut found: Vec<(&Ward, Version)> = Vec::new();
    for ward in plane.business() {
        found.extend(ward.view.read(|inner| {
            let versions = inner.state.versions.values().filter(|version| names(version));
            versions.map(|version| (ward, version.clone())).collect::<Vec<_>>()
        }));
    }
    // Two proposals may bear one number until one of them is published.
    let published = |version: &Version| version.approved.is_some() || version.activated.is_some();
    if found.len() > 1 && found.iter().filter(|(_, it)| published(it)).count() == 1 {
        found.retain(|(_, version)| published(version));
    }
    match found.len() {
        0 => Err(Error::NotFound(format!(
            "no contract version `{name}` is known here; give its digest, at least {SHORTEST} characters of it, or `SERVICE@VERSION`"
        ))),
        1 => found.pop().ok_or_else(|| Error::NotFound(name.to_owned())),
        several => Err(Error::Invalid(format!(
            "`{name}` names {several} contract versions; give more of the digest"
        ))),
    }
}

/// The domain of the business of this name.
pub(super) fn business<'a>(plane: &'a Plane, name: &str) -> Result<&'a Ward, Error> {
    plane.business().find(|ward| ward.domain.name().as_str() == name).ok_or_else(|| {
        let error = format!("there is no domain `{name}` here; start remitd with `--domain {name}`");
        Error::NotFound(error)
    })
}

/// The folder of a version: from the journal, else the copy from which it was loaded.
pub(super) fn folder(plane: &Plane, ward: &Ward, digest: Digest) -> Result<Folder, Error> {
    match plane.folder(ward, digest) {
        Some(folder) => folder.map_err(|problems| wrong(&problems)),
        None => Err(Error::Unavailable(format!("the folder of version {digest} is not kept any more"))),
    }
}

/// The version with which this one is compared: the active one of the same service.
pub(super) fn active(ward: &Ward, version: &Version) -> Option<Digest> {
    let service = &version.terms.service;
    ward.view.read(|inner| inner.state.base(service))
}

/// How many runs were ended.
pub(super) fn ended(records: &Committed) -> u32 {
    let ended = records.iter().filter(|record| matches!(record.event, Event::RunEnded { .. }));
    u32::try_from(ended.count()).unwrap_or(u32::MAX)
}

/// A contract that does not hold together, with all that is wrong.
pub(super) fn wrong(problems: &[Problem]) -> Error {
    let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
    Error::Invalid(format!(
        "the contract does not hold together: {}",
        lines.join("; ").replace("\nhint: ", " - ")
    ))
}

/// When it was first heard of.
pub(super) fn since(version: &Version) -> Timestamp {
    let proposed = version.proposed.as_ref().map(|(_, at)| *at);
    proposed.or(version.activated.as_ref().map(|(_, at)| *at)).unwrap_or_default()
}

/// A version as it is now.
pub(super) fn look(plane: &Plane, ward: &Ward, digest: Digest) -> Result<pb::ContractVersion, Error> {
    let row = ward.view.read(|inner| {
        inner.state.versions.get(&digest).map(|version| row(version, inner, plane)).transpose()
    })?;
    row.ok_or_else(|| Error::NotFound(format!("no contract version {digest} is known here")))
}

pub(super) fn row(version: &Version, inner: &Inner, plane: &Plane) -> Result<pb::ContractVersion, Error> {
    let control = plane.control()?;
    let Version { terms, files: _, status, proposed, approved, activated, revoked, hands: _, by_people: _ } =
        version;
    let keeps = |run: &&remit_core::state::Run| run.is_open() && run.terms.digest == terms.digest;
    let open_runs = inner.state.runs.values().filter(keeps).count();
    let mut row = pb::ContractVersion {
        digest: terms.digest.to_string(),
        service: terms.service.to_string(),
        domain: terms.domain.to_string(),
        version: terms.version.clone(),
        status: status.as_str().to_owned(),
        open_runs: u32::try_from(open_runs).unwrap_or(u32::MAX),
        control_plane: plane.identity()?.to_string(),
        ..pb::ContractVersion::default()
    };
    if let Some((person, at)) = proposed {
        row.proposed_by = person.name.clone();
        row.proposed_at = Some(wire::time(*at));
        row.proposed_at_us = at.as_micros();
    }
    row.approval = approved.as_ref().map(|(approved, at)| pb::Approval {
        by: approved.by.name.clone(),
        at: Some(wire::time(*at)),
        base: approved.seal.base.map(|base| base.to_string()).unwrap_or_default(),
        shown: approved.seal.shown.clone(),
        key: approved.seal.key.to_string(),
        public_key: key::public(control, &approved.seal.key).unwrap_or_default(),
        signature: approved.seal.signature.clone(),
        control_plane: approved.seal.occasion.map(|it| it.plane.to_string()).unwrap_or_default(),
        proposed_at_us: approved.seal.occasion.map(|it| it.proposed_at.as_micros()).unwrap_or_default(),
        review: approved.seal.review.as_ref().map(|review| record::wire(review, 0)),
    });
    if let Some((by, at)) = activated {
        row.activated_by = by.clone();
        row.activated_at = Some(wire::time(*at));
    }
    if let Some((revoked, at)) = revoked {
        row.revoked_by = revoked.by.name.clone();
        row.revoked_at = Some(wire::time(*at));
        row.revoked_because = revoked.reason.clone();
    }
    Ok(row)
}
