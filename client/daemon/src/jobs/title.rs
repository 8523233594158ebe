//! What jobs are called.

use migasfree_dbus::{JobRole, JobSubject};
use migasfree_types::message::Message;

use crate::texts::Text;

/// What a job does, in a few words.
#[must_use]
pub fn job_title(role: JobRole, subject: &JobSubject) -> Message {
    let names = match subject.app_names.as_slice() {
        [] => subject.packages.join(", "),
        names => names.join(", "),
    };
    match role {
        JobRole::Sync => Text::JobSync.told(&[]),
        JobRole::Install => Text::JobInstall.told(&[&names]),
        JobRole::Remove => Text::JobRemove.told(&[&names]),
        JobRole::Upgrade if names.is_empty() => Text::JobUpgradeAll.told(&[]),
        JobRole::Upgrade => Text::JobUpgrade.told(&[&names]),
        JobRole::Refresh => Text::JobRefresh.told(&[]),
        JobRole::Tags => Text::JobTags.told(&[]),
        JobRole::Register => Text::JobRegister.told(&[]),
        JobRole::Repair => Text::JobRepair.told(&[]),
        JobRole::Device | JobRole::Unknown => Text::JobOther.told(&[]),
    }
}
