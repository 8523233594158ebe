//! Signing in at a provider of OpenID Connect that somebody else wrote: `oidc-provider` from npm.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use migasfree_tests::process::Process;
use migasfree_tests::server::{Server, Start};
use reqwest::header::{COOKIE, HeaderMap, LOCATION, SET_COOKIE};
use reqwest::redirect::Policy;
use reqwest::{Client, Method};

const PUBLIC: &str = "https://migasfree.example";
/// More steps than the provider has pages.
const STEPS: usize = 12;

/// A browser that follows where it is led, one step after the other.
struct Browser {
    http: Client,
    cookies: BTreeMap<String, String>,
}

/// What it is shown.
struct Page {
    led: Option<String>,
    text: String,
}

impl Browser {
    fn new() -> Self {
        let http = Client::builder().redirect(Policy::none()).no_proxy();
        Self {
            http: http.build().unwrap(),
            cookies: BTreeMap::new(),
        }
    }

    async fn visit(&mut self, method: Method, url: &str, form: &[(&str, &str)]) -> Page {
        let pairs = self.cookies.iter();
        let cookies: Vec<_> = pairs
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let mut request = self
            .http
            .request(method, url)
            .header(COOKIE, cookies.join("; "));
        if !form.is_empty() {
            request = request.form(form);
        }
        let answer = request.send().await.unwrap();
        self.keep(answer.headers());
        let led = answer.headers().get(LOCATION);
        let led = led.map(|place| place.to_str().unwrap().to_owned());
        Page {
            led,
            text: answer.text().await.unwrap(),
        }
    }

    fn keep(&mut self, headers: &HeaderMap) {
        for line in headers.get_all(SET_COOKIE) {
            let pair = line.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
    }
}

/// What stands behind `start` up to the next quotation mark.
fn quoted<'a>(text: &'a str, start: &str) -> &'a str {
    let (_, rest) = text
        .split_once(start)
        .unwrap_or_else(|| panic!("no {start} in {text}"));
    rest.split('"').next().unwrap()
}

fn provider(folder: &Path, port: u16) -> Process {
    let node = env::var_os("MIGASFREE_NODE").unwrap_or_else(|| "node".into());
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("e2e/oidc/provider.mjs");
    let mut command = Command::new(node);
    command.arg(script).arg(port.to_string()).arg(format!(
        "{PUBLIC}/rest-auth/login/providers/house/callback/"
    ));
    let log = folder.join("provider.log");
    let mut process = Process::start("oidc-provider", &mut command, &log).unwrap();
    process
        .wait_for_line("ready", Duration::from_secs(30))
        .unwrap();
    process
}

fn server(folder: &Path, issuer: &str) -> Server {
    let data = folder.join("data");
    fs::create_dir(&data).unwrap();
    let secret = folder.join("secret");
    fs::write(&secret, "between the two of us").unwrap();
    let settings = format!(
        "[listen]\npublic_url = '{PUBLIC}'\n\
         [[providers.oidc]]\nname = 'house'\nlabel = 'House'\nissuer = '{issuer}'\n\
         client_id = 'migasfree'\nclient_secret_file = '{}'\n\
         email_domains = ['house.example']\ngroups_claim = 'groups'\n\
         groups = {{ staff = 'Reader' }}\ncreate_accounts = true\n",
        secret.display()
    );
    fs::write(data.join("migasfree-server.toml"), settings).unwrap();
    Start::at(&data).start().unwrap()
}

#[tokio::test]
async fn who_has_an_account_at_a_real_provider_signs_in_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let issuer = format!("http://127.0.0.1:{port}");
    let _provider = provider(folder.path(), port);
    let server = server(folder.path(), &issuer);

    let mut browser = Browser::new();
    let begin = format!(
        "{}/rest-auth/login/providers/house/begin/?next=/computers",
        server.url()
    );
    let mut page = browser.visit(Method::GET, &begin, &[]).await;
    for _ in 0..STEPS {
        page = match page.led {
            Some(place) if place == "/computers" => {
                let own = format!("{}/rest-auth/user/", server.url());
                let own = browser.visit(Method::GET, &own, &[]).await;
                assert!(own.text.contains("ana@house.example"), "{}", own.text);
                assert!(own.text.contains("Reader"), "{}", own.text);
                return;
            }
            Some(place) => {
                assert!(!place.contains("#refused"), "{place}");
                let place = place.replace(PUBLIC, server.url());
                let place = match place.strip_prefix('/') {
                    Some(path) => format!("{issuer}/{path}"),
                    None => place,
                };
                browser.visit(Method::GET, &place, &[]).await
            }
            None => {
                let action = quoted(&page.text, "action=\"").to_owned();
                let prompt = quoted(&page.text, "name=\"prompt\" value=\"").to_owned();
                let form = [
                    ("prompt", prompt.as_str()),
                    ("login", "ana"),
                    ("password", "any"),
                ];
                browser.visit(Method::POST, &action, &form).await
            }
        };
    }
    panic!("the browser never came back");
}
