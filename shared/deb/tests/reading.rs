//! Packages are read whatever their compression; hostile files are refused with a reason.

#![allow(clippy::disallowed_methods, reason = "it works with the real system")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{self, Read};
use std::process::Command;

use migasfree_deb::{
    Builder, Compression, Digests, EntryKind, Hashing, Limits, ReadError, archive, inspect, read,
};
use proptest::prelude::*;

const ALL: [Compression; 4] = [
    Compression::None,
    Compression::Gzip,
    Compression::Xz,
    Compression::Zstd,
];

fn sample() -> Builder {
    Builder::new("hello", "1:2.0-1", "amd64")
        .field("Installed-Size", "12")
        .field("Depends", "libc6 (>= 2.31)")
        .field(
            "Description",
            "says hello\nIn many languages.\n\nAnd politely.",
        )
        .script("postinst", "#!/bin/sh\nexit 0\n")
        .file("usr/bin/hello", 0o755, b"#!/bin/sh\necho hello\n")
        .file(
            "usr/share/doc/hello/changelog",
            0o644,
            b"hello (2.0) upstream\n",
        )
        .file(
            "usr/share/doc/hello/changelog.Debian",
            0o644,
            b"hello (1:2.0-1) stable\n",
        )
}

/// A package whose control member holds these entries: path, kind, content.
fn with_control(entries: &[(&str, tar::EntryType, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (path, kind, content) in entries {
        let mut header = tar::Header::new_gnu();
        // Not through set_path, which refuses the paths wanted here.
        header.as_mut_bytes()[..path.len()].copy_from_slice(path.as_bytes());
        header.set_entry_type(*kind);
        header.set_mode(0o644);
        header.set_size(content.len() as u64);
        header.set_cksum();
        builder.append(&header, *content).unwrap();
    }
    let control = builder.into_inner().unwrap();
    archive(&[
        ("debian-binary", b"2.0\n"),
        ("control.tar", &control),
        ("data.tar", &[0; 1024]),
    ])
}

fn with_control_file(text: &[u8]) -> Vec<u8> {
    with_control(&[("./control", tar::EntryType::Regular, text)])
}

#[track_caller]
fn refusal(file: &[u8]) -> String {
    let error = read(file, &Limits::default()).unwrap_err();
    assert!(error.is_about_the_file());
    error.to_string()
}

#[test]
fn a_package_is_read_whatever_its_compression() {
    for compression in ALL {
        let file = sample().compression(compression).build().unwrap();
        let mut source = Hashing::new(file.as_slice());
        let package = read(&mut source, &Limits::default()).unwrap();
        assert_eq!(source.finish(), Digests::of(&file));
        assert_eq!(package.name(), "hello");
        assert_eq!(package.version(), "1:2.0-1");
        assert_eq!(package.architecture(), "amd64");
        assert_eq!(package.installed_size(), Some(12 * 1024));
        assert_eq!(package.summary(), "says hello");
        assert_eq!(package.control().get("depends"), Some("libc6 (>= 2.31)"));
        assert_eq!(package.scripts().len(), 1);
    }
}

#[test]
fn the_licence_is_read_from_the_field_or_the_copyright_file() {
    let copyright = b"Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\nFiles: *\nLicense: GPL-3+\n";
    let licensed = sample().file("usr/share/doc/hello/copyright", 0o644, copyright);
    let licence =
        |file: &[u8], limits: &Limits| read(file, limits).unwrap().licence().map(str::to_owned);
    let file = licensed.clone().build().unwrap();
    assert_eq!(
        licence(&file, &Limits::default()).as_deref(),
        Some("GPL-3+")
    );
    assert_eq!(
        licence(
            &file,
            &Limits {
                licence_search: 0,
                ..Limits::default()
            }
        ),
        None
    );
    assert_eq!(
        licence(
            &file,
            &Limits {
                licence_search: 1_000,
                ..Limits::default()
            }
        ),
        None
    );
    let file = licensed.field("License", "Apache-2.0").build().unwrap();
    assert_eq!(
        licence(&file, &Limits::default()).as_deref(),
        Some("Apache-2.0")
    );
}

#[test]
fn contents_list_files_and_the_distribution_s_changelog() {
    let file = sample().build().unwrap();
    let (_, contents) = inspect(file.as_slice(), &Limits::default()).unwrap();
    assert_eq!(contents.incomplete, None);
    let hello = contents
        .entries
        .iter()
        .find(|entry| entry.path == "usr/bin/hello")
        .unwrap();
    assert_eq!(
        (hello.kind.clone(), hello.mode, hello.size),
        (EntryKind::File, 0o755, 21)
    );
    assert_eq!(
        contents.changelog.as_deref(),
        Some("hello (1:2.0-1) stable\n")
    );
}

#[test]
fn packages_made_by_dpkg_deb_are_read() {
    let Ok(output) = Command::new("dpkg-deb").arg("--version").output() else {
        return;
    };
    assert!(output.status.success());
    let folder = std::env::temp_dir().join(format!("migasfree-deb-{}", std::process::id()));
    let root = folder.join("root");
    std::fs::create_dir_all(root.join("DEBIAN")).unwrap();
    let long = format!("usr/share/{}/{}", "d".repeat(90), "f".repeat(90));
    std::fs::create_dir_all(root.join(&long).parent().unwrap()).unwrap();
    std::fs::write(root.join(&long), "long").unwrap();
    let control = "Package: made\nVersion: 1.0\nArchitecture: all\nMaintainer: M <m@example.org>\nDescription: made\n";
    std::fs::write(root.join("DEBIAN/control"), control).unwrap();
    for compression in ["gzip", "xz", "zstd", "none"] {
        let file = folder.join(format!("{compression}.deb"));
        let built = Command::new("dpkg-deb")
            .args([&format!("-Z{compression}"), "--root-owner-group", "--build"])
            .args([&root, &file])
            .output()
            .unwrap();
        assert!(
            built.status.success(),
            "{}",
            String::from_utf8_lossy(&built.stderr)
        );
        let file = std::fs::File::open(file).unwrap();
        let (package, contents) = inspect(file, &Limits::default()).unwrap();
        assert_eq!(package.name(), "made");
        assert!(
            contents.entries.iter().any(|entry| entry.path == long),
            "{compression}"
        );
    }
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_package_cut_off_anywhere_is_refused() {
    for compression in ALL {
        let file = sample().compression(compression).build().unwrap();
        // The last byte may be padding, which dpkg does not insist on.
        for end in 0..file.len() - 1 {
            let error = read(&file[..end], &Limits::default()).unwrap_err();
            assert!(error.is_about_the_file(), "{end}: {error}");
        }
    }
}

#[test]
fn other_files_are_told_from_packages() {
    assert!(refusal(b"").contains("not a Debian package"));
    assert!(refusal(b"\x7fELF and so on").contains("not a Debian package"));
    assert!(refusal(&archive(&[("hello.o", b"object")])).contains("not a Debian package"));
    let future = archive(&[("debian-binary", b"3.0\n"), ("control.tar", b"")]);
    assert!(refusal(&future).contains("not supported"));
    let old = archive(&[("debian-binary", b"2.0\n"), ("control.tar.bz2", b"BZh9")]);
    assert!(refusal(&old).contains("control.tar.bz2 is not supported"));
}

#[test]
fn members_with_wrong_sizes_are_refused() {
    let good = sample().build().unwrap();
    let size = 8 + 48..8 + 58;
    for wrong in ["-1        ", "4e9       ", "          ", "9999999999"] {
        let mut file = good.clone();
        file[size.clone()].copy_from_slice(wrong.as_bytes());
        refusal(&file);
    }
    let missing = archive(&[("debian-binary", b"2.0\n"), ("data.tar", b"")]);
    assert!(refusal(&missing).contains("not in order"));
    let many = vec![("_more", b"".as_slice()); 100];
    let many = archive(&[&[("debian-binary", b"2.0\n".as_slice())], many.as_slice()].concat());
    assert!(refusal(&many).contains("more than 32 members"));
}

#[test]
fn a_bomb_in_the_control_member_is_refused() {
    let zeros = vec![0x20_u8; 80 * 1024 * 1024];
    let mut builder = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_size(zeros.len() as u64);
    builder
        .append_data(&mut header, "filler", zeros.as_slice())
        .unwrap();
    let bomb = zstd::encode_all(builder.into_inner().unwrap().as_slice(), 1).unwrap();
    assert!(bomb.len() < 100_000);
    let file = archive(&[
        ("debian-binary", b"2.0\n"),
        ("control.tar.zst", &bomb),
        ("data.tar", b""),
    ]);
    assert!(refusal(&file).contains("unpacked is larger than"));
}

#[test]
fn a_huge_control_file_is_refused() {
    let text = format!("Package: a\nDescription: {}\n", "x".repeat(2 * 1024 * 1024));
    assert!(refusal(&with_control_file(text.as_bytes())).contains("the control file is larger"));
    let fields: String = (0..2_000).map(|index| format!("X-{index}: y\n")).collect();
    assert!(refusal(&with_control_file(fields.as_bytes())).contains("more than 1000 fields"));
}

#[test]
fn tricks_with_paths_are_refused() {
    let good = b"Package: a\nVersion: 1\nArchitecture: all\n".as_slice();
    let file = tar::EntryType::Regular;
    for path in [
        "../control",
        "/etc/passwd",
        "./a/../../b",
        "..",
        "./folder/postinst",
    ] {
        let hostile = with_control(&[("./control", file, good), (path, file, b"x")]);
        assert!(refusal(&hostile).contains("another folder"), "{path}");
    }
    let twice = with_control(&[("./control", file, good), ("control", file, good)]);
    assert!(refusal(&twice).contains("there twice"));
    let link = with_control(&[("./control", tar::EntryType::Symlink, b"")]);
    assert!(refusal(&link).contains("no regular file"));
}

#[test]
fn control_files_that_identify_no_package_are_refused() {
    let refused = [
        ("", "no fields"),
        ("Package: a\n", "Version is missing"),
        (
            "Package: a b\nVersion: 1\nArchitecture: all\n",
            "Package has characters",
        ),
        (
            "Package: ../a\nVersion: 1\nArchitecture: all\n",
            "Package has characters",
        ),
        (
            "Package: a\nVersion: 1/2\nArchitecture: all\n",
            "Version has characters",
        ),
        (
            "Package: a\nVersion: one:1\nArchitecture: all\n",
            "Version has an epoch",
        ),
        (
            "Package: a\nVersion: 99999999999:1\nArchitecture: all\n",
            "Version has an epoch",
        ),
        (
            "Package: a\nVersion: 1:-1\nArchitecture: all\n",
            "Version has nothing",
        ),
        (
            "Package: a\nVersion: 1:2-\nArchitecture: all\n",
            "Version ends with the hyphen",
        ),
        (
            "Package: a\nVersion: 1\nArchitecture: any all\n",
            "Architecture has characters",
        ),
        (
            "Package: a\nVersion: one\nArchitecture: all\n",
            "Version does not begin",
        ),
        (
            "Package: a\nVersion: 1\nArchitecture: all\npackage: b\n",
            "occurs twice",
        ),
        (
            "Package: a\nVersion: 1\nArchitecture: all\n\nPackage: b\n",
            "second paragraph",
        ),
        ("Package: a\nDescription: b\n \n c\n", "blank inside"),
        ("Package: a\0\n", "NUL"),
        (" a\n", "no field"),
        ("no colon\n", "no field"),
    ];
    for (text, reason) in refused {
        let message = refusal(&with_control_file(text.as_bytes()));
        assert!(message.contains(reason), "{text:?}: {message}");
    }
}

#[test]
fn a_list_that_cannot_be_completed_says_why() {
    let control = b"Package: a\nVersion: 1\nArchitecture: all\n";
    let good = with_control_file(control);
    let mut limits = Limits::default();
    let (_, contents) = inspect(good.as_slice(), &limits).unwrap();
    assert_eq!(contents.incomplete, None);

    let file = sample().build().unwrap();
    limits.data_entries = 2;
    let (_, contents) = inspect(file.as_slice(), &limits).unwrap();
    assert_eq!(contents.entries.len(), 2);
    assert!(contents.incomplete.unwrap().contains("more than 2 files"));
    limits.data_entries = 100;
    limits.data_paths = 3;
    let (_, contents) = inspect(file.as_slice(), &limits).unwrap();
    assert!(
        contents
            .incomplete
            .unwrap()
            .contains("the list of files is larger")
    );
    limits.data_unpacked = 600;
    let (_, contents) = inspect(file.as_slice(), &limits).unwrap();
    assert!(contents.incomplete.unwrap().contains("unpacked is larger"));
}

#[test]
fn a_failing_source_is_not_blamed_on_the_file() {
    struct Failing<'a>(&'a [u8]);
    impl Read for Failing<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            match self.0.read(buffer)? {
                0 => Err(io::Error::other("the disk is gone")),
                read => Ok(read),
            }
        }
    }
    let file = sample().build().unwrap();
    for end in [0, 20, 100, 300, file.len() - 10] {
        let error = read(Failing(&file[..end]), &Limits::default()).unwrap_err();
        assert!(matches!(error, ReadError::Io(_)), "{end}: {error}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn garbage_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..2_000)) {
        let _ = inspect(bytes.as_slice(), &Limits::default());
        let _ = read(bytes.as_slice(), &Limits::default());
        let control = archive(&[("debian-binary", b"2.0\n"), ("control.tar", &bytes), ("data.tar", &bytes)]);
        let _ = inspect(control.as_slice(), &Limits::default());
    }

    #[test]
    fn a_damaged_package_never_panics(
        position in 0_usize..3_000,
        value in any::<u8>(),
        compression in 0_usize..4,
    ) {
        let mut file = sample().compression(ALL[compression]).build().unwrap();
        let position = position % file.len();
        file[position] = value;
        let _ = inspect(file.as_slice(), &Limits::default());
        let _ = read(file.as_slice(), &Limits::default());
    }

    #[test]
    fn what_was_built_is_what_is_read(
        name in "[a-z0-9][a-z0-9+.-]{1,30}",
        version in "[0-9]([a-z0-9.+~-]{0,20}[a-z0-9])?",
        description in "[^\0\r]{0,200}",
        path in "[a-z]{1,60}/[a-z]{1,120}",
        content in proptest::collection::vec(any::<u8>(), 0..2_000),
    ) {
        let file = Builder::new(&name, &version, "all")
            .field("Description", &description)
            .file(&path, 0o644, &content)
            .compression(Compression::Gzip)
            .build()
            .unwrap();
        let (package, contents) = inspect(file.as_slice(), &Limits::default()).unwrap();
        prop_assert_eq!(package.name(), name);
        prop_assert_eq!(package.version(), version);
        let entry = contents.entries.iter().find(|entry| entry.path == path).unwrap();
        prop_assert_eq!(entry.size, content.len() as u64);
    }
}
