//! Pixels out of what the computer says: video by libvpx, tiles as WebP.

use std::io::Cursor;

use image_webp::WebPDecoder;
use migasfree_connect_core::screen::{Decode, Picture};
use migasfree_tunnel::screen::Codec;
use migasfree_video::Decoder;

/// The decoder of the present codec.
#[derive(Default)]
pub struct Pixels {
    video: Option<Decoder>,
}

impl Decode for Pixels {
    fn begin(&mut self, codec: Codec) -> Result<(), String> {
        self.video = Some(Decoder::new(codec).map_err(|error| error.to_string())?);
        Ok(())
    }

    fn frame(&mut self, data: &[u8]) -> Option<Picture> {
        let picture = self.video.as_mut()?.decode(data)?;
        Some(Picture {
            width: picture.width.into(),
            height: picture.height.into(),
            rgb: picture.rgb,
        })
    }

    fn tile(&mut self, webp: &[u8], size: (u16, u16)) -> Result<Picture, String> {
        let said = |error: image_webp::DecodingError| error.to_string();
        let mut decoder = WebPDecoder::new(Cursor::new(webp)).map_err(said)?;
        let (width, height) = (u32::from(size.0), u32::from(size.1));
        if decoder.dimensions() != (width, height) {
            return Err("the tile has another size".to_owned());
        }
        let length = decoder
            .output_buffer_size()
            .ok_or("the tile is too large")?;
        let mut pixels = vec![0; length];
        let has_alpha = decoder.has_alpha();
        decoder.read_image(&mut pixels).map_err(said)?;
        if has_alpha {
            let opaque = pixels.chunks_exact(4).flat_map(|pixel| &pixel[..3]);
            pixels = opaque.copied().collect();
        }
        Ok(Picture {
            width,
            height,
            rgb: pixels,
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use image_webp::{ColorType, WebPEncoder};

    use super::*;

    #[test]
    fn a_tile_has_its_pixels_and_exactly_its_size() {
        let pixels: Vec<u8> = (0..4 * 2 * 3).collect();
        let mut webp = Vec::new();
        let encoder = WebPEncoder::new(&mut webp);
        encoder.encode(&pixels, 4, 2, ColorType::Rgb8).unwrap();
        let mut decoder = Pixels::default();
        assert_eq!(decoder.tile(&webp, (4, 2)).unwrap().rgb, pixels);
        assert!(decoder.tile(&webp, (2, 4)).is_err());
        assert!(decoder.tile(b"RIFF", (4, 2)).is_err());
        assert_eq!(decoder.frame(b""), None);
    }
}
