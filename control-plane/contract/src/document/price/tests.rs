//! What a tool reports is read exactly, never less than it is, and never made up.

use serde_json::json;

use super::*;

#[test]
fn every_form_of_a_report() {
    let table = [
        (json!({ "cost": 0.25 }), Some(250_000)),
        (json!({ "cost": "0.25" }), Some(250_000)),
        (json!({ "cost": 3 }), Some(3_000_000)),
        (json!({ "cost": 0 }), Some(0)),
        (json!({ "cost": 0.1 }), Some(100_000)),
        // Finer than a millionth: up, since nothing that was spent may be lost.
        (json!({ "cost": 0.000_000_1 }), Some(1)),
        (json!({ "cost": 1e-9 }), Some(1)),
        (json!({ "cost": 0.012_345_678_9 }), Some(12_346)),
        (json!({ "cost": "0.0000010" }), Some(1)),
        (json!({ "cost": 1e30 }), Some(1_000_000_000_000_000)),
        (json!({ "cost": 18_446_744_073_709_551_615_u64 }), Some(1_000_000_000_000_000)),
        (json!({ "cost": "1e400" }), Some(1_000_000_000_000_000)),
        (json!({ "cost": -1e30 }), None),
        (json!({ "cost": "NaN" }), None),
        (json!({ "cost": -0.25 }), None),
        (json!({ "cost": "free" }), None),
        (json!({ "cost": null }), None),
        (json!({ "cost": true }), None),
        (json!({ "cost": [0.25] }), None),
        (json!({}), None),
        (json!([1]), None),
    ];
    let at = Pointer::to_key("cost");
    for (result, micros) in table {
        assert_eq!(reported(&result, &at), micros.map(Money::from_micros), "{result}");
    }
}
