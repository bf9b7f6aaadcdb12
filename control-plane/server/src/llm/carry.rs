//! Carries an admitted model call out: sends the prompt, passes the answer on, counts, and ends it when it must end.

use std::{sync::Arc, time::Duration};

use axum::http::{HeaderValue, StatusCode};
use bytes::Bytes;
use remit_contract::{CompiledContract, ModelCall, Speaks};
use remit_core::{
    CanonicalJson, Exchange, Objection, Permit, Reason, ToolFault, Usage, command::Settle, event::Settlement,
};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::{
    parcel::{Parcel, Piece},
    refusal::{self, Refusal},
    stream::{Events, Fate, Reader},
    watch::Watch,
};
use crate::{
    clock,
    plane::{Plane, Ward},
    reach::OutOfReach,
    upstream::{Upstream, innermost, patience},
};

/// Largest answer that is taken whole, in bytes.
const MAX_ANSWER: usize = 16 * 1024 * 1024;

/// Largest refusal of a provider that is passed on, in bytes.
const MAX_REFUSAL: usize = 64 * 1024;

/// What the caller is told once the outcome is recorded.
#[derive(Debug)]
pub(crate) struct Delivery {
    pieces: Vec<Piece>,
    sender: Option<mpsc::Sender<Piece>>,
}

impl Delivery {
    /// Hands the last pieces over. A caller that has gone away needs none.
    pub(crate) async fn deliver(self) {
        let Some(sender) = self.sender else { return };
        for piece in self.pieces {
            drop(sender.send(piece).await);
        }
    }
}

/// How a call came to its end.
#[derive(Debug)]
enum End {
    /// The provider has answered; this is still to be handed over.
    Answered(Vec<Piece>),
    /// Nothing was used: no byte left us, or the provider refused.
    Unused(Option<ToolFault>, String, Vec<Piece>),
    /// What was used beyond what is reported, nobody knows.
    Lost(Option<ToolFault>, String),
    /// It had to end.
    Cut(Objection),
}

/// Carries a call out.
pub(crate) async fn carry(
    plane: &Plane,
    (ward, contract): (&Ward, &Arc<CompiledContract>),
    (model, permit): (&ModelCall, &Permit),
) -> (Settle, Delivery) {
    let unsent = |note: &str| {
        let settlement = Settlement::Failed { note: note.to_owned() };
        (settle(permit, settlement, Usage::default()), Delivery { pieces: Vec::new(), sender: None })
    };
    let Some(parcel) = plane.parcels.take(permit.action()) else {
        return unsent(
            "a model is called at `/llm/SERVICE/v1/…`, and what it is asked is kept only while its caller waits; nothing was sent",
        );
    };
    let params = permit.params().value();
    if params.get("digest").and_then(Value::as_str) != Some(&parcel.sealed.digest.to_string()) {
        return unsent("the prompt is not the one that was judged, so nothing was sent");
    }
    let tool = contract.tool(permit.tool());
    let upstream = tool.and_then(|tool| plane.upstreams.get(contract.terms().digest, &tool.upstream));
    let (Some(tool), Some(upstream)) = (tool, upstream) else {
        return unsent("the upstream of the model is not resolved, so nothing was sent");
    };
    let mut trip = Trip {
        reader: Reader::new(parcel.sealed.speaks, parcel.sealed.usage_asked),
        permit,
        has_head: false,
        limit: params.get("max_tokens").and_then(Value::as_u64).unwrap_or(u64::MAX),
    };
    let timeout = Duration::from_millis(tool.timeout_ms);
    let mut watch = Watch::new(ward, permit.action());
    let end = tokio::select! {
        biased;
        objection = watch.cut_off() => End::Cut(objection),
        () = parcel.sender.closed() => End::Lost(None, "the caller has gone away".to_owned()),
        () = tokio::time::sleep(timeout) => End::Lost(Some(ToolFault::Late), format!("no end within {} ms", tool.timeout_ms)),
        end = trip.go(upstream.client(&plane.clients), &upstream, &parcel) => end,
    };
    trip.ended(end, (model, &params), parcel)
}

/// One call on its way.
struct Trip<'a> {
    reader: Reader,
    permit: &'a Permit,
    /// True once the caller has the head of the answer.
    has_head: bool,
    limit: u64,
}

