//! Workflows: what they become, and what people are told where one cannot be meant.

use super::{POLICY, YAML, account, compiled, edited};
use crate::compile;

/// Stands in the good document; a workflow goes above it.
const ABOVE: &str = "  escalate:\n";

fn with(workflows: &str) -> String {
    edited(YAML, ABOVE, &format!("  workflows:\n    {workflows}\n{ABOVE}"))
}

#[test]
fn workflows_reach_the_terms() {
    let yaml = with(
        "all: { actions: all }\n    look: { actions: [order.get, stock.find], spend: 0.05, calls: 6, tokens: 900, wall_time: 1m, tools: { stock.find: 2 } }",
    );
    insta::assert_json_snapshot!(compiled(&yaml, POLICY).terms().workflows, @r#"
    {
      "all": {},
      "look": {
        "actions": [
          "order.get",
          "stock.find"
        ],
        "spend": 50000,
        "calls": 6,
        "tokens": 900,
        "wall_time_ms": 60000,
        "tools": {
          "stock.find": 2
        }
      }
    }
    "#);
}

#[test]
fn workflows() {
    let wrong = [
        "[refund]",
        "Refund: { actions: all }",
        "refund: all",
        "refund: {}",
        "refund: { actions: }",
        "refund: { actions: some }",
        "refund: { actions: all, tokens: none }",
        "refund: { actions: [] }",
        "refund: { actions: [order.gte] }",
        "refund: { actions: [order.get], tools: { stock.find: 1 } }",
        "refund: { actions: [order.get], tools: { ghost: 1 } }",
        "refund: { actions: all, tools: { order.refund: 0 } }",
        "refund: { actions: all, spend: lots }",
        "refund: { actions: all, calls: -1 }",
        "refund: { actions: all, wall_time: 5 }",
        "refund: { actions: all, budget: 3 }",
        "refund: { actions: [order.refund, order.get] }",
        "refund: { actions: all, spend: 0.51, calls: 21, wall_time: 6m, tools: { order.refund: 3 } }",
    ];
    let edits: Vec<(&str, &str)> = wrong.iter().map(|wrong| ("", *wrong)).collect();
    insta::assert_snapshot!("workflows", account(&edits, |_, to| compile(&with(to), POLICY)));
}
