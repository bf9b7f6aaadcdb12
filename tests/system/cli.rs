//! `remit` as scripts use it: verbs against a real control plane, JSON on standard output, exit codes.

mod backtest;
mod complete;
mod config;
mod contexts;
mod drill;
mod evidence;
mod filters;
mod readme;
mod schemas;
mod watch;

use std::{fs, process::Stdio};

use remit_proto::v1::ActionStatus;
use remit_tests::{
    client::Agent,
    site::{Remitd, Site},
};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, BufReader};

use crate::{REMIT, REMITD};

/// What one command has said.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Said {
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        assert_eq!(self.code, 0, "{self:?}");
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    #[track_caller]
    pub(crate) fn failed(&self, code: i32, says: &[&str]) {
        assert_eq!(self.code, code, "{self:?}");
        assert!(self.err.starts_with("error: "), "{self:?}");
        for part in says {
            assert!(self.err.contains(part), "`{part}` is not in {self:?}");
        }
    }
}

/// Runs `remit` at a site; without `--context` it finds the file that `remitd` has left for this user.
pub(crate) async fn remit(site: &Site, arguments: &[&str]) -> Said {
    let output = site.bare(REMIT.as_ref()).args(arguments).output().await.unwrap();
    let said = Said {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    };
    schemas::check(arguments, &said.out);
    said
}

async fn world() -> (Site, Remitd, Agent) {
    let site = Site::new(REMITD).await;
    let remitd = site.start().await;
    let agent = remitd.agent().await;
    (site, remitd, agent)
}

#[tokio::test]
async fn looking() {
    let (site, _remitd, mut agent) = world().await;
    let run = agent.run("case-1").await;
    let paid = agent.refund(&run, "US-500-a", 500).await;
    agent.refund(&run, "US-50000-b", 30_000).await;

    let services = remit(&site, &["get", "services", "-o", "json"]).await.json();
    assert_eq!(services["services"][0]["name"], "refund-decision");
    let runs = remit(&site, &["get", "runs", "-o", "json"]).await.json();
    assert_eq!(runs["runs"][0]["name"], "case-1");
    let actions = remit(&site, &["get", "actions", "--run", &run, "-o", "json"]).await.json();
    assert_eq!(actions["actions"].as_array().unwrap().len(), 6);
    let held = remit(&site, &["get", "actions", "--status", "held", "-o", "json"]).await.json();
    assert_eq!(held["actions"].as_array().unwrap().len(), 1);
    let pending = remit(&site, &["get", "escalations", "-o", "json"]).await.json();
    assert_eq!(pending["escalations"][0]["tool"], "payout.create");
    let none = remit(&site, &["get", "switches"]).await;
    assert_eq!((none.code, none.out.as_str(), none.err.trim()), (0, "", "no switches"));

    let (_, short) = paid.action.split_at(paid.action.len() - 8);
    let shown = remit(&site, &["show", short]).await;
    assert_eq!(shown.code, 0, "{shown:?}");
    for part in [paid.action.as_str(), "payout.create", "US-500-a", "evidence", "recovery", "within_contract"]
    {
        assert!(shown.out.contains(part), "`{part}` is not in {}", shown.out);
    }
    assert!(!shown.out.contains('\u{1b}'), "no colours in a pipe");
    let shown = remit(&site, &["show", &paid.action, "-o", "json"]).await.json();
    assert_eq!(shown["action"]["status"], "succeeded", "{shown}");
    let verified = remit(&site, &["verify", "-o", "json"]).await.json();
    assert_eq!(verified["ok"], true, "{verified}");
    remit(&site, &["show", "act_1"]).await.failed(1, &["act_1"]);
}

