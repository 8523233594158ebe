//! What a test of Play needs: a screen, a session bus, the stand-in, the window.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
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
    folder: TempDir,
}

/// Whether everything in the window has come: pictures, fonts, texts, and what moves for a moment only.
const RESTS: &str = "
    const seen = (image) => {
        const place = image.getBoundingClientRect();
        return place.bottom > 0 && place.top < innerHeight;
    };
    const passes = (motion) => motion.playState === 'running' && motion.effect.getTiming().iterations !== Infinity;
    return document.fonts.status === 'loaded'
        && [...document.querySelectorAll('.skeleton')].every((one) => one.closest('details:not([open])'))
        && [...document.images].filter(seen).every((image) => image.complete)
        && !document.getAnimations().some(passes)";

impl Stage {
    /// The person's home.
    pub fn home(&self) -> &Path {
        self.folder.path()
    }

    /// Waits until the window shows what it will show, then takes a picture of it.
    pub async fn picture(&self, name: &str) -> Result<()> {
        let start = Instant::now();
        let mut still = 0;
        while still < 3 {
            still = match self.play.run(RESTS).await?.as_bool() {
                Some(true) => still + 1,
                _ => 0,
            };
            ensure!(
                start.elapsed() < Duration::from_secs(60),
                "{name} never came to rest"
            );
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        self.display.picture(name)
    }
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
    pub notices: bool,
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
            notices: true,
            arguments: Vec::new(),
        }
    }
}

impl Opening {
    fn settings(&self) -> Value {
        json!({
            "theme": self.theme,
            "language": self.language,
            "text_size": self.text_size,
            "notices": self.notices,
        })
    }

    /// Opens the window.
    pub async fn open(self) -> Result<Stage> {
        self.open_with(false).await
    }

    /// Opens the window in front of a daemon that answers nothing.
    pub async fn open_silent(self) -> Result<Stage> {
        self.open_with(true).await
    }

    async fn open_with(self, silent: bool) -> Result<Stage> {
        let folder = tempfile::tempdir()?;
        let display = Display::start(self.width, self.height)?;
        let bus = Bus::session(folder.path())?;
        let stand_in = match self.scene.clone() {
            Some(scene) => Some(StandIn::start(bus.address(), scene).await?),
            None => None,
        };
        if let Some(stand_in) = &stand_in {
            stand_in.world().be_silent(silent);
        }
        write_settings(folder.path(), &self.settings())?;
        write_browser(folder.path())?;
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
            folder,
        })
    }
}

fn write_settings(home: &Path, settings: &Value) -> Result<()> {
    let config = home.join("config/org.migasfree.Play");
    fs::create_dir_all(&config)?;
    fs::write(config.join("settings.json"), settings.to_string())?;
    Ok(())
}

/// A browser that only notes what it was asked to open, in `opened`.
fn write_browser(home: &Path) -> Result<()> {
    let (script, opened) = (home.join("browser.sh"), home.join("opened"));
    fs::write(&script, format!("echo \"$1\" >>{}\n", opened.display()))?;
    let applications = home.join("data/applications");
    fs::create_dir_all(&applications)?;
    fs::write(
        applications.join("noting-browser.desktop"),
        format!(
            "[Desktop Entry]\nType=Application\nName=Browser\nExec=sh {} %u\n\
             MimeType=x-scheme-handler/http;x-scheme-handler/https;\n",
            script.display()
        ),
    )?;
    fs::write(
        home.join("config/mimeapps.list"),
        "[Default Applications]\nx-scheme-handler/http=noting-browser.desktop\n\
         x-scheme-handler/https=noting-browser.desktop\n",
    )?;
    Ok(())
}
