//! A mail server that keeps what it gets.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;

const GREETING: &str = "220 test\r\n";

pub struct Smtp {
    pub address: SocketAddr,
    mails: mpsc::UnboundedReceiver<String>,
}

/// What is encrypted of what is said.
#[derive(Clone)]
enum Way {
    Nothing,
    /// All that comes after somebody asked for it.
    StartTls(TlsAcceptor),
    Everything(TlsAcceptor),
}

impl Smtp {
    pub async fn start() -> Self {
        Self::on(Way::Nothing).await
    }

    /// One that takes nothing before TLS begins.
    pub async fn after_starttls(acceptor: TlsAcceptor) -> Self {
        Self::on(Way::StartTls(acceptor)).await
    }

    /// One that speaks TLS from the beginning.
    pub async fn under_tls(acceptor: TlsAcceptor) -> Self {
        Self::on(Way::Everything(acceptor)).await
    }

    async fn on(way: Way) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (sender, mails) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, way.clone(), sender.clone()));
            }
        });
        Self { address, mails }
    }

    /// The next mail, as it was sent.
    pub async fn mail(&mut self) -> String {
        let mail = tokio::time::timeout(Duration::from_secs(10), self.mails.recv()).await;
        // Lines that were folded for the way.
        mail.expect("a mail").unwrap().replace("=\r\n", "")
    }

    /// Whether none comes for a while.
    pub async fn is_silent(&mut self) -> bool {
        let mail = tokio::time::timeout(Duration::from_millis(500), self.mails.recv()).await;
        mail.is_err()
    }
}

async fn serve(stream: TcpStream, way: Way, mails: mpsc::UnboundedSender<String>) {
    match way {
        Way::Nothing => converse(stream, GREETING, mails).await,
        Way::StartTls(acceptor) => {
            let Some(stream) = until_starttls(stream).await else {
                return;
            };
            if let Ok(stream) = acceptor.accept(stream).await {
                converse(stream, "", mails).await;
            }
        }
        Way::Everything(acceptor) => {
            if let Ok(stream) = acceptor.accept(stream).await {
                converse(stream, GREETING, mails).await;
            }
        }
    }
}

/// What is said before TLS begins.
async fn until_starttls(stream: TcpStream) -> Option<TcpStream> {
    let mut stream = BufReader::new(stream);
    let mut answer = GREETING;
    loop {
        stream.write_all(answer.as_bytes()).await.ok()?;
        let mut line = String::new();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        answer = match line.trim_end() {
            "STARTTLS" => {
                stream.write_all(b"220 go on\r\n").await.ok()?;
                return Some(stream.into_inner());
            }
            hello if hello.starts_with("EHLO ") => "250-test\r\n250 STARTTLS\r\n",
            _ => "530 TLS comes first\r\n",
        };
    }
}

async fn converse(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    greeting: &'static str,
    mails: mpsc::UnboundedSender<String>,
) {
    let mut stream = BufReader::new(stream);
    let mut line = String::new();
    let mut mail = String::new();
    let mut is_data = false;
    let mut answer = greeting;
    loop {
        if !answer.is_empty() && stream.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
        line.clear();
        if stream.read_line(&mut line).await.unwrap_or_default() == 0 {
            return;
        }
        answer = match (is_data, line.trim_end()) {
            (true, ".") => {
                is_data = false;
                let _ = mails.send(std::mem::take(&mut mail));
                "250 taken\r\n"
            }
            (true, _) => {
                mail.push_str(&line);
                ""
            }
            (false, "DATA") => {
                is_data = true;
                "354 go on\r\n"
            }
            (false, "QUIT") => "221 bye\r\n",
            (false, _) => "250 test\r\n",
        };
    }
}
