//! Where things are, below `/` or an alternate root.

use std::path::{Path, PathBuf};

/// The folders of the client below one root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    root: PathBuf,
}

impl Layout {
    /// The layout below `root`; `/` for the computer itself.
    #[must_use]
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Whether this is the computer itself and not some other root folder.
    #[must_use]
    pub fn is_host(&self) -> bool {
        self.root == Path::new("/")
    }

    /// A path of the system below the root, given as it is seen from inside.
    #[must_use]
    pub fn inside(&self, path: &str) -> PathBuf {
        self.root.join(path.trim_start_matches('/'))
    }

    #[must_use]
    pub fn config_file(&self) -> PathBuf {
        self.inside("etc/migasfree.conf")
    }

    /// What must survive a restart; only its owner may look in.
    #[must_use]
    pub fn state(&self) -> PathBuf {
        self.inside("var/lib/migasfree")
    }

    /// Process records of package jobs.
    #[must_use]
    pub fn jobs(&self) -> PathBuf {
        self.state().join("jobs")
    }

    #[must_use]
    pub fn cache(&self) -> PathBuf {
        self.inside("var/cache/migasfree")
    }

    #[must_use]
    pub fn logs(&self) -> PathBuf {
        self.inside("var/log/migasfree")
    }

    #[must_use]
    pub fn runtime(&self) -> PathBuf {
        self.inside("run/migasfree")
    }

    #[must_use]
    pub fn lock_file(&self) -> PathBuf {
        self.runtime().join("lock")
    }

    /// Folders of scripts named `pre-sync.d`, `post-sync.d` or `events.d`, the old place first.
    #[must_use]
    pub fn hook_folders(&self, name: &str) -> [PathBuf; 2] {
        [
            self.inside("usr/share/migasfree-client").join(name),
            self.inside("etc/migasfree/hooks").join(name),
        ]
    }

    /// The folder whose `.json` and `.env` scripts and other programs read.
    #[must_use]
    pub fn event_data(&self) -> PathBuf {
        self.inside("usr/share/migasfree-client/events.d")
    }
}
