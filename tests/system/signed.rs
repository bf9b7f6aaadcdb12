//! Approvals that are signed: by whose key, over what, and what is refused.

use remit_document::Document;
use remit_proto::v1 as pb;
use remit_tests::{
    client::{Agent, Operator, reason},
    site::{Remitd, Site},
};
use serde_json::Value;
use tonic::Code;

use crate::{
    REMITD,
    cli::{Said, remit},
};

struct Team {
    site: Site,
    remitd: Remitd,
    agent: Agent,
}

impl Team {
    /// A control plane whose operator has registered a key.
    async fn new() -> Self {
        let site = Site::new(REMITD).await;
        let remitd = site.start().await;
        let agent = remitd.agent().await;
        for verb in ["create", "register"] {
            assert_eq!(remit(&site, &["key", verb]).await.code, 0);
        }
        Self { site, remitd, agent }
    }

    async fn held(&mut self, case: &str) -> pb::Escalation {
        let run = self.agent.run(case).await;
        let held = self.agent.refund(&run, &format!("US-50000-{case}"), 30_000).await;
        let pending = self.remitd.operator().await.pending().await;
        pending.into_iter().find(|it| it.id == held.escalation).unwrap()
    }

    async fn says(&self, arguments: &[&str]) -> Said {
        remit(&self.site, arguments).await
    }

    /// Another person, without a key.
    async fn lena(&self) -> Operator {
        let token = self.remitd.operator().await.person_token("lena", &["payments-risk"]).await;
        Operator::connect(&self.remitd.url(), &token).await
    }

    /// Every event of one kind, as it is stored.
    async fn events(&self, kind: &str) -> Vec<Value> {
        let events = self.remitd.operator().await.export("refund-decision").await;
        let events = events.iter().map(|event| serde_json::from_str::<Value>(&event.event_json).unwrap());
        events.filter_map(|event| event.get(kind).cloned()).collect()
    }
}

#[tokio::test]
async fn an_approval_is_signed_over_what_was_shown_and_the_journal_keeps_it() {
    let mut team = Team::new().await;
    let held = team.held("a").await;
    let mut operator = team.remitd.operator().await;
    let detail = operator.action(&held.action).await;
    let shown = Document::of(&detail).unwrap().digest();

    let said = team.says(&["approve", &held.id, "--reason", "checked by phone"]).await;
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.out.contains("signed by key "), "{said:?}");
    let [voted] = team.events("escalation_voted").await.try_into().unwrap();
    let endorsed = &voted["vote"]["endorsed"];
    assert_eq!(endorsed["shown"], Value::from(shown.clone()));
    assert_eq!(endorsed["signature"].as_str().unwrap().len(), 128);
    let told = operator.action(&held.action).await.escalation.unwrap().votes.remove(0);
    assert_eq!((told.shown, told.signature.as_str()), (shown, endorsed["signature"].as_str().unwrap()));

    // The signature of one approval is none of another, nor of other words.
    let other = team.held("b").await;
    let detail = operator.action(&other.action).await;
    let stolen = pb::DecideRequest {
        escalation: other.id.clone(),
        approve: true,
        reason: "checked by phone".to_owned(),
        digest: other.digest.clone(),
        shown: Document::of(&detail).unwrap().digest(),
        signature: told.signature,
        ..pb::DecideRequest::default()
    };
    let refused = operator.0.decide(stolen.clone()).await.unwrap_err();
    assert_eq!((refused.code(), reason(&refused)), (Code::InvalidArgument, "invalid"), "{refused}");
    // What was shown is not what is known: nothing is decided.
    let old = pb::DecideRequest { shown: "00".repeat(32), ..stolen.clone() };
    assert!(operator.0.decide(old).await.unwrap_err().message().contains("look again"));
    // Whoever has a key signs.
    let bare = pb::DecideRequest { signature: String::new(), ..stolen };
    assert!(operator.0.decide(bare).await.unwrap_err().message().contains("is signed with it"));
    assert!(operator.pending().await.iter().any(|it| it.id == other.id), "it waits as before");
    // A denial takes no key.
    assert_eq!(team.says(&["deny", &other.id, "--reason", "no such sale"]).await.code, 0);
    operator.verify().await;
}

