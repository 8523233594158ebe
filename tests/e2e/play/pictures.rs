//! A picture of every screen and of every state that is rare.

use anyhow::{Context, Result};
use migasfree_tests::stand_in::Scene;

use super::stage::Opening;

/// Name of the picture, what stands on it, what is waited for.
struct Picture {
    name: &'static str,
    arguments: &'static [&'static str],
    wait_for: &'static str,
}

const SCREENS: [Picture; 7] = [
    Picture {
        name: "discover",
        arguments: &[],
        wait_for: "[data-testid='app-card'] img",
    },
    Picture {
        name: "app",
        arguments: &["--app", "1"],
        wait_for: "[data-testid='plan'] li",
    },
    Picture {
        name: "activity",
        arguments: &["--page", "activity"],
        wait_for: "[data-testid='job']",
    },
    Picture {
        name: "info",
        arguments: &["--page", "info"],
        wait_for: "[data-testid='qr']",
    },
    Picture {
        name: "installed",
        arguments: &["--page", "installed"],
        wait_for: "[data-testid='app-card'] img",
    },
    Picture {
        name: "updates",
        arguments: &["--page", "updates"],
        wait_for: "[data-testid='update'] img",
    },
    Picture {
        name: "settings",
        arguments: &["--page", "settings"],
        wait_for: "[data-testid='settings']",
    },
];

async fn take(opening: Opening, wait_for: &str, name: &str) -> Result<()> {
    let stage = opening.open().await?;
    let found = stage.play.find(wait_for).await;
    if found.is_err() {
        stage.display.picture(&format!("{name}-failed"))?;
    }
    found.with_context(|| format!("for the picture {name}"))?;
    stage.picture(name).await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_screen_in_light_and_dark() -> Result<()> {
    for screen in SCREENS {
        for theme in ["light", "dark"] {
            let opening = Opening {
                theme,
                arguments: screen.arguments.to_vec(),
                ..Opening::default()
            };
            take(
                opening,
                screen.wait_for,
                &format!("play-{}-{theme}", screen.name),
            )
            .await?;
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_screen_in_a_narrow_window_in_spanish() -> Result<()> {
    for screen in SCREENS {
        let opening = Opening {
            width: 360,
            height: 720,
            language: "es",
            arguments: screen.arguments.to_vec(),
            ..Opening::default()
        };
        take(
            opening,
            screen.wait_for,
            &format!("play-{}-narrow", screen.name),
        )
        .await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn text_at_twice_its_size() -> Result<()> {
    for (name, arguments, wait_for) in [
        ("discover", vec![], "[data-testid='app-card'] img"),
        ("app", vec!["--app", "2"], "[data-testid='plan'] li"),
        ("info", vec!["--page", "info"], "[data-testid='qr']"),
    ] {
        let opening = Opening {
            text_size: 200,
            arguments,
            ..Opening::default()
        };
        take(opening, wait_for, &format!("play-{name}-large-text")).await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn names_and_lines_of_a_language_with_long_words() -> Result<()> {
    for (width, name) in [(1080, "wide"), (360, "narrow")] {
        for (screen, arguments, wait_for) in [
            ("discover", vec![], "[data-testid='app-card'] img"),
            ("app", vec!["--app", "11"], "[data-testid='facts'] dd"),
        ] {
            let opening = Opening {
                scene: Some(Scene {
                    long_words: true,
                    ..Scene::default()
                }),
                width,
                language: "es",
                arguments,
                ..Opening::default()
            };
            take(opening, wait_for, &format!("play-{screen}-long-{name}")).await?;
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_rare_state() -> Result<()> {
    let scene = Scene::default();
    let states = [
        (
            "offline",
            "[data-testid='strip-offline']",
            Some(Scene {
                connectivity: "offline".to_owned(),
                ..scene.clone()
            }),
        ),
        (
            "saturated",
            "[data-testid='strip-offline']",
            Some(Scene {
                connectivity: "saturated".to_owned(),
                ..scene.clone()
            }),
        ),
        (
            "unregistered",
            "[data-testid='unregistered']",
            Some(Scene {
                unregistered: true,
                ..scene.clone()
            }),
        ),
        (
            "reboot",
            "[data-testid='strip-reboot']",
            Some(Scene {
                reboot: "required".to_owned(),
                ..scene.clone()
            }),
        ),
        (
            "empty",
            "[data-testid='nothing']",
            Some(Scene {
                apps: 0,
                ..scene.clone()
            }),
        ),
        (
            "incompatible",
            "[data-testid='daemon-missing']",
            Some(Scene {
                protocol: 0,
                ..scene
            }),
        ),
        ("no-daemon", "[data-testid='daemon-missing']", None),
    ];
    for (name, wait_for, scene) in states {
        let opening = Opening {
            scene,
            ..Opening::default()
        };
        take(opening, wait_for, &format!("play-state-{name}")).await?;
    }
    let nothing_happened = Opening {
        scene: Some(Scene {
            no_history: true,
            ..Scene::default()
        }),
        theme: "dark",
        arguments: vec!["--page", "activity"],
        ..Opening::default()
    };
    take(nothing_happened, ".empty-state", "play-state-no-activity").await
}
