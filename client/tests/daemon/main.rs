//! The daemon on real buses, with the real polkit, and an engine that plays packages in files.
//!
//! This program starts itself again as the daemon, as its workers, as the decoder of images and as other users; so it has a
//! harness of its own. Tests that need root are counted as ignored without it.

#![allow(clippy::disallowed_methods, reason = "it works with the real system")]
#![allow(clippy::unwrap_used)]

mod actions;
mod agent;
mod applications;
mod catalogue;
mod computer;
mod contact;
mod desk;
mod engine;
mod fixture;
mod interface;
mod limits;
mod peer;
mod polkit;
mod questions;
mod recovery;
mod remote;
mod running;
mod screens;
mod user;

use std::ffi::OsString;
use std::path::PathBuf;
use std::pin::Pin;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use engine::{PlayedEngine, PlayedOpener};
use migasfree_client::clock::SystemClock;
use migasfree_client::daemon::catalog::render_child;
use migasfree_client::daemon::jobs::{WorkerCommand, run_job};
use migasfree_client::daemon::remote::files_child;
use migasfree_client::daemon::start::{Mode, Setup, run};
use migasfree_client::paths::Layout;
use migasfree_client::sync::load_settings;

type Run = fn() -> Pin<Box<dyn Future<Output = ()>>>;

struct Test {
    name: &'static str,
    needs_root: bool,
    run: Run,
}

/// Lists tests of a module.
macro_rules! tests {
    ($module:ident, $needs_root:literal: $($name:ident),* $(,)?) => {
        vec![$(Test {
            name: concat!(stringify!($module), "::", stringify!($name)),
            needs_root: $needs_root,
            run: || Box::pin($module::$name()),
        },)*]
    };
}

