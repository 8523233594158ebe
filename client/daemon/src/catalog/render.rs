//! Images from the server are decoded by a child without privileges and come back as PNG: whatever a hostile image does, it does to a
//! process that owns nothing. SVG is drawn there too, so no script or reference of it ever reaches a view.

use std::io::{self, Cursor, Read as _, Write as _};
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use image::{DynamicImage, ImageFormat, ImageReader, imageops::FilterType};
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg;
use rustix::process::{Resource, Rlimit, setrlimit};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::Semaphore;

/// Bytes of an image from the server.
const INPUT_LIMIT: usize = 8 << 20;
/// Bytes of a finished image.
const OUTPUT_LIMIT: u64 = 8 << 20;
/// Pixels on each side of an image from the server.
const SIDE_LIMIT: u32 = 8192;
/// Memory of the child.
const MEMORY_LIMIT: u64 = 768 << 20;
const TIME_LIMIT: Duration = Duration::from_secs(10);
/// Children at a time.
const CHILDREN: usize = 2;
/// The user without rights, `nobody` everywhere.
const NOBODY: u32 = 65534;

/// Why there is no image.
#[derive(Debug, thiserror::Error)]
pub enum ImageError {
    /// It is no image that we read.
    #[error("the image cannot be read: {0}")]
    Unreadable(String),
    /// The child could not be started or did not answer.
    #[error("the image could not be decoded: {0}")]
    Io(#[from] io::Error),
}

/// Starts children.
#[derive(Debug, Clone)]
pub struct Renderer {
    program: PathBuf,
    as_nobody: bool,
    /// A few children at a time, however many images are asked for.
    turns: Arc<Semaphore>,
}

impl Renderer {
    /// Children of this program, as `nobody` when it runs as root.
    #[must_use]
    pub fn new() -> Self {
        Self {
            // Works wherever the program is installed, also below a folder that the child may not enter.
            program: "/proc/self/exe".into(),
            as_nobody: rustix::process::geteuid().is_root(),
            turns: Arc::new(Semaphore::new(CHILDREN)),
        }
    }

