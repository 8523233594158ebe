//! Control data is taken when dpkg takes it, and what is written of it is what apt reads: decided
//! by the real dpkg and the real apt, over texts made by chance.
#![allow(clippy::disallowed_methods, reason = "it works with the real system")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;
use std::process::{Command, Output};

use migasfree_deb::{Limits, ReadError, archive, read, read_index};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};

/// A package with exactly this control file.
fn package(control: &str) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_path("./control").unwrap();
    header.set_mode(0o644);
    header.set_size(control.len() as u64);
    header.set_cksum();
    builder.append(&header, control.as_bytes()).unwrap();
    let control = builder.into_inner().unwrap();
    archive(&[
        ("debian-binary", b"2.0\n"),
        ("control.tar", &control),
        ("data.tar", &[0; 1024]),
    ])
}

fn control(more: &str) -> String {
    format!(
        "Package: x-test\nVersion: 1.0\nArchitecture: all\nMaintainer: T <t@example.org>\n{more}\
         Description: x\n"
    )
}

/// dpkg and apt on an empty system of their own.
struct Tools(tempfile::TempDir);

impl Tools {
    /// `None` where there is no dpkg: the real tools decide, or nobody does.
    fn find() -> Option<Self> {
        Command::new("dpkg").arg("--version").output().ok()?;
        let folder = tempfile::tempdir().unwrap();
        for path in ["updates", "info", "triggers"] {
            std::fs::create_dir_all(folder.path().join("var/lib/dpkg").join(path)).unwrap();
        }
        std::fs::write(folder.path().join("var/lib/dpkg/status"), "").unwrap();
        Some(Self(folder))
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.0.path().join(name)
    }

    fn dpkg_takes(&self, file: &[u8]) -> bool {
        let path = self.path("x.deb");
        std::fs::write(&path, file).unwrap();
        let mut dpkg = Command::new("dpkg");
        dpkg.arg("--root").arg(self.0.path());
        dpkg.arg("--force-not-root").arg("--no-act");
        for force in ["depends", "conflicts", "breaks"] {
            dpkg.arg(format!("--force-{force}"));
        }
        dpkg.arg("-i").arg(path);
        done(&mut dpkg).status.success()
    }

    /// Whether apt reads a list of packages.
    fn apt_reads(&self, index: &str) -> bool {
        let path = self.path("status");
        std::fs::write(&path, index).unwrap();
        let mut apt = Command::new("apt-cache");
        for (name, value) in [
            ("Dir::State::status", path.as_path()),
            ("Dir::State::lists", &self.path("lists")),
            ("Dir::Etc::sourcelist", Path::new("/dev/null")),
            ("Dir::Etc::sourceparts", Path::new("/dev/null")),
            ("Dir::Cache::pkgcache", Path::new("")),
            ("Dir::Cache::srcpkgcache", Path::new("")),
        ] {
            apt.arg("-o").arg(format!("{name}={}", value.display()));
        }
        done(apt.arg("policy")).status.success()
    }
}

fn done(command: &mut Command) -> Output {
    command.env("LC_ALL", "C").output().unwrap()
}

/// The part of an index a package gets, with what the server adds.
fn stanza(control: &str) -> String {
    let digest = "0".repeat(64);
    format!("{control}Filename: x.deb\nSize: 1\nSHA256: {digest}\n\n")
}

/// Texts that are relations, nearly relations, or not at all.
fn relation() -> impl Strategy<Value = String> {
    let name = prop_oneof!["[a-z][a-z0-9+.-]{0,4}", "[A-Za-z0-9_~.${}]{0,4}"];
    let qualifier =
        prop_oneof![4 => Just(""), 1 => Just(":any"), 1 => Just(":amd64"), 1 => Just(":")];
    let operator = prop_oneof![
        Just(">="),
        Just("<="),
        Just("<<"),
        Just(">>"),
        Just("="),
        Just("<"),
        Just(">"),
        Just(""),
        Just("=>"),
        Just("<>"),
        Just("=="),
    ];
    let version = prop_oneof![
        4 => "[0-9][0-9a-z.+~-]{0,4}",
        1 => "[0-9a-z:_ .-]{0,5}",
        1 => Just(String::new()),
    ];
    let blank = || prop_oneof![3 => Just(""), 2 => Just(" "), 1 => Just("\n "), 1 => Just("\t")];
    let constraint = (blank(), blank(), operator, blank(), version, blank()).prop_map(
        |(before, inside, operator, between, version, after)| {
            format!("{before}({inside}{operator}{between}{version}{after})")
        },
    );
    let constraint = prop_oneof![1 => Just(String::new()), 2 => constraint];
    (name, qualifier, constraint).prop_map(|(name, qualifier, rest)| name + qualifier + &rest)
}

