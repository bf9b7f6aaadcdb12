//! Notices what cuts a call off that is under way.

use std::{sync::Arc, time::Duration};

use remit_core::{ActionId, Event, Objection};
use remit_journal::Record;
use tokio::sync::broadcast::{Receiver, error::RecvError};

use crate::{clock, plane::Ward};

/// How long it waits before it looks at the time once more.
const AGAIN: Duration = Duration::from_millis(20);

/// Watches over one action.
pub(super) struct Watch<'a> {
    ward: &'a Ward,
    action: ActionId,
    updates: Receiver<Arc<Record>>,
    /// Until the time of its run is over.
    left: Option<Duration>,
}

impl<'a> Watch<'a> {
    /// From now on; what happened before is seen by the first look.
    pub(super) fn new(ward: &'a Ward, action: ActionId) -> Self {
        let updates = ward.updates.subscribe();
        let ends_by = ward.view.read(|inner| {
            let known = inner.state.actions.get(&action)?;
            inner.state.runs.get(&known.run)?.ends_by()
        });
        // A moment more: the limit itself is still within it.
        let left = ends_by.map(|end| Duration::from_millis(end.since_ms(clock::now()).saturating_add(1)));
        Self { ward, action, updates, left }
    }

    /// Waits until it must not go on, and says why.
    pub(super) async fn cut_off(&mut self) -> Objection {
        let timer = tokio::time::sleep(self.left.unwrap_or_default());
        tokio::pin!(timer);
        let look = || self.ward.view.read(|inner| inner.state.cut_off(self.action, clock::now()));
        loop {
            if let Some(objection) = look() {
                return objection;
            }
            loop {
                tokio::select! {
                    () = &mut timer, if self.left.is_some() => {
                        // Clocks differ a little: it looks again until it is so.
                        timer.set(tokio::time::sleep(AGAIN));
                        break;
                    }
                    update = self.updates.recv() => match update {
                        Ok(record) if may_cut(&record.event) => break,
                        Ok(_) => {}
                        Err(RecvError::Lagged(_)) => break,
                        // The domain goes down; the call ends with the process, or before.
                        Err(RecvError::Closed) => std::future::pending().await,
                    },
                }
            }
        }
    }
}

fn may_cut(event: &Event) -> bool {
    matches!(
        event,
        Event::SwitchSet(_)
            | Event::RunEnded { .. }
            | Event::RollbackStarted { .. }
            | Event::ContractRevoked(_)
            | Event::ApprovalsRequired { .. }
    )
}
