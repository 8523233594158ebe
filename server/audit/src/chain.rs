//! A record as it is stored, and the hash that ties it to the one before.
//!
//! What is hashed is a row of fields, each a byte (0 for null, 1 otherwise), its length in eight bytes with the largest
//! first, and its UTF-8; numbers are decimal, times are microseconds since 1970. Hashes and salts are hexadecimal.

use std::collections::BTreeMap;

use migasfree_server_db::Ts;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::Key;
use super::erasing::ERASED;

/// What every hash of a record begins with.
const KIND: &str = "migasfree audit 1";

/// A record of the audit.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Record {
    /// Its place in the chain.
    pub id: i64,
    /// When it was.
    pub created_at: Ts,
    /// The account of who did it.
    pub user_id: Option<i64>,
    /// What they are called.
    pub username: String,
    /// What they did.
    pub action: String,
    /// To what kind of object.
    pub entity: String,
    /// The object.
    pub object_id: Option<i64>,
    /// How it is shown.
    pub object_text: String,
    /// Its fields before, as JSON.
    pub before: Option<String>,
    /// Its fields after, as JSON.
    pub after: Option<String>,
    /// Where it came from.
    pub address: String,
    /// What makes the hashes of its values good for nothing but to be compared.
    pub salt: String,
    /// What is left of erased values.
    pub seals: Option<String>,
    /// Its hash.
    pub hash: String,
}

/// What may identify persons: hashed each by itself, so that it can be erased.
pub(crate) const PERSONAL: [Personal; 5] = [
    Personal::Username,
    Personal::ObjectText,
    Personal::Before,
    Personal::After,
    Personal::Address,
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Personal {
    Username,
    ObjectText,
    Before,
    After,
    Address,
}

impl Personal {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Username => "username",
            Self::ObjectText => "object_text",
            Self::Before => "before",
            Self::After => "after",
            Self::Address => "address",
        }
    }

    /// What stands for a value that was erased.
    const fn erased(self) -> Option<&'static str> {
        match self {
            Self::Username | Self::ObjectText => Some(ERASED),
            Self::Before | Self::After => None,
            Self::Address => Some(""),
        }
    }
}

/// What stands for the salt of a record of which something was erased: the seals of what is gone, and a salt for each
/// value that is left.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Seals {
    salts: BTreeMap<String, String>,
    gone: BTreeMap<String, String>,
    /// That the server erased it: the salt of a record that is whole is there for everybody who reads the database.
    #[serde(default)]
    signature: String,
}

impl Record {
    /// What the hash has to be behind that of another record; `None` when what is left of erased values cannot be read.
    pub(crate) fn linked(&self, previous: &str) -> Option<String> {
        let mut row = Row::default();
        row.text(KIND);
        row.text(previous);
        row.number(Some(self.id));
        row.number(Some(self.created_at.0));
        row.number(self.user_id);
        row.text(&self.action);
        row.text(&self.entity);
        row.number(self.object_id);
        let seals = self.left()?;
        for personal in PERSONAL {
            row.text(&self.seal(personal, seals.as_ref())?);
        }
        Some(row.hash())
    }

    /// As one line of JSON.
    pub(crate) fn line(&self) -> String {
        let document = |text: &Option<String>| {
            let text = text.as_deref()?;
            Some(serde_json::from_str(text).unwrap_or_else(|_| Value::from(text)))
        };
        json!({
            "id": self.id,
            "created_at": self.created_at,
            "user_id": self.user_id,
            "username": self.username,
            "action": self.action,
            "entity": self.entity,
            "object_id": self.object_id,
            "object_text": self.object_text,
            "before": document(&self.before),
            "after": document(&self.after),
            "address": self.address,
            "hash": self.hash,
        })
        .to_string()
    }

    /// Whether what is gone was erased by who has the key.
    pub(crate) fn is_erased_by(&self, key: &Key) -> bool {
        match self.left() {
            None => false,
            Some(None) => true,
            Some(Some(seals)) => key.signed(&self.erasure(&seals), &seals.signature),
        }
    }

    /// What is signed of an erasure.
    fn erasure(&self, seals: &Seals) -> String {
        let gone = seals.gone.iter();
        let gone: String = gone
            .map(|(name, seal)| format!("{name} {seal}\n"))
            .collect();
        let Self { id, hash, .. } = self;
        format!("migasfree audit erasure 1\n{id}\n{hash}\n{gone}")
    }

    fn left(&self) -> Option<Option<Seals>> {
        match &self.seals {
            Some(text) => serde_json::from_str(text).ok().map(Some),
            None => Some(None),
        }
    }

    fn value(&self, personal: Personal) -> Option<&str> {
        match personal {
            Personal::Username => Some(&self.username),
            Personal::ObjectText => Some(&self.object_text),
            Personal::Before => self.before.as_deref(),
            Personal::After => self.after.as_deref(),
            Personal::Address => Some(&self.address),
        }
    }

    /// Whether a value is what erasing leaves: beside a hash that nothing can be compared with, anything else was put there.
    fn is_erased(&self, personal: Personal) -> bool {
        self.value(personal) == personal.erased()
    }

