//! When an end comes again.

use std::time::Duration;

use migasfree_carrier::backoff::Backoff;

const FIRST: Duration = Duration::from_secs(1);
const MOST: Duration = Duration::from_secs(60);

#[test]
fn each_attempt_may_wait_twice_as_long_and_no_longer_than_the_most() {
    let mut backoff = Backoff::new(FIRST, MOST);
    let waits: Vec<u64> = (0..8)
        .map(|_| backoff.next(u32::MAX, None).as_secs())
        .collect();
    assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60]);
    backoff.reset();
    assert_eq!(backoff.next(u32::MAX, None), FIRST);
}

#[test]
fn nobody_waits_as_long_as_another() {
    let mut backoff = Backoff::new(FIRST, MOST);
    assert_eq!(backoff.next(0, None), Duration::ZERO);
    let half = backoff.next(u32::MAX / 2, None).as_secs_f64();
    assert!((half - 1.0).abs() < 0.01, "{half}");
}

#[test]
fn what_the_server_wants_is_the_least() {
    let hint = Some(Duration::from_secs(20));
    let mut backoff = Backoff::new(FIRST, MOST);
    assert_eq!(backoff.next(0, hint).as_secs(), 20);
    assert_eq!(backoff.next(u32::MAX, hint).as_secs(), 30);
}

#[test]
fn a_thousand_attempts_are_as_good_as_ten() {
    let mut backoff = Backoff::new(FIRST, MOST);
    let last = (0..1000).map(|_| backoff.next(u32::MAX, None)).last();
    assert_eq!(last, Some(MOST));
}
