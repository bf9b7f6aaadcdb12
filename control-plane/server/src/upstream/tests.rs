//! Every way in which a tool can answer or not, for an effect and for a read, against a real server.

use std::collections::BTreeMap;

use axum::{
    Router,
    body::Body,
    http::StatusCode,
    response::IntoResponse as _,
    routing::{get, post},
};
use futures::{StreamExt as _, stream};
use tokio::net::TcpListener;

use super::*;
use ToolFault::{Broken, Busy, Late, Oversized, Refused, Unreachable};

mod hostile;

const MAX_RESULT: usize = 256 * 1024;

async fn server() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let app = Router::new()
        .route("/ok", get(async || r#"{"b":1,"a":2}"#).post(async || r#"{"id":7}"#))
        .route("/empty", post(async || StatusCode::NO_CONTENT))
        .route("/garbage", get(async || "<html>").post(async || "<html>"))
        .route("/twice", get(async || r#"{"a":1,"a":2}"#))
        .route("/binary", get(async || [0xff_u8, 0xfe].into_response()))
        .route("/refused", post(async || (StatusCode::UNPROCESSABLE_ENTITY, "no such account")))
        .route("/conflict", post(async || StatusCode::CONFLICT))
        .route("/broken", get(async || StatusCode::BAD_GATEWAY).post(async || StatusCode::BAD_GATEWAY))
        .route("/hangs", get(std::future::pending::<()>).post(std::future::pending::<()>))
        .route("/large", get(async || Body::from(vec![b' '; MAX_RESULT + 1])))
        .route("/stops", get(async || Body::from_stream(begun(false))))
        .route("/cut", get(async || Body::from_stream(begun(true))))
        .route("/moved", post(async || (StatusCode::FOUND, [("location", "/ok")])));
    tokio::spawn(async { axum::serve(listener, app).await });
    base
}

/// The beginning of an answer, and then nothing, or the end of the connection.
fn begun(cut: bool) -> impl futures::Stream<Item = std::io::Result<&'static str>> {
    let begun = stream::iter([Ok("{")]);
    let end = stream::once(async move {
        if !cut {
            std::future::pending::<()>().await;
        }
        Err(std::io::Error::other("cut"))
    });
    begun.chain(end)
}

fn call_of(method: Method, path: &str) -> ToolCall {
    ToolCall {
        request: ToolRequest { method, path_and_query: path.to_owned(), body: None },
        timeout: Duration::from_millis(300),
        key: None,
        deadline: None,
        has_effect: method != Method::Get,
        max_result: MAX_RESULT,
        retry: None,
    }
}

fn at(base: &str) -> Upstream {
    let reach = Reach { private: true, redirects: 0 };
    Upstream { base: base.to_owned(), bearer: None, reach, traffic: Arc::default() }
}

#[tokio::test]
async fn what_becomes_of_a_call() {
    // Installed once a process; a second time changes nothing.
    drop(rustls::crypto::ring::default_provider().install_default());
    let base = server().await;
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let nobody = format!("http://{}", closed.local_addr().unwrap());
    drop(closed);
    let clients = Clients::new().unwrap();
    let table = [
        (&base, Method::Get, "/ok", "succeeded", None, r#"{"a":2,"b":1}"#),
        (&base, Method::Post, "/ok", "succeeded", None, r#"{"id":7}"#),
        (&base, Method::Post, "/empty", "succeeded", None, "null"),
        (&base, Method::Get, "/garbage", "failed", Some(Broken), "not acceptable JSON: expected value"),
        (&base, Method::Post, "/garbage", "in doubt", Some(Broken), "not acceptable JSON: expected value"),
        (&base, Method::Get, "/twice", "failed", Some(Broken), "key `a` appears twice"),
        (&base, Method::Get, "/binary", "failed", Some(Broken), "the answer is not UTF-8"),
        (&base, Method::Get, "/large", "failed", Some(Oversized), "the answer is larger than"),
        (
            &base,
            Method::Post,
            "/refused",
            "failed",
            Some(Refused),
            "422 Unprocessable Entity: no such account",
        ),
        (&base, Method::Post, "/conflict", "in doubt", Some(Busy), "409"),
        (&base, Method::Post, "/moved", "in doubt", Some(Broken), "302"),
        (&base, Method::Get, "/broken", "failed", Some(Broken), "502"),
        (&base, Method::Post, "/broken", "in doubt", Some(Broken), "502"),
        (&base, Method::Get, "/hangs", "failed", Some(Late), "no answer within 300 ms"),
        (&base, Method::Post, "/hangs", "in doubt", Some(Late), "no answer within 300 ms"),
        (&base, Method::Get, "/stops", "failed", Some(Late), "no answer within 300 ms"),
        (&base, Method::Get, "/cut", "failed", Some(Broken), "broke"),
        (
            &nobody,
            Method::Post,
            "/ok",
            "failed",
            Some(Unreachable),
            "no connection to the tool: Connection refused",
        ),
    ];
    for (base, method, path, expect, fault, text) in table {
        let ending = once(&clients, &at(base), &call_of(method, path), Duration::from_millis(300)).await;
        let (kind, said) = match ending.settlement {
            Settlement::Succeeded { result } => ("succeeded", result.as_str().to_owned()),
            Settlement::Failed { note } => ("failed", note),
            Settlement::InDoubt { note } => ("in doubt", note),
        };
        assert_eq!((kind, ending.exchange.fault), (expect, fault), "{method:?} {path}: {said}");
        assert!(said.contains(text), "{method:?} {path}: {said}");
    }
}

#[test]
fn credentials_are_resolved_once_and_never_shown() {
    let yaml = include_str!("../../../../assets/contracts/refund-decision/contract.yaml");
    let policy = include_str!("../../../../assets/contracts/refund-decision/policy.cedar");
    let contract = remit_contract::compile(yaml, policy).unwrap();
    let mut given: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in [("PAYMENTS_URL", "http://a/"), ("DESK_URL", "http://b"), ("PAYMENTS_TOKEN", "t0p")]
    {
        given.insert(name.to_owned(), value.to_owned());
    }
    let secrets = Secrets { given: &given, data: std::path::Path::new("/nowhere") };
    let upstreams = resolve(&contract, &secrets).unwrap();
    assert_eq!(upstreams["payments"].base, "http://a");
    assert_eq!(upstreams["payments"].bearer.as_ref().map(Secret::expose), Some("t0p"));
    assert!(!format!("{upstreams:?}").contains("t0p"));
}

#[test]
fn an_upstream_on_a_private_network_is_named_as_one() {
    let yaml = include_str!("../../../../assets/contracts/refund-decision/contract.yaml");
    let policy = include_str!("../../../../assets/contracts/refund-decision/policy.cedar");
    let strict = yaml.replace(", private: true", "");
    let table = [
        ("http://127.0.0.1:9/", yaml, ""),
        ("http://127.0.0.1:9/", strict.as_str(), "hint: add `private: true` to the upstream, if it is meant"),
        ("http://[::1]:9", &strict, "upstream `desk`: `[::1]` is at ::1, which is on this machine"),
        (
            "http://169.254.169.254/",
            yaml,
            "upstream `desk`: `169.254.169.254` is at 169.254.169.254, where a cloud",
        ),
        ("http://tool.example/", &strict, ""),
    ];
    for (url, yaml, text) in table {
        let contract = remit_contract::compile(yaml, policy).unwrap();
        let names = ["DESK_URL", "PAYMENTS_URL", "PAYMENTS_TOKEN"];
        let given = names.map(|name| (name.to_owned(), url.to_owned())).into();
        let said = resolve(&contract, &Secrets { given: &given, data: std::path::Path::new("/nowhere") });
        let said = said.err().map(|error| error.to_string()).unwrap_or_default();
        assert!(said.contains(text) && said.is_empty() == text.is_empty(), "{url}: {said}");
    }
}
