//! A model provider of a test: a real HTTP server on loopback that speaks both protocols, and does as it is told.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    Json, Router,
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
    routing::post,
};
use futures::stream;
use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};

/// What it answers, from now on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Script {
    /// The answer, piece by piece.
    pub pieces: Vec<String>,
    /// The tokens that it reports, in and out; `None` when it reports none.
    pub usage: Option<(u64, u64)>,
    /// After so many pieces it says nothing more until the script changes.
    pub silent_after: Option<usize>,
    /// After so many pieces, and once the script changes, the connection breaks.
    pub broken_after: Option<usize>,
    /// It refuses with this status.
    pub refuses: Option<u16>,
}

impl Default for Script {
    fn default() -> Self {
        Self {
            pieces: ["It ", "is ", "fine."].map(str::to_owned).into(),
            usage: Some((100, 20)),
            silent_after: None,
            broken_after: None,
            refuses: None,
        }
    }
}

/// One request as it came.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Value,
}

/// A running provider; it ends with the value.
#[derive(Debug)]
pub struct Provider {
    address: SocketAddr,
    shared: Arc<Shared>,
    server: JoinHandle<()>,
}

#[derive(Debug)]
struct Shared {
    script: watch::Sender<Script>,
    asked: Mutex<Vec<Asked>>,
    /// How many requests came, and how many answers were given up by their reader.
    counts: watch::Sender<(usize, usize)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Speaks {
    OpenAi,
    Anthropic,
}

impl Provider {
    /// Serves on a free port.
    pub async fn start() -> Self {
        let shared = Arc::new(Shared {
            script: watch::Sender::new(Script::default()),
            asked: Mutex::default(),
            counts: watch::Sender::new((0, 0)),
        });
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let chat = async |state, headers, body| answer(Speaks::OpenAi, state, headers, body).await;
        let messages = async |state, headers, body| answer(Speaks::Anthropic, state, headers, body).await;
        let router = Router::new()
            .route("/v1/chat/completions", post(chat))
            .route("/v1/messages", post(messages))
            .with_state(Arc::clone(&shared));
        let server = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { address, shared, server }
    }

    /// `http://HOST:PORT`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Changes what it answers.
    pub fn plays(&self, script: Script) {
        self.shared.script.send_replace(script);
    }

    /// Every request so far.
    pub fn asked(&self) -> Vec<Asked> {
        self.shared.asked.lock().clone()
    }

    /// Waits until this many answers were given up before they ended.
    pub async fn given_up(&self, count: usize) {
        self.shared.counts.subscribe().wait_for(|(_, given_up)| count <= *given_up).await.unwrap();
    }

