//! What may be done now about actions in doubt: a look at the state that the loop's tick and the handlers share.

use crate::{
    ActionId, Level, Reason, Timestamp,
    action::ActionStatus,
    doubt::{MOST_TIMES, PEOPLE_FOR_APPROVED, SEND_AGAIN_MS, Sent, Unknown, wait_ms},
    proposal::Mode,
    state::{Action, Phase, Run, State},
};

/// What the control plane can do about a doubt by itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Due {
    /// Send the same call again.
    Resend(ActionId),
    /// Ask the tool.
    Ask(ActionId),
}

impl State {
    /// Everything that is due about actions in doubt.
    pub fn due(&self, now: Timestamp) -> Vec<Due> {
        let doubts = self.doubts.iter().filter_map(|id| self.actions.get(id));
        doubts
            .filter_map(|action| {
                if self.may_resend(action, now).is_ok() {
                    return Some(Due::Resend(action.id));
                }
                self.may_ask(action, now).is_ok().then_some(Due::Ask(action.id))
            })
            .collect()
    }

    /// True when a caller that carries an action out itself should have reported by now.
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        self.unreported.first().is_some_and(|(by, _)| *by <= now)
    }

    /// From when on nothing of an action that is on its way can take effect any more.
    pub fn lands_until(&self, action: &Action) -> Option<Timestamp> {
        let unknown = self.unknown(action)?;
        let sent = action.trail.sent?.last;
        Some(sent.plus_ms(unknown.timeout_ms).plus_ms(unknown.lands_within_ms))
    }

    /// How many different people must agree on what became of it: one, but two where the action itself could not
    /// go without a person.
    pub fn people_needed(&self, action: &Action) -> u32 {
        let asked = |action: &Action| action.escalation.is_some();
        let undone = action.undoes.and_then(|(target, _)| self.actions.get(&target));
        if asked(action) || undone.is_some_and(|target| asked(target)) { PEOPLE_FOR_APPROVED } else { 1 }
    }

    /// What the contract says of the action's tool, should nobody know the outcome.
    pub(crate) fn unknown(&self, action: &Action) -> Option<&Unknown> {
        self.runs.get(&action.run)?.terms.tools.get(&action.tool)?.unknown.as_ref()
    }

    /// Asks whether the same call may be sent again now; says why not.
    pub(crate) fn may_resend(&self, action: &Action, now: Timestamp) -> Result<(), String> {
        let (run, unknown) = self.ours_in_doubt(action)?;
        if !unknown.resend {
            return Err(format!("`{}` takes no key, so a second call could be a second effect", action.tool));
        }
        if self.resends_are_over(action, now) {
            return Err(format!("{} was sent again as often and as long as it may be", action.id));
        }
        // What undoes may go on under a stop; nothing else is sent again into a run that is being undone.
        if action.undoes.is_none() {
            if matches!(run.phase, Phase::RollingBack | Phase::RolledBack) {
                return Err("its run is undone, so nothing of it is sent again".to_owned());
            }
            self.may_act(run, action, now)?;
        }
        let due = action
            .trail
            .sent
            .map_or(now, |sent| sent.last.plus_ms(unknown.timeout_ms).plus_ms(wait_ms(sent.times)));
        if now < due { Err(format!("it is not sent again before {due}")) } else { Ok(()) }
    }

    /// Asks whether the tool may be asked now what became of it; says why not.
    pub(crate) fn may_ask(&self, action: &Action, now: Timestamp) -> Result<(), String> {
        let (run, unknown) = self.ours_in_doubt(action)?;
        let Some(tool) = &unknown.ask else {
            return Err(format!("the contract names no read that tells what became of `{}`", action.tool));
        };
        if unknown.resend && !self.resends_are_over(action, now) {
            return Err(format!("{} is sent again until the tool answers", action.id));
        }
        if let Some(lands) = self.lands_until(action).filter(|lands| now < *lands) {
            return Err(format!("it may still land until {lands}"));
        }
        if let Some((asked, by)) = action.trail.asked {
            if self.actions.get(&by).is_some_and(|read| read.status.is_in_flight()) {
                return Err(format!("{by} asks already"));
            }
            if MOST_TIMES <= asked.times || now < asked.last.plus_ms(wait_ms(asked.times)) {
                return Err("the tool was asked".to_owned());
            }
        }
        let ceiling = self.ceiling(&run.terms, self.place(run, tool), now).level;
        if ceiling < Level::Read { Err(format!("the ceiling is {ceiling}")) } else { Ok(()) }
    }

    /// A stop, a lower ceiling or a revoked contract keeps an action from being sent.
    pub(crate) fn may_act(&self, run: &Run, action: &Action, now: Timestamp) -> Result<(), String> {
        if run.reason == Some(Reason::ContractRevoked) {
            return Err(format!("the contract version of {} is revoked by now", action.id));
        }
        let ceiling = self.ceiling(&run.terms, self.place(run, &action.tool), now).level;
        if ceiling < action.level {
            return Err(format!("{} is {}, the ceiling is {ceiling} by now", action.id, action.level));
        }
        Ok(())
    }

    fn ours_in_doubt(&self, action: &Action) -> Result<(&Run, &Unknown), String> {
        if action.status != ActionStatus::InDoubt {
            return Err(format!("{} is {}, not in doubt", action.id, action.status));
        }
        if action.mode != Mode::Execute {
            return Err(format!("{} is carried out by its caller", action.id));
        }
        let run = self.runs.get(&action.run);
        run.zip(self.unknown(action)).ok_or_else(|| "the contract does not say what to do".to_owned())
    }

    fn resends_are_over(&self, action: &Action, now: Timestamp) -> bool {
        // The first sending was none again.
        let over = |sent: Sent| MOST_TIMES < sent.times || sent.first.plus_ms(SEND_AGAIN_MS) <= now;
        action.trail.sent.is_none_or(over)
    }
}
