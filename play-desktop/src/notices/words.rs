//! The words of notices. They are the view's, which may be closed when they are needed.

use migasfree_play_records::{Job, JobResult, JobRole, Language};
use serde_json::Value;
use std::sync::LazyLock;

static ENGLISH: LazyLock<Value> =
    LazyLock::new(|| read(include_str!("../../view/locales/en.json")));
static SPANISH: LazyLock<Value> =
    LazyLock::new(|| read(include_str!("../../view/locales/es.json")));

fn read(texts: &str) -> Value {
    serde_json::from_str(texts).unwrap_or_default()
}

/// A notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// What happened.
    pub title: String,
    /// What to do; empty when there is nothing.
    pub text: String,
}

/// What is said about a job that ended.
pub fn notice_of(job: &Job, language: Language) -> Notice {
    let texts = texts(language);
    let say = |key: &str| texts["notice"][key].as_str().unwrap_or_default();
    let went_well = job.result == Some(JobResult::Success);
    let names = if job.names.is_empty() {
        &job.packages
    } else {
        &job.names
    };
    let key = match (job.role, went_well) {
        (JobRole::Upgrade, true) if names.is_empty() => "upgrade_all",
        (JobRole::Upgrade, false) if names.is_empty() => "upgrade_all_failed",
        (JobRole::Install, true) => "install",
        (JobRole::Install, false) => "install_failed",
        (JobRole::Remove, true) => "remove",
        (JobRole::Remove, false) => "remove_failed",
        (JobRole::Upgrade, true) => "upgrade",
        (JobRole::Upgrade, false) => "upgrade_failed",
        (_, true) => "other",
        (_, false) => "other_failed",
    };
    let subject = match key {
        "other" | "other_failed" => texts["job"][job.role.as_str()]
            .as_str()
            .unwrap_or_default()
            .to_owned(),
        _ => names.join(", "),
    };
    Notice {
        title: say(key).replace("{title}", &subject),
        text: if went_well { "" } else { say("look") }.to_owned(),
    }
}

/// Why Play does not start where there is no screen.
pub fn no_screen() -> &'static str {
    start_text("no_screen")
}

/// Why Play ends when its window cannot be opened.
pub fn no_window(reason: &str) -> String {
    start_text("no_window").replace("{reason}", reason)
}

/// Nothing is known of the person's settings yet.
fn start_text(key: &str) -> &'static str {
    texts(Language::System)["start"][key]
        .as_str()
        .unwrap_or_default()
}

fn texts(language: Language) -> &'static Value {
    let spanish = match language {
        Language::En => false,
        Language::Es => true,
        Language::System => desktop_language().starts_with("es"),
    };
    if spanish { &SPANISH } else { &ENGLISH }
}

fn desktop_language() -> String {
    ["LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROLES: [JobRole; 8] = [
        JobRole::Install,
        JobRole::Remove,
        JobRole::Upgrade,
        JobRole::Sync,
        JobRole::Refresh,
        JobRole::Tags,
        JobRole::Register,
        JobRole::Repair,
    ];

    fn job(role: JobRole, names: &[&str], result: JobResult) -> Job {
        Job {
            role,
            names: names.iter().map(ToString::to_string).collect(),
            result: Some(result),
            ..Job::default()
        }
    }

    #[test]
    fn every_end_has_words_in_both_languages() {
        for language in [Language::En, Language::Es] {
            for role in ROLES {
                for result in [JobResult::Success, JobResult::Failed] {
                    for names in [&[][..], &["Sketchbook"][..]] {
                        let notice = notice_of(&job(role, names, result), language);
                        assert!(!notice.title.is_empty(), "{role}");
                        assert!(!notice.title.contains('{'), "{}", notice.title);
                        assert_eq!(notice.text.is_empty(), result == JobResult::Success);
                    }
                }
            }
        }
    }

    #[test]
    fn the_thing_is_named() {
        let done = job(
            JobRole::Install,
            &["Sketchbook", "Ledger"],
            JobResult::Success,
        );
        assert_eq!(
            notice_of(&done, Language::En).title,
            "Sketchbook, Ledger: installed"
        );
        let all = job(JobRole::Upgrade, &[], JobResult::Success);
        assert_eq!(notice_of(&all, Language::Es).title, "Todo está al día");
        let tags = job(JobRole::Tags, &[], JobResult::Refused);
        assert_eq!(notice_of(&tags, Language::En).title, "Change tags: failed");
    }
}
