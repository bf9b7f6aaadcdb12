//! What people do with contract versions: propose, approve, activate, revoke, look.

use std::sync::Arc;

use remit_contract::{Folder, changes_in_words, scenario::play_folder};
use remit_core::{
    Command, Person, handle,
    version::{ContractProposed, Files, Seal, Statement},
};
use remit_proto::v1 as pb;

use self::lookup::{active, business, ended, find, folder, look, row, since, wrong};
use super::key;
use crate::{clock, error::Error, plane::Plane, signature};

mod lookup;
mod record;

pub(super) async fn propose(
    plane: &Plane,
    by: Person,
    request: pb::ProposeContractRequest,
) -> Result<pb::ContractVersion, Error> {
    if !plane.approvals {
        return Err(Error::Conflict(
            "this control plane takes its contracts from folders; start remitd with `--approval required` for proposals"
                .to_owned(),
        ));
    }
    let files: Files = request.files.into_iter().collect();
    let folder = Folder::of(files.clone()).map_err(|it| wrong(&it))?;
    let (folder, compiled) =
        blocking(move || folder.compile().map(|it| (folder, it)).map_err(|it| wrong(&it))).await?;
    let terms = compiled.terms().as_ref().clone();
    let ward = business(plane, terms.domain.as_str())?;
    plane.is_at_home(&terms.service, &terms.domain)?;
    plane.counts_alike(&compiled)?;
    let digest = terms.digest;
    let proposed = Box::new(ContractProposed { terms, files, by });
    let command = Command::ProposeVersion { proposed, people: plane.people()? };
    // Nothing is played for somebody whom the core would refuse.
    ward.view.read(|inner| handle(&inner.state, command.clone(), clock::now()))?;
    blocking(move || played(&folder)).await?;
    ward.domain.submit(command).await?;
    look(plane, ward, digest)
}

/// Work that keeps a processor busy, beside the threads that serve.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    tokio::task::spawn_blocking(work).await.map_err(|error| Error::Unavailable(error.to_string()))?
}

/// Every scenario of a version that is proposed goes as it says.
fn played(folder: &Folder) -> Result<(), Error> {
    let tested = play_folder(folder).map_err(|it| wrong(&it))?;
    match tested.scenarios.iter().find_map(|played| Some((played, played.failure.as_ref()?))) {
        None => Ok(()),
        Some((played, failure)) => Err(Error::Invalid(format!(
            "scenario `{}` fails in {}:{}: expected {}, got {}; run `remit contract test`",
            played.id, played.file, failure.line, failure.expected, failure.got
        ))),
    }
}

pub(super) async fn approve(
    plane: &Plane,
    by: Person,
    request: pb::ApproveContractRequest,
) -> Result<pb::ContractVersion, Error> {
    let (ward, version) = find(plane, &request.contract)?;
    let digest = version.terms.digest;
    let base = active(ward, &version);
    let before = base.map(|base| folder(plane, ward, base)).transpose()?;
    let now = changes_in_words(before.as_ref(), &folder(plane, ward, digest)?).map_err(|it| wrong(&it))?;
    if now != request.shown {
        return Err(Error::Conflict(
            "the changes that were shown are not those from the version that is active now".to_owned(),
        ));
    }
    let (name, known) = key::of(plane.control()?, &by)?;
    let review = record::for_approval(plane, ward, &version).await?.map(|reviewed| reviewed.review);
    record::was_shown(review.as_ref(), request.review.as_ref())?;
    let occasion = Some(record::occasion(plane, &version)?);
    let seal = Box::new(Seal { base, shown: now, occasion, review, key: name, signature: request.signature });
    let (service, domain) = (version.terms.service.as_str(), version.terms.domain.as_str());
    let stated = Statement { service, domain, version: digest, approver: &by.name, seal: &seal }.digest();
    if !signature::is_by(&known.public, &seal.signature, stated) {
        return Err(Error::Invalid(format!(
            "the signature is not one of {digest} and these changes by the key that `{}` has registered",
            by.name
        )));
    }
    ward.domain.submit(Command::ApproveVersion { digest, by, seal }).await?;
    look(plane, ward, digest)
}

pub(super) async fn activate(
    plane: &Plane,
    by: Person,
    request: pb::ActivateContractRequest,
) -> Result<pb::ContractMoved, Error> {
    let (ward, version) = find(plane, &request.contract)?;
    let digest = version.terms.digest;
    plane.is_at_home(&version.terms.service, &version.terms.domain)?;
    // What becomes active must be able to act: compiled, its tools' addresses and secrets found.
    let contract = Arc::new(folder(plane, ward, digest)?.compile().map_err(|it| wrong(&it))?);
    plane.counts_alike(&contract)?;
    plane.upstreams.resolve(&contract).map_err(|error| Error::Conflict(error.to_string()))?;
    plane.contracts.learn(&contract);
    let record = record::for_activation(plane, ward, &version).await?;
    let (end_runs, people) = (request.end_runs, plane.people()?);
    let command = Command::ActivateVersion { digest, by, end_runs, record, people };
    let records = ward.domain.submit(command).await?;
    Ok(pb::ContractMoved { contract: Some(look(plane, ward, digest)?), ended_runs: ended(&records) })
}

/// What the approver of a version has to see of the record.
pub(super) async fn review(plane: &Plane, name: &str) -> Result<pb::ContractReview, Error> {
    let (ward, version) = find(plane, name)?;
    let found = record::for_approval(plane, ward, &version).await?;
    Ok(found.map(|found| record::wire(&found.review, found.decided)).unwrap_or_default())
}

pub(super) async fn revoke(
    plane: &Plane,
    by: Person,
    request: pb::RevokeContractRequest,
) -> Result<pb::ContractMoved, Error> {
    let (ward, version) = find(plane, &request.contract)?;
    let digest = version.terms.digest;
    let records = ward.domain.submit(Command::RevokeVersion { digest, by, reason: request.reason }).await?;
    Ok(pb::ContractMoved { contract: Some(look(plane, ward, digest)?), ended_runs: ended(&records) })
}

pub(super) fn list(plane: &Plane, service: &str) -> Result<Vec<pb::ContractVersion>, Error> {
    let mut rows = Vec::new();
    for ward in plane.business() {
        rows.extend(ward.view.read(|inner| {
            let versions = inner.state.versions.values();
            let asked = versions.filter(|it| service.is_empty() || it.terms.service.as_str() == service);
            asked
                .map(|version| Ok((since(version), row(version, inner, plane)?)))
                .collect::<Result<Vec<_>, Error>>()
        })?);
    }
    if rows.is_empty() && !service.is_empty() {
        return Err(Error::NotFound(format!("no contract version of a service `{service}` is known here")));
    }
    rows.sort_by_key(|(since, _)| std::cmp::Reverse(*since));
    Ok(rows.into_iter().map(|(_, row)| row).collect())
}

pub(super) fn detail(plane: &Plane, name: &str) -> Result<pb::ContractDetail, Error> {
    let (ward, version) = find(plane, name)?;
    let digest = version.terms.digest;
    let files = folder(plane, ward, digest)?.texts().map_err(|it| wrong(&it))?;
    Ok(pb::ContractDetail {
        contract: Some(look(plane, ward, digest)?),
        files: files.into_iter().collect(),
        active: active(ward, &version).map(|digest| digest.to_string()).unwrap_or_default(),
    })
}

#[cfg(test)]
mod tests;
