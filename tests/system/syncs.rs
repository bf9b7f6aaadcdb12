//! Disks that lie in other ways than by being full: a sync that fails, and syncs that take their time.

use futures::future::join_all;
use remit_core::DomainName;
use remit_journal::Journal;
use remit_proto::v1 as pb;
use remit_tests::{admit::is_admit, site::Site};

use crate::{
    REMITD,
    disk_full::{check, refund_until_refused, start_with_all},
    switches::refund_until_stopped,
};

/// SQLite goes on after a sync that failed, although the pages may be lost. We do not.
#[tokio::test]
async fn a_sync_that_fails_ends_writing_and_loses_nothing() {
    let site = Site::new(REMITD).await;
    site.contracts.edit("rate: 10/s", "rate: 10000/s");
    site.contracts.edit("rate: 50/s", "rate: 10000/s");
    // One sync fails, all later ones would succeed.
    let Some(remitd) = site.start_with_syncs("error=EIO:when=100").await else { return };
    let mut agent = remitd.agent().await;
    let mut operator = remitd.operator().await;
    let (paid, run, status) = refund_until_refused(&mut agent).await;
    check::<()>(Err(status.clone()));
    assert!(status.message().contains("check that disk"), "the remedy: {status}");
    assert!(!paid.is_empty());
    for again in 0..3 {
        check(agent.try_run("refund-decision", &format!("again-{again}")).await);
        check(agent.try_act(&run, "transactions.get", r#"{"transaction_id":"US-1-x"}"#).await);
    }
    let stop = pb::SetSwitchRequest {
        scope: "all".to_owned(),
        ceiling: pb::Level::None.into(),
        ..Default::default()
    };
    check(operator.0.set_switch(stop).await);
    remitd.kill().await;
    let remitd = start_with_all(&site, &paid).await;
    remitd.stop().await;
}

/// Each sync takes 20 ms: all wait longer, a stop too, and what it promises holds.
#[tokio::test]
async fn a_slow_disk_makes_slow_and_not_wrong() {
    let site = Site::new(REMITD).await;
    site.contracts.edit("rate: 10/s", "rate: 10000/s");
    site.contracts.edit("rate: 50/s", "rate: 10000/s");
    let Some(remitd) = site.start_with_syncs("delay_enter=20000").await else { return };
    let agent = remitd.agent().await;
    let mut operator = remitd.operator().await;
    let refunds = join_all((0..6).map(|name| refund_until_stopped(agent.clone(), name)));
    let stopping = async {
        site.upstream.paid(6).await;
        operator.ceiling("service:refund-decision", pb::Level::None).await
    };
    let (paid, stop) = tokio::join!(refunds, stopping);
    let paid: usize = paid.into_iter().sum();
    assert!(6 <= paid);
    operator.verify().await;
    remitd.kill().await;

    let journal = Journal::open(&site.data()).unwrap();
    let after = journal.read(&DomainName::from("payments"), stop.positions["payments"], 100_000).unwrap();
    assert_eq!(after.iter().filter(|record| is_admit(record)).count(), 0);
    journal.close();
    assert_eq!(site.upstream.ledger().payouts().len(), paid);
}

/// SQLite is built to wait for what it wrote, not for the times of the file as well, which are a write of their own.
#[tokio::test]
async fn a_commit_waits_for_its_data_alone() {
    let site = Site::new(REMITD).await;
    let noted = site.data().with_extension("syncs");
    let Some(remitd) = site.start_with_syncs_noted(&noted).await else { return };
    let mut agent = remitd.agent().await;
    let syncs = || {
        let lines = std::fs::read_to_string(&noted).unwrap();
        ["fsync(", "fdatasync("].map(|call| lines.matches(call).count())
    };
    let before = syncs();
    for case in 0..20 {
        agent.try_run("refund-decision", &format!("case-{case}")).await.unwrap();
    }
    let [whole, data] = syncs();
    assert!(before[1].saturating_add(20) <= data, "{before:?}, then {data}");
    assert_eq!(whole, before[0], "no commit needs more");
    remitd.stop().await;
}
