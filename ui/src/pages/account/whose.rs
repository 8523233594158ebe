//! Whose account is looked after.
use crate::entities::USERS;

/// One's own, or somebody else's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    Own,
    Of(i64),
}

impl Whose {
    /// Where the server has something of it.
    pub fn api(self, own: &str, of_others: &str) -> String {
        match self {
            Self::Own => own.to_owned(),
            Self::Of(id) => format!("{}{of_others}", USERS.object_api(id)),
        }
    }
}
