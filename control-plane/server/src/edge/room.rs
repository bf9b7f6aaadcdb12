//! Callers have at most half of the files that this process may open: however many connect, enough is left for the journal,
//! the tools and the line for stops.

use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use rustix::process::{Resource, getrlimit};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
};

/// A listener that lets nobody in while there is no room.
pub(super) struct Room {
    listener: TcpListener,
    places: Arc<Semaphore>,
}

impl Room {
    pub(super) fn new(listener: TcpListener) -> Self {
        let files = getrlimit(Resource::Nofile).current.and_then(|files| usize::try_from(files).ok());
        let half = files.map_or(Semaphore::MAX_PERMITS, |files| files / 2);
        Self { listener, places: Arc::new(Semaphore::new(half.clamp(1, Semaphore::MAX_PERMITS))) }
    }
}

impl axum::serve::Listener for Room {
    type Io = Guest;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Guest, SocketAddr) {
        let Ok(place) = Arc::clone(&self.places).acquire_owned().await else {
            // Nobody closes it.
            return std::future::pending().await;
        };
        let (stream, address) = axum::serve::Listener::accept(&mut self.listener).await;
        // An answer is a few small writes: without this each would wait for the reader's delayed acknowledgement.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "small answers may come late");
        }
        (Guest { stream, gathered: false, _place: place }, address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// A connection and its place.
pub(super) struct Guest {
    stream: TcpStream,
    /// Whether the others have had their turn since the last write.
    gathered: bool,
    _place: OwnedSemaphorePermit,
}

impl Guest {
    /// Before a write, whoever else is ready has a turn, and their answers leave in the same write: without this the first
    /// of several answers that are ready together leaves alone, and each costs both sides a call to the system.
    fn gather(&mut self, cx: &Context<'_>) -> Poll<()> {
        self.gathered = !self.gathered;
        if self.gathered {
            // A task that wakes itself goes to the end of the line.
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(())
    }
}

impl AsyncRead for Guest {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, into)
    }
}

impl AsyncWrite for Guest {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, from: &[u8]) -> Poll<io::Result<usize>> {
        ready!(self.gather(cx));
        Pin::new(&mut self.stream).poll_write(cx, from)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        from: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        ready!(self.gather(cx));
        Pin::new(&mut self.stream).poll_write_vectored(cx, from)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    };

    use axum::serve::Listener as _;
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        net::{TcpListener, TcpStream},
    };

    use super::Room;

    #[tokio::test]
    async fn whoever_is_ready_has_a_turn_before_a_write() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut reader = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (mut guest, _) = Room::new(listener).accept().await;
        for text in [b"first", b"other"] {
            let had_a_turn = Arc::new(AtomicBool::new(false));
            let mine = Arc::clone(&had_a_turn);
            tokio::spawn(async move { mine.store(true, Ordering::Relaxed) });
            guest.write_all(text).await.unwrap();
            assert!(
                had_a_turn.load(Ordering::Relaxed),
                "it would have had an answer for this connection, too"
            );
            let mut came = [0; 5];
            reader.read_exact(&mut came).await.unwrap();
            assert_eq!(&came, text);
        }
    }
}
