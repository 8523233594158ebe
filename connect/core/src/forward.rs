//! A port of this computer that leads to one of another.

use std::net::Ipv4Addr;

use migasfree_tunnel::message::Open;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};

use crate::session::{Happening, Opener, Session};
use crate::texts::Text;
use crate::trouble::{Kind, Trouble};

/// A port that is bound, and where it leads.
#[derive(Debug)]
pub struct Forward {
    listener: TcpListener,
    name: String,
}

impl Forward {
    /// Binds a port of this computer alone; 0 stands for one that is free.
    ///
    /// # Errors
    /// When it cannot be had.
    pub async fn bind(port: u16, name: &str) -> Result<Self, Trouble> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await;
        let listener = listener.map_err(|error| {
            let values = [port.to_string(), error.to_string()];
            Trouble::of(
                Kind::Usage,
                Text::ErrorPort,
                &values.each_ref().map(String::as_str),
            )
        })?;
        Ok(Self {
            listener,
            name: name.to_owned(),
        })
    }

    /// The port that is really bound.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.listener
            .local_addr()
            .map_or(0, |address| address.port())
    }

    /// Leads every connection there, until the session is over.
    pub async fn run(&self, session: &mut Session) -> Trouble {
        let opener = session.opener();
        loop {
            tokio::select! {
                accepted = self.listener.accept() => {
                    if let Ok((connection, _)) = accepted {
                        let (opener, name) = (opener.clone(), self.name.clone());
                        tokio::spawn(async move { lead(&opener, name, connection).await });
                    }
                }
                happened = session.next() => if let Happening::Over(trouble) = happened {
                    return trouble;
                },
            }
        }
    }
}

/// A connection that cannot be led there ends, and the person reads why.
async fn lead(opener: &Opener, name: String, mut connection: TcpStream) {
    let _ = connection.set_nodelay(true);
    match opener.open(Open::Port { name }).await {
        Ok(mut stream) => {
            let _ = copy_bidirectional(&mut connection, &mut stream).await;
        }
        Err(refused) => opener.say_refused(&refused),
    }
}
