//! What a job asks of a person, and a person's password.

use std::io::Write as _;
use std::os::fd::AsFd as _;
use std::time::Duration;

use migasfree_dbus::{CallOptions, JobResult, JobState};

use crate::engine::World;
use crate::fixture::{Fixture, next};

pub async fn a_question_reaches_the_owner_and_the_answer_the_job() {
    let world = World {
        download: 500,
        asks: true,
        ..World::new()
    };
    let fixture = Fixture::session(world).await;
    let client = fixture.connect().await;
    let path = client
        .manager
        .install_apps(&[1], CallOptions::default())
        .await
        .unwrap();
    let job = client.job(&path).await;
    job.subscribe().await.unwrap();
    let mut questions = job.receive_question().await.unwrap();
    let question = next(&mut questions).await;
    let question = question.args().unwrap();
    assert_eq!(*question.kind(), "conffile");
    assert!(question.data().contains_key("file"));
    assert_eq!(job.state().await.unwrap(), JobState::WaitingAnswer);
    // Who opens a window now finds it too.
    let open = job.open_question().await.unwrap();
    assert_eq!((open.id, open.kind.as_str()), (*question.id(), "conffile"));
    assert_eq!(
        (open.default.as_str(), open.data["file"].as_str()),
        ("keep", "/etc/tool.conf")
    );
    let wrong = job.answer(99, "replace").await.unwrap_err();
    assert_eq!(wrong.code(), Some("NotFound"));
    job.answer(*question.id(), "replace").await.unwrap();
    let record = client.finished(&path).await;
    let (_, bytes) = client
        .manager
        .read_output(&record.id, 0, 4096)
        .await
        .unwrap();
    assert!(
        String::from_utf8(bytes)
            .unwrap()
            .contains("answer: replace")
    );
}

pub async fn a_question_ends_with_the_window_that_showed_it() {
    let world = World {
        download: 500,
        asks: true,
        ..World::new()
    };
    let fixture = Fixture::session(world).await;
    let client = fixture.connect().await;
    let path = client
        .manager
        .install_apps(&[1], CallOptions::default())
        .await
        .unwrap();
    let window = fixture.connect().await;
    let shown = window.job(&path).await;
    shown.subscribe().await.unwrap();
    let mut questions = shown.receive_question().await.unwrap();
    next(&mut questions).await;
    // Longer than a question stays open that nobody listens to.
    tokio::time::sleep(Duration::from_secs(7)).await;
    assert_eq!(shown.state().await.unwrap(), JobState::WaitingAnswer);
    drop((questions, shown, window));
    let record = client.finished(&path).await;
    let (_, bytes) = client
        .manager
        .read_output(&record.id, 0, 4096)
        .await
        .unwrap();
    let output = String::from_utf8(bytes).unwrap();
    assert!(output.contains("answer: keep"), "{output}");
}

pub async fn a_password_comes_through_a_pipe_and_is_never_written_down() {
    let fixture = Fixture::session(World::new()).await;
    let client = fixture.connect().await;
    let register = async |password: &[u8]| {
        let (reader, mut writer) = std::io::pipe().unwrap();
        writer.write_all(password).unwrap();
        drop(writer);
        client
            .manager
            .register("admin", reader.as_fd().into(), CallOptions::default())
            .await
    };
    let path = register(b"wrong-secret\n").await.unwrap();
    let record = client.finished(&path).await;
    assert_eq!(record.error_code.as_deref(), Some("server"));
    assert!(record.message.unwrap().contains("wrong password"));
    let path = register(b"right").await.unwrap();
    let record = client.finished(&path).await;
    assert_eq!(record.result, Some(JobResult::Success), "{record:?}");
    let found = std::process::Command::new("grep")
        .args(["--recursive", "--quiet", "wrong-secret"])
        .arg(fixture.folder())
        .status()
        .unwrap();
    assert_eq!(found.code(), Some(1), "the password is on disk");

    let refused = register(&[b'x'; 10_000]).await.unwrap_err();
    assert_eq!(refused.code(), Some("InvalidArgument"));
    let device = std::fs::File::open("/dev/zero").unwrap();
    let refused = client
        .manager
        .register("admin", device.as_fd().into(), CallOptions::default())
        .await
        .unwrap_err();
    assert_eq!(refused.code(), Some("InvalidArgument"));
}
