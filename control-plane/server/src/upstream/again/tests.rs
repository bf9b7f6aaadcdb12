//! What is sent again and what is not, against a real server that does as it is told and keeps what arrives.

use std::sync::Arc;

use parking_lot::Mutex;
use remit_contract::{Method, Reach, Retry, ToolRequest};
use remit_core::CanonicalJson;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

use super::*;

/// What the server does with a request.
#[derive(Clone, Copy)]
enum Does {
    Says(u16, &'static str),
    /// Busy, with a wish for so many seconds.
    AsksToWait(u32),
    Drops,
    Hangs,
}

use Does::{AsksToWait, Drops, Hangs, Says};

const OK: Does = Says(200, "{}");
const DOWN: Does = Says(503, "");

struct Server {
    base: String,
    arrived: Arc<Mutex<Vec<String>>>,
}

/// A server that does one thing after the other, and the last one for ever.
async fn server(script: &[Does]) -> Server {
    drop(rustls::crypto::ring::default_provider().install_default());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let arrived = Arc::new(Mutex::new(Vec::new()));
    let (log, script) = (Arc::clone(&arrived), script.to_vec());
    tokio::spawn(async move {
        let mut held = Vec::new();
        while let Ok((mut stream, _)) = listener.accept().await {
            let asked = request(&mut stream).await;
            let turn = log.lock().len();
            log.lock().push(asked);
            match script.get(turn).or(script.last()) {
                Some(Says(status, body)) => {
                    let length = body.len();
                    let answer = format!(
                        "HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}"
                    );
                    stream.write_all(answer.as_bytes()).await.unwrap();
                }
                Some(AsksToWait(seconds)) => {
                    let answer = format!(
                        "HTTP/1.1 429 X\r\nconnection: close\r\nretry-after: {seconds}\r\ncontent-length: 0\r\n\r\n"
                    );
                    stream.write_all(answer.as_bytes()).await.unwrap();
                }
                Some(Hangs) => held.push(stream),
                Some(Drops) | None => {}
            }
        }
    });
    Server { base, arrived }
}

async fn request(stream: &mut TcpStream) -> String {
    let mut read = vec![0; 8192];
    let mut text = String::new();
    // The bodies here are one object without braces in it.
    while !(text.contains("\r\n\r\n") && (text.starts_with("GET") || text.ends_with('}'))) {
        let count = stream.read(&mut read).await.unwrap();
        if count == 0 {
            break;
        }
        text.push_str(std::str::from_utf8(&read[..count]).unwrap());
    }
    text
}

fn at(base: &str) -> Upstream {
    let reach = Reach { private: true, redirects: 0 };
    Upstream { base: base.to_owned(), bearer: None, reach, traffic: Arc::default() }
}

fn read(attempts: u32) -> ToolCall {
    ToolCall {
        request: ToolRequest { method: Method::Get, path_and_query: "/x".to_owned(), body: None },
        timeout: Duration::from_secs(5),
        key: None,
        deadline: None,
        has_effect: false,
        max_result: 1024,
        retry: (attempts > 1).then_some(Retry { attempts, within_ms: None }),
    }
}

fn effect(attempts: u32) -> ToolCall {
    let body = CanonicalJson::parse(r#"{"amount":7}"#).unwrap().0;
    ToolCall {
        request: ToolRequest { method: Method::Post, path_and_query: "/x".to_owned(), body: Some(body) },
        key: Some(("idempotency-key".to_owned(), "act_1".to_owned())),
        has_effect: true,
        ..read(attempts)
    }
}

async fn make(base: &str, it: &ToolCall) -> (&'static str, String, remit_core::Exchange) {
    let ending = call(&Clients::new().unwrap(), &at(base), it, || Ok(())).await;
    let (kind, note) = match ending.settlement {
        Settlement::Succeeded { .. } => ("succeeded", String::new()),
        Settlement::Failed { note } => ("failed", note),
        Settlement::InDoubt { note } => ("in doubt", note),
    };
    (kind, note, ending.exchange)
}

/// What the server does; the call; what becomes of it, with which fault, after how many arrivals.
type Case = (&'static [Does], ToolCall, &'static str, Option<ToolFault>, usize);

#[tokio::test]
async fn what_is_sent_again() {
    let broken = Some(ToolFault::Broken);
    let table: &[Case] = &[
        (&[DOWN, DOWN, OK], read(3), "succeeded", None, 3),
        (&[Drops, OK], read(2), "succeeded", None, 2),
        (&[Says(200, "<html>"), OK], read(2), "succeeded", None, 2),
        (&[Says(429, ""), OK], read(2), "succeeded", None, 2),
        (&[DOWN], read(3), "failed", broken, 3),
        (&[DOWN, OK], read(1), "failed", broken, 1),
        // A definite word is the last.
        (&[Says(422, "no"), OK], read(3), "failed", Some(ToolFault::Refused), 1),
        (&[DOWN, Says(404, "no"), OK], read(3), "failed", Some(ToolFault::Refused), 2),
        (&[Says(200, LONG), OK], read(3), "failed", Some(ToolFault::Oversized), 1),
        // An effect that the tool knows by its key.
        (&[Drops, OK], effect(2), "succeeded", None, 2),
        (&[Says(409, ""), DOWN, OK], effect(3), "succeeded", None, 3),
        (&[Says(422, "no"), OK], effect(3), "failed", Some(ToolFault::Refused), 1),
        (&[DOWN], effect(2), "in doubt", broken, 2),
        // What the second attempt is told says nothing about the first.
        (&[Drops, Says(422, "no")], effect(3), "in doubt", broken, 2),
    ];
    for (number, (script, it, kind, fault, arrivals)) in table.iter().enumerate() {
        let server = server(script).await;
        let (found, note, exchange) = make(&server.base, it).await;
        assert_eq!((found, exchange.fault), (*kind, *fault), "{number}: {note}");
        let arrived = server.arrived.lock();
        assert_eq!(arrived.len(), *arrivals, "{number}: {note}");
        assert_eq!(usize::try_from(exchange.retries).unwrap() + 1, *arrivals, "{number}");
        // The same bytes under the same key.
        assert!(arrived.iter().all(|it| *it == arrived[0]), "{number}: {arrived:?}");
        assert_eq!(arrived[0].contains("idempotency-key: act_1"), it.key.is_some());
    }
}

/// More than the thousand bytes that are taken.
const LONG: &str = match std::str::from_utf8(&[b' '; 2_000]) {
    Ok(text) => text,
    Err(_) => "",
};

#[tokio::test]
async fn all_attempts_share_one_span_of_time() {
    // Without another span, that of a single call: one that was late has used it up.
    let late = server(&[Hangs, OK]).await;
    let short = ToolCall { timeout: Duration::from_millis(200), ..read(3) };
    let (kind, note, exchange) = make(&late.base, &short).await;
    assert_eq!((kind, exchange.fault, exchange.retries), ("failed", Some(ToolFault::Late), 0), "{note}");
    // With one, each attempt takes no longer than a single call may.
    let late = server(&[Hangs, OK]).await;
    let retry = Some(Retry { attempts: 3, within_ms: Some(20_000) });
    let (kind, note, exchange) = make(&late.base, &ToolCall { retry, ..short }).await;
    assert_eq!((kind, exchange.retries), ("succeeded", 1), "{note}");
}

#[tokio::test]
async fn whoever_asks_to_be_left_alone_is() {
    let busy = server(&[AsksToWait(1), OK]).await;
    let begun = Instant::now();
    let (kind, note, exchange) = make(&busy.base, &read(2)).await;
    assert_eq!((kind, exchange.retries), ("succeeded", 1), "{note}");
    assert!(Duration::from_secs(1) <= begun.elapsed(), "no wait of ours is so long after the first attempt");
    // For longer than there is time: nobody waits in vain.
    let busy = server(&[AsksToWait(60), OK]).await;
    let (kind, note, exchange) = make(&busy.base, &read(2)).await;
    assert_eq!((kind, exchange.retries, busy.arrived.lock().len()), ("failed", 0, 1));
    assert!(note.ends_with("; not sent again: the tool asks to wait 60 s"), "{note}");
}

#[tokio::test]
async fn nothing_is_sent_again_after_a_stop() {
    let down = server(&[DOWN]).await;
    let ending =
        call(&Clients::new().unwrap(), &at(&down.base), &read(5), || Err("stopped".to_owned())).await;
    let Settlement::Failed { note } = ending.settlement else { panic!("{ending:?}") };
    assert!(note.ends_with("; not sent again: stopped"), "{note}");
    assert_eq!((down.arrived.lock().len(), ending.exchange.retries), (1, 0));
}

#[tokio::test]
async fn what_was_not_sent_for_our_own_reasons_is_not_tried_again() {
    let up = server(&[OK]).await;
    let upstream = Upstream { reach: Reach::default(), ..at(&up.base) };
    let ending = call(&Clients::new().unwrap(), &upstream, &read(5), || Ok(())).await;
    assert_eq!((ending.exchange, up.arrived.lock().len()), (remit_core::Exchange::default(), 0));
}

#[test]
fn a_tool_in_trouble_is_not_drowned() {
    for (active, most) in [(1, 3), (15, 3), (20, 4), (100, 20)] {
        let traffic = Traffic::default();
        let _calls: Vec<_> = (0..active).map(|_| traffic.enter()).collect();
        let mut leave: Vec<_> = (0..most).map(|_| traffic.again().unwrap()).collect();
        assert!(traffic.again().is_none(), "{active}");
        leave.pop();
        assert!(traffic.again().is_some(), "{active}");
    }
}

#[tokio::test]
async fn too_many_at_once_are_told_so() {
    let down = server(&[DOWN]).await;
    let upstream = at(&down.base);
    let _taken: Vec<_> = (0..LEAST).map(|_| upstream.traffic.again().unwrap()).collect();
    let ending = call(&Clients::new().unwrap(), &upstream, &read(5), || Ok(())).await;
    let Settlement::Failed { note } = ending.settlement else { panic!("{ending:?}") };
    assert!(note.ends_with("not sent again: too many calls to this upstream are"), "{note}");
}
