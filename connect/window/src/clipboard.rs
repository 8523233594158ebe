//! The clipboard of this desktop. Whose text it has may take its time to give it: it is asked in a thread.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use migasfree_tunnel::screen::MAX_CLIPBOARD;
use winit::event_loop::EventLoopProxy;

use crate::pipes::Told;

enum Wish {
    Look,
    Put(String),
}

/// The clipboard.
#[derive(Debug)]
pub struct Clipboard(Sender<Wish>);

impl Clipboard {
    /// Opens it. Where there is none, nothing comes of it.
    pub fn open(proxy: EventLoopProxy<Told>) -> Self {
        let (sender, wishes) = channel();
        thread::spawn(move || serve(&wishes, &proxy));
        Self(sender)
    }

    /// Tells the window the text, if it is another one.
    pub fn look(&self) {
        let _ = self.0.send(Wish::Look);
    }

    /// Puts a text there.
    pub fn put(&self, text: String) {
        let _ = self.0.send(Wish::Put(text));
    }
}

fn serve(wishes: &Receiver<Wish>, proxy: &EventLoopProxy<Told>) {
    let Ok(mut clipboard) = arboard::Clipboard::new() else {
        return;
    };
    let mut known = String::new();
    while let Ok(wish) = wishes.recv() {
        match wish {
            Wish::Put(text) => {
                // What cannot be put there is not there.
                let _ = clipboard.set_text(text.as_str());
                known = text;
            }
            Wish::Look => {
                let text = clipboard.get_text().unwrap_or_default();
                let fits = !text.is_empty() && text.len() <= MAX_CLIPBOARD;
                if fits && text != known {
                    known.clone_from(&text);
                    if proxy.send_event(Told::Clipboard(text)).is_err() {
                        return;
                    }
                }
            }
        }
    }
}
