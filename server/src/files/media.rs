//! Media types of public files, by their names.

/// Endings of icons an application may have (data model 9), and their types.
const IMAGES: [(&str, &str); 10] = [
    ("bmp", "image/bmp"),
    ("gif", "image/gif"),
    ("ico", "image/x-icon"),
    ("jpeg", "image/jpeg"),
    ("jpg", "image/jpeg"),
    ("png", "image/png"),
    ("svg", "image/svg+xml"),
    ("tif", "image/tiff"),
    ("tiff", "image/tiff"),
    ("webp", "image/webp"),
];

/// The type of an icon, or `None` when its ending is not one of an image.
pub(super) fn image(extension: &str) -> Option<&'static str> {
    let known = IMAGES.iter().find(|(known, _)| *known == extension);
    known.map(|(_, media_type)| *media_type)
}

/// The type of a package, an index or a signature. Whatever else somebody put into a store is
/// bytes, never a page a browser would show.
pub(super) fn package_or_index(path: &str) -> &'static str {
    let name = path.rsplit('/').next().unwrap_or_default();
    match name {
        "InRelease" | "Release" | "Packages" => return "text/plain; charset=utf-8",
        "Release.gpg" => return "application/pgp-signature",
        _ => {}
    }
    match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("deb") => "application/vnd.debian.binary-package",
        Some("rpm") => "application/x-rpm",
        Some("gz") => "application/gzip",
        Some("xz") => "application/x-xz",
        Some("zst") => "application/zstd",
        _ => "application/octet-stream",
    }
}
