//! Windows lie beside each other, without a gap, on the hours and days of UTC.

use proptest::prelude::*;

use super::*;

#[test]
fn the_hour_and_the_day_of_a_moment() {
    let at: Timestamp = serde_json::from_str(r#""2026-11-26T17:40:00.000001Z""#).unwrap();
    let table = [
        (Per::Hour, "2026-11-26T17:00:00.000000Z", "2026-11-26T18:00:00.000000Z"),
        (Per::Day, "2026-11-26T00:00:00.000000Z", "2026-11-27T00:00:00.000000Z"),
    ];
    for (per, starts, ends) in table {
        let window = Window::of(per, at);
        assert_eq!((window.starts.to_string().as_str(), window.ends().to_string().as_str()), (starts, ends));
    }
}

proptest! {
    #[test]
    fn every_moment_lies_in_the_one_window_that_it_names(micros in i64::from(i32::MIN)..10_i64.pow(16)) {
        let at = Timestamp::from_micros(micros);
        for per in Per::ALL {
            let window = Window::of(per, at);
            prop_assert!(window.starts <= at && at < window.ends());
            prop_assert_eq!(Window::of(per, window.starts), window);
            prop_assert_eq!(Window::of(per, window.ends()).starts, window.ends());
        }
    }
}
