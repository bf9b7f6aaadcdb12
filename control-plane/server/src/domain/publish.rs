//! After the commit: the read model, then subscribers and effects, then the answers, always in this order,
//! so that whoever was answered finds what happened.

use std::sync::Arc;

use remit_journal::Record;
use tokio::sync::{OwnedSemaphorePermit, broadcast, mpsc};

use super::{Fault, turn::Waiter};
use crate::{contracts::Contracts, crash, effects::Effects, view::View};

/// One batch that was written, or was not.
pub(super) struct Publication {
    pub(super) records: Result<Vec<Arc<Record>>, Fault>,
    pub(super) waiters: Vec<Waiter>,
    /// Its place in the pipeline, free once it is published.
    pub(super) slot: OwnedSemaphorePermit,
}

/// What a domain's commits are shown to.
#[derive(Debug)]
pub(crate) struct Publisher {
    pub(crate) view: Arc<View>,
    pub(crate) contracts: Arc<Contracts>,
    pub(crate) updates: broadcast::Sender<Arc<Record>>,
    pub(crate) effects: Effects,
}

impl Publisher {
    pub(super) fn spawn(self) -> mpsc::UnboundedSender<Publication> {
        // Bounded by the loop's pipeline, not by the channel.
        let (sender, mut batches) = mpsc::unbounded_channel::<Publication>();
        tokio::spawn(async move {
            while let Some(Publication { records, waiters, slot }) = batches.recv().await {
                if let Ok(records) = &records {
                    self.show(records);
                    crash::at_each("before-answer", records.iter().map(|record| &record.event));
                }
                for Waiter { reply, answer } in waiters {
                    let answer = match &records {
                        Err(fault) => Err(fault.clone()),
                        Ok(records) => {
                            answer.map(|range| records.get(range).map(<[_]>::to_vec).unwrap_or_default())
                        }
                    };
                    // A caller that has gone away needs no answer.
                    drop(reply.send(answer));
                }
                drop(slot);
            }
        });
        sender
    }

    fn show(&self, records: &[Arc<Record>]) {
        crash::at_each("after-commit", records.iter().map(|record| &record.event));
        self.view.absorb(records, &self.contracts);
        for record in records {
            self.effects.of(record);
            // Nobody watches: nothing to tell.
            drop(self.updates.send(Arc::clone(record)));
        }
    }
}
