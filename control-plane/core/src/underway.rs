//! What cuts a call off that is under way: a stop, a withdrawn contract, the end of its run, or its time.

use crate::{ActionId, Objection, Reason, State, Timestamp, state::Run};

impl State {
    /// Why a call that has started must not go on. `None` while it may, and for one that is not known any more.
    pub fn cut_off(&self, action: ActionId, now: Timestamp) -> Option<Objection> {
        let action = self.actions.get(&action)?;
        let run = self.runs.get(&action.run)?;
        let ceiling = self.ceiling(&run.terms, self.place(run, &action.tool), now);
        if action.level > ceiling.level {
            return Some(Objection::new(
                ceiling.reason(),
                format!("`{}` is {}, {ceiling}", action.tool, action.level),
            ));
        }
        if !run.is_open() {
            let reason = run.reason.unwrap_or(Reason::RunEnded);
            return Some(Objection::new(reason, format!("the run is {} by now", run.phase.as_str())));
        }
        (run.ends_by().is_some_and(|end| end < now)).then(|| {
            let most_ms = run.limits.wall_time_ms.unwrap_or_default();
            Objection::new(
                Reason::WallTimeExhausted,
                format!("{} s since the start are allowed", most_ms / 1_000),
            )
        })
    }
}

impl Run {
    /// The last moment at which it may act, where its time is limited.
    pub fn ends_by(&self) -> Option<Timestamp> {
        self.limits.wall_time_ms.map(|most_ms| self.started_at.plus_ms(most_ms))
    }
}
