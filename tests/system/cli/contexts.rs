//! Several contexts of one person, and what production holds back.

use std::fs;

use remit_tests::site::Site;
use serde_json::{Value, json};

use super::{Said, remit, world};

/// Adds a context of that name beside the one that `remitd` has left for this person.
async fn add(site: &Site, name: &str, more: &str) {
    let default = remit(site, &["context", "show", "default", "-o", "json"]).await.json();
    let folder = std::path::Path::new(default["file"].as_str().unwrap()).with_file_name("contexts");
    fs::create_dir_all(&folder).unwrap();
    let text = fs::read_to_string(site.data().join("context.toml")).unwrap();
    let text: String = text
        .lines()
        .filter(|line| !line.starts_with("environment"))
        .map(|line| format!("{line}\n"))
        .collect();
    fs::write(folder.join(format!("{name}.toml")), format!("environment = \"{name}\"\n{text}{more}"))
        .unwrap();
}

async fn current(site: &Site) -> Value {
    let list = remit(site, &["context", "list", "-o", "json"]).await.json();
    let contexts = list["contexts"].as_array().unwrap();
    contexts.iter().find(|it| it["current"] == true).map_or(Value::Null, |it| it["name"].clone())
}

#[tokio::test]
async fn a_context_is_named_or_chosen() {
    let (site, _remitd, _agent) = world().await;
    add(&site, "spare", "").await;
    assert_eq!(current(&site).await, "default");
    assert_eq!(remit(&site, &["--context", "spare", "get", "services"]).await.code, 0);
    let used = remit(&site, &["context", "use", "spare"]).await;
    assert!(used.code == 0 && used.out.contains("spare, the current one"), "{used:?}");
    assert_eq!(current(&site).await, "spare");
    let table = remit(&site, &["context", "list"]).await;
    assert!(table.out.lines().any(|line| line.starts_with("*  spare")), "{table:?}");
    assert_eq!(remit(&site, &["get", "services"]).await.code, 0);
    let shown = remit(&site, &["context", "show", "-o", "json"]).await;
    assert_eq!(
        (shown.json()["name"].clone(), shown.json()["production"].clone()),
        (json!("spare"), json!(false))
    );
    assert!(!shown.out.contains("remit_cred_"), "a token is never shown: {shown:?}");

    let unknown = remit(&site, &["--context", "sprae", "get", "services"]).await;
    unknown.failed(2, &["no context is called `sprae`", "hint: there is default, spare"]);
    remit(&site, &["context", "use", "sprae"]).await.failed(2, &["sprae"]);
    assert_eq!(current(&site).await, "spare");
}

#[tokio::test]
async fn production_lets_nothing_go_by_a_slip() {
    let (site, _remitd, mut agent) = world().await;
    let run = agent.run("case-1").await;
    let held = agent.refund(&run, "US-50000-a", 30_000).await;
    add(&site, "prod", "production = true\n").await;
    let prod =
        async |words: &[&str]| -> Said { remit(&site, &[&["--context", "prod"], words].concat()).await };
    let approve = ["approve", &held.escalation, "--reason", "checked by phone"];
    for words in [
        &approve[..],
        &["release", "service:refund-decision", "--reason", "the cause was found"],
        &["token", "create", "--service", "refund-decision"],
        &["rollback", "run", &run, "--reason", "paid twice", "--yes"],
        &["contract", "activate", "refund-decision@9"],
        &["key", "register"],
        &["resolve", &held.action, "--happened", "--reason", "seen"],
    ] {
        let refused = prod(words).await;
        refused.failed(5, &["`prod` is production, read-only: nothing was sent", "`--write REASON`"]);
        assert_eq!(refused.out, "", "{refused:?}");
    }
    let shown = remit(&site, &["show", &held.action, "-o", "json"]).await.json();
    assert_eq!(shown["action"]["status"], "held");

    // What makes things safer, and what only looks, is free.
    for words in [
        &["get", "escalations"][..],
        &["stop", "service:refund-decision", "--reason", "spend is 4x"],
        &["release", "service:refund-decision", "--preview"],
        &["rollback", "plan", &run],
    ] {
        assert_eq!(prod(words).await.code, 0, "{words:?}");
    }
    let short = ["release", "service:refund-decision", "--reason", "the cause was found", "--write", "ok"];
    assert_eq!(prod(&short).await.code, 2);
    let meant = [
        "release",
        "service:refund-decision",
        "--reason",
        "the cause was found",
        "--write",
        "INC-311, refunds",
    ];
    let released = prod(&meant).await;
    assert_eq!(released.code, 0, "{released:?}");
    assert!(released.err.contains("PROD prod: open for this command: INC-311, refunds"), "{released:?}");
    // Elsewhere nothing is held back.
    assert_eq!(remit(&site, &["token", "create", "--service", "refund-decision"]).await.code, 0);
}