fn all_tests() -> Vec<Test> {
    let mut tests = tests!(peer, false:
        every_interface_answers_without_a_bus,
        requests_reach_the_server_and_decisions_come_back,
        another_user_is_refused_everywhere_and_nothing_changes,
        a_worker_is_a_unit_of_its_own_where_systemd_runs,
        nobody_holds_background_jobs_back_for_ever,
    );
    tests.extend(tests!(applications, false:
        an_application_is_installed_and_removed_with_live_progress,
        waiting_jobs_can_be_cancelled_and_scripts_by_an_administrator,
        required_applications_stay_and_shared_packages_too,
        updates_are_counted_and_an_application_is_upgraded,
    ));
    tests.extend(tests!(catalogue, false:
        the_catalogue_is_there_without_the_server,
        what_the_server_says_is_there_when_the_first_synchronisation_is_over,
        icons_come_as_sealed_files_of_the_size_wanted,
    ));
    tests.extend(tests!(questions, false:
        a_question_reaches_the_owner_and_the_answer_the_job,
        a_question_ends_with_the_window_that_showed_it,
        a_password_comes_through_a_pipe_and_is_never_written_down,
    ));
    tests.extend(tests!(computer, false:
        tags_are_known_as_soon_as_the_job_that_set_them_is_over,
        what_the_server_assigned_is_listed_by_prefix,
        the_status_tells_how_the_last_synchronisation_ended_and_why,
    ));
    tests.extend(tests!(contact, false:
        an_answer_in_place_of_the_servers_does_not_count_as_its_own,
        a_computer_without_ipv4_is_not_taken_for_one_without_a_network,
        what_waited_for_the_server_is_told_when_it_is_back,
        telling_what_waited_disturbs_no_job,
    ));
    tests.extend(tests!(running, false:
        the_daemon_is_ready_at_once_and_stays_small,
        changed_settings_hold_at_once,
        background_jobs_wait_while_somebody_wants_quiet,
    ));
    tests.extend(tests!(limits, false:
        hostile_arguments_are_refused_and_leave_nothing,
        options_of_other_programs_are_understood_or_refused,
    ));
    tests.extend(tests!(interface, false:
        every_member_has_its_name_and_signature,
        answers_have_names_for_who_reads_the_introspection,
        jobs_are_found_below_the_root_object,
        every_right_is_shipped_in_both_languages,
    ));
    tests.extend(tests!(recovery, false:
        a_job_goes_on_while_the_daemon_is_dead,
        a_job_that_died_with_the_daemon_is_interrupted_and_repaired,
        what_work_without_the_daemon_left_is_repaired_when_it_starts,
        a_daemon_that_lost_a_task_ends_and_its_successor_works,
        waiting_jobs_survive_a_restart,
        a_server_that_says_later_is_left_alone_for_a_while_and_leaves_no_record,
        the_shipped_daemon_stops_in_the_middle_of_calls_without_a_panic,
    ));
    tests.extend(tests!(agent, false:
        it_says_who_it_is_begins_what_is_granted_and_comes_again,
        it_tells_when_there_is_a_screen_and_when_there_is_none,
    ));
    tests.extend(tests!(actions, false:
        a_synchronisation_is_a_job_whose_output_is_told_in_order,
        the_inventory_is_told_by_two_jobs_one_after_the_other,
        an_order_is_carried_out_once_also_when_the_daemon_is_started_again,
        a_job_goes_on_over_a_restart_and_its_end_is_told_once,
        what_may_have_been_done_is_not_done_again,
        what_is_no_order_for_this_computer_is_refused,
        orders_of_a_plan_run_after_the_synchronisation_and_that_counts,
        what_is_told_waits_for_the_server_and_for_an_agent,
        a_message_waits_for_somebody_and_says_whether_it_was_shown,
        sessions_are_locked_by_logind,
        people_are_told_before_a_shutdown_and_logind_keeps_the_time,
        a_restart_waits_for_a_job_that_runs,
        a_restart_waits_while_another_program_holds_it_back,
        where_logind_refuses_the_order_fails,
        what_is_switched_off_is_refused_but_own_work,
        nobody_is_woken_outside_of_the_own_networks,
        who_ordered_what_is_listed,
    ));
    tests.extend(tests!(agent, false:
        it_goes_through_the_proxy_of_the_settings,
        orders_reach_the_daemon_and_what_becomes_of_them_the_relay,
    ));
    tests.extend(tests!(desk, false:
        a_question_has_buttons_and_a_banner_ends_the_session,
        a_message_of_the_helpdesk_is_shown,
    ));
    tests.extend(tests!(remote, false:
        the_agent_is_given_a_signature_and_never_the_key,
        a_grant_is_good_once_also_when_the_daemon_is_started_again,
        what_is_no_grant_for_this_computer_is_refused,
        without_an_answer_the_answer_is_no_or_what_the_grant_says,
        where_nobody_can_be_asked_only_the_unattended_comes_in,
        the_settings_of_the_computer_win,
        a_terminal_works_has_a_size_and_tells_how_it_ended,
        end_now_ends_everything_of_a_session_within_a_second,
        users_that_do_not_exist_are_told,
        files_come_and_go_as_mode_and_switches_say,
        looking_only_lowers_the_mode,
        only_the_port_of_the_grant_is_dialled_and_failures_say_why,
        a_session_ends_with_the_agents_connection,
        only_the_active_login_is_believed,
        where_nobody_is_logged_in_only_a_question_that_allows_needs_no_answer,
    ));
    tests.extend(tests!(screens, false:
        a_screen_is_offered_as_long_as_somebody_shows_it,
        only_a_desktop_that_is_seen_is_offered,
        what_may_be_done_the_daemon_says_and_the_session_ends_it,
        a_screen_that_nobody_shows_says_why,
        a_screen_is_that_of_whoever_was_there_when_it_was_agreed_to,
        the_persons_own_program_shows_it_and_ends_with_the_session,
    ));
    tests.extend(tests!(remote, true:
        each_interface_is_for_its_own_user_alone,
    ));
    tests.extend(tests!(polkit, true:
        the_installed_rights_are_the_table,
        shipped_defaults_refuse_and_nothing_changes,
        a_rule_lets_a_user_install,
        rights_are_judged_again_when_the_turn_of_a_job_comes,
        a_dismissed_prompt_ends_the_job,
        a_cancelled_job_closes_its_prompt_and_one_nobody_can_answer_is_told,
        only_an_administrator_cancels_while_packages_change,
        jobs_are_private,
        only_root_takes_the_name,
    ));
    tests
}