#[tokio::test]
async fn deciding() {
    let (site, _remitd, mut agent) = world().await;
    let run = agent.run("case-1").await;
    let first = agent.refund(&run, "US-50000-a", 30_000).await;
    let second = agent.refund(&run, "US-50000-b", 30_000).await;

    let other = "0".repeat(64);
    let reviewed = ["approve", &first.action, "--reason", "as reviewed", "--digest", &other];
    remit(&site, &reviewed).await.failed(1, &["has digest", &other]);
    let shown = remit(&site, &["show", &first.action, "-o", "json"]).await.json();
    assert_eq!(shown["action"]["status"], "held");

    let approved = remit(&site, &["approve", &first.action, "--reason", "checked by phone"]).await;
    assert_eq!(approved.code, 0, "{approved:?}");
    assert!(approved.out.contains("US-50000-a"), "it shows what it answers for: {approved:?}");
    assert_eq!(agent.end_of(&first.action).await.status(), ActionStatus::Succeeded);
    let denied = remit(&site, &["deny", &second.escalation, "--reason", "wrong account", "-o", "json"]).await;
    assert_eq!(denied.json()["action"]["status"], "denied");
    assert_eq!(site.upstream.ledger().payouts().len(), 1);

    remit(&site, &["approve", &first.action, "--reason", "again"]).await.failed(1, &["is approved"]);
    assert_eq!(remit(&site, &["approve", &first.action]).await.code, 2, "a reason is needed");
}

#[tokio::test]
async fn stopping_and_releasing() {
    let (site, _remitd, mut agent) = world().await;
    let run = agent.run("case-1").await;
    let scope = "service:refund-decision";
    let stopped = remit(&site, &["stop", scope, "--reason", "spend is 4x", "-o", "json"]).await.json();
    assert!(stopped["positions"]["payments"].is_u64(), "{stopped}");
    let refused = agent.act(&run, "transactions.get", &json!({ "transaction_id": "US-1-a" })).await;
    assert_eq!(refused.decision.unwrap().reason, "stopped");
    let switches = remit(&site, &["get", "switches", "-o", "json"]).await.json();
    assert_eq!(
        (&switches["switches"][0]["scope"], &switches["switches"][0]["ceiling"]),
        (&scope.into(), &"none".into())
    );

    assert_eq!(remit(&site, &["release", scope, "--reason", "ok"]).await.code, 2);
    let released = remit(&site, &["release", scope, "--reason", "the cause was found"]).await;
    assert_eq!(released.code, 0, "{released:?}");
    assert!(released.out.contains("released 1"), "{released:?}");
    assert_eq!(agent.refund(&run, "US-500-a", 500).await.status(), ActionStatus::Succeeded);
    remit(&site, &["release", scope, "--reason", "the cause was found"]).await.failed(1, &["no such switch"]);
    remit(&site, &["stop", "service:refund-decison", "--reason", "x"]).await.failed(1, &["refund-decison"]);
    assert_eq!(remit(&site, &["stop", "everything", "--reason", "x"]).await.code, 2);
}

#[tokio::test]
async fn undoing() {
    let (site, _remitd, mut agent) = world().await;
    let run = agent.run("case-1").await;
    agent.refund(&run, "US-500-a", 500).await;
    let plan = remit(&site, &["rollback", "plan", &run]).await;
    assert!(plan.code == 0 && plan.out.contains("payout.reverse"), "{plan:?}");
    assert!(site.upstream.ledger().reversals().is_empty());
    let undone = remit(&site, &["rollback", "run", &run, "--reason", "paid twice", "--yes"]).await;
    assert_eq!(undone.code, 0, "{undone:?}");
    assert_eq!(site.upstream.ledger().reversals().len(), 1);
    let again = remit(&site, &["rollback", "run", &run, "--reason", "paid twice", "--yes"]).await;
    assert_ne!(again.code, 0, "there is nothing to undo any more: {again:?}");
    assert_eq!(site.upstream.ledger().reversals().len(), 1);
}

