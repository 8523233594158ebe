//! Pictures that move, as video and back.
#![allow(clippy::unwrap_used)]

use migasfree_video::{Codec, Decoder, Encoded, Encoder, I420, Picture, Quality, Rows, VideoError};

const CODECS: [Codec; 2] = [Codec::Vp8, Codec::Vp9];
const QUALITY: Quality = Quality { bitrate_kbps: 4000 };

/// A slope with a bright square that moves on.
fn drawn(width: u16, height: u16, step: u16) -> Vec<u8> {
    let is_in_square = |x, y| (step..step + 24).contains(&x) && (8..32).contains(&y);
    let pixel = |x: u16, y: u16| {
        if is_in_square(x, y) {
            return [40, 220, 250, 0];
        }
        let shade = |at: u16, of: u16| u8::try_from(u32::from(at) * 200 / u32::from(of)).unwrap();
        [shade(x, width), shade(y, height), 90, 0]
    };
    let rows = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
    rows.flat_map(|(x, y)| pixel(x, y)).collect()
}

fn picture(bgrx: &[u8], width: u16, height: u16) -> I420 {
    let stride = 4 * usize::from(width);
    I420::from_bgrx(width, height, Rows { bgrx, stride }).unwrap()
}

fn likeness(bgrx: &[u8], picture: &Picture) -> f64 {
    let pixels = bgrx.chunks_exact(4).zip(picture.rgb.chunks_exact(3));
    let errors = pixels.map(|(from, to)| {
        let channels = [(from[2], to[0]), (from[1], to[1]), (from[0], to[2])];
        let error = channels.map(|(from, to)| f64::from(from.abs_diff(to)).powi(2));
        error.iter().sum::<f64>()
    });
    let count = f64::from(u32::try_from(picture.rgb.len()).unwrap());
    10.0 * (255.0_f64.powi(2) / (errors.sum::<f64>() / count)).log10()
}

fn encode(encoder: &mut Encoder, bgrx: &[u8], (width, height): (u16, u16), key: bool) -> Encoded {
    encoder.encode(&picture(bgrx, width, height), key).unwrap()
}

#[test]
fn a_moving_picture_looks_the_same_afterwards() {
    for codec in CODECS {
        for size in [(320, 200), (321, 199)] {
            let (width, height) = size;
            let mut encoder = Encoder::new(codec, width, height, QUALITY).unwrap();
            let mut decoder = Decoder::new(codec).unwrap();
            for step in 0..12 {
                let bgrx = drawn(width, height, 10 * step);
                let frame = encode(&mut encoder, &bgrx, size, false);
                assert_eq!(frame.key, step == 0);
                let seen = decoder.decode(&frame.data).unwrap();
                assert_eq!((seen.width, seen.height), size);
                assert_eq!(seen.rows().len(), usize::from(height));
                let likeness = likeness(&bgrx, &seen);
                assert!(likeness > 30.0, "{codec:?}, step {step}: {likeness} dB");
            }
        }
    }
}

#[test]
fn a_key_frame_comes_when_asked_for_and_needs_none_before_it() {
    for codec in CODECS {
        let mut encoder = Encoder::new(codec, 160, 120, QUALITY).unwrap();
        let first = encode(&mut encoder, &drawn(160, 120, 0), (160, 120), false);
        let second = encode(&mut encoder, &drawn(160, 120, 8), (160, 120), false);
        let third = encode(&mut encoder, &drawn(160, 120, 16), (160, 120), true);
        assert_eq!([first.key, second.key, third.key], [true, false, true]);
        let mut decoder = Decoder::new(codec).unwrap();
        assert_eq!(decoder.decode(&second.data), None);
        assert!(decoder.decode(&third.data).is_some());
    }
}

#[test]
fn a_decoder_follows_to_another_size() {
    for codec in CODECS {
        let mut decoder = Decoder::new(codec).unwrap();
        for size in [(160, 120), (98, 66), (200, 150)] {
            let mut encoder = Encoder::new(codec, size.0, size.1, QUALITY).unwrap();
            let frame = encode(&mut encoder, &drawn(size.0, size.1, 3), size, false);
            let seen = decoder.decode(&frame.data).unwrap();
            assert_eq!((seen.width, seen.height), size);
        }
    }
}

#[test]
fn a_part_that_changed_is_all_that_has_to_be_converted() {
    let (before, after) = (drawn(64, 48, 0), drawn(64, 48, 7));
    let mut changed = picture(&before, 64, 48);
    let rows = Rows {
        bgrx: &after,
        stride: 4 * 64,
    };
    changed.update(rows, 0..31, 7..33);
    let whole = picture(&after, 64, 48);
    let mut encoders = [(); 2].map(|()| Encoder::new(Codec::Vp8, 64, 48, QUALITY).unwrap());
    let [of_changed, of_whole] = &mut encoders;
    assert_eq!(
        of_changed.encode(&changed, true),
        of_whole.encode(&whole, true)
    );
}

#[test]
fn less_is_taken_where_less_is_allowed() {
    for codec in CODECS {
        let mut encoder = Encoder::new(codec, 320, 200, QUALITY).unwrap();
        let taken = |encoder: &mut Encoder| {
            let steps = (0..20).map(|step| drawn(320, 200, 13 * step));
            let frames = steps.map(|bgrx| encode(encoder, &bgrx, (320, 200), false).data.len());
            frames.sum::<usize>()
        };
        let much = taken(&mut encoder);
        encoder.set_bitrate(100);
        let little = taken(&mut encoder);
        assert!(little < much, "{codec:?}: {little} of {much}");
    }
}

#[test]
fn what_is_no_video_is_refused() {
    assert_eq!(
        Encoder::new(Codec::Tiles, 10, 10, QUALITY).unwrap_err(),
        VideoError::NotVideo
    );
    assert_eq!(
        Decoder::new(Codec::Tiles).unwrap_err(),
        VideoError::NotVideo
    );
    assert!(matches!(
        Encoder::new(Codec::Vp9, 0, 10, QUALITY),
        Err(VideoError::Size { .. })
    ));
    let mut encoder = Encoder::new(Codec::Vp9, 32, 32, QUALITY).unwrap();
    let other = picture(&drawn(64, 48, 0), 64, 48);
    assert_eq!(encoder.encode(&other, false), None);
    for codec in CODECS {
        let mut decoder = Decoder::new(codec).unwrap();
        for length in 0..64 {
            assert_eq!(decoder.decode(&vec![0x5a; length]), None);
        }
    }
}
