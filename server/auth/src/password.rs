//! Passwords: Argon2id, computed off the runtime; hashes that came from elsewhere are verified.

use std::num::NonZeroU32;
use std::sync::{Arc, OnceLock};

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use aws_lc_rs::pbkdf2;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use migasfree_server_db::random::Random;
use migasfree_types::message::Message;
use tokio::sync::Semaphore;

use super::{messages, secret};

/// Stored for an account that nobody can sign in to with a password.
pub const UNUSABLE: &str = "!";

/// Hashes passwords: few at a time, because each takes 19 MiB and some milliseconds of a core.
#[derive(Debug, Clone)]
pub struct Hasher {
    places: Arc<Semaphore>,
    random: Arc<dyn Random>,
    /// What an unknown user is verified against, so that it takes as long as a known one.
    nobody: Arc<OnceLock<String>>,
}

impl Hasher {
    /// Salts come from `random`.
    pub fn new(random: Arc<dyn Random>) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self {
            places: Arc::new(Semaphore::new(cores.clamp(1, 4))),
            random,
            nobody: Arc::default(),
        }
    }

    /// The hash to store.
    pub async fn hash(&self, password: &str) -> String {
        let password = password.to_owned();
        let random = Arc::clone(&self.random);
        self.run(move || hash_now(&password, &*random)).await
    }

    /// Whether a password is the stored one; without one the answer is no, and takes as long.
    pub async fn verify(&self, password: &str, stored: Option<String>) -> bool {
        let password = password.to_owned();
        let (random, nobody) = (Arc::clone(&self.random), Arc::clone(&self.nobody));
        self.run(move || {
            if let Some(imported) = stored.as_deref().and_then(Imported::parse) {
                return imported.is(&password);
            }
            let nobody = nobody.get_or_init(|| hash_now(&secret::new_password(&*random), &*random));
            let known = stored.filter(|stored| stored.starts_with("$argon2"));
            let matches = PasswordHash::new(known.as_deref().unwrap_or(nobody)).is_ok_and(|hash| {
                Argon2::default()
                    .verify_password(password.as_bytes(), &hash)
                    .is_ok()
            });
            matches && known.is_some()
        })
        .await
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> T {
        let place = Arc::clone(&self.places).acquire_owned().await;
        let result = tokio::task::spawn_blocking(work).await;
        drop(place);
        match result {
            Ok(value) => value,
            Err(error) => match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                // The server stops, and with it whoever asked.
                Err(_) => std::future::pending().await,
            },
        }
    }
}

/// Whether a stored hash is of another kind than those made here, and is replaced once its password is known.
pub fn is_outdated(stored: &str) -> bool {
    Imported::parse(stored).is_some()
}

/// A PBKDF2 hash that came with an account of migasfree 5: `pbkdf2_sha256$rounds$salt$hash`.
struct Imported<'a> {
    algorithm: pbkdf2::Algorithm,
    rounds: NonZeroU32,
    salt: &'a str,
    hash: Vec<u8>,
}

impl<'a> Imported<'a> {
    /// More rounds would occupy a core for seconds.
    const MOST_ROUNDS: u32 = 10_000_000;

    fn parse(stored: &'a str) -> Option<Self> {
        let mut parts = stored.splitn(4, '$');
        let algorithm = match parts.next()? {
            "pbkdf2_sha256" => pbkdf2::PBKDF2_HMAC_SHA256,
            "pbkdf2_sha1" => pbkdf2::PBKDF2_HMAC_SHA1,
            _ => return None,
        };
        let rounds = parts.next()?.parse().ok();
        let rounds = rounds.filter(|rounds: &NonZeroU32| rounds.get() <= Self::MOST_ROUNDS)?;
        let salt = parts.next()?;
        let hash = STANDARD.decode(parts.next()?).ok()?;
        (!hash.is_empty()).then_some(Self {
            algorithm,
            rounds,
            salt,
            hash,
        })
    }

    fn is(&self, password: &str) -> bool {
        let (salt, password) = (self.salt.as_bytes(), password.as_bytes());
        pbkdf2::verify(self.algorithm, self.rounds, salt, password, &self.hash).is_ok()
    }
}

/// # Panics
/// Never: the parameters are constants.
fn hash_now(password: &str, random: &dyn Random) -> String {
    Argon2::default()
        .hash_password_with_salt(password.as_bytes(), &random.bytes::<16>())
        .expect("Argon2id with its default parameters")
        .to_string()
}

