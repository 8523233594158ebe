//! Two ends and the relay between them, whatever happens in which order.
#![allow(clippy::unwrap_used)]

mod world;

use migasfree_tunnel::frame::StreamId;
use migasfree_tunnel::switch::End;
use proptest::prelude::*;

use world::World;

fn run(streams: usize, each: usize, steps: &[(u8, usize)]) -> World {
    let mut world = World::new(each);
    for _ in 0..streams {
        world.open();
    }
    for (action, most) in steps {
        world.step(*action, *most);
    }
    world.settle();
    world
}

fn everything_arrived(world: &World, streams: usize, each: usize) {
    assert_eq!((world.operator.resets, world.agent.resets), (0, 0));
    assert_eq!(world.operator.ended.len(), streams);
    assert_eq!(world.agent.ended.len(), streams);
    let read = |read: usize| assert_eq!(read, each);
    if each > 0 {
        world.operator.read.values().copied().for_each(read);
        world.agent.read.values().copied().for_each(read);
        assert_eq!(world.operator.read.len(), streams);
        assert_eq!(world.agent.read.len(), streams);
    }
}

#[test]
fn what_is_written_arrives_and_nothing_is_left_behind() {
    let world = run(3, 1_000_000, &[]);
    everything_arrived(&world, 3, 1_000_000);
    assert_eq!(world.switch.agent_streams().count(), 0);
    assert_eq!(world.switch.totals().inwards, 3_000_000);
    assert_eq!(world.switch.totals().outwards, 3_000_000);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_interleaving_loses_doubles_or_mixes_bytes(
        streams in 1_usize..4,
        each in prop_oneof![0_usize..5, 1_usize..400_000],
        steps in prop::collection::vec((0_u8..10, 1_usize..100_000), 0..400),
    ) {
        everything_arrived(&run(streams, each, &steps), streams, each);
    }

    #[test]
    fn a_session_goes_on_exactly_where_it_was_whichever_line_breaks(
        streams in 1_usize..4,
        each in prop_oneof![0_usize..5, 1_usize..400_000],
        steps in prop::collection::vec((0_u8..13, 1_usize..100_000), 0..400),
    ) {
        everything_arrived(&run(streams, each, &steps), streams, each);
    }

    #[test]
    fn a_stream_that_is_given_up_takes_no_other_with_it(
        each in 1_usize..200_000,
        end in prop::sample::select(vec![End::Operator, End::Agent]),
        before in prop::collection::vec((0_u8..13, 1_usize..100_000), 0..100),
        after in prop::collection::vec((0_u8..13, 1_usize..100_000), 0..100),
    ) {
        let mut world = World::new(each);
        let (given_up, other) = (world.open(), world.open());
        for (action, most) in before {
            world.step(action, most);
        }
        world.reset(end, given_up);
        for (action, most) in after {
            world.step(action, most);
        }
        world.settle();
        prop_assert_eq!(world.operator.read.get(&other), Some(&each));
        let arrived = world.agent.read.values().filter(|size| **size == each);
        prop_assert!(arrived.count() >= 1);
        prop_assert_eq!(other, StreamId(3));
        prop_assert_eq!(world.switch.agent_streams().count(), 0);
    }
}
