//! What is said on the stream of a screen (remote support, 13.3), both ways.
//!
//! A message is the length of what follows (32 bits, big-endian like all integers here), one byte for what it is, and its body.
//! Lengths are bounded, and whoever reads keeps no more than what has come.

mod computer;
pub mod keysym;
mod operator;
mod reader;
mod wire;

use migasfree_grant::{Mode, Switches};
use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer, Serialize};

pub use self::computer::{Cursor, Frame, FromComputer, MAX_CURSOR, Monitor, Shape, Tile, Tiles};
pub use self::operator::{FromOperator, NOTCH, button};
pub use self::reader::{Reader, ScreenMessage};

/// The longest text a clipboard may have, in bytes.
pub const MAX_CLIPBOARD: usize = 1024 * 1024;

/// The most a computer says at once, without the length.
pub const MAX_FROM_COMPUTER: usize = 8 * 1024 * 1024;

/// The most an operator says at once, without the length.
pub const MAX_FROM_OPERATOR: usize = MAX_CLIPBOARD + 64;

/// How many frames may be under way that the operator has not said to have seen.
pub const FRAMES_UNDER_WAY: u32 = 2;

/// How pictures travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Codec {
    /// As VP9 video.
    Vp9,
    /// As VP8 video.
    Vp8,
    /// As lossless WebP of what changed.
    Tiles,
}

/// What an operator wants to see.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ScreenRequest {
    /// What can be decoded, the best first; none at all is as good as [`Codec::Tiles`]. Those of later versions are passed over.
    #[serde(deserialize_with = "known")]
    pub codecs: Vec<Codec>,
    /// The monitor; none for all of them.
    pub monitor: Option<u32>,
    /// The largest width that is shown; 0 for that of the screen.
    pub width: u16,
    /// The largest height that is shown; 0 for that of the screen.
    pub height: u16,
}

fn known<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Codec>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Said {
        Known(Codec),
        Later(IgnoredAny),
    }
    let said = Vec::<Said>::deserialize(from)?;
    let codec = |said| match said {
        Said::Known(codec) => Some(codec),
        Said::Later(IgnoredAny) => None,
    };
    Ok(said.into_iter().filter_map(codec).collect())
}

/// What the program that shows the screen has to do, and may do. Whoever enforces it understands all of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScreenOrder {
    /// Look on, or control.
    pub mode: Mode,
    /// What else is allowed.
    pub switches: Switches,
    /// What the operator wants to see first.
    pub request: ScreenRequest,
}

/// Bytes that are no message of a screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ScreenError {
    /// Longer than this end may say.
    #[error("the message is longer than {0} bytes")]
    TooLong(usize),
    /// Without even a kind.
    #[error("the message is empty")]
    Empty,
    /// Of a kind that is not known.
    #[error("there is no message of kind {0}")]
    Kind(u8),
    /// Not what its kind has.
    #[error("the message of kind {0} cannot be read")]
    Malformed(u8),
}
