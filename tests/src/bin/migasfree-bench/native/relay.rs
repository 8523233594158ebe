//! A way to a server on which every byte is counted: heads and bodies, as they travel.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::Result;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// Passes on what it is sent, until the program ends.
pub struct Relay {
    url: String,
    counted: Arc<Counted>,
}

#[derive(Default)]
struct Counted {
    asked: AtomicUsize,
    answered: AtomicUsize,
}

/// Bytes in both directions.
#[derive(Clone, Copy)]
pub struct Bytes {
    pub asked: f64,
    pub answered: f64,
}

impl Bytes {
    pub fn both(self) -> f64 {
        self.asked + self.answered
    }
}

impl Relay {
    /// To the server with this host and port.
    pub async fn to(address: &str) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let counted = Arc::<Counted>::default();
        tokio::spawn(serve(listener, address.to_owned(), Arc::clone(&counted)));
        Ok(Self { url, counted })
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// What went each time of `times` since this was asked last.
    pub fn each(&self, times: usize) -> Bytes {
        let taken = |count: &AtomicUsize| count.swap(0, Ordering::Relaxed) as f64 / times as f64;
        Bytes {
            asked: taken(&self.counted.asked),
            answered: taken(&self.counted.answered),
        }
    }
}

async fn serve(listener: TcpListener, address: String, counted: Arc<Counted>) {
    while let Ok((near, _)) = listener.accept().await {
        let Ok(far) = TcpStream::connect(&address).await else {
            return;
        };
        let (from_near, to_near) = near.into_split();
        let (from_far, to_far) = far.into_split();
        let (asking, answering) = (Arc::clone(&counted), Arc::clone(&counted));
        tokio::spawn(async move { pass(from_near, to_far, &asking.asked).await });
        tokio::spawn(async move { pass(from_far, to_near, &answering.answered).await });
    }
}

/// Counts before it passes on, so that who has an answer finds it counted.
async fn pass(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    count: &AtomicUsize,
) -> std::io::Result<()> {
    let mut some = vec![0; 16 * 1024];
    loop {
        let read = from.read(&mut some).await?;
        if read == 0 {
            return to.shutdown().await;
        }
        count.fetch_add(read, Ordering::Relaxed);
        to.write_all(&some[..read]).await?;
    }
}
