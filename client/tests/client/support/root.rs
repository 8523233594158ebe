//! Disposable Debian systems.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::fs::{FlockOperation, flock};

/// A folder with a minimal Debian in it, removed at the end.
pub struct Debian {
    folder: tempfile::TempDir,
}

impl Debian {
    /// `None`, after saying why, where such a system cannot be made.
    pub fn make() -> Option<Self> {
        if !rustix::process::geteuid().is_root() {
            eprintln!("skipped: making a disposable Debian needs root");
            return None;
        }
        if Command::new("mmdebstrap")
            .arg("--version")
            .output()
            .is_err()
        {
            eprintln!("skipped: mmdebstrap is not installed (apt-get install mmdebstrap)");
            return None;
        }
        let template = template();
        let folder = tempfile::Builder::new()
            .prefix("root-")
            .tempdir_in(home())
            .unwrap();
        let status = Command::new("cp")
            .args(["--archive", "--reflink=auto", "--no-target-directory"])
            .args([&template, folder.path()])
            .status()
            .unwrap();
        assert!(status.success());
        fs::write(folder.path().join("etc/root-name"), "disposable\n").unwrap();
        Some(Self { folder })
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Attaches an empty partition of this size there; `None`, after saying why, where that may not be done.
    pub fn attach(&self, path: &str, size: &str) -> Option<Partition> {
        let place = self.path().join(path);
        fs::create_dir_all(&place).unwrap();
        let partition = Partition { place };
        let attached = partition.mount(&format!("size={size},mode=755"));
        if !attached {
            eprintln!("skipped: no partition can be attached here");
        }
        attached.then_some(partition)
    }

    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path().join(path)).unwrap_or_default()
    }

    /// Runs a program inside, as an administrator would by hand.
    pub fn run(&self, line: &[&str]) -> std::process::Output {
        Command::new("chroot")
            .arg(self.path())
            .args(line)
            .env("LC_ALL", "C.UTF-8")
            .output()
            .unwrap()
    }
}

/// A partition in memory, detached at the end.
pub struct Partition {
    place: PathBuf,
}

impl Partition {
    pub fn resize(&self, size: &str) {
        assert!(self.mount(&format!("remount,size={size}")));
    }

    fn mount(&self, options: &str) -> bool {
        let mut mount = Command::new("mount");
        let mount = mount.args(["-t", "tmpfs", "-o", options, "tmpfs"]);
        mount.arg(&self.place).status().unwrap().success()
    }
}

impl Drop for Partition {
    fn drop(&mut self) {
        let detached = Command::new("umount").arg("-l").arg(&self.place).status();
        assert!(detached.is_ok_and(|status| status.success()) || std::thread::panicking());
    }
}

fn home() -> PathBuf {
    let home = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    fs::create_dir_all(&home).unwrap();
    home
}

/// Made once and kept for later runs.
fn template() -> PathBuf {
    let template = home().join("debian-bookworm");
    let lock = File::create(home().join("debian-bookworm.lock")).unwrap();
    flock(&lock, FlockOperation::LockExclusive).unwrap();
    if template.join(".complete").exists() {
        return template;
    }
    let _ = fs::remove_dir_all(&template);
    let output = Command::new("mmdebstrap")
        .args(["--variant=apt", "bookworm"])
        .arg(&template)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    for needless in ["usr/share/doc", "usr/share/locale", "usr/share/man"] {
        let _ = fs::remove_dir_all(template.join(needless));
    }
    fs::write(template.join("etc/apt/sources.list"), "").unwrap();
    fs::write(template.join(".complete"), "").unwrap();
    template
}
