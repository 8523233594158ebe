//! Who is signed in: `GET /rest-auth/user/`.
use super::reference::Ref;
use serde::{Deserialize, Serialize};

/// The profile of the signed-in user with what it may do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SessionUser {
    pub id: i64,
    pub username: String,
    pub email: String,
    pub first_name: String,
    pub last_name: String,
    pub is_superuser: bool,
    pub is_staff: bool,
    pub is_active: bool,
    pub groups: Vec<Ref>,
    pub domains: Vec<Ref>,
    pub domain_preference: Option<Ref>,
    pub scope_preference: Option<Ref>,
    /// Effective permissions as `core.add_deployment`, from groups and own ones together. Missing: ask the server by trying.
    pub permissions: Option<Vec<String>>,
}

impl SessionUser {
    /// Whether the user may do `action` (`view`, `add`, `change`, `delete`) on an entity (`core.deployment`).
    pub fn may(&self, action: &str, entity: &str) -> bool {
        let Some(permissions) = self.permissions.as_ref().filter(|_| !self.is_superuser) else {
            return true;
        };
        let Some((app, model)) = entity.split_once('.') else {
            return false;
        };
        permissions
            .iter()
            .any(|one| one.split_once('.') == Some((app, &format!("{action}_{model}"))))
    }

    /// Full name, or the user name where there is none.
    pub fn display_name(&self) -> String {
        let full = format!("{} {}", self.first_name, self.last_name);
        match full.trim() {
            "" => self.username.clone(),
            name => name.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::SessionUser;

    #[test]
    fn a_permission_names_action_and_entity() {
        let user = SessionUser {
            permissions: Some(vec!["core.change_deployment".to_owned()]),
            ..SessionUser::default()
        };
        assert!(user.may("change", "core.deployment"));
        assert!(!user.may("delete", "core.deployment"));
        assert!(!user.may("change", "core.project"));
    }

    #[test]
    fn a_superuser_may_everything() {
        let user = SessionUser {
            is_superuser: true,
            permissions: Some(Vec::new()),
            ..SessionUser::default()
        };
        assert!(user.may("delete", "core.project"));
    }
}
