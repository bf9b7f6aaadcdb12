//! Batches on their way to the disk: how many there may be, and how large the next is.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Batches of a domain between their decision and their answers: one being written, one that waits behind it, one
/// being answered.
const BATCHES: usize = 3;

/// Commands that a batch takes when few are about: so many that its pages and its sync are shared.
const FEWEST: usize = 8;

/// Most commands decided in one turn: bounds how long one batch keeps the others waiting.
pub(super) const MOST: usize = 256;

/// The pipeline of one domain.
#[derive(Debug)]
pub(super) struct Pipeline {
    places: Arc<Semaphore>,
    under_way: Arc<AtomicUsize>,
}

/// A batch's place, free for another once this is dropped.
#[derive(Debug)]
pub(super) struct Place {
    _permit: OwnedSemaphorePermit,
    under_way: Arc<AtomicUsize>,
    commands: usize,
}

impl Pipeline {
    pub(super) fn new() -> Self {
        Self { places: Arc::new(Semaphore::new(BATCHES)), under_way: Arc::default() }
    }

    /// Waits for a place.
    pub(super) async fn enter(&self) -> Option<Place> {
        let permit = Arc::clone(&self.places).acquire_owned().await.ok()?;
        Some(Place { _permit: permit, under_way: Arc::clone(&self.under_way), commands: 0 })
    }

    /// How many commands the next batch takes while so many wait.
    pub(super) fn share(&self, waiting: usize) -> usize {
        share(waiting, self.under_way.load(Ordering::Relaxed))
    }
}

/// An equal part of all that is about. A batch that took everything would leave nothing for the next to do while it is
/// written: callers that wait for their answers would all be answered at once, come back at once, and the disk
/// would rest while they are judged and they while it writes.
fn share(waiting: usize, under_way: usize) -> usize {
    waiting.saturating_add(under_way).div_ceil(BATCHES).clamp(FEWEST, MOST)
}

impl Place {
    /// Says how many commands the batch has.
    pub(super) fn hold(&mut self, commands: usize) {
        self.under_way.fetch_add(commands, Ordering::Relaxed);
        self.commands = self.commands.saturating_add(commands);
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.under_way.fetch_sub(self.commands, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests;
