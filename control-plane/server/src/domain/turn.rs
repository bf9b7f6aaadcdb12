//! The loop's turn: take what waits, decide it, hand it to the journal as one batch.

use std::{ops::Range, sync::Arc};

use remit_core::{Event, State, Timestamp, turn};
use remit_journal::{Batch, Journal};
use tokio::sync::mpsc;

use super::{
    Fault, Health, Job, Reply,
    pipeline::{MOST, Pipeline, Place},
    publish::Publication,
};
use crate::{clock, crash};

pub(super) struct Loop {
    pub(super) state: State,
    pub(super) after: u64,
    pub(super) journal: Journal,
    pub(super) health: Arc<Health>,
    pub(super) publish: mpsc::UnboundedSender<Publication>,
}

/// Whose answer lies where in a batch.
pub(super) struct Waiter {
    pub(super) reply: Reply,
    pub(super) answer: Result<Range<usize>, Fault>,
}

impl Loop {
    pub(super) async fn run(mut self, mut waiting: mpsc::Receiver<Job>, mut urgent: mpsc::Receiver<Job>) {
        let pipeline = Pipeline::new();
        let (mut first, mut jobs) = (Vec::with_capacity(MOST), Vec::with_capacity(MOST));
        loop {
            let Some(mut place) = pipeline.enter().await else { return };
            let share = pipeline.share(waiting.len());
            let received = tokio::select! {
                biased;
                received = urgent.recv_many(&mut first, MOST) => received,
                received = waiting.recv_many(&mut jobs, share) => received,
            };
            if received == 0 {
                return;
            }
            place.hold(received);
            if let Some(cause) = self.health.failed() {
                let fault = Fault::Failed { domain: self.state.domain.clone(), cause };
                for job in first.drain(..).chain(jobs.drain(..)) {
                    // A caller that has gone away needs no answer.
                    drop(job.reply.send(Err(fault.clone())));
                }
                continue;
            }
            let (events, waiters) = self.decide(first.drain(..).chain(jobs.drain(..)));
            self.commit(events, waiters, place);
        }
    }

    fn decide(&mut self, jobs: impl Iterator<Item = Job>) -> (Vec<(Timestamp, Event)>, Vec<Waiter>) {
        let commands = jobs.size_hint().0;
        let (mut events, mut waiters) = (Vec::with_capacity(commands), Vec::with_capacity(commands));
        for Job { command, reply } in jobs {
            let now = clock::now();
            let answer = match turn(&mut self.state, command, now) {
                Ok(decided) => {
                    let from = events.len();
                    events.extend(decided.into_iter().map(|event| (now, event)));
                    Ok(from..events.len())
                }
                Err(refusal) => Err(Fault::Refused(refusal)),
            };
            waiters.push(Waiter { reply, answer });
        }
        (events, waiters)
    }

    /// Answers come from the publisher, in the order of the commits, also where there is nothing to
    /// commit: a refusal may rest on what is still on its way to the disk.
    fn commit(&mut self, events: Vec<(Timestamp, Event)>, waiters: Vec<Waiter>, place: Place) {
        crash::at_each("before-commit", events.iter().map(|(_, event)| event));
        let batch = Batch { domain: self.state.domain.clone(), after: self.after, events };
        self.after = self.after.saturating_add(u64::try_from(batch.events.len()).unwrap_or(u64::MAX));
        let (health, publish) = (Arc::clone(&self.health), self.publish.clone());
        let domain = self.state.domain.clone();
        self.journal.append(
            batch,
            Box::new(move |written| {
                let records = written.map_err(|error| {
                    health.fail(error.to_string());
                    tracing::error!(%domain, %error, "the journal failed: the domain refuses everything");
                    Fault::Failed { domain, cause: error.to_string() }
                });
                if publish.send(Publication { records, waiters, place }).is_err() {
                    health.fail("nobody publishes what was committed".to_owned());
                }
            }),
        );
    }
}
