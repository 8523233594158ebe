//! A mail server that keeps what it gets.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

pub struct Smtp {
    pub address: SocketAddr,
    mails: mpsc::UnboundedReceiver<String>,
}

impl Smtp {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (sender, mails) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(converse(stream, sender.clone()));
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

async fn converse(stream: TcpStream, mails: mpsc::UnboundedSender<String>) {
    let mut stream = BufReader::new(stream);
    let mut line = String::new();
    let mut mail = String::new();
    let mut is_data = false;
    let mut answer = "220 test\r\n";
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
