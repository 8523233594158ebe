//! What a job does, where it is and how it ended.

use super::{Locale, ago, bytes, filled, i18n::td_string};
use migasfree_play_records::{Job, JobResult, JobRole, JobState, ResultCode, Stage};

/// What the job does, naming the thing.
pub fn job_title(job: &Job, locale: Locale) -> String {
    if job.foreign && job.role != JobRole::Sync {
        return td_string!(locale, job.foreign).to_string();
    }
    let names = if job.names.is_empty() {
        job.packages.join(", ")
    } else {
        job.names.join(", ")
    };
    match job.role {
        JobRole::Sync => td_string!(locale, job.sync).to_string(),
        JobRole::Install => filled!(locale, job.install, title = names),
        JobRole::Remove => filled!(locale, job.remove, title = names),
        JobRole::Upgrade if names.is_empty() => td_string!(locale, job.upgrade_all).to_string(),
        JobRole::Upgrade => filled!(locale, job.upgrade, title = names),
        JobRole::Refresh => td_string!(locale, job.refresh).to_string(),
        JobRole::Device => filled!(locale, job.device, title = names),
        JobRole::Tags => td_string!(locale, job.tags).to_string(),
        JobRole::Register => td_string!(locale, job.register).to_string(),
        JobRole::Repair => td_string!(locale, job.repair).to_string(),
        JobRole::Unknown => td_string!(locale, job.other).to_string(),
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
        JobState::Running | JobState::Finished | JobState::Unknown => {
            running(job, locale).to_string()
        }
    }
}

fn running(job: &Job, locale: Locale) -> &'static str {
    match job.stage {
        Stage::Connect => td_string!(locale, stage.connect),
        Stage::HooksPre | Stage::HooksPost | Stage::Events => td_string!(locale, stage.hooks),
        Stage::Attributes | Stage::Traits => td_string!(locale, stage.attributes),
        Stage::Faults => td_string!(locale, stage.faults),
        Stage::Repositories | Stage::Metadata => td_string!(locale, stage.repositories),
        Stage::Download => td_string!(locale, stage.download),
        Stage::Install => td_string!(locale, stage.install),
        Stage::Remove => td_string!(locale, stage.remove),
        Stage::Upgrade => td_string!(locale, stage.upgrade),
        Stage::Software => td_string!(locale, stage.software),
        Stage::Hardware => td_string!(locale, stage.hardware),
        Stage::Devices => td_string!(locale, stage.devices),
        Stage::Record => td_string!(locale, stage.finish),
        Stage::Unknown => td_string!(locale, stage.preparing),
    }
}

/// What the job is doing now, with what it handles or how far its download is.
pub fn job_progress(job: &Job, locale: Locale) -> String {
    let stage = stage_word(job, locale);
    if !matches!(job.state, JobState::Running | JobState::Unknown) {
        return stage;
    }
    if job.stage == Stage::Download && job.bytes_total > 0 {
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
        Some(JobResult::Success) if job.code == ResultCode::NothingToDo => {
            td_string!(locale, job.nothing)
        }
        Some(JobResult::Success) => td_string!(locale, job.success),
        Some(JobResult::Partial) => td_string!(locale, job.partial),
        Some(JobResult::Failed | JobResult::Unknown) => td_string!(locale, job.failed),
        Some(JobResult::Cancelled) => td_string!(locale, job.cancelled),
        Some(JobResult::Refused) => td_string!(locale, job.refused),
    }
}

/// The same for a card: without the word for downloading, whose bytes say enough.
pub fn job_progress_short(job: &Job, locale: Locale) -> String {
    if job.state == JobState::Running && job.stage == Stage::Download && job.bytes_total > 0 {
        let done = bytes(job.bytes_done, locale);
        let total = bytes(job.bytes_total, locale);
        return filled!(locale, stage.bytes_short, done = done, total = total);
    }
    stage_word(job, locale)
}
