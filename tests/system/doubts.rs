//! A payout whose answer is lost: resolved by its key, by a query, and by people; across restarts, and once.

use remit_proto::v1::{self as pb, ActionStatus, Verdict};
use remit_tests::{
    client::{Agent, Operator, payout, said_with},
    site::{Remitd, Site},
    upstream::Mood,
};
use serde_json::json;
use tonic::Code;

use crate::REMITD;

const SALE: &str = "US-500-a";
const KEY: &str = "      idempotency_key: header:Idempotency-Key\n";

/// The tool that tells what became of a payout, by the sale.
const FIND: &str = "    payouts.find:
      upstream: payments
      request: GET /payouts/of/{transaction_id}
      input:
        type: object
        additionalProperties: false
        required: [transaction_id]
        properties:
          transaction_id: { type: string }
      timeout: 2s
";

/// What names the one payout of a sale.
const EFFECT: &str =
    "      effect: \"refund:{transaction_id}\"   # one refund per transaction, whatever happens in between\n";

/// Payouts take no key; whether one happened is asked, or nobody but people can tell.
pub(super) fn without_key(site: &Site, asked: bool) {
    site.contracts.edit(KEY, "");
    let ask = "      lands_within: 1ms\n      when_unknown: { ask: payouts.find, with: { transaction_id: params:/transaction_id }, \
               settled: \"result:/payout_id\" }\n";
    if asked {
        site.contracts.edit(EFFECT, &format!("{EFFECT}{ask}"));
        site.contracts.edit("    tickets.get: read\n", "    tickets.get: read\n    payouts.find: read\n");
        site.contracts.edit(
            "    payout.reverse:              #",
            &format!("{FIND}\n    payout.reverse:              #"),
        );
    } else {
        site.contracts.edit(EFFECT, &format!("{EFFECT}      lands_within: 1h\n"));
    }
}

async fn lose(remitd: &Remitd, site: &Site, mood: Mood) -> (Agent, Operator, String, pb::ActResponse) {
    let (mut agent, operator) = (remitd.agent().await, remitd.operator().await);
    let run = agent.run("case-1").await;
    agent.look_up(&run, SALE).await;
    site.upstream.turn(mood);
    let lost = agent.act(&run, "payout.create", &payout(SALE, 500)).await;
    assert_eq!(lost.status(), ActionStatus::InDoubt, "{lost:?}");
    site.upstream.turn(Mood::Honest);
    (agent, operator, run, lost)
}

/// Waits until the doubt about an action has ended.
pub(super) async fn known(operator: &mut Operator, run: &str, action: &str) -> pb::ActionDetail {
    let ends = |record: &pb::TraceRecord| {
        record.kind == "action_settled" && record.action == action && record.status() != ActionStatus::InDoubt
    };
    operator.seen_of(run, ends).await;
    operator.action(action).await
}

async fn held_and_spent(operator: &mut Operator, run: &str) -> (u64, u64) {
    let budget = operator.run(run).await.run.unwrap().budget.unwrap();
    (budget.held_micros, budget.spent_micros)
}

#[tokio::test]
async fn a_lost_answer_comes_when_the_same_bytes_are_sent_again_under_the_same_key() {
    let site = Site::new(REMITD).await;
    let remitd = site.start().await;
    let (mut agent, mut operator, run, lost) = lose(&remitd, &site, Mood::Silent).await;
    let paid = known(&mut operator, &run, &lost.action).await;
    assert_eq!(paid.action.unwrap().status(), ActionStatus::Succeeded);
    assert_eq!((paid.resolved.as_str(), paid.sent), ("answered when it was sent again", 2));
    assert!(paid.result_json.contains("po-1"), "{}", paid.result_json);

    let orders = site.upstream.ordered(2).await;
    assert_eq!(orders.len(), 2);
    assert_eq!((&orders[0].key, &orders[0].body), (&lost.action, &orders[1].body));
    assert_eq!(orders[0].key, orders[1].key);
    assert!(!orders[0].deadline.is_empty() && orders[0].deadline < orders[1].deadline, "{orders:?}");
    assert_eq!(site.upstream.ledger().payouts().len(), 1);
    // The payout costs its price; what the reads cost is beside it; the reversal has none.
    assert_eq!(held_and_spent(&mut operator, &run).await, (0, 251_200));
    // The same call is told the first result.
    let again = agent.act(&run, "payout.create", &payout(SALE, 500)).await;
    assert_eq!((again.action, again.result_json), (lost.action, paid.result_json));
    let seen = operator.seen(&run, "action_resent").await;
    assert_eq!(seen.text, "payout.create sent again under the same key, 1 of at most 20");
}

