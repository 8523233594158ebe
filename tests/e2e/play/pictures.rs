//! A picture of every screen and of every state that is rare.

use std::time::Duration;

use anyhow::Result;
use migasfree_tests::stand_in::Scene;

use super::stage::Opening;

/// Name of the picture, what stands on it, what is waited for.
struct Picture {
    name: &'static str,
    arguments: &'static [&'static str],
    wait_for: &'static str,
}

const SCREENS: [Picture; 5] = [
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
];

/// Lets pictures load and what moves come to rest.
const REST: Duration = Duration::from_millis(700);

async fn take(opening: Opening, wait_for: &str, name: &str) -> Result<()> {
    let stage = opening.open().await?;
    stage.play.find(wait_for).await?;
    tokio::time::sleep(REST).await;
    stage.display.picture(name)
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
    let opening = Opening {
        text_size: 200,
        arguments: vec!["--app", "2"],
        ..Opening::default()
    };
    take(opening, "[data-testid='plan'] li", "play-app-large-text").await
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
    Ok(())
}
