//! Whether a computer is known by the key it shows, or waits.

use super::rows::{Held, Origin};
use crate::client::identity::Row;
use crate::ids::{ComputerId, ProjectId};

/// What the project says of computers that come.
#[derive(Debug, Clone, Copy, sqlx::FromRow)]
pub(super) struct Rules {
    pub(super) id: ProjectId,
    pub(super) auto_register_computers: bool,
    pub(super) enrolment_approval: bool,
}

/// What becomes of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Known by the key from now on; whether it was made sure who it is.
    Active(Origin, bool),
    Pending(Origin),
}

/// All that is decided by.
#[derive(Debug)]
pub(super) struct Case {
    pub(super) project: Rules,
    pub(super) found: Option<Row>,
    pub(super) held: Held,
    /// How somebody vouches for this computer in this project.
    pub(super) vouched: Option<Origin>,
    /// Whether it shows a token, be it one that vouches for nothing.
    pub(super) has_token: bool,
    /// Whether it proved to have the key it is known by.
    pub(super) proven: bool,
    /// Whether it may leave the project it is in by itself.
    pub(super) may_leave: bool,
}

impl Case {
    pub(super) fn computer(&self) -> Option<ComputerId> {
        self.found.as_ref().map(|row| row.id)
    }

    fn moves(&self) -> bool {
        let found = self.found.as_ref();
        found.is_some_and(|row| row.project_id != self.project.id)
    }

    /// Whether somebody said beforehand that it may come, or it is known for sure.
    pub(super) const fn is_invited(&self) -> bool {
        self.vouched.is_some() || self.has_token || self.proven
    }

    /// What becomes of the key. That a computer has the key it is known by says who it is, whatever the project demands.
    pub(super) fn verdict(&self) -> Verdict {
        let is_open = self.project.auto_register_computers && !self.project.enrolment_approval;
        let comes = !self.moves() || (is_open && self.may_leave);
        if let (true, true, Some((_, origin, verified))) = (self.proven, comes, &self.held.active) {
            return Verdict::Active(*origin, *verified);
        }
        if !self.project.enrolment_approval {
            if let Some(origin) = self.vouched {
                return Verdict::Active(origin, true);
            }
            if is_open && comes && !self.held.any {
                // A computer that is there already says who it is, and nothing proves it.
                return Verdict::Active(Origin::Automatic, self.found.is_none());
            }
        }
        match self.vouched {
            Some(origin) => Verdict::Pending(origin),
            None if self.has_token => Verdict::Pending(Origin::Token),
            None => Verdict::Pending(Origin::Approval),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Case, Verdict};
    use crate::identity::rows::{Held, Origin};
    use crate::ids::ProjectId;

    /// A computer that nobody knows, with nothing, at a project that nobody joins by themselves.
    fn stranger() -> Case {
        Case {
            project: super::Rules {
                id: ProjectId(1),
                auto_register_computers: false,
                enrolment_approval: false,
            },
            found: None,
            held: Held::default(),
            vouched: None,
            has_token: false,
            proven: false,
            may_leave: true,
        }
    }

    /// The same where the computer is known by another key already.
    fn known() -> Case {
        let active = Some(("old".to_owned(), Origin::Moved, false));
        Case {
            held: Held { active, any: true },
            ..stranger()
        }
    }

    #[test]
    fn who_has_nothing_waits_unless_the_project_is_open() {
        let mut case = stranger();
        assert_eq!(case.verdict(), Verdict::Pending(Origin::Approval));
        case.project.auto_register_computers = true;
        assert_eq!(case.verdict(), Verdict::Active(Origin::Automatic, true));
        case.project.enrolment_approval = true;
        assert_eq!(case.verdict(), Verdict::Pending(Origin::Approval));
    }

    #[test]
    fn whoever_vouches_is_enough_unless_the_project_demands_more() {
        for origin in [Origin::Token, Origin::Operator] {
            for mut case in [stranger(), known()] {
                case.vouched = Some(origin);
                assert_eq!(case.verdict(), Verdict::Active(origin, true));
                case.project.enrolment_approval = true;
                assert_eq!(case.verdict(), Verdict::Pending(origin));
            }
        }
    }

    #[test]
    fn a_known_computer_needs_the_key_it_is_known_by_also_where_the_project_is_open() {
        let mut case = known();
        case.project.auto_register_computers = true;
        assert_eq!(case.verdict(), Verdict::Pending(Origin::Approval));
        case.proven = true;
        case.project.enrolment_approval = true;
        assert_eq!(case.verdict(), Verdict::Active(Origin::Moved, false));
    }
}
