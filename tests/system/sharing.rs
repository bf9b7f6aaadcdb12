//! Questions that people share: who reads which, whose it is, and what an answer would lead to.

use remit_proto::v1 as pb;
use remit_tests::{
    client::{Agent, Operator, reason},
    site::{Remitd, Site},
};
use tonic::Code;

use crate::{REMITD, cli::remit};

struct Desk {
    site: Site,
    remitd: Remitd,
    agent: Agent,
    operator: Operator,
    lena: Operator,
}

impl Desk {
    async fn new() -> Self {
        let site = Site::new(REMITD).await;
        let remitd = site.start().await;
        let agent = remitd.agent().await;
        let mut operator = remitd.operator().await;
        let token = operator.person_token("lena", &["payments-risk"]).await;
        let lena = Operator::connect(&remitd.url(), &token).await;
        Self { site, remitd, agent, operator, lena }
    }

    async fn held(&mut self, case: &str) -> pb::Escalation {
        let run = self.agent.run(case).await;
        let held = self.agent.refund(&run, &format!("US-50000-{case}"), 30_000).await;
        let pending = self.operator.pending().await;
        pending.into_iter().find(|it| it.id == held.escalation).unwrap()
    }

    async fn now(&mut self, id: &str) -> pb::Escalation {
        self.operator.pending().await.into_iter().find(|it| it.id == id).unwrap()
    }
}

#[tokio::test]
async fn a_question_goes_from_one_to_another_and_the_journal_keeps_it() {
    let mut desk = Desk::new().await;
    let held = desk.held("a").await;
    let to = |to: &str| pb::HandOverRequest {
        escalation: held.id.clone(),
        to: to.to_owned(),
        note: "you know this shop".to_owned(),
    };
    let nobody = desk.operator.0.hand_over(to("bob")).await.unwrap_err();
    assert_eq!((nobody.code(), reason(&nobody)), (Code::NotFound, "not_found"), "{nobody}");
    assert!(nobody.message().contains("lena"), "who could be meant: {nobody}");
    desk.operator.person_token("otto", &["other"]).await;
    let other = desk.operator.0.hand_over(to("otto")).await.unwrap_err();
    assert!(other.message().contains("otto could not approve it"), "{other}");

    let said =
        remit(&desk.site, &["handover", &held.id, "--to", "lena", "--note", "you know this shop"]).await;
    assert_eq!(said.code, 0, "{said:?}");
    let now = desk.now(&held.id).await;
    assert_eq!((now.handed_to.as_str(), now.handed_note.as_str()), ("lena", "you know this shop"));
    // The same again is the same.
    desk.operator.0.hand_over(to("lena")).await.unwrap();
    let handed = |events: Vec<pb::ExportedEvent>| {
        events.iter().filter(|event| event.event_json.starts_with(r#"{"escalation_handed_over""#)).count()
    };
    assert_eq!(handed(desk.operator.export("refund-decision").await), 1);
    let audit = remit(&desk.site, &["audit", "-o", "json"]).await.json();
    assert!(audit.to_string().contains("handed the question about payout.create"), "{audit}");
    let filtered = remit(&desk.site, &["get", "escalations", "for=lena", "-o", "json"]).await;
    assert!(filtered.out.contains(&held.id), "{filtered:?}");
    // It outlives the control plane.
    let Desk { site, remitd, .. } = desk;
    remitd.stop().await;
    let remitd = site.start().await;
    let mut operator = remitd.operator().await;
    let now = operator.pending().await.into_iter().find(|it| it.id == held.id).unwrap();
    assert_eq!(now.handed_to, "lena");
    operator.verify().await;
}

#[tokio::test]
async fn who_reads_a_question_is_seen_by_the_others() {
    let mut desk = Desk::new().await;
    let (first, second) = (desk.held("a").await, desk.held("b").await);
    let claim = |id: &str, leave: bool| pb::ClaimEscalationRequest { escalation: id.to_owned(), leave };
    desk.lena.0.claim_escalation(claim(&first.id, false)).await.unwrap();
    let both = desk.operator.0.claim_escalation(claim(&first.id, false)).await.unwrap().into_inner();
    assert_eq!(both.claims.len(), 2, "{both:?}");
    let watched = desk.operator.0.watch_state(pb::WatchStateRequest {}).await.unwrap();
    let snapshot = watched.into_inner().message().await.unwrap().unwrap();
    let seen = snapshot.pending.iter().find(|it| it.id == first.id).unwrap();
    assert!(seen.claims.iter().any(|claim| claim.by == "lena"), "{seen:?}");
    // Whoever opens another leaves the first, and a claim hinders nobody.
    desk.lena.0.claim_escalation(claim(&second.id, false)).await.unwrap();
    let now = desk.now(&first.id).await;
    assert!(now.claims.iter().all(|claim| claim.by != "lena"), "{now:?}");
    desk.operator.answer(&second, false).await.unwrap();
    let gone = desk.lena.0.claim_escalation(claim("esc_0", false)).await.unwrap_err();
    assert_eq!(gone.code(), Code::NotFound);
}

#[tokio::test]
async fn what_an_answer_leads_to_stands_beside_the_question() {
    let mut desk = Desk::new().await;
    let first = desk.held("a").await;
    desk.operator.answer(&first, true).await.unwrap();
    let held = desk.held("b").await;
    let outlook = desk.operator.action(&held.action).await.outlook.unwrap();
    assert!(outlook.goes && outlook.if_approved.contains("read again"), "{outlook:?}");
    let run = outlook.bounds.iter().find(|bound| bound.place == "this run").unwrap();
    assert!(run.without < run.with && run.with <= run.limit && !run.currency.is_empty(), "{run:?}");
    let like = outlook.likeness.unwrap();
    assert_eq!((like.asked, like.approved, like.denied), (1, 1, 0), "{like:?}");
    let shown = remit(&desk.site, &["show", &held.action]).await;
    assert!(shown.out.contains("if yes") && shown.out.contains("this run: "), "{shown:?}");
    // What was decided has no outlook any more.
    desk.operator.answer(&held, false).await.unwrap();
    assert_eq!(desk.operator.action(&held.action).await.outlook, None);
    desk.operator.verify().await;
}

#[tokio::test]
async fn the_end_of_a_shift_hands_over_all_that_is_yours() {
    let mut desk = Desk::new().await;
    let held = desk.held("a").await;
    let me = desk.operator.0.who_am_i(pb::WhoAmIRequest {}).await.unwrap().into_inner().operator;
    let nothing = remit(&desk.site, &["handover"]).await;
    assert!(nothing.out.contains("nothing is yours"), "{nothing:?}");
    let mine = pb::HandOverRequest { escalation: held.id.clone(), to: me, note: String::new() };
    desk.lena.0.hand_over(mine).await.unwrap();
    let safe = ["safe", "tool:refund-decision/payout.create", "--reason", "slow"];
    assert_eq!(remit(&desk.site, &safe).await.code, 0);
    let yours = remit(&desk.site, &["handover"]).await;
    assert!(yours.out.contains("switch "), "{yours:?}");
    let said = remit(&desk.site, &["handover", "--to", "lena", "--note", "end of my shift"]).await;
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.out.contains("1 switch(es) from you"), "{said:?}");
    let nothing = remit(&desk.site, &["handover"]).await;
    assert!(nothing.out.contains("nothing is yours"), "{nothing:?}");
}
