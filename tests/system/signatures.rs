//! `remit verify` finds what only a signature shows: an approval that was changed, and the chain recomputed.

use remit_tests::{
    client::{Agent, Operator},
    forged::Forger,
    site::{Remitd, Site},
};
use serde_json::{Value, json};

use crate::{
    REMITD,
    cli::{Said, remit},
};

/// One signed approval, by the first operator, and one by `lena`, who has no key. Also the questions.
async fn approved() -> (Site, Remitd, [String; 2]) {
    let site = Site::new(REMITD).await;
    let remitd = site.start().await;
    for verb in ["create", "register"] {
        assert_eq!(remit(&site, &["key", verb]).await.code, 0);
    }
    let mut agent: Agent = remitd.agent().await;
    let run = agent.run("case-1").await;
    let signed = agent.refund(&run, "US-50000-a", 30_000).await;
    let said = remit(&site, &["approve", &signed.escalation, "--reason", "checked by phone"]).await;
    assert_eq!(said.code, 0, "{said:?}");
    let bare = agent.refund(&run, "US-50000-b", 30_000).await;
    let mut operator = remitd.operator().await;
    let held = operator.pending().await.into_iter().find(|it| it.id == bare.escalation).unwrap();
    let token = operator.person_token("lena", &["payments-risk"]).await;
    Operator::connect(&remitd.url(), &token).await.answer(&held, true).await.unwrap();
    agent.end_of(&signed.action).await;
    agent.end_of(&bare.action).await;
    (site, remitd, [signed.escalation, bare.escalation])
}

fn of<'a>(found: &'a Value, domain: &str) -> &'a Value {
    let domains = found["domains"].as_array().unwrap();
    domains.iter().find(|it| it["domain"] == domain).unwrap()
}

fn parsed(said: &Said) -> Value {
    serde_json::from_str(&said.out).unwrap()
}

#[tokio::test]
async fn approvals_that_are_what_their_signatures_say() {
    let (site, _remitd, _) = approved().await;
    let found = remit(&site, &["verify", "-o", "json"]).await.json();
    assert_eq!(found["ok"], true, "{found}");
    let signatures = json!({ "verified": 1, "without_key": 1, "failed": 0, "first_failed": null });
    assert_eq!(of(&found, "payments")["signatures"], signatures, "{found}");
    let none = json!({ "verified": 0, "without_key": 0, "failed": 0, "first_failed": null });
    assert_eq!(of(&found, "remit-control")["signatures"], none, "{found}");
    let said = remit(&site, &["verify"]).await;
    assert!(said.code == 0 && said.out.contains("1 verified, 1 without a key"), "{said:?}");
}

/// Domain, kind of event, words in it, and what they are replaced by; then what is said, and whether a key is named.
struct Forgery {
    place: (&'static str, &'static str),
    was: String,
    is: String,
    says: &'static str,
    has_key: bool,
}

fn forgeries(vote: &Value, registered: &Value) -> [Forgery; 5] {
    let (voted, keyed) = (("payments", "escalation_voted"), ("remit-control", "key_registered"));
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let other = |value: &Value| text(value).chars().rev().collect::<String>();
    let [signature, key] = ["signature", "key"].map(|name| &vote["endorsed"][name]);
    let endorsed = format!(",\"endorsed\":{}", vote["endorsed"]);
    let told = |place, was, is, says| Forgery { place, was, is, says, has_key: true };
    [
        told(voted, text(signature), other(signature), "is not one of this question"),
        told(voted, "checked by phone".to_owned(), "as agreed".to_owned(), "this reason"),
        told(voted, text(key), other(key), "nobody has registered the key"),
        told(keyed, text(&registered["public"]), other(&registered["public"]), "of that name"),
        Forgery { has_key: false, ..told(voted, endorsed, String::new(), "carries no signature") },
    ]
}

#[tokio::test]
async fn a_changed_approval_shows_although_the_chain_was_recomputed() {
    let (site, mut remitd, [signed, _]) = approved().await;
    remitd.stop().await;
    let read = |domain: &str, kind: &str, words: &str| Forger::open(&site).find(domain, kind, words).1;
    let voted = read("payments", "escalation_voted", "checked by phone");
    let registered = read("remit-control", "key_registered", "");
    let [voted, registered] = [voted, registered].map(|it| serde_json::from_str::<Value>(&it).unwrap());
    let operator = voted["escalation_voted"]["vote"]["by"].clone();
    for forgery in forgeries(&voted["escalation_voted"]["vote"], &registered["key_registered"]) {
        let Forgery { place: (domain, kind), was, is, says, has_key } = forgery;
        let forger = Forger::open(&site);
        let (seq, body) = forger.find(domain, kind, &was);
        forger.write(domain, seq, &body.replace(&was, &is));
        let (approval, _) = forger.find("payments", "escalation_voted", &signed);
        drop(forger);

        remitd = site.start().await;
        let said = remit(&site, &["verify", "-o", "json"]).await;
        let found = parsed(&said);
        assert_eq!((said.code, &found["ok"]), (1, &json!(false)), "{says}: {said:?}");
        let payments = of(&found, "payments");
        assert_eq!((&payments["intact"], &payments["ok"]), (&json!(true), &json!(false)), "{says}: {found}");
        let counted = &payments["signatures"];
        assert_eq!((&counted["verified"], &counted["failed"]), (&json!(0), &json!(1)), "{says}: {found}");
        let first = &counted["first_failed"];
        assert_eq!((&first["seq"], &first["escalation"]), (&json!(approval), &json!(signed)), "{found}");
        assert_eq!((&first["by"], first["key"].is_string()), (&operator, has_key), "{says}: {found}");
        assert!(first["problem"].as_str().unwrap().contains(says), "{says}: {found}");
        // For people: the same, with what to do.
        let said = remit(&site, &["verify"]).await;
        assert_eq!(said.code, 1, "{said:?}");
        for part in
            [&format!("event {approval} of `payments`"), &signed, says, "hint: take what it let through"]
        {
            assert!(said.err.contains(part), "`{part}` is not in {said:?}");
        }
        assert!(
            said.out.contains("1 NOT VERIFIED, 1 without a key") && !said.out.contains("BROKEN"),
            "{said:?}"
        );
        remitd.stop().await;

        Forger::open(&site).write(domain, seq, &body);
    }
    let _remitd = site.start().await;
    assert_eq!(remit(&site, &["verify"]).await.code, 0, "all of it was put back");
}
