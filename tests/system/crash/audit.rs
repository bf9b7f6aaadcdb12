//! The books after a power cut: the journal, read by itself, against the ledger and what agents were told.

use std::{collections::BTreeMap, fmt, path::Path};

use remit_core::{
    ActionId, ActionStatus, DomainName, Event, Money, Outcome, RunId, State,
    escalation::EscalationStatus,
    event::{ActionDecided, ActionSettled, Settlement},
};
use remit_journal::{Journal, Record};
use remit_proto::v1;
use remit_tests::ledger::Ledger;

/// What the journal says about one action.
#[derive(Default, Debug)]
struct Told {
    tool: String,
    run: Option<RunId>,
    params: String,
    decided_at: u64,
    admitted: u32,
    started: u32,
    resent: u32,
    succeeded: Option<String>,
    failed: u32,
    hold: Money,
    undo_hold: Money,
}

/// One run's money, summed up here and not by the core.
#[derive(Default, Clone, PartialEq, Eq, Debug)]
struct Purse {
    held: u64,
    spent: u64,
}

#[derive(Default, Debug)]
struct Books {
    actions: BTreeMap<ActionId, Told>,
    purses: BTreeMap<RunId, Purse>,
}

/// Everything that was looked at so far.
#[derive(Default, Debug)]
pub(super) struct Audit {
    position: u64,
    paid: u64,
    in_doubt: u64,
    answers: u64,
}

impl fmt::Display for Audit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { position, paid, in_doubt, answers } = self;
        write!(f, "{position} events, {paid} payouts, {in_doubt} in doubt, {answers} answers checked")
    }
}

impl Audit {
    /// How many payouts there are.
    pub(super) const fn paid(&self) -> u64 {
        self.paid
    }

    /// Reads the journal of a process that is gone and checks everything; panics at the first difference.
    pub(super) fn look(
        &mut self,
        data: &Path,
        ledger: &Ledger,
        told: &[(String, v1::ActionStatus)],
        when: &str,
    ) {
        let domain = DomainName::from("payments");
        let journal = Journal::open(data).unwrap();
        let mut state = State::new(domain.clone());
        let mut books = Books::default();
        let verified = journal.replay(&domain, |record| {
            state.apply(&record.event, record.at);
            books.enter(record);
        });
        let verified = verified.unwrap_or_else(|error| panic!("{when}: {error}"));
        journal.close();
        assert!(self.position <= verified.events, "{when}: the chain got shorter");
        self.ledger_agrees(&books, &state, ledger, when);
        self.nothing_older_is_open(&state, &books, when);
        budgets_balance(&books, &state, when);
        for (action, status) in told {
            self.answers += 1;
            is_recorded(&state, action, *status, when);
        }
        self.position = verified.events;
    }

    /// No admitted effect is lost or doubled.
    fn ledger_agrees(&mut self, books: &Books, state: &State, ledger: &Ledger, when: &str) {
        let payouts = ledger.payouts();
        let mut by_key: BTreeMap<ActionId, &str> = BTreeMap::new();
        let mut by_sale: BTreeMap<&str, &str> = BTreeMap::new();
        for payout in &payouts {
            let id: ActionId = payout.key.parse().unwrap();
            assert!(by_key.insert(id, &payout.id).is_none(), "{when}: {payout:?} is a double of its key");
            let first = by_sale.insert(&payout.transaction, &payout.id);
            assert!(first.is_none(), "{when}: {payout:?} is a double of {first:?}");
            let told =
                books.actions.get(&id).unwrap_or_else(|| panic!("{when}: {payout:?} was never decided"));
            // A power cut may come before the start; then it was sent for the first time as one more sending.
            let sent = told.started == 1 || (told.started == 0 && 0 < told.resent);
            assert!(told.admitted == 1 && sent, "{when}: {payout:?} was not admitted: {told:?}");
            assert_eq!((&*told.tool, &told.params), ("payout.create", &payout.body), "{when}");
            assert_eq!(told.failed, 0, "{when}: {payout:?} is said to have failed");
        }
        self.in_doubt = 0;
        for (id, told) in books.actions.iter().filter(|(_, told)| told.tool == "payout.create") {
            if let Some(result) = &told.succeeded {
                let payout =
                    by_key.get(id).unwrap_or_else(|| panic!("{when}: {id} was never paid: {told:?}"));
                assert!(result.contains(&format!("\"{payout}\"")), "{when}: {result} is not {payout}");
            }
            self.in_doubt += u64::from(state.actions[id].status == ActionStatus::InDoubt);
        }
        self.paid = payouts.len() as u64;
    }

    /// What an earlier process had in its hands has come to an end in a later one.
    fn nothing_older_is_open(&self, state: &State, books: &Books, when: &str) {
        for action in state.actions.values().filter(|action| action.status.is_in_flight()) {
            let decided_at = books.actions[&action.id].decided_at;
            let held_before = action.escalation.is_some();
            assert!(self.position < decided_at || held_before, "{when}: {action:?} was left open");
        }
    }
}