/// Passwords people choose first; whoever guesses tries them first too. Our own rules: they are those of version 5, each with its
/// sentence, where `zxcvbn` answers with a score.
const COMMON: &[&str] = &[
    "12345678",
    "123456789",
    "1234567890",
    "1q2w3e4r",
    "1qaz2wsx",
    "abcd1234",
    "abcdefgh",
    "admin123",
    "adminadmin",
    "administrator",
    "asdfghjk",
    "baseball",
    "changeme",
    "computer",
    "corvette",
    "football",
    "iloveyou",
    "internet",
    "jennifer",
    "letmein1",
    "liverpool",
    "master123",
    "michelle",
    "midnight",
    "migasfree",
    "monkey123",
    "p@ssw0rd",
    "passw0rd",
    "password",
    "password1",
    "password123",
    "princess",
    "q1w2e3r4",
    "qazwsxedc",
    "qwer1234",
    "qwerty12",
    "qwerty123",
    "qwertyui",
    "qwertyuiop",
    "root1234",
    "samantha",
    "sunshine",
    "superman",
    "superuser",
    "starwars",
    "trustno1",
    "welcome1",
    "welcome123",
    "whatever",
    "xxxxxxxx",
    "zxcvbnm1",
];

/// Characters of the shortest new password.
const LEAST: usize = 8;

/// Why a new password is refused; empty when it is good. `about` are the names and the address of its owner.
pub fn check_rules(password: &str, about: &[&str]) -> Vec<Message> {
    let mut reasons = Vec::new();
    let lower = password.to_lowercase();
    if password.chars().count() < LEAST {
        reasons.push(messages::password_too_short(LEAST));
    }
    if !password.is_empty() && password.chars().all(|character| character.is_ascii_digit()) {
        reasons.push(messages::password_only_digits());
    }
    if COMMON.contains(&lower.as_str()) {
        reasons.push(messages::password_common());
    }
    let resembles = |name: &&&str| {
        let name = name.to_lowercase();
        name.chars().count() >= 3 && (lower.contains(&name) || name.contains(&lower))
    };
    if !password.is_empty() && about.iter().any(|name| resembles(&name)) {
        reasons.push(messages::password_like_user());
    }
    reasons
}

#[cfg(test)]
mod tests {
    use super::*;
    use migasfree_server_db::random::SystemRandom;

    #[test]
    fn weak_passwords_are_refused_with_a_reason_each() {
        for (password, reasons) in [
            ("short", 1),
            ("8675309867", 1),
            ("12345678", 2),
            ("PassWord", 1),
            ("ana.garcia-2026", 1),
            ("correct horse battery", 0),
        ] {
            let found = check_rules(password, &["ana.garcia", "Ana", ""]);
            assert_eq!(found.len(), reasons, "{password}: {found:?}");
        }
    }

    #[tokio::test]
    async fn only_the_right_password_of_a_usable_account_verifies() {
        let hasher = Hasher::new(Arc::new(SystemRandom));
        let stored = hasher.hash("correct horse").await;
        assert!(stored.starts_with("$argon2id$"));
        assert!(!is_outdated(&stored));
        assert!(hasher.verify("correct horse", Some(stored.clone())).await);
        assert!(!hasher.verify("wrong horse", Some(stored)).await);
        assert!(!hasher.verify("", Some(UNUSABLE.to_owned())).await);
        assert!(!hasher.verify("", None).await);
    }

    #[tokio::test]
    async fn imported_hashes_verify_and_broken_ones_do_not() {
        let hasher = Hasher::new(Arc::new(SystemRandom));
        // Of `correct horse` with the salt `seasalt`.
        let sha256 = "pbkdf2_sha256$1000$seasalt$mQnueSakb748zqBAC1tmWVZsZbi2zPGZarEzTGdfmso=";
        let sha1 = "pbkdf2_sha1$1000$seasalt$iQvkNOF1wEL4Khh8eogJ8rUhipM=";
        for stored in [sha256, sha1] {
            assert!(is_outdated(stored));
            assert!(
                hasher
                    .verify("correct horse", Some(stored.to_owned()))
                    .await
            );
            assert!(!hasher.verify("wrong horse", Some(stored.to_owned())).await);
        }
        for broken in [
            "pbkdf2_sha256$1000$seasalt$",
            "pbkdf2_sha256$0$seasalt$AAAA",
            "pbkdf2_sha256$4000000000$seasalt$AAAA",
            "pbkdf2_md5$1000$seasalt$AAAA",
            "pbkdf2_sha256$1000",
        ] {
            assert!(
                !hasher.verify("", Some(broken.to_owned())).await,
                "{broken}"
            );
        }
    }
}
