//! A named point at which a test makes the screen panic. Without the feature there is none.

#[cfg(feature = "crash-points")]
mod point {
    use std::sync::Once;

    /// `FAILPOINTS="paint=3*off->panic"` panics at the fourth frame.
    pub(in crate::tui) fn at_paint() {
        static ARMED: Once = Once::new();
        // Armed for as long as the process lives.
        ARMED.call_once(|| std::mem::forget(fail::FailScenario::setup()));
        let _: Option<()> = fail::eval("paint", |_| ());
    }
}

#[cfg(not(feature = "crash-points"))]
mod point {
    pub(in crate::tui) const fn at_paint() {}
}

pub(super) use point::at_paint;
