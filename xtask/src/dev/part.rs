//! What is built on its own: which sources it is made of, how it is built, and how one sees that it is new.

use std::collections::BTreeSet;
use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use anyhow::{Context, Result};

use crate::wasm::View;
use crate::{command, paths};

/// Something that is built on its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// What serves the views, and the server and the stand-in behind them.
    Stage,
    /// The admin UI.
    Ui,
    /// The view of Play.
    Play,
}

/// Some parts, in the order they are built.
#[derive(Debug, Default)]
pub struct Parts(BTreeSet<Part>);

impl Part {
    /// Every part.
    pub const ALL: [Self; 3] = [Self::Stage, Self::Ui, Self::Play];

    /// What it is called in messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Stage => "server",
            Self::Ui => View::Ui.name(),
            Self::Play => View::Play.name(),
        }
    }

    /// The folders it is made of, seen from the root of the checkout.
    pub fn sources(self) -> &'static [&'static str] {
        match self {
            Self::Stage => &[
                "server",
                "shared",
                "play-desktop/bus",
                "play-desktop/records",
                "tests/src",
            ],
            Self::Ui => &["ui", "shared/locales", "shared/types", "tests/reference"],
            Self::Play => &[
                "play-desktop/view",
                "play-desktop/records",
                "ui/kit",
                "shared/locales",
                "shared/types",
                "shared/vocabulary",
            ],
        }
    }

    /// The command that builds it.
    pub fn build(self) -> Result<Command> {
        let view = match self {
            Self::Stage => return Ok(build_programs()),
            Self::Ui => "ui",
            Self::Play => "play",
        };
        // A process of its own can be ended in the middle.
        let mut command = Command::new(env::current_exe().context("our own program")?);
        command.args(["wasm", "--quick", view]);
        Ok(command)
    }

    /// When its files were made; changes with every build that changes something.
    pub fn stamp(self) -> Vec<Option<SystemTime>> {
        self.files().iter().map(|file| changed(file)).collect()
    }

    /// Whether there is something to start or show.
    pub fn is_built(self) -> bool {
        self.files().iter().all(|file| file.exists())
    }

    fn files(self) -> Vec<PathBuf> {
        match self {
            Self::Stage => ["migasfree-dev", "migasfree-server"]
                .map(|name| paths::binary("debug", name))
                .to_vec(),
            Self::Ui => vec![View::Ui.quick_dist().join("index.html")],
            Self::Play => vec![View::Play.quick_dist().join("index.html")],
        }
    }
}

fn build_programs() -> Command {
    let mut cargo = command::cargo();
    cargo
        .current_dir(paths::root())
        .args(["build", "--locked"])
        .args(["--package", "migasfree-server", "--bin", "migasfree-server"])
        .args(["--package", "migasfree-tests", "--bin", "migasfree-dev"]);
    cargo
}

fn changed(file: &Path) -> Option<SystemTime> {
    file.metadata().ok()?.modified().ok()
}

impl Parts {
    /// The parts that a file at `path`, seen from the root of the checkout, belongs to.
    pub fn of(path: &Path) -> Self {
        let made = path.components().any(|part| {
            let name = part.as_os_str().to_string_lossy();
            // Results, and what editors leave beside a file.
            name == "dist" || name == "target" || name.starts_with('.') || name.ends_with('~')
        });
        (Part::ALL.into_iter())
            .filter(|part| !made && part.sources().iter().any(|folder| path.starts_with(folder)))
            .collect()
    }

    /// True if there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds others.
    pub fn extend(&mut self, others: Self) {
        self.0.extend(others.0);
    }

    /// The one that is to be built next.
    pub fn take_first(&mut self) -> Option<Part> {
        self.0.pop_first()
    }
}

impl FromIterator<Part> for Parts {
    fn from_iter<I: IntoIterator<Item = Part>>(parts: I) -> Self {
        Self(parts.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(path: &str) -> Vec<Part> {
        Parts::of(Path::new(path)).0.into_iter().collect()
    }

    #[test]
    fn a_change_concerns_what_is_made_of_it() {
        assert_eq!(parts("ui/src/list/table.rs"), [Part::Ui]);
        assert_eq!(parts("ui/kit/styles/base.css"), [Part::Ui, Part::Play]);
        assert_eq!(parts("play-desktop/view/src/app.rs"), [Part::Play]);
        assert_eq!(parts("shared/locales/es/play.ftl"), Part::ALL);
        assert_eq!(parts("shared/types/src/shown.rs"), Part::ALL);
        let records = parts("play-desktop/records/src/job.rs");
        assert_eq!(records, [Part::Stage, Part::Play]);
        assert_eq!(parts("tests/reference/meta.json"), [Part::Ui]);
        assert_eq!(parts("server/domain/src/settings.rs"), [Part::Stage]);
    }

    #[test]
    fn results_and_leavings_of_editors_concern_nothing() {
        for path in [
            "ui/dist/index.html",
            "ui/src/.app.rs.swp",
            "ui/src/app.rs~",
            "docs/x.md",
        ] {
            assert!(parts(path).is_empty(), "{path}");
        }
    }
}
