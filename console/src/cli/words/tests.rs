//! Numbers and what people read.

use jiff::Timestamp;
use remit_proto::v1;

use super::{
    action_status, age, clock, level, micros_as_ms, millis, money, rfc3339, short, step_kind, until, value,
};

#[test]
fn enum_values_are_lower_case_words() {
    assert_eq!(action_status(v1::ActionStatus::InDoubt.into()), "in_doubt");
    assert_eq!(level(v1::Level::Execute.into()), "execute");
    assert_eq!(step_kind(v1::rollback_step::Kind::OutOfWindow.into()), "out_of_window");
    assert_eq!(value(level(0)), serde_json::Value::Null);
}

#[test]
fn a_value_from_a_newer_control_plane_is_not_misread() {
    assert_eq!(action_status(99), "unknown_99");
}

#[test]
fn times_are_exact_for_programs_and_relative_for_people() {
    let at = prost_types::Timestamp { seconds: 1_700_000_000, nanos: 120_000_000 };
    let now = Timestamp::new(1_700_000_190, 0).unwrap();
    assert_eq!(rfc3339(Some(&at)), "2023-11-14T22:13:20.12Z");
    assert_eq!(clock(Some(&at)), "2023-11-14 22:13:20Z");
    assert_eq!(age(Some(&at), now), "3m");
    assert_eq!(until(Some(&at), now), "over");
    let later = prost_types::Timestamp { seconds: 1_700_000_200, nanos: 0 };
    assert_eq!(until(Some(&later), now), "in 10s");
    assert_eq!(age(None, now), "-");
}

#[test]
fn amounts_and_spans() {
    assert_eq!(money(250_000), "0.25");
    assert_eq!(money(200), "0.000200");
    assert_eq!(micros_as_ms(3_214), "3.214 ms");
    assert_eq!(millis(850), "850ms");
    assert_eq!(millis(12_560), "12.5s");
    assert_eq!(millis(300_000), "5m");
}

#[test]
fn the_short_form_of_an_id_is_its_end() {
    assert_eq!(short("act_0193a5f2c1d87b3e9c40aa5e9b1c44d0"), "9b1c44d0");
    assert_eq!(short("abc"), "abc");
    assert_eq!(short("日本語日本語日本語"), "本語日本語日本語");
}
