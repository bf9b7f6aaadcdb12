//! `--watch`: what has changed is shown without being asked for, until Ctrl-C.

use std::process::Stdio;

use remit_tests::{client::Agent, site::Site, terminal::Terminal};
use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt as _, BufReader, Lines},
    process::{Child, ChildStderr, ChildStdout},
};

use super::world;
use crate::REMIT;

/// A command that goes on, and what it writes.
struct Watching {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    remarks: Lines<BufReader<ChildStderr>>,
}

impl Watching {
    fn start(site: &Site, arguments: &[&str]) -> Self {
        let mut command = site.bare(REMIT.as_ref());
        let mut child =
            command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let remarks = BufReader::new(child.stderr.take().unwrap()).lines();
        Self { child, lines, remarks }
    }

    async fn line(&mut self) -> String {
        self.lines.next_line().await.unwrap().expect("it has ended")
    }

    async fn json(&mut self) -> Value {
        serde_json::from_str(&self.line().await).unwrap()
    }

    /// Ctrl-C; its exit code.
    async fn interrupt(mut self, site: &Site) -> Option<i32> {
        let pid = self.child.id().unwrap().to_string();
        let sent = site.bare("sh".as_ref()).args(["-c", "kill -INT \"$0\"", &pid]).status().await.unwrap();
        assert!(sent.success());
        self.child.wait().await.unwrap().code()
    }
}

#[tokio::test]
async fn every_change_is_one_document() {
    let (site, _remitd, mut agent) = world().await;
    let run = agent.run("case-1").await;
    let mut watching = Watching::start(&site, &["get", "escalations", "--watch", "-o", "json"]);
    assert_eq!(watching.json().await["escalations"], Value::Array(Vec::new()));
    let held = agent.refund(&run, "US-50000-a", 30_000).await;
    // A run that goes on is no change of the list.
    assert_eq!(watching.json().await["escalations"][0]["id"], Value::from(held.escalation));
    assert_eq!(watching.interrupt(&site).await, Some(0));

    let mut watching = Watching::start(&site, &["attention", "-w", "-o", "yaml"]);
    assert_eq!(watching.line().await, "---");
    assert!(watching.line().await.ends_with("ed: 0"));
    assert_eq!(watching.interrupt(&site).await, Some(0));
}

#[tokio::test]
async fn a_lost_connection_is_said_once_and_tried_until_it_is_back() {
    let (site, remitd, mut agent) = world().await;
    let run = agent.run("case-1").await;
    let mut watching = Watching::start(&site, &["get", "escalations", "--watch", "-o", "json"]);
    assert_eq!(watching.json().await["escalations"], Value::Array(Vec::new()));
    let address = remitd.address;
    remitd.kill().await;
    let said = watching.remarks.next_line().await.unwrap().unwrap();
    assert!(said.contains("asking again until it answers"), "{said}");

    let remitd = site.start_at(address).await;
    let mut agent = Agent::connect(&remitd.url(), &agent.token).await;
    let held = agent.refund(&run, "US-50000-a", 30_000).await;
    // The answer of before is not written again: the next document is what has changed since.
    assert_eq!(watching.json().await["escalations"][0]["id"], Value::from(held.escalation));
    // Lost once more, it says so once more.
    remitd.kill().await;
    let said = watching.remarks.next_line().await.unwrap().unwrap();
    assert!(said.contains("asking again until it answers"), "{said}");
    assert_eq!(watching.interrupt(&site).await, Some(0));
}

#[tokio::test]
async fn without_a_terminal_blocks_are_appended() {
    let (site, _remitd, mut agent) = world().await;
    let mut watching = Watching::start(&site, &["get", "runs", "--watch"]);
    assert!(watching.line().await.starts_with("-- 20"));
    assert_eq!(watching.line().await, "no runs");
    agent.run("case-1").await;
    assert!(watching.line().await.starts_with("-- 20"));
    assert!(watching.line().await.starts_with("ID "));
    assert!(watching.line().await.contains("case-1"));
    assert_eq!(watching.interrupt(&site).await, Some(0));
    let mut watching = Watching::start(&site, &["cost", "refund-decision", "--watch"]);
    assert!(watching.line().await.starts_with("-- 20"));
    assert!(watching.line().await.starts_with("BUDGET OF"));
    assert_eq!(watching.interrupt(&site).await, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_terminal_is_repainted() {
    let (site, _remitd, mut agent) = world().await;
    let run = agent.run("case-1").await;
    let context = site.data().join("context.toml");
    let arguments = ["--context", context.to_str().unwrap(), "get", "escalations", "--watch"];
    let mut terminal = Terminal::start_in((100, 12), REMIT, &arguments, site.path());
    terminal.shows(&["no escalations", "Ctrl-C ends"]);
    agent.refund(&run, "US-50000-a", 30_000).await;
    terminal.shows(&["LAPSES", "payout.create"]);
    terminal.press("\x03");
    let (status, text) = terminal.ended();
    assert!(status.success(), "{status:?}\n{text}");
    assert!(!text.contains("no escalations"), "what was there before is painted over: {text}");
}

#[tokio::test]
async fn what_cannot_be_asked_at_first_ends_as_without_it() {
    let (site, remitd, _agent) = world().await;
    let said = super::remit(&site, &["cost", "ghost", "--watch"]).await;
    said.failed(1, &["ghost"]);
    remitd.stop().await;
    let said = super::remit(&site, &["get", "services", "--watch"]).await;
    said.failed(3, &["cannot reach"]);
}
