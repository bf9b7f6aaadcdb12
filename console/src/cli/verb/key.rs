//! `remit key`: the key with which a person signs approvals.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use remit_proto::v1::RegisterKeyRequest;
use serde_json::json;

use crate::cli::{
    failure::Failure,
    screen::Screen,
    session::{Session, unsure, within},
    signer::{self, Signer},
};

/// Arguments of `remit key`.
#[derive(Args, Debug)]
#[command(after_help = "The private part never leaves the file, which only you may read.

Examples:
  remit key create
  remit key register
  remit key create --key ~/keys/work.key")]
pub struct Keys {
    /// What to do
    #[command(subcommand)]
    pub verb: Verb,
}

/// What can be done with keys.
#[derive(Subcommand, Debug)]
pub enum Verb {
    /// Make a key in a file that only you may read
    Create(Which),
    /// Tell the control plane its public part, once: from then on its signatures are yours
    Register(Which),
}

/// Which key.
#[derive(Args, Debug)]
pub struct Which {
    /// The key file [default: remit/approver.key in the configuration folder]
    #[arg(long, value_name = "FILE", env = "REMIT_KEY")]
    pub key: Option<PathBuf>,
}

/// Makes a key.
///
/// # Errors
/// When there is one already or it cannot be written.
pub fn create(args: &Which, screen: &mut Screen<'_>) -> Result<(), Failure> {
    let path = signer::path(args.key.as_deref())?;
    let made = Signer::create(&path)?;
    let (key, public) = (made.name().to_string(), made.public());
    if screen.for_programs() {
        return Ok(screen.object(&json!({ "key": key, "public_key": public, "file": path }))?);
    }
    screen.line(&format!("made key {key}"))?;
    screen.field("file", &path.display().to_string())?;
    screen.field("public", &public)?;
    Ok(screen.note("`remit key register` makes it yours")?)
}

/// Registers the public part for the person of the context.
///
/// # Errors
/// When there is no key, or the control plane refuses.
pub async fn register(args: &Which, session: &Session, screen: &mut Screen<'_>) -> Result<(), Failure> {
    let signer = Signer::load(&signer::path(args.key.as_deref())?)?;
    let request = RegisterKeyRequest { public_key: signer.public() };
    let key = session.control()?.register_key(within(request)).await.map_err(unsure)?.into_inner();
    if screen.for_programs() {
        return Ok(screen.object(&json!({ "key": key.key, "owner": key.owner }))?);
    }
    Ok(screen.line(&format!("key {} is {}'s", key.key, key.owner))?)
}
