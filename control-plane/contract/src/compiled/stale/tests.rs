//! When a read is answered from memory, and as what.

use serde_json::json;

use super::*;
use crate::tests::{POLICY, YAML, compiled, edited};

fn contract() -> CompiledContract {
    compiled(
        &edited(YAML, "      timeout: 2s", "      timeout: 2s\n      fallback: { stale_for: 5m }"),
        POLICY,
    )
}

fn act(number: u8) -> ActionId {
    format!("act_{number:032x}").parse().unwrap()
}

fn last(result: &serde_json::Value) -> LastGood {
    let result = CanonicalJson::from_value(result).unwrap();
    LastGood { action: act(1), observed_at: Timestamp::from_micros(1_000_000), result }
}

fn failed(fault: Option<ToolFault>) -> Settle {
    Settle {
        action: act(2),
        settlement: Settlement::Failed { note: "down".to_owned() },
        cost: Money::from_micros(200),
        evidence: Vec::new(),
        undo: None,
        exchange: Exchange { fault, retries: 2, ..Exchange::default() },
        tokens: 0,
    }
}

#[test]
fn what_is_down_is_answered_with_what_it_said_last() {
    let (first, five_minutes) = (last(&json!({ "id": "o1" })), 300_000);
    let at = |ms| first.observed_at.plus_ms(ms);
    let table = [
        (Some(ToolFault::Unreachable), at(0), true),
        (Some(ToolFault::Broken), at(five_minutes), true),
        (Some(ToolFault::Late), at(five_minutes + 1), false),
        (Some(ToolFault::Busy), at(1), true),
        (Some(ToolFault::Oversized), at(1), true),
        (Some(ToolFault::Refused), at(1), false),
        // Not sent, for a reason of ours.
        (None, at(1), false),
    ];
    for (fault, now, answered) in table {
        let settle = contract().or_last_good(failed(fault), &"order.get".into(), Some(first.clone()), now);
        if !answered {
            assert_eq!(settle, failed(fault), "{fault:?}");
            continue;
        }
        let result = first.result.clone();
        assert_eq!(settle.settlement, Settlement::Succeeded { result }, "{fault:?}");
        assert_eq!((settle.cost, settle.evidence.len()), (Money::ZERO, 1));
        let stale = Some(Stale { of: act(1), observed_at: first.observed_at });
        assert_eq!(settle.exchange, Exchange { fault, retries: 2, stale, ..Exchange::default() });
        assert_eq!(settle.exchange.observed_at(now), first.observed_at);
    }
}

#[test]
fn nothing_is_made_up() {
    let (contract, now) = (contract(), Timestamp::from_micros(2_000_000));
    let down = || failed(Some(ToolFault::Late));
    assert_eq!(contract.or_last_good(down(), &"order.get".into(), None, now), down());
    // A tool of which the contract does not say so.
    let some = || Some(last(&json!({})));
    assert_eq!(contract.or_last_good(down(), &"stock.find".into(), some(), now), down());
    // An answer, also one that is in doubt, stands.
    let doubt = Settle { settlement: Settlement::InDoubt { note: String::new() }, ..down() };
    assert_eq!(contract.or_last_good(doubt.clone(), &"order.get".into(), some(), now), doubt);
}
