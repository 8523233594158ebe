//! What every package back end and the driver keep to together: one suite, run over apt in a disposable Debian and over a
//! back end that is only played.

/// Runs every point of the suite over the computers that a function makes; where it makes none, it has said why.
macro_rules! keeps_the_contract {
    ($make:path) => {
        keeps_the_contract! { $make:
            names_are_checked_before_anything_else,
            what_is_asked_for_comes_and_goes,
            what_is_offered_is_found,
            a_newer_version_takes_the_place_of_the_older,
            what_nobody_offers_and_what_cannot_be_are_told_apart,
            a_script_that_fails_harms_its_own_package_only,
            what_the_system_needs_stays,
            what_goes_for_another_package_is_asked_about,
            another_plan_is_judged_again,
            another_program_at_the_database_is_waited_for,
            a_download_can_be_cancelled_and_a_change_cannot,
            work_is_found_again_by_another_program,
            what_was_cut_off_is_finished_by_the_next,
            our_repositories_and_their_key_are_written_once,
        }
    };
    ($make:path: $($point:ident),+ $(,)?) => {
        $(
            #[tokio::test(flavor = "multi_thread")]
            async fn $point() {
                if let Some(computer) = $make().await {
                    super::suite::$point(&computer).await;
                }
            }
        )+
    };
}

mod apt;
mod computer;
mod played;
mod suite;
