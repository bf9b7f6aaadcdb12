//! Tools that mean harm, or are in the hands of somebody who does: each is answered with a fault and within bounds.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use super::*;

/// A server that says the same to everybody, whatever they ask, and counts who came.
async fn says(answer: Vec<u8>, then: usize) -> (String, Arc<AtomicUsize>, Arc<AtomicUsize>) {
    drop(rustls::crypto::ring::default_provider().install_default());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let (came, sent) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let counters = (Arc::clone(&came), Arc::clone(&sent));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            counters.0.fetch_add(1, Ordering::SeqCst);
            // An error means that we have gone, as we should.
            drop(serve(stream, &answer, then, &counters.1).await);
        }
    });
    (base, came, sent)
}

async fn serve(mut stream: TcpStream, answer: &[u8], then: usize, sent: &AtomicUsize) -> std::io::Result<()> {
    let mut asked = vec![0; 4096];
    let _ = stream.read(&mut asked).await?;
    stream.write_all(answer).await?;
    let filler = vec![b' '; 64 * 1024];
    for _ in 0..then.div_euclid(filler.len()) {
        stream.write_all(&filler).await?;
        sent.fetch_add(filler.len(), Ordering::SeqCst);
    }
    stream.shutdown().await
}

fn http(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let mut all = format!("HTTP/1.1 {status}\r\nconnection: close\r\n{headers}\r\n").into_bytes();
    all.extend_from_slice(body);
    all
}

async fn get(base: &str, reach: Reach) -> Ending {
    let clients = Clients::new().unwrap();
    let upstream = Upstream { reach, ..at(base) };
    once(&clients, &upstream, &call_of(Method::Get, "/x"), Duration::from_secs(20)).await
}

#[track_caller]
fn failed(ending: &Ending, fault: Option<ToolFault>, text: &str) {
    let Settlement::Failed { note } = &ending.settlement else { panic!("{ending:?}") };
    assert!(note.contains(text), "{note}");
    assert_eq!(ending.exchange.fault, fault, "{note}");
}

const HERE: Reach = Reach { private: true, redirects: 0 };

#[tokio::test]
async fn of_two_hundred_megabytes_next_to_nothing_is_read() {
    let (base, _, sent) = says(http("200 OK", "", b""), 200 * 1024 * 1024).await;
    failed(&get(&base, HERE).await, Some(Oversized), "the answer is larger than 262144 bytes");
    // What the system's own buffers took.
    assert!(sent.load(Ordering::SeqCst) < 32 * 1024 * 1024, "{}", sent.load(Ordering::SeqCst));
    let (base, _, sent) = says(http("400 Bad Request", "", b"no such account"), 200 * 1024 * 1024).await;
    failed(&get(&base, HERE).await, Some(Refused), "400 Bad Request: no such account");
    assert!(sent.load(Ordering::SeqCst) < 32 * 1024 * 1024, "{}", sent.load(Ordering::SeqCst));
}

#[tokio::test]
async fn what_is_compressed_is_not_taken() {
    // It begins as gzip does; what it would become does not matter, since nobody unpacks it.
    let bomb = [[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3].as_slice(), &[0x62; 10_000]].concat();
    for coding in ["gzip", "br", "deflate, gzip"] {
        let (base, ..) = says(http("200 OK", &format!("content-encoding: {coding}\r\n"), &bomb), 0).await;
        failed(&get(&base, HERE).await, Some(Broken), &format!("compressed (`{coding}`)"));
    }
    let (base, ..) = says(http("200 OK", "content-encoding: identity\r\n", b"{}"), 0).await;
    assert!(matches!(get(&base, HERE).await.settlement, Settlement::Succeeded { .. }));
}

#[tokio::test]
async fn redirects_lead_nowhere_but_to_the_same_host() {
    let lax = Reach { private: true, redirects: 2 };
    for location in
        ["http://169.254.169.254/x", "http://localhost:1/", "//evil.example/x", "file:///etc/passwd"]
    {
        let (base, came, _) = says(http("302 Found", &format!("location: {location}\r\n"), b""), 0).await;
        failed(&get(&base, lax).await, Some(Broken), "which is not followed");
        assert_eq!(came.load(Ordering::SeqCst), 1);
    }
    // Round and round on the same host, as often as the contract allows.
    for (reach, times) in [(HERE, 1), (lax, 3)] {
        let (base, came, _) = says(http("307 Temporary Redirect", "location: /again\r\n", b""), 0).await;
        failed(&get(&base, reach).await, Some(Broken), "307 Temporary Redirect");
        assert_eq!(came.load(Ordering::SeqCst), times);
    }
}

#[tokio::test]
async fn an_effect_is_never_redirected() {
    let (base, came, _) = says(http("307 Temporary Redirect", "location: /again\r\n", b""), 0).await;
    let upstream = Upstream { reach: Reach { private: true, redirects: 2 }, ..at(&base) };
    let call = call_of(Method::Post, "/x");
    let ending = once(&Clients::new().unwrap(), &upstream, &call, Duration::from_secs(20)).await;
    assert!(matches!(ending.settlement, Settlement::InDoubt { .. }));
    assert_eq!(came.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn private_addresses_are_called_only_where_the_contract_says_so() {
    let (base, came, _) = says(http("200 OK", "", b"{}"), 0).await;
    let by_name = base.replace("127.0.0.1", "localhost");
    for base in [&base, &by_name] {
        let ending = get(base, Reach::default()).await;
        failed(&ending, None, "and the contract does not say `private: true`");
    }
    assert_eq!(came.load(Ordering::SeqCst), 0);
    assert!(matches!(get(&base, HERE).await.settlement, Settlement::Succeeded { .. }));
    // Found by its name, whichever of its addresses is tried first.
    assert!(matches!(get(&by_name, HERE).await.settlement, Settlement::Succeeded { .. }));
    failed(&get("http://169.254.169.254", HERE).await, None, "where a cloud hands out credentials");
}
