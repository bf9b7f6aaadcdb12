//! Amounts are read exactly, durations without overflow.

use super::{duration_ms, micros};

#[test]
fn amounts_are_exact() {
    let cases = [
        ("0", Some(0)),
        ("0.50", Some(500_000)),
        ("0.0002", Some(200)),
        ("1.000001", Some(1_000_001)),
        // 0.1 and 0.2 are where a float would begin to differ.
        ("0.3", Some(300_000)),
        ("18446744073709.551615", Some(u64::MAX)),
        ("18446744073709.551616", None),
        ("0.0000001", None),
        ("1.", None),
        (".5", None),
        ("+1", None),
        ("1_000", None),
        ("٣", None),
    ];
    for (text, expected) in cases {
        assert_eq!(micros(text), expected, "{text}");
    }
}

#[test]
fn durations_have_a_unit_and_an_end() {
    let cases = [
        ("500ms", Some(500)),
        ("2s", Some(2_000)),
        ("10m", Some(600_000)),
        ("72h", Some(259_200_000)),
        ("30d", Some(2_592_000_000)),
        ("0s", None),
        ("1.5h", None),
        ("-1s", None),
        ("s", None),
        ("1 s", None),
        ("99999999999999999999d", None),
        ("18446744073709551615s", None),
    ];
    for (text, expected) in cases {
        assert_eq!(duration_ms(text), expected, "{text}");
    }
}
