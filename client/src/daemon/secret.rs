//! Reads a password from a descriptor that a caller passed (section 27.10 of the interface).

use std::fs::File;
use std::io::Read as _;
use std::os::fd::OwnedFd;
use std::time::Duration;

use migasfree_dbus::Error;
use rustix::fs::FileType;
use tokio::io::AsyncReadExt as _;
use tokio::net::unix::pipe;

const LIMIT: u64 = 4096;
const TIME_LIMIT: Duration = Duration::from_secs(10);

/// The password up to the end or the first line end. Pipes and regular files only, within a time limit.
pub async fn read(descriptor: zbus::OwnedFd) -> Result<String, Error> {
    let descriptor = OwnedFd::from(descriptor);
    let kind = rustix::fs::fstat(&descriptor)
        .map(|status| FileType::from_raw_mode(status.st_mode))
        .map_err(|error| invalid(&error))?;
    let bytes = match kind {
        FileType::Fifo => from_pipe(descriptor).await?,
        FileType::RegularFile => {
            let mut bytes = Vec::new();
            File::from(descriptor)
                .take(LIMIT + 1)
                .read_to_end(&mut bytes)
                .map_err(|error| invalid(&error))?;
            bytes
        }
        _ => return Err(invalid(&"only pipes and regular files are read")),
    };
    if bytes.len() as u64 > LIMIT {
        return Err(invalid(&"it is too long"));
    }
    let text = String::from_utf8(bytes).map_err(|_| invalid(&"it is not UTF-8"))?;
    Ok(text.lines().next().unwrap_or_default().to_owned())
}

async fn from_pipe(descriptor: OwnedFd) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    let pipe = pipe::Receiver::from_owned_fd(descriptor).map_err(|error| invalid(&error))?;
    tokio::time::timeout(TIME_LIMIT, pipe.take(LIMIT + 1).read_to_end(&mut bytes))
        .await
        .map_err(|_| invalid(&"its end did not come in time; close the pipe after the password"))?
        .map_err(|error| invalid(&error))?;
    Ok(bytes)
}

fn invalid(reason: &dyn std::fmt::Display) -> Error {
    Error::InvalidArgument(format!("the password cannot be read: {reason}"))
}
