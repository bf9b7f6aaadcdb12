//! A draft against what a real control plane has recorded: asked, exported, and read from its data directory.

use std::fs;

use remit_core::Outcome;
use remit_proto::v1::ActionStatus;

use super::{Said, remit, world};

/// The flips of a backtest: tool, before, after.
fn flips(said: &Said) -> Vec<[String; 3]> {
    let found: serde_json::Value =
        serde_json::from_str(&said.out).unwrap_or_else(|error| panic!("{error}: {said:?}"));
    let word = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let flips = found["flips"].as_array().unwrap().iter();
    flips
        .map(|flip| [word(&flip["tool"]), word(&flip["before"]["outcome"]), word(&flip["after"]["outcome"])])
        .collect()
}

#[tokio::test]
async fn a_draft_is_held_against_the_record() {
    let (site, remitd, mut agent) = world().await;
    let run = agent.run("case-1").await;
    agent.refund(&run, "US-50000-a", 500).await;
    let refused = agent.refund(&run, "US-500-b", 600).await;
    assert_eq!(refused.status(), ActionStatus::Denied, "{refused:?}");
    let held = agent.refund(&run, "US-50000-c", 30_000).await;
    assert_eq!(held.status(), ActionStatus::Held, "{held:?}");

    let (kept, draft) = (site.contracts.folder(), site.path().join("draft"));
    fs::create_dir(&draft).unwrap();
    for (file, from, to) in [
        ("contract.yaml", "amount_minor > 20000", "amount_minor > 40000"),
        (
            "policy.cedar",
            "> context.evidence.transaction.amount_minor",
            "> context.evidence.transaction.amount_minor + 1000",
        ),
    ] {
        let text = fs::read_to_string(kept.join(file)).unwrap();
        assert_eq!(text.matches(from).count(), 1, "{file}");
        fs::write(draft.join(file), text.replace(from, to)).unwrap();
    }
    let (kept, draft) = (kept.to_str().unwrap(), draft.to_str().unwrap());

    let same = remit(&site, &["contract", "backtest", kept, "-o", "json"]).await;
    assert_eq!((same.code, flips(&same)), (0, Vec::new()), "{same:?}");
    let [deny, escalate, admit] =
        [Outcome::Deny, Outcome::Escalate, Outcome::Admit].map(|outcome| outcome.to_string());
    let expected = [deny, escalate].map(|before| ["payout.create".to_owned(), before, admit.clone()]);
    let asked = remit(&site, &["contract", "backtest", draft, "--since", "1h", "-o", "json"]).await;
    assert_eq!((asked.code, flips(&asked)), (1, expected.to_vec()), "{asked:?}");

    let exported = remit(&site, &["export", "refund-decision"]).await;
    assert_eq!(exported.code, 0, "{exported:?}");
    let file = site.path().join("incident.jsonl");
    fs::write(&file, &exported.out).unwrap();
    let before = fs::read(&file).unwrap();
    let file = file.to_str().unwrap();
    let incident =
        remit(&site, &["contract", "backtest", draft, "--incident", file, "--sum", "/amount_minor"]).await;
    assert_eq!(incident.code, 1, "{incident:?}");
    for part in [
        "deny -> admit: 1 proposals, price 0.25 USD, /amount_minor 600 in 1",
        &refused.action,
        "never-more-than-was-paid",
    ] {
        assert!(incident.out.contains(part), "`{part}` is not in {}", incident.out);
    }
    assert_eq!(fs::read(file).unwrap(), before);

    let data = site.data();
    let data = data.to_str().unwrap();
    let busy = remit(&site, &["contract", "backtest", draft, "--data", data]).await;
    busy.failed(1, &["cannot be read", "hint: "]);
    remitd.stop().await;
    let read = remit(&site, &["contract", "backtest", draft, "--data", data, "-o", "json"]).await;
    assert_eq!((read.code, flips(&read)), (1, expected.to_vec()), "{read:?}");
}

#[tokio::test]
async fn records_that_are_none() {
    let (site, _remitd, _agent) = world().await;
    let folder = site.contracts.folder();
    let folder = folder.to_str().unwrap();
    let exported = remit(&site, &["export", "refund-decision"]).await.out;
    let file = site.path().join("record.jsonl");
    let lines: Vec<&str> = exported.lines().collect();
    let gap = format!("{}\n{}\n", lines[0], lines[0]);
    let table = [
        (String::new(), "holds no event"),
        ("{}\n".to_owned(), "record.jsonl:1: this is no line of an export"),
        (exported.replace("\"domain\":\"payments\"", "\"domain\":\"access\""), "of domain `access`"),
        (gap, "record.jsonl:2: event 1 does not follow event 1"),
    ];
    for (text, says) in table {
        fs::write(&file, text).unwrap();
        let wrong =
            remit(&site, &["contract", "backtest", folder, "--incident", file.to_str().unwrap()]).await;
        wrong.failed(1, &[says, "hint: "]);
    }
    // A record in which the service proposed nothing proves nothing.
    fs::write(&file, &exported).unwrap();
    let empty = remit(&site, &["contract", "backtest", folder, "--incident", file.to_str().unwrap()]).await;
    assert!(empty.code == 1 && empty.out.contains("0 proposals decided again, 0 not"), "{empty:?}");
    assert!(empty.err.contains("proves nothing"), "{empty:?}");
    let nowhere = remit(&site, &["contract", "backtest", folder, "--data", "nowhere"]).await;
    nowhere.failed(1, &["there is no `journal.sqlite`"]);
    let unknown = remit(&site, &["export", "nobody"]).await;
    unknown.failed(1, &["nobody"]);
    assert_eq!(remit(&site, &["contract", "backtest", folder, "--since", "a week"]).await.code, 2);
}
