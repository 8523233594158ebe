//! The window: what happens to it, and what it shows.

use std::num::NonZeroU32;
use std::rc::Rc;
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use bytes::Bytes;
use migasfree_connect_core::screen::{Act, Fit, Happened, Heading, Input, View};
use migasfree_grant::Mode;
use migasfree_tunnel::screen::{Codec, FromOperator, ScreenRequest, Shape, button};
use softbuffer::{Context, SoftBufferError, Surface};
use winit::application::ApplicationHandler;
use winit::dpi::{LogicalSize, PhysicalSize};
use winit::event::{
    ElementState, KeyEvent, MouseButton, MouseScrollDelta, StartCause, WindowEvent,
};
use winit::event_loop::{ActiveEventLoop, ControlFlow, EventLoopProxy, OwnedDisplayHandle};
use winit::platform::wayland::WindowAttributesExtWayland as _;
use winit::window::{Cursor, CursorIcon, CustomCursor, Fullscreen, Window, WindowId};

use crate::clipboard::Clipboard;
use crate::decode::Pixels;
use crate::keys::{self, Meaning};
use crate::paint::Canvas;
use crate::pipes::{self, Mouth, Told};

/// The name by which a desktop finds the menu entry, and its icon.
const NAME: &str = "org.migasfree.Connect";
/// The size of the window at first.
const SIZE: LogicalSize<f64> = LogicalSize::new(1280.0, 800.0);
/// How long the size has to stay before the computer hears of it.
const SETTLED: Duration = Duration::from_millis(250);
/// How many pixels touchpads scroll for a notch.
const NOTCH_PIXELS: f64 = 50.0;

/// A window, and what its pixels are drawn to.
struct Shown {
    window: Rc<Window>,
    surface: Surface<OwnedDisplayHandle, Rc<Window>>,
}

impl Shown {
    fn open(events: &ActiveEventLoop, title: &str) -> Result<Self, String> {
        let attributes = Window::default_attributes()
            .with_title(title)
            .with_name(NAME, "")
            .with_inner_size(SIZE);
        let window = events.create_window(attributes);
        let window = Rc::new(window.map_err(|error| error.to_string())?);
        let said = |error: SoftBufferError| error.to_string();
        let context = Context::new(events.owned_display_handle()).map_err(said)?;
        let surface = Surface::new(&context, Rc::clone(&window)).map_err(said)?;
        Ok(Self { window, surface })
    }

    fn size(&self) -> (u32, u32) {
        let PhysicalSize { width, height } = self.window.inner_size();
        (width, height)
    }

    fn draw(&mut self, seen: &Seen<'_>) -> Result<(), SoftBufferError> {
        let size = self.size();
        let (Some(width), Some(height)) = (NonZeroU32::new(size.0), NonZeroU32::new(size.1)) else {
            return Ok(());
        };
        self.surface.resize(width, height)?;
        let mut pixels = self.surface.buffer_mut()?;
        let mut canvas = Canvas::black(&mut pixels, size.0);
        let picture = seen.view.picture();
        if let Some(fit) = Fit::new((picture.width, picture.height), size) {
            canvas.show(picture, &fit);
            if let Some(cursor) = seen.view.cursor().filter(|_| seen.with_pointer) {
                canvas.point(cursor, fit.place(seen.view.cursor_at()));
            }
        }
        if !seen.live {
            canvas.dim();
        }
        pixels.present()
    }

    fn toggle_full_screen(&self) {
        let full = match self.window.fullscreen() {
            None => Some(Fullscreen::Borderless(None)),
            Some(_) => None,
        };
        self.window.set_fullscreen(full);
    }
}

/// What is drawn.
struct Seen<'a> {
    view: &'a View<Pixels>,
    /// Whether the pointer of the computer is drawn, too: where this window's own one does not look like it.
    with_pointer: bool,
    live: bool,
}

/// The program.
pub struct App {
    shown: Option<Shown>,
    heading: Heading,
    view: View<Pixels>,
    input: Input,
    request: ScreenRequest,
    /// The number of the monitor that is wanted, until it is known which one that is.
    monitor: Option<usize>,
    /// When the window got its present size, until the computer hears of it.
    resized: Option<Instant>,
    /// Whether the pointer is in the window.
    is_inside: bool,
    pieces: Receiver<Bytes>,
    mouth: Mouth,
    clipboard: Clipboard,
    ended: Result<(), String>,
}

impl App {
    /// Begins to listen to Connect. The computer shows all its monitors at first, or the one of this number, counted from 1.
    pub fn new(proxy: &EventLoopProxy<Told>, monitor: Option<usize>) -> Self {
        Self {
            shown: None,
            heading: Heading {
                title: "Connect".to_owned(),
                live: false,
            },
            view: View::new(Pixels::default()),
            input: Input::default(),
            request: ScreenRequest {
                codecs: vec![Codec::Vp9, Codec::Vp8, Codec::Tiles],
                ..ScreenRequest::default()
            },
            monitor,
            resized: None,
            is_inside: false,
            pieces: pipes::listen(proxy.clone()),
            mouth: Mouth::open(proxy.clone()),
            clipboard: Clipboard::open(proxy.clone()),
            ended: Ok(()),
        }
    }

