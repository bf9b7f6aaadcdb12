//! The command line's only look at the clock: ages and countdowns in tables are relative to it.

use jiff::Timestamp;

/// Now, read once a command.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "the one place where the command line reads the clock")]
pub(super) fn now() -> Timestamp {
    Timestamp::now()
}
