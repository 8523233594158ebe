//! The clipboard, both ways and neither.

use migasfree_tunnel::screen::{Codec, FromComputer, FromOperator, MAX_CLIPBOARD};
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    Atom, AtomEnum, ConnectionExt as _, EventMask, PropMode, Property, SELECTION_NOTIFY_EVENT,
    SelectionNotifyEvent, SelectionRequestEvent,
};
use x11rb::wrapper::ConnectionExt as _;

use crate::desk::{Desk, Person, until};
use crate::viewer::{Viewer, order};

fn atom(person: &Person, name: &str) -> Atom {
    let atom = person.x.intern_atom(false, name.as_bytes()).unwrap();
    atom.reply().unwrap().atom
}

/// The person copies something.
fn copies(person: &Person) {
    let clipboard = atom(person, "CLIPBOARD");
    person
        .x
        .set_selection_owner(person.window, clipboard, x11rb::CURRENT_TIME)
        .unwrap();
    person.x.sync().unwrap();
}

fn asked(person: &Person) -> SelectionRequestEvent {
    person.next("the clipboard is asked for", |event| match event {
        Event::SelectionRequest(request) => Some(*request),
        _ => None,
    })
}

fn answers(person: &Person, request: &SelectionRequestEvent) {
    let answer = SelectionNotifyEvent {
        response_type: SELECTION_NOTIFY_EVENT,
        sequence: 0,
        time: request.time,
        requestor: request.requestor,
        selection: request.selection,
        target: request.target,
        property: request.property,
    };
    person
        .x
        .send_event(false, request.requestor, EventMask::NO_EVENT, answer)
        .unwrap();
    person.x.sync().unwrap();
}

fn puts(person: &Person, request: &SelectionRequestEvent, bytes: &[u8]) {
    let kind = request.target;
    let (replace, to, property) = (PropMode::REPLACE, request.requestor, request.property);
    person
        .x
        .change_property8(replace, to, property, kind, bytes)
        .unwrap();
    person.x.sync().unwrap();
}

/// Hands over a text in pieces.
fn hands_over(person: &Person, request: &SelectionRequestEvent, text: &[u8]) {
    let (to, property) = (request.requestor, request.property);
    let watch = x11rb::protocol::xproto::ChangeWindowAttributesAux::new()
        .event_mask(EventMask::PROPERTY_CHANGE);
    person.x.change_window_attributes(to, &watch).unwrap();
    let (incr, replace) = (atom(person, "INCR"), PropMode::REPLACE);
    let length = u32::try_from(text.len()).unwrap();
    person
        .x
        .change_property32(replace, to, property, incr, &[length])
        .unwrap();
    answers(person, request);
    for piece in text.chunks(100_000).chain([&[][..]]) {
        person.next("the piece before is taken", |event| match event {
            Event::PropertyNotify(change)
                if change.window == to && change.state == Property::DELETE =>
            {
                Some(())
            }
            _ => None,
        });
        puts(person, request, piece);
    }
}

fn told(viewer: &Viewer) -> Vec<&str> {
    let texts = viewer.heard.iter().filter_map(|message| match message {
        FromComputer::Clipboard(text) => Some(text.as_str()),
        _ => None,
    });
    texts.collect()
}

/// What a program gets when it pastes.
fn pastes(person: &Person, target: &str) -> Option<Vec<u8>> {
    let target = atom(person, target);
    let property = atom(person, "PASTED");
    let clipboard = atom(person, "CLIPBOARD");
    person
        .x
        .convert_selection(
            person.window,
            clipboard,
            target,
            property,
            x11rb::CURRENT_TIME,
        )
        .unwrap();
    person.x.sync().unwrap();
    let answer = person.next("the clipboard answers", |event| match event {
        Event::SelectionNotify(answer) => Some(answer.property),
        _ => None,
    });
    (answer != x11rb::NONE).then(|| {
        let value = person
            .x
            .get_property(
                true,
                person.window,
                property,
                AtomEnum::ANY,
                0,
                u32::MAX / 4,
            )
            .unwrap();
        value.reply().unwrap().value
    })
}

#[test]
fn what_the_person_copies_comes_to_the_operator() {
    let desk = Desk::new();
    let person = desk.person();
    let mut viewer = Viewer::new(&desk, &order(Codec::Tiles));
    viewer.until("it begins", |viewer| viewer.shape.is_some());
    viewer.until_it_is_still();
    copies(&person);
    let request = asked(&person);
    puts(&person, &request, "año €".as_bytes());
    answers(&person, &request);
    viewer.until("the text comes", |viewer| told(viewer) == ["año €"]);
}

#[test]
fn a_long_text_comes_in_pieces_and_one_that_is_too_long_not_at_all() {
    let desk = Desk::new();
    let person = desk.person();
    let mut viewer = Viewer::new(&desk, &order(Codec::Tiles));
    viewer.until_it_is_still();
    let long = "0123456789".repeat(MAX_CLIPBOARD / 10);
    copies(&person);
    hands_over(&person, &asked(&person), long.as_bytes());
    viewer.until("the text comes", |viewer| told(viewer) == [long.as_str()]);

    copies(&person);
    hands_over(
        &person,
        &asked(&person),
        &vec![b'x'; MAX_CLIPBOARD + 200_000],
    );
    copies(&person);
    let request = asked(&person);
    puts(&person, &request, b"short");
    answers(&person, &request);
    viewer.until("the next text comes", |viewer| {
        told(viewer) == [long.as_str(), "short"]
    });
}

#[test]
fn what_the_operator_copies_can_be_pasted_here_and_does_not_come_back() {
    let desk = Desk::new();
    let person = desk.person();
    let mut viewer = Viewer::new(&desk, &order(Codec::Tiles));
    let long = "ñ".repeat(MAX_CLIPBOARD / 2);
    for text in ["from the helpdesk €", &long] {
        viewer.say(&FromOperator::Clipboard(text.to_owned()));
        until("it is in the clipboard", || {
            pastes(&person, "UTF8_STRING").is_some_and(|pasted| pasted == text.as_bytes())
        });
    }
    assert!(pastes(&person, "TARGETS").is_some_and(|targets| targets.len() >= 8));
    assert_eq!(pastes(&person, "image/png"), None);
    viewer.until_it_is_still();
    assert_eq!(told(&viewer), [""; 0]);
}

#[test]
fn without_the_switch_nothing_comes_in() {
    let desk = Desk::new();
    let person = desk.person();
    let mut closed = order(Codec::Tiles);
    closed.switches.clipboard_in = false;
    let mut viewer = Viewer::new(&desk, &closed);
    viewer.say(&FromOperator::Clipboard("no".to_owned()));
    viewer.until_it_is_still();
    assert_eq!(pastes(&person, "UTF8_STRING"), None);
}

#[test]
fn without_the_switch_nothing_goes_out() {
    let desk = Desk::new();
    let person = desk.person();
    let mut closed = order(Codec::Tiles);
    closed.switches.clipboard_out = false;
    let mut viewer = Viewer::new(&desk, &closed);
    viewer.until_it_is_still();
    copies(&person);
    viewer.until_it_is_still();
    person.x.sync().unwrap();
    while let Some(event) = x11rb::connection::Connection::poll_for_event(&person.x).unwrap() {
        assert!(!matches!(event, Event::SelectionRequest(_)));
    }
}
