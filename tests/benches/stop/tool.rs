//! The tool server: reads are answered at once, effects when the gate is opened.

use std::{net::SocketAddr, sync::Arc};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::watch,
};

use crate::{Failure, contract};

/// What the measurement sees of it and tells it.
#[derive(Clone, Debug)]
pub(crate) struct Tool {
    /// How many effects wait.
    waiting: Arc<watch::Sender<usize>>,
    open: Arc<watch::Sender<bool>>,
}

impl Tool {
    pub(crate) async fn serve() -> Result<(Self, SocketAddr), Failure> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let tool =
            Self { waiting: Arc::new(watch::Sender::new(0)), open: Arc::new(watch::Sender::new(false)) };
        let served = tool.clone();
        tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                tokio::spawn(served.clone().answer(connection));
            }
        });
        Ok((tool, address))
    }

    /// Until so many effects wait.
    pub(crate) async fn holds(&self, count: usize) -> Result<(), Failure> {
        self.waiting.subscribe().wait_for(|waiting| *waiting >= count).await?;
        Ok(())
    }

    pub(crate) fn open(&self) {
        self.open.send_replace(true);
    }

    pub(crate) fn close(&self) {
        self.open.send_replace(false);
    }

    async fn answer(self, mut connection: TcpStream) -> Result<(), Failure> {
        let mut request = Vec::new();
        while connection.read_buf(&mut request).await? > 0 {
            if !is_whole(&request) {
                continue;
            }
            if request.starts_with(b"POST") {
                self.waiting.send_modify(|waiting| *waiting = waiting.saturating_add(1));
                self.open.subscribe().wait_for(|open| *open).await?;
                self.waiting.send_modify(|waiting| *waiting = waiting.saturating_sub(1));
            }
            let (length, body) = (contract::RESULT.len(), contract::RESULT);
            let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json";
            let text = format!("{head}\r\ncontent-length: {length}\r\n\r\n{body}");
            connection.write_all(text.as_bytes()).await?;
            request.clear();
        }
        Ok(())
    }
}

/// True when the head and as many bytes as it announces are there.
fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let announced = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok()).flatten()
    });
    announced.unwrap_or(0) <= body.len()
}
