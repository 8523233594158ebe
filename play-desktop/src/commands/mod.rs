//! What the view may ask, a file for each verb.

mod answer;
mod app;
mod can_authorize;
mod cancel;
mod close_window;
mod computer_info;
mod install;
mod job_output;
mod jobs;
mod label;
mod list_apps;
mod open_link;
mod plan;
mod remove;
mod requests;
mod save_settings;
mod software;
mod start;
mod states;
mod sync;
mod tags;
mod updates;

use tauri::{Wry, ipc::Invoke};

/// Takes the view's questions.
pub fn handler() -> impl Fn(Invoke<Wry>) -> bool + Send + Sync + 'static {
    tauri::generate_handler![
        answer::answer,
        app::app,
        can_authorize::can_authorize,
        cancel::cancel,
        close_window::close_window,
        computer_info::computer_info,
        install::install,
        job_output::job_output,
        job_output::watch_job,
        jobs::jobs,
        label::label,
        list_apps::list_apps,
        list_apps::remembered_apps,
        open_link::open_link,
        plan::plan,
        remove::remove,
        requests::cancel_request,
        requests::request_app,
        requests::requests,
        save_settings::save_settings,
        software::software,
        start::reconnect,
        start::start,
        states::states,
        sync::sync,
        tags::set_tags,
        tags::tags,
        updates::look_for_updates,
        updates::update,
        updates::updates,
    ]
}
