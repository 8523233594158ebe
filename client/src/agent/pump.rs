//! Carries bytes between streams and what the daemon opened.

use std::io;
use std::os::fd::OwnedFd;

use migasfree_carrier::Stream;
use tokio::io::unix::AsyncFd;
use tokio::io::{
    AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, Interest,
    copy_bidirectional_with_sizes,
};
use tokio::net::{TcpStream, UnixStream};

use super::clipboard::Clipboard;

/// A screenful or two.
const TERMINAL: usize = 8 * 1024;
const PORT: usize = 32 * 1024;
const SCREEN: usize = 64 * 1024;

/// Between a stream and the master side of a terminal, until the terminal is over or nobody looks at it any more.
pub(super) async fn terminal(stream: Stream, master: OwnedFd) -> io::Result<()> {
    rustix::io::ioctl_fionbio(&master, true)?;
    #[expect(
        deprecated,
        reason = "what replaces it is unsafe, and this descriptor is owned"
    )]
    let master = AsyncFd::new(master)?;
    let (mut from, mut to) = tokio::io::split(stream);
    let typed = async {
        let mut buffer = vec![0; TERMINAL];
        loop {
            let count = from.read(&mut buffer).await?;
            if count == 0 {
                // Nothing is typed any more; what runs goes on.
                return std::future::pending::<io::Result<()>>().await;
            }
            write_all(&master, &buffer[..count]).await?;
        }
    };
    let shown = async {
        let mut buffer = vec![0; TERMINAL];
        loop {
            let count = match read(&master, &mut buffer).await {
                Ok(count) => count,
                // So a terminal says that nobody has it open.
                Err(error)
                    if error.raw_os_error() == Some(rustix::io::Errno::IO.raw_os_error()) =>
                {
                    0
                }
                Err(error) => return Err(error),
            };
            if count == 0 {
                return to.shutdown().await;
            }
            to.write_all(&buffer[..count]).await?;
        }
    };
    tokio::select! {
        typed = typed => typed,
        shown = shown => shown,
    }
}

async fn read(master: &AsyncFd<OwnedFd>, buffer: &mut [u8]) -> io::Result<usize> {
    master
        .async_io(Interest::READABLE, |master| {
            Ok(rustix::io::read(master, &mut *buffer)?)
        })
        .await
}

async fn write_all(master: &AsyncFd<OwnedFd>, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        let written = master
            .async_io(Interest::WRITABLE, |master| {
                Ok(rustix::io::write(master, bytes)?)
            })
            .await?;
        bytes = &bytes[written..];
    }
    Ok(())
}

/// Between a stream and a service.
pub(super) async fn port(mut stream: Stream, socket: OwnedFd) -> io::Result<()> {
    let socket = std::net::TcpStream::from(socket);
    socket.set_nonblocking(true)?;
    let mut socket = TcpStream::from_std(socket)?;
    let carried = copy_bidirectional_with_sizes(&mut stream, &mut socket, PORT, PORT).await;
    // The daemon has the connection, too: it is over for both.
    let _ = rustix::net::shutdown(&socket, rustix::net::Shutdown::Both);
    carried.map(drop)
}

/// Between a stream and what shows a screen, until one of them is over. What is not taken at one end is not read at the other.
pub(super) async fn screen(
    stream: Stream,
    socket: OwnedFd,
    [inwards, outwards]: [Option<Clipboard>; 2],
) -> io::Result<()> {
    let socket = std::os::unix::net::UnixStream::from(socket);
    socket.set_nonblocking(true)?;
    let mut socket = UnixStream::from_std(socket)?;
    let carried = {
        let (mut from, mut to) = tokio::io::split(stream);
        let (mut shown, mut done) = socket.split();
        let done = async {
            passed(&mut from, &mut done, inwards).await?;
            // Nobody looks on any more: what shows the screen ends.
            std::future::pending::<io::Result<()>>().await
        };
        let shown = passed(&mut shown, &mut to, outwards);
        tokio::select! {
            done = done => done,
            shown = shown => shown,
        }
    };
    // The daemon has the connection, too: it is over for both.
    let _ = rustix::net::shutdown(&socket, rustix::net::Shutdown::Both);
    carried
}

/// Carries bytes one way to their end, and says the end.
async fn passed(
    from: &mut (impl AsyncRead + Unpin),
    to: &mut (impl AsyncWrite + Unpin),
    mut clipboard: Option<Clipboard>,
) -> io::Result<()> {
    let mut buffer = vec![0; SCREEN];
    loop {
        let count = from.read(&mut buffer).await?;
        if count == 0 {
            return to.shutdown().await;
        }
        if let Some(clipboard) = &mut clipboard {
            clipboard.pass(&buffer[..count]);
        }
        to.write_all(&buffer[..count]).await?;
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::time::Duration;

    use tokio::io::duplex;
    use tokio::time::timeout;

    use super::*;

    #[tokio::test]
    async fn what_is_not_taken_is_not_read_and_all_of_it_comes_with_its_end() {
        let (mut source, mut from) = duplex(16);
        let (mut to, mut sink) = duplex(16);
        let carried = tokio::spawn(async move { passed(&mut from, &mut to, None).await });
        let mut sent = 0;
        let a_while = Duration::from_millis(200);
        while let Ok(written) = timeout(a_while, source.write(&[7; 16])).await {
            sent += written.unwrap();
            assert!(sent <= 64, "it is read though nobody takes it");
        }
        drop(source);
        let mut taken = Vec::new();
        sink.read_to_end(&mut taken).await.unwrap();
        assert_eq!(taken, vec![7; sent]);
        carried.await.unwrap().unwrap();
    }
}
