//! From the daemon's records to the view's.

use super::properties::{JobProperties, ManagerProperties};
use migasfree_dbus as dbus;
use migasfree_play_records as play;

pub fn app(record: dbus::AppRecord) -> play::App {
    let mut state = state(record.state, record.detail);
    state.installed = record.installed;
    if state.policies.is_empty() {
        state.policies = record.required_by;
    }
    play::App {
        id: record.id,
        name: record.name,
        summary: record.summary,
        category: record.category.id,
        category_name: record.category.name,
        level: match record.level {
            dbus::Level::User => play::Level::User,
            dbus::Level::Admin | dbus::Level::Unknown => play::Level::Admin,
        },
        score: u8::try_from(record.score).unwrap_or(5),
        icon: record.icon,
        packages: record.packages,
        state,
    }
}

pub fn details(record: dbus::AppRecord) -> play::AppDetails {
    play::AppDetails {
        description: record.description.clone(),
        installed_version: record.installed_version.clone().unwrap_or_default(),
        candidate_version: record.candidate_version.clone().unwrap_or_default(),
        licence: record.licence.clone().unwrap_or_default(),
        homepage: record.homepage.clone().unwrap_or_default(),
        installed_size: record.installed_bytes,
        download_size: record.download_bytes,
        created_at: record.created_at.unwrap_or(0),
        app: app(record),
    }
}

pub fn state(state: dbus::AppState, detail: dbus::StateDetail) -> play::StateInfo {
    let is_there = matches!(
        detail.role,
        Some(dbus::JobRole::Remove | dbus::JobRole::Upgrade)
    );
    let state = match state {
        dbus::AppState::Queued => play::AppState::Queued,
        dbus::AppState::Working if detail.role == Some(dbus::JobRole::Remove) => {
            play::AppState::Removing
        }
        dbus::AppState::Working => play::AppState::Installing,
        dbus::AppState::Broken => play::AppState::Broken,
        dbus::AppState::Required => play::AppState::Required,
        dbus::AppState::UpdateAvailable => play::AppState::UpdateAvailable,
        dbus::AppState::Installed => play::AppState::Installed,
        dbus::AppState::Partial => play::AppState::PartlyInstalled,
        dbus::AppState::Information => play::AppState::Information,
        dbus::AppState::Privileged => play::AppState::NeedsAdmin,
        dbus::AppState::Installable => play::AppState::Available,
        dbus::AppState::Forbidden | dbus::AppState::Unavailable | dbus::AppState::Unknown => {
            play::AppState::NotAvailable
        }
    };
    play::StateInfo {
        state,
        installed: match state {
            play::AppState::Installed
            | play::AppState::UpdateAvailable
            | play::AppState::Required => true,
            play::AppState::Queued | play::AppState::Installing | play::AppState::Removing => {
                is_there
            }
            _ => false,
        },
        policies: detail.required_by,
        missing: detail.missing,
        reason: detail.reason.unwrap_or_default(),
    }
}

pub fn plan(record: dbus::PlanRecord) -> play::Plan {
    let packages = |list: Vec<dbus::PlannedPackage>| list.into_iter().map(package).collect();
    play::Plan {
        install: packages(record.install),
        remove: packages(record.remove),
        update: packages(record.update),
        download: record.download_bytes,
        disk: record.disk_bytes,
        free: record.free_bytes,
        reboot: record.reboot,
        untrusted: record.untrusted,
        verdict: record.verdict,
        objections: (record.objections.into_iter())
            .map(|objection| play::PlanObjection {
                reason: objection.reason,
                packages: objection.packages,
            })
            .collect(),
    }
}

fn package(package: dbus::PlannedPackage) -> play::PlanPackage {
    play::PlanPackage {
        name: package.name,
        version: package.version,
        from: package.from.unwrap_or_default(),
        size: package.download_bytes,
    }
}

pub fn update(record: dbus::UpdateRecord) -> play::Update {
    play::Update {
        name: record.name,
        from: record.from,
        to: record.to,
        size: record.bytes,
        security: record.security,
        app: record.app,
    }
}

pub fn request(record: dbus::RequestRecord) -> play::Request {
    play::Request {
        id: record.id,
        app: record.app_id,
        justification: record.justification,
        state: record.state,
        created: record.created,
        comment: record.comment.unwrap_or_default(),
    }
}

