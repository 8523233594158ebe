//! The recipes of `deploy/proxies`, run by the real proxies in front of the real server.

use std::fs;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use migasfree_tests::process::Process;
use migasfree_tests::server::{Server, Start};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use reqwest::redirect::Policy;
use reqwest::{Certificate, Identity, Method};

const NAME: &str = "migasfree.example.org";
const CONSOLE: &str = "/api/v1/token/projects/";
const OPEN: &str = "/api/v1/public/pms/";

/// A proxy in front of a server.
struct Site {
    https: SocketAddr,
    http: SocketAddr,
    authority: CertifiedIssuer<'static, KeyPair>,
    _proxy: Process,
    _server: Server,
    _folder: tempfile::TempDir,
}

fn free() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap()
}

fn recipe(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../deploy/proxies")
        .join(name);
    fs::read_to_string(path).unwrap()
}

/// The recipe with these parts in the place of others, each of which it has.
fn rendered(mut text: String, parts: &[(&str, String)]) -> String {
    for (part, instead) in parts {
        assert!(text.contains(part), "the recipe has no {part}");
        text = text.replace(part, instead);
    }
    text
}

fn authority(name: &str) -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// A certificate and its key.
fn issued(authority: &CertifiedIssuer<'static, KeyPair>, name: &str) -> (String, String) {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_after = rcgen::date_time_ymd(2096, 1, 1);
    let certificate = params.signed_by(&key, authority).unwrap();
    (certificate.pem(), key.serialize_pem())
}

/// A server whose callers come through a proxy and have to show certificates.
fn server(folder: &Path) -> Server {
    let data = folder.join("data");
    fs::create_dir(&data).unwrap();
    let settings = format!(
        "[listen]\npublic_url = 'https://{NAME}'\n\
         [tls]\nclients = 'both'\nclients_authority = '{}'\nclients_header = 'X-Client-Certificate'\n",
        folder.join("clients.pem").display()
    );
    fs::write(data.join("migasfree-server.toml"), settings).unwrap();
    Start::at(&data).start().unwrap()
}

impl Site {
    fn start(proxy: fn(&Path, &Server, SocketAddr, SocketAddr) -> Process) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        let authority = authority("an authority");
        fs::write(path.join("clients.pem"), authority.pem()).unwrap();
        let (certificate, key) = issued(&authority, NAME);
        fs::write(path.join("fullchain.pem"), &certificate).unwrap();
        fs::write(path.join("key.pem"), &key).unwrap();
        fs::write(path.join("site.pem"), certificate + &key).unwrap();
        let server = server(path);
        let (https, http) = (free(), free());
        let proxy = proxy(path, &server, https, http);
        let begun = Instant::now();
        while TcpStream::connect(https).is_err() {
            assert!(begun.elapsed() < Duration::from_secs(20), "{}", proxy.log());
            std::thread::sleep(Duration::from_millis(50));
        }
        Self {
            https,
            http,
            authority,
            _proxy: proxy,
            _server: server,
            _folder: folder,
        }
    }

    /// The status and the place a caller gets who shows this certificate, and writes a line of their own.
    async fn call(
        &self,
        method: Method,
        url: &str,
        shown: Option<&(String, String)>,
        forged: Option<&str>,
    ) -> (u16, String) {
        let own = Certificate::from_pem(self.authority.pem().as_bytes()).unwrap();
        let mut http = reqwest::Client::builder()
            .tls_certs_only([own])
            .redirect(Policy::none())
            .no_proxy()
            .resolve(NAME, self.https);
        if let Some((certificate, key)) = shown {
            let both = format!("{certificate}{key}");
            http = http.identity(Identity::from_pem(both.as_bytes()).unwrap());
        }
        let mut request = http.build().unwrap().request(method, url);
        if let Some(forged) = forged {
            request = request.header("X-Client-Certificate", forged);
        }
        let answer = request.send().await.unwrap();
        let place = answer.headers().get("location");
        let place = place.map_or("", |place| place.to_str().unwrap()).to_owned();
        (answer.status().as_u16(), place)
    }

    fn over_https(&self, path: &str) -> String {
        format!("https://{NAME}:{}{path}", self.https.port())
    }

    /// What each of the recipes has to do.
    async fn keeps_its_word(&self) {
        let own = issued(&self.authority, "somebody");
        let pem: String = own
            .0
            .lines()
            .filter(|line| !line.starts_with('-'))
            .collect();
        let console = self.over_https(CONSOLE);
        let good = self.call(Method::GET, &console, Some(&own), None).await;
        assert_eq!(good.0, 401, "who shows a certificate comes to the sign-in");
        let other = self
            .call(Method::GET, &console, Some(&own), Some("forged"))
            .await;
        assert_eq!(
            other.0, 401,
            "what they write themselves does not get through"
        );
        for forged in [None, Some(pem.as_str())] {
            let without = self.call(Method::GET, &console, None, forged).await;
            assert_eq!(without.0, 403, "{forged:?}");
        }
        let open = self.over_https(OPEN);
        assert_eq!(self.call(Method::GET, &open, None, None).await.0, 200);
        let plain = |path: &str| format!("http://{NAME}:{}{path}", self.http.port());
        let led = self
            .call(Method::GET, &plain("/computers"), None, None)
            .await;
        assert_eq!(led, (308, format!("https://{NAME}/computers")));
        let computer = self.call(Method::GET, &plain(OPEN), None, None).await;
        assert_eq!(computer.0, 200, "computers are answered");
        let forged = self
            .call(Method::GET, &plain(CONSOLE), None, Some(&pem))
            .await;
        assert_eq!(forged.0, 403);
    }
}

