//! Named points at which a test ends the process as a power cut would. Without the feature there are none.
//!
//! `FAILPOINTS="before-commit:action_started=2*off->return"` ends it before the third start is committed. The points:
//! `before-commit:KIND`, `after-commit:KIND` (before anybody acts on it), `before-answer:KIND`, `before-send`, `after-reply`.

#[cfg(feature = "crash-points")]
mod points {
    use std::sync::atomic::{AtomicBool, Ordering};

    use remit_core::Event;

    /// Whether the environment names any: looking a point up costs about as much as deciding.
    static ARMED: AtomicBool = AtomicBool::new(false);

    /// Keeps the points armed for as long as it lives.
    #[expect(missing_debug_implementations, reason = "the scenario has none")]
    pub struct Armed(#[expect(dead_code, reason = "its end disarms them")] fail::FailScenario<'static>);

    /// Arms the points that the environment names.
    #[must_use]
    pub fn arm() -> Armed {
        ARMED.store(std::env::var_os("FAILPOINTS").is_some(), Ordering::Relaxed);
        Armed(fail::FailScenario::setup())
    }

    pub(crate) fn at(name: &str) {
        fail::eval(name, |_| std::process::abort());
    }

    pub(crate) fn at_each<'a>(when: &str, events: impl IntoIterator<Item = &'a Event>) {
        if !ARMED.load(Ordering::Relaxed) {
            return;
        }
        for event in events {
            at(&format!("{when}:{}", event.kind()));
        }
    }
}

#[cfg(not(feature = "crash-points"))]
mod points {
    use remit_core::Event;

    /// Nothing to keep.
    #[derive(Debug)]
    pub struct Armed;

    /// There is nothing to arm.
    #[must_use]
    pub const fn arm() -> Armed {
        Armed
    }

    pub(crate) const fn at(_name: &str) {}

    pub(crate) fn at_each<'a>(_when: &str, _events: impl IntoIterator<Item = &'a Event>) {}
}

pub use points::{Armed, arm};
pub(crate) use points::{at, at_each};
