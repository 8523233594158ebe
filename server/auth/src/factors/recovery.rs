//! Codes for who has lost everything else, on paper: each is good once.

use async_trait::async_trait;
use migasfree_server_audit::UserId;
use migasfree_server_db::{Result, Ts, Tx, args, random::Random};

use crate::secret;
use crate::sign_in::Factor;

/// How programs and views know it.
pub const NAME: &str = "recovery_code";

/// So many an account has when they are new.
pub const CODES: usize = 10;

/// Letters and digits that nobody takes for one another: five bits each.
const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
/// 80 bits: nobody tries them all, so that a fast hash is enough.
const LENGTH: usize = 16;
/// Written in groups of so many.
const GROUP: usize = 4;

/// The factor.
#[derive(Debug, Clone, Copy)]
pub struct RecoveryCodes;

#[async_trait]
impl Factor for RecoveryCodes {
    fn name(&self) -> &'static str {
        NAME
    }

    async fn is_asked_of(&self, tx: &mut Tx, user: UserId) -> Result<bool> {
        Ok(left(tx, user).await? > 0)
    }

    async fn passes(&self, tx: &mut Tx, user: UserId, answer: &str) -> Result<bool> {
        let used = tx
            .execute(
                "DELETE FROM auth_recovery_code WHERE user_id = $1 AND code_hash = $2",
                args![user, secret::digest(&bare(answer))],
            )
            .await?;
        Ok(used == 1)
    }
}

/// How many an account has left.
pub(super) async fn left(tx: &mut Tx, user: UserId) -> Result<i64> {
    let (count,): (i64,) = tx
        .one(
            "SELECT COUNT(*) FROM auth_recovery_code WHERE user_id = $1",
            args![user],
        )
        .await?;
    Ok(count)
}

/// Makes new ones; the old ones are good no more. This is the only time they can be read.
pub(super) async fn renew(
    tx: &mut Tx,
    random: &dyn Random,
    user: UserId,
    now: Ts,
) -> Result<Vec<String>> {
    forget(tx, user).await?;
    let mut codes = Vec::with_capacity(CODES);
    for _ in 0..CODES {
        let code = new_code(random);
        tx.execute(
            "INSERT INTO auth_recovery_code (user_id, code_hash, created_at) VALUES ($1, $2, $3)",
            args![user, secret::digest(&bare(&code)), now],
        )
        .await?;
        codes.push(code);
    }
    Ok(codes)
}

/// Takes them all out of use.
pub(super) async fn forget(tx: &mut Tx, user: UserId) -> Result<()> {
    tx.execute(
        "DELETE FROM auth_recovery_code WHERE user_id = $1",
        args![user],
    )
    .await?;
    Ok(())
}

fn new_code(random: &dyn Random) -> String {
    let mut code = String::with_capacity(LENGTH + LENGTH / GROUP);
    for (at, byte) in random.bytes::<LENGTH>().into_iter().enumerate() {
        if at > 0 && at.is_multiple_of(GROUP) {
            code.push('-');
        }
        code.push(char::from(ALPHABET[usize::from(byte % 32)]));
    }
    code
}

/// A code as it is hashed, however somebody types it.
fn bare(code: &str) -> String {
    let letters = code.chars().filter(char::is_ascii_alphanumeric);
    letters.map(|letter| letter.to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use migasfree_server_db::random::SystemRandom;

    use super::*;

    #[test]
    fn a_code_is_the_same_however_it_is_typed() {
        let code = new_code(&SystemRandom);
        assert_eq!((code.len(), bare(&code).len()), (19, LENGTH));
        assert_eq!(bare(&code.to_uppercase().replace('-', " ")), bare(&code));
        assert_ne!(new_code(&SystemRandom), code);
    }
}
