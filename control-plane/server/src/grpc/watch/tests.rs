//! Decisions come without a gap and never before the view knows them.

use remit_core::Event;
use remit_journal::Batch;

use super::*;
use crate::{
    contracts::Contracts,
    view::sample::{activated, decided, ended, started},
};

async fn stored(events: Vec<Event>) -> (Journal, Vec<Arc<Record>>) {
    let journal = Journal::memory();
    let (done, written) = tokio::sync::oneshot::channel();
    let events = events.into_iter().map(|event| (remit_core::Timestamp::from_micros(1), event)).collect();
    let batch = Batch { domain: "payments".into(), after: 0, events };
    journal.append(batch, Box::new(move |records| done.send(records.unwrap()).unwrap()));
    let records = written.await.unwrap();
    (journal, records)
}

#[tokio::test]
async fn catching_up_waits_for_the_view() {
    let (journal, records) = stored(vec![activated(), started(), decided(2, "{}", true), ended()]).await;
    let view = Arc::new(View::new("payments".into(), Arc::default()));
    // The last record is on disk, and the publisher has not come to it yet.
    let (known, late) = records.split_at(3);
    view.absorb(known, &Contracts::default());
    let (sender, mut told) = mpsc::channel(16);
    let mut follow = Follow { view: Arc::clone(&view), last: 0, sender };
    assert!(follow.catch_up(&journal).await);
    assert_eq!(follow.last, 3);
    assert_eq!(told.try_recv().unwrap().unwrap().seq, 3);
    assert!(told.try_recv().is_err(), "the late record is not told before it is published");
    // Now it is: live, as the first after what was caught up with.
    let (publisher, updates) = broadcast::channel(16);
    view.absorb(late, &Contracts::default());
    for record in &records {
        publisher.send(Arc::clone(record)).unwrap();
    }
    drop(publisher);
    follow.run(journal, updates).await;
    assert_eq!(told.try_recv().unwrap().unwrap().seq, 4);
    assert!(told.recv().await.is_none(), "each is told once");
}

#[tokio::test]
async fn a_reader_that_lagged_misses_nothing() {
    let (journal, records) = stored(vec![activated(), started(), decided(2, "{}", true), ended()]).await;
    let view = Arc::new(View::new("payments".into(), Arc::default()));
    view.absorb(&records, &Contracts::default());
    let (publisher, updates) = broadcast::channel(1);
    for record in &records {
        publisher.send(Arc::clone(record)).unwrap();
    }
    drop(publisher);
    let (sender, mut told) = mpsc::channel(16);
    Follow { view, last: 2, sender }.run(journal, updates).await;
    let mut positions = Vec::new();
    while let Some(update) = told.recv().await {
        positions.push(update.unwrap().seq);
    }
    assert_eq!(positions, [3, 4]);
}

#[tokio::test]
async fn a_stream_whose_reader_left_ends() {
    let (gone, ended) = tokio::sync::oneshot::channel::<()>();
    let updates = stream::<(), _>(1, CancellationToken::new(), |sender| async move {
        let _open = (sender, gone);
        std::future::pending::<()>().await;
    });
    drop(updates);
    // The feed, and with it the other end, is dropped though it never had anything to send.
    assert!(ended.await.is_err());
}

#[test]
fn a_filter_looks_into_long_parameters() {
    let long = format!(r#"{{"note":"{}needle"}}"#, "x".repeat(4_096));
    let (view, records) = crate::view::sample::view(vec![activated(), started(), decided(2, &long, false)]);
    let record = records.last().unwrap();
    let mut row = view.read(|inner| trace::record(record, inner));
    assert_eq!(row.params_json, "");
    let mut shows = |filter: &str| {
        let request = pb::WatchTraceRequest { filter: filter.to_owned(), ..Default::default() };
        Wanted::of(request).unwrap().shows(&mut row, record)
    };
    assert!(shows("NEEDLE"));
    assert!(shows("params.note~needle$"));
    assert!(!shows("pin"));
    assert_eq!(row.params_json, "", "what is sent stays short");
}
