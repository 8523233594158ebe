//! A screen while its session lasts: what comes is shown, what is done goes to the computer.
use super::{
    canvas::{Canvas, Scale},
    keys::{self, Pressed, Stroke, Strokes},
};
use crate::{
    remote::{
        asking::Begun,
        asset::{Told, told},
        head::Stage,
        link::{Heard, Link, REASON_WITHIN},
        words,
    },
    text::t,
};
use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, task::spawn_local};
use migasfree_grant::Mode;
use migasfree_tunnel::{
    message::{Code, Failure, Open},
    screen::{Codec, FromComputer, FromOperator, MAX_CLIPBOARD, Reader, ScreenRequest, Shape},
};
use migasfree_ui_kit::Tone;
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};
use web_sys::HtmlElement;

/// After so many pictures in a row that the browser could not read, it gets none of that kind.
const UNREADABLE: u8 = 3;

/// What the page shows of it.
#[derive(Clone, Copy)]
pub struct Facts {
    pub stage: RwSignal<Stage>,
    pub recorded: RwSignal<bool>,
    pub shape: RwSignal<Option<Shape>>,
    /// The text that was copied at the computer.
    pub copied: RwSignal<String>,
    /// Whether that text, and a field for another, are shown.
    pub clipboard_open: RwSignal<bool>,
}

impl Facts {
    pub fn new() -> Self {
        Self {
            stage: RwSignal::new(Stage::Connecting),
            recorded: RwSignal::new(false),
            shape: RwSignal::new(None),
            copied: RwSignal::new(String::new()),
            clipboard_open: RwSignal::new(false),
        }
    }

    /// Whether something can be done there.
    pub fn controls(self) -> bool {
        let mode = self
            .shape
            .with(|shape| shape.as_ref().map(|shape| shape.mode));
        mode == Some(Mode::Control) && self.stage.with(|stage| *stage == Stage::Open)
    }
}

pub struct Live {
    facts: Facts,
    link: RefCell<Option<Link>>,
    canvas: RefCell<Option<Rc<Canvas>>>,
    reader: RefCell<Reader<FromComputer>>,
    request: RefCell<ScreenRequest>,
    scale: Cell<Scale>,
    pressed: RefCell<Pressed>,
    buttons: Cell<u8>,
    unreadable: Cell<u8>,
}

impl Live {
    pub fn new(facts: Facts) -> Rc<Self> {
        Rc::new(Self {
            facts,
            link: RefCell::default(),
            canvas: RefCell::default(),
            reader: RefCell::new(Reader::new()),
            request: RefCell::default(),
            scale: Cell::new(Scale::Fit),
            pressed: RefCell::default(),
            buttons: Cell::new(0),
            unreadable: Cell::new(0),
        })
    }

    /// Begins in its place, unless it was ended before.
    pub fn begin(self: &Rc<Self>, place: &HtmlElement, session: Begun, codecs: Vec<Codec>) {
        if !Stage::goes_on(self.facts.stage) {
            return;
        }
        let Some(canvas) = Canvas::open(place, t!(remote.screen), self.told()) else {
            return Stage::end(self.facts.stage, Tone::Error, t!(error.part).to_owned());
        };
        let (width, height) = canvas.size();
        let request = ScreenRequest {
            codecs,
            monitor: None,
            width,
            height,
        };
        self.request.replace(request.clone());
        self.canvas.replace(Some(Rc::new(canvas)));
        let heard = Rc::downgrade(self);
        let link = Link::begin(
            session.relay,
            session.grant,
            Open::Screen(request),
            move |what| {
                if let Some(live) = heard.upgrade() {
                    live.hear(what);
                }
            },
        );
        self.link.replace(Some(link));
    }

    /// Ends the session.
    pub fn end(&self) {
        let link = self.link.take();
        match link {
            Some(link) => link.end(),
            None => Stage::give_up(self.facts.stage),
        }
    }

    /// Ends it, and leaves nothing in the page.
    pub fn close(&self) {
        self.end();
        let canvas = self.canvas.take();
        drop(canvas);
    }

