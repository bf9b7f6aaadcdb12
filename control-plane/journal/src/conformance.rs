//! What every store must do; each case gets an empty journal. A further store adds one line to `stores!`.

#![expect(clippy::arithmetic_side_effects, reason = "a test that overflows fails")]

use std::sync::mpsc;

use proptest::{prelude::*, test_runner::TestRunner};
use remit_core::{DomainName, Event};

use crate::{
    Error, Journal,
    chain::Head,
    codec,
    testing::{access, action, append, batch, ended, payments, run, send, seqs, started},
};

fn in_memory(case: fn(&Journal)) {
    let journal = Journal::memory();
    case(&journal);
    journal.close();
}

fn in_sqlite(case: fn(&Journal)) {
    let dir = tempfile::tempdir().unwrap();
    let journal = Journal::open(dir.path()).unwrap();
    case(&journal);
    journal.close();
}

macro_rules! stores {
    ($($case:ident)*) => {
        mod memory { $( #[test] fn $case() { super::in_memory(super::$case); } )* }
        mod sqlite { $( #[test] fn $case() { super::in_sqlite(super::$case); } )* }
    };
}

stores! {
    positions_are_consecutive
    a_wrong_position_writes_nothing
    a_refusal_does_not_harm_its_neighbours
    nothing_appended_is_nothing_written
    reads_are_ordered_and_bounded
    runs_and_actions_are_found
    domains_have_chains_of_their_own
    many_in_flight_are_answered_in_order
    what_is_read_is_what_was_answered
    replay_sees_every_event
    a_closed_journal_takes_nothing
    a_panicking_answer_leaves_nobody_waiting
    random_batches_verify
}

fn positions_are_consecutive(journal: &Journal) {
    let first = append(journal, batch(&payments(), 0, vec![started(1, 1), started(2, 1)])).unwrap();
    let second = append(journal, batch(&payments(), 2, vec![started(3, 1)])).unwrap();
    assert_eq!((seqs(&first), seqs(&second)), (vec![1, 2], vec![3]));
    assert_eq!(journal.head(&payments()), Some((3, second[0].hash)));
    assert_eq!(journal.domains().unwrap(), [(payments(), 3)]);
}

fn a_wrong_position_writes_nothing(journal: &Journal) {
    append(journal, batch(&payments(), 0, vec![started(1, 1), started(2, 1)])).unwrap();
    for after in [0, 1, 3, u64::MAX] {
        let refused = append(journal, batch(&payments(), after, vec![started(3, 1), started(4, 1)]));
        assert_eq!(refused.unwrap_err(), Error::OutOfOrder { domain: payments(), after, head: 2 });
    }
    assert_eq!(journal.verify(&payments()).unwrap().events, 2);
    assert_eq!(
        append(journal, batch(&access(), 1, vec![started(1, 1)])).unwrap_err().to_string(),
        "a batch for `access` follows event 1, but the last stored event is 0; read the journal again and decide anew"
    );
    assert_eq!(journal.head(&access()), None);
}

fn a_refusal_does_not_harm_its_neighbours(journal: &Journal) {
    let answers = [
        send(journal, batch(&payments(), 0, vec![started(1, 1)])),
        send(journal, batch(&payments(), 7, vec![started(2, 1)])),
        send(journal, batch(&payments(), 1, vec![started(3, 1)])),
    ];
    let answers = answers.map(|answer| answer.recv().unwrap().ok().map(|records| seqs(&records)));
    assert_eq!(answers, [Some(vec![1]), None, Some(vec![2])]);
}

fn nothing_appended_is_nothing_written(journal: &Journal) {
    assert!(append(journal, batch(&payments(), 0, vec![])).unwrap().is_empty());
    assert!(append(journal, batch(&payments(), 1, vec![])).is_err());
    assert_eq!((journal.head(&payments()), journal.domains().unwrap()), (None, vec![]));
    let empty = journal.verify(&payments()).unwrap();
    assert_eq!((empty.events, empty.head), (0, Head::genesis(&payments()).hash));
}

fn reads_are_ordered_and_bounded(journal: &Journal) {
    append(journal, batch(&payments(), 0, (1..=5).map(|number| started(number, 1)).collect())).unwrap();
    let read = |after, limit| seqs(&journal.read(&payments(), after, limit).unwrap());
    assert_eq!(read(0, 100), [1, 2, 3, 4, 5]);
    assert_eq!(read(0, 2), [1, 2]);
    assert_eq!(read(3, 100), [4, 5]);
    assert_eq!(read(0, 0), [0; 0]);
    assert_eq!(read(5, 100), [0; 0]);
    assert_eq!(read(u64::MAX, 100), [0; 0]);
}

fn runs_and_actions_are_found(journal: &Journal) {
    let events = vec![started(1, 1), started(2, 2), ended(1, ""), started(1, 1)];
    append(journal, batch(&payments(), 0, events)).unwrap();
    append(journal, batch(&access(), 0, vec![started(1, 1)])).unwrap();
    assert_eq!(seqs(&journal.by_run(&payments(), run(1)).unwrap()), [1, 3, 4]);
    assert_eq!(seqs(&journal.by_run(&payments(), run(9)).unwrap()), [0; 0]);
    assert_eq!(seqs(&journal.by_action(&payments(), action(1)).unwrap()), [1, 4]);
    assert_eq!(seqs(&journal.by_action(&access(), action(1)).unwrap()), [1]);
}

fn domains_have_chains_of_their_own(journal: &Journal) {
    for number in 0..3 {
        for domain in [payments(), access()] {
            append(journal, batch(&domain, number, vec![started(number, 1)])).unwrap();
        }
    }
    let heads = [payments(), access()].map(|domain| journal.verify(&domain).unwrap());
    assert_eq!(heads.map(|verified| verified.events), [3, 3]);
    // The same events in another domain have other hashes.
    assert_ne!(heads[0].head, heads[1].head);
    assert_eq!(journal.domains().unwrap(), [(access(), 3), (payments(), 3)]);
}

fn many_in_flight_are_answered_in_order(journal: &Journal) {
    let (answer, answered) = mpsc::channel();
    let senders: Vec<_> = [payments(), access()]
        .into_iter()
        .map(|domain| {
            let (journal, answer) = (journal.clone(), answer.clone());
            std::thread::spawn(move || {
                for after in 0..500 {
                    let (answer, of) = (answer.clone(), domain.clone());
                    let done = move |result: crate::testing::Answered| {
                        answer.send((of, seqs(&result.unwrap()))).unwrap();
                    };
                    journal.append(batch(&domain, after, vec![started(after, 1)]), Box::new(done));
                }
            })
        })
        .collect();
    drop(answer);
    senders.into_iter().for_each(|sender| sender.join().unwrap());
    let answers: Vec<(DomainName, Vec<u64>)> = answered.iter().collect();
    for domain in [payments(), access()] {
        let own = answers.iter().filter(|(of, _)| *of == domain).flat_map(|(_, seqs)| seqs.clone());
        assert!(own.eq(1..=500));
    }
}

fn what_is_read_is_what_was_answered(journal: &Journal) {
    let golden = codec::tests::golden().into_iter().map(|(_, body)| codec::decode(&body).unwrap());
    let golden: Vec<Event> = golden.collect();
    let sent = golden.len();
    let answered = append(journal, batch(&payments(), 0, golden)).unwrap();
    let read = journal.read_stored(&payments(), 0, 100).unwrap();
    assert_eq!((answered.len(), read.len()), (sent, sent));
    for ((answered, read), (_, body)) in answered.iter().zip(&read).zip(codec::tests::golden()) {
        assert_eq!(
            (answered.at, answered.hash, body.as_str()),
            (read.record.at, read.record.hash, &*read.body)
        );
        assert_eq!(answered.event, read.record.event);
    }
}

fn replay_sees_every_event(journal: &Journal) {
    let count = 1500;
    append(journal, batch(&payments(), 0, (1..=count).map(|number| started(number, 1)).collect())).unwrap();
    let mut seen = Vec::new();
    let verified =
        journal.replay(&payments(), |record| seen.push((record.seq, record.event.action()))).unwrap();
    assert!(seen.into_iter().eq((1..=count).map(|number| (number, Some(action(number))))));
    assert_eq!(journal.head(&payments()), Some((verified.events, verified.head)));
}

fn a_closed_journal_takes_nothing(journal: &Journal) {
    let before = send(journal, batch(&payments(), 0, vec![started(1, 1)]));
    journal.clone().close();
    let after = send(journal, batch(&payments(), 1, vec![started(2, 1)]));
    assert_eq!(seqs(&before.recv().unwrap().unwrap()), [1]);
    assert_eq!(after.recv().unwrap().unwrap_err(), Error::Closed);
    assert_eq!(journal.verify(&payments()).unwrap().events, 1);
}

fn a_panicking_answer_leaves_nobody_waiting(journal: &Journal) {
    journal
        .append(batch(&payments(), 0, vec![started(1, 1)]), Box::new(|_| panic!("a defect of the caller")));
    let behind_it = append(journal, batch(&payments(), 1, vec![started(2, 1)])).unwrap_err();
    assert!(matches!(behind_it, Error::Failed { .. } | Error::Closed), "{behind_it:?}");
}

fn random_batches_verify(journal: &Journal) {
    let batches = prop::collection::vec((0..3_usize, prop::collection::vec(".{0,60}", 0..5)), 1..12);
    let tries = std::cell::Cell::new(0);
    let mut runner = TestRunner::new(ProptestConfig::with_cases(32));
    let outcome = runner.run(&batches, |batches| {
        let number_of_try = tries.get();
        tries.set(number_of_try + 1);
        let domains =
            [0, 1, 2].map(|number| DomainName::from(format!("try {number_of_try} domain {number}")));
        let mut ends = [0; 3];
        for (which, notes) in batches {
            let events = notes.iter().map(|note| ended(1, note)).collect();
            let records = append(journal, batch(&domains[which], ends[which], events)).unwrap();
            ends[which] += u64::try_from(records.len()).unwrap();
        }
        for (domain, end) in domains.iter().zip(ends) {
            prop_assert_eq!(journal.verify(domain).unwrap().events, end);
        }
        Ok(())
    });
    outcome.unwrap();
}