    /// An image as a PNG of at most `size` pixels on each side.
    pub async fn render(&self, image: &[u8], size: u32) -> Result<Vec<u8>, ImageError> {
        if image.len() > INPUT_LIMIT {
            return Err(ImageError::Unreadable("it is too large".into()));
        }
        let _turn = self.turns.acquire().await.map_err(io::Error::other)?;
        let mut command = crate::process::program_on_runtime(&self.program);
        command
            .args(["render-image", &size.to_string()])
            .env_clear()
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        if self.as_nobody {
            command.uid(NOBODY).gid(NOBODY);
        }
        let mut child = command.spawn()?;
        let (stdin, stdout, stderr) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let work = async {
            let feed = async {
                if let Some(mut stdin) = stdin {
                    // A child that gave up early closes its end; its exit status says why.
                    let _ = stdin.write_all(image).await;
                }
            };
            let drain = async |stream: Option<&mut (dyn tokio::io::AsyncRead + Unpin + Send)>| {
                let mut bytes = Vec::new();
                if let Some(stream) = stream {
                    stream.take(OUTPUT_LIMIT).read_to_end(&mut bytes).await?;
                }
                io::Result::Ok(bytes)
            };
            let (mut stdout, mut stderr) = (stdout, stderr);
            let ((), png, problem) = tokio::join!(
                feed,
                drain(stdout.as_mut().map(|s| s as _)),
                drain(stderr.as_mut().map(|s| s as _))
            );
            io::Result::Ok((child.wait().await?, png?, problem?))
        };
        let (status, png, problem) = tokio::time::timeout(TIME_LIMIT, work)
            .await
            .map_err(|_| ImageError::Unreadable("decoding took too long".into()))??;
        if status.success() {
            Ok(png)
        } else {
            let problem = String::from_utf8_lossy(&problem).trim().to_owned();
            Err(ImageError::Unreadable(problem))
        }
    }
}

impl Default for Renderer {
    fn default() -> Self {
        Self::new()
    }
}

/// The whole of a child: an image comes in, a PNG goes out.
pub fn render_child(size: u32) -> Result<(), ImageError> {
    limit(Resource::As, MEMORY_LIMIT)?;
    limit(Resource::Cpu, TIME_LIMIT.as_secs())?;
    limit(Resource::Fsize, 0)?;
    limit(Resource::Nproc, 0)?;
    let mut bytes = Vec::new();
    io::stdin().lock().read_to_end(&mut bytes)?;
    let png = draw(&bytes, size)?;
    io::stdout().lock().write_all(&png)?;
    Ok(())
}

fn limit(resource: Resource, value: u64) -> io::Result<()> {
    let limit = Rlimit {
        current: Some(value),
        maximum: Some(value),
    };
    Ok(setrlimit(resource, limit)?)
}

fn draw(bytes: &[u8], size: u32) -> Result<Vec<u8>, ImageError> {
    if looks_like_svg(bytes) {
        draw_vector(bytes, size)
    } else {
        draw_raster(bytes, size)
    }
}

fn looks_like_svg(bytes: &[u8]) -> bool {
    let text = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    text.trim_ascii_start().starts_with(b"<")
}

fn draw_vector(bytes: &[u8], size: u32) -> Result<Vec<u8>, ImageError> {
    let options = usvg::Options {
        image_href_resolver: usvg::ImageHrefResolver {
            resolve_data: usvg::ImageHrefResolver::default_data_resolver(),
            resolve_string: Box::new(|_, _| None),
        },
        ..usvg::Options::default()
    };
    let tree = usvg::Tree::from_data(bytes, &options).map_err(unreadable)?;
    let drawing = tree.size();
    #[expect(clippy::cast_precision_loss, reason = "sides of an icon are small")]
    let side = size as f32;
    let scale = side / drawing.width().max(drawing.height());
    let mut pixels = Pixmap::new(size, size).ok_or_else(|| unreadable("it has no size"))?;
    let transform = Transform::from_scale(scale, scale).post_translate(
        (side - drawing.width() * scale) / 2.0,
        (side - drawing.height() * scale) / 2.0,
    );
    resvg::render(&tree, transform, &mut pixels.as_mut());
    pixels.encode_png().map_err(unreadable)
}

fn draw_raster(bytes: &[u8], size: u32) -> Result<Vec<u8>, ImageError> {
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format()?;
    let mut limits = image::Limits::default();
    limits.max_image_width = Some(SIDE_LIMIT);
    limits.max_image_height = Some(SIDE_LIMIT);
    limits.max_alloc = Some(MEMORY_LIMIT / 2);
    reader.limits(limits);
    let image = fit(reader.decode().map_err(unreadable)?, size);
    let mut png = Cursor::new(Vec::new());
    DynamicImage::ImageRgba8(image.to_rgba8())
        .write_to(&mut png, ImageFormat::Png)
        .map_err(unreadable)?;
    Ok(png.into_inner())
}

/// Smaller when it is too large; a small one stays as it is.
fn fit(image: DynamicImage, size: u32) -> DynamicImage {
    if image.width() > size || image.height() > size {
        image.resize(size, size, FilterType::Lanczos3)
    } else {
        image
    }
}

fn unreadable(error: impl std::fmt::Display) -> ImageError {
    ImageError::Unreadable(error.to_string())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn sides(png: &[u8]) -> (u32, u32) {
        let image = image::load_from_memory_with_format(png, ImageFormat::Png).unwrap();
        (image.width(), image.height())
    }

    #[test]
    fn vectors_are_drawn_at_the_size_wanted() {
        let svg = br##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 128 64">
            <script>alert(1)</script><image href="file:///etc/passwd"/>
            <rect width="128" height="64" fill="#f00"/></svg>"##;
        let png = draw(svg, 48).unwrap();
        assert_eq!(sides(&png), (48, 48));
        let image = image::load_from_memory(&png).unwrap().to_rgba8();
        assert_eq!(image.get_pixel(24, 24).0, [255, 0, 0, 255]);
        assert_eq!(image.get_pixel(24, 2).0[3], 0);
    }

    #[test]
    fn large_pictures_shrink_and_small_ones_stay() {
        for (side, wanted) in [(200, 64), (16, 16)] {
            let mut bytes = Cursor::new(Vec::new());
            DynamicImage::new_rgb8(side, side)
                .write_to(&mut bytes, ImageFormat::Jpeg)
                .unwrap();
            let png = draw(&bytes.into_inner(), 64).unwrap();
            assert_eq!(sides(&png), (wanted, wanted));
        }
    }

    #[test]
    fn garbage_is_an_error() {
        for bytes in [
            &b""[..],
            b"<svg",
            b"\x89PNG\r\n\x1a\n",
            b"<!DOCTYPE x [<!ENTITY a \"b\">]>",
        ] {
            assert!(draw(bytes, 64).is_err());
        }
    }
}
