//! What a test of Play needs: a screen, a session bus, the stand-in, the window.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use migasfree_tests::binaries;
use migasfree_tests::browser::Browser;
use migasfree_tests::bus::Bus;
use migasfree_tests::display::Display;
use migasfree_tests::stand_in::{Scene, StandIn};
use serde_json::{Value, json};
use tempfile::TempDir;

/// A person at a computer with Play open.
#[derive(Debug)]
pub struct Stage {
    pub play: Browser,
    pub stand_in: Option<StandIn>,
    pub bus: Bus,
    pub display: Display,
    _folder: TempDir,
}

/// How Play is opened.
#[derive(Clone, Debug)]
pub struct Opening {
    pub scene: Option<Scene>,
    pub width: u32,
    pub height: u32,
    pub theme: &'static str,
    pub language: &'static str,
    pub text_size: u16,
    pub arguments: Vec<&'static str>,
}

impl Default for Opening {
    fn default() -> Self {
        Self {
            scene: Some(Scene::default()),
            width: 1080,
            height: 720,
            theme: "light",
            language: "en",
            text_size: 100,
            arguments: Vec::new(),
        }
    }
}

impl Opening {
    fn settings(&self) -> Value {
        json!({"theme": self.theme, "language": self.language, "text_size": self.text_size})
    }

    /// Opens the window.
    pub async fn open(self) -> Result<Stage> {
        let folder = tempfile::tempdir()?;
        let display = Display::start(self.width, self.height)?;
        let bus = Bus::session(folder.path())?;
        let stand_in = match self.scene.clone() {
            Some(scene) => Some(StandIn::start(bus.address(), scene).await?),
            None => None,
        };
        write_settings(folder.path(), &self.settings())?;
        let home = folder.path().to_str().context("the folder's name")?;
        let mut arguments = vec!["--session"];
        arguments.extend(&self.arguments);
        let play = Browser::webkit(
            &binaries::path("migasfree-play"),
            &arguments,
            &[
                ("DISPLAY", display.name()),
                bus.as_session(),
                ("HOME", home),
                ("XDG_CONFIG_HOME", &format!("{home}/config")),
                ("XDG_CACHE_HOME", &format!("{home}/cache")),
                ("XDG_DATA_HOME", &format!("{home}/data")),
                ("LIBGL_ALWAYS_SOFTWARE", "1"),
                ("NO_AT_BRIDGE", "1"),
            ],
        )
        .await?;
        Ok(Stage {
            play,
            stand_in,
            bus,
            display,
            _folder: folder,
        })
    }
}

fn write_settings(home: &Path, settings: &Value) -> Result<()> {
    let config = home.join("config/org.migasfree.Play");
    fs::create_dir_all(&config)?;
    fs::write(config.join("settings.json"), settings.to_string())?;
    Ok(())
}
