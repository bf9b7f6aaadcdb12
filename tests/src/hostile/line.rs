//! Connections that the server itself can cut, in the middle of whatever happens on them.

use std::{
    io,
    net::{Shutdown, TcpStream as Plain},
    sync::Arc,
};

use axum::{extract::connect_info::Connected, serve::IncomingStream};
use tokio::net::{TcpListener, TcpStream};

/// A listener that remembers each connection twice: once for HTTP, once for cutting it.
#[derive(Debug)]
pub(super) struct Lines(pub(super) TcpListener);

/// One connection.
#[derive(Clone, Debug)]
pub(super) struct Line(Arc<Plain>);

impl Line {
    /// From now on nobody hears anything on it.
    pub(super) fn cut(&self) {
        // The other side may have gone first.
        drop(self.0.shutdown(Shutdown::Both));
    }
}

impl axum::serve::Listener for Lines {
    type Io = TcpStream;
    type Addr = Line;

    async fn accept(&mut self) -> (TcpStream, Line) {
        let (stream, _) = self.0.accept().await.unwrap();
        let plain = stream.into_std().unwrap();
        let line = Line(Arc::new(plain.try_clone().unwrap()));
        (TcpStream::from_std(plain).unwrap(), line)
    }

    fn local_addr(&self) -> io::Result<Line> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

impl Connected<IncomingStream<'_, Lines>> for Line {
    fn connect_info(stream: IncomingStream<'_, Lines>) -> Self {
        stream.remote_addr().clone()
    }
}
