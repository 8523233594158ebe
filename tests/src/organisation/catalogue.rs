//! The organisation's apps: small programs that really install, each with a text and an icon.

use std::collections::BTreeMap;

use anyhow::Result;
use serde_json::json;

use super::{ALL_SYSTEMS, Organisation, category, icons};
use crate::admin::{self, Admin};
use crate::package::Package;

/// An app of the catalogue.
#[derive(Clone, Copy, Debug)]
pub struct App {
    /// Its name in the catalogue.
    pub name: &'static str,
    /// The package that brings it.
    pub package: &'static str,
    /// The package's version.
    pub version: &'static str,
    /// Its category.
    pub category: &'static str,
    /// 1 to 5: how much the organisation recommends it.
    pub score: u8,
    /// `U` for everybody, `A` when an administrator has to agree.
    pub level: &'static str,
    /// One line.
    pub summary: &'static str,
    /// The rest of the description, in Markdown.
    pub text: &'static str,
    /// How much it takes on the disk, in kibibytes.
    pub size: usize,
}

/// The dozen.
pub const APPS: [App; 12] = [
    App {
        name: "Sketchbook",
        package: "sketchbook",
        version: "3.2.1",
        category: "Graphics",
        score: 5,
        level: "U",
        summary: "Draw, annotate and share, with a pen or a mouse.",
        text: "Paper that never ends. **Layers**, pressure-sensitive brushes and a ruler that stays where you put it.\n\n\
               - Opens photographs and scanned forms\n- Exports PNG, SVG and PDF\n- Keeps every version of a drawing\n\n\
               The design team's brushes are included.",
        size: 2_900,
    },
    App {
        name: "Ledger",
        package: "ledger-desk",
        version: "7.0.4",
        category: "Office",
        score: 4,
        level: "U",
        summary: "The household book of the office: budgets, invoices, reports.",
        text: "Plain accounts that anybody can read. Enter what came in and what went out; Ledger adds it up and shows \
               where the money went.\n\n## Who uses it\n\nEvery department with a budget of its own.",
        size: 4_100,
    },
    App {
        name: "Field Notes",
        package: "field-notes",
        version: "1.14.0",
        category: "Office",
        score: 5,
        level: "U",
        summary: "Notes that find themselves again.",
        text: "Write first, sort later. Field Notes searches while you type and links what belongs together.\n\n\
               1. Start typing\n2. Add `#topic` anywhere\n3. Look at the map of your notes",
        size: 1_700,
    },
    App {
        name: "Map Room",
        package: "map-room",
        version: "5.6.2",
        category: "Science & Engineering",
        score: 3,
        level: "U",
        summary: "Maps of the region, also without a network.",
        text: "Street, terrain and parcel maps of the whole region, updated every month. Measure distances, print a \
               section, hand a place to a colleague.",
        size: 9_800,
    },
    App {
        name: "Song Bench",
        package: "song-bench",
        version: "2.3.0",
        category: "Sound & Video",
        score: 3,
        level: "U",
        summary: "Record, cut and mix sound.",
        text: "For interviews, announcements and the choir. Cuts silence by itself and levels voices so that nobody \
               has to shout.",
        size: 6_400,
    },
    App {
        name: "Class Timer",
        package: "class-timer",
        version: "1.2.8",
        category: "Education",
        score: 4,
        level: "U",
        summary: "A clock for lessons that everybody in the room can read.",
        text: "Big, quiet, and easy to stop. Plans a lesson in steps and tells how long is left for each.",
        size: 900,
    },
    App {
        name: "Star Atlas",
        package: "star-atlas",
        version: "4.0.0",
        category: "Education",
        score: 4,
        level: "U",
        summary: "The sky tonight, and on any night of the last thousand years.",
        text: "Point at the sky and learn what you see. Includes the **observatory programme** of the school year.",
        size: 12_300,
    },
    App {
        name: "Number Lab",
        package: "number-lab",
        version: "6.1.3",
        category: "Science & Engineering",
        score: 2,
        level: "U",
        summary: "Curves, tables and statistics from your measurements.",
        text: "Paste a column, see a curve. Fits, filters and exports; every step is kept in a notebook you can print.",
        size: 7_600,
    },
    App {
        name: "Form Filler",
        package: "form-filler",
        version: "2.0.5",
        category: "Office",
        score: 3,
        level: "U",
        summary: "Fill in, sign and send the organisation's forms.",
        text: "All current forms in one place. Remembers your address, never your signature.",
        size: 1_100,
    },
    App {
        name: "Photo Desk",
        package: "photo-desk",
        version: "3.9.7",
        category: "Graphics",
        score: 3,
        level: "U",
        summary: "Import, sort and improve photographs.",
        text: "From the camera to the archive in one evening. Recognises duplicates and never changes an original.",
        size: 5_200,
    },
    App {
        name: "Vault",
        package: "vault-keys",
        version: "1.8.1",
        category: "Accessories",
        score: 2,
        level: "A",
        summary: "Keys and certificates of this computer.",
        text: "Shows which certificates this computer trusts and renews the ones of the organisation. \
               Installing it needs an administrator.",
        size: 1_300,
    },
    App {
        name: "Screen Reader",
        package: "clear-voice",
        version: "9.4.2",
        category: "Universal Access",
        score: 5,
        level: "U",
        summary: "Reads the screen aloud, in six languages.",
        text: "Starts with **Super + S**. Speaks English, Spanish, French, Catalan, Basque and Galician, and follows \
               the keyboard wherever it goes.",
        size: 8_800,
    },
];

