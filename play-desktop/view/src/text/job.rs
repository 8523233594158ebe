//! What a job does, where it is and how it ended.

use super::{Locale, ago, bytes, filled, i18n::td_string};
use migasfree_types::play::{Job, JobResult, JobState};

/// What the job does, naming the thing.
pub fn job_title(job: &Job, locale: Locale) -> String {
    if job.foreign && job.role != "sync" {
        return td_string!(locale, job.foreign).to_string();
    }
    let names = if job.names.is_empty() {
        job.packages.join(", ")
    } else {
        job.names.join(", ")
    };
    match job.role.as_str() {
        "sync" => td_string!(locale, job.sync).to_string(),
        "install" => filled!(locale, job.install, title = names),
        "remove" => filled!(locale, job.remove, title = names),
        "upgrade" if names.is_empty() => td_string!(locale, job.upgrade_all).to_string(),
        "upgrade" => filled!(locale, job.upgrade, title = names),
        "refresh" => td_string!(locale, job.refresh).to_string(),
        "device" => filled!(locale, job.device, title = names),
        "tags" => td_string!(locale, job.tags).to_string(),
        "register" => td_string!(locale, job.register).to_string(),
        "repair" => td_string!(locale, job.repair).to_string(),
        _ => td_string!(locale, job.other).to_string(),
    }
}

/// What the job is doing now, in one or two words.
fn stage_word(job: &Job, locale: Locale) -> String {
    match job.state {
        JobState::Authorizing => td_string!(locale, stage.authorizing).to_string(),
        JobState::Queued => td_string!(locale, stage.queued).to_string(),
        JobState::WaitingLock if !job.lock_holder.is_empty() => {
            filled!(locale, stage.lock_by, holder = job.lock_holder.clone())
        }
        JobState::WaitingLock => td_string!(locale, stage.lock).to_string(),
        JobState::WaitingNetwork if job.retry_at > 0 => {
            filled!(
                locale,
                stage.network_until,
                when = ago(job.retry_at, locale)
            )
        }
        JobState::WaitingNetwork => td_string!(locale, stage.network).to_string(),
        JobState::Cancelling => td_string!(locale, stage.cancelling).to_string(),
        JobState::WaitingAnswer => td_string!(locale, stage.answer).to_string(),
        JobState::Running | JobState::Finished => running(job, locale).to_string(),
    }
}

fn running(job: &Job, locale: Locale) -> &'static str {
    match job.stage.as_str() {
        "connect" => td_string!(locale, stage.connect),
        "hooks-pre" | "hooks-post" | "events" => td_string!(locale, stage.hooks),
        "attributes" | "traits" => td_string!(locale, stage.attributes),
        "faults" => td_string!(locale, stage.faults),
        "repositories" | "metadata" => td_string!(locale, stage.repositories),
        "download" => td_string!(locale, stage.download),
        "install" => td_string!(locale, stage.install),
        "remove" => td_string!(locale, stage.remove),
        "upgrade" => td_string!(locale, stage.upgrade),
        "software" => td_string!(locale, stage.software),
        "hardware" => td_string!(locale, stage.hardware),
        "devices" => td_string!(locale, stage.devices),
        "record" => td_string!(locale, stage.finish),
        _ => td_string!(locale, stage.preparing),
    }
}

/// What the job is doing now, with what it handles or how far its download is.
pub fn job_progress(job: &Job, locale: Locale) -> String {
    let stage = stage_word(job, locale);
    if job.state != JobState::Running {
        return stage;
    }
    if job.stage == "download" && job.bytes_total > 0 {
        let done = bytes(job.bytes_done, locale);
        let total = bytes(job.bytes_total, locale);
        return filled!(
            locale,
            stage.bytes,
            stage = stage,
            done = done,
            total = total
        );
    }
    if job.item.is_empty() {
        return stage;
    }
    filled!(locale, stage.item, stage = stage, item = job.item.clone())
}

/// How the job ended, in a word or two.
pub fn job_result(job: &Job, locale: Locale) -> &'static str {
    match job.result {
        None => td_string!(locale, job.running),
        Some(JobResult::Success) if job.code == "nothing-to-do" => {
            td_string!(locale, job.nothing)
        }
        Some(JobResult::Success) => td_string!(locale, job.success),
        Some(JobResult::Partial) => td_string!(locale, job.partial),
        Some(JobResult::Failed) => td_string!(locale, job.failed),
        Some(JobResult::Cancelled) => td_string!(locale, job.cancelled),
        Some(JobResult::Refused) => td_string!(locale, job.refused),
    }
}

/// The same for a card: without the word for downloading, whose bytes say enough.
pub fn job_progress_short(job: &Job, locale: Locale) -> String {
    if job.state == JobState::Running && job.stage == "download" && job.bytes_total > 0 {
        let done = bytes(job.bytes_done, locale);
        let total = bytes(job.bytes_total, locale);
        return filled!(locale, stage.bytes_short, done = done, total = total);
    }
    stage_word(job, locale)
}
