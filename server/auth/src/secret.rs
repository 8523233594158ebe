//! Random secrets and what is stored of them.

use std::fs;
use std::io;
use std::path::Path;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use migasfree_server_db::random::Random;
use migasfree_server_files::write_private;
use sha2::{Digest, Sha256};

/// Digits a stored secret is looked up by: they find the row, and their timing tells nothing worth knowing.
const LOOKED_UP: usize = 16;

/// A token: 40 hexadecimal digits, as every client of the REST API expects.
pub fn new_token(random: &dyn Random) -> String {
    hex::encode(random.bytes::<20>())
}

/// What is stored of a token.
pub fn digest(token: &str) -> String {
    hex::encode(Sha256::digest(token.as_bytes()))
}

/// A secret that somebody shows, to be found among the stored ones.
#[derive(Debug)]
pub struct Shown(String);

impl Shown {
    /// Of what was shown.
    pub fn of(token: &str) -> Self {
        Self(digest(token))
    }

    /// What is stored of it is not less than this…
    pub fn from(&self) -> &str {
        &self.0[..LOOKED_UP]
    }

    /// …and less than this.
    pub fn below(&self) -> String {
        // `g` follows the last hexadecimal digit.
        format!("{}g", self.from())
    }

    /// Whether it is the stored one, in a time that does not depend on how much of it fits.
    pub fn is(&self, stored: &str) -> bool {
        verify_slices_are_equal(self.0.as_bytes(), stored.as_bytes()).is_ok()
    }
}

/// A password a person can read aloud: no look-alikes, 20 characters, 100 bits.
pub fn new_password(random: &dyn Random) -> String {
    const ALPHABET: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz23456789A";
    random
        .bytes::<20>()
        .into_iter()
        .map(|byte| char::from(ALPHABET[usize::from(byte % 32)]))
        .collect()
}

/// Reads a secret file, creating it with random content and mode 0600.
///
/// # Errors
/// When the file can be neither read nor made.
pub fn read_or_create(path: &Path, random: &dyn Random) -> io::Result<Vec<u8>> {
    match fs::read(path) {
        Ok(secret) if secret.len() >= 32 => Ok(secret),
        Ok(_) => Err(io::Error::other(
            "it is too short for a secret: restore it from a backup, or remove it to get a new one",
        )),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let secret = hex::encode(random.bytes::<32>());
            write_private(path, secret.as_bytes())?;
            Ok(secret.into_bytes())
        }
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_the_stored_one_or_not_and_lies_where_it_is_looked_for() {
        let stored = digest("a token");
        let shown = Shown::of("a token");
        assert!(shown.is(&stored) && !Shown::of("another").is(&stored) && !shown.is(""));
        assert!(stored.as_str() >= shown.from() && stored < shown.below());
    }
}
