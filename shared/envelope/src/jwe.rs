//! The outer layer: JWE, flattened JSON, RSA-OAEP-256 with A256CBC-HS512.

#![expect(
    clippy::disallowed_methods,
    reason = "each message has a random key of its own"
)]

use std::borrow::Cow;

use aws_lc_rs::cipher::{
    AES_256, DecryptionContext, EncryptionContext, PaddedBlockDecryptingKey,
    PaddedBlockEncryptingKey, UnboundCipherKey,
};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::iv::FixedLength;
use aws_lc_rs::rsa::OAEP_SHA256_MGF1SHA256;
use aws_lc_rs::{hmac, rand};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;

use crate::keys::{PrivateKey, PublicKey};

/// Bytes of the content key: the first half authenticates, the second encrypts.
const CEK_LEN: usize = 64;
const IV_LEN: usize = 16;
const TAG_LEN: usize = 32;

#[derive(Deserialize)]
struct Flattened<'a> {
    #[serde(borrow)]
    protected: Cow<'a, str>,
    #[serde(borrow)]
    encrypted_key: Cow<'a, str>,
    #[serde(borrow)]
    iv: Cow<'a, str>,
    #[serde(borrow)]
    ciphertext: Cow<'a, str>,
    #[serde(borrow)]
    tag: Cow<'a, str>,
}

#[derive(Deserialize)]
struct Header<'a> {
    #[serde(borrow)]
    alg: Cow<'a, str>,
    #[serde(borrow)]
    enc: Cow<'a, str>,
    zip: Option<serde::de::IgnoredAny>,
    crit: Option<serde::de::IgnoredAny>,
}

/// Encrypts `plaintext` for `recipient`.
///
/// # Errors
/// Only when the cryptographic library fails, which for a loaded key means no randomness.
pub(crate) fn encrypt(plaintext: Vec<u8>, recipient: &PublicKey) -> Result<String, Unspecified> {
    let header = format!(
        r#"{{"alg":"RSA-OAEP-256","enc":"A256CBC-HS512","kid":"{}","typ":"JWE"}}"#,
        recipient.thumbprint()
    );
    let protected = URL_SAFE_NO_PAD.encode(header);
    let mut cek = [0; CEK_LEN];
    let mut iv = [0; IV_LEN];
    rand::fill(&mut cek)?;
    rand::fill(&mut iv)?;

    let mut wrapped = vec![0; recipient.encrypting.ciphertext_size()];
    let wrapped =
        recipient
            .encrypting
            .encrypt(&OAEP_SHA256_MGF1SHA256, &cek, &mut wrapped, None)?;

    let mut ciphertext = plaintext;
    let key = PaddedBlockEncryptingKey::cbc_pkcs7(UnboundCipherKey::new(&AES_256, &cek[32..])?)?;
    let context = EncryptionContext::Iv128(FixedLength::from(&iv));
    key.less_safe_encrypt(&mut ciphertext, context)?;
    let tag = authenticate(&cek, &protected, &iv, &ciphertext);

    Ok(format!(
        r#"{{"ciphertext":"{}","encrypted_key":"{}","iv":"{}","protected":"{}","tag":"{}"}}"#,
        URL_SAFE_NO_PAD.encode(&ciphertext),
        URL_SAFE_NO_PAD.encode(wrapped),
        URL_SAFE_NO_PAD.encode(iv),
        protected,
        URL_SAFE_NO_PAD.encode(&tag[..TAG_LEN]),
    ))
}

/// Decrypts a message; `None` for every failure alike, so that nothing can be learnt from it.
pub(crate) fn decrypt(text: &str, key: &PrivateKey) -> Option<Vec<u8>> {
    let parts: Flattened<'_> = serde_json::from_str(text).ok()?;
    let header = URL_SAFE_NO_PAD.decode(parts.protected.as_bytes()).ok()?;
    let header: Header<'_> = serde_json::from_slice(&header).ok()?;
    if header.alg != "RSA-OAEP-256" || header.enc != "A256CBC-HS512" {
        return None;
    }
    if header.zip.is_some() || header.crit.is_some() {
        return None;
    }
    let iv: [u8; IV_LEN] = decode(&parts.iv)?.try_into().ok()?;
    let tag = decode(&parts.tag)?;
    let mut ciphertext = decode(&parts.ciphertext)?;
    let cek = unwrap_key(&decode(&parts.encrypted_key)?, key)?;

    let expected = authenticate(&cek, &parts.protected, &iv, &ciphertext);
    verify_slices_are_equal(&expected[..TAG_LEN], &tag).ok()?;

    let cipher = UnboundCipherKey::new(&AES_256, &cek[32..]).ok()?;
    let cipher = PaddedBlockDecryptingKey::cbc_pkcs7(cipher).ok()?;
    let context = DecryptionContext::Iv128(FixedLength::from(&iv));
    let length = cipher.decrypt(&mut ciphertext, context).ok()?.len();
    ciphertext.truncate(length);
    Some(ciphertext)
}

/// The content key. A wrapped key that does not decrypt becomes a random one (RFC 7516, 11.5):
/// the message then fails at its tag like any other, in the same time.
fn unwrap_key(wrapped: &[u8], key: &PrivateKey) -> Option<[u8; CEK_LEN]> {
    let mut substitute = [0; CEK_LEN];
    rand::fill(&mut substitute).ok()?;
    let mut buffer = vec![0; key.decrypting.min_output_size()];
    let unwrapped = key
        .decrypting
        .decrypt(&OAEP_SHA256_MGF1SHA256, wrapped, &mut buffer, None)
        .ok()
        .and_then(|cek| <[u8; CEK_LEN]>::try_from(&*cek).ok());
    Some(unwrapped.unwrap_or(substitute))
}

/// HMAC-SHA-512 over associated data, IV, ciphertext and the bit length of the associated data.
fn authenticate(cek: &[u8; CEK_LEN], protected: &str, iv: &[u8], ciphertext: &[u8]) -> Vec<u8> {
    let key = hmac::Key::new(hmac::HMAC_SHA512, &cek[..32]);
    let mut context = hmac::Context::with_key(&key);
    context.update(protected.as_bytes());
    context.update(iv);
    context.update(ciphertext);
    context.update(&(protected.len() as u64 * 8).to_be_bytes());
    context.sign().as_ref().to_vec()
}

fn decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}
