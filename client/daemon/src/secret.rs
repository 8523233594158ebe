//! Reads a password from a descriptor that a caller passed (section 27.10 of the interface).

use std::fs::File;
use std::io::Read as _;
use std::os::fd::OwnedFd;
use std::time::Duration;

use migasfree_dbus::Error;
use migasfree_types::message::Arg;
use rustix::fs::FileType;
use tokio::io::AsyncReadExt as _;
use tokio::net::unix::pipe;

use crate::texts::Text;

const LIMIT: u64 = 4096;
const TIME_LIMIT: Duration = Duration::from_secs(10);

/// The password up to the end or the first line end. Pipes and regular files only, within a time limit.
pub async fn read(descriptor: zbus::OwnedFd) -> Result<String, Error> {
    let bytes = tokio::time::timeout(TIME_LIMIT, bytes_of(OwnedFd::from(descriptor)))
        .await
        .map_err(|_| invalid(Text::PasswordLate.told(&[])))?
        .map_err(|error| invalid(error.to_string()))?;
    if bytes.len() as u64 > LIMIT {
        return Err(invalid(Text::PasswordLong.told(&[])));
    }
    let text = String::from_utf8(bytes).map_err(|_| invalid(Text::PasswordEncoding.told(&[])))?;
    Ok(text.lines().next().unwrap_or_default().to_owned())
}

async fn bytes_of(descriptor: OwnedFd) -> std::io::Result<Vec<u8>> {
    // A file may lie where even looking at it takes for ever.
    let looked = tokio::task::spawn_blocking(move || match kind_of(&descriptor)? {
        FileType::RegularFile => {
            let mut bytes = Vec::new();
            File::from(descriptor)
                .take(LIMIT + 1)
                .read_to_end(&mut bytes)?;
            Ok(Source::Read(bytes))
        }
        FileType::Fifo => Ok(Source::Pipe(descriptor)),
        _ => Err(std::io::Error::other(
            "only pipes and regular files are read",
        )),
    });
    match looked.await.map_err(std::io::Error::other)?? {
        Source::Read(bytes) => Ok(bytes),
        Source::Pipe(descriptor) => {
            let mut bytes = Vec::new();
            let pipe = pipe::Receiver::from_owned_fd(descriptor)?;
            pipe.take(LIMIT + 1).read_to_end(&mut bytes).await?;
            Ok(bytes)
        }
    }
}

enum Source {
    Read(Vec<u8>),
    Pipe(OwnedFd),
}

fn kind_of(descriptor: &OwnedFd) -> std::io::Result<FileType> {
    let status = rustix::fs::fstat(descriptor)?;
    Ok(FileType::from_raw_mode(status.st_mode))
}

fn invalid(reason: impl Into<Arg>) -> Error {
    Error::InvalidArgument(Text::PasswordUnreadable.with([reason.into()]))
}
