//! libvpx's encoders, set for a screen that is looked at while it changes.

use std::ffi::c_int;
use std::mem::MaybeUninit;
use std::ptr;
use std::thread::available_parallelism;

use vpx_sys::vp8e_enc_control_id::{
    VP8E_SET_CPUUSED, VP8E_SET_MAX_INTRA_BITRATE_PCT, VP8E_SET_NOISE_SENSITIVITY,
    VP8E_SET_SCREEN_CONTENT_MODE, VP8E_SET_STATIC_THRESHOLD, VP9E_SET_AQ_MODE, VP9E_SET_ROW_MT,
    VP9E_SET_TILE_COLUMNS, VP9E_SET_TUNE_CONTENT,
};
use vpx_sys::{
    VPX_DL_REALTIME, VPX_EFLAG_FORCE_KF, VPX_ENCODER_ABI_VERSION, VPX_FRAME_IS_KEY,
    vp8e_enc_control_id, vpx_codec_cx_pkt_kind, vpx_codec_cx_pkt_t, vpx_codec_enc_cfg_t,
    vpx_enc_pass, vpx_image_t, vpx_img_fmt, vpx_kf_mode, vpx_rational, vpx_rc_mode,
};

use super::context::{Context, checked, interface};
use crate::{Codec, Encoded, I420, VideoError};

/// Ticks of a video's clock in a second: how many frames there may be.
const RATE: c_int = 30;
/// Some of the person's processors are theirs.
const MOST_THREADS: usize = 4;

/// Which video.
#[derive(Debug)]
pub(crate) struct Profile {
    pub(crate) codec: Codec,
    pub(crate) width: u16,
    pub(crate) height: u16,
    pub(crate) kbps: u32,
}

/// An encoder.
#[derive(Debug)]
pub(crate) struct Coder {
    context: Context,
    config: Box<vpx_codec_enc_cfg_t>,
}

impl Coder {
    pub(crate) fn new(profile: &Profile) -> Result<Self, VideoError> {
        // The sizes there are.
        I420::new(profile.width, profile.height)?;
        let interface = interface(profile.codec, true)?;
        let mut config = defaults(interface)?;
        configure(&mut config, profile);
        let version = VPX_ENCODER_ABI_VERSION.cast_signed();
        // SAFETY: the context is zeroed and stays where it is, and the configuration outlives the context.
        let init = |context| unsafe {
            vpx_sys::vpx_codec_enc_init_ver(context, interface, &raw const *config, 0, version)
        };
        let context = Context::new(init)?;
        let mut coder = Self { context, config };
        coder.set(profile)?;
        Ok(coder)
    }

    fn set(&mut self, profile: &Profile) -> Result<(), VideoError> {
        let controls: &[(vp8e_enc_control_id, c_int)] = match profile.codec {
            Codec::Vp8 => &[
                (VP8E_SET_CPUUSED, -10),
                (VP8E_SET_SCREEN_CONTENT_MODE, 1),
                (VP8E_SET_NOISE_SENSITIVITY, 0),
                (VP8E_SET_STATIC_THRESHOLD, 1),
                (VP8E_SET_MAX_INTRA_BITRATE_PCT, 600),
            ],
            _ => &[
                (VP8E_SET_CPUUSED, 9),
                // 1: screen content.
                (VP9E_SET_TUNE_CONTENT, 1),
                // 3: what moves is refreshed in turns.
                (VP9E_SET_AQ_MODE, 3),
                (VP9E_SET_TILE_COLUMNS, 2),
                (VP9E_SET_ROW_MT, 1),
                (VP8E_SET_STATIC_THRESHOLD, 1),
                (VP8E_SET_MAX_INTRA_BITRATE_PCT, 600),
            ],
        };
        for (control, value) in controls {
            // SAFETY: each of these controls takes one int.
            let code = unsafe {
                vpx_sys::vpx_codec_control_(self.context.as_mut(), *control as c_int, *value)
            };
            checked(code)?;
        }
        Ok(())
    }

    /// One frame, shown at tick `at`.
    pub(crate) fn encode(&mut self, picture: &I420, at: i64, key: bool) -> Option<Encoded> {
        let image = image(picture);
        let flags = if key {
            i64::from(VPX_EFLAG_FORCE_KF)
        } else {
            0
        };
        // SAFETY: the image's planes are those of `picture`, as long as libvpx reads them: with no lag it does so at once.
        let code = unsafe {
            vpx_sys::vpx_codec_encode(
                self.context.as_mut(),
                &raw const image,
                at,
                1,
                flags,
                u64::from(VPX_DL_REALTIME),
            )
        };
        checked(code).ok()?;
        self.packet()
    }

