//! Values as people write them: spans, moments, amounts.

use jiff::{SignedDuration, Timestamp, civil::Time, tz::TimeZone};
use rust_decimal::Decimal;

/// `90s`, `1h30m`; a number needs a unit.
pub(crate) fn span(text: &str) -> Result<i64, &'static str> {
    const UNIT: &str = "a span needs a unit: 30s, 5m, 2h, 1d";
    if text.chars().all(|letter| letter.is_ascii_digit()) {
        return Err(UNIT);
    }
    // A day is what a watch makes of it.
    let days = text.strip_suffix('d').and_then(|days| days.parse::<i64>().ok());
    if let Some(millis) = days.and_then(|days| days.checked_mul(86_400_000)) {
        return Ok(millis);
    }
    let parsed: SignedDuration = text.parse().map_err(|_| UNIT)?;
    i64::try_from(parsed.as_millis()).map_err(|_| "this span is too long")
}

/// How a span is written so that it is read as the same.
pub(crate) fn write_span(millis: i64) -> String {
    let units = [(86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1_000, "s")];
    let whole = units.into_iter().find(|(unit, _)| millis != 0 && millis.checked_rem(*unit) == Some(0));
    match whole {
        Some((unit, name)) => format!("{}{name}", millis.checked_div(unit).unwrap_or(0)),
        None if millis == 0 => "0s".to_owned(),
        None => format!("{millis}ms"),
    }
}

/// A moment: RFC 3339, `HH:MM[:SS]` in UTC (the last time that it was so late), or `-15m`, so long ago.
pub(crate) fn moment(text: &str, now: i64) -> Result<i64, &'static str> {
    const FORMS: &str = "a moment is written -15m, 03:12, 03:12:30 or 2026-01-31T03:12:00Z, in UTC";
    if let Some(ago) = text.strip_prefix('-') {
        return span(ago).map(|ago| now.saturating_sub(ago)).map_err(|_| FORMS);
    }
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Ok(moment.as_millisecond());
    }
    let time: Time = text.parse().map_err(|_| FORMS)?;
    let today = Timestamp::from_millisecond(now).map_err(|_| FORMS)?.to_zoned(TimeZone::UTC).date();
    let at = |date: jiff::civil::Date| {
        Some(date.to_datetime(time).to_zoned(TimeZone::UTC).ok()?.timestamp().as_millisecond())
    };
    let last = at(today).filter(|at| *at <= now).or_else(|| at(today.yesterday().ok()?));
    last.ok_or(FORMS)
}

/// How a moment is written so that it is read as the same.
pub(crate) fn write_moment(millis: i64) -> String {
    Timestamp::from_millisecond(millis).map(|moment| moment.to_string()).unwrap_or_default()
}

/// A plain number.
pub(crate) fn number(text: &str) -> Result<Decimal, &'static str> {
    text.parse().map_err(|_| "a number is wanted here, without a unit")
}
