//! The command line.

use clap::{Parser, ValueEnum};
use migasfree_play_records::Place;

/// A page to begin with.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Page {
    /// The catalogue.
    #[value(alias = "apps")]
    Discover,
    /// What is on the computer.
    Installed,
    /// What has a newer version.
    Updates,
    /// What happened.
    Activity,
    /// This computer.
    #[value(alias = "tags")]
    Info,
    /// Settings.
    Settings,
}

/// Play: find, install and remove the applications your organisation offers.
#[derive(Clone, Debug, Default, Parser)]
#[command(name = "migasfree-play", version)]
pub struct Args {
    /// Begin with this page.
    #[arg(long, value_enum)]
    pub page: Option<Page>,
    /// Begin with this application, by its number.
    #[arg(long, value_name = "ID")]
    pub app: Option<u32>,
    /// Begin by searching for this.
    #[arg(long, value_name = "TEXT")]
    pub search: Option<String>,
    /// Synchronise as soon as the service answers.
    #[arg(long)]
    pub sync: bool,
    /// Trial mode: ask a service on the session bus instead of this computer's.
    #[arg(long)]
    pub session: bool,
    /// `migasfree://app/ID`, as the desktop hands it over.
    #[arg(value_name = "LINK")]
    pub link: Option<String>,
}

impl Args {
    /// Where the view is asked to go.
    pub fn place(&self) -> Place {
        Place {
            page: self
                .page
                .and_then(|page| page.to_possible_value())
                .map(|value| value.get_name().to_owned()),
            app: self
                .app
                .or_else(|| self.link.as_deref().and_then(app_of_link)),
            search: self.search.clone(),
        }
    }
}

fn app_of_link(link: &str) -> Option<u32> {
    link.strip_prefix("migasfree://app/")?
        .trim_end_matches('/')
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn place(words: &[&str]) -> Place {
        let words = [&["migasfree-play"], words].concat();
        Args::try_parse_from(words).unwrap().place()
    }

    #[test]
    fn a_link_of_the_desktop_names_an_application() {
        assert_eq!(place(&["migasfree://app/12"]).app, Some(12));
        assert_eq!(place(&["migasfree://app/12/"]).app, Some(12));
        assert_eq!(place(&["migasfree://app/x"]), Place::default());
        assert_eq!(place(&["https://app/12"]), Place::default());
    }

    #[test]
    fn a_page_is_named_as_the_view_names_it() {
        assert_eq!(place(&["--page", "info"]).page.as_deref(), Some("info"));
        assert_eq!(place(&["--page", "apps"]).page.as_deref(), Some("discover"));
    }
}
