//! A key is made once, for its owner's eyes only, and signs what the control plane can verify.

use std::{fs, os::unix::fs::PermissionsExt as _};

use remit_control_plane::signature::is_by;
use remit_core::Digest;

use super::Signer;
use crate::cli::failure::{self, Failure};

fn words(failure: &Failure) -> String {
    failure::explain(failure, None).map(|told| told.message).unwrap_or_default()
}

#[test]
fn made_once_and_private() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("config/approver.key");
    let made = Signer::create(&path).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(words(&Signer::create(&path).unwrap_err()).contains("there is a key"));
    let loaded = Signer::load(&path).unwrap();
    assert_eq!(loaded.public(), made.public());
    let statement = Digest::of(b"a version and its changes");
    assert!(is_by(&made.public(), &loaded.sign(statement), statement));
    let shown = format!("{made:?}");
    let secret = hex::encode(&fs::read(&path).unwrap()[16..48]);
    assert!(shown.contains(&made.public()) && !shown.contains(&secret), "{shown}");
}

#[test]
fn a_key_that_cannot_be_trusted_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("key");
    assert!(words(&Signer::load(&path).unwrap_err()).contains("cannot be read"));
    fs::write(&path, "no key").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    assert!(words(&Signer::load(&path).unwrap_err()).contains("may be read by others"));
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    assert!(words(&Signer::load(&path).unwrap_err()).contains("not an Ed25519 key"));
}
