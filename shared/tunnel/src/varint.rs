//! Variable integers: LEB128, in its shortest spelling.

use bytes::{BufMut as _, BytesMut};

/// An integer that is none: too long, or not spelled as short as it can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NoInteger;

pub(crate) fn put(mut value: u64, into: &mut BytesMut) {
    while value >= 0x80 {
        into.put_u8((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    into.put_u8(value as u8);
}

/// The value, and how many bytes it takes; nothing where it is not whole yet.
pub(crate) fn take(from: &[u8], most: usize) -> Result<Option<(u64, usize)>, NoInteger> {
    let mut value = 0_u64;
    for (index, &byte) in from.iter().take(most).enumerate() {
        let bits = u64::from(byte & 0x7f);
        let place = 7 * index as u32;
        let placed = bits.checked_shl(place).unwrap_or(0);
        if placed >> place != bits {
            return Err(NoInteger);
        }
        value |= placed;
        if byte & 0x80 == 0 {
            let shortest = byte != 0 || index == 0;
            return if shortest {
                Ok(Some((value, index + 1)))
            } else {
                Err(NoInteger)
            };
        }
    }
    if from.len() >= most {
        Err(NoInteger)
    } else {
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(value: u64) -> BytesMut {
        let mut bytes = BytesMut::new();
        put(value, &mut bytes);
        bytes
    }

    #[test]
    fn integers_are_read_as_they_are_written() {
        for value in [
            0,
            1,
            127,
            128,
            16_383,
            16_384,
            u64::from(u32::MAX),
            u64::MAX,
        ] {
            let bytes = written(value);
            assert_eq!(take(&bytes, 10), Ok(Some((value, bytes.len()))));
            assert_eq!(take(&bytes[..bytes.len() - 1], 10), Ok(None));
        }
    }

    #[test]
    fn an_integer_has_one_spelling_and_fits() {
        assert_eq!(take(&[0x80, 0x00], 10), Err(NoInteger));
        assert_eq!(take(&[0xff; 10], 10), Err(NoInteger));
        assert_eq!(take(&written(u64::MAX), 5), Err(NoInteger));
        let beyond = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02];
        assert_eq!(take(&beyond, 10), Err(NoInteger));
    }
}
