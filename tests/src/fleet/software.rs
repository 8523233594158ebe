//! Lists of installed packages: what a desktop has, with a few things of each computer's own.

use super::random::Random;

/// Different images the computers of a fleet were installed from.
const PROFILES: u64 = 12;

const STEMS: [&str; 96] = [
    "acl",
    "adwaita",
    "alsa",
    "apparmor",
    "apt",
    "aspell",
    "atk",
    "avahi",
    "bash",
    "binutils",
    "bluez",
    "brasero",
    "bzip2",
    "cairo",
    "cheese",
    "colord",
    "coreutils",
    "cups",
    "curl",
    "dbus",
    "dconf",
    "debconf",
    "deja-dup",
    "dpkg",
    "e2fsprogs",
    "eog",
    "evince",
    "evolution",
    "exiv2",
    "ffmpeg",
    "file-roller",
    "firefox-esr",
    "flac",
    "fontconfig",
    "freetype",
    "fuse",
    "gcc",
    "gdm",
    "geany",
    "ghostscript",
    "gimp",
    "git",
    "glib",
    "gnome-calculator",
    "gnome-shell",
    "gnupg",
    "gparted",
    "grub",
    "gstreamer",
    "gtk",
    "gvfs",
    "harfbuzz",
    "hplip",
    "htop",
    "hunspell",
    "hyphen",
    "imagemagick",
    "inkscape",
    "iptables",
    "jq",
    "kmod",
    "krb5",
    "ldap",
    "libreoffice",
    "linux-image",
    "lvm2",
    "mesa",
    "mythes",
    "nano",
    "nautilus",
    "network-manager",
    "nftables",
    "openssh",
    "openssl",
    "pango",
    "perl",
    "pipewire",
    "plymouth",
    "poppler",
    "python3",
    "qpdf",
    "rhythmbox",
    "rsync",
    "samba",
    "sane",
    "shotwell",
    "simple-scan",
    "sqlite3",
    "sudo",
    "systemd",
    "thunderbird",
    "tracker",
    "udisks2",
    "vim",
    "vlc",
    "xorg",
];

const SHAPES: [(&str, &str); 12] = [
    ("", ""),
    ("", "-common"),
    ("", "-data"),
    ("lib", "1"),
    ("lib", "-dev"),
    ("", "-doc"),
    ("", "-l10n-es"),
    ("gir1.2-", ""),
    ("python3-", ""),
    ("", "-utils"),
    ("lib", "-plugins"),
    ("fonts-", ""),
];

/// `count` packages of the computer at `place`.
pub(super) fn packages(seed: u64, place: u64, count: usize) -> Vec<String> {
    let profile = place % PROFILES;
    let mut packages: Vec<String> = (0..count)
        .map(|index| package(seed, profile, index))
        .collect();
    // Some computers have something nobody else has.
    let mut own = Random::new(seed, place);
    if own.below(4) == 0 && !packages.is_empty() {
        let at = own.below(packages.len());
        packages[at] = format!("local-tool_{}.{}_all.deb", own.below(4) + 1, place);
    }
    packages
}

fn package(seed: u64, profile: u64, index: usize) -> String {
    let stem = STEMS[index % STEMS.len()];
    let (before, after) = SHAPES[index / STEMS.len() % SHAPES.len()];
    let round = index / (STEMS.len() * SHAPES.len());
    let again = if round == 0 {
        String::new()
    } else {
        format!("-{round}")
    };
    let mut random = Random::new(seed, index as u64);
    let (major, minor) = (random.below(12) + 1, random.below(30));
    // One package in thirty has another revision in every profile.
    let revision = if index.is_multiple_of(30) {
        profile + 1
    } else {
        1
    };
    let architecture = if after.is_empty() || before == "lib" {
        "amd64"
    } else {
        "all"
    };
    format!("{before}{stem}{after}{again}_{major}.{minor}-{revision}+deb12u1_{architecture}.deb")
}