    fn hear(self: &Rc<Self>, heard: Heard) {
        match heard {
            Heard::Asking => self.show(Stage::Asking),
            Heard::Began(session) => {
                let _ = self.facts.recorded.try_set(session.recorded);
            }
            Heard::Opened => self.show(Stage::Open),
            Heard::Back => {
                self.show(Stage::Open);
                self.take_control();
            }
            Heard::Bytes(bytes) => self.take(&bytes),
            Heard::Lost => {
                self.show(Stage::Lost);
                self.let_go();
            }
            Heard::Ended => self.await_reason(),
            Heard::Exit(_) => {}
            Heard::Over(failure) => self.over(&failure),
        }
    }

    /// Where the screen goes with its session, that says why in a moment.
    fn await_reason(self: &Rc<Self>) {
        let live = Rc::clone(self);
        spawn_local(async move {
            TimeoutFuture::new(REASON_WITHIN).await;
            live.fail(&Failure::new(Code::NotReachable, "the screen has gone"));
        });
    }

    fn take(&self, bytes: &[u8]) {
        self.reader.borrow_mut().push(bytes);
        if let Some(link) = self.link() {
            // How many pictures are under way is told by those that were seen.
            link.drawn(bytes.len());
        }
        loop {
            let next = self.reader.borrow_mut().next();
            match next {
                Ok(Some(said)) => self.follow(&said),
                Ok(None) => return,
                Err(error) => return self.fail(&Failure::new(Code::Protocol, error.to_string())),
            }
        }
    }

    fn follow(&self, said: &FromComputer) {
        if let Some(canvas) = self.canvas() {
            canvas.show(said);
        }
        match said {
            FromComputer::Shape(shape) => {
                let is_first = self.facts.shape.try_with_untracked(Option::is_none);
                let _ = self.facts.shape.try_set(Some(shape.clone()));
                if is_first == Some(true) {
                    self.take_control();
                }
            }
            FromComputer::Clipboard(text) => self.copied(text.clone()),
            FromComputer::Failed(failure) => self.fail(failure),
            _ => {}
        }
    }

    /// Where the browser does not let it onto the clipboard, the text can be copied from the page. What was not to come is left
    /// out.
    fn copied(&self, text: String) {
        let is_let_out = self
            .facts
            .shape
            .try_with_untracked(|shape| shape.as_ref().is_some_and(|shape| shape.clipboard_out));
        if is_let_out != Some(true) {
            return;
        }
        let _ = self.facts.copied.try_set(text.clone());
        let open = self.facts.clipboard_open;
        if let Some(canvas) = self.canvas() {
            spawn_local(async move {
                if !canvas.0.copy(&text).await {
                    let _ = open.try_set(true);
                }
            });
        }
    }

    /// The person at the computer may have allowed less than was asked for.
    fn take_control(&self) {
        let mode = self
            .facts
            .shape
            .try_with_untracked(|shape| shape.as_ref().map(|shape| shape.mode));
        if mode.flatten() == Some(Mode::Control)
            && let Some(canvas) = self.canvas()
        {
            canvas.control(true);
            canvas.focus();
        }
    }

    fn let_go(&self) {
        if let Some(canvas) = self.canvas() {
            canvas.control(false);
        }
    }

    fn fail(&self, failure: &Failure) {
        self.explain(failure);
        self.end();
    }

    fn explain(&self, failure: &Failure) {
        let (tone, why) = (words::tone(failure), words::failure(failure));
        Stage::end(self.facts.stage, tone, why);
    }

    fn over(&self, failure: &Failure) {
        self.explain(failure);
        self.let_go();
        self.link.take();
    }

    fn show(&self, stage: Stage) {
        // The page may have been left.
        let _ = self.facts.stage.try_set(stage);
    }

    fn link(&self) -> Option<Link> {
        self.link.borrow().clone()
    }

    /// The picture.
    pub fn canvas(&self) -> Option<Rc<Canvas>> {
        self.canvas.borrow().clone()
    }

    fn say(&self, said: &FromOperator) {
        if let Some(link) = self.link() {
            link.write(&said.encode());
        }
    }
}

