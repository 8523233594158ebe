//! Help, and the configuration as it is shown, edited and complained about.

use std::fs;

use tokio::process::Command;

use super::{Answer, below, configured, migasfree};

#[tokio::test]
async fn help_version_and_mistakes() {
    let help = Answer::of(migasfree(&[])).await.ok();
    assert!(
        help.out.contains("synchronise") || help.out.contains("Synchronise"),
        "{}",
        help.out
    );
    let version = Answer::of(migasfree(&["-q", "version"])).await.ok();
    assert_eq!(version.out.trim(), env!("CARGO_PKG_VERSION"));
    Answer::of(migasfree(&["no-such-thing"])).await.ends(2);
    let empty = tempfile::tempdir().unwrap();
    let mut upload = migasfree(&["--root"]);
    upload.arg(empty.path()).args(["upload", "-f", "/no/such"]);
    let answer = Answer::of(upload).await.ends(2);
    assert!(
        answer.err.contains("/no/such"),
        "the file comes before everything else: {}",
        answer.err
    );
}

#[tokio::test]
async fn the_configuration_is_shown_and_edited() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("etc/migasfree.conf");
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(&file, "# ours\n[client]\n# Proxy = \nServer = old\n").unwrap();
    let run = |arguments: &[&str]| {
        let mut command = migasfree(&["--root"]);
        command.arg(folder.path()).arg("conf").args(arguments);
        Answer::of(command)
    };
    run(&[
        "-s",
        "http://m.example:8080",
        "-p",
        "tests",
        "-x",
        "cache:3128",
    ])
    .await
    .ok();
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.starts_with("# ours\n[client]\nProject = tests\n# Proxy = \nProxy = cache:3128\nServer = http://m.example:8080\n"), "{text}");
    let shown = run(&["--json"]).await.ok().json();
    assert_eq!(shown["server"], "m.example:8080");
    assert_eq!(shown["api_protocol"], "http");
    assert_eq!(shown["project"], "tests");
    for key in ["computer_name", "user", "uuid", "manage_devices", "ca_file"] {
        assert!(!shown[key].is_null(), "{key}");
    }
    run(&["-s", "two words", "-p", "fine"]).await.ends(22);
    run(&["-a", "perhaps"]).await.ends(22);
    let mut spanish = below(folder.path(), &["conf", "-x", "host"]);
    spanish.env("LC_ALL", "es_ES.UTF-8");
    let told = Answer::of(spanish).await.ends(22).err;
    assert!(told.contains("debe ser host:puerto, o vacío"), "{told}");
    assert_eq!(fs::read_to_string(&file).unwrap(), text, "all or nothing");
    fs::write(&file, "[client]\nServer = two words\n").unwrap();
    run(&[]).await.ends(2);
    run(&["-s", "m.example"]).await.ok();
    let written = fs::read_to_string(&file).unwrap();
    assert_eq!(written, "[client]\nServer = m.example\n");
}

#[tokio::test]
async fn texts_come_in_the_language_of_the_person() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = migasfree(&["--root"]);
    command
        .arg(folder.path())
        .args(["sync"])
        .env("LC_ALL", "es_ES.UTF-8");
    let answer = Answer::of(command).await.ends(115);
    assert!(answer.err.contains("gestor de paquetes"), "{}", answer.err);
}

#[tokio::test]
async fn every_setting_of_the_documentation_is_shown() {
    let folder = configured("[client]\nScript_Silence_Limit = 90s\n[packager]\nUser = ana\n");
    let shown = Answer::of(below(folder.path(), &["conf"])).await.ok().out;
    let manual = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/command-line.md");
    let manual = fs::read_to_string(manual).unwrap();
    let table = manual.split("| Key in `[client]` |").nth(1).unwrap();
    let rows = table
        .lines()
        .skip(2)
        .take_while(|line| line.starts_with('|'));
    let names = rows.flat_map(|line| line.split('|').nth(1).unwrap().split(','));
    let mut count = 0;
    for name in names.map(|name| name.trim().trim_matches('`')) {
        assert!(shown.contains(&format!("\n{name} = ")), "{name}: {shown}");
        count += 1;
    }
    assert!(count > 10, "{count}");
    assert!(
        shown.contains("\nScript_Silence_Limit = 90s (file)\n"),
        "{shown}"
    );
    assert!(shown.contains("[packager]\nUser = ana (file)\n"), "{shown}");
}

