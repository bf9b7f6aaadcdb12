//! Prompts that wait beside the journal for their permit: too large and too private to be parameters.

use std::collections::BTreeMap;

use axum::{http::HeaderValue, response::Response};
use bytes::Bytes;
use parking_lot::Mutex;
use remit_core::ActionId;
use tokio::sync::mpsc;

use super::prompt::Sealed;

/// A part of an answer, on its way to the caller.
#[derive(Debug)]
pub(crate) enum Piece {
    /// Status and headers; the first one.
    Head(Response<()>),
    /// What follows.
    Bytes(Bytes),
}

/// What is sent once it is admitted, and whom the answer goes to.
#[derive(Debug)]
pub(crate) struct Parcel {
    pub(crate) sealed: Sealed,
    /// The form that the caller speaks, where the protocol has several.
    pub(crate) version: Option<HeaderValue>,
    pub(crate) sender: mpsc::Sender<Piece>,
}

/// The parcels of calls that are being decided or have just been admitted.
#[derive(Debug, Default)]
pub(crate) struct Parcels(Mutex<BTreeMap<ActionId, Parcel>>);

/// Takes its parcel back when the call is over: what was not admitted is not kept.
#[derive(Debug)]
pub(crate) struct Deposit<'a> {
    parcels: &'a Parcels,
    action: ActionId,
}

impl Parcels {
    /// Keeps a parcel for as long as the deposit lives.
    pub(crate) fn deposit(&self, action: ActionId, parcel: Parcel) -> Deposit<'_> {
        self.0.lock().insert(action, parcel);
        Deposit { parcels: self, action }
    }

    /// Hands it out, once.
    pub(super) fn take(&self, action: ActionId) -> Option<Parcel> {
        self.0.lock().remove(&action)
    }
}

impl Drop for Deposit<'_> {
    fn drop(&mut self) {
        drop(self.parcels.take(self.action));
    }
}