fn nginx(folder: &Path, server: &Server, https: SocketAddr, http: SocketAddr) -> Process {
    let shown = folder.display().to_string();
    let snippet = folder.join("snippet.conf");
    fs::write(&snippet, recipe("nginx-snippet.conf")).unwrap();
    let site = rendered(
        recipe("nginx.conf"),
        &[
            ("127.0.0.1:8080", server.address().to_owned()),
            ("listen 443 ssl", format!("listen {https} ssl")),
            ("listen 80", format!("listen {http}")),
            ("snippets/migasfree.conf", snippet.display().to_string()),
            ("#ssl_", "ssl_".to_owned()),
            ("/etc/ssl/migasfree", shown.clone()),
        ],
    );
    let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|what| format!("{what}_temp_path {shown}/{what};\n"))
        .concat();
    let whole = format!(
        "pid {shown}/nginx.pid;\nerror_log stderr;\ndaemon off;\nevents {{}}\n\
         http {{\naccess_log off;\n{temporary}{site}\n}}\n"
    );
    let path = folder.join("whole.conf");
    fs::write(&path, whole).unwrap();
    let mut command = Command::new("/usr/sbin/nginx");
    command.arg("-p").arg(folder).arg("-c").arg(path);
    command.args(["-e", "stderr"]);
    Process::start("nginx", &mut command, &folder.join("nginx.log")).unwrap()
}

fn haproxy(folder: &Path, server: &Server, https: SocketAddr, http: SocketAddr) -> Process {
    let own = folder.join("site.pem").display().to_string();
    let clients = folder.join("clients.pem").display().to_string();
    let whole = rendered(
        recipe("haproxy.cfg"),
        &[
            ("127.0.0.1:8080", server.address().to_owned()),
            (
                "bind :443 ssl",
                format!("bind {https} ssl ca-file {clients} verify optional"),
            ),
            ("bind :80", format!("bind {http}")),
            ("/etc/haproxy/site.pem", own),
        ],
    );
    let path = folder.join("haproxy.cfg");
    fs::write(&path, whole).unwrap();
    let mut command = Command::new("/usr/sbin/haproxy");
    command.arg("-db").arg("-f").arg(path);
    Process::start("haproxy", &mut command, &folder.join("haproxy.log")).unwrap()
}

fn caddy(folder: &Path, server: &Server, https: SocketAddr, http: SocketAddr) -> Process {
    let shown = folder.display().to_string();
    let site = rendered(
        recipe("Caddyfile"),
        &[
            ("127.0.0.1:8080 {", format!("{} {{", server.address())),
            (
                "\t#tls {",
                format!("\ttls {shown}/fullchain.pem {shown}/key.pem {{"),
            ),
            ("\t#\t", "\t\t".to_owned()),
            ("\t#}", "\t}".to_owned()),
            ("/etc/ssl/migasfree", shown.clone()),
        ],
    );
    // Certificates are there, and nothing but this folder and these ports is touched.
    let whole = format!(
        "{{\n\tadmin off\n\tauto_https off\n\tdefault_bind 127.0.0.1\n\thttp_port {}\n\thttps_port {}\n\
         \tstorage file_system {shown}/caddy\n}}\n{site}",
        http.port(),
        https.port()
    );
    let path = folder.join("Caddyfile");
    fs::write(&path, whole).unwrap();
    let mut command = Command::new("/usr/bin/caddy");
    command.args(["run", "--adapter", "caddyfile", "--config"]);
    command.arg(path).env("HOME", folder);
    Process::start("caddy", &mut command, &folder.join("caddy.log")).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_nginx_certificates_are_passed_on_and_nobody_writes_their_own() {
    Site::start(nginx).keeps_its_word().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_haproxy_certificates_are_passed_on_and_nobody_writes_their_own() {
    Site::start(haproxy).keeps_its_word().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_caddy_certificates_are_passed_on_and_nobody_writes_their_own() {
    Site::start(caddy).keeps_its_word().await;
}