    fn packet(&mut self) -> Option<Encoded> {
        let mut iterator = ptr::null();
        loop {
            // SAFETY: the iterator is of this call of the encoder, and begins as null.
            let packet =
                unsafe { vpx_sys::vpx_codec_get_cx_data(self.context.as_mut(), &raw mut iterator) };
            // SAFETY: it is null, or a packet that is there until the encoder is used again.
            let packet = unsafe { packet.as_ref() }?;
            if let Some(encoded) = encoded(packet) {
                return Some(encoded);
            }
        }
    }

    pub(crate) fn set_bitrate(&mut self, kbps: u32) {
        if self.config.rc_target_bitrate == kbps {
            return;
        }
        self.config.rc_target_bitrate = kbps;
        // SAFETY: the configuration is this encoder's, with another bit rate.
        let _ = unsafe {
            vpx_sys::vpx_codec_enc_config_set(self.context.as_mut(), &raw const *self.config)
        };
    }
}

fn defaults(
    interface: *const vpx_sys::vpx_codec_iface_t,
) -> Result<Box<vpx_codec_enc_cfg_t>, VideoError> {
    let mut config = MaybeUninit::<vpx_codec_enc_cfg_t>::zeroed();
    // SAFETY: the interface is one of encoders, and there is room for a configuration.
    let code = unsafe { vpx_sys::vpx_codec_enc_config_default(interface, config.as_mut_ptr(), 0) };
    checked(code)?;
    // SAFETY: libvpx has written all of it.
    Ok(Box::new(unsafe { config.assume_init() }))
}

fn configure(config: &mut vpx_codec_enc_cfg_t, profile: &Profile) {
    let processors = available_parallelism().map_or(1, usize::from);
    let threads = (processors / 2).clamp(1, MOST_THREADS);
    config.g_w = profile.width.into();
    config.g_h = profile.height.into();
    config.g_threads = u32::try_from(threads).unwrap_or(1);
    config.g_timebase = vpx_rational { num: 1, den: RATE };
    config.g_error_resilient = 0;
    config.g_pass = vpx_enc_pass::VPX_RC_ONE_PASS;
    config.g_lag_in_frames = 0;
    config.rc_dropframe_thresh = 0;
    config.rc_resize_allowed = 0;
    config.rc_end_usage = vpx_rc_mode::VPX_CBR;
    config.rc_target_bitrate = profile.kbps;
    config.rc_min_quantizer = 4;
    config.rc_max_quantizer = 52;
    config.rc_undershoot_pct = 50;
    config.rc_overshoot_pct = 50;
    config.rc_buf_sz = 1000;
    config.rc_buf_initial_sz = 500;
    config.rc_buf_optimal_sz = 600;
    // Key frames where they are asked for, and else none.
    config.kf_mode = vpx_kf_mode::VPX_KF_FIXED;
    config.kf_min_dist = 0;
    config.kf_max_dist = i32::MAX.cast_unsigned();
}

/// The picture as libvpx has them. It has an image written for its own use alone, and reads what encoders are given.
fn image(picture: &I420) -> vpx_image_t {
    // SAFETY: all members are integers, pointers, and enumerations that have a 0.
    let mut image = unsafe { MaybeUninit::<vpx_image_t>::zeroed().assume_init() };
    let (width, height) = (u32::from(picture.width), u32::from(picture.height));
    let of_colour = c_int::from(picture.width.cast_signed()).div_euclid(2)
        + c_int::from(picture.width.cast_signed()).rem_euclid(2);
    image.fmt = vpx_img_fmt::VPX_IMG_FMT_I420;
    image.bit_depth = 8;
    (image.w, image.h) = (width, height);
    (image.d_w, image.d_h) = (width, height);
    (image.x_chroma_shift, image.y_chroma_shift) = (1, 1);
    image.bps = 12;
    image.planes = [
        picture.y.as_ptr().cast_mut(),
        picture.u.as_ptr().cast_mut(),
        picture.v.as_ptr().cast_mut(),
        ptr::null_mut(),
    ];
    image.stride = [picture.width.into(), of_colour, of_colour, 0];
    image
}

fn encoded(packet: &vpx_codec_cx_pkt_t) -> Option<Encoded> {
    if packet.kind != vpx_codec_cx_pkt_kind::VPX_CODEC_CX_FRAME_PKT {
        return None;
    }
    // SAFETY: the kind says that it is a frame.
    let frame = unsafe { packet.data.frame };
    // SAFETY: the buffer is that long, and there until the encoder is used again.
    let data = unsafe { std::slice::from_raw_parts(frame.buf.cast::<u8>(), frame.sz) };
    Some(Encoded {
        data: data.to_vec(),
        key: frame.flags & VPX_FRAME_IS_KEY != 0,
    })
}