impl Trip<'_> {
    async fn go(&mut self, client: &reqwest::Client, upstream: &Upstream, parcel: &Parcel) -> End {
        let mut response = match request(client, upstream, parcel).send().await {
            Ok(response) => response,
            Err(error) if error.is_connect() || error.is_builder() => {
                let cause = innermost(&error);
                // An address that may not be called is our own "no".
                let fault = (!cause.is::<OutOfReach>()).then_some(ToolFault::Unreachable);
                return End::Unused(fault, format!("no connection to the provider: {cause}"), Vec::new());
            }
            Err(error) => return broken(format!("the connection broke: {}", innermost(&error))),
        };
        if !response.status().is_success() {
            return self.refused(response).await;
        }
        let kind = response.headers().get("content-type").and_then(|kind| kind.to_str().ok());
        if kind.is_some_and(|kind| kind.starts_with("text/event-stream")) {
            return self.stream(&mut response, &parcel.sender).await;
        }
        match read(&mut response, MAX_ANSWER).await {
            Ok(body) => self.whole(body),
            Err(note) => broken(note),
        }
    }

    /// The provider's own "no". What it says of our credential is not the agent's business.
    async fn refused(&self, mut response: reqwest::Response) -> End {
        let status = response.status();
        let again = patience::asked(response.headers(), clock::now());
        let body = read(&mut response, MAX_REFUSAL).await.unwrap_or_default();
        let note = format!("the provider answered {status}");
        match status.as_u16() {
            401 | 403 => {
                let note = format!("{note}: it does not accept the control plane's credential");
                End::Unused(Some(ToolFault::Refused), note, Vec::new())
            }
            300..=499 | 503 | 529 if status.as_u16() != 408 => {
                let mut head = self.head(status, "application/json");
                if let Some(again) = again {
                    head.headers_mut().insert("retry-after", again.as_secs().into());
                }
                let fault = match status.as_u16() {
                    429 => ToolFault::Busy,
                    503 | 529 => ToolFault::Broken,
                    _ => ToolFault::Refused,
                };
                End::Unused(Some(fault), note, vec![Piece::Head(head), Piece::Bytes(body.into())])
            }
            _ => broken(note),
        }
    }

    fn whole(&mut self, body: Vec<u8>) -> End {
        let Ok(value) = serde_json::from_slice::<Value>(&body) else {
            return broken("the provider's answer is not JSON".to_owned());
        };
        self.reader.whole(&value);
        let head = self.head(StatusCode::OK, "application/json");
        End::Answered(vec![Piece::Head(head), Piece::Bytes(body.into())])
    }

    async fn stream(&mut self, response: &mut reqwest::Response, sender: &mpsc::Sender<Piece>) -> End {
        let mut head = self.head(StatusCode::OK, "text/event-stream; charset=utf-8");
        head.headers_mut().insert("cache-control", HeaderValue::from_static("no-cache"));
        drop(sender.send(Piece::Head(head)).await);
        self.has_head = true;
        let mut events = Events::default();
        loop {
            match response.chunk().await {
                Ok(Some(bytes)) => events.extend(&bytes),
                Ok(None) if self.reader.reported.output.is_some() => return End::Answered(Vec::new()),
                Ok(None) => return broken("the stream ended before its end".to_owned()),
                Err(error) => return broken(format!("the stream broke off: {}", innermost(&error))),
            }
            loop {
                let event = match events.next() {
                    Ok(Some(event)) => event,
                    Ok(None) => break,
                    Err(note) => return broken(note),
                };
                match self.reader.read(&event) {
                    Fate::Last => return End::Answered(vec![Piece::Bytes(event)]),
                    Fate::Pass if self.reader.is_beyond(self.limit) => return End::Cut(self.beyond()),
                    // Whether the caller is still there is seen elsewhere.
                    Fate::Pass => drop(sender.send(Piece::Bytes(event)).await),
                    Fate::Keep => {}
                }
            }
        }
    }

    fn beyond(&self) -> Objection {
        let detail = format!("{} tokens of output are reserved, and more have come", self.limit);
        Objection::new(Reason::TokensExhausted, detail)
    }

    fn head(&self, status: StatusCode, content_type: &'static str) -> axum::response::Response<()> {
        let mut head = Piece::head(status, content_type);
        let ids = [
            ("remit-action", self.permit.action().to_string()),
            ("remit-run", self.permit.run().to_string()),
        ];
        for (name, id) in ids {
            if let Ok(id) = HeaderValue::from_str(&id) {
                head.headers_mut().insert(name, id);
            }
        }
        head
    }

    /// What is recorded, and what the caller is told after that.
    fn ended(self, end: End, (model, params): (&ModelCall, &Value), parcel: Parcel) -> (Settle, Delivery) {
        let reported = self.reader.reported;
        let used = model.used(params, reported);
        let mut fault = None;
        let (settlement, used, pieces) = match end {
            End::Answered(pieces) => match result(&self.reader, params, used) {
                Ok(result) => (Settlement::Succeeded { result }, used, pieces),
                Err(note) => (Settlement::Failed { note }, used, pieces),
            },
            End::Unused(of_tool, note, pieces) => {
                fault = of_tool;
                (Settlement::Failed { note }, Usage::default(), pieces)
            }
            End::Lost(of_tool, note) => {
                fault = of_tool;
                let pieces =
                    if self.has_head { vec![self.broken(&note, parcel.sealed.speaks)] } else { Vec::new() };
                (Settlement::Failed { note }, used, pieces)
            }
            End::Cut(objection) => {
                let note = format!("cut off: {} ({})", objection.reason.sentence(), objection.detail);
                (Settlement::Failed { note }, used, self.cut(&objection, parcel.sealed.speaks))
            }
        };
        let exchange = fault.map(Exchange::faulty).unwrap_or_default();
        let settle = Settle { exchange, ..settle(self.permit, settlement, used) };
        (settle, Delivery { pieces, sender: Some(parcel.sender) })
    }

    fn cut(&self, objection: &Objection, speaks: Speaks) -> Vec<Piece> {
        let refusal = refusal::of_cut(objection, (self.permit.action(), self.permit.run()));
        if self.has_head {
            return vec![Piece::Bytes(refusal.event(speaks))];
        }
        let mut head = self.head(refusal.status, "application/json");
        head.headers_mut().insert("x-should-retry", HeaderValue::from_static("false"));
        vec![Piece::Head(head), Piece::Bytes(Bytes::from(refusal.body(speaks).to_string()))]
    }

    fn broken(&self, note: &str, speaks: Speaks) -> Piece {
        let refusal = Refusal {
            status: StatusCode::BAD_GATEWAY,
            code: "failed",
            message: format!("The call failed. It may be sent again. ({note})"),
            hint: "It may be sent again.",
            action: Some((self.permit.action(), self.permit.run())),
        };
        Piece::Bytes(refusal.event(speaks))
    }
}