impl App {
    /// The package that brings the app: a program, a menu entry, and scripts that leave a trace.
    pub fn build(&self) -> Result<Vec<u8>> {
        let mut package = Package::new(self.package, self.version)
            .file(
                &format!("/usr/share/applications/{}.desktop", self.package),
                format!(
                    "[Desktop Entry]\nType=Application\nName={}\nComment={}\nExec={}\nIcon={}\n",
                    self.name, self.summary, self.package, self.package
                ),
            )
            .file(
                &format!(
                    "/usr/share/icons/hicolor/scalable/apps/{}.svg",
                    self.package
                ),
                icons::svg(self.package),
            )
            .file(
                &format!("/usr/share/{}/data.bin", self.package),
                self.bulk(),
            );
        package.files.push((
            format!("/usr/bin/{}", self.package),
            format!("#!/bin/sh\necho '{} {}'\n", self.name, self.version).into_bytes(),
            0o755,
        ));
        package.summary = self.summary.trim_end_matches('.').to_owned();
        package.section = "utils".to_owned();
        package.build()
    }

    /// The file name of the package.
    pub fn file_name(&self) -> String {
        Package::new(self.package, self.version).file_name()
    }

    /// Data that does not compress, so that sizes are what they seem; the same for every build.
    fn bulk(&self) -> Vec<u8> {
        let mut state = self
            .package
            .bytes()
            .fold(0x9e37_79b9_7f4a_7c15_u64, |state, byte| {
                (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
            });
        let mut bytes = Vec::with_capacity(self.size * 1024);
        while bytes.len() < self.size * 1024 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            bytes.extend_from_slice(&state.to_le_bytes());
        }
        bytes
    }
}

/// Uploads every package to every project; returns the ids by project.
pub(super) async fn upload(admin: &Admin, organisation: &Organisation) -> Result<Vec<Vec<i64>>> {
    let mut built = Vec::new();
    for app in APPS {
        built.push((
            app.file_name(),
            tokio::task::spawn_blocking(move || app.build()).await??,
        ));
    }
    let mut packages = Vec::new();
    for store in &organisation.stores {
        let mut ids = Vec::new();
        for (name, content) in &built {
            ids.push(admin::id(
                &admin.upload(*store, name, content.clone()).await?,
            )?);
        }
        packages.push(ids);
    }
    Ok(packages)
}

/// Puts the apps into the catalogue of the projects; returns their ids by name.
pub(super) async fn publish(
    admin: &Admin,
    organisation: &Organisation,
) -> Result<BTreeMap<&'static str, i64>> {
    let mut ids = BTreeMap::new();
    for app in APPS {
        let application = admin
            .add(
                "catalog/apps/",
                &json!({
                    "name": app.name,
                    "category": category(admin, app.category).await?,
                    "score": app.score,
                    "level": app.level,
                    "description": format!("{}\n\n{}", app.summary, app.text),
                    "available_for_attributes": [ALL_SYSTEMS],
                }),
            )
            .await?;
        let icon = format!("{}.svg", app.package);
        admin
            .icon(application, &icon, icons::svg(app.package).into_bytes())
            .await?;
        for project in &organisation.projects {
            admin
                .add(
                    "catalog/project-packages/",
                    &json!({
                        "application": application,
                        "project": project,
                        "packages_to_install": [app.package],
                    }),
                )
                .await?;
        }
        ids.insert(app.name, application);
    }
    Ok(ids)
}
