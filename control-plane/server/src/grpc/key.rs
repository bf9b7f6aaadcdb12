//! Keys of approvers: registered once by the person whose token it is.

use remit_core::{
    Command, Digest, Person,
    version::{Key, KeyRegistered},
};
use remit_proto::v1 as pb;

use super::wire;
use crate::{
    error::Error,
    plane::{Plane, Ward},
};

pub(super) async fn register(
    plane: &Plane,
    by: Person,
    request: pb::RegisterKeyRequest,
) -> Result<pb::Key, Error> {
    let control = plane.control()?;
    let public = request.public_key.to_lowercase();
    let bytes = hex::decode(&public).map_err(|error| Error::Invalid(format!("the public key: {error}")))?;
    let key = Digest::of(&bytes);
    let _nobody_approves = plane.signing.write().await;
    control.domain.submit(Command::RegisterKey(KeyRegistered { key, public, by })).await?;
    let known = control.view.read(|inner| inner.state.keys.get(&key).cloned());
    let Key { owner, registered_at, .. } =
        known.ok_or_else(|| Error::Unavailable("the key is not registered".to_owned()))?;
    Ok(pb::Key { key: key.to_string(), owner, registered_at: Some(wire::time(registered_at)) })
}

/// The key that a person has registered, if there is one.
pub(super) fn registered(control: &Ward, person: &Person) -> Option<(Digest, Key)> {
    control.view.read(|inner| {
        let mut keys = inner.state.keys.iter();
        keys.find(|(_, key)| key.owner == person.name).map(|(name, key)| (*name, key.clone()))
    })
}

/// The key that a person has registered.
pub(super) fn of(control: &Ward, person: &Person) -> Result<(Digest, Key), Error> {
    registered(control, person).ok_or_else(|| {
        Error::NotPermitted(format!(
            "`{}` has registered no key, so nobody could tell who approved; run `remit key create` and `remit key register`",
            person.name
        ))
    })
}

/// The public key behind a name, where it is known.
pub(super) fn public(control: &Ward, key: &Digest) -> Option<String> {
    control.view.read(|inner| inner.state.keys.get(key).map(|key| key.public.clone()))
}
