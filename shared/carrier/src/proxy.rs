//! The way through a proxy of HTTP.

use std::io;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::websocket::ConnectError;

/// The longest head of an answer.
const LONGEST_HEAD: usize = 8 * 1024;
const USUAL_PORT: u16 = 80;

/// A connection to `target` (`host:port`) through a proxy, which is `host:port`, perhaps with `name:password@` before it as
/// addresses have it.
pub(crate) async fn through(proxy: &str, target: &str) -> Result<TcpStream, ConnectError> {
    let (credentials, address) = match proxy.rsplit_once('@') {
        Some((credentials, address)) => (Some(credentials), address),
        None => (None, proxy),
    };
    let mut stream = TcpStream::connect(with_port(address)).await?;
    stream.set_nodelay(true)?;
    let request = request(target, credentials);
    stream.write_all(request.as_bytes()).await?;
    let head = head(&mut stream).await?;
    match status(&head) {
        Some(200..=299) => Ok(stream),
        Some(status) => Err(ConnectError::Proxy { status }),
        None => Err(ConnectError::Protocol(
            "the proxy does not speak HTTP".to_owned(),
        )),
    }
}

fn with_port(address: &str) -> String {
    let port = address.rsplit_once(':').map(|(_, port)| port);
    match port.is_some_and(|port| port.parse::<u16>().is_ok()) {
        true => address.to_owned(),
        false => format!("{address}:{USUAL_PORT}"),
    }
}

fn request(target: &str, credentials: Option<&str>) -> String {
    let shown = credentials.map_or_else(String::new, |credentials| {
        let shown = STANDARD.encode(decoded(credentials));
        format!("Proxy-Authorization: Basic {shown}\r\n")
    });
    format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n{shown}\r\n")
}

/// What stands for itself or as `%40`.
fn decoded(text: &str) -> Vec<u8> {
    let mut bytes = text.as_bytes().iter();
    let mut decoded = Vec::with_capacity(text.len());
    while let Some(&byte) = bytes.next() {
        let rest = bytes.as_slice();
        let code = rest.get(..2).filter(|_| byte == b'%');
        let code = code.and_then(|code| std::str::from_utf8(code).ok());
        match code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            Some(meant) => {
                decoded.push(meant);
                bytes.nth(1);
            }
            None => decoded.push(byte),
        }
    }
    decoded
}

/// The head of the answer; what follows it is the server's.
async fn head(stream: &mut TcpStream) -> Result<Vec<u8>, ConnectError> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        if head.len() >= LONGEST_HEAD {
            return Err(io::Error::other("the proxy's answer is too long").into());
        }
        head.push(stream.read_u8().await?);
    }
    Ok(head)
}

fn status(head: &[u8]) -> Option<u16> {
    let head = std::str::from_utf8(head).ok()?;
    let mut words = head.lines().next()?.split_whitespace();
    words.next().filter(|word| word.starts_with("HTTP/1."))?;
    words.next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_is_asked_for_the_server_and_shown_who_asks() {
        let plain = "CONNECT m.example:443 HTTP/1.1\r\nHost: m.example:443\r\n\r\n";
        assert_eq!(request("m.example:443", None), plain);
        let shown = request("m.example:443", Some("ana:p%40ss%"));
        assert!(shown.contains("Basic YW5hOnBAc3Ml\r\n"), "{shown}");
    }

    #[test]
    fn a_proxy_has_its_usual_port_and_answers_with_a_status() {
        assert_eq!(with_port("p.example"), "p.example:80");
        assert_eq!(with_port("[::1]:3128"), "[::1]:3128");
        let answer = b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n";
        assert_eq!(status(answer), Some(407));
        assert_eq!(status(b"SSH-2.0-x\r\n\r\n"), None);
    }
}
