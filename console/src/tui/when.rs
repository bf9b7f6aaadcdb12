//! Moments and ages in the words of a screen: always UTC, always short.

use prost_types::Timestamp;

/// Milliseconds since 1970, or none when the server did not say.
#[must_use]
pub fn millis(at: Option<&Timestamp>) -> Option<i64> {
    at.map(|t| t.seconds.saturating_mul(1000).saturating_add(i64::from(t.nanos) / 1_000_000))
}

/// `03:12:07Z`, or dashes of the same width.
#[must_use]
pub fn time_of_day(wall_ms: Option<i64>) -> String {
    wall_ms
        .and_then(|ms| jiff::Timestamp::from_millisecond(ms).ok())
        .map_or_else(|| "--:--:--Z".to_owned(), |t| t.strftime("%H:%M:%SZ").to_string())
}

/// `20260301T031207Z`, for names of files.
#[must_use]
pub fn compact(wall_ms: i64) -> String {
    jiff::Timestamp::from_millisecond(wall_ms)
        .map_or_else(|_| "-".to_owned(), |t| t.strftime("%Y%m%dT%H%M%SZ").to_string())
}

/// `2026-03-01`, or a dash.
#[must_use]
pub fn day(wall_ms: Option<i64>) -> String {
    wall_ms
        .and_then(|ms| jiff::Timestamp::from_millisecond(ms).ok())
        .map_or_else(|| "-".to_owned(), |t| t.strftime("%Y-%m-%d").to_string())
}

/// `03:12:07Z` of today, `03-01 03:12` of another day.
#[must_use]
pub fn moment(at: Option<i64>, wall_ms: i64) -> String {
    if day(at) == day(Some(wall_ms)) {
        return time_of_day(at);
    }
    at.and_then(|ms| jiff::Timestamp::from_millisecond(ms).ok())
        .map_or_else(|| "-".to_owned(), |t| t.strftime("%m-%d %H:%M").to_string())
}

/// `0.4s`, `42s`, `3m09s`, `2h05m`, `4d`: the length of a span in milliseconds.
#[must_use]
pub fn span(ms: u64) -> String {
    let seconds = ms / 1000;
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    match seconds {
        0..10 => format!("{}.{}s", seconds, ms % 1000 / 100),
        10..60 => format!("{seconds}s"),
        60..3600 => format!("{minutes}m{:02}s", seconds % 60),
        3600..86_400 => format!("{hours}h{:02}m", minutes % 60),
        86_400.. => format!("{days}d"),
    }
}

/// `90s`, `5m`, `2h` or `1d` in milliseconds.
#[must_use]
pub fn span_ms(text: &str) -> Option<i64> {
    let at = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at_checked(at)?;
    let unit = match unit {
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return None,
    };
    number.parse::<i64>().ok()?.checked_mul(unit)
}

/// How long ago `at` was, in whole seconds and larger; `-` when it is not known.
#[must_use]
pub fn ago(at: Option<i64>, wall_ms: i64) -> String {
    at.map_or_else(|| "-".to_owned(), |at| whole(u64::try_from(wall_ms.saturating_sub(at)).unwrap_or(0)))
}

/// How long until `at`; `past` once it is over.
#[must_use]
pub fn until(at: Option<i64>, wall_ms: i64) -> String {
    let Some(at) = at else { return "-".to_owned() };
    match u64::try_from(at.saturating_sub(wall_ms)) {
        Ok(left) if 0 < left => whole(left),
        Ok(_) | Err(_) => "past".to_owned(),
    }
}

/// A span without tenths: data that changes once a second must not flicker.
fn whole(ms: u64) -> String {
    if ms < 10_000 { format!("{}s", ms / 1000) } else { span(ms) }
}
