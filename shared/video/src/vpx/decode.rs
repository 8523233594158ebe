//! libvpx's decoders.

use std::ptr;

use vpx_sys::{VPX_DECODER_ABI_VERSION, vpx_image_t, vpx_img_fmt};

use super::context::{Context, checked, interface};
use crate::colour::rgb;
use crate::{Codec, Picture, VideoError};

/// A decoder.
#[derive(Debug)]
pub(crate) struct Reader {
    context: Context,
}

impl Reader {
    pub(crate) fn new(codec: Codec) -> Result<Self, VideoError> {
        let interface = interface(codec, false)?;
        let version = VPX_DECODER_ABI_VERSION.cast_signed();
        // SAFETY: the context is zeroed and stays where it is; without a configuration there are defaults.
        let init = |context| unsafe {
            vpx_sys::vpx_codec_dec_init_ver(context, interface, ptr::null(), 0, version)
        };
        Ok(Self {
            context: Context::new(init)?,
        })
    }

    pub(crate) fn decode(&mut self, data: &[u8]) -> Option<Picture> {
        let length = u32::try_from(data.len()).ok()?;
        // SAFETY: the bytes are there as long as they are read, which is at once.
        let code = unsafe {
            vpx_sys::vpx_codec_decode(
                self.context.as_mut(),
                data.as_ptr(),
                length,
                ptr::null_mut(),
                0,
            )
        };
        checked(code).ok()?;
        let mut iterator = ptr::null();
        let mut last = None;
        loop {
            // SAFETY: the iterator is of this call of the decoder, and begins as null.
            let image =
                unsafe { vpx_sys::vpx_codec_get_frame(self.context.as_mut(), &raw mut iterator) };
            // SAFETY: it is null, or an image that is there until the decoder is used again.
            match unsafe { image.as_ref() } {
                Some(image) => last = picture(image),
                None => return last,
            }
        }
    }
}

fn picture(image: &vpx_image_t) -> Option<Picture> {
    if image.fmt != vpx_img_fmt::VPX_IMG_FMT_I420 || image.bit_depth > 8 {
        return None;
    }
    let (width, height) = (
        u16::try_from(image.d_w).ok()?,
        u16::try_from(image.d_h).ok()?,
    );
    let (wide, high) = (usize::from(width), usize::from(height));
    let mut pixels = Vec::with_capacity(3 * wide * high);
    for line in 0..high {
        let y = row(image, 0, line, wide)?;
        let u = row(image, 1, line / 2, wide.div_ceil(2))?;
        let v = row(image, 2, line / 2, wide.div_ceil(2))?;
        let colours = u.iter().zip(v);
        for (y, (u, v)) in y.chunks(2).zip(colours) {
            pixels.extend(y.iter().flat_map(|y| rgb(*y, *u, *v)));
        }
    }
    Some(Picture {
        width,
        height,
        rgb: pixels,
    })
}

/// A row of one of the image's planes, which is inside its size.
fn row(image: &vpx_image_t, plane: usize, line: usize, width: usize) -> Option<&[u8]> {
    let stride = usize::try_from(image.stride[plane]).ok()?;
    let first = image.planes[plane];
    if first.is_null() || stride < width {
        return None;
    }
    // SAFETY: each plane of an image in I420 has its rows, of at least the image's width, one stride apart.
    let row = unsafe { first.add(line * stride) };
    // SAFETY: as before; and it is borrowed as long as the image.
    Some(unsafe { std::slice::from_raw_parts(row, width) })
}
