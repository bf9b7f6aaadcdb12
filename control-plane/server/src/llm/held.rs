//! Model calls that people are asked about: what they are shown, and how the caller that comes again is served.
//!
//! ```text
//!   call ─▶ held: its prompt is shown from memory, its digest is in the journal and in the approval
//!   approved ─▶ waits for the caller ─▶ the same call again brings the prompt ─▶ sent, answered
//! ```

use std::{collections::VecDeque, time::Duration};

use parking_lot::Mutex;
use remit_core::{ActionId, ActionStatus, Digest, Reason, RunId, ToolName};

use super::watch::Watch;
use crate::plane::{Plane, Ward};

/// The longest prompt that people are shown, in bytes: as long as parameters may be.
const MOST: usize = crate::act::MAX_PARAMS;

/// All prompts that are kept, in bytes.
const MOST_IN_ALL: usize = 64 * MOST;

/// How long an approved call waits for its caller, who was told to come again.
const PATIENCE: Duration = Duration::from_secs(15 * 60);

/// The prompts of held calls, oldest first: in memory alone, and no longer than people are asked.
#[derive(Debug, Default)]
pub(crate) struct Shown(Mutex<VecDeque<(ActionId, String)>>);

impl Shown {
    /// Keeps what would be sent; those that are not held any more, and the oldest, make room.
    pub(crate) fn keep(&self, plane: &Plane, action: ActionId, prompt: String) {
        let held = |id: ActionId| {
            let known = plane.business().find_map(|ward| ward.view.action(id));
            known.is_some_and(|card| card.action.status == ActionStatus::Held)
        };
        let mut shown = self.0.lock();
        shown.retain(|(known, _)| *known != action && held(*known));
        if prompt.len() > MOST {
            return;
        }
        shown.push_back((action, prompt));
        while shown.iter().map(|(_, prompt)| prompt.len()).sum::<usize>() > MOST_IN_ALL {
            shown.pop_front();
        }
    }

    /// What would be sent, where it is known here.
    pub(crate) fn of(&self, action: ActionId) -> Option<String> {
        self.0.lock().iter().find(|(known, _)| *known == action).map(|(_, prompt)| prompt.clone())
    }

    /// Nobody is asked any more.
    fn forget(&self, action: ActionId) {
        self.0.lock().retain(|(known, _)| *known != action);
    }
}

/// The same call of the same run that waits for people, or for its caller since they approved it.
pub(super) fn twin(plane: &Plane, run: RunId, tool: &ToolName, params: Digest) -> Option<ActionId> {
    let ward = plane.run_ward(run).ok()?;
    ward.view.read(|inner| {
        let waits = |id: &ActionId| {
            inner.state.actions.get(id).is_some_and(|known| {
                known.tool == *tool
                    && known.params == params
                    && matches!(known.status, ActionStatus::Held | ActionStatus::Approved)
            })
        };
        inner.state.runs.get(&run)?.actions.iter().rev().copied().find(waits)
    })
}

/// Waits for the caller of an approved call, who brings what is sent.
///
/// # Errors
/// Why it is not sent: what came in between, or nobody came.
pub(crate) async fn caller(
    plane: &Plane,
    ward: &Ward,
    action: ActionId,
) -> Result<(), (Option<Reason>, String)> {
    plane.shown.forget(action);
    let mut watch = Watch::new(ward, action);
    let nobody = |why: &str| Err((None, format!("it was approved, and {why}")));
    tokio::select! {
        biased;
        () = plane.parcels.come(action) => Ok(()),
        objection = watch.cut_off() => Err((Some(objection.reason), objection.detail)),
        () = plane.stop.cancelled() => nobody("the control plane went down before the same call came again"),
        () = tokio::time::sleep(PATIENCE) => nobody("the same call did not come again within 15 min"),
    }
}
