//! How long a server asks to be left alone (`Retry-After`), as far as it is believed.

use std::time::Duration;

use remit_core::Timestamp;
use reqwest::header::{HeaderMap, RETRY_AFTER};

/// The longest wait that is believed: more is a mistake of the server, or means that it is down.
const MOST: Duration = Duration::from_secs(10 * 60);

/// The wait that an answer asks for: seconds, or a date, of which nothing may be left.
pub(crate) fn asked(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let wait = match text.parse() {
        Ok(seconds) => Duration::from_secs(seconds),
        // More digits than a number has.
        Err(_) if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) => MOST,
        Err(_) => {
            let date = jiff::fmt::rfc2822::parse(text).ok()?.timestamp();
            Duration::from_millis(Timestamp::from_micros(date.as_microsecond()).since_ms(now))
        }
    };
    Some(wait.min(MOST))
}

#[cfg(test)]
mod tests;
