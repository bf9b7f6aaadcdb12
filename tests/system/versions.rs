//! The life of a contract version with the real binaries: three people, a signature, runs that keep what they had.

use std::{
    fs,
    path::{Path, PathBuf},
};

use remit_proto::v1::{ActResponse, ActionStatus, Outcome};
use remit_tests::{
    contracts::REFUNDS,
    site::{Remitd, Site},
    terminal::Terminal,
};
use serde_json::{Value, json};

use crate::{
    REMIT, REMITD,
    cli::{Said, remit},
};

/// A site whose control plane wants approvals, and its people, each with a context and a key file.
struct Team {
    site: Site,
    remitd: Remitd,
}

const PEOPLE: [(&str, &str); 3] =
    [("bob", "agent-platform"), ("rita", "payments-risk"), ("olga", "payments-oncall")];

impl Team {
    async fn new() -> Self {
        let site = Site::new(REMITD).await;
        let remitd = site.start_approving("payments").await;
        Self::of(site, remitd).await
    }

    /// A team whose control plane also wants the record reviewed, for one of two domains.
    async fn reviewing() -> Self {
        let site = Site::new(REMITD).await;
        let remitd = site.start_reviewing().await;
        Self::of(site, remitd).await
    }

    async fn of(site: Site, remitd: Remitd) -> Self {
        let team = Self { site, remitd };
        let mut root = team.remitd.operator().await;
        for (name, group) in PEOPLE {
            let token = root.person_token(name, &[group]).await;
            fs::write(team.file(name, "token"), token).unwrap();
        }
        // The first operator is an administrator; the owner and the enabler are people with a token, no more.
        fs::write(team.file("root", "token"), team.remitd.operator_token()).unwrap();
        for name in ["dana.reyes@acme.example", "lee.park@acme.example"] {
            root.person_token(name, &[]).await;
        }
        // One person who is in every group, to see that it does not help.
        let token = root.person_token("multi", &PEOPLE.map(|(_, group)| group)).await;
        fs::write(team.file("multi", "token"), token).unwrap();
        team
    }

    fn file(&self, name: &str, kind: &str) -> PathBuf {
        self.site.path().join(format!("{name}.{kind}"))
    }

    /// Runs `remit` as one of them.
    async fn says(&self, name: &str, arguments: &[&str]) -> Said {
        let token = fs::read_to_string(self.file(name, "token")).unwrap();
        let context = self.file(name, "toml");
        let url = self.remitd.url();
        let text = format!("environment = \"test\"\nendpoint = \"{url}\"\ntoken = \"{token}\"\n");
        fs::write(&context, text).unwrap();
        let key = self.file(name, "key");
        let verb = arguments.get(1).copied().unwrap_or_default();
        let mut all = arguments.to_vec();
        if ["create", "register", "approve"].contains(&verb) {
            all.extend(["--key", path(&key)]);
        }
        all.extend(["--context", path(&context)]);
        remit(&self.site, &all).await
    }

    /// The same, which must go well.
    async fn json(&self, name: &str, arguments: &[&str]) -> Value {
        self.says(name, &[arguments, &["-o", "json"]].concat()).await.json()
    }

    async fn keys(&self) {
        for name in ["bob", "rita", "multi"] {
            self.json(name, &["key", "create"]).await;
            self.json(name, &["key", "register"]).await;
        }
    }

    /// Proposes what stands in the folder; its digest.
    async fn propose(&self, name: &str) -> String {
        let folder = self.site.contracts.folder();
        let row = self.json(name, &["contract", "propose", path(&folder)]).await;
        row["digest"].as_str().unwrap().to_owned()
    }

    /// Three people bring what stands in the folder to life; an administrator is the last one for a new service.
    async fn alive(&self, last: &str, more: &[&str]) -> String {
        let digest = self.propose("bob").await;
        let approved = self.says("rita", &["contract", "approve", &digest, "--yes"]).await;
        assert_eq!(approved.code, 0, "{approved:?}");
        let activate = [&["contract", "activate", digest.as_str()], more].concat();
        let moved = self.json(last, &activate).await;
        assert_eq!(moved["contract"]["status"], "active", "{moved}");
        digest
    }

    async fn restarted(mut self) -> Self {
        self.remitd.stop().await;
        self.remitd = self.site.start_approving("payments").await;
        self
    }
}