#[tokio::test]
async fn what_a_power_cut_left_in_doubt_is_sent_again_after_the_start() {
    let site = Site::new(REMITD).await;
    let remitd = site.start().await;
    let mut agent = remitd.agent().await;
    let run = agent.run("case-1").await;
    agent.look_up(&run, SALE).await;
    site.upstream.turn(Mood::Deaf);
    let (case, mut other) = (run.clone(), agent.clone());
    let flight =
        tokio::spawn(
            async move { other.try_act(&case, "payout.create", &payout(SALE, 500).to_string()).await },
        );
    site.upstream.ordered(1).await;
    remitd.kill().await;
    assert!(flight.await.unwrap().is_err(), "nobody was told anything");
    assert_eq!(site.upstream.ledger().payouts(), [], "it had not happened");
    site.upstream.turn(Mood::Honest);

    let remitd = site.start().await;
    let orders = site.upstream.ordered(2).await;
    assert_eq!((&orders[0].key, &orders[0].body), (&orders[1].key, &orders[1].body));
    let mut operator = remitd.operator().await;
    let paid = known(&mut operator, &run, &orders[0].key).await;
    assert_eq!(paid.action.unwrap().status(), ActionStatus::Succeeded);
    assert_eq!(site.upstream.ledger().payouts().len(), 1);
}

