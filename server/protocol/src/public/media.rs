//! Media types of public files, by their names.

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