#[tokio::test]
async fn tokens() {
    let (site, remitd, mut agent) = world().await;
    let run = agent.run("case-1").await;
    let made = remit(&site, &["token", "create", "--service", "refund-decision"]).await;
    assert_eq!(made.code, 0, "{made:?}");
    let secret = made.out.trim();
    assert!(
        secret.starts_with("remit_cred_") && !secret.contains('\n') && !made.err.contains(secret),
        "{made:?}"
    );
    let mut other = Agent::connect(&remitd.url(), secret).await;
    assert_eq!(other.run("case-1").await, run);
    let list = remit(&site, &["token", "list", "-o", "json"]).await;
    assert!(!list.out.contains(secret), "{list:?}");
    let id = made.err.split(' ').next().unwrap();
    assert_eq!(remit(&site, &["token", "revoke", id]).await.code, 0);
    assert!(other.try_run("refund-decision", "case-2").await.is_err());
}

/// What a token may do is asked for when it is made, and shown wherever it is.
#[tokio::test]
async fn tokens_that_only_act() {
    let (site, remitd, mut agent) = world().await;
    let run = agent.run("case-1").await;
    let create = ["token", "create", "--service", "refund-decision"];
    let whole = remit(&site, &[&create[..], &["--act-only"]].concat()).await;
    let one = remit(&site, &[&create[..], &["--run", &run]].concat()).await;
    for made in [&whole, &one] {
        assert_eq!(made.code, 0, "{made:?}");
        let mut acting = Agent::connect(&remitd.url(), made.out.trim()).await;
        let refused = acting.try_run("refund-decision", "case-2").await.unwrap_err();
        assert_eq!(refused.metadata().get("remit-reason").unwrap(), "declaration_not_granted");
        assert!(acting.look(&run, "US-500-a").await.decision.is_some());
    }
    let listed = remit(&site, &["token", "list", "-o", "json"]).await.json();
    let shown = |made: &Said| {
        let id = made.err.split(' ').next().unwrap();
        let token = listed["tokens"].as_array().unwrap().iter().find(|token| token["id"] == id).unwrap();
        (token["act_only"].clone(), token["run"].clone())
    };
    assert_eq!(shown(&whole), (json!(true), Value::Null));
    assert_eq!(shown(&one), (json!(true), json!(run)));
    let table = remit(&site, &["token", "list"]).await.out;
    for may in ["operate", "start runs, act", &format!("act in {run}")] {
        assert!(table.contains(may), "{table}");
    }
    let who = remit(&site, &["who", "refund-decision"]).await.out;
    for grant in ["acts as the service", "acts in its runs", "acts in one run"] {
        assert!(who.contains(grant), "{who}");
    }
    for wrong in [&["--operator", "ana", "--act-only"][..], &["--operator", "ana", "--run", &run]] {
        assert_eq!(remit(&site, &[&["token", "create"][..], wrong].concat()).await.code, 2);
    }
    let ended =
        remit(&site, &[&create[..], &["--run", "run_0193a5f2c1d87b3e9c40aa5e9b1c44d0"]].concat()).await;
    assert!(ended.code != 0 && ended.err.contains("no open run"), "{ended:?}");
}