impl Books {
    #[expect(clippy::wildcard_enum_match_arm, reason = "the other events move neither money nor effects")]
    fn enter(&mut self, record: &Record) {
        match &record.event {
            Event::ActionDecided(decided) => self.decided(decided, record.seq),
            Event::ActionReleased { action, decision, .. } if decision.outcome == Outcome::Admit => {
                self.action(*action).admitted += 1;
            }
            Event::ActionReleased { action, .. } => self.give_back(*action, Money::ZERO),
            Event::ActionStarted { action, .. } => self.action(*action).started += 1,
            Event::ActionResent { action, .. } => self.action(*action).resent += 1,
            Event::ActionSettled(settled) => self.settled(settled),
            Event::EscalationClosed { action, status, .. } if *status != EscalationStatus::Approved => {
                self.give_back(*action, Money::ZERO);
            }
            _ => {}
        }
    }

    fn action(&mut self, id: ActionId) -> &mut Told {
        self.actions.entry(id).or_default()
    }

    fn decided(&mut self, decided: &ActionDecided, seq: u64) {
        let proposal = &decided.proposal;
        let told = Told {
            tool: proposal.tool.to_string(),
            run: Some(proposal.run),
            params: proposal.params.as_str().to_owned(),
            decided_at: seq,
            admitted: u32::from(decided.decision.outcome == Outcome::Admit),
            hold: decided.hold,
            undo_hold: decided.undo_hold,
            ..Told::default()
        };
        let purse = self.purses.entry(proposal.run).or_default();
        purse.held += decided.hold.as_micros() + decided.undo_hold.as_micros();
        let before = self.actions.insert(proposal.action, told);
        assert!(before.is_none(), "{} was decided twice", proposal.action);
    }

    fn settled(&mut self, settled: &ActionSettled) {
        match &settled.settlement {
            Settlement::Succeeded { result } => {
                let told = self.action(settled.action);
                assert!(told.succeeded.is_none() && told.failed == 0, "{} ended twice", settled.action);
                told.succeeded = Some(result.as_str().to_owned());
                let (run, hold) = (told.run.unwrap(), told.hold.as_micros());
                // The money for undoing it stays held as long as it can be undone.
                let undo = if settled.undo.is_some() { 0 } else { told.undo_hold.as_micros() };
                let purse = self.purses.get_mut(&run).unwrap();
                purse.held -= hold + undo;
                purse.spent += settled.cost.as_micros();
            }
            Settlement::Failed { .. } => {
                let told = self.action(settled.action);
                assert!(told.succeeded.is_none() && told.failed == 0, "{} ended twice", settled.action);
                told.failed += 1;
                self.give_back(settled.action, settled.cost);
            }
            Settlement::InDoubt { .. } => {}
        }
    }

    fn give_back(&mut self, action: ActionId, cost: Money) {
        let told = self.action(action);
        let (run, hold) = (told.run.unwrap(), told.hold.as_micros() + told.undo_hold.as_micros());
        let purse = self.purses.get_mut(&run).unwrap();
        purse.held -= hold;
        purse.spent += cost.as_micros();
    }
}

/// Each run's budget is the sum over its actions, by the core's own account and by ours.
fn budgets_balance(books: &Books, state: &State, when: &str) {
    for run in state.runs.values() {
        let (held, spent) = (run.budget.held().as_micros(), run.budget.spent().as_micros());
        assert!(held + spent <= run.budget.limit().as_micros(), "{when}: {run:?}");
        let ours = books.purses.get(&run.id).cloned().unwrap_or_default();
        assert_eq!(ours, Purse { held, spent }, "{when}: {}", run.id);
        let actions = run.actions.iter().map(|id| &state.actions[id]);
        let sums = actions.fold((0, 0), |(held, spent), action| {
            let holds = action.hold.as_micros() + action.undo_hold.as_micros();
            (held + holds, spent + action.cost.as_micros())
        });
        assert_eq!(sums, (held, spent), "{when}: {}", run.id);
    }
}

/// What somebody was told is durable, and may only have moved on from there.
#[expect(clippy::wildcard_enum_match_arm, reason = "every other word is a failure")]
fn is_recorded(state: &State, action: &str, told: v1::ActionStatus, when: &str) {
    let id: ActionId = action.parse().unwrap();
    let known = state.actions.get(&id).unwrap_or_else(|| panic!("{when}: {action} was {told:?} and is lost"));
    let agrees = match told {
        v1::ActionStatus::Succeeded => known.status == ActionStatus::Succeeded,
        v1::ActionStatus::Held => known.escalation.is_some(),
        v1::ActionStatus::Denied => known.status == ActionStatus::Denied,
        v1::ActionStatus::Failed => known.status == ActionStatus::Failed,
        // What is sent again under its key comes to an end by itself.
        v1::ActionStatus::InDoubt => matches!(known.status, ActionStatus::InDoubt | ActionStatus::Succeeded),
        other => panic!("{when}: nobody is told {other:?}"),
    };
    assert!(agrees, "{when}: {action} was {told:?} and is {}", known.status);
}
