//! Pace and forecast in figures that can be checked by hand.

use super::*;

const HOUR: u64 = Per::Hour.ms();

fn money(micros: u64) -> Money {
    Money::from_micros(micros)
}

/// So much spent in each hour, from midnight on.
fn spent(hours: &[u64]) -> Accounts {
    let mut accounts = Accounts::default();
    for (hour, micros) in (0..).zip(hours) {
        accounts.settle(Timestamp::default().plus_ms(HOUR.saturating_mul(hour)), Money::ZERO, money(*micros));
    }
    accounts
}

fn at(hours: u64, minutes: u64) -> Timestamp {
    Timestamp::default().plus_ms(HOUR.saturating_mul(hours).saturating_add(minutes.saturating_mul(60_000)))
}

#[test]
fn the_pace_of_the_last_hours() {
    // since, now, spent, minutes
    let table = [
        (at(2, 30), at(3, 30), 70, 90),
        (at(3, 0), at(3, 30), 40, 30),
        (at(0, 0), at(3, 30), 100, 210),
        // Nothing is known of before: from the first hour on.
        (at(0, 0), at(0, 30), 10, 30),
        (at(3, 0), at(3, 0), 40, 1),
    ];
    for (since, now, micros, minutes) in table {
        let known = spent(if now < at(1, 0) { &[10] } else { &[10, 20, 30, 40] });
        let pace = Pace::since(&known, since, now);
        assert_eq!((pace.spent, pace.in_ms), (money(micros), minutes * 60_000), "{since} {now}");
    }
    assert_eq!(Pace::since(&Accounts::default(), at(0, 0), at(2, 0)).an_hour(), Money::ZERO);
}

#[test]
fn when_it_will_be_gone() {
    let pace = Pace::of(money(60), at(0, 0), at(2, 0));
    assert_eq!(pace.an_hour(), money(30));
    assert_eq!(pace.gone(money(15), at(2, 0)), Some(at(2, 30)));
    assert_eq!(pace.gone(Money::ZERO, at(2, 0)), Some(at(2, 0)));
    let idle = Pace::of(Money::ZERO, at(0, 0), at(2, 0));
    assert_eq!(idle.gone(money(15), at(2, 0)), None);
    assert_eq!(idle.gone(Money::ZERO, at(2, 0)), Some(at(2, 0)));
    // Slower than the end of time is never.
    let slow = Pace::of(money(1), at(0, 0), at(2, 0));
    assert_eq!(slow.gone(money(u64::MAX), at(2, 0)), None);
    let fast = Pace::of(money(u64::MAX), at(0, 0), at(0, 0));
    assert_eq!(fast.an_hour(), money(u64::MAX));
}
