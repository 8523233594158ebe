//! A codec's state in libvpx.

use std::ffi::{CStr, c_char};
use std::fmt;
use std::mem::MaybeUninit;

use vpx_sys::{vpx_codec_ctx_t, vpx_codec_err_t, vpx_codec_iface_t};

use crate::{Codec, VideoError};

/// An initialized context, destroyed when dropped. In a box: libvpx may keep its address.
pub(super) struct Context(Box<vpx_codec_ctx_t>);

// SAFETY: a context is used by whoever has it, and by one at a time: `as_mut` is exclusive. libvpx keeps nothing that belongs
// to a thread of its caller.
unsafe impl Send for Context {}

impl Context {
    /// A context that `init` makes.
    pub(super) fn new(
        init: impl FnOnce(*mut vpx_codec_ctx_t) -> vpx_codec_err_t,
    ) -> Result<Self, VideoError> {
        // SAFETY: all members are integers, pointers, and enumerations that have a 0.
        let zeroed = unsafe { MaybeUninit::<vpx_codec_ctx_t>::zeroed().assume_init() };
        let mut context = Box::new(zeroed);
        checked(init(&raw mut *context))?;
        Ok(Self(context))
    }

    pub(super) fn as_mut(&mut self) -> *mut vpx_codec_ctx_t {
        &raw mut *self.0
    }
}

impl Drop for Context {
    fn drop(&mut self) {
        // SAFETY: it was initialized, and is not used again.
        let _ = unsafe { vpx_sys::vpx_codec_destroy(self.as_mut()) };
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context").finish_non_exhaustive()
    }
}

/// One of libvpx's interfaces: for writing where `writes`, else for reading.
pub(super) fn interface(
    codec: Codec,
    writes: bool,
) -> Result<*const vpx_codec_iface_t, VideoError> {
    // SAFETY: they take nothing and give the address of something static.
    let interface = unsafe {
        match (codec, writes) {
            (Codec::Vp8, true) => vpx_sys::vpx_codec_vp8_cx(),
            (Codec::Vp9, true) => vpx_sys::vpx_codec_vp9_cx(),
            (Codec::Vp8, false) => vpx_sys::vpx_codec_vp8_dx(),
            (Codec::Vp9, false) => vpx_sys::vpx_codec_vp9_dx(),
            (Codec::Tiles, _) => return Err(VideoError::NotVideo),
        }
    };
    Ok(interface)
}

pub(super) fn checked(code: vpx_codec_err_t) -> Result<(), VideoError> {
    if code == vpx_codec_err_t::VPX_CODEC_OK {
        return Ok(());
    }
    // SAFETY: any code may be asked for.
    let text: *const c_char = unsafe { vpx_sys::vpx_codec_err_to_string(code) };
    // SAFETY: the answer is a string that is never freed.
    let text = unsafe { CStr::from_ptr(text) };
    Err(VideoError::Library(text.to_string_lossy().into_owned()))
}
