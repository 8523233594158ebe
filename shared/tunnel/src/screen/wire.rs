//! Bodies of messages as bytes.

use bytes::{Buf as _, BufMut as _, Bytes, BytesMut};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{MAX_CLIPBOARD, ScreenError};

/// Writes a whole message; `body` writes behind the kind.
pub(super) fn message(kind: u8, room: usize, body: impl FnOnce(&mut BytesMut)) -> Bytes {
    let mut bytes = BytesMut::with_capacity(5 + room);
    bytes.put_u32(0);
    bytes.put_u8(kind);
    body(&mut bytes);
    let length = u32::try_from(bytes.len() - 4).unwrap_or(u32::MAX);
    bytes[..4].copy_from_slice(&length.to_be_bytes());
    bytes.freeze()
}

pub(super) fn json_message<T: Serialize>(kind: u8, said: &T) -> Bytes {
    let json = crate::message::write(said);
    message(kind, json.len(), |bytes| bytes.put_slice(&json))
}

/// A body that is read from its beginning to its end.
pub(super) struct Body {
    kind: u8,
    rest: Bytes,
}

impl Body {
    pub(super) fn new(kind: u8, rest: Bytes) -> Self {
        Self { kind, rest }
    }

    pub(super) fn malformed(&self) -> ScreenError {
        ScreenError::Malformed(self.kind)
    }

    pub(super) fn u8(&mut self) -> Result<u8, ScreenError> {
        self.rest.try_get_u8().map_err(|_| self.malformed())
    }

    pub(super) fn u16(&mut self) -> Result<u16, ScreenError> {
        self.rest.try_get_u16().map_err(|_| self.malformed())
    }

    pub(super) fn i16(&mut self) -> Result<i16, ScreenError> {
        self.rest.try_get_i16().map_err(|_| self.malformed())
    }

    pub(super) fn u32(&mut self) -> Result<u32, ScreenError> {
        self.rest.try_get_u32().map_err(|_| self.malformed())
    }

    pub(super) fn bytes(&mut self, length: usize) -> Result<Bytes, ScreenError> {
        if self.rest.len() < length {
            return Err(self.malformed());
        }
        Ok(self.rest.split_to(length))
    }

    /// All that is left.
    pub(super) fn rest(&mut self) -> Bytes {
        std::mem::take(&mut self.rest)
    }

    pub(super) fn text(&mut self) -> Result<String, ScreenError> {
        if self.rest.len() > MAX_CLIPBOARD {
            return Err(self.malformed());
        }
        let text = std::str::from_utf8(&self.rest).map(str::to_owned);
        let text = text.map_err(|_| self.malformed())?;
        self.rest.clear();
        Ok(text)
    }

    pub(super) fn json<T: DeserializeOwned>(&mut self) -> Result<T, ScreenError> {
        let said = serde_json::from_slice(&self.rest).map_err(|_| self.malformed())?;
        self.rest.clear();
        Ok(said)
    }

    /// Nothing may be left.
    pub(super) fn end(self) -> Result<(), ScreenError> {
        if self.rest.is_empty() {
            Ok(())
        } else {
            Err(self.malformed())
        }
    }
}
