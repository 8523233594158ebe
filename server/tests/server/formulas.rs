//! The formulas and fault definitions every server begins with run on a system that has little.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use migasfree_server_db::args;

use crate::harness::Server;
use crate::on_both_engines;

/// What the smallest Debian has; lspci and ip are not among it.
const TOOLS: [&str; 5] = ["bash", "cat", "df", "tail", "tr"];

/// A folder with nothing but these programs.
fn tools(folder: &Path) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap();
    for tool in TOOLS {
        let mut places = std::env::split_paths(&path).map(|folder| folder.join(tool));
        let found = places.find(|path| path.exists()).unwrap();
        symlink(found, folder.join(tool)).unwrap();
    }
    folder.to_owned()
}

fn run(program: &str, argument: &str, code: &str, path: &Path) -> Output {
    let mut command = Command::new(program);
    command
        .arg(argument)
        .arg(code)
        .env_clear()
        .env("PATH", path);
    command.output().unwrap()
}

on_both_engines! {
    async fn seeded_code_runs_on_a_minimal_system_and_with_an_old_python(server: Server) {
        let folder = tempfile::tempdir().unwrap();
        let path = tools(folder.path());
        let seeded = "SELECT prefix, language, code FROM core_property WHERE code <> '' \
                      UNION ALL SELECT name, language, code FROM client_faultdefinition";
        let seeded: Vec<(String, i64, String)> = server.state().db.all(seeded, args![]).await.unwrap();
        assert!(seeded.len() >= 5, "{seeded:?}");
        for (name, language, code) in seeded {
            let output = match language {
                0 => run("/bin/bash", "-c", &code, &path),
                _ => run("/usr/bin/python3", "-c", &code, &path),
            };
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success() && said.is_empty(), "{name}: {said}");
            if language == 1 {
                let parse = "import ast, sys; ast.parse(sys.argv[1], feature_version=(3, 6))";
                let mut python = Command::new("/usr/bin/python3");
                let parsed = python.args(["-c", parse, &code]).output().unwrap();
                assert!(parsed.status.success(), "{name}: {}", String::from_utf8_lossy(&parsed.stderr));
                for newer in ["text=", "capture_output=", "removeprefix", "removesuffix", "math.prod"] {
                    assert!(!code.contains(newer), "{name} needs a newer Python than 3.6: {newer}");
                }
            }
        }
    }
}
