//! What an operator says.

use bytes::{BufMut as _, Bytes};

use super::reader::ScreenMessage;
use super::wire::{Body, json_message, message};
use super::{MAX_FROM_OPERATOR, ScreenError, ScreenRequest};

/// How far a wheel turns from one notch to the next.
pub const NOTCH: i16 = 120;

/// Bits of the pointer's buttons.
pub mod button {
    /// The main one.
    pub const LEFT: u8 = 0x01;
    /// The wheel, pressed.
    pub const MIDDLE: u8 = 0x02;
    /// The one of menus.
    pub const RIGHT: u8 = 0x04;
    /// A page back.
    pub const BACK: u8 = 0x08;
    /// A page forward.
    pub const FORWARD: u8 = 0x10;
}

/// A message of the operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FromOperator {
    /// A frame, or tiles, were shown, and all before.
    Seen {
        /// Its number.
        sequence: u32,
    },
    /// Where the pointer is, in pixels of the frame, and what is down.
    Pointer {
        /// From the left.
        x: u16,
        /// From the top.
        y: u16,
        /// The bits of [`button`] that are down.
        buttons: u8,
    },
    /// The wheel was turned, in parts of a [`NOTCH`].
    Wheel {
        /// To the right.
        x: i16,
        /// Downwards.
        y: i16,
    },
    /// A key went down or up.
    Key {
        /// What the operator's layout made of it, as X11 counts: [`super::keysym`].
        keysym: u32,
        /// Whether it is down.
        down: bool,
    },
    /// The text of the operator's clipboard.
    Clipboard(String),
    /// A picture, please, that needs none before it.
    KeyFrame,
    /// Something else is wanted.
    Show(ScreenRequest),
}

impl FromOperator {
    /// The message as bytes, with its length.
    #[must_use]
    pub fn encode(&self) -> Bytes {
        let bytes = match self {
            Self::Seen { sequence } => message(1, 4, |bytes| bytes.put_u32(*sequence)),
            Self::Pointer { x, y, buttons } => message(2, 5, |bytes| {
                bytes.put_u16(*x);
                bytes.put_u16(*y);
                bytes.put_u8(*buttons);
            }),
            Self::Wheel { x, y } => message(3, 4, |bytes| {
                bytes.put_i16(*x);
                bytes.put_i16(*y);
            }),
            Self::Key { keysym, down } => message(4, 5, |bytes| {
                bytes.put_u32(*keysym);
                bytes.put_u8(u8::from(*down));
            }),
            Self::Clipboard(text) => {
                message(5, text.len(), |bytes| bytes.put_slice(text.as_bytes()))
            }
            Self::KeyFrame => message(6, 0, |_| {}),
            Self::Show(request) => json_message(7, request),
        };
        debug_assert!(bytes.len() - 4 <= MAX_FROM_OPERATOR, "nobody reads this");
        bytes
    }
}

impl ScreenMessage for FromOperator {
    const MAX: usize = MAX_FROM_OPERATOR;

    fn decode(kind: u8, body: Bytes) -> Result<Self, ScreenError> {
        let mut body = Body::new(kind, body);
        let said = match kind {
            1 => Self::Seen {
                sequence: body.u32()?,
            },
            2 => Self::Pointer {
                x: body.u16()?,
                y: body.u16()?,
                buttons: body.u8()?,
            },
            3 => Self::Wheel {
                x: body.i16()?,
                y: body.i16()?,
            },
            4 => Self::Key {
                keysym: body.u32()?,
                down: down(&mut body)?,
            },
            5 => Self::Clipboard(body.text()?),
            6 => Self::KeyFrame,
            7 => Self::Show(body.json()?),
            _ => return Err(ScreenError::Kind(kind)),
        };
        body.end()?;
        Ok(said)
    }
}

fn down(body: &mut Body) -> Result<bool, ScreenError> {
    match body.u8()? {
        0 => Ok(false),
        1 => Ok(true),
        _ => Err(body.malformed()),
    }
}
