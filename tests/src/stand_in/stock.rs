//! The catalogue of the stand-in: the organisation's dozen in every state, then as many more as wanted.

use migasfree_dbus::{
    AppRecord, AppState, Category, JobQuestion, Level, PlanObjection, StateDetail, UpdateRecord,
};

use crate::organisation::{APPS, App};

const MEBIBYTE: u64 = 1024 * 1024;
/// Words that names of further applications are made of.
const FIRST: [&str; 12] = [
    "Amber", "Birch", "Cobalt", "Delta", "Ember", "Fjord", "Garnet", "Harbour", "Indigo",
    "Juniper", "Kestrel", "Lumen",
];
const SECOND: [&str; 10] = [
    "Board", "Desk", "Draft", "Flow", "Guide", "Ledger", "Lens", "Notes", "Plan", "Studio",
];

/// A description by somebody who means no good.
const HOSTILE: &str = "One of many.\n\n<script>document.title = 'taken'</script>\n\n\
    <img src=x onerror=\"document.title = 'taken'\">\n\n![a picture](https://example.org/picture.png)\n\n\
    [press](javascript:document.title='taken') or [read more](https://example.org/more)";

/// The first `count` applications, with `long` names and lines if wanted.
pub(super) fn apps(count: u32, long: bool) -> Vec<AppRecord> {
    let known = (1_u32..)
        .zip(APPS.iter())
        .map(|(id, app)| of_organisation(id, app));
    let more = (1_u32..).skip(APPS.len()).map(another);
    let mut apps: Vec<AppRecord> = known.chain(more).take(count as usize).collect();
    if long {
        apps.iter_mut().for_each(lengthen);
    }
    apps.sort_by(|left, right| (right.score, &left.name).cmp(&(left.score, &right.name)));
    apps
}

fn of_organisation(id: u32, app: &App) -> AppRecord {
    let size = u64::try_from(app.size).unwrap_or(0) * 1024;
    let mut record = AppRecord {
        id,
        name: app.name.to_owned(),
        summary: app.summary.to_owned(),
        description: format!("{}\n\n{}", app.summary, app.text),
        icon: u64::from(id) + 1000,
        category: category(app.category),
        level: if app.level == "A" {
            Level::Admin
        } else {
            Level::User
        },
        score: u32::from(app.score),
        packages: vec![app.package.to_owned()],
        candidate_version: Some(app.version.to_owned()),
        download_bytes: Some(size * 2 / 3),
        installed_bytes: Some(size),
        licence: Some("GPL-3.0-or-later".to_owned()),
        homepage: Some("https://example.org".to_owned()),
        created_at: Some(1_790_000_000),
        ..AppRecord::default()
    };
    let state = match app.package {
        "field-notes" | "class-timer" => AppState::Installed,
        "clear-voice" => AppState::Required,
        "photo-desk" => AppState::UpdateAvailable,
        "song-bench" => AppState::Partial,
        "map-room" => AppState::Unavailable,
        "vault-keys" => AppState::Privileged,
        _ => AppState::Installable,
    };
    set_state(&mut record, state);
    record
}

fn another(number: u32) -> AppRecord {
    let (first, second) = (number as usize % FIRST.len(), number as usize / FIRST.len());
    let mut record = AppRecord {
        id: number,
        name: format!(
            "{} {} {number}",
            FIRST[first],
            SECOND[second % SECOND.len()]
        ),
        summary: format!("A tool of the {} family.", FIRST[first].to_lowercase()),
        description: HOSTILE.to_owned(),
        category: category(APPS[number as usize % APPS.len()].category),
        level: Level::User,
        score: number % 4 + 1,
        packages: vec![format!("tool-{number}")],
        candidate_version: Some(format!("1.{number}")),
        download_bytes: Some(MEBIBYTE),
        installed_bytes: Some(3 * MEBIBYTE),
        ..AppRecord::default()
    };
    set_state(&mut record, AppState::Installable);
    record
}

fn lengthen(app: &mut AppRecord) {
    app.name = format!("{}-Grundstücksverkehrsgenehmigungsübersicht", app.name);
    app.summary = format!(
        "{} Mit Rechtsschutzversicherungsgesellschaften und allem, was dazugehört.",
        app.summary
    );
    app.category.name = format!("{} und Geschwindigkeitsbegrenzungen", app.category.name);
    app.candidate_version = (app.candidate_version.take())
        .map(|version| format!("1:{version}+git20261127.9f3c0a2d-0ubuntu1~24.04.1"));
    for policy in app
        .required_by
        .iter_mut()
        .chain(&mut app.detail.required_by)
    {
        *policy = format!("{policy} der Datenschutzgrundverordnungsbeauftragten");
    }
}

fn category(name: &str) -> Category {
    let place = APPS
        .iter()
        .position(|app| app.category == name)
        .unwrap_or(0);
    Category {
        id: u32::try_from(place).unwrap_or(0) + 1,
        name: name.to_owned(),
    }
}

/// The newer version of an application.
pub(super) fn update_of(app: &AppRecord) -> UpdateRecord {
    UpdateRecord {
        name: app.packages.first().cloned().unwrap_or_default(),
        from: app.installed_version.clone().unwrap_or_default(),
        to: app.candidate_version.clone().unwrap_or_default(),
        bytes: app.download_bytes,
        security: false,
        app: Some(app.id),
    }
}

/// Newer versions of what is no application.
pub(super) fn system_updates() -> Vec<UpdateRecord> {
    let update = |name: &str, from: &str, to: &str, security| UpdateRecord {
        name: name.to_owned(),
        from: from.to_owned(),
        to: to.to_owned(),
        security,
        ..UpdateRecord::default()
    };
    vec![
        update("tzdata", "2026a-0+deb12u1", "2026b-0+deb12u1", false),
        update("libssl3", "3.0.17-1~deb12u2", "3.0.17-1~deb12u3", true),
    ]
}

/// Puts an application into a state, with what goes with it.
pub(super) fn set_state(app: &mut AppRecord, state: AppState) {
    app.state = state;
    app.detail = StateDetail::default();
    app.installed = matches!(
        state,
        AppState::Installed | AppState::Required | AppState::UpdateAvailable
    );
    app.installed_version = app
        .installed
        .then(|| app.candidate_version.clone())
        .flatten();
    match state {
        AppState::Required => {
            app.required_by = vec!["Accessible workplaces".to_owned()];
            app.detail.required_by = app.required_by.clone();
        }
        AppState::Unavailable => {
            app.detail.reason = Some("missing-packages".to_owned());
            app.detail.missing = vec!["map-room-tiles".to_owned()];
        }
        AppState::Partial => app.detail.missing = app.packages.clone(),
        AppState::UpdateAvailable => app.installed_version = Some("3.9.2".to_owned()),
        _ => {}
    }
}

/// What installing asks where it needs to remove other packages.
pub(super) fn removal_question() -> JobQuestion {
    let data = [
        ("removal", "sketch-classic, libcanvas1"),
        ("install", "sketchbook, libcanvas2"),
    ];
    JobQuestion {
        id: 1,
        kind: "removal".to_owned(),
        default: "refuse".to_owned(),
        data: data
            .map(|(key, names)| (key.to_owned(), names.to_owned()))
            .into(),
    }
}

/// What a plan of it says.
pub(super) fn removal_objections() -> Vec<PlanObjection> {
    vec![PlanObjection {
        reason: "removal".to_owned(),
        packages: vec!["libcanvas1".to_owned(), "sketch-classic".to_owned()],
    }]
}
