//! Pictures to video.

use crate::vpx::{Coder, Profile};
use crate::{Codec, I420, VideoError};

/// How good the video is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quality {
    /// How much it may take, in thousands of bits a second.
    pub bitrate_kbps: u32,
}

/// A picture of the video.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encoded {
    /// The frame.
    pub data: Vec<u8>,
    /// Whether it needs none before it.
    pub key: bool,
}

/// Makes video of pictures that are all of one size.
#[derive(Debug)]
pub struct Encoder {
    coder: Coder,
    size: (u16, u16),
    shown: i64,
}

impl Encoder {
    /// An encoder whose first frame is a key frame.
    ///
    /// # Errors
    /// [`VideoError`] where there is no such video.
    pub fn new(
        codec: Codec,
        width: u16,
        height: u16,
        quality: Quality,
    ) -> Result<Self, VideoError> {
        let profile = Profile {
            codec,
            width,
            height,
            kbps: quality.bitrate_kbps,
        };
        Ok(Self {
            coder: Coder::new(&profile)?,
            size: (width, height),
            shown: 0,
        })
    }

    /// The next frame; a key frame where `key` says so. None where the picture has another size, or libvpx fails.
    pub fn encode(&mut self, picture: &I420, key: bool) -> Option<Encoded> {
        if picture.size() != self.size {
            return None;
        }
        let encoded = self.coder.encode(picture, self.shown, key);
        self.shown += 1;
        encoded
    }

    /// Takes as much from the next frame on.
    pub fn set_bitrate(&mut self, kbps: u32) {
        self.coder.set_bitrate(kbps);
    }
}