fn value() -> impl Strategy<Value = String> {
    let separator = prop_oneof![
        5 => Just(", "), 2 => Just(","), 2 => Just(" | "), 1 => Just("|"), 1 => Just(",\n "),
        1 => Just("; "), 1 => Just(",,"), 1 => Just(" "), 1 => Just(" || "),
    ];
    let more = prop::collection::vec((separator, relation()), 0..3);
    let end = prop_oneof![8 => Just(""), 1 => Just(","), 1 => Just(" "), 1 => Just(" [x]")];
    (relation(), more, end).prop_map(|(mut value, more, end)| {
        for (separator, relation) in more {
            value.push_str(separator);
            value.push_str(&relation);
        }
        value + end
    })
}

#[test]
fn relations_are_taken_as_dpkg_takes_them_and_written_as_apt_reads_them() {
    let Some(tools) = Tools::find() else { return };
    let field = prop_oneof![
        3 => Just("Depends"), 1 => Just("Provides"), 1 => Just("Conflicts"), 1 => Just("Recommends"),
    ];
    let mut runner = TestRunner::new_with_rng(
        Config {
            cases: 250,
            failure_persistence: None,
            ..Config::default()
        },
        proptest::test_runner::TestRng::deterministic_rng(
            proptest::test_runner::RngAlgorithm::ChaCha,
        ),
    );
    let mut index = String::new();
    let mut taken = 0;
    let outcome = runner.run(&(field, value()), |(field, value)| {
        let text = control(&format!("{field}: {value}\n"));
        let file = package(&text);
        let ours = read(file.as_slice(), &Limits::default());
        prop_assert_eq!(
            ours.is_ok(),
            tools.dpkg_takes(&file),
            "{}: {:?}",
            value,
            ours
        );
        // The second reader stops where apt stops.
        let raw = stanza(&text);
        let stops =
            !tools.apt_reads(&raw.replace("x-test", "x-test\nStatus: install ok installed"));
        prop_assert_eq!(read_index(&raw).is_err(), stops, "{}", value);
        Ok(())
    });
    outcome.unwrap();
    // And of what is taken, apt reads everything at once.
    let mut runner = TestRunner::deterministic();
    for number in 0..1_500 {
        let value = value().new_tree(&mut runner).unwrap().current();
        let file = package(&control(&format!("Depends: {value}\n")));
        if let Ok(package) = read(file.as_slice(), &Limits::default()) {
            let control = package.control().to_string();
            index.push_str(&stanza(
                &control.replace("x-test", &format!("x-test{number}")),
            ));
            taken += 1;
        }
    }
    assert!(taken > 100, "only {taken} were taken");
    read_index(&index).unwrap();
    let installed = index.replace("\nVersion:", "\nStatus: install ok installed\nVersion:");
    assert!(tools.apt_reads(&installed));
}