#[track_caller]
fn denied_because(answer: &ActResponse, reason: &str) {
    let decision = answer.decision.as_ref().unwrap();
    assert_eq!((decision.outcome(), decision.reason.as_str()), (Outcome::Deny, reason));
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[tokio::test]
async fn nobody_alone_brings_a_version_to_life() {
    let team = Team::new().await;
    let folder = team.site.contracts.folder();
    // Keys: made once, private, registered once by the person whose token it is.
    team.says("rita", &["key", "register"]).await.failed(2, &["cannot be read", "remit key create"]);
    team.keys().await;
    team.says("rita", &["key", "create"]).await.failed(2, &["there is a key at"]);
    fs::copy(team.file("rita", "key"), team.file("olga", "key")).unwrap();
    team.says("olga", &["key", "register"]).await.failed(4, &["the key is somebody else's"]);

    let propose = ["contract", "propose", path(&folder)];
    team.says("rita", &propose).await.failed(4, &["the build duty is with agent-platform"]);
    // Nothing is played for somebody who may not propose; for somebody who may, what fails is named.
    let scenarios = folder.join("scenarios");
    fs::create_dir(&scenarios).unwrap();
    let wrong = "suite: S\ngiven: { run: { workflow: enquiry } }\nscenarios: [{ id: wrong, when: [{ end: run, expect: { run: open } }] }]\n";
    fs::write(scenarios.join("wrong.yaml"), wrong).unwrap();
    team.says("rita", &propose).await.failed(4, &["the build duty is with agent-platform"]);
    team.says("bob", &propose).await.failed(4, &["scenario `wrong` fails in scenarios/wrong.yaml:3"]);
    fs::remove_dir_all(&scenarios).unwrap();
    let digest = team.propose("multi").await;
    let approve = ["contract", "approve", digest.as_str(), "--yes"];
    team.says("multi", &approve)
        .await
        .failed(4, &["multi may not approve this version", "the same person proposed it"]);
    team.says("olga", &approve).await.failed(4, &["registered no key"]);
    let unread = team.says("rita", &["contract", "approve", &digest]).await;
    unread.failed(2, &["nobody has agreed to these changes", "--changes "]);
    let wrong = ["contract", "approve", &digest, "--changes", "abc"];
    team.says("rita", &wrong).await.failed(1, &["not `abc`"]);
    let early = team.says("root", &["contract", "activate", &digest]).await;
    early.failed(4, &["a version that is proposed cannot be activated"]);
    // A key that is not the one that rita registered.
    fs::rename(team.file("rita", "key"), team.file("rita", "kept")).unwrap();
    team.json("rita", &["key", "create"]).await;
    team.says("rita", &approve).await.failed(4, &["the signature is not one of"]);
    fs::rename(team.file("rita", "kept"), team.file("rita", "key")).unwrap();
    let said = team.says("rita", &approve).await;
    assert!(said.out.contains("the first version"), "it shows what is signed: {said:?}");
    let new = "an administrator activates the first version of a service";
    for name in ["multi", "olga"] {
        team.says(name, &["contract", "activate", &digest]).await.failed(4, &[new]);
    }
    let moved = team.json("root", &["contract", "activate", &digest]).await;
    assert_eq!((&moved["contract"]["status"], &moved["ended_runs"]), (&json!("active"), &json!(0)));
    let shown = team.json("olga", &["contract", "show", digest.split_at(8).0]).await;
    assert_eq!((&shown["approval"]["by"], &shown["approval"]["signed"]), (&json!("rita"), &json!(true)));
    team.says("olga", &["contract", "show", "000000"]).await.failed(1, &["no contract version `000000`"]);
}

#[tokio::test]
async fn a_run_keeps_its_version_and_a_restart_keeps_all() {
    let team = Team::new().await;
    team.keys().await;
    let first = team.alive("root", &[]).await;
    let mut agent = team.remitd.agent().await;
    let old = agent.run("case-old").await;
    assert_eq!(agent.refund(&old, "US-30000-a", 30_000).await.status(), ActionStatus::Held);

    team.site.contracts.edit("amount_minor > 20000", "amount_minor > 40000");
    team.site.contracts.edit("version: 1.0.0", "version: 1.1.0");
    let folder = team.site.contracts.folder();
    let kept = format!("{REFUNDS}@1.0.0");
    let diff = team.says("rita", &["contract", "diff", &kept, path(&folder)]).await;
    let limit = "scope: payout.create: limit without a person 200.00 → 400.00, widened";
    assert!(diff.code == 0 && diff.out.contains(limit), "{diff:?}");
    let second = team.alive("olga", &[]).await;
    let shown = team.says("olga", &["contract", "show", &second]).await;
    assert!(shown.out.contains(limit) && shown.out.contains("rita, signed with key"), "{shown:?}");

    let team = team.restarted().await;
    let mut agent = team.remitd.agent().await;
    // The same limit as before for the old run, the new one for a new run.
    assert_eq!(agent.refund(&old, "US-30000-b", 30_000).await.status(), ActionStatus::Held);
    let new = agent.run("case-new").await;
    assert_eq!(agent.refund(&new, "US-30000-c", 30_000).await.status(), ActionStatus::Succeeded);
    let rows = team.json("olga", &["contract", "history", REFUNDS]).await;
    let rows: Vec<_> =
        rows["contracts"].as_array().unwrap().iter().map(|row| (&row["digest"], &row["status"])).collect();
    let (active, superseded) = (json!("active"), json!("superseded"));
    assert_eq!(rows, [(&json!(second), &active), (&json!(first), &superseded)]);

    // A revoked version stops what still keeps it, for good.
    let revoke = ["contract", "revoke", second.as_str(), "--reason", "it pays too much at once"];
    team.says("bob", &revoke).await.failed(4, &["the approve or run duty"]);
    assert_eq!(team.json("rita", &revoke).await["ended_runs"], 1);
    let denied = agent.look(&new, "US-30000-c").await;
    denied_because(&denied, "contract_revoked");
    let refused = agent.try_run(REFUNDS, "case-later").await.unwrap_err();
    assert!(refused.message().contains("was revoked and no other is active"), "{refused}");
    let team = team.restarted().await;
    let mut agent = team.remitd.agent().await;
    agent.try_run(REFUNDS, "case-later").await.unwrap_err();
    assert_eq!(team.json("rita", &["contract", "show", &second]).await["status"], "revoked");

    // The next version ends what keeps the oldest one, too.
    team.site.contracts.edit("version: 1.1.0", "version: 1.2.0");
    let third = team.alive("olga", &[]).await;
    agent.look(&old, "US-30000-a").await;
    // Activated already; its old runs are ended later.
    let ended = team.json("olga", &["contract", "activate", &third, "--end-runs"]).await;
    assert_eq!(ended["ended_runs"], 1, "{ended}");
    let who = team.json("olga", &["who", REFUNDS]).await;
    let hands: Vec<_> =
        who["hands"].as_array().unwrap().iter().map(|hand| (&hand["did"], &hand["by"])).collect();
    let [proposed, approved, activated] = [json!("proposed"), json!("approved"), json!("activated")];
    let [bob, rita, olga] = [json!("bob"), json!("rita"), json!("olga")];
    assert_eq!(hands, [(&proposed, &bob), (&approved, &rita), (&activated, &olga)], "{who}");
    assert!(who["keys"].as_array().unwrap().iter().any(|key| key["owner"] == "rita"), "{who}");
    let denied = agent.look(&old, "US-30000-a").await;
    denied_because(&denied, "contract_replaced");
    agent.try_run(REFUNDS, "case-old").await.unwrap();
    assert_eq!(team.says("olga", &["verify"]).await.code, 0);
}

#[tokio::test]
async fn what_was_refused_is_reviewed_before_a_version_admits_it() {
    let team = Team::reviewing().await;
    team.keys().await;
    team.alive("root", &[]).await;
    let mut agent = team.remitd.agent().await;
    let run = agent.run("case-1").await;
    agent.refund(&run, "US-50000-a", 500).await;

    // A wider version is approved while there is nothing to be seen in the record.
    let paid = "> context.evidence.transaction.amount_minor";
    team.site.contracts.edit_policy(paid, &format!("{paid} + 1000"));
    team.site.contracts.edit("version: 1.0.0", "version: 1.1.0");
    let digest = team.propose("bob").await;
    let approve = ["contract", "approve", digest.as_str(), "--yes"];
    let approved = team.says("rita", &approve).await;
    assert!(approved.code == 0 && approved.out.contains("nothing that was refused"), "{approved:?}");

    // Then the active version refuses what the wider one would admit: the approver has not seen that.
    let refused = agent.refund(&run, "US-500-b", 600).await;
    assert_eq!(refused.status(), ActionStatus::Denied, "{refused:?}");
    let activate = ["contract", "activate", digest.as_str()];
    let says = ["would admit what was refused: 1 proposals since", "the approval has reviewed 0"];
    team.says("olga", &activate).await.failed(4, &says);

    // What was agreed to before is not what is shown now.
    assert_eq!(team.propose("bob").await, digest);
    let read = team.says("rita", &["contract", "approve", &digest]).await;
    for part in ["1 that were refused would be admitted", "deny → admit: payout.create", &refused.action] {
        assert!(read.out.contains(part), "`{part}` is not in {read:?}");
    }
    let approved = team.says("rita", &approve).await;
    assert!(approved.code == 0 && approved.out.contains(&refused.action), "{approved:?}");
    let moved = team.json("olga", &activate).await;
    assert_eq!(moved["contract"]["status"], "active", "{moved}");
    let shown = team.json("olga", &["contract", "show", &digest]).await;
    let approval = &shown["approval"];
    assert_eq!((&approval["signed"], &approval["reviewed"]["grave"]), (&json!(true), &json!(1)), "{shown}");
    let history = team.says("olga", &["contract", "history", REFUNDS]).await;
    assert!(history.out.contains("1 flips"), "{history:?}");
    assert_eq!(team.says("olga", &["verify"]).await.code, 0);
}

/// The same control plane, a domain whose file does not say so.
#[tokio::test]
async fn a_domain_that_wants_no_review_activates_what_was_not_reviewed() {
    let team = Team::reviewing().await;
    team.keys().await;
    let rows = team.json("olga", &["get", "domains"]).await;
    let rows: Vec<_> =
        rows["domains"].as_array().unwrap().iter().map(|it| (&it["name"], &it["backtest"])).collect();
    let [payments, sales] = [json!("payments"), json!("sales")];
    assert_eq!(rows, [(&payments, &json!("required")), (&sales, &json!("none"))]);
    team.site.contracts.edit("domain: payments", "domain: sales");
    team.site.contracts.edit_policy("Domain::\"payments\"", "Domain::\"sales\"");
    team.alive("root", &[]).await;
    let mut agent = team.remitd.agent().await;
    let run = agent.run("case-1").await;
    let refused = agent.refund(&run, "US-500-b", 600).await;
    assert_eq!(refused.status(), ActionStatus::Denied, "{refused:?}");
    let paid = "> context.evidence.transaction.amount_minor";
    team.site.contracts.edit_policy(paid, &format!("{paid} + 1000"));
    team.site.contracts.edit("version: 1.0.0", "version: 1.1.0");
    let digest = team.alive("olga", &[]).await;
    let shown = team.json("olga", &["contract", "show", &digest]).await;
    assert_eq!(shown["approval"]["reviewed"], json!(null), "{shown}");
}

#[tokio::test]
async fn a_folder_counts_for_nothing_where_approvals_are_wanted() {
    let site = Site::new(REMITD).await;
    let refused = site.start_refused_with(&["--approval", "required"]).await;
    assert_eq!(refused.code, Some(1));
    assert!(refused.said.contains("a folder cannot become active by itself"), "{}", refused.said);
    assert!(refused.said.contains("remit contract propose"), "{}", refused.said);
    let file = site.payments("backtest: required");
    let refused = site.start_refused_with(&["--domains", path(&file)]).await;
    let place = format!("{}:4:11: `backtest: required` is for `--approval required`", file.display());
    assert!(refused.said.contains(&place), "{}", refused.said);
    let team = Team { remitd: site.start_approving("access").await, site };
    let token = team.remitd.operator().await.person_token("bob", &["agent-platform"]).await;
    fs::write(team.file("bob", "token"), token).unwrap();
    let folder = team.site.contracts.folder();
    let propose = ["contract", "propose", path(&folder)];
    team.says("bob", &propose).await.failed(1, &["there is no domain `payments` here", "--domain payments"]);
    let Team { site, remitd } = team;
    remitd.stop().await;
    let team = Team { remitd: site.start_approving("payments").await, site };
    // Bob and the first operator are two people.
    let alone = team.says("bob", &propose).await;
    alone.failed(4, &["do not come to three people", "approve olga.ops; run olga.ops"]);
    team.site.contracts.edit("autonomy: execute", "autonomy: unlimited");
    let wrong = team.says("bob", &propose).await;
    assert!(wrong.code == 1 && wrong.out.contains("contract.yaml:"), "{wrong:?}");
}

#[tokio::test]
async fn the_console_compares_what_is_proposed_with_what_is_active() {
    let team = Team::new().await;
    team.keys().await;
    team.alive("root", &[]).await;
    team.site.contracts.edit("amount_minor > 20000", "amount_minor > 50000");
    team.site.contracts.edit("version: 1.0.0", "version: 1.1.0");
    team.propose("bob").await;
    let (context, home) = (team.file("bob", "toml"), team.site.path().to_owned());
    let walk = move || {
        let mut console = Terminal::start_in((160, 48), REMIT, &["--context", path(&context)], &home);
        console.shows(&["1 Overview", "LIVE"]);
        let widened = "limit without a person 200.00 -> 500.00";
        console.press_for(
            "6",
            &["? proposed   1.1.0", "* active     1.0.0", "^ widened", "person 200.00 -> 500.00"],
        );
        let whole = ["Version 1.1.0 of refund-decision", "PROPOSED  by bob", "| +      when: context.params"];
        console.press_for("\r", &[whole[0], whole[1], whole[2], widened, "1 widened ^  0 narrowed v"]);
        console.press_for(":quit", &["quit"]);
        console.press("\r");
        let (status, text) = console.ended();
        assert!(status.success(), "{status:?}\n{text}");
    };
    tokio::task::spawn_blocking(walk).await.unwrap();
}
