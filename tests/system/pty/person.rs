//! What a person does at the console, by its keys, against a real control plane: approve, deny, stop, release.

use remit_proto::v1::ActionStatus;
use remit_tests::{
    client::Agent,
    site::{Remitd, Site},
    terminal::Terminal,
};
use std::time::Instant;

use crate::{REMIT, REMITD};

const SCOPE: &str = "service:refund-decision";

/// A console at a control plane whose refunds wait for a person, and all that it takes.
pub(super) struct Desk {
    pub(super) site: Site,
    pub(super) remitd: Remitd,
    pub(super) agent: Agent,
}

impl Desk {
    pub(super) async fn new() -> Self {
        let site = Site::new(REMITD).await;
        let remitd = site.start().await;
        let agent = remitd.agent().await;
        Self { site, remitd, agent }
    }

    /// A refund that waits for a person: its action, its escalation's digest.
    pub(super) async fn held(&mut self, case: &str) -> (String, String) {
        let run = self.agent.run(case).await;
        let held = self.agent.refund(&run, &format!("US-50000-{case}"), 30_000).await;
        let pending = self.remitd.operator().await.pending().await;
        let asked = pending.iter().find(|it| it.id == held.escalation).unwrap();
        (held.action, asked.digest.clone())
    }

    /// The console, once it shows the picture. It waits for a terminal, so it has a thread of its own.
    pub(super) async fn at_console<T: Send + 'static>(
        &self,
        size: (u16, u16),
        act: impl FnOnce(Terminal) -> T + Send + 'static,
    ) -> T {
        let (context, home) = (self.site.data().join("context.toml"), self.site.path().to_owned());
        let sit = move || {
            let console = Terminal::start_in(size, REMIT, &["--context", context.to_str().unwrap()], &home);
            console.shows(&["1 Overview", "LIVE"]);
            act(console)
        };
        tokio::task::spawn_blocking(sit).await.unwrap()
    }
}

pub(super) fn leave(mut console: Terminal) {
    console.press(":quit\r");
    let (status, text) = console.ended();
    assert!(status.success(), "{status:?}\n{text}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_approval_takes_reading_a_reason_and_the_digest() {
    let mut desk = Desk::new().await;
    let (action, digest) = desk.held("a").await;
    let tail = digest.get(digest.len() - 4..).unwrap().to_owned();
    desk.at_console((80, 24), move |mut console| {
        console.press_for("2", &["2 Queue", "WHAT"]);
        console.press_for("\r", &["lapses in", "-- lines 1 to"]);
        console.press_for("a", &["approve is locked: read on with Space"]);
        console.press_until(" ", "; end --");
        // A key counts for the frame before it until the console knows that this one is on the terminal.
        console.press_until("a", "APPROVE");
        console.shows(&["live: Enter"]);
        // Neither a reason alone nor Enter alone decides: Enter goes to what is missing.
        console.press("\r");
        console.press_for("checked by phone\r", &["type `"]);
        console.press_for(&format!("{tail}\r"), &["ACKED"]);
        leave(console);
    })
    .await;
    assert_eq!(desk.agent.end_of(&action).await.status(), ActionStatus::Succeeded);
    assert_eq!(desk.site.upstream.ledger().payouts().len(), 1);
    desk.remitd.operator().await.verify().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_denial_takes_a_reason_and_no_reading() {
    let mut desk = Desk::new().await;
    let (action, _) = desk.held("a").await;
    desk.at_console((80, 24), |mut console| {
        console.press_for("2", &["2 Queue", "WHAT"]);
        console.press_for("d", &["DENY", "live: Enter"]);
        console.press_for("no such sale\r", &["ACKED"]);
        leave(console);
    })
    .await;
    assert_eq!(desk.agent.end_of(&action).await.status(), ActionStatus::Denied);
    assert!(desk.site.upstream.ledger().payouts().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[expect(clippy::print_stdout, reason = "how long a stop takes is for people to read")]
async fn a_stop_by_keys_holds_and_a_release_takes_its_name() {
    let mut desk = Desk::new().await;
    let run = desk.agent.run("case-1").await;
    let look = serde_json::json!({ "transaction_id": "US-500-a" });
    desk.at_console((80, 24), |mut console| {
        console.press_for("j", &["refund-decision"]);
        let begun = Instant::now();
        console.press_for("!", &["ACT on"]);
        console.press_until("s", "STOP service:");
        console.shows(&["live: Enter"]);
        console.press_for("1\r", &["ACKED"]);
        println!("a stop by real keys, from `!` to acknowledged: {} ms", begun.elapsed().as_millis());
        leave(console);
    })
    .await;
    assert_eq!(desk.agent.act(&run, "transactions.get", &look).await.status(), ActionStatus::Denied);
    desk.at_console((80, 24), |mut console| {
        console.press_for(&format!(":release {SCOPE}\r"), &["RELEASE", "live: Enter"]);
        console.press_for("looked at it, it is well\r", &["type `"]);
        console.press_for(&format!("{SCOPE}\r"), &["ACKED"]);
        leave(console);
    })
    .await;
    assert_eq!(desk.agent.act(&run, "transactions.get", &look).await.status(), ActionStatus::Succeeded);
}
