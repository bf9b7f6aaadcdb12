//! The thread of the domain loops and of the line for stops: what must go on while the rest is busy or unwell.

use std::thread;

use tokio::runtime;
use tokio_util::sync::{CancellationToken, DropGuard};

/// A thread with a runtime of its own. It ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Keeper {
    handle: runtime::Handle,
    _ends: DropGuard,
}

impl Keeper {
    /// Starts the thread.
    ///
    /// # Errors
    /// What the operating system refused.
    pub(crate) fn start() -> std::io::Result<Self> {
        let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
        let handle = runtime.handle().clone();
        let end = CancellationToken::new();
        let ended = end.clone();
        thread::Builder::new()
            .name("domains".to_owned())
            .spawn(move || runtime.block_on(ended.cancelled()))?;
        Ok(Self { handle, _ends: end.drop_guard() })
    }

    /// Where tasks of this thread are spawned.
    pub(crate) const fn handle(&self) -> &runtime::Handle {
        &self.handle
    }
}
