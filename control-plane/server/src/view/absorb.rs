//! Takes committed records into the read model.

use std::sync::Arc;

use remit_core::{ActionId, Event, RunId, switch::Mode};
use remit_journal::Record;

use super::{ActionCard, Inner, OpenRuns, RunCard, View};
use crate::contracts::Contracts;

impl View {
    /// Takes over what was committed, live or while replaying.
    pub(crate) fn absorb(&self, records: &[Arc<Record>], contracts: &Contracts) {
        let mut inner = self.inner.write();
        for record in records {
            inner.absorb(record);
            if let Event::ContractActivated { terms, .. } = &record.event
                && let Some(version) = inner.state.versions.get(&terms.digest)
            {
                contracts.recall(terms.digest, &version.files);
            }
            self.follow(record, contracts);
            inner.notice_evidence(record, &self.open);
        }
        inner.forget();
        drop(inner);
        if records.iter().any(|record| cuts(&record.event)) {
            self.cuts.send_replace(());
        }
    }

    /// Keeps the open runs in step, which the preparation reads without this lock.
    fn follow(&self, record: &Record, contracts: &Contracts) {
        if let Event::RunStarted { run, contract, declared, .. } = &record.event
            && let Some(contract) = contracts.get(contract)
        {
            self.open.open(*run, record.domain.clone(), contract, declared);
        }
        if let Event::RunEnded { run, .. } | Event::RollbackStarted { run, .. } = &record.event {
            self.open.close(*run);
        }
    }
}

fn cuts(event: &Event) -> bool {
    if let Event::SwitchSet(switch) = event { switch.mode == Mode::Cancel } else { false }
}

impl Inner {
    pub(super) fn absorb(&mut self, record: &Arc<Record>) {
        self.notice_deed(record);
        self.state.apply(&record.event, record.at);
        self.seq = record.seq;
        self.recent.push_back(Arc::clone(record));
        if let Event::ActionDecided(decided) = &record.event {
            self.decided(decided.proposal.action, decided.proposal.run, record);
            if let Some((target, _)) = decided.undoes {
                self.acted(target, record);
            }
        } else if let Some(action) = record.event.action() {
            self.acted(action, record);
        }
        if let Some(run) = record.event.run() {
            self.ran(run);
        }
        if let Event::ActionSettled(settled) = &record.event {
            // A compensation that succeeded moved its target too.
            let target = self.actions.get(&settled.action).and_then(|card| card.action.undoes);
            if let Some((target, _)) = target {
                self.acted(target, record);
            }
        }
    }

    fn decided(&mut self, action: ActionId, run: RunId, record: &Arc<Record>) {
        let (Some(action), Some(run)) = (self.state.actions.get(&action), self.state.runs.get(&run)) else {
            return;
        };
        let card = ActionCard {
            action: Arc::clone(action),
            terms: Arc::clone(&run.terms),
            decided: Arc::clone(record),
            returned: None,
            released: None,
            settled: None,
        };
        let tally = self.tallies.entry(run.terms.service.clone()).or_default();
        tally.decided(&card, record.at);
        tally.moved(None, card.action.status);
        if let Some(run) = self.runs.get_mut(&card.action.run) {
            run.actions.push(card.action.id);
        }
        self.action_order.push_back(card.action.id);
        self.actions.insert(card.action.id, Arc::new(card));
    }

    fn acted(&mut self, id: ActionId, record: &Arc<Record>) {
        let Some(card) = self.actions.get_mut(&id).map(Arc::make_mut) else { return };
        let before = card.action.status;
        // What the state has dropped keeps its last look.
        if let Some(action) = self.state.actions.get(&id) {
            card.action = Arc::clone(action);
        }
        if record.event.action() == Some(id) {
            if let Event::ActionReturned(_) = &record.event {
                card.returned = Some(Arc::clone(record));
            }
            if let Event::ActionReleased { .. } = &record.event {
                card.released = Some(Arc::clone(record));
            }
            if let Event::ActionSettled(_) = &record.event {
                card.settled = Some(Arc::clone(record));
            }
        }
        let after = card.action.status;
        let ended = card.is_ended();
        let service = card.terms.service.clone();
        if before != after {
            self.tallies.entry(service).or_default().moved(Some(before), after);
        }
        if ended {
            for waiter in self.ends.remove(&id).unwrap_or_default() {
                // Whoever waited may have gone away.
                let _: Result<(), ()> = waiter.send(());
            }
        }
    }

    fn ran(&mut self, id: RunId) {
        let Some(run) = self.state.runs.get(&id) else { return };
        let tally = self.tallies.entry(run.terms.service.clone()).or_default();
        if let Some(card) = self.runs.get_mut(&id) {
            let before = card.in_use();
            card.refresh(run);
            tally.run(before, card);
        } else {
            let card = RunCard::of(run);
            tally.run(super::tally::InUse::default(), &card);
            self.run_order.push_back(id);
            self.runs.insert(id, card);
        }
    }

    /// A result that the contract calls evidence is what the next preparation may rely on. Where the contract has
    /// rules of origin, any result may be where a value was seen first.
    fn notice_evidence(&self, record: &Record, open: &OpenRuns) {
        let Event::ActionSettled(settled) = &record.event else { return };
        if let (Some(run), Some(card)) = (open.get(settled.run), self.actions.get(&settled.action)) {
            if run.contract.has_origin()
                && let Some(sighting) = card.sighting()
            {
                run.sighted(sighting);
            }
            if !settled.evidence.is_empty() {
                run.saw(card.seen());
            }
        }
    }
}
