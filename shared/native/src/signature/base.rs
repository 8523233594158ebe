//! What is signed: the signature base of RFC 9421, section 2.5.

use http::HeaderMap;

use super::SignatureError;

/// One line for each component, by its identifier, and one for the parameters. `derived` gives what is no header.
pub(super) fn base<S: AsRef<str>>(
    components: &[S],
    parameters: &str,
    headers: &HeaderMap,
    derived: impl Fn(&str) -> Option<String>,
) -> Result<String, SignatureError> {
    let mut base = String::new();
    for component in components {
        let identifier = component.as_ref();
        base.push_str(identifier);
        base.push_str(": ");
        match derived(identifier) {
            Some(value) => base.push_str(&value),
            None => base.push_str(header(headers, name_of(identifier))?),
        }
        base.push('\n');
    }
    base.push_str("\"@signature-params\": ");
    base.push_str(parameters);
    Ok(base)
}

/// The name of the header that an identifier without parameters stands for.
pub(super) fn name_of(identifier: &str) -> &str {
    identifier.trim_matches('"')
}

/// The value of a header that is there once.
pub(super) fn header<'a>(headers: &'a HeaderMap, name: &str) -> Result<&'a str, SignatureError> {
    let mut values = headers.get_all(name).iter();
    let value = values
        .next()
        .ok_or_else(|| SignatureError::MissingHeader(name.to_owned()))?;
    if values.next().is_some() {
        return Err(SignatureError::RepeatedHeader(name.to_owned()));
    }
    let text = value
        .to_str()
        .map_err(|_| SignatureError::MalformedHeader(name.to_owned()))?;
    Ok(text.trim())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use http::HeaderValue;

    use super::*;
    use crate::key::{KeyPair, PublicKey};

    const COMPONENTS: [&str; 6] = [
        r#""date""#,
        r#""@method""#,
        r#""@path""#,
        r#""@authority""#,
        r#""content-type""#,
        r#""content-length""#,
    ];
    const PARAMETERS: &str = concat!(
        r#"("date" "@method" "@path" "@authority" "content-type" "content-length")"#,
        r#";created=1618884473;keyid="test-key-ed25519""#
    );
    const SIGNATURE: &str =
        "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==";
    const PUBLIC: &str = "JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs";
    const PRIVATE: &str = "MC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF";

    fn headers() -> HeaderMap {
        HeaderMap::from_iter([
            (
                http::header::DATE,
                HeaderValue::from_static("Tue, 20 Apr 2021 02:07:55 GMT"),
            ),
            (
                http::header::CONTENT_TYPE,
                HeaderValue::from_static("application/json"),
            ),
            (
                http::header::CONTENT_LENGTH,
                HeaderValue::from_static(" 18 "),
            ),
        ])
    }

    fn derived(identifier: &str) -> Option<String> {
        let value = match name_of(identifier) {
            "@method" => "POST",
            "@path" => "/foo",
            "@authority" => "example.com",
            _ => return None,
        };
        Some(value.to_owned())
    }

    /// RFC 9421, appendix B.2.6.
    #[test]
    fn the_example_of_the_rfc_is_signed_and_verified() {
        let base = base(&COMPONENTS, PARAMETERS, &headers(), derived).unwrap();
        let signature = STANDARD.decode(SIGNATURE).unwrap();
        let public = PublicKey::from_base64url(PUBLIC).unwrap();
        assert!(public.verify(base.as_bytes(), &signature));
        let private = KeyPair::from_pkcs8(&STANDARD.decode(PRIVATE).unwrap()).unwrap();
        assert_eq!(*private.public(), public);
        assert_eq!(private.sign(base.as_bytes())[..], signature[..]);
    }

    #[test]
    fn a_header_counts_only_when_it_is_there_once() {
        let mut headers = headers();
        headers.append(
            "date",
            HeaderValue::from_static("Tue, 20 Apr 2021 02:07:55 GMT"),
        );
        let repeated = base(&COMPONENTS, PARAMETERS, &headers, derived);
        assert_eq!(
            repeated,
            Err(SignatureError::RepeatedHeader("date".to_owned()))
        );
        headers.remove("date");
        let missing = base(&COMPONENTS, PARAMETERS, &headers, derived);
        assert_eq!(
            missing,
            Err(SignatureError::MissingHeader("date".to_owned()))
        );
    }
}
