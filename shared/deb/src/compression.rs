//! The compressions a member may have, told by its name.

use std::io::{self, Read};

use liblzma::read::XzDecoder;
use liblzma::stream::Stream;

use crate::ReadError;

/// Memory an xz stream may ask for: `xz -9` needs 65 MiB.
const XZ_MEMORY: u64 = 128 * 1024 * 1024;
/// The largest zstd window, 128 MiB, as the `zstd` program allows by itself.
const ZSTD_WINDOW_LOG: u32 = 27;

/// Unpacks `source`, whose member is called `name` and begins with `stem`
/// (`control.tar`, `data.tar`).
pub(crate) fn unpack<'a, R: Read + 'a>(
    name: &str,
    stem: &str,
    source: R,
) -> Result<Box<dyn Read + 'a>, ReadError> {
    Ok(match name.strip_prefix(stem) {
        Some("") => Box::new(source),
        Some(".gz") => Box::new(flate2::read::MultiGzDecoder::new(source)),
        Some(".xz") => {
            let stream = Stream::new_stream_decoder(XZ_MEMORY, 0)
                .map_err(|error| damaged(name, error.into()))?;
            Box::new(XzDecoder::new_stream(source, stream))
        }
        Some(".zst") => {
            let mut decoder =
                zstd::stream::read::Decoder::new(source).map_err(|error| damaged(name, error))?;
            decoder
                .window_log_max(ZSTD_WINDOW_LOG)
                .map_err(|error| damaged(name, error))?;
            Box::new(decoder)
        }
        _ => return Err(ReadError::Unsupported(format!("the compression of {name}"))),
    })
}

/// What a failure while unpacking `part` means.
pub(crate) fn damaged(part: &str, source: io::Error) -> ReadError {
    if source.kind() == io::ErrorKind::UnexpectedEof {
        return ReadError::Truncated(part.to_owned());
    }
    ReadError::Compression {
        part: part.to_owned(),
        source,
    }
}
