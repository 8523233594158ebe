//! Icons: pictures by their content, not by their name alone.

use std::io::Read;

use bytes::Bytes;
use migasfree_server_entity::{body::Body, context::Context, error::RestError};

use crate::app_catalog::icons::{self, ICON_LIMIT, IconError, StoredIcon};
use crate::messages;

/// What a body says of the icon.
#[derive(Debug)]
pub enum Icon {
    /// The application has none any more.
    None,
    /// A new one.
    Stored(StoredIcon),
}

/// The icon of a body, put into the files; nothing when the body does not speak of it.
///
/// # Errors
/// Under `icon` for what is no picture.
pub async fn of_body(context: &Context, body: &mut Body) -> Result<Option<Icon>, RestError> {
    let at = body.files.iter().position(|file| file.field == "icon");
    let Some(at) = at else {
        let emptied = body
            .get("icon")
            .is_some_and(|value| value.is_null() || value.as_str().is_some_and(str::is_empty));
        return Ok(emptied.then_some(Icon::None));
    };
    let file = body.files.swap_remove(at);
    if file.content.size() > ICON_LIMIT as u64 {
        return Err(RestError::field(
            "icon",
            messages::icon_too_large(ICON_LIMIT),
        ));
    }
    let name = file.name.clone();
    let content = tokio::task::spawn_blocking(move || {
        let mut content = Vec::new();
        file.content.open()?.read_to_end(&mut content)?;
        std::io::Result::Ok(content)
    })
    .await
    .map_err(|error| RestError::Internal(error.to_string()))?
    .map_err(|error| RestError::Internal(format!("cannot read the upload: {error}")))?;
    let extension = name
        .rsplit_once('.')
        .map_or("", |(_, extension)| extension)
        .to_ascii_lowercase();
    if !content.is_empty() && !is_picture(&extension, &content) {
        return Err(RestError::field(
            "icon",
            messages::not_such_a_picture(extension),
        ));
    }
    match icons::store(&context.state, &name, Bytes::from(content)).await {
        Ok(icon) => Ok(Some(Icon::Stored(icon))),
        Err(IconError::Blob(error)) => Err(RestError::Internal(error.to_string())),
        Err(IconError::NotAnImage) => Err(RestError::field("icon", messages::icon_not_an_image())),
        Err(IconError::TooLarge) => Err(RestError::field(
            "icon",
            messages::icon_too_large(ICON_LIMIT),
        )),
        Err(IconError::Empty) => Err(RestError::field("icon", messages::icon_empty())),
    }
}

/// Whether the first bytes are those of the format the name promises.
fn is_picture(extension: &str, content: &[u8]) -> bool {
    let starts = |magic: &[u8]| content.starts_with(magic);
    match extension {
        "png" => starts(b"\x89PNG\r\n\x1a\n"),
        "jpg" | "jpeg" => starts(b"\xff\xd8\xff"),
        "gif" => starts(b"GIF87a") || starts(b"GIF89a"),
        "webp" => starts(b"RIFF") && content.get(8..12) == Some(b"WEBP"),
        "bmp" => starts(b"BM"),
        "ico" => starts(&[0, 0, 1, 0]),
        "tif" | "tiff" => starts(b"II*\0") || starts(b"MM\0*"),
        "svg" => {
            let head = String::from_utf8_lossy(content.get(..4096).unwrap_or(content));
            let head = head.trim_start_matches('\u{feff}').trim_start();
            head.starts_with('<') && head.contains("<svg")
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::is_picture;

    #[test]
    fn a_picture_is_known_by_its_first_bytes() {
        assert!(is_picture("png", b"\x89PNG\r\n\x1a\n...."));
        assert!(is_picture("webp", b"RIFF\0\0\0\0WEBPVP8 "));
        assert!(is_picture(
            "svg",
            b"<?xml version=\"1.0\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\"/>"
        ));
        assert!(!is_picture("png", b"<svg/>"));
        assert!(!is_picture("svg", b"<html><body></body></html>"));
        assert!(!is_picture("jpg", b"#!/bin/sh"));
        assert!(!is_picture("exe", b"MZ"));
    }
}