/// What is told by the script, under the same names.
impl Live {
    fn told(self: &Rc<Self>) -> Told {
        told!(
            self,
            seen(sequence: u32, is_drawn: bool),
            broken(),
            pointer(x: u16, y: u16, buttons: u8),
            wheel(x: i16, y: i16),
            key(key: String, code: String, location: u32, down: bool, third_level: bool),
            typed(text: String),
            pasted(text: String),
            idle(),
            sized(width: f64, height: f64),
        )
    }

    fn seen(&self, sequence: u32, is_drawn: bool) {
        if is_drawn {
            self.unreadable.set(0);
        }
        self.say(&FromOperator::Seen { sequence });
    }

    fn broken(&self) {
        let times = self.unreadable.get() + 1;
        if times < UNREADABLE {
            self.unreadable.set(times);
            return self.say(&FromOperator::KeyFrame);
        }
        self.unreadable.set(0);
        self.request.borrow_mut().codecs = vec![Codec::Tiles];
        self.ask();
    }

    /// Where nothing gets through, only what is pressed is kept.
    fn pointer(&self, x: u16, y: u16, buttons: u8) {
        let is_moved = self.buttons.replace(buttons) == buttons;
        if !(is_moved && self.link().is_some_and(|link| link.is_behind())) {
            self.say(&FromOperator::Pointer { x, y, buttons });
        }
    }

    fn wheel(&self, x: i16, y: i16) {
        self.say(&FromOperator::Wheel { x, y });
    }

    fn key(&self, key: String, code: String, location: u32, down: bool, third_level: bool) {
        let stroke = Stroke {
            key: &key,
            code: &code,
            location,
            third_level,
        };
        let mut pressed = self.pressed.borrow_mut();
        let strokes = if down {
            pressed.down(stroke)
        } else {
            pressed.up(&code)
        };
        drop(pressed);
        self.strike(strokes);
    }

    fn typed(&self, text: String) {
        self.strike(keys::typing(&text));
    }

    fn pasted(&self, text: String) {
        let is_let_in = self
            .facts
            .shape
            .try_with_untracked(|shape| shape.as_ref().is_some_and(|shape| shape.clipboard_in));
        if is_let_in == Some(true) && text.len() <= MAX_CLIPBOARD {
            self.say(&FromOperator::Clipboard(text));
        }
    }

    fn idle(&self) {
        let strokes = self.pressed.borrow_mut().all_up();
        self.strike(strokes);
    }

    fn sized(&self, width: f64, height: f64) {
        if self.scale.get() == Scale::Fit {
            self.fit(width as u16, height as u16);
        }
    }

    fn strike(&self, strokes: Strokes) {
        for (keysym, down) in strokes {
            self.say(&FromOperator::Key { keysym, down });
        }
    }
}

/// What is done with the tools.
impl Live {
    /// Presses keys together.
    pub fn press(&self, keys: &[u32]) {
        self.strike(keys::together(keys));
        if let Some(canvas) = self.canvas() {
            canvas.focus();
        }
    }

    /// Sends a text to the computer's clipboard.
    pub fn send(&self, text: String) {
        self.pasted(text);
    }

    pub fn scale(&self, scale: Scale) {
        let Some(canvas) = self.canvas() else { return };
        self.scale.set(scale);
        canvas.scale(scale);
        let (width, height) = match scale {
            Scale::Fit => canvas.size(),
            Scale::Actual => (0, 0),
        };
        self.fit(width, height);
    }

    /// Shows a monitor, or all of them.
    pub fn monitor(&self, monitor: Option<u32>) {
        self.request.borrow_mut().monitor = monitor;
        self.ask();
    }

    fn fit(&self, width: u16, height: u16) {
        let mut request = self.request.borrow_mut();
        if (request.width, request.height) == (width, height) {
            return;
        }
        (request.width, request.height) = (width, height);
        drop(request);
        self.ask();
    }

    fn ask(&self) {
        // Before that, the stream is opened with it.
        if self
            .facts
            .stage
            .try_with_untracked(|stage| *stage == Stage::Open)
            == Some(true)
        {
            let request = self.request.borrow().clone();
            self.say(&FromOperator::Show(request));
        }
    }
}
