//! What the demo takes on its command line.

use std::time::Duration;

use super::span;

#[test]
fn times_are_read_as_people_write_them() {
    for (text, seconds) in [("20s", 20), ("5m", 300), ("1h 30m", 5_400), ("90 seconds", 90)] {
        assert_eq!(span(text), Ok(Duration::from_secs(seconds)), "{text}");
    }
    for text in ["", "20", "-5s", "0s", "soon"] {
        assert!(span(text).is_err(), "{text}");
    }
}
