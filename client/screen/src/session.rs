//! The screen and its operator, from the beginning of the stream to its end.

use std::time::{Duration, Instant};

use anyhow::Result;
use migasfree_tunnel::screen::{FromComputer, FromOperator, ScreenRequest};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use x11rb::connection::Connection as _;
use x11rb::errors::ReplyError;
use x11rb::protocol::Event;
use x11rb::wrapper::ConnectionExt as _;

use crate::clipboard::Clipboard;
use crate::cursor::Cursor;
use crate::damage::Damage;
use crate::display::Display;
use crate::keys::Keys;
use crate::link::Link;
use crate::monitors;
use crate::order::Allowed;
use crate::pace::Pace;
use crate::pointer::Pointer;
use crate::stage::{Scene, Stage};

/// What goes on.
#[derive(Debug)]
pub struct Session<'a> {
    display: &'a Display,
    link: &'a mut Link,
    allowed: Allowed,
    request: ScreenRequest,
    stage: Stage,
    /// The screen may have another size, or other monitors.
    is_stale: bool,
    damage: Damage,
    pace: Pace,
    cursor: Cursor,
    pointer: Pointer,
    keys: Keys,
    clipboard: Clipboard,
}

impl<'a> Session<'a> {
    /// Begins to show.
    pub fn open(
        display: &'a Display,
        link: &'a mut Link,
        allowed: Allowed,
        request: ScreenRequest,
    ) -> Result<Self> {
        monitors::watch(display)?;
        let damage = Damage::watch(display)?;
        let mut pace = Pace::new(Instant::now());
        let scene = Scene::find(display, &request)?;
        pace.resize(scene.view.frame);
        let stage = Stage::new(display, scene, &request, pace.kbps())?;
        link.say(&stage.shape(allowed));
        Ok(Self {
            stage,
            damage,
            pace,
            is_stale: false,
            cursor: Cursor::watch(display)?,
            pointer: Pointer::default(),
            keys: Keys::watch(display)?,
            clipboard: Clipboard::watch(display, allowed)?,
            display,
            link,
            allowed,
            request,
        })
    }

    /// Shows until the operator is gone.
    pub fn run(&mut self) -> Result<()> {
        while self.link.flush()? {
            // Some events may have come along with an answer: then there is nothing to wait for.
            if !self.catch_up()? {
                self.wait()?;
                self.catch_up()?;
            }
            let Some(said) = self.link.hear()? else {
                break;
            };
            for message in said {
                self.obey(message)?;
            }
            if std::mem::take(&mut self.is_stale) {
                self.look_around()?;
            }
            self.tell(Instant::now())?;
        }
        Ok(())
    }

    /// Leaves everything as if nobody had been here.
    pub fn close(mut self) -> Result<()> {
        self.pointer.release(self.display)?;
        self.keys.release(self.display)?;
        self.stage.close(self.display)?;
        self.display.x.sync()?;
        Ok(())
    }

    /// Whether there were events.
    fn catch_up(&mut self) -> Result<bool> {
        let mut were = false;
        while let Some(event) = self.display.x.poll_for_event()? {
            self.happens(&event)?;
            were = true;
        }
        self.display.x.flush()?;
        Ok(were)
    }

    fn happens(&mut self, event: &Event) -> Result<()> {
        match event {
            Event::DamageNotify(_) => self.damage.notice(),
            Event::ConfigureNotify(_)
            | Event::RandrNotify(_)
            | Event::RandrScreenChangeNotify(_) => self.is_stale = true,
            Event::XfixesCursorNotify(_) => self.cursor.has_changed(),
            Event::XinputRawMotion(_) => self.cursor.has_moved(),
            Event::MappingNotify(_) | Event::XkbMapNotify(_) | Event::XkbNewKeyboardNotify(_) => {
                self.keys.forget_map()
            }
            // Somebody who asked for the clipboard is gone, or the like.
            Event::Error(error) => tracing::debug!(?error, "the X server refuses something"),
            other => {
                if let Some(text) = self.clipboard.on(self.display, other)? {
                    self.link.say(&FromComputer::Clipboard(text));
                }
            }
        }
        Ok(())
    }