    /// The salted hash of a value, also when the value is gone.
    fn seal(&self, personal: Personal, seals: Option<&Seals>) -> Option<String> {
        let name = personal.name();
        let salt = match seals {
            None => self.salt_of(personal),
            Some(seals) => match seals.gone.get(name) {
                Some(seal) => return self.is_erased(personal).then(|| seal.clone()),
                None => seals.salts.get(name)?.clone(),
            },
        };
        let mut row = Row::default();
        row.text(&salt);
        row.field(self.value(personal).map(str::as_bytes));
        Some(row.hash())
    }

    fn salt_of(&self, personal: Personal) -> String {
        let mut row = Row::default();
        row.text(&self.salt);
        row.text(personal.name());
        row.hash()
    }

    /// Erases some values: their hashes stay, and nobody can find out any more what they were of.
    pub(crate) fn erase(&mut self, erased: &[Personal], key: &Key) {
        // What somebody else erased is not made good.
        if !self.is_erased_by(key) {
            return;
        }
        let Some(left) = self.left() else {
            return;
        };
        let mut seals = Seals::default();
        for personal in PERSONAL {
            let name = personal.name().to_owned();
            let was = left.as_ref();
            let is_gone = was.is_some_and(|was| was.gone.contains_key(&name));
            if is_gone || erased.contains(&personal) {
                let seal = self.seal(personal, was).unwrap_or_default();
                seals.gone.insert(name, seal);
            } else {
                let kept = was.and_then(|was| was.salts.get(&name).cloned());
                seals
                    .salts
                    .insert(name, kept.unwrap_or_else(|| self.salt_of(personal)));
            }
        }
        seals.signature = key.sign(&self.erasure(&seals));
        self.salt.clear();
        self.seals = serde_json::to_string(&seals).ok();
        for personal in erased {
            match personal {
                Personal::Username => ERASED.clone_into(&mut self.username),
                Personal::ObjectText => ERASED.clone_into(&mut self.object_text),
                Personal::Before => self.before = None,
                Personal::After => self.after = None,
                Personal::Address => self.address.clear(),
            }
        }
    }
}

/// Fields that are hashed together.
#[derive(Default)]
struct Row(Sha256);

impl Row {
    fn field(&mut self, value: Option<&[u8]>) {
        match value {
            None => self.0.update([0_u8]),
            Some(bytes) => {
                self.0.update([1_u8]);
                self.0.update((bytes.len() as u64).to_be_bytes());
                self.0.update(bytes);
            }
        }
    }

    fn text(&mut self, text: &str) {
        self.field(Some(text.as_bytes()));
    }

    fn number(&mut self, number: Option<i64>) {
        let text = number.map(|number| number.to_string());
        self.field(text.as_deref().map(str::as_bytes));
    }

    fn hash(self) -> String {
        hex::encode(self.0.finalize())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    fn key(letter: &str) -> Key {
        Key::from_seed(letter.repeat(64).as_bytes()).unwrap()
    }

    fn record(texts: [String; 4], before: Option<String>, id: i64) -> Record {
        let [username, object_text, address, action] = texts;
        Record {
            id,
            created_at: Ts(id),
            user_id: None,
            username,
            action,
            entity: "core.tag".to_owned(),
            object_id: Some(7),
            object_text,
            before,
            after: None,
            address,
            salt: "5a17".to_owned(),
            seals: None,
            hash: String::new(),
        }
    }

    proptest! {
        #[test]
        fn no_two_records_have_one_hash(
            one in any::<([String; 4], Option<String>, i64)>(),
            two in any::<([String; 4], Option<String>, i64)>(),
        ) {
            let same = one == two;
            let hash = |(texts, before, id)| record(texts, before, id).linked("").unwrap();
            prop_assert_eq!(hash(one) == hash(two), same);
        }

        #[test]
        fn what_is_erased_leaves_the_hash_as_it_was(
            (texts, before, id) in any::<([String; 4], Option<String>, i64)>(),
            first in 0..PERSONAL.len(),
            second in 0..PERSONAL.len(),
        ) {
            let mut record = record(texts, before, id);
            let hash = record.linked("x");
            for place in [first, second] {
                record.erase(&PERSONAL[place..=place], &key("a"));
                prop_assert_eq!(record.linked("x"), hash.clone());
                prop_assert!(record.is_erased_by(&key("a")) && !record.is_erased_by(&key("b")));
            }
            prop_assert!(record.salt.is_empty());
            if PERSONAL[first] != Personal::Username && PERSONAL[second] != Personal::Username {
                record.username.push('x');
                prop_assert_ne!(record.linked("x"), hash);
            }
        }

        #[test]
        fn nothing_can_be_put_where_something_was_erased(
            (texts, before, id) in any::<([String; 4], Option<String>, i64)>(),
            place in 0..PERSONAL.len(),
            forged in "[a-z]{1,9}",
        ) {
            let mut record = record(texts, before, id);
            record.erase(&PERSONAL[place..=place], &key("a"));
            match PERSONAL[place] {
                Personal::Username => record.username = forged,
                Personal::ObjectText => record.object_text = forged,
                Personal::Before => record.before = Some(forged),
                Personal::After => record.after = Some(forged),
                Personal::Address => record.address = forged,
            }
            prop_assert_eq!(record.linked("x"), None);
        }
    }
}
