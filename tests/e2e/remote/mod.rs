//! Remote support, with the real programs: server and relay, daemon, agent and session helper of a computer, and Connect.
//!
//! What nobody must be able to do has the numbers of the weaknesses of version 5 (S-01 to S-21) that it is about.

mod actions;
mod booted;
mod breaking;
mod browser;
mod consent;
mod files;
mod files_browser;
mod grants;
mod limits;
mod playback;
mod ports;
mod presence;
mod rights;
mod screen_browser;
mod screens;
mod secrets;
mod streams;
mod terminals;
mod window;
mod words;

use anyhow::{Context as _, Result};
use migasfree_tests::remote::Scene;

/// Does it, says its name where it fails, and ends what sessions it left.
macro_rules! each {
    ($scene:ident: $($call:expr => $name:literal),+ $(,)?) => {
        $(
            $call.await.context($name)?;
            $scene.ends_all().await?;
        )+
    };
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_gets_past_the_relay_with_less_or_more_than_a_grant() -> Result<()> {
    let Some(scene) = Scene::unattended().await? else {
        return Ok(());
    };
    let (fleet, other) = grants::another_computer(&scene).await?;
    let another = (&fleet, other);
    each!(scene:
        grants::without_credentials_nobody_gets_past_the_relay(&scene) => "S-01, S-07",
        grants::a_grant_begins_one_session_and_only_as_the_server_wrote_it(&scene) => "S-01",
        grants::a_grant_for_another_computer_opens_nothing_here(&scene, another) => "S-01, S-03",
        grants::nobody_takes_the_place_of_a_computer_without_its_key(&scene, another) => "S-03",
        grants::nobody_names_themselves_or_gives_themselves_a_mode(&scene) => "S-05",
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_reaches_from_one_session_into_another() -> Result<()> {
    let Some(scene) = Scene::unattended().await? else {
        return Ok(());
    };
    each!(scene:
        streams::nobody_writes_into_or_ends_what_is_anothers(&scene) => "S-04",
        streams::the_relay_has_no_list(&scene) => "S-06",
        streams::a_session_opens_nothing_but_what_it_is_for(&scene) => "S-02",
        limits::sessions_are_limited_in_number_and_time(&scene) => "S-16",
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_does_without_a_right_or_unseen_what_takes_one() -> Result<()> {
    let Some(scene) = Scene::unattended().await? else {
        return Ok(());
    };
    each!(scene:
        rights::who_may_look_at_computers_may_not_enter_them(&scene) => "S-08",
        rights::the_helpdesk_has_its_own_rights_and_no_others(&scene) => "S-13",
        rights::a_closed_account_ends_its_sessions(&scene) => "S-20",
        secrets::a_secret_in_an_address_is_no_secret_that_counts(&scene) => "S-09",
        secrets::what_is_typed_shown_or_granted_is_in_no_log(&scene) => "S-12, S-21",
        limits::what_was_done_is_written_down_in_a_chain(&scene) => "S-15",
    );
    Ok(())
}
