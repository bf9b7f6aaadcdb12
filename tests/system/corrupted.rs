//! A journal that somebody altered: the start refuses and names domain, event, flaw and remedy.

use std::fs;

use remit_tests::site::Site;
use rusqlite::Connection;

use crate::REMITD;

/// A site with some history, stopped.
async fn history() -> Site {
    let site = Site::new(REMITD).await;
    let remitd = site.start().await;
    let mut agent = remitd.agent().await;
    let run = agent.run("case-1").await;
    agent.refund(&run, "US-500-a", 500).await;
    remitd.operator().await.verify().await;
    remitd.stop().await;
    site
}

/// Changes the journal behind its back and returns what the next start says.
async fn after(alter: &str) -> (i64, String) {
    let site = history().await;
    let database = Connection::open(site.data().join("journal.sqlite")).unwrap();
    let seq: i64 = database
        .query_row(
            "SELECT seq FROM events WHERE domain = 'payments' AND kind = 'action_settled' ORDER BY seq DESC LIMIT 1",
            [],
            |row| row.get(0),
        )
        .unwrap();
    let changed = database.execute(alter, [seq]).unwrap();
    assert!(0 < changed, "nothing was altered");
    drop(database);
    let refused = site.start_refused().await;
    assert_eq!(refused.code, Some(1), "{}", refused.said);
    assert!(refused.said.contains("restore the backup"), "the remedy is missing:\n{}", refused.said);
    (seq, refused.said)
}

#[tokio::test]
async fn a_body_of_which_one_byte_was_changed() {
    let (seq, said) = after(
        "UPDATE events SET body = replace(body, 'po-1', 'po-9') WHERE domain = 'payments' AND seq = ?1",
    )
    .await;
    let wanted = format!("the journal of `payments` was altered at event {seq}: its hash does not match");
    assert!(said.contains(&wanted), "{said}");
}

#[tokio::test]
async fn an_event_that_was_taken_out() {
    let (seq, said) = after("DELETE FROM events WHERE domain = 'payments' AND seq = ?1 - 1").await;
    let wanted = format!("the journal of `payments` was altered at event {}: it is missing", seq - 1);
    assert!(said.contains(&wanted), "{said}");
}

#[tokio::test]
async fn a_column_that_contradicts_the_body() {
    let (seq, said) =
        after("UPDATE events SET kind = 'run_ended' WHERE domain = 'payments' AND seq = ?1").await;
    let wanted = format!("altered at event {seq}: column `kind` contradicts the body");
    assert!(said.contains(&wanted), "{said}");
}

#[tokio::test]
async fn an_alteration_under_a_running_control_plane_shows_in_verify() {
    let site = Site::new(REMITD).await;
    let remitd = site.start().await;
    let mut agent = remitd.agent().await;
    let run = agent.run("case-1").await;
    agent.refund(&run, "US-500-a", 500).await;
    let mut operator = remitd.operator().await;
    operator.verify().await;
    let database = Connection::open(site.data().join("journal.sqlite")).unwrap();
    let alter = "UPDATE events SET at = at + 1 WHERE domain = 'payments' AND seq = 2";
    database.execute(alter, []).unwrap();
    let found = operator.0.verify(remit_proto::v1::VerifyRequest {}).await.unwrap().into_inner();
    assert!(!found.ok);
    let payments = found.domains.iter().find(|domain| domain.domain == "payments").unwrap();
    assert!(payments.problem.contains("altered at event 2"), "{payments:?}");
    let other = found.domains.iter().find(|domain| domain.domain == "remit-control").unwrap();
    assert!(other.ok, "each domain has a chain of its own: {other:?}");
}

#[tokio::test]
async fn a_file_that_is_no_journal() {
    let site = history().await;
    let path = site.data().join("journal.sqlite");
    fs::write(&path, "a text that somebody saved under this name").unwrap();
    let refused = site.start_refused().await;
    let wanted = format!("`{}` is not a readable journal", path.display());
    assert!(
        refused.said.contains(&wanted) && refused.said.contains("restore the backup"),
        "{}",
        refused.said
    );
}
