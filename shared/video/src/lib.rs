//! Video of a screen: pictures to VP8 or VP9 and back, as fast as they come.
//!
//! Colours are BT.601 in limited range, as decoders take them where nothing else is said.

mod colour;
mod decoder;
mod encoder;
mod picture;
mod vpx;

pub use migasfree_tunnel::screen::Codec;

pub use self::colour::{I420, Rows};
pub use self::decoder::Decoder;
pub use self::encoder::{Encoded, Encoder, Quality};
pub use self::picture::Picture;

/// The widest and highest picture.
pub const MAX_SIDE: u16 = 16_383;

/// Why there is no video.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VideoError {
    /// [`Codec::Tiles`] are no video.
    #[error("tiles are no video")]
    NotVideo,
    /// A side is 0, or longer than [`MAX_SIDE`].
    #[error("a picture cannot be {width} by {height}")]
    Size {
        /// Its width.
        width: u16,
        /// Its height.
        height: u16,
    },
    /// libvpx's own word.
    #[error("libvpx: {0}")]
    Library(String),
}
