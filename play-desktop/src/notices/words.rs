//! The words of notices. They are the view's, which may be closed when they are needed.

use migasfree_locales::{LANGUAGES, PLAY, PLAY_ENGLISH};
use migasfree_play_records::{Job, JobResult, JobRole, Language};
use migasfree_types::message::{Arg, Args, Catalog, Message};
use std::sync::LazyLock;

static CATALOGS: LazyLock<Vec<Catalog>> =
    LazyLock::new(|| LANGUAGES.iter().map(|one| catalog(one.tag)).collect());

fn catalog(tag: &str) -> Catalog {
    let translation = PLAY.iter().find(|(known, _)| *known == tag);
    let file = translation.map_or(PLAY_ENGLISH, |(_, file)| *file);
    Catalog::read(tag, file).unwrap_or_default()
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
    let words = words(language);
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
        "other" | "other_failed" => {
            let role = format!("job-{}", job.role.as_str());
            words.plain(&role).unwrap_or_default().to_owned()
        }
        _ => names.join(", "),
    };
    let title = filled(words, &format!("notice-{key}"), "title", subject);
    let look = words.plain("notice-look").filter(|_| !went_well);
    Notice {
        title,
        text: look.unwrap_or_default().to_owned(),
    }
}

/// Why Play does not start where there is no screen.
pub fn no_screen() -> &'static str {
    // Nothing is known of the person's settings yet.
    words(Language::System)
        .plain("start-no_screen")
        .unwrap_or_default()
}

/// Why Play ends when its window cannot be opened.
pub fn no_window(reason: &str) -> String {
    filled(
        words(Language::System),
        "start-no_window",
        "reason",
        reason.to_owned(),
    )
}

/// A text with a value put in.
fn filled(words: &Catalog, code: &str, name: &'static str, value: String) -> String {
    words.text(&Message {
        code: code.to_owned().into(),
        args: Args::from([(name.into(), Arg::from(value))]),
        text: String::new(),
    })
}

fn words(language: Language) -> &'static Catalog {
    static NOTHING: LazyLock<Catalog> = LazyLock::new(Catalog::default);
    let wanted = match language {
        Language::Own(language) => language,
        Language::System => migasfree_locales::Language::of(&desktop_language()),
    };
    let place = LANGUAGES.iter().position(|one| *one == wanted);
    place
        .and_then(|place| CATALOGS.get(place))
        .unwrap_or(&NOTHING)
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

    fn own(tag: &str) -> Language {
        Language::from(tag.to_owned())
    }

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
    fn every_end_has_words_in_every_language() {
        for language in LANGUAGES.iter().copied().map(Language::Own) {
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
            notice_of(&done, own("en")).title,
            "Sketchbook, Ledger: installed"
        );
        let all = job(JobRole::Upgrade, &[], JobResult::Success);
        assert_eq!(notice_of(&all, own("es")).title, "Todo está al día");
        let tags = job(JobRole::Tags, &[], JobResult::Refused);
        assert_eq!(notice_of(&tags, own("en")).title, "Change tags: failed");
    }
}
