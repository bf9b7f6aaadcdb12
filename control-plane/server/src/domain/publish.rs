//! After the commit: the read model, then subscribers and effects, then the answers, always in this order,
//! so that whoever was answered finds what happened.

use std::sync::Arc;

use remit_journal::Record;
use tokio::{
    runtime::Handle,
    sync::{broadcast, mpsc},
};

use super::{Fault, pipeline::Place, turn::Waiter};
use crate::{contracts::Contracts, crash, effects::Effects, view::View};

/// Callers whose news is taken over before they are answered: so few that the first go on while the others' is taken
/// over, so many that the read model is not locked for each and that answers for one connection leave together.
const PORTION: usize = 32;

/// One batch that was written, or was not.
pub(super) struct Publication {
    pub(super) records: Result<Vec<Arc<Record>>, Fault>,
    pub(super) waiters: Vec<Waiter>,
    /// Free once it is published.
    pub(super) place: Place,
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
    pub(super) fn spawn(self, on: &Handle) -> mpsc::UnboundedSender<Publication> {
        // Bounded by the loop's pipeline, not by the channel.
        let (sender, mut batches) = mpsc::unbounded_channel::<Publication>();
        on.spawn(async move {
            while let Some(Publication { records, waiters, place }) = batches.recv().await {
                match records {
                    Ok(records) => self.publish(&records, waiters),
                    Err(fault) => {
                        for Waiter { reply, .. } in waiters {
                            // A caller that has gone away needs no answer.
                            drop(reply.send(Err(fault.clone())));
                        }
                    }
                }
                drop(place);
            }
        });
        sender
    }

    /// Portion by portion, in order; what one command made happen is shown together.
    fn publish(&self, records: &[Arc<Record>], waiters: Vec<Waiter>) {
        let (mut shown, mut waiters) = (0, waiters.into_iter());
        while waiters.len() > 0 {
            let portion: Vec<Waiter> = waiters.by_ref().take(PORTION).collect();
            let ends = portion.iter().rev().find_map(|waiter| waiter.answer.as_ref().ok());
            let ends = ends.map_or(shown, |range| range.end);
            let news = records.get(shown..ends).unwrap_or_default();
            shown = ends;
            self.show(news);
            crash::at_each("before-answer", news.iter().map(|record| &record.event));
            for Waiter { reply, answer } in portion {
                let answer = answer.map(|range| records.get(range).map(<[_]>::to_vec).unwrap_or_default());
                // A caller that has gone away needs no answer.
                drop(reply.send(answer));
            }
        }
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
