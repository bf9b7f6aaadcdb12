//! Prompts that wait beside the journal for their permit: too large and too private to be parameters.

use std::collections::BTreeMap;

use axum::{http::HeaderValue, response::Response};
use bytes::Bytes;
use parking_lot::Mutex;
use remit_core::ActionId;
use tokio::sync::{mpsc, watch};

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

/// The parcels of calls that are being decided, have just been admitted, or come again for what was approved.
#[derive(Debug, Default)]
pub(crate) struct Parcels {
    waiting: Mutex<BTreeMap<ActionId, (u64, Parcel)>>,
    /// How many have come; tells them apart, and wakes whoever waits for one.
    came: watch::Sender<u64>,
}

/// Takes its parcel back when the call is over: what was not admitted is not kept.
#[derive(Debug)]
pub(crate) struct Deposit<'a> {
    parcels: &'a Parcels,
    action: ActionId,
    number: u64,
}

impl Parcels {
    /// Keeps a parcel for as long as the deposit lives; another one of the same call takes its place.
    pub(crate) fn deposit(&self, action: ActionId, parcel: Parcel) -> Deposit<'_> {
        let mut waiting = self.waiting.lock();
        let number = self.came.borrow().saturating_add(1);
        waiting.insert(action, (number, parcel));
        self.came.send_replace(number);
        Deposit { parcels: self, action, number }
    }

    /// Hands it out, once.
    pub(super) fn take(&self, action: ActionId) -> Option<Parcel> {
        self.waiting.lock().remove(&action).map(|(_, parcel)| parcel)
    }

    /// Waits until there is one of this action.
    pub(super) async fn come(&self, action: ActionId) {
        let mut came = self.came.subscribe();
        // The sender is in `self`: it cannot be gone.
        while !self.waiting.lock().contains_key(&action) && came.changed().await.is_ok() {}
    }
}

impl Deposit<'_> {
    /// Takes the parcel back now, where nobody has taken it.
    pub(crate) fn take_back(self) -> Option<Parcel> {
        self.of_its_own()
    }

    fn of_its_own(&self) -> Option<Parcel> {
        let mut waiting = self.parcels.waiting.lock();
        let own = waiting.get(&self.action).is_some_and(|(number, _)| *number == self.number);
        if own { waiting.remove(&self.action).map(|(_, parcel)| parcel) } else { None }
    }
}

impl Drop for Deposit<'_> {
    fn drop(&mut self) {
        drop(self.of_its_own());
    }
}
