//! How an event becomes bytes and comes back: the only file that knows the stored form.
//!
//! One JSON object a row, whose only key is the event's kind, so that `sqlite3` alone can read a journal.
//! A form once shipped stays readable for ever: `golden/` holds one file per kind, and a test decodes
//! and re-encodes each to the same bytes.

use remit_core::Event;

/// Writes the stored bytes of an event into a buffer that is used again and again: events are large, and a
/// text that grows is copied several times.
pub(crate) fn encode<'a>(event: &Event, buffer: &'a mut Vec<u8>) -> Result<&'a str, String> {
    buffer.clear();
    serde_json::to_writer(&mut *buffer, event).map_err(|error| error.to_string())?;
    std::str::from_utf8(buffer).map_err(|error| error.to_string())
}

/// The event of stored bytes.
pub(crate) fn decode(body: &str) -> serde_json::Result<Event> {
    serde_json::from_str(body)
}

#[cfg(test)]
pub(crate) mod tests;
