//! What a computer says of itself when it shows a key.

/// Characters of 32 bytes in base64url.
const LENGTH: usize = 43;
/// Those that the last of them can be: its two lowest bits say nothing, and one spelling is enough.
const LAST: &str = "AEIMQUYcgkosw048";

/// A public key and its thumbprint, both 32 bytes in base64url without padding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyText {
    public_key: String,
    thumbprint: String,
}

impl KeyText {
    /// Nothing where one of them is not 32 bytes. Whether they belong together is known to who made the thumbprint.
    #[must_use]
    pub fn new(public_key: &str, thumbprint: &str) -> Option<Self> {
        (is_32_bytes(public_key) && is_32_bytes(thumbprint)).then(|| Self {
            public_key: public_key.to_owned(),
            thumbprint: thumbprint.to_owned(),
        })
    }

    /// The public key.
    #[must_use]
    pub fn public_key(&self) -> &str {
        &self.public_key
    }

    /// By which it is found.
    #[must_use]
    pub fn thumbprint(&self) -> &str {
        &self.thumbprint
    }
}

fn is_32_bytes(text: &str) -> bool {
    let is_known = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    text.len() == LENGTH
        && text.bytes().all(is_known)
        && text.ends_with(|last: char| LAST.contains(last))
}

/// What a computer claims to be; checked and cut by whoever was told.
#[derive(Debug, Clone, Copy)]
pub struct Machine<'a> {
    pub uuid: &'a str,
    pub name: &'a str,
    pub fqdn: &'a str,
    /// The address it has in its own network.
    pub ip_address: Option<&'a str>,
    /// What it is, in a few words, for who decides about it.
    pub hardware: &'a str,
}

#[cfg(test)]
mod tests {
    use super::KeyText;

    const ONE: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";

    #[test]
    fn a_key_has_32_bytes_in_one_spelling() {
        assert!(KeyText::new(ONE, ONE).is_some());
        let short = &ONE[1..];
        let other_spelling = ONE.replace("URo", "URp");
        let standard = ONE.replace('_', "/");
        for wrong in [short, &other_spelling, &standard, "", &ONE.repeat(2)] {
            assert_eq!(KeyText::new(wrong, ONE), None, "{wrong}");
            assert_eq!(KeyText::new(ONE, wrong), None, "{wrong}");
        }
    }
}
