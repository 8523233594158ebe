//! What waits to be sent to the computer. Where a pointer was is of no interest once it is elsewhere; clicks and keys all go.

use std::collections::VecDeque;

use migasfree_tunnel::screen::FromOperator;

/// What waits.
#[derive(Debug, Default)]
pub struct Outbox {
    waiting: VecDeque<FromOperator>,
    /// Buttons that are down behind all that waits.
    buttons: u8,
    /// Whether the last that waits is a pointer that moved, and nothing more.
    ends_in_a_move: bool,
}

impl Outbox {
    /// Takes something to be sent.
    pub fn push(&mut self, said: FromOperator) {
        let mut moves = false;
        if let FromOperator::Pointer { buttons, .. } = said {
            moves = buttons == self.buttons;
            self.buttons = buttons;
        }
        match (self.waiting.back_mut(), &said) {
            (Some(last), _) if moves && self.ends_in_a_move => *last = said,
            (Some(FromOperator::Seen { sequence }), FromOperator::Seen { sequence: later }) => {
                *sequence = *later;
            }
            _ => self.waiting.push_back(said),
        }
        self.ends_in_a_move = moves;
    }

    /// What is sent next.
    pub fn pop(&mut self) -> Option<FromOperator> {
        let next = self.waiting.pop_front();
        self.ends_in_a_move &= !self.waiting.is_empty();
        next
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pointer(x: u16, buttons: u8) -> FromOperator {
        FromOperator::Pointer { x, y: 0, buttons }
    }

    fn all(outbox: &mut Outbox) -> Vec<FromOperator> {
        std::iter::from_fn(|| outbox.pop()).collect()
    }

    #[test]
    fn of_a_move_only_its_end_is_sent_and_every_click_where_it_was() {
        let mut outbox = Outbox::default();
        for said in [
            pointer(1, 0),
            pointer(2, 0),
            pointer(2, 1),
            pointer(3, 1),
            pointer(4, 1),
            pointer(4, 0),
            pointer(5, 0),
        ] {
            outbox.push(said);
        }
        let sent = [
            pointer(2, 0),
            pointer(2, 1),
            pointer(4, 1),
            pointer(4, 0),
            pointer(5, 0),
        ];
        assert_eq!(all(&mut outbox), sent);
        outbox.push(pointer(6, 0));
        assert_eq!(all(&mut outbox), [pointer(6, 0)]);
    }

    #[test]
    fn keys_keep_their_place_among_moves() {
        let mut outbox = Outbox::default();
        let key = FromOperator::Key {
            keysym: 0x61,
            down: true,
        };
        outbox.push(pointer(1, 0));
        outbox.push(key.clone());
        outbox.push(pointer(2, 0));
        assert_eq!(all(&mut outbox), [pointer(1, 0), key, pointer(2, 0)]);
    }

    #[test]
    fn what_was_seen_last_says_that_all_before_was_too() {
        let mut outbox = Outbox::default();
        outbox.push(FromOperator::Seen { sequence: 1 });
        outbox.push(FromOperator::Seen { sequence: 2 });
        assert_eq!(all(&mut outbox), [FromOperator::Seen { sequence: 2 }]);
    }
}