/// A job of the list; `uid` is the person's own.
pub fn job(record: dbus::JobRecord, uid: u32) -> play::Job {
    play::Job {
        said: record.told(),
        id: record.id,
        role: record.role,
        foreign: record.owner_uid != uid,
        state: record.state,
        stage: record.stage,
        percent: percent(record.percent),
        item: record.item,
        bytes_done: record.bytes_done,
        bytes_total: record.bytes_total,
        allow_cancel: record.allow_cancel,
        allow_admin_cancel: record.allow_admin_cancel,
        result: record.result,
        code: (record.error_code.as_deref())
            .map(dbus::ResultCode::parse)
            .unwrap_or_default(),
        reboot: record.reboot,
        created: record.created,
        started: record.started.unwrap_or(0),
        ended: record.ended.unwrap_or(0),
        ..subject(record.subject)
    }
}

/// A job by its object's properties.
pub fn live_job(job: JobProperties, uid: u32) -> play::Job {
    play::Job {
        role: job.role,
        foreign: job.owner_uid != uid,
        state: job.state,
        stage: job.stage,
        percent: percent(job.percent),
        bytes_done: job.bytes_done,
        bytes_total: job.bytes_total,
        speed: job.speed,
        remaining: u64::from(job.remaining),
        allow_cancel: job.allow_cancel,
        allow_admin_cancel: job.allow_admin_cancel,
        result: job.result(),
        question: question(job.open_question),
        created: job.created,
        started: job.started,
        ended: job.ended,
        id: job.id,
        item: job.item,
        code: dbus::ResultCode::parse(&job.error_code),
        reboot: job.reboot,
        ..subject(job.subject)
    }
}

/// The question, if it is one that Play can put. The daemon takes the default for others.
fn question(question: dbus::JobQuestion) -> Option<play::Question> {
    let packages = |key: &str| -> Vec<String> {
        let names = question
            .data
            .get(key)
            .map(String::as_str)
            .unwrap_or_default();
        (names.split(", ").filter(|name| !name.is_empty()))
            .map(str::to_owned)
            .collect()
    };
    (question.id > 0 && question.kind == "removal").then(|| play::Question {
        id: question.id,
        removal: packages("removal"),
        held: packages("held"),
        install: packages("install"),
        update: packages("update"),
    })
}

/// The part of a job that says what it is about.
fn subject(subject: dbus::JobSubject) -> play::Job {
    play::Job {
        apps: subject.apps,
        names: subject.app_names,
        packages: subject.packages,
        position: subject.position.unwrap_or(0),
        lock_holder: subject.lock_holder.unwrap_or_default(),
        retry_at: subject.retry_at.unwrap_or(0),
        ..play::Job::default()
    }
}

fn percent(percent: u32) -> Option<u8> {
    u8::try_from(percent).ok().filter(|percent| *percent <= 100)
}

pub fn computer(manager: ManagerProperties, info: Option<dbus::ComputerInfo>) -> play::Computer {
    let (locked, holder) = manager.backend_locked;
    play::Computer {
        registered: manager.registered,
        identification: manager.identification,
        key_fingerprint: manager.key_fingerprint,
        certificate_until: manager.certificate_until,
        id: manager.computer_id,
        name: manager.computer_name,
        uuid: manager.uuid,
        server: manager.server,
        server_version: manager.server_version,
        client_version: manager.version,
        organization: manager.organization,
        project: manager.project,
        help_desk: manager.help_desk,
        connectivity: dbus::Connectivity::parse(&manager.connectivity),
        last_sync: manager.last_sync,
        last_sync_result: manager.last_sync_result,
        reboot: manager.reboot_required,
        locked_by: if locked { holder } else { String::new() },
        machine: info.map(machine).unwrap_or_default(),
    }
}

fn machine(info: dbus::ComputerInfo) -> play::Machine {
    play::Machine {
        status: info.status,
        user: info.user,
        fqdn: info.fqdn,
        ip_address: info.ip_address,
        mac_address: info.mac_address,
        product: info.product,
        product_system: info.product_system,
        cpu: info.cpu,
        architecture: info.architecture,
        ram: info.ram,
        storage: info.storage,
        disks: info.disks,
        age: info.age,
    }
}
