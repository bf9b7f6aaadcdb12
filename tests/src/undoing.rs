//! Many effects undone by one plan, at a tool that refuses some, while the power is cut again and again: what the tool's
//! own log says of it, and what the control plane says.
//!
//! The bench `undo` does it at length, a system test in short.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

use futures::{StreamExt as _, TryStreamExt as _, stream};
use rand::{RngExt as _, SeedableRng as _, rngs::SmallRng};
use remit_proto::v1::{self as pb, ActionStatus, rollback_step::Kind};
use serde_json::{Value, json};
use tonic::Streaming;

use crate::{
    client::{Agent, Operator},
    site::{Remitd, Site},
};

mod tool;

use tool::Tool;

const SERVICE: &str = "order-desk";

/// Runs that are made at a time.
const AT_A_TIME: usize = 16;

/// Longest pause between a cancellation and the power cut that follows it, in microseconds.
const PAUSE_US: u64 = 8_000;

/// Longest answer that is taken, in bytes: a plan of 10,000 steps is one.
const LARGEST: usize = 256 << 20;

/// How much is done.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Asked {
    /// Runs.
    pub runs: usize,
    /// Effects in each.
    pub steps: usize,
    /// So many in a hundred orders are not cancelled.
    pub refuse: u64,
    /// How often the power is cut while they are undone.
    pub crashes: usize,
    /// Decides the moments of the cuts.
    pub seed: u64,
}

/// What came of it. All that must hold has been asserted already.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Undoing {
    /// Effects that were made; all are in the plan.
    pub effects: usize,
    /// Those that are undone.
    pub undone: usize,
    /// Those that were left to people.
    pub parked: usize,
    /// Those whose undoing the tool has refused.
    pub refused: usize,
    /// Compensations that were with the tool when the power was cut.
    pub cut_off: usize,
    /// From the start of the plan to its end, restarts included.
    pub took: Duration,
    /// Of that, the restarts.
    pub restarting: Duration,
}

/// Makes the effects, undoes them over the power cuts, and asserts that nothing is lost, doubled or forgotten.
pub async fn play(program: &str, asked: Asked) -> Undoing {
    let site = Site::new(program).await;
    let tool = Tool::serve(asked.refuse).await;
    site.contracts.add(SERVICE, &DOCUMENT.replace("URL", tool.url()), POLICIES);
    let remitd = site.start().await;
    let orders = make(&remitd, asked).await;
    let mut operator = operator(&remitd).await;
    let plan = planned(&mut operator, orders.len()).await;
    let started = Instant::now();
    let (remitd, last, restarting) = undo(&site, &tool, remitd, (&plan, asked)).await;
    let took = started.elapsed();
    let mut operator = self::operator(&remitd).await;
    let parked = parked(&mut operator, &plan.id, &orders).await;
    let (cancelled, refused) = (tool.cancelled(), tool.refused());
    assert_eq!(last.state, "closed", "{last:?}");
    assert_eq!(parked, refused, "what is parked is what was refused, exactly");
    assert_eq!((last.parked as usize, last.undone as usize), (refused.len(), cancelled.len()), "{last:?}");
    assert_eq!(cancelled.len() + refused.len(), orders.len(), "each is undone or parked");
    for (order, keys) in &cancelled {
        assert_eq!(keys.len(), 1, "`{order}` was cancelled more than once: {keys:?}");
        assert!(!refused.contains(order), "`{order}` was refused and cancelled");
    }
    settled(&mut operator).await;
    Undoing {
        effects: orders.len(),
        undone: cancelled.len(),
        parked: parked.len(),
        refused: refused.len(),
        cut_off: tool.cut_off(),
        took,
        restarting,
    }
}

/// Makes the effects, so many runs at a time; the order that each action has placed.
async fn make(remitd: &Remitd, asked: Asked) -> BTreeMap<String, String> {
    let token = remitd.operator().await.service_token(SERVICE).await;
    let agent = Agent::connect(&remitd.url(), &token).await;
    let run = |number: usize| {
        let mut agent = agent.clone();
        async move {
            let run = agent.try_run(SERVICE, &format!("run-{number}")).await.unwrap();
            let mut placed = Vec::new();
            for step in 0..asked.steps {
                let article = json!({ "article": format!("a-{number}-{step}") });
                let made = agent.act(&run, "order.place", &article).await;
                assert_eq!(made.status(), ActionStatus::Succeeded, "{made:?}");
                let result: Value = serde_json::from_str(&made.result_json).unwrap();
                placed.push((made.action, result["order_id"].as_str().unwrap().to_owned()));
            }
            placed
        }
    };
    let runs = stream::iter((0..asked.runs).map(run)).buffer_unordered(AT_A_TIME);
    let placed: Vec<_> = runs.collect().await;
    placed.into_iter().flatten().collect()
}

async fn operator(remitd: &Remitd) -> Operator {
    let Operator(client) = remitd.operator().await;
    Operator(client.max_decoding_message_size(LARGEST))
}

/// One plan for all that the service has done.
async fn planned(operator: &mut Operator, effects: usize) -> pb::RollbackPlan {
    let request = pb::PlanRollbackRequest {
        scope: format!("service:{SERVICE}"),
        since: Some(prost_types::Timestamp::default()),
        ..pb::PlanRollbackRequest::default()
    };
    let plan = operator.0.plan_rollback(request).await.unwrap().into_inner();
    let steps = plan.steps.iter().filter(|step| step.kind() == Kind::Compensate).count();
    assert_eq!(steps, effects, "all of them are in the plan");
    plan
}