#[test]
fn what_dpkg_takes_is_taken() {
    let tools = Tools::find();
    for more in [
        "Depends: a(>=1)\n",
        "Depends: a (1.0)\n",
        "Depends: a (1)\n",
        "Depends: a (> 1.0)\n",
        "Depends: a:any\n",
        "Depends: a,\n b (>= 1),\n c\n",
        "Depends:\nProvides:\nSection:\n",
        "dEPENDS: a\nINSTALLED-SIZE: 1\n",
        "Depends : a\n",
        "Provides: a (>= 1), b\n",
        "Installed-Size: 65M\n",
        "Installed-Size: 706.0\n",
        "Installed-Size: 6.5 kB\n",
        "Installed-Size: 1,234\n",
        "Installed-Size: -1\n",
        "Essential: No\nMulti-Arch: Foreign\n",
    ] {
        let file = package(&control(more));
        let package = read(file.as_slice(), &Limits::default()).unwrap();
        let published = stanza(&package.control().to_string());
        read_index(&published).unwrap();
        if let Some(tools) = &tools {
            assert!(tools.dpkg_takes(&file), "{more:?}");
            let installed =
                published.replace("\nVersion:", "\nStatus: install ok installed\nVersion:");
            assert!(tools.apt_reads(&installed), "{published}");
        }
        if more.starts_with("Installed-Size") {
            assert_eq!(package.installed_size(), None, "{more:?}");
        }
    }
    let file = package(&control("").replace("x-test", "MF-Agent"));
    let package = read(file.as_slice(), &Limits::default()).unwrap();
    assert_eq!(package.name(), "mf-agent");
    assert!(
        package
            .control()
            .to_string()
            .starts_with("Package: mf-agent\n")
    );
}

#[test]
fn apt_gets_neither_words_it_warns_of_nor_more_names_than_it_can_compare() {
    for (more, written) in [
        ("Important: maybe\n", None),
        ("Important: YES\n", Some("yes")),
        ("Build-Essential: 2\n", None),
    ] {
        let file = package(&control(more));
        let package = read(file.as_slice(), &Limits::default()).unwrap();
        let field = more.split(':').next().unwrap();
        assert_eq!(package.control().get(field), written, "{more:?}");
    }
    let (many, choices) = ("a, ".repeat(4_999), "a | ".repeat(499));
    for (more, taken) in [
        (format!("Depends: {many}b\n"), true),
        (format!("Depends: {many}b, c\n"), false),
        (format!("Depends: {choices}b\n"), true),
        (format!("Depends: {choices}b | c\n"), false),
    ] {
        let file = package(&control(&more));
        let read = read(file.as_slice(), &Limits::default());
        assert_eq!(read.is_ok(), taken, "{}", more.len());
    }
}

#[test]
fn what_dpkg_refuses_is_refused_with_field_and_text() {
    let tools = Tools::find();
    for (more, field, text) in [
        ("Depends: libc6 (>= )\n", "Depends", "libc6 (>= )"),
        ("Pre-Depends: python3>=3.9\n", "Pre-Depends", "python3>=3.9"),
        ("Recommends: a; b\n", "Recommends", "a; b"),
        ("Suggests: , a\n", "Suggests", ", a"),
        ("Enhances: a || b\n", "Enhances", "a || b"),
        ("Conflicts: a [linux-any]\n", "Conflicts", "a [linux-any]"),
        ("Breaks: a,, b\n", "Breaks", "a,, b"),
        ("Replaces: (>= 1)\n", "Replaces", "(>= 1)"),
        ("Provides: a | b\n", "Provides", "a | b"),
        ("Multi-Arch: same\n", "Multi-Arch", "all architectures"),
        ("Essential: maybe\n", "Essential", "does not know"),
        ("Status: install ok installed\n", "Status", "not allowed"),
        ("Config-Version: 1\n", "Config-Version", "not allowed"),
    ] {
        let file = package(&control(more));
        let refused = read(file.as_slice(), &Limits::default())
            .unwrap_err()
            .to_string();
        assert!(refused.contains(field), "{refused}");
        assert!(refused.contains(text), "{refused}");
        if let Some(tools) = &tools {
            assert!(!tools.dpkg_takes(&file), "{more:?}");
        }
    }
    for (foreign, instead) in [("noarch", "all"), ("x86_64", "amd64"), ("aarch64", "arm64")] {
        let text = control("").replace(" all", &format!(" {foreign}"));
        let refused = read(package(&text).as_slice(), &Limits::default()).unwrap_err();
        assert!(
            matches!(&refused, ReadError::Architecture { .. }),
            "{refused}"
        );
        assert!(refused.to_string().ends_with(&format!("write {instead}")));
    }
}
