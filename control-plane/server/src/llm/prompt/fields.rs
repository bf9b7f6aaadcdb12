//! The fields that a request may have: those whose cost is in the tokens that are counted.

use remit_contract::Speaks;
use serde_json::{Map, Value};

const OPENAI: &[&str] = &[
    "frequency_penalty",
    "function_call",
    "functions",
    "logit_bias",
    "logprobs",
    "max_completion_tokens",
    "max_tokens",
    "messages",
    "metadata",
    "model",
    "n",
    "parallel_tool_calls",
    "presence_penalty",
    "prompt_cache_key",
    "reasoning_effort",
    "response_format",
    "safety_identifier",
    "seed",
    "service_tier",
    "stop",
    "store",
    "stream",
    "stream_options",
    "temperature",
    "tool_choice",
    "tools",
    "top_logprobs",
    "top_p",
    "user",
    "verbosity",
];

const ANTHROPIC: &[&str] = &[
    "max_tokens",
    "messages",
    "metadata",
    "model",
    "service_tier",
    "stop_sequences",
    "stream",
    "system",
    "temperature",
    "thinking",
    "tool_choice",
    "tools",
    "top_k",
    "top_p",
];

/// Kinds of content that are text, so that their bytes bound their tokens.
const PARTS: &[&str] = &["text", "refusal", "tool_use", "tool_result", "thinking", "redacted_thinking"];

/// Kinds of tools that the agent runs itself; what a provider runs it charges for.
const TOOLS: &[&str] = &["function", "custom"];

/// Objects to what cannot be counted.
pub(super) fn check(speaks: Speaks, request: &Map<String, Value>) -> Result<(), String> {
    let known = match speaks {
        Speaks::OpenAi => OPENAI,
        Speaks::Anthropic => ANTHROPIC,
    };
    if let Some(stranger) = request.keys().find(|key| !known.contains(&key.as_str())) {
        return Err(format!("`{stranger}` is not supported; accepted are {}", listed(known)));
    }
    one_of(request, "n", &[1.into(), Value::Null])?;
    one_of(request, "service_tier", &["auto".into(), "default".into(), "standard_only".into(), Value::Null])?;
    one_of(request, "stream", &[true.into(), false.into(), Value::Null])?;
    let messages = request.get("messages").and_then(Value::as_array).filter(|messages| !messages.is_empty());
    for message in messages.ok_or("`messages` is missing or empty")? {
        content(message.get("content"))?;
    }
    content(request.get("system"))?;
    for tool in request.get("tools").and_then(Value::as_array).into_iter().flatten() {
        kind(tool, TOOLS, "a tool")?;
    }
    Ok(())
}

fn one_of(request: &Map<String, Value>, key: &str, accepted: &[Value]) -> Result<(), String> {
    match request.get(key) {
        Some(value) if !accepted.contains(value) => {
            let accepted = accepted.iter().filter(|value| !value.is_null());
            let accepted = accepted.map(|value| format!("`{value}`")).collect::<Vec<_>>();
            Err(format!("`{key}` is `{value}`, accepted is {}", accepted.join(" or ")))
        }
        Some(_) | None => Ok(()),
    }
}

/// Text, or parts that are text.
fn content(content: Option<&Value>) -> Result<(), String> {
    match content {
        None | Some(Value::Null | Value::String(_)) => Ok(()),
        Some(Value::Array(parts)) => parts.iter().try_for_each(|part| {
            kind(part, PARTS, "a part of a message")?;
            // A result of a tool has content of its own.
            self::content(part.get("content"))
        }),
        Some(Value::Bool(_) | Value::Number(_) | Value::Object(_)) => {
            Err("`content` is neither text nor a list of parts".to_owned())
        }
    }
}

fn kind(part: &Value, accepted: &[&str], what: &str) -> Result<(), String> {
    let Some(fields) = part.as_object() else { return Err(format!("{what} is not an object")) };
    if fields.contains_key("cache_control") {
        return Err(
            "`cache_control` is not supported: what is written to a cache is priced otherwise".to_owned()
        );
    }
    match fields.get("type") {
        None => Ok(()),
        Some(Value::String(kind)) if accepted.contains(&kind.as_str()) => Ok(()),
        Some(kind) => Err(format!("{what} is of type {kind}; accepted are {}", listed(accepted))),
    }
}

fn listed(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}
