//! What the demo says while it runs: lines on standard error, or nothing while the console is open.

use std::io::Write;

use parking_lot::Mutex;

use crate::inert::Inert;

/// Where lines go.
pub(crate) struct Progress {
    to: Option<Mutex<Box<dyn Write + Send>>>,
}

impl Progress {
    /// Lines go to `to`.
    pub(crate) fn lines(to: impl Write + Send + 'static) -> Self {
        Self { to: Some(Mutex::new(Box::new(to))) }
    }

    /// Nothing is said: the terminal belongs to the console.
    pub(crate) const fn quiet() -> Self {
        Self { to: None }
    }

    /// Says one line. What tools and agents say may hide something, so it is revealed.
    pub(crate) fn line(&self, text: &str) {
        if let Some(to) = &self.to {
            // A reader that has gone away is no reason to stop.
            drop(writeln!(to.lock(), "{}", Inert::line(text)));
        }
    }
}