    /// Waits until this many requests have come.
    pub async fn reached(&self, count: usize) {
        self.shared.counts.subscribe().wait_for(|(reached, _)| count <= *reached).await.unwrap();
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// Notes when an answer is dropped before it has ended.
struct Witness {
    shared: Arc<Shared>,
    ended: bool,
}

impl Drop for Witness {
    fn drop(&mut self) {
        if !self.ended {
            self.shared.counts.send_modify(|(_, given_up)| *given_up += 1);
        }
    }
}

async fn answer(
    speaks: Speaks,
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let body: Value = serde_json::from_slice(&body).unwrap();
    let streams = body["stream"] == true;
    shared.asked.lock().push(Asked { headers, body });
    shared.counts.send_modify(|(reached, _)| *reached += 1);
    let script = shared.script.borrow().clone();
    if let Some(status) = script.refuses {
        let error = json!({ "error": { "message": "the provider says no", "type": "provider_error" } });
        return (StatusCode::from_u16(status).unwrap(), Json(error)).into_response();
    }
    if streams {
        return streamed(speaks, shared, script);
    }
    let mut witness = Witness { shared, ended: false };
    if script.silent_after.is_some() {
        changed(&witness.shared, &script).await;
    }
    witness.ended = true;
    Json(whole(speaks, &script)).into_response()
}

/// Waits for another script.
async fn changed(shared: &Shared, script: &Script) {
    shared.script.subscribe().wait_for(|next| next != script).await.unwrap();
}

fn whole(speaks: Speaks, script: &Script) -> Value {
    let text = script.pieces.concat();
    match speaks {
        Speaks::OpenAi => {
            let message = json!({ "role": "assistant", "content": text, "refusal": null });
            let mut answer = json!({
                "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "small-1",
                "choices": [{ "index": 0, "finish_reason": "stop", "message": message }],
            });
            if let Some((input, output)) = script.usage {
                answer["usage"] = json!({
                    "prompt_tokens": input, "completion_tokens": output, "total_tokens": input + output,
                });
            }
            answer
        }
        Speaks::Anthropic => {
            let mut answer = json!({
                "id": "msg_1", "type": "message", "role": "assistant", "model": "claude-small",
                "content": [{ "type": "text", "text": text }], "stop_reason": "end_turn", "stop_sequence": null,
            });
            if let Some((input, output)) = script.usage {
                answer["usage"] = json!({ "input_tokens": input, "output_tokens": output });
            }
            answer
        }
    }
}

fn streamed(speaks: Speaks, shared: Arc<Shared>, script: Script) -> Response {
    let events = match speaks {
        Speaks::OpenAi => chunks(&script),
        Speaks::Anthropic => messages(&script),
    };
    let witness = Witness { shared, ended: false };
    let body =
        stream::unfold((events.into_iter(), witness, script), async |(mut events, mut witness, script)| {
            let (index, event) = events.next()?;
            if script.broken_after.is_some_and(|after| index >= Some(after)) {
                changed(&witness.shared, &script).await;
                return Some((Err("it breaks"), (events, witness, script)));
            }
            if script.silent_after.is_some_and(|after| index >= Some(after)) {
                changed(&witness.shared, &script).await;
            }
            witness.ended = events.len() == 0;
            Some((Ok::<_, &str>(event), (events, witness, script)))
        });
    ([("content-type", "text/event-stream")], Body::from_stream(body)).into_response()
}

/// Each event with the number of the piece that it is or comes after.
type Numbered = Vec<(Option<usize>, String)>;

fn chunks(script: &Script) -> Numbered {
    let chunk = |choices: Value, usage: Value| {
        let chunk = json!({
            "id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "small-1",
            "choices": choices, "usage": usage,
        });
        format!("data: {chunk}\n\n")
    };
    let delta = |delta: Value, finish: Value| {
        chunk(json!([{ "index": 0, "delta": delta, "finish_reason": finish }]), Value::Null)
    };
    let mut events = vec![(None, delta(json!({ "role": "assistant", "content": "" }), Value::Null))];
    for (index, piece) in script.pieces.iter().enumerate() {
        events.push((Some(index), delta(json!({ "content": piece }), Value::Null)));
    }
    let end = Some(script.pieces.len());
    events.push((end, delta(json!({}), "stop".into())));
    if let Some((input, output)) = script.usage {
        let usage = json!({
            "prompt_tokens": input, "completion_tokens": output, "total_tokens": input + output,
        });
        events.push((end, chunk(json!([]), usage)));
    }
    events.push((end, "data: [DONE]\n\n".to_owned()));
    events
}

fn messages(script: &Script) -> Numbered {
    let event = |body: Value| format!("event: {}\ndata: {body}\n\n", body["type"].as_str().unwrap());
    let (input, output) =
        script.usage.map_or((Value::Null, Value::Null), |(input, output)| (input.into(), output.into()));
    let message = json!({
        "id": "msg_1", "type": "message", "role": "assistant", "model": "claude-small", "content": [],
        "stop_reason": null, "stop_sequence": null, "usage": { "input_tokens": input, "output_tokens": 1 },
    });
    let block = json!({ "type": "text", "text": "" });
    let mut events = vec![
        (None, event(json!({ "type": "message_start", "message": message }))),
        (None, event(json!({ "type": "content_block_start", "index": 0, "content_block": block }))),
    ];
    for (index, piece) in script.pieces.iter().enumerate() {
        let delta = json!({ "type": "text_delta", "text": piece });
        events
            .push((Some(index), event(json!({ "type": "content_block_delta", "index": 0, "delta": delta }))));
    }
    let end = Some(script.pieces.len());
    let stop = json!({ "stop_reason": "end_turn", "stop_sequence": null });
    events.push((end, event(json!({ "type": "content_block_stop", "index": 0 }))));
    events.push((
        end,
        event(json!({ "type": "message_delta", "delta": stop, "usage": { "output_tokens": output } })),
    ));
    events.push((end, event(json!({ "type": "message_stop" }))));
    events
}