    /// How it ended.
    pub fn ended(self) -> Result<(), String> {
        self.ended
    }

    fn fail(&mut self, events: &ActiveEventLoop, reason: String) {
        self.ended = Err(reason);
        events.exit();
    }

    fn say(&self, said: impl IntoIterator<Item = FromOperator>) {
        for one in said {
            self.mouth.say(one);
        }
    }

    /// Whether something may be done there, and now: what is pressed while the connection is away is not for a screen that nobody
    /// sees.
    fn controls(&self) -> bool {
        let is_control = |shape: &Shape| shape.mode == Mode::Control;
        self.heading.live && self.view.told().is_some_and(is_control)
    }

    fn control(&mut self, events: &ActiveEventLoop) {
        let controls = self.controls();
        let said = self.input.control(controls);
        self.say(said);
        self.point_alike(events);
    }

    fn draw(&mut self, events: &ActiveEventLoop) {
        let seen = Seen {
            view: &self.view,
            with_pointer: !(self.controls() && self.is_inside),
            live: self.heading.live,
        };
        let drawn = self.shown.as_mut().map(|shown| shown.draw(&seen));
        if let Some(Err(error)) = drawn {
            self.fail(events, error.to_string());
        }
    }

    /// Shows what the computer said. The last picture of several is the one that is drawn.
    fn take(&mut self, events: &ActiveEventLoop) {
        let mut changed = false;
        while let Ok(piece) = self.pieces.try_recv() {
            let happened = match self.view.take(&piece) {
                Ok(happened) => happened,
                Err(error) => return self.fail(events, error.to_string()),
            };
            for one in happened {
                changed |= self.happened(events, one);
            }
        }
        if changed {
            self.draw(events);
        }
        let seen = self.view.shown();
        self.say(seen);
    }

    /// Whether something has to be drawn.
    fn happened(&mut self, events: &ActiveEventLoop, one: Happened) -> bool {
        match one {
            Happened::Picture | Happened::CursorAt => return true,
            Happened::Shape => {
                self.control(events);
                self.show_wanted();
                return true;
            }
            Happened::Cursor => {
                self.point_alike(events);
                return true;
            }
            Happened::Clipboard(text) => self.clipboard.put(text),
            Happened::Say(said) => self.mouth.say(said),
            // Connect heard it, too, and says so.
            Happened::Failed(_) => {}
        }
        false
    }

    /// The pointer here looks as the one there, for who controls that.
    fn point_alike(&self, events: &ActiveEventLoop) {
        let Some(shown) = &self.shown else {
            return;
        };
        let theirs = self.view.cursor().filter(|_| self.controls());
        let alike = theirs.and_then(|cursor| {
            let (width, height) = (cursor.width, cursor.height);
            let (x, y) = (cursor.hot_x.min(width - 1), cursor.hot_y.min(height - 1));
            CustomCursor::from_rgba(cursor.rgba.to_vec(), width, height, x, y).ok()
        });
        shown.window.set_cursor(match alike {
            Some(source) => Cursor::from(events.create_custom_cursor(source)),
            None => Cursor::from(CursorIcon::Default),
        });
    }

    /// The computer hears how large the window is, and which monitor it is to show.
    fn show(&mut self, monitor: Option<u32>) {
        let Some(shown) = &self.shown else {
            return;
        };
        let (width, height) = shown.size();
        let request = ScreenRequest {
            codecs: self.request.codecs.clone(),
            monitor,
            width: u16::try_from(width).unwrap_or(u16::MAX),
            height: u16::try_from(height).unwrap_or(u16::MAX),
        };
        self.resized = None;
        if request != self.request {
            self.request = request.clone();
            self.mouth.say(FromOperator::Show(request));
        }
    }

    fn show_wanted(&mut self) {
        let wanted = self.monitor.take().and_then(|number| number.checked_sub(1));
        let monitors = self.view.told().map(|shape| shape.monitors.as_slice());
        let wanted = wanted
            .zip(monitors)
            .and_then(|(at, monitors)| monitors.get(at));
        if let Some(monitor) = wanted {
            self.show(Some(monitor.id));
        }
    }

    fn key(&mut self, event: &KeyEvent) {
        let place = keys::place(event.physical_key);
        if event.state == ElementState::Released {
            let said = self.input.lift(place);
            return self.say(said);
        }
        match keys::meaning(event) {
            Meaning::Key(keysym) => {
                let (said, act) = self.input.press(place, keysym);
                self.say(said);
                self.act(act);
            }
            Meaning::Text(keysyms) => {
                for keysym in keysyms {
                    let said = self.input.typed(keysym);
                    self.say(said);
                }
            }
            Meaning::Nothing => {}
        }
    }

