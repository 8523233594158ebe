//! Where what is said cannot be written.

use std::fs::OpenOptions;
use std::process::Stdio;

use super::{Answer, below, configured, migasfree};

fn full() -> Stdio {
    let device = OpenOptions::new().write(true).open("/dev/full");
    device.unwrap().into()
}

#[tokio::test]
async fn words_that_a_full_disk_loses_are_no_success() {
    let folder = configured("[client]\nDebug = maybe\n");
    for arguments in [
        &["conf"][..],
        &["conf", "--json"],
        &["version"],
        &["--help"],
        &[],
    ] {
        let mut command = below(folder.path(), arguments);
        command.stdout(full()).stderr(Stdio::piped());
        let child = command.spawn().unwrap();
        let answer = Answer::from(child.wait_with_output().await.unwrap()).ends(74);
        assert!(answer.err.contains("could not be written"), "{answer:?}");
        assert!(answer.err.contains("the disk is full"), "{answer:?}");
    }
    // What goes wrong besides is the more important.
    let mut command = below(folder.path(), &["sync"]);
    command.stdout(full()).stderr(Stdio::piped());
    let child = command.spawn().unwrap();
    Answer::from(child.wait_with_output().await.unwrap()).ends(115);
}

#[tokio::test]
async fn complaints_that_nobody_can_read_change_nothing() {
    let folder = configured("[client]\nServer = http://m.example\nDebug = maybe\n");
    let both = |arguments: &[&str], status| {
        let mut command = below(folder.path(), arguments);
        command.stdout(Stdio::piped()).stderr(full());
        async move {
            let child = command.spawn().unwrap();
            Answer::from(child.wait_with_output().await.unwrap()).ends(status)
        }
    };
    let answer = both(&["conf"], 0).await;
    assert!(answer.out.contains("m.example"), "{answer:?}");
    both(&["sync"], 115).await;
}

#[tokio::test]
async fn a_reader_that_goes_away_is_no_failure() {
    let folder = configured("[client]\n");
    for mut command in [below(folder.path(), &["conf"]), migasfree(&["--help"])] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        command.stdout(writer).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut heard = String::new();
        let mut complaints = child.stderr.take().unwrap();
        tokio::io::AsyncReadExt::read_to_string(&mut complaints, &mut heard)
            .await
            .unwrap();
        assert_eq!(
            (child.wait().await.unwrap().code(), heard.as_str()),
            (Some(0), "")
        );
    }
}
