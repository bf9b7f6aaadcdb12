//! Contract versions as a control plane keeps them: that each is what its digest says, and what it changes, is found out here.

use std::{collections::HashMap, time::Duration};

use remit_contract::{Direction, Folder, diff, text_diff};
use remit_core::Digest;
use remit_proto::v1::{ContractDetail, ContractVersion, GetContractRequest};
use tonic::{Request, Status};

use crate::connect::ControlClient;

#[cfg(test)]
mod tests;

/// One change of meaning, as people read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// `^` where the service may do more, `v` where it may do less, `~` where that cannot be told.
    pub sign: char,
    /// `widened`, `narrowed` or `changed`.
    pub direction: &'static str,
    /// What: clause, place, before and after.
    pub words: String,
}

/// A version beside the active one of its service.
#[derive(Clone, Debug, Default)]
pub struct Compared {
    /// Who did what to it, and when.
    pub version: ContractVersion,
    /// Digest of the active version; empty where there is none.
    pub active: String,
    /// What would change in meaning if it became the active one; of the first version of a service all that it
    /// allows; nothing of the active one itself.
    pub changes: Vec<Change>,
    /// The same as text, in the unified form.
    pub text: String,
}

/// Fetches a version and the active one of its service, and compares them. The version is named by its digest, a
/// unique beginning of it, or `SERVICE@VERSION`.
///
/// # Errors
/// What the control plane answers, or `DATA_LOSS` where a folder is not the one of its digest or cannot be read.
pub async fn compare(
    mut client: ControlClient,
    name: String,
    deadline: Duration,
) -> Result<Compared, Status> {
    let found = detail(&mut client, name, deadline).await?;
    let version = found.contract.unwrap_or_default();
    let after = kept(found.files, &version.digest)?;
    let active = found.active;
    let before = match active.as_str() {
        "" => Folder::nothing(),
        digest if digest == version.digest => after.clone(),
        digest => kept(detail(&mut client, digest.to_owned(), deadline).await?.files, digest)?,
    };
    let changes = changes(&before, &after)?;
    let text = text_diff(&before, &after);
    Ok(Compared { version, active, changes, text })
}

/// The folder of these files, if it is the one of this digest: computed again here, not believed.
#[must_use]
pub fn folder(files: HashMap<String, String>, digest: &str) -> Option<(Folder, Digest)> {
    let folder = Folder::of(files.into_iter().collect()).ok()?;
    let found = folder.digest();
    (found.to_string() == digest).then_some((folder, found))
}

async fn detail(
    client: &mut ControlClient,
    contract: String,
    deadline: Duration,
) -> Result<ContractDetail, Status> {
    let mut call = Request::new(GetContractRequest { contract });
    call.set_timeout(deadline);
    Ok(client.get_contract(call).await?.into_inner())
}

fn kept(files: HashMap<String, String>, digest: &str) -> Result<Folder, Status> {
    let folder = folder(files, digest).map(|(folder, _)| folder);
    folder.ok_or_else(|| {
        Status::data_loss(format!("what the control plane sent is not version {digest}: run `remit verify`"))
    })
}

fn changes(before: &Folder, after: &Folder) -> Result<Vec<Change>, Status> {
    let found = diff(before, after).map_err(|problems| {
        let first = problems.first().map(ToString::to_string).unwrap_or_default();
        Status::data_loss(format!("a version cannot be read: {}", first.lines().next().unwrap_or_default()))
    })?;
    Ok(found.iter().map(change).collect())
}

fn change(change: &remit_contract::Change) -> Change {
    let clause = change.clause.map_or("contract", remit_core::Clause::as_str);
    let moved = match (&change.before, &change.after) {
        (Some(before), Some(after)) => format!(" {before} -> {after}"),
        (None, Some(after)) => format!(" {after} added"),
        (Some(before), None) => format!(" {before} removed"),
        (None, None) => String::new(),
    };
    Change {
        sign: match change.direction {
            Direction::Widened => '^',
            Direction::Narrowed => 'v',
            Direction::Changed => '~',
        },
        direction: change.direction.as_str(),
        words: format!("{clause}: {}{moved}", change.what),
    }
}
