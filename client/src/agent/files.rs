//! Files: what the helper of the daemon says and gives, and what is told of it for the record.

use std::io;
use std::os::fd::OwnedFd;

use migasfree_carrier::{IncomingOpen, Stream};
use migasfree_tunnel::connection::Priority;
use migasfree_tunnel::files::{FileAnswer, FileRequest, Stored};
use migasfree_tunnel::message::{self, Code, Failure, SessionEvent};
use tokio::io::{
    AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader, copy, copy_buf, split,
};
use tokio::net::UnixStream;

use super::refused::failure;
use super::sessions::Sessions;
use crate::daemon::remote::Reply;

const BUFFER: usize = 32 * 1024;

/// Serves one request.
pub(super) async fn serve(
    sessions: &Sessions,
    asked: IncomingOpen,
    session: &str,
    request: FileRequest,
) -> io::Result<()> {
    let text = serde_json::to_string(&request)?;
    let socket = match sessions.daemon.open_files(session, &text).await {
        Ok(socket) => connected(socket.into())?,
        Err(error) => {
            asked.refuse(&failure(&error));
            return Ok(());
        }
    };
    let mut socket = BufReader::with_capacity(BUFFER, socket);
    let answer = match reply(&mut socket).await {
        Ok(Reply::Answer(answer)) => answer,
        Ok(Reply::Failure(failure)) => {
            asked.refuse(&failure);
            return Ok(());
        }
        Err(error) => {
            asked.refuse(&Failure::new(Code::Failed, error.to_string()));
            return Ok(());
        }
    };
    let stream = asked.accept(Priority::Bulk, message::write(&answer));
    match (request, answer) {
        (FileRequest::Put { path, size, .. }, _) => {
            let stored = put(stream, socket).await?;
            if let (true, Some(sha256)) = (stored.ok, stored.sha256) {
                let event = SessionEvent::FileWritten { path, size, sha256 };
                sessions.event(session, event);
            }
            Ok(())
        }
        (FileRequest::Get { path, .. }, FileAnswer::Get { size, sha256, .. }) => {
            give(stream, socket).await?;
            let sha256 = sha256.unwrap_or_default();
            sessions.event(session, SessionEvent::FileRead { path, size, sha256 });
            Ok(())
        }
        _ => give(stream, socket).await,
    }
}

fn connected(socket: OwnedFd) -> io::Result<UnixStream> {
    let socket = std::os::unix::net::UnixStream::from(socket);
    socket.set_nonblocking(true)?;
    UnixStream::from_std(socket)
}

async fn reply(socket: &mut BufReader<UnixStream>) -> io::Result<Reply> {
    let mut line = Vec::new();
    let mut limited = socket.take(message::MAX_MESSAGE as u64);
    limited.read_until(b'\n', &mut line).await?;
    Ok(serde_json::from_slice(&line)?)
}

/// From the computer.
async fn give(mut stream: Stream, mut socket: BufReader<UnixStream>) -> io::Result<()> {
    copy_buf(&mut socket, &mut stream).await?;
    stream.shutdown().await
}

/// To the computer; what became of it comes last.
async fn put(stream: Stream, socket: BufReader<UnixStream>) -> io::Result<Stored> {
    let (mut from, mut to) = split(stream);
    let (mut said, mut into) = split(socket);
    let mut line = Vec::new();
    let taken = async {
        // The helper stops reading where it has enough: it says so.
        let copied = copy(&mut from, &mut into).await;
        let _ = into.shutdown().await;
        match copied {
            Err(error) if Stream::failure(&error).is_some() => error,
            _ => std::future::pending().await,
        }
    };
    let told = async {
        let mut limited = (&mut said).take(message::MAX_MESSAGE as u64);
        limited.read_to_end(&mut line).await
    };
    tokio::select! {
        broken = taken => return Err(broken),
        told = told => told?,
    };
    to.write_all(&line).await?;
    to.shutdown().await?;
    Ok(serde_json::from_slice(&line)?)
}