    fn obey(&mut self, message: FromOperator) -> Result<()> {
        match message {
            FromOperator::Seen { sequence } => self.pace.seen(sequence, Instant::now()),
            FromOperator::KeyFrame => {
                self.pace.forget();
                self.stage.painter.begin_anew();
            }
            FromOperator::Show(request) => {
                self.request = request;
                let scene = Scene::find(self.display, &self.request)?;
                self.show(scene)?;
            }
            FromOperator::Clipboard(text) => self.clipboard.set(self.display, text)?,
            _ if !self.allowed.control => {}
            FromOperator::Pointer { x, y, buttons } => {
                let place = self.stage.scene.view.on_screen((x, y));
                self.pointer.go(self.display, place, buttons)?;
            }
            FromOperator::Wheel { x, y } => self.pointer.turn(self.display, (x, y))?,
            FromOperator::Key { keysym, down } => self.keys.act(self.display, keysym, down)?,
        }
        Ok(())
    }

    fn look_around(&mut self) -> Result<()> {
        let scene = Scene::find(self.display, &self.request)?;
        if scene == self.stage.scene {
            return Ok(());
        }
        self.show(scene)
    }

    fn show(&mut self, scene: Scene) -> Result<()> {
        self.pace.resize(scene.view.frame);
        let stage = Stage::new(self.display, scene, &self.request, self.pace.kbps())?;
        std::mem::replace(&mut self.stage, stage).close(self.display)?;
        self.cursor.forget_place();
        self.link.say(&self.stage.shape(self.allowed));
        Ok(())
    }

    /// Tells the operator what there is to tell, and has its time.
    fn tell(&mut self, now: Instant) -> Result<()> {
        if self.link.is_behind() {
            return Ok(());
        }
        for news in self.cursor.tell(self.display, self.stage.scene.view, now)? {
            self.link.say(&news);
        }
        if self.next_look().is_some_and(|next| next <= now) {
            self.look()?;
        }
        if self.next_picture().is_some_and(|next| next <= now) {
            let stamp = self.pace.stamp(now);
            match self.stage.paint(self.pace.kbps(), stamp) {
                Some(picture) => {
                    let size = self.link.say(&picture);
                    self.pace.leaves(size, now);
                }
                None => self.pace.skips(now),
            }
        }
        Ok(())
    }

    fn look(&mut self) -> Result<()> {
        let area = self.stage.scene.view.area;
        let changed = self.damage.take(self.display, area)?;
        match self.stage.look(self.display, changed) {
            // The screen has just become smaller.
            Err(ReplyError::X11Error(error)) => {
                tracing::debug!(?error, "the screen cannot be looked at");
                let scene = Scene::find(self.display, &self.request)?;
                self.show(scene)
            }
            other => Ok(other?),
        }
    }

    fn next_look(&self) -> Option<Instant> {
        let has_changed = self.damage.is_there() || self.stage.is_unseen();
        self.pace.next().filter(|_| has_changed)
    }

    fn next_picture(&self) -> Option<Instant> {
        let next = self.stage.painter.next(self.pace.last())?;
        Some(self.pace.next()?.max(next)).filter(|_| !self.stage.is_unseen())
    }

    /// Waits for the operator, the X server, and for what has its time.
    fn wait(&self) -> Result<()> {
        let times = [self.next_look(), self.next_picture(), self.cursor.next()];
        let next = times.into_iter().flatten().min();
        let next = next.filter(|_| !self.link.is_behind());
        let patience = next.map(|next| timespec(next.saturating_duration_since(Instant::now())));
        let leaving = if self.link.is_waiting() {
            PollFlags::IN | PollFlags::OUT
        } else {
            PollFlags::IN
        };
        let mut sources = [
            PollFd::from_borrowed_fd(self.link.socket(), leaving),
            PollFd::new(self.display.x.stream(), PollFlags::IN),
        ];
        match poll(&mut sources, patience.as_ref()) {
            Ok(_) | Err(Errno::INTR) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

fn timespec(duration: Duration) -> Timespec {
    Timespec {
        tv_sec: i64::try_from(duration.as_secs()).unwrap_or(i64::MAX),
        tv_nsec: duration.subsec_nanos().into(),
    }
}