/// Who a service is, who answers for it, and every grant with when and by whom.
#[tokio::test]
async fn who() {
    let (site, remitd, mut agent) = world().await;
    let made = remit(&site, &["token", "create", "--operator", "ana", "--groups", "payments-risk"]).await;
    let id = made.err.split(' ').next().unwrap().to_owned();
    assert_eq!(remit(&site, &["token", "create", "--operator", "dana.reyes@acme.example"]).await.code, 0);
    let before = remit(&site, &["who", "refund-decision", "-o", "json"]).await.json();
    assert_eq!(before["owner"], json!({ "name": "dana.reyes@acme.example", "known": true }), "{before}");
    assert_eq!(before["delegation"]["lacks"], Value::Null);
    let duty = |who: &Value, name: &str| {
        let duties = who["duties"].as_array().unwrap().clone();
        duties.into_iter().find(|duty| duty["name"] == name).unwrap()
    };
    assert_eq!(duty(&before, "approve")["groups"], json!(["payments-risk"]));
    assert!(duty(&before, "approve")["people"].as_array().unwrap().contains(&json!("ana")), "{before}");
    assert_eq!(remit(&site, &["token", "revoke", &id]).await.code, 0);
    let after = remit(&site, &["who", "refund-decision", "-o", "json"]).await.json();
    assert!(!duty(&after, "approve")["people"].as_array().unwrap().contains(&json!("ana")), "{after}");
    let grants = after["grants"].as_array().unwrap();
    let grant = grants.iter().find(|grant| grant["token"]["id"] == id.as_str()).unwrap();
    assert_eq!((&grant["grants"], &grant["token"]["revoked"]), (&json!(["approve"]), &json!(true)));
    assert_eq!(grant["token"]["revoked_by"], grant["token"]["created_by"], "{grant}");
    assert!(grants.iter().any(|grant| grant["grants"] == json!(["acts as the service"])), "{after}");
    let shown = remit(&site, &["who", "refund-decision"]).await;
    assert!(shown.out.contains("owner") && shown.out.contains("payments-oncall"), "{shown:?}");
    assert_ne!(remit(&site, &["who", "refund-decison"]).await.code, 0);

    let run = agent.run("case-1").await;
    agent.act(&run, "payout.bulk_create", &json!({})).await;
    let services = remit(&site, &["get", "services", "-o", "json"]).await.json();
    assert_eq!(services["services"][0]["security_findings"], 1);
    let metrics = remit_tests::mcp::http()
        .get(format!("{}/metrics", remitd.url()))
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(metrics.contains("remit_security_findings_total{service=\"refund-decision\"} 1"), "{metrics}");
}

#[tokio::test]
async fn following() {
    let (site, _remitd, mut agent) = world().await;
    let run = agent.run("case-1").await;
    let mut command = site.bare(REMIT.as_ref());
    command.args(["tail", "--backlog", "10", "--run", &run, "-o", "json"]).stdout(Stdio::piped());
    let mut tail = command.stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(tail.stdout.take().unwrap()).lines();
    let record: Value = serde_json::from_str(&lines.next_line().await.unwrap().unwrap()).unwrap();
    assert_eq!((&record["run"], &record["kind"]), (&run.as_str().into(), &"run_started".into()));
    // The past has come, so the stream is open: what happens now follows.
    agent.act(&run, "customer.note", &json!({ "customer_id": "c-1", "text": "Hello." })).await;
    let record: Value = serde_json::from_str(&lines.next_line().await.unwrap().unwrap()).unwrap();
    assert_eq!(record["kind"], "action_decided", "{record}");
    let pid = tail.id().unwrap().to_string();
    let sent = site.bare("sh".as_ref()).args(["-c", "kill -INT \"$0\"", &pid]).status().await.unwrap();
    assert!(sent.success());
    assert_eq!(tail.wait().await.unwrap().code(), Some(0), "an interrupt is how a tail ends");
}

#[tokio::test]
async fn nobody_there() {
    let (site, remitd, _agent) = world().await;
    let context = site.data().join("context.toml");
    let context = context.to_str().unwrap();
    let text = fs::read_to_string(context).unwrap();
    let forged = site.path().join("forged.toml");
    fs::write(&forged, text.replace("token = \"remit_", "token = \"remit_x")).unwrap();
    let forged = remit(&site, &["--context", forged.to_str().unwrap(), "get", "services"]).await;
    forged.failed(3, &["was not accepted", "hint: "]);
    remitd.stop().await;
    let gone = remit(&site, &["--context", context, "get", "services"]).await;
    gone.failed(3, &["cannot reach `http://127.0.0.1:", "hint: is remitd running?"]);
    let nowhere = remit(&site, &["--context", "nowhere.toml", "get", "services"]).await;
    nowhere.failed(2, &["no context at `nowhere.toml`", "hint: "]);
}

