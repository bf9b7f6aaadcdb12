//! Batches are of like size, and their places come free.

use super::{BATCHES, FEWEST, MOST, Pipeline, share};

#[test]
fn a_batch_takes_its_share() {
    let cases = [
        // waiting, under way, taken
        (0, 0, FEWEST),
        (1, 0, FEWEST),
        (24, 0, FEWEST),
        (64, 0, 22),
        (42, 22, 22),
        (22, 42, 22),
        (300, 300, 200),
        (10_000, 0, MOST),
        (usize::MAX, usize::MAX, MOST),
    ];
    for (waiting, under_way, taken) in cases {
        assert_eq!(share(waiting, under_way), taken, "{waiting} wait, {under_way} are under way");
    }
}

#[tokio::test]
async fn what_is_published_makes_room_and_counts_no_more() {
    let pipeline = Pipeline::new();
    let mut places = Vec::new();
    for _ in 0..BATCHES {
        let mut place = pipeline.enter().await.unwrap();
        place.hold(30);
        places.push(place);
    }
    assert_eq!(pipeline.share(0), 30);
    let full = tokio::select! {
        biased;
        _ = pipeline.enter() => false,
        () = std::future::ready(()) => true,
    };
    assert!(full, "a batch too many is under way");
    places.clear();
    assert_eq!(pipeline.share(30), 10);
    assert!(pipeline.enter().await.is_some());
}
