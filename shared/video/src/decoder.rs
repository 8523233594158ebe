//! Video to pictures.

use crate::vpx::Reader;
use crate::{Codec, Picture, VideoError};

/// Makes pictures of video.
#[derive(Debug)]
pub struct Decoder {
    reader: Reader,
}

impl Decoder {
    /// A decoder that awaits a key frame.
    ///
    /// # Errors
    /// [`VideoError`] where there is no such video.
    pub fn new(codec: Codec) -> Result<Self, VideoError> {
        Ok(Self {
            reader: Reader::new(codec)?,
        })
    }

    /// The picture of a frame; none where it cannot be read, or where one before it is missing: a key frame helps.
    pub fn decode(&mut self, data: &[u8]) -> Option<Picture> {
        self.reader.decode(data)
    }
}