#[tokio::test]
async fn a_value_that_says_nothing_is_told_once_and_the_command_goes_on() {
    let folder =
        configured("[client]\nDebug = maybe\nUnattended_Removals = many\nPackage_Manager = aptt\n");
    let file = folder.path().join("etc/migasfree.conf");
    let run = |language: &str, arguments: &[&str]| {
        let mut command = below(folder.path(), arguments);
        command.env("LC_ALL", language);
        Answer::of(command)
    };
    let answer = run("C.UTF-8", &["conf", "--json"]).await.ok();
    answer.json();
    for words in [
        "[client] Debug = maybe: this is not `true` or `false`; `false` is used",
        "[client] Unattended_Removals = many: this is not a whole number; `5` is used",
        "[client] Package_Manager = aptt",
    ] {
        let line = format!("{}: {words}", file.display());
        assert_eq!(
            answer.err.matches(&line).count(),
            1,
            "{line}\n{}",
            answer.err
        );
    }
    let answer = run("es_ES.UTF-8", &["conf"]).await.ok();
    let spanish = "Debug = maybe: no es `true` ni `false`; se usa `false`.";
    assert!(answer.err.contains(spanish), "{}", answer.err);
    fs::write(&file, "[client]\nDebug = no\n").unwrap();
    assert_eq!(run("C.UTF-8", &["conf"]).await.ok().err, "");
}

#[tokio::test]
async fn a_damaged_configuration_is_told_and_not_made_worse() {
    let folder = configured("[client\nServer = http://m.example\n\0\0\n");
    let file = folder.path().join("etc/migasfree.conf");
    let answer = Answer::of(below(folder.path(), &["conf"])).await.ok();
    let line = format!(
        "{}: these lines are not understood and left out: 1, 2, 3",
        file.display()
    );
    assert!(answer.err.contains(&line), "{}", answer.err);
    let damaged = b"[client]\n# Espa\xf1a\nServer = http://m.example\n";
    fs::write(&file, damaged).unwrap();
    let shown = Answer::of(below(folder.path(), &["conf", "--json"])).await;
    assert_eq!(shown.ok().json()["server"], "m.example");
    let refused = Answer::of(below(folder.path(), &["conf", "-p", "tests"])).await;
    let refused = refused.ends(22);
    assert!(refused.err.contains("not text in UTF-8"), "{refused:?}");
    assert_eq!(fs::read(&file).unwrap(), damaged);
}

#[tokio::test]
async fn a_configuration_that_cannot_be_written_is_not_called_wrong() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("etc"), "no folder").unwrap();
    let refused = Answer::of(below(folder.path(), &["conf", "-p", "tests"])).await;
    let refused = refused.ends(13).err;
    assert!(refused.contains("etc/migasfree.conf: "), "{refused}");
    assert!(!refused.contains("configuration is wrong"), "{refused}");
}

#[tokio::test]
async fn a_list_to_check_that_is_none_is_refused() {
    let folder = configured("[client]\n");
    for wrong in ["nonsense", "{}", "[1]", ""] {
        let answer = Answer::of(below(folder.path(), &["packages", "-c", wrong]))
            .await
            .ends(2);
        assert!(answer.json()["error"].is_string(), "{answer:?}");
        assert!(
            answer.err.contains("is not a JSON list of names"),
            "{answer:?}"
        );
    }
    let broken = Answer::of(below(folder.path(), &["packages", "-c", "{bad"])).await;
    assert!(broken.err.contains("column 2"), "{broken:?}");
}

