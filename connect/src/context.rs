//! What every command works with.

use std::sync::Arc;

use migasfree_connect_core::http::Api;
use migasfree_connect_core::login;
use migasfree_connect_core::servers::Server;
use migasfree_connect_core::session::Notices;
use migasfree_connect_core::texts::{Language, Text};
use migasfree_connect_core::trouble::Trouble;
use migasfree_types::message::Message;
use migasfree_types::shown::shown;

use crate::arguments::Arguments;
use crate::keep::{self, Kept};
use crate::output;

/// Language and server.
#[derive(Debug)]
pub struct Context {
    /// The language of what is said.
    pub language: Language,
    /// The server that was named.
    pub named: Option<String>,
}

impl Context {
    /// Of the command line.
    pub fn new(language: Language, arguments: &Arguments) -> Self {
        Self {
            language,
            named: arguments.server.clone(),
        }
    }

    /// The server that is meant.
    pub fn server(&self) -> Result<Server, Trouble> {
        keep::servers()?.find(self.named.as_deref())
    }

    /// The server, as whom somebody signed in.
    pub async fn signed_in(&self) -> Result<Api, Trouble> {
        let api = Api::of(&self.server()?)?;
        login::enter(api, &Kept::open(self.language).await).await
    }

    /// Says a text on the error stream.
    pub fn tell(&self, text: Text, values: &[&str]) {
        output::complain(&shown(&self.language.fill(text, values)));
    }

    /// What tells the person what happens meanwhile.
    pub fn notices(&self) -> Arc<dyn Notices> {
        Arc::new(Aloud(self.language))
    }
}

/// Says what happens on the error stream.
#[derive(Debug)]
struct Aloud(Language);

impl Notices for Aloud {
    fn tell(&self, message: &Message) {
        output::complain(&shown(&self.0.say(message)));
    }
}
