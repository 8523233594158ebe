//! Play where there is no screen to open a window on.

use std::process::Command;

use anyhow::{Result, ensure};
use migasfree_tests::binaries;

#[test]
fn without_a_screen_play_says_so_in_one_sentence_and_ends() -> Result<()> {
    let folder = tempfile::tempdir()?;
    for screen in [None, Some(":4711")] {
        for (language, words) in [
            ("en", "Play needs a screen"),
            ("es", "necesita una pantalla"),
        ] {
            let mut play = Command::new(binaries::path("migasfree-play"));
            for variable in [
                "DISPLAY",
                "WAYLAND_DISPLAY",
                "WAYLAND_SOCKET",
                "GDK_BACKEND",
            ] {
                play.env_remove(variable);
            }
            play.env("XDG_RUNTIME_DIR", folder.path())
                .env("HOME", folder.path())
                .env("LC_ALL", "C.UTF-8")
                .env("LANGUAGE", language);
            if let Some(screen) = screen {
                play.env("DISPLAY", screen);
            }
            let ended = play.output()?;
            let said = String::from_utf8_lossy(&ended.stderr);
            ensure!(ended.status.code() == Some(1), "{screen:?}: {ended:?}");
            ensure!(said.lines().count() == 1, "{screen:?}: {said}");
            ensure!(said.contains(words), "{screen:?}: {said}");
        }
    }
    Ok(())
}