#[tokio::test]
async fn the_manual_has_the_way_to_new_keys_of_the_server() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = migasfree(&["--manual"]);
    command.arg(folder.path());
    Answer::of(command).await.ok();
    let page = folder.path().join("man1/migasfree-register.1");
    let page = fs::read_to_string(page).unwrap().replace('\\', "");
    assert!(page.contains("--accept-new-keys"), "{page}");
}

#[tokio::test]
async fn a_cache_that_is_no_host_and_port_is_left_out_and_a_mark_of_an_editor_is_no_text() {
    let text = "\u{feff}[client]\nServer = http://m.example\nPackage_Proxy_Cache = c:1 evil main\n";
    let folder = configured(text);
    let shown = |environment: &'static str| {
        let mut command = below(folder.path(), &["conf", "--json"]);
        if !environment.is_empty() {
            command.env("MIGASFREE_CLIENT_PACKAGE_PROXY_CACHE", environment);
        }
        Answer::of(command)
    };
    for environment in ["", "c:1\nTrusted: yes", "c:1 evil"] {
        let answer = shown(environment).await.ok();
        assert!(answer.err.contains("Package_Proxy_Cache"), "{answer:?}");
        let json = answer.json();
        assert_eq!(json["server"], "m.example", "{answer:?}");
        assert!(!json.to_string().contains("c:1"), "{json}");
    }
    let fine = shown("c:3142").await.ok();
    assert!(!fine.err.contains("Package_Proxy_Cache"), "{fine:?}");
}

#[tokio::test]
async fn a_root_that_is_not_there_is_told() {
    let answer = Answer::of(migasfree(&["--root", "/no/such/root", "status"])).await;
    assert!(answer.ends(2).err.contains("/no/such/root"));
}

#[tokio::test]
async fn mistakes_and_files_that_are_not_there_are_told_in_the_language_of_the_person() {
    let folder = configured("[client]\nServer = m.example\n");
    let spanish = async |arguments: &[&str]| {
        let mut command = below(folder.path(), arguments);
        command.env("LC_ALL", "es_ES.UTF-8");
        Answer::of(command).await.ends(2).err
    };
    let told = spanish(&["status", "--nope"]).await;
    assert!(
        told.contains("No existe aquí el argumento `--nope`"),
        "{told}"
    );
    assert!(told.contains("Uso: migasfree"), "{told}");
    let file = "/no/such/tool.deb";
    let told = spanish(&["upload", "-j", "tests", "-s", "base", "-f", file]).await;
    let words = format!("{file}: no existe ese fichero o carpeta");
    assert!(told.contains(&words), "{told}");
}

#[tokio::test]
async fn a_damaged_memory_of_the_servers_keys_is_named_with_what_to_do() {
    let folder = configured("[client]\nServer = m.example\n");
    let state = folder.path().join("var/lib/migasfree/m.example");
    fs::create_dir_all(&state).unwrap();
    let file = state.join("trust.json");
    fs::write(&file, "{").unwrap();
    for (locale, words) in [
        ("C.UTF-8", "Put the file back"),
        ("es_ES.UTF-8", "Restaure el fichero"),
    ] {
        let fingerprint = "a".repeat(40);
        let mut command = below(folder.path(), &["keys", "accept", &fingerprint]);
        command.env("LC_ALL", locale);
        let told = Answer::of(command).await.ends(1).err;
        assert!(told.contains(words), "{told}");
        assert!(told.contains(file.to_str().unwrap()), "{told}");
    }
    assert_eq!(
        fs::read_to_string(&file).unwrap(),
        "{",
        "it is left as it is"
    );
}

#[tokio::test]
async fn the_daemon_says_once_why_it_does_not_start() {
    let folder = configured("[client]\nServer = m.example\n");
    let mut command = Command::new(env!("CARGO_BIN_EXE_migasfreed"));
    command
        .arg("--root")
        .arg(folder.path())
        .env("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/no/such/bus");
    let told = Answer::of(command).await.ends(1).err;
    assert_eq!(told.matches("os error").count(), 1, "{told}");
}
