//! Random secrets and what is stored of them.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use sha2::{Digest, Sha256};

/// A token: 40 hexadecimal digits, as every client of the REST API expects.
pub fn new_token() -> String {
    hex::encode(random_bytes::<20>())
}

/// What is stored of a token.
pub fn digest(token: &str) -> String {
    hex::encode(Sha256::digest(token.as_bytes()))
}

/// A password a person can read aloud: no look-alikes, 20 characters, 100 bits.
pub fn new_password() -> String {
    const ALPHABET: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz23456789A";
    random_bytes::<20>()
        .into_iter()
        .map(|byte| char::from(ALPHABET[usize::from(byte % 32)]))
        .collect()
}

/// # Panics
/// When the system has no randomness to give; nothing safe can be done then.
fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    SystemRandom::new()
        .fill(&mut bytes)
        .expect("the system gives random bytes");
    bytes
}

/// Reads a secret file, creating it with random content and mode 0600.
///
/// # Errors
/// When the file can be neither read nor made.
pub fn read_or_create(path: &Path) -> io::Result<Vec<u8>> {
    match fs::read(path) {
        Ok(secret) if secret.len() >= 32 => Ok(secret),
        Ok(_) => Err(io::Error::other(
            "the file is too short for a secret: remove it",
        )),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let secret = hex::encode(random_bytes::<32>());
            write_private(path, secret.as_bytes())?;
            Ok(secret.into_bytes())
        }
        Err(error) => Err(error),
    }
}

/// Writes a file that only its owner reads, complete or not at all.
///
/// # Errors
/// When the file cannot be written.
pub fn write_private(path: &Path, content: &[u8]) -> io::Result<()> {
    let partial = path.with_extension("partial");
    let _ = fs::remove_file(&partial);
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&partial)?;
    file.write_all(content)?;
    file.sync_all()?;
    fs::rename(&partial, path)
}