#[tokio::test]
async fn the_key_must_be_the_registered_one() {
    let mut team = Team::new().await;
    let held = team.held("a").await;
    let other = team.site.path().join("other.key");
    let other = other.to_str().unwrap();
    assert_eq!(team.says(&["key", "create", "--key", other]).await.code, 0);
    let approve = ["approve", held.id.as_str(), "--reason", "well"];
    let said = team.says(&[&approve[..], &["--key", other]].concat()).await;
    said.failed(1, &["is not on this machine", "--key FILE"]);
    let gone = team.says(&[&approve[..], &["--key", "/nowhere"]].concat()).await;
    gone.failed(1, &["is not on this machine"]);
    assert_eq!(team.says(&approve).await.code, 0);
    // A person without a key signs nothing, and a signature by nobody's key counts for nothing.
    let held = team.held("b").await;
    let mut lena = team.lena().await;
    let request = pb::DecideRequest {
        escalation: held.id.clone(),
        approve: true,
        reason: "well".to_owned(),
        digest: held.digest.clone(),
        signature: "ab".repeat(64),
        ..pb::DecideRequest::default()
    };
    assert!(lena.0.decide(request).await.unwrap_err().message().contains("has registered no key"));
    lena.answer(&held, true).await.unwrap();
}

#[tokio::test]
async fn what_cannot_be_shown_whole_takes_its_name_and_one_person_more() {
    let mut team = Team::new().await;
    // The answer of the tool is more than is ever shown.
    team.site.upstream.correct("padding", "x".repeat(70_000));
    let held = team.held("a").await;
    let approve = ["approve", held.id.as_str(), "--reason", "well"];
    let said = team.says(&approve).await;
    said.failed(4, &["not inspectable", "takes one person more"]);
    let said = team.says(&[&approve[..], &["--not-inspectable"]].concat()).await;
    assert_eq!(said.code, 0, "{said:?}");
    let mut operator = team.remitd.operator().await;
    assert!(operator.pending().await.iter().any(|it| it.id == held.id), "one more is needed");
    let mut lena = team.lena().await;
    let request = pb::DecideRequest {
        escalation: held.id.clone(),
        approve: true,
        reason: "looked it up at the bank".to_owned(),
        digest: held.digest.clone(),
        not_inspectable: true,
        ..pb::DecideRequest::default()
    };
    lena.0.decide(request).await.unwrap();
    assert!(operator.pending().await.is_empty());
    // Nobody says so of what can be read.
    team.site.upstream.correct("padding", "");
    let small = team.held("b").await;
    let said = team.says(&["approve", &small.id, "--reason", "well", "--not-inspectable"]).await;
    said.failed(4, &["all of it can be shown"]);
}

#[tokio::test]
async fn an_approval_that_is_sent_again_is_the_same_one_although_things_have_moved() {
    let mut team = Team::new().await;
    let held = team.held("a").await;
    let mut operator = team.remitd.operator().await;
    let mut lena = team.lena().await;
    let shown = Document::of(&operator.action(&held.action).await).unwrap().digest();
    let request = pb::DecideRequest {
        escalation: held.id.clone(),
        approve: true,
        reason: "well".to_owned(),
        digest: held.digest.clone(),
        idempotency_id: "the-same".to_owned(),
        shown,
        ..pb::DecideRequest::default()
    };
    // A fact moves, so that the approval is void and the call is asked about anew.
    team.site.upstream.correct("amount_minor", 1);
    lena.0.decide(request.clone()).await.unwrap();
    let moved = Document::of(&operator.action(&held.action).await).unwrap().digest();
    assert_ne!(moved, request.shown);
    lena.0.decide(request).await.expect("the receipt may have been lost");
    assert_eq!(team.events("escalation_voted").await.len(), 1);
}
