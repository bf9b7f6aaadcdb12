//! The model provider of the demo: OpenAI's chat completions over HTTP. What it says follows from the question alone.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
    routing::post,
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::payments::refuse;

#[cfg(test)]
mod tests;

/// Whoever wants a long answer says so.
pub(crate) const AT_LENGTH: &str = "at length";

/// The API; the key is the control plane's.
pub(crate) fn router(key: &str) -> Router {
    Router::new().route("/v1/chat/completions", post(complete)).with_state(Arc::from(key))
}

/// What the API takes of a request; the rest changes nothing here.
#[derive(Deserialize)]
struct Asked {
    model: String,
    messages: Vec<Message>,
    #[serde(alias = "max_completion_tokens")]
    max_tokens: usize,
    #[serde(default)]
    stream: bool,
}

#[derive(Deserialize)]
struct Message {
    content: String,
}

async fn complete(State(key): State<Arc<str>>, headers: HeaderMap, Json(asked): Json<Asked>) -> Response {
    let bearer = headers.get("authorization").and_then(|value| value.to_str().ok());
    if bearer.and_then(|value| value.strip_prefix("Bearer ")) != Some(&*key) {
        return refuse(StatusCode::UNAUTHORIZED, "the key is not known");
    }
    if asked.stream {
        return refuse(StatusCode::BAD_REQUEST, "this small model does not stream");
    }
    Json(answer(&asked)).into_response()
}

/// One token a word, as nearly as that matters to a demo.
fn answer(asked: &Asked) -> Value {
    let question = asked.messages.last().map_or("", |message| &message.content);
    let words: Vec<&str> = if question.contains(AT_LENGTH) {
        ["on", "the", "other", "hand,"].into_iter().cycle().take(asked.max_tokens).collect()
    } else {
        let said = "Read the record of the person and of the role, and grant what the department uses.";
        said.split(' ').take(asked.max_tokens).collect()
    };
    let read: usize = asked.messages.iter().map(|message| message.content.split_whitespace().count()).sum();
    let wrote = words.len();
    let finish = if wrote == asked.max_tokens { "length" } else { "stop" };
    let message = json!({ "role": "assistant", "content": words.join(" "), "refusal": null });
    json!({
        "id": "chatcmpl-demo",
        "object": "chat.completion",
        "created": 0,
        "model": asked.model,
        "choices": [{ "index": 0, "finish_reason": finish, "message": message }],
        "usage": {
            "prompt_tokens": read,
            "completion_tokens": wrote,
            "total_tokens": read.saturating_add(wrote),
        },
    })
}