    fn act(&mut self, act: Option<Act>) {
        match (act, &self.shown) {
            (Some(Act::FullScreen), Some(shown)) => shown.toggle_full_screen(),
            (Some(Act::NextMonitor), _) => self.show(self.view.next_monitor()),
            (Some(Act::FullScreen) | None, _) => {}
        }
    }

    fn point(&mut self, at: (f64, f64)) {
        let picture = self.view.picture();
        let size = self.shown.as_ref().map(Shown::size).unwrap_or_default();
        if let Some(fit) = Fit::new((picture.width, picture.height), size) {
            let said = self.input.point(fit.pixel(at));
            self.say(said);
        }
    }

    fn focus(&mut self, is_here: bool) {
        if !is_here {
            let said = self.input.release();
            return self.say(said);
        }
        if self.controls() && self.view.told().is_some_and(|shape| shape.clipboard_in) {
            self.clipboard.look();
        }
    }

    /// Both count to the right and downwards what the content is moved, and not what is looked at.
    fn wheel(&mut self, delta: MouseScrollDelta) {
        let (x, y) = match delta {
            MouseScrollDelta::LineDelta(x, y) => (f64::from(x), f64::from(y)),
            MouseScrollDelta::PixelDelta(by) => (by.x / NOTCH_PIXELS, by.y / NOTCH_PIXELS),
        };
        let said = self.input.wheel(-x, -y);
        self.say(said);
    }
}

const fn bit(button: MouseButton) -> Option<u8> {
    match button {
        MouseButton::Left => Some(button::LEFT),
        MouseButton::Middle => Some(button::MIDDLE),
        MouseButton::Right => Some(button::RIGHT),
        MouseButton::Back => Some(button::BACK),
        MouseButton::Forward => Some(button::FORWARD),
        MouseButton::Other(_) => None,
    }
}

impl ApplicationHandler<Told> for App {
    fn resumed(&mut self, events: &ActiveEventLoop) {
        if self.shown.is_some() {
            return;
        }
        match Shown::open(events, &self.heading.title) {
            Ok(shown) => self.shown = Some(shown),
            Err(reason) => return self.fail(events, reason),
        }
        // Connect waits for this before it asks for a screen.
        self.show(None);
        self.draw(events);
    }

    fn new_events(&mut self, events: &ActiveEventLoop, _: StartCause) {
        let Some(resized) = self.resized else {
            return;
        };
        if resized.elapsed() >= SETTLED {
            self.show(self.request.monitor);
            events.set_control_flow(ControlFlow::Wait);
        } else {
            events.set_control_flow(ControlFlow::WaitUntil(resized + SETTLED));
        }
    }

    fn user_event(&mut self, events: &ActiveEventLoop, told: Told) {
        match told {
            Told::Heading(heading) => {
                if let Some(shown) = &self.shown {
                    shown.window.set_title(&heading.title);
                }
                self.heading = heading;
                self.control(events);
                self.draw(events);
            }
            Told::Pieces => self.take(events),
            Told::Clipboard(text) => {
                let may_come = |shape: &Shape| shape.clipboard_in;
                if self.controls() && self.view.told().is_some_and(may_come) {
                    self.mouth.say(FromOperator::Clipboard(text));
                }
            }
            Told::Ended => events.exit(),
        }
    }

    fn window_event(&mut self, events: &ActiveEventLoop, _: WindowId, event: WindowEvent) {
        match event {
            WindowEvent::CloseRequested => events.exit(),
            WindowEvent::RedrawRequested => self.draw(events),
            WindowEvent::Resized(_) => {
                let now = Instant::now();
                self.resized = Some(now);
                events.set_control_flow(ControlFlow::WaitUntil(now + SETTLED));
                self.draw(events);
            }
            WindowEvent::Focused(is_here) => self.focus(is_here),
            // What was held when the window got the focus was pressed for another one.
            WindowEvent::KeyboardInput {
                event,
                is_synthetic,
                ..
            } if !(is_synthetic && event.state == ElementState::Pressed) => self.key(&event),
            WindowEvent::CursorMoved { position, .. } => self.point((position.x, position.y)),
            WindowEvent::CursorEntered { .. } => self.is_inside = true,
            WindowEvent::CursorLeft { .. } => {
                self.is_inside = false;
                self.draw(events);
            }
            WindowEvent::MouseInput { state, button, .. } => {
                let down = state == ElementState::Pressed;
                let said = bit(button).map(|bit| self.input.button(bit, down));
                self.say(said.into_iter().flatten());
            }
            WindowEvent::MouseWheel { delta, .. } => self.wheel(delta),
            _ => {}
        }
    }
}
