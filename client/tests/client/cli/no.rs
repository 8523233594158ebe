//! Somebody who is asked says no.

use super::{Answer, Bench};
use crate::support::packages::plain;

#[tokio::test(flavor = "multi_thread")]
async fn no_is_an_answer_and_no_failure() {
    let packages = vec![
        plain("tool", "1"),
        plain("resident", "1"),
        plain("rival", "1").field("Conflicts", "resident"),
    ];
    let Some(bench) = Bench::offering(packages).await else {
        return;
    };
    bench.run(&["sync"]).await.ok();
    bench.run(&["install", "resident"]).await.ok();
    for (arguments, question) in [
        (&["install", "rival"][..], "Go on all the same?"),
        (&["purge", "resident"], "Continue?"),
        (&["register"], "Register this computer"),
    ] {
        let command = bench.command(arguments);
        let answer = Answer::at_a_terminal(command, "n\n").await.ends(11);
        assert!(answer.out.contains(question), "{answer:?}");
        assert!(answer.out.contains("Nothing was done."), "{answer:?}");
    }
    let check = bench.run(&["packages", "-c", r#"["resident","rival"]"#]);
    assert_eq!(check.await.ok().out, "[\"resident\"]\n");
    // Where nobody can be asked the policy refuses.
    bench.run(&["install", "rival"]).await.ends(71);
}
