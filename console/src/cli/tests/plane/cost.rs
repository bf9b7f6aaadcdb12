//! What the scripted control plane says about money.

use remit_proto::v1 as pb;

use super::{RUN, time};

/// A run, its service in an hour and a day, and its domain.
pub(super) fn cost(pace_micros: u64) -> Vec<pb::CostNode> {
    let service = pb::CostNode {
        kind: "service".to_owned(),
        name: "refund-decision".to_owned(),
        domain: "payments".to_owned(),
        currency: "USD".to_owned(),
        window: "hour".to_owned(),
        starts: time(1_699_999_200),
        ends: time(1_700_002_800),
        spent_micros: 3_100_000,
        held_micros: 250_000,
        limit_micros: Some(5_000_000),
        left_micros: Some(1_650_000),
        calls: 12,
        calls_limit: Some(500),
        pace_micros: 4_000_000,
        gone_at: time(1_700_001_600),
        ..pb::CostNode::default()
    };
    let day = pb::CostNode {
        window: "day".to_owned(),
        gone_at: None,
        limit_micros: Some(50_000_000),
        left_micros: Some(46_650_000),
        ..service.clone()
    };
    let domain = pb::CostNode {
        kind: "domain".to_owned(),
        name: "payments".to_owned(),
        limit_micros: None,
        left_micros: None,
        calls_limit: None,
        ..day.clone()
    };
    let run = pb::CostNode {
        kind: "run".to_owned(),
        name: RUN.to_owned(),
        window: String::new(),
        ends: None,
        left_micros: Some(0),
        pace_micros,
        run: Some(pb::Budget {
            tokens_spent: 12_300,
            tokens_held: 1_700,
            tokens_limit: Some(40_000),
            wall_time_limit_ms: Some(600_000),
            tools: vec![
                pb::ToolCalls { tool: "payout.create".to_owned(), calls: 1, limit: Some(2) },
                pb::ToolCalls { tool: "transactions.get".to_owned(), calls: 3, limit: None },
            ],
            ..pb::Budget::default()
        }),
        wall_time_ms: Some(90_500),
        ..service.clone()
    };
    vec![run, service, day, domain]
}