/// Has the plan carried out, over the power cuts. The last process, the last word, and how long the restarts took.
async fn undo(
    site: &Site,
    tool: &Tool,
    mut remitd: Remitd,
    (plan, asked): (&pb::RollbackPlan, Asked),
) -> (Remitd, pb::RollbackProgress, Duration) {
    let start = pb::StartRollbackRequest {
        plan: plan.id.clone(),
        digest: plan.digest.clone(),
        reason: "all of it was wrong".to_owned(),
        ..pb::StartRollbackRequest::default()
    };
    let mut progress = operator(&remitd).await.0.start_rollback(start).await.unwrap().into_inner();
    let mut restarting = Duration::ZERO;
    for (after, pause) in moments(asked) {
        tokio::select! {
            () = tool.asked(after) => {}
            last = ended(&mut progress) => panic!("it was over before the power was cut: {last:?}"),
        }
        tokio::time::sleep(pause).await;
        remitd.kill().await;
        let down = Instant::now();
        remitd = site.start().await;
        restarting += down.elapsed();
        let watch = pb::WatchRollbackRequest { plan: plan.id.clone() };
        progress = operator(&remitd).await.0.watch_rollback(watch).await.unwrap().into_inner();
    }
    let last = ended(&mut progress).await.unwrap();
    (remitd, last, restarting)
}

/// The last word of a stream of progress.
async fn ended(progress: &mut Streaming<pb::RollbackProgress>) -> Option<pb::RollbackProgress> {
    let mut last = None;
    while let Some(step) = progress.try_next().await.unwrap() {
        last = Some(step);
    }
    last
}

/// When the power is cut: after so many cancellations, and how long after that. One cut in each equal part of the walk.
fn moments(asked: Asked) -> Vec<(usize, Duration)> {
    let mut random = SmallRng::seed_from_u64(asked.seed);
    let part = (asked.runs * asked.steps) / (asked.crashes + 1);
    let of = |cut: usize| {
        let after = cut * part + random.random_range(1..=part);
        (after, Duration::from_micros(random.random_range(0..=PAUSE_US)))
    };
    (0..asked.crashes).map(of).collect()
}

/// The orders that people have to take over.
async fn parked(operator: &mut Operator, plan: &str, orders: &BTreeMap<String, String>) -> BTreeSet<String> {
    let mut left = BTreeSet::new();
    for parked in operator.parked().await {
        assert_eq!((parked.plan.as_str(), parked.why.as_str()), (plan, "refused"), "{parked:?}");
        let order = &orders[&parked.target.unwrap().id];
        assert!(left.insert(order.clone()), "`{order}` is parked twice");
    }
    left
}

/// Nothing is in doubt, the books balance and are what the control plane counts, and every chain holds.
async fn settled(operator: &mut Operator) {
    let request = pb::ListActionsRequest {
        status: ActionStatus::InDoubt.into(),
        limit: 1,
        ..pb::ListActionsRequest::default()
    };
    let in_doubt = operator.0.list_actions(request).await.unwrap().into_inner().actions;
    assert_eq!(in_doubt, [], "nothing is in doubt");
    let books = operator.0.get_books(pb::GetBooksRequest::default()).await.unwrap().into_inner().books;
    let ours = books.iter().find(|books| books.domain == "orders").unwrap();
    assert_eq!((ours.debits_micros, &ours.differences), (ours.credits_micros, &Vec::new()));
    assert!(0 < ours.debits_micros, "something was paid for");
    operator.verify().await;
}

const POLICIES: &str = "@id(\"all\")\npermit (principal, action, resource);\n";

const DOCUMENT: &str = r#"contract: remit/v1
service: order-desk
version: 1.0.0
domain: orders
purpose: Place orders that can be cancelled.
identity:
  principal: order-desk
  owner: dana.reyes@acme.example
  autonomy: execute
  delegation: { enabled_by: lee.park@acme.example, on: 2025-01-01, until: 2035-01-01 }
  duties: { run: [group:orders-oncall] }
scope:
  actions:
    order.place: execute
evidence: { items: {}, needs: {} }
policy: { file: policy.cedar }
tooling:
  upstreams:
    orders: { http: "URL", private: true }
  tools:
    order.place:
      upstream: orders
      request: POST /orders
      input:
        type: object
        additionalProperties: false
        required: [article]
        properties: { article: { type: string, maxLength: 64 } }
      effect: "order:{article}"
      idempotency_key: header:Idempotency-Key
    order.cancel:
      upstream: orders
      request: POST /orders/{order_id}/cancellation
      input:
        type: object
        additionalProperties: false
        required: [order_id]
        properties: { order_id: { type: string, pattern: "^o-[0-9]+$" } }
      idempotency_key: header:Idempotency-Key
cost:
  currency: EUR
  run: { spend: 100.00, calls: 1000 }
  prices: { order.place: 0.25, order.cancel: 0.01 }
recovery:
  undo:
    order.place: { tool: order.cancel, with: { order_id: result:/order_id }, within: 24h, independent: true }
"#;
