//! Notices of the desktop: what ended while nobody looked at the window.

mod words;

use crate::{settings::SettingsFile, window};
use migasfree_play_records::{Job, JobResult, JobRole, Settings};
use std::collections::HashMap;
use tauri::{AppHandle, Manager};
use words::{Notice, notice_of};
pub use words::{no_screen, no_window};
use zbus::{Connection, Variant};

/// Lets the server of notices choose how long one stays.
const AS_LONG_AS_USUAL: i32 = -1;

/// Says that a job ended, if the person wants to know and does not see it. Silent where the desktop has no notices.
pub async fn job_ended(app: &AppHandle, job: &Job) {
    let settings = app.state::<SettingsFile>().get();
    if !deserves_notice(job, settings) || window::is_looked_at(app) {
        return;
    }
    if let Err(error) = show(&notice_of(job, settings.language)).await {
        tracing::debug!(%error, "the desktop shows no notices");
    }
}

/// What the person asked for and neither stopped nor was refused, which is seen at once; a synchronisation only when it
/// failed.
fn deserves_notice(job: &Job, settings: Settings) -> bool {
    let of_interest = match job.result {
        None | Some(JobResult::Cancelled | JobResult::Refused) => false,
        Some(JobResult::Success) => !matches!(job.role, JobRole::Sync | JobRole::Refresh),
        Some(JobResult::Partial | JobResult::Failed | JobResult::Unknown) => true,
    };
    settings.notices && !job.foreign && of_interest
}

async fn show(notice: &Notice) -> zbus::Result<()> {
    let no_actions: &[&str] = &[];
    let hints = HashMap::from([("desktop-entry", Variant::from("org.migasfree.Play"))]);
    Connection::session()
        .await?
        .call_method(
            Some("org.freedesktop.Notifications"),
            "/org/freedesktop/Notifications",
            Some("org.freedesktop.Notifications"),
            "Notify",
            &(
                "Play",
                0_u32,
                "org.migasfree.Play",
                notice.title.as_str(),
                notice.text.as_str(),
                no_actions,
                hints,
                AS_LONG_AS_USUAL,
            ),
        )
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(role: JobRole, result: Option<JobResult>) -> Job {
        Job {
            role,
            result,
            ..Job::default()
        }
    }

    #[test]
    fn what_somebody_waits_for_deserves_a_notice() {
        let deserves = |job: &Job| deserves_notice(job, Settings::default());
        assert!(deserves(&job(JobRole::Install, Some(JobResult::Success))));
        assert!(deserves(&job(JobRole::Sync, Some(JobResult::Failed))));
        assert!(!deserves(&job(JobRole::Sync, Some(JobResult::Success))));
        assert!(!deserves(&job(
            JobRole::Install,
            Some(JobResult::Cancelled)
        )));
        assert!(!deserves(&job(JobRole::Install, Some(JobResult::Refused))));
        assert!(!deserves(&job(JobRole::Install, None)));
    }

    #[test]
    fn the_work_of_others_and_a_wish_for_quiet_are_respected() {
        let mine = job(JobRole::Install, Some(JobResult::Success));
        let quiet = Settings {
            notices: false,
            ..Settings::default()
        };
        assert!(!deserves_notice(&mine, quiet));
        let foreign = Job {
            foreign: true,
            ..mine
        };
        assert!(!deserves_notice(&foreign, Settings::default()));
    }
}