#[tokio::test]
async fn offline() {
    let site = Site::new(REMITD).await;
    let folder = site.contracts.folder();
    let folder = folder.to_str().unwrap();
    assert_eq!(remit(&site, &["contract", "check", folder]).await.code, 0);
    let before = site.path().join("before");
    fs::create_dir(&before).unwrap();
    for file in ["contract.yaml", "policy.cedar"] {
        fs::copy(site.contracts.folder().join(file), before.join(file)).unwrap();
    }
    site.contracts.edit("autonomy: execute", "autonomy: draft");
    let diff = remit(&site, &["contract", "diff", before.to_str().unwrap(), folder]).await;
    assert!(
        diff.code == 0 && diff.out.starts_with("identity: autonomy execute → draft, narrowed\n"),
        "{diff:?}"
    );
    assert!(diff.out.contains("\n+  autonomy: draft "), "{diff:?}");
    site.contracts.edit("autonomy: draft", "autonomy: unlimited");
    let wrong = remit(&site, &["contract", "check", folder]).await;
    assert_eq!(wrong.code, 1, "{wrong:?}");
    let shown = ["contract.yaml:", "autonomy: unlimited", "^^^^^^^^^", "hint: "];
    assert!(shown.iter().all(|text| wrong.out.contains(text)), "{wrong:?}");
    let wrong = remit(&site, &["contract", "check", folder, "-o", "json"]).await;
    assert_eq!(wrong.code, 1, "{wrong:?}");
    let answer: Value = serde_json::from_str(&wrong.out).unwrap();
    let problem = &answer["problems"][0];
    assert_eq!((&problem["severity"], &problem["column"]), (&"error".into(), &13.into()), "{problem}");
    assert_eq!(problem["file"], format!("{folder}/contract.yaml"), "{problem}");
    let known = remit(&site, &["explain", "evidence_stale"]).await;
    assert!(known.code == 0 && known.out.contains("older than it may be"), "{known:?}");
    remit(&site, &["explain", "evidence_stail"]).await.failed(1, &["evidence_stail"]);
    let version = remit(&site, &["--version"]).await;
    assert_eq!(version.out.trim(), concat!("remit ", env!("CARGO_PKG_VERSION")));
}

#[tokio::test]
async fn attention_says_how_you_have_decided() {
    let (site, remitd, mut agent) = world().await;
    assert!(remit(&site, &["attention"]).await.out.contains("decided nothing"));
    let run = agent.run("case-1").await;
    let held = agent.refund(&run, "US-50000-a", 30_000).await;
    assert_eq!(remit(&site, &["approve", &held.escalation, "--reason", "well"]).await.code, 0);
    let found = remit(&site, &["attention", "-o", "json"]).await.json();
    assert_eq!((&found["decided"], &found["approved"], &found["undone"]), (&1.into(), &1.into(), &0.into()));
    let mut operator = remitd.operator().await;
    let plan = remit(&site, &["rollback", "run", &run, "--reason", "paid twice", "--yes"]).await;
    assert_eq!(plan.code, 0, "{plan:?}");
    let found = remit(&site, &["attention", "-o", "json"]).await.json();
    assert_eq!(found["undone"], 1, "{found}");
    // Of another person nothing is told.
    let other = operator.person_token("lena", &["payments-risk"]).await;
    let mut lena = remit_tests::client::Operator::connect(&remitd.url(), &other).await;
    let request = remit_proto::v1::GetAttentionRequest {};
    assert_eq!(lena.0.get_attention(request).await.unwrap().into_inner().decided, 0);
}

#[tokio::test]
async fn every_verb_has_a_manual_page() {
    let site = Site::new(REMITD).await;
    let dir = site.path().join("man");
    let said = remit(&site, &["man", dir.to_str().unwrap()]).await;
    assert_eq!(said.code, 0, "{said:?}");
    let page = fs::read_to_string(dir.join("remit-approve.1")).unwrap();
    assert!(page.starts_with(".ie") || page.contains(".TH remit-approve"), "{page}");
    assert!(page.contains("Examples"), "{page}");
    assert!(dir.join("remit-contract-propose.1").exists());
    assert!(remit(&site, &["man"]).await.out.contains(".TH remit 1"));
    remit(&site, &["man", "/proc/none"]).await.failed(2, &["name a folder that you may write"]);
}
