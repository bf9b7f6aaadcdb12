//! How an event becomes bytes and comes back: the only file that knows the stored form.
//!
//! One JSON object a row, whose only key is the event's kind, so that `sqlite3` alone can read a journal.
//! A form once shipped stays readable for ever: `golden/` holds one file per kind, and a test decodes
//! and re-encodes each to the same bytes.

use remit_core::Event;

/// The stored bytes of an event.
pub(crate) fn encode(event: &Event) -> serde_json::Result<String> {
    serde_json::to_string(event)
}

/// The event of stored bytes.
pub(crate) fn decode(body: &str) -> serde_json::Result<Event> {
    serde_json::from_str(body)
}

#[cfg(test)]
pub(crate) mod tests;
