//! The digest of a body as it travels, compressed or not (RFC 9530).

use aws_lc_rs::constant_time::verify_slices_are_equal;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sfv::{Dictionary, ListEntry, Parser};

use crate::text::sha256;

/// The header with the digest.
pub const CONTENT_DIGEST: &str = "content-digest";

const ALGORITHM: &str = "sha-256";

/// Why a body is not the one that a digest was made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DigestError {
    /// Not a structured field with digests.
    #[error("the digest of the body cannot be read")]
    Malformed,
    /// Other algorithms only.
    #[error("there is no SHA-256 digest of the body")]
    NoSha256,
    /// The body is another one.
    #[error("the body is not the one its digest was made of")]
    OtherBody,
}

/// What [`CONTENT_DIGEST`] says of a body.
#[must_use]
pub fn content_digest(body: &[u8]) -> String {
    format!("{ALGORITHM}=:{}:", STANDARD.encode(sha256(body)))
}

/// Checks a body against its header.
///
/// # Errors
/// [`DigestError`] when it is another one, or nothing is said of it.
pub fn check(header: &str, body: &[u8]) -> Result<(), DigestError> {
    let digests: Dictionary = Parser::new(header)
        .parse()
        .map_err(|_| DigestError::Malformed)?;
    let stated = match digests.get(ALGORITHM) {
        Some(ListEntry::Item(item)) => item.bare_item.as_byte_sequence(),
        Some(ListEntry::InnerList(_)) => None,
        None => return Err(DigestError::NoSha256),
    };
    let stated = stated.ok_or(DigestError::Malformed)?;
    verify_slices_are_equal(stated, &sha256(body)).map_err(|_| DigestError::OtherBody)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 9530, section 2.
    const RFC: &str = "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:";

    #[test]
    fn the_digest_is_the_one_of_the_rfc() {
        let body = b"{\"hello\": \"world\"}\n";
        assert_eq!(content_digest(body), RFC);
        assert_eq!(check(RFC, body), Ok(()));
        let more = format!("sha-512=:AAAA:, {RFC}");
        assert_eq!(check(&more, body), Ok(()));
    }

    #[test]
    fn another_body_and_another_form_are_refused() {
        for (header, error) in [
            (RFC, DigestError::OtherBody),
            ("sha-512=:AAAA:", DigestError::NoSha256),
            ("", DigestError::NoSha256),
            ("sha-256", DigestError::Malformed),
            ("sha-256=:AAAA:", DigestError::OtherBody),
            ("sha-256=\"RK/0\"", DigestError::Malformed),
            ("sha-256=(:AAAA:)", DigestError::Malformed),
            ("sha-256=:", DigestError::Malformed),
        ] {
            assert_eq!(check(header, b"other"), Err(error), "{header}");
        }
    }
}