fn request(client: &reqwest::Client, upstream: &Upstream, parcel: &Parcel) -> reqwest::RequestBuilder {
    let sealed = &parcel.sealed;
    let mut request = client
        .post(format!("{}{}", upstream.base(), sealed.speaks.path()))
        .header("content-type", "application/json")
        // What is not compressed cannot burst.
        .header("accept-encoding", "identity")
        .body(sealed.body.clone());
    if let Some(version) = &parcel.version {
        request = request.header("anthropic-version", version);
    }
    match (upstream.credential(), sealed.speaks) {
        (None, _) => request,
        (Some(credential), Speaks::OpenAi) => request.bearer_auth(credential),
        (Some(credential), Speaks::Anthropic) => request.header("x-api-key", credential),
    }
}

async fn read(response: &mut reqwest::Response, most: usize) -> Result<Vec<u8>, String> {
    let mut body = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if body.len().saturating_add(chunk.len()) > most => {
                return Err(format!("the answer is larger than {most} bytes"));
            }
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => return Ok(body),
            Err(error) => return Err(format!("the answer broke off: {}", innermost(&error))),
        }
    }
}

/// What is kept of an answer: how much it was, and a digest to know it by.
fn result(reader: &Reader, params: &Value, used: Usage) -> Result<CanonicalJson, String> {
    let reported = reader.reported;
    let result = json!({
        "model": params.get("model"),
        "input_tokens": reported.input,
        "output_tokens": reported.output,
        "counted_tokens": used.tokens,
        "answer_bytes": reader.text.len(),
        "answer_digest": remit_core::Digest::of(reader.text.as_bytes()).to_string(),
    });
    CanonicalJson::from_value(&result).map_err(|error| error.to_string())
}

/// The connection, or what came over it, was not what it should be.
fn broken(note: String) -> End {
    End::Lost(Some(ToolFault::Broken), note)
}

fn settle(permit: &Permit, settlement: Settlement, used: Usage) -> Settle {
    let Usage { cost, tokens } = used;
    Settle {
        action: permit.action(),
        settlement,
        cost,
        evidence: Vec::new(),
        undo: None,
        exchange: Exchange::default(),
        tokens,
    }
}
