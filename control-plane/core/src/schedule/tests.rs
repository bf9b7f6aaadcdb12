//! When a scheduled ceiling holds, minute by minute.

use super::*;

fn scheduled(days: &[Weekday], from: u16, until: u16) -> Scheduled {
    let (days, because) = (days.iter().copied().collect(), "nobody is there".to_owned());
    Scheduled { id: "night".to_owned(), ceiling: Level::Read, days, from, until, because }
}

fn at(text: &str) -> Timestamp {
    serde_json::from_str(&format!("\"{text}:00Z\"")).unwrap()
}

#[test]
fn hours_of_the_week() {
    use Weekday::{Fri, Sat, Sun};
    let night = scheduled(&[Fri], 22 * 60, 6 * 60);
    let weekend = scheduled(&[Sat, Sun], 0, DAY);
    let lunch = scheduled(&[], 12 * 60, 13 * 60);
    // 2026-11-27 is a Friday. night, weekend, lunch
    let table = [
        ("2026-11-27T21:59", false, false, false),
        ("2026-11-27T22:00", true, false, false),
        ("2026-11-27T23:59", true, false, false),
        ("2026-11-28T00:00", true, true, false),
        ("2026-11-28T05:59", true, true, false),
        ("2026-11-28T06:00", false, true, false),
        ("2026-11-28T12:00", false, true, true),
        ("2026-11-28T23:00", false, true, false),
        ("2026-11-29T23:59", false, true, false),
        ("2026-11-30T00:00", false, false, false),
        ("2026-11-30T12:59", false, false, true),
        ("2026-11-30T13:00", false, false, false),
        ("1969-12-26T22:00", true, false, false),
    ];
    for (text, in_night, in_weekend, in_lunch) in table {
        let now = at(text);
        let holds = (night.holds(now), weekend.holds(now), lunch.holds(now));
        assert_eq!(holds, (in_night, in_weekend, in_lunch), "{text}");
    }
    assert_eq!(night.hours(), "fri 22:00 to 06:00 UTC");
    assert_eq!(lunch.hours(), "every day 12:00 to 13:00 UTC");
}