fn main() -> ExitCode {
    if let Some(code) = migasfree_client::process::helper::run_if_asked() {
        return code;
    }
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    let words: Vec<&str> = arguments.iter().filter_map(|word| word.to_str()).collect();
    match words.as_slice() {
        ["render-image", size] => {
            return match render_child(size.parse().unwrap()) {
                Ok(()) => ExitCode::SUCCESS,
                Err(error) => {
                    eprintln!("{error}");
                    ExitCode::FAILURE
                }
            };
        }
        ["--files-helper"] => files_child().unwrap(),
        ["--root", root, "run-job", rest @ ..] => {
            let folder = PathBuf::from(rest.last().unwrap());
            let engine = PlayedEngine::open(&PathBuf::from(root));
            block_on(run_job(&folder, &engine, rest.contains(&"--resume"))).unwrap();
        }
        ["--root", root, "daemon", mode] => {
            let mode = if *mode == "session" {
                Mode::Session
            } else {
                Mode::System
            };
            block_on(daemon(PathBuf::from(root), mode));
        }
        ["as-user", scenario, rest @ ..] => block_on(user::act(scenario, rest)),
        _ => return run_tests(&words),
    }
    ExitCode::SUCCESS
}

async fn daemon(root: PathBuf, mode: Mode) {
    tracing_subscriber::fmt().with_ansi(false).init();
    let layout = Layout::new(&root);
    let setup = Setup {
        mode,
        settings: load_settings(&layout, None).unwrap(),
        layout,
        engine: Arc::new(PlayedEngine::open(&root)),
        opener: Arc::new(PlayedOpener::of(&root)),
        clock: Arc::new(SystemClock),
        worker: WorkerCommand {
            program: std::env::current_exe().unwrap(),
            arguments: vec!["--root".into(), root.into()],
        },
    };
    let mut terminate =
        tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()).unwrap();
    let stop = async {
        terminate.recv().await;
    };
    run(setup, stop).await.unwrap();
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
        .block_on(future)
}

fn run_tests(words: &[&str]) -> ExitCode {
    let filters: Vec<&&str> = words.iter().filter(|word| !word.starts_with('-')).collect();
    let wanted =
        |test: &Test| filters.is_empty() || filters.iter().any(|f| test.name.contains(**f));
    let (tests, left_out): (Vec<Test>, Vec<Test>) = all_tests().into_iter().partition(wanted);
    if words.contains(&"--list") {
        for test in &tests {
            println!("{}: test", test.name);
        }
        return ExitCode::SUCCESS;
    }
    let is_root = rustix::process::geteuid().is_root();
    let (start, mut passed, mut failed, mut ignored) = (Instant::now(), 0, 0, 0);
    println!("\nrunning {} tests", tests.len());
    for test in &tests {
        if test.needs_root && !is_root {
            println!("test {} ... ignored, needs root", test.name);
            ignored += 1;
            continue;
        }
        let ended = std::panic::catch_unwind(|| {
            let run = test.run;
            tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap()
                .block_on(run());
        });
        match ended {
            Ok(()) => passed += 1,
            Err(_) => failed += 1,
        }
        let word = if ended.is_ok() { "ok" } else { "FAILED" };
        println!("test {} ... {word}", test.name);
    }
    let word = if failed == 0 { "ok" } else { "FAILED" };
    println!(
        "\ntest result: {word}. {passed} passed; {failed} failed; {ignored} ignored; 0 measured; {} filtered out; finished in {:.2}s\n",
        left_out.len(),
        start.elapsed().as_secs_f64()
    );
    if failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
