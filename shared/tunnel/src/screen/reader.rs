//! Messages out of bytes that come in any pieces.

use std::marker::PhantomData;

use bytes::{Buf as _, Bytes, BytesMut};

use super::ScreenError;

/// One end's messages.
pub trait ScreenMessage: Sized {
    /// The most that is said at once, without the length.
    const MAX: usize;

    /// Reads a message of `kind`.
    ///
    /// # Errors
    /// [`ScreenError`] where it is none.
    fn decode(kind: u8, body: Bytes) -> Result<Self, ScreenError>;
}

/// Reads the messages of one end.
#[derive(Debug)]
pub struct Reader<T> {
    bytes: BytesMut,
    failed: Option<ScreenError>,
    of: PhantomData<fn() -> T>,
}

impl<T> Default for Reader<T> {
    fn default() -> Self {
        Self {
            bytes: BytesMut::new(),
            failed: None,
            of: PhantomData,
        }
    }
}

impl<T: ScreenMessage> Reader<T> {
    /// A reader at the beginning of a stream.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes what has come. Behind an error nothing is kept.
    pub fn push(&mut self, bytes: &[u8]) {
        if self.failed.is_none() {
            self.bytes.extend_from_slice(bytes);
        }
    }

    /// The next message; none where it has not come whole.
    ///
    /// # Errors
    /// [`ScreenError`] as soon as it shows, and from then on: what follows cannot be read.
    #[expect(
        clippy::should_implement_trait,
        reason = "the end of an iterator is one for good, and here more may come"
    )]
    pub fn next(&mut self) -> Result<Option<T>, ScreenError> {
        if let Some(failed) = self.failed {
            return Err(failed);
        }
        self.take().inspect_err(|error| {
            self.failed = Some(*error);
            self.bytes = BytesMut::new();
        })
    }

    fn take(&mut self) -> Result<Option<T>, ScreenError> {
        let Some(length) = self.bytes.first_chunk::<4>() else {
            return Ok(None);
        };
        let length = usize::try_from(u32::from_be_bytes(*length)).unwrap_or(usize::MAX);
        if length == 0 {
            return Err(ScreenError::Empty);
        }
        if length > T::MAX {
            return Err(ScreenError::TooLong(T::MAX));
        }
        if self.bytes.len() - 4 < length {
            return Ok(None);
        }
        self.bytes.advance(4);
        let mut body = self.bytes.split_to(length).freeze();
        let kind = body.get_u8();
        T::decode(kind, body).map(Some)
    }
}
