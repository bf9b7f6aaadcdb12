//! What a summary says, and when it is good.

use serde_json::Value;

use super::Summary;
use crate::cli::demo::{
    agents::Tally,
    audit::{Audit, history::Counts},
};

fn summary() -> Summary {
    Summary {
        seed: 7,
        tally: Tally { cases: 3, broken: 0 },
        audit: Audit {
            counts: Counts {
                actions: 12,
                admitted: 9,
                stopped_by: [("loop.cycle", 2), ("run.spend", 1)].into(),
                ..Counts::default()
            },
            events: 40,
            flaws: Vec::new(),
            mismatches: Vec::new(),
            payouts: 2,
            reversals: 1,
            refused: 0,
        },
        operator: None,
        unfinished: None,
    }
}

#[test]
fn anything_wrong_is_not_good() {
    assert!(summary().is_good());
    let mut flawed = summary();
    flawed.audit.flaws.push("payments: position 3 is not what was written".to_owned());
    let mut mismatched = summary();
    mismatched.audit.mismatches.push("payout po-1 has no admitted action".to_owned());
    let mut late = summary();
    late.audit.counts.late_admits = 1;
    let mut unfinished = summary();
    unfinished.unfinished = Some("nothing to approve".to_owned());
    for wrong in [flawed, mismatched, late, unfinished] {
        assert!(!wrong.is_good(), "{wrong:?}");
    }
}

#[test]
fn programs_get_every_promised_name() {
    let object = summary().object().unwrap();
    for (name, expected) in [
        ("actions", Value::from(12)),
        ("admitted", Value::from(9)),
        ("denied", Value::from(0)),
        ("escalated", Value::from(0)),
        ("executed", Value::from(0)),
        ("undone", Value::from(0)),
        ("parked", Value::from(0)),
        ("refused", Value::from(0)),
        ("in_doubt", Value::from(0)),
        ("late_admits", Value::from(0)),
        ("journal_verified", Value::from(true)),
        ("ledger_matches", Value::from(true)),
        ("stopped_by", serde_json::json!({ "loop.cycle": 2, "run.spend": 1 })),
    ] {
        assert_eq!(object.get(name), Some(&expected), "{name}");
    }
}

#[test]
fn people_read_what_is_wrong() {
    let mut wrong = summary();
    wrong.audit.mismatches.push("payout po-1 has no admitted action".to_owned());
    let mut text = Vec::new();
    wrong.write_table(&mut text).unwrap();
    let text = String::from_utf8(text).unwrap();
    assert!(text.contains("ledger        payout po-1 has no admitted action"), "{text}");
    assert!(
        text.contains("stopped by    loop.cycle        2 run(s)\n              run.spend         1 run(s)\n"),
        "{text}"
    );
    assert!(text.contains("journal       verified, 40 events"), "{text}");
}
