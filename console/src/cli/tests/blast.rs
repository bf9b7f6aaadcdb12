//! `remit blast`: what people and programs read of what a service has touched.

use remit_proto::v1 as pb;
use tonic::Status;

use super::{plane::Script, verbs::run};

/// What the scripted control plane says that a service has touched.
pub(super) fn touched(service: String, since_ms: u64) -> Result<pb::GetBlastResponse, Status> {
    if service == "ghost" {
        return Err(Status::not_found("there is no service `ghost` here"));
    }
    let time = |seconds| Some(prost_types::Timestamp { seconds, nanos: 0 });
    let payouts = pb::BlastTool {
        tool: "payout.create".to_owned(),
        level: pb::Level::Execute.into(),
        admitted: 412,
        succeeded: 400,
        failed: 7,
        in_doubt: 3,
        under_way: 2,
        undone: 12,
        reversible: 380,
        closing_soon: 31,
        out_of_window: 8,
        cost_micros: 103_000_000,
        ..pb::BlastTool::default()
    };
    let replies = pb::BlastTool {
        tool: "customer.reply".to_owned(),
        level: pb::Level::Draft.into(),
        admitted: 5,
        succeeded: 5,
        irreversible: 5,
        cost_micros: 50_000,
        ..pb::BlastTool::default()
    };
    let measure = |name: &str, of: &str, distinct, total| pb::BlastMeasure {
        name: name.to_owned(),
        of: of.to_owned(),
        distinct,
        total,
    };
    Ok(pb::GetBlastResponse {
        service,
        domain: "payments".to_owned(),
        currency: "USD".to_owned(),
        since: time(1_700_000_000_i64.saturating_sub_unsigned(since_ms.div_euclid(1_000))),
        at: time(1_700_000_000),
        tools: vec![replies, payouts],
        measures: vec![
            measure("payout.create.sum", "params:/amount_minor", false, 2_060_000),
            measure("domain: payout.create.distinct", "params:/account", true, 388),
        ],
    })
}

#[tokio::test]
async fn what_was_touched_for_people_and_for_programs() {
    let (ran, _) = run(Script::default(), "blast refund-decision --since 30m").await;
    insta::assert_snapshot!("blast", ran.whole());
    let (ran, _) = run(Script::default(), "blast refund-decision -o json").await;
    insta::assert_snapshot!("blast_for_programs", ran.whole());
}

#[tokio::test]
async fn a_service_that_is_not_here() {
    let (ran, _) = run(Script::default(), "blast ghost").await;
    insta::assert_snapshot!(ran.whole());
}