#[tokio::test]
async fn a_query_tells_that_it_happened_and_that_it_did_not() {
    for (mood, status, payouts, money) in [
        (Mood::Silent, ActionStatus::Succeeded, 1, (0, 251_200)),
        (Mood::Deaf, ActionStatus::Failed, 0, (0, 1_200)),
    ] {
        let site = Site::new(REMITD).await;
        without_key(&site, true);
        let remitd = site.start().await;
        let (mut agent, mut operator, run, lost) = lose(&remitd, &site, mood.clone()).await;
        let told = known(&mut operator, &run, &lost.action).await;
        assert_eq!(told.action.unwrap().status(), status, "{mood:?}: {}", told.settlement_note);
        assert!(told.resolved.starts_with("as the tool said when act_"), "{}", told.resolved);
        assert_eq!(site.upstream.ledger().payouts().len(), payouts, "{mood:?}");
        assert_eq!(site.upstream.ordered(1).await.len(), 1, "it was never sent again");
        assert_eq!(held_and_spent(&mut operator, &run).await, money, "{mood:?}");
        // What happened is joined, what did not may be done.
        let again = agent.refund(&run, SALE, 500).await;
        assert_eq!(again.status(), ActionStatus::Succeeded, "{again:?}");
        assert_eq!(site.upstream.ledger().payouts().len(), 1);
        if status == ActionStatus::Succeeded {
            let plan = operator
                .0
                .plan_rollback(pb::PlanRollbackRequest { run: run.clone(), ..Default::default() })
                .await;
            let steps = plan.unwrap().into_inner().steps;
            assert_eq!(steps[0].kind(), pb::rollback_step::Kind::Compensate, "{steps:?}");
            assert_eq!(steps[0].params_json, r#"{"payout_id":"po-1"}"#);
        }
    }
}

#[tokio::test]
async fn people_tell_where_nothing_else_can() {
    let site = Site::new(REMITD).await;
    without_key(&site, false);
    let remitd = site.start().await;
    let (agent, mut operator, run, lost) = lose(&remitd, &site, Mood::Silent).await;
    let action = &lost.action;
    let refused = operator.resolve(action, Verdict::DidNotHappen, "").await.unwrap_err();
    assert_eq!(refused.code(), Code::FailedPrecondition, "{refused:?}");
    assert!(refused.message().contains("may still take effect"), "{refused:?}");
    for (result, says) in
        [("", "undoing `payout.create` needs its result"), ("{}", "does not hold"), ("{", "not acceptable")]
    {
        let refused = operator.resolve(action, Verdict::Happened, result).await.unwrap_err();
        assert_eq!(refused.code(), Code::InvalidArgument, "{refused:?}");
        assert!(refused.message().contains(says), "{refused:?}");
    }
    let mut service = Operator::connect(&remitd.url(), &agent.token).await;
    let refused = service.resolve(action, Verdict::Happened, "null").await.unwrap_err();
    assert_eq!(refused.code(), Code::PermissionDenied);

    let told = operator.resolve(action, Verdict::Happened, r#"{"payout_id":"po-1"}"#).await.unwrap();
    assert_eq!((told.action.unwrap().status(), told.needed), (ActionStatus::Succeeded, 1));
    assert_eq!(operator.action(action).await.resolved, "as olga.ops said");
    assert_eq!(held_and_spent(&mut operator, &run).await, (0, 251_200));
    assert_eq!(site.upstream.ordered(1).await.len(), 1);
    let plan = operator
        .0
        .plan_rollback(pb::PlanRollbackRequest { run, ..Default::default() })
        .await
        .unwrap()
        .into_inner();
    assert_eq!(plan.steps[0].params_json, r#"{"payout_id":"po-1"}"#);
}

#[tokio::test]
async fn a_payout_that_a_person_approved_takes_two_across_a_restart() {
    let site = Site::new(REMITD).await;
    without_key(&site, false);
    let remitd = site.start().await;
    let (mut agent, mut operator) = (remitd.agent().await, remitd.operator().await);
    let run = agent.run("case-1").await;
    let held = agent.refund(&run, "US-50000-b", 30_000).await;
    site.upstream.turn(Mood::Mute);
    let asked = operator.pending().await.remove(0);
    operator.answer(&asked, true).await.unwrap();
    assert_eq!(agent.end_of(&held.action).await.status(), ActionStatus::InDoubt);
    site.upstream.turn(Mood::Honest);
    let (action, result) = (held.action, r#"{"payout_id":"po-1"}"#);
    let first = operator.resolve(&action, Verdict::Happened, result).await.unwrap();
    assert_eq!((first.statements.len(), first.needed), (1, 2));
    assert_eq!(first.action.unwrap().status(), ActionStatus::InDoubt);
    let other = operator.person_token("oskar.ops", &["payments-oncall"]).await;
    remitd.kill().await;

    let remitd = site.start().await;
    let (mut olga, mut oskar) = (remitd.operator().await, Operator::connect(&remitd.url(), &other).await);
    for (person, result, says) in
        [(&mut olga, result, "has said so already"), (&mut oskar, "null", "olga.ops says")]
    {
        let refused = person.resolve(&action, Verdict::Happened, result).await.unwrap_err();
        assert!(refused.message().contains(says), "{refused:?}");
    }
    let last = oskar.resolve(&action, Verdict::Happened, result).await.unwrap();
    assert_eq!(last.action.unwrap().status(), ActionStatus::Succeeded);
    let detail = olga.action(&action).await;
    assert_eq!(detail.resolved, "as olga.ops and oskar.ops said");
    assert_eq!(detail.statements.len(), 2);
    assert_eq!(site.upstream.ledger().payouts().len(), 1);
    olga.verify().await;
}

#[tokio::test]
async fn a_stop_keeps_a_doubt_from_being_sent_again_and_lifting_it_resumes() {
    let site = Site::new(REMITD).await;
    let remitd = site.start().await;
    let (mut agent, mut operator) = (remitd.agent().await, remitd.operator().await);
    let run = agent.run("case-1").await;
    agent.look_up(&run, SALE).await;
    site.upstream.turn(Mood::Silent);
    let lost = agent.act(&run, "payout.create", &payout(SALE, 500)).await;
    operator.ceiling("tool:refund-decision/payout.create", pb::Level::Draft).await;
    // Lost later and with more patience: once this is sent again, the payout was long due.
    let note = agent.act(&run, "customer.note", &json!({ "customer_id": "c-1", "text": "Called." })).await;
    assert_eq!([lost.status(), note.status()], [ActionStatus::InDoubt; 2]);
    site.upstream.turn(Mood::Honest);
    known(&mut operator, &run, &note.action).await;
    assert_eq!(site.upstream.ordered(1).await.len(), 1, "it is stopped");
    let detail = operator.action(&lost.action).await;
    assert_eq!(detail.action.unwrap().status(), ActionStatus::InDoubt);

    operator.release("tool:refund-decision/payout.create").await;
    let paid = known(&mut operator, &run, &lost.action).await;
    assert_eq!(paid.action.unwrap().status(), ActionStatus::Succeeded);
    assert_eq!(site.upstream.ordered(2).await.len(), 2);
    assert_eq!(site.upstream.ledger().payouts().len(), 1);
}

#[tokio::test]
async fn what_its_caller_carries_out_and_does_not_report_is_in_doubt() {
    let site = Site::new(REMITD).await;
    site.contracts.edit(EFFECT, &format!("{EFFECT}      report_within: 1ms\n"));
    let remitd = site.start().await;
    let (mut agent, mut operator) = (remitd.agent().await, remitd.operator().await);
    let run = agent.run("case-1").await;
    agent.look_up(&run, SALE).await;
    let request = pb::ActRequest {
        run: run.clone(),
        tool: "payout.create".to_owned(),
        params_json: payout(SALE, 500).to_string(),
        decision_only: true,
        assertions: said_with("payout.create"),
        ..pb::ActRequest::default()
    };
    let admitted = agent.runtime.act(request).await.unwrap().into_inner();
    assert_eq!(admitted.status(), ActionStatus::Admitted, "{admitted:?}");
    let doubtful = |record: &pb::TraceRecord| {
        record.action == admitted.action && record.status() == ActionStatus::InDoubt
    };
    let record = operator.seen_of(&run, doubtful).await;
    assert!(record.text.contains("did not report the outcome"), "{}", record.text);
    assert_eq!(operator.action(&admitted.action).await.doubt, "its caller may still report it");
    assert_eq!(site.upstream.ledger().payouts(), [], "it was never ours to send");
}
