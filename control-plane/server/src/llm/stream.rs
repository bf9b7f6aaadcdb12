//! The events of a streamed answer: what is passed on, what was said, and what the provider reports of its tokens.

use bytes::{Bytes, BytesMut};
use remit_contract::{Reported, Speaks};
use serde_json::Value;

/// Longest single event, in bytes.
const MAX_EVENT: usize = 4 * 1024 * 1024;

/// No token is longer, in bytes; so much text is at least so many tokens.
const LONGEST_TOKEN: u64 = 128;

/// Splits bytes into events, each with the empty line that ends it.
#[derive(Debug, Default)]
pub(super) struct Events(BytesMut);

impl Events {
    /// Takes up what has come.
    pub(super) fn extend(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    /// The next whole event.
    ///
    /// # Errors
    /// When one has no end.
    pub(super) fn next(&mut self) -> Result<Option<Bytes>, String> {
        let end = |pattern: &[u8]| {
            let at = self.0.windows(pattern.len()).position(|window| window == pattern)?;
            at.checked_add(pattern.len())
        };
        match end(b"\n\n").into_iter().chain(end(b"\r\n\r\n")).min() {
            Some(end) => Ok(Some(self.0.split_to(end).freeze())),
            None if self.0.len() > MAX_EVENT => Err(format!("an event is larger than {MAX_EVENT} bytes")),
            None => Ok(None),
        }
    }
}

/// What becomes of an event.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Fate {
    /// It goes on to the caller.
    Pass,
    /// It is ours alone: the caller did not ask for it.
    Keep,
    /// It is the last one, and goes on when the call is settled.
    Last,
}

/// Reads along.
#[derive(Debug)]
pub(super) struct Reader {
    speaks: Speaks,
    usage_asked: bool,
    /// What the provider has reported so far.
    pub(super) reported: Reported,
    /// What was said, to be known again.
    pub(super) text: String,
    /// Tokens of output that were reported before the end, or must at least have come.
    least: u64,
}

impl Reader {
    pub(super) const fn new(speaks: Speaks, usage_asked: bool) -> Self {
        let reported = Reported { input: None, output: None };
        Self { speaks, usage_asked, reported, text: String::new(), least: 0 }
    }

    /// True once more has certainly come out than this.
    pub(super) fn is_beyond(&self, limit: u64) -> bool {
        let bytes = u64::try_from(self.text.len()).unwrap_or(u64::MAX);
        limit < self.least.max(bytes / LONGEST_TOKEN)
    }

    /// Looks at one event.
    pub(super) fn read(&mut self, event: &[u8]) -> Fate {
        let text = String::from_utf8_lossy(event);
        let data: Vec<&str> =
            text.lines().filter_map(|line| line.strip_prefix("data:")).map(str::trim_start).collect();
        let data = data.join("\n");
        if data == "[DONE]" {
            return Fate::Last;
        }
        let Ok(data) = serde_json::from_str::<Value>(&data) else { return Fate::Pass };
        match self.speaks {
            Speaks::OpenAi => self.chunk(&data),
            Speaks::Anthropic => self.message(&data),
        }
    }

    fn chunk(&mut self, data: &Value) -> Fate {
        let choices = data.get("choices").and_then(Value::as_array);
        for delta in choices.into_iter().flatten().filter_map(|choice| choice.get("delta")) {
            self.say(delta);
        }
        let Some(usage) = data.get("usage").filter(|usage| usage.is_object()) else { return Fate::Pass };
        let reported = Reported::of(self.speaks, usage);
        self.least = self.least.max(reported.output.unwrap_or_default());
        // Some providers report as they go on; only after the last word it is the whole.
        if choices.is_none_or(Vec::is_empty) {
            self.reported = reported;
            return if self.usage_asked { Fate::Pass } else { Fate::Keep };
        }
        Fate::Pass
    }

    fn message(&mut self, data: &Value) -> Fate {
        match data.get("type").and_then(Value::as_str) {
            Some("message_start") => {
                let usage = data.pointer("/message/usage").unwrap_or(&Value::Null);
                self.reported.input = Reported::of(self.speaks, usage).input;
            }
            Some("content_block_delta") => self.say(data.get("delta").unwrap_or(&Value::Null)),
            Some("message_delta") => {
                let usage = Reported::of(self.speaks, data.get("usage").unwrap_or(&Value::Null));
                self.reported.input = usage.input.or(self.reported.input);
                self.least = self.least.max(usage.output.unwrap_or_default());
                if data.pointer("/delta/stop_reason").is_some_and(Value::is_string) {
                    self.reported.output = usage.output;
                }
            }
            Some("message_stop") => return Fate::Last,
            Some(_) | None => {}
        }
        Fate::Pass
    }

    /// Reads an answer that came at once.
    pub(super) fn whole(&mut self, answer: &Value) {
        self.reported = Reported::of(self.speaks, answer.get("usage").unwrap_or(&Value::Null));
        match self.speaks {
            Speaks::OpenAi => {
                let choices = answer.get("choices").and_then(Value::as_array).into_iter().flatten();
                choices.filter_map(|choice| choice.get("message")).for_each(|message| self.say(message));
            }
            Speaks::Anthropic => self.say(answer.get("content").unwrap_or(&Value::Null)),
        }
    }

    /// Every text in a delta, whatever its name is.
    fn say(&mut self, delta: &Value) {
        match delta {
            Value::String(text) => self.text.push_str(text),
            Value::Array(items) => items.iter().for_each(|item| self.say(item)),
            Value::Object(fields) => {
                let said = fields
                    .iter()
                    .filter(|(key, _)| !matches!(key.as_str(), "type" | "role" | "id" | "signature"));
                said.for_each(|(_, value)| self.say(value));
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}

#[cfg(test)]
mod tests;
