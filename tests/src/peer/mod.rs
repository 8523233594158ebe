//! A computer that speaks the protocol of migasfree 5 as its client does, written from the
//! specification with code of its own: form bodies for keys, JSON with blanks after separators
//! and everything beyond ASCII escaped, multipart with the whole local path as file name, a new
//! connection and no cookie for every call, an `Accept-Language` of its locale.

mod apt;
mod clock;
mod machine;
mod python;
mod sync;
mod transport;

use anyhow::{Context, Result, bail, ensure};
use migasfree_envelope::{PrivateKey, PublicKey, open};
use serde_json::{Value, json};

pub use clock::local_time;
pub use machine::Machine;
pub use sync::Report;
pub use transport::Transport;

/// What the server answered to a sealed call.
#[derive(Debug, Clone, PartialEq)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// What was in the envelope, or the plain body.
    pub data: Value,
    /// Whether there was an envelope.
    pub sealed: bool,
}

impl Reply {
    /// The data of an accepted call.
    ///
    /// # Errors
    /// When the server refused.
    pub fn accepted(self) -> Result<Value> {
        ensure!(
            matches!(self.status, 200 | 201),
            "{}: {}",
            self.status,
            self.data
        );
        Ok(self.data)
    }
}

/// Keys as `keys/project/` or `keys/packager/` hands them out.
#[derive(Debug)]
pub struct Keys {
    /// Verifies what the server answers, and seals what it is sent.
    pub server: PublicKey,
    /// Signs what is sent, and opens what is answered.
    pub own: PrivateKey,
}

/// A computer and its connection to a server.
#[derive(Debug)]
pub struct Peer {
    /// How it reaches the server.
    pub transport: Transport,
    /// Its project.
    pub project: String,
    /// The computer itself.
    pub machine: Machine,
    /// The keys of its project, once fetched.
    pub keys: Option<Keys>,
    /// The keys of packagers, once fetched.
    pub packager: Option<Keys>,
    /// Its number, once known.
    pub id: Option<i64>,
    /// Whether packages that have to be installed are really fetched.
    pub fetches_packages: bool,
}

impl Peer {
    /// A computer that has never spoken to the server at `url`.
    #[must_use]
    pub fn new(url: &str, project: &str, machine: Machine) -> Self {
        Self {
            transport: Transport::new(url),
            project: project.to_owned(),
            machine,
            keys: None,
            packager: None,
            id: None,
            fetches_packages: true,
        }
    }

    /// Fetches the keys of the project; the server may create it.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn fetch_keys(&mut self, username: &str, password: &str) -> Result<()> {
        let form = [
            ("username", username),
            ("password", password),
            ("project", &self.project),
            ("platform", "Linux"),
            ("pms", "apt"),
            ("architecture", "amd64"),
        ];
        let answer = self
            .transport
            .form("/api/v1/public/keys/project/", &form)
            .await?;
        self.keys = Some(keys(answer.accepted()?, "migasfree-client.pri")?);
        Ok(())
    }

    /// Fetches the keys of packagers.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn fetch_packager_keys(&mut self, username: &str, password: &str) -> Result<()> {
        let form = [("username", username), ("password", password)];
        let answer = self
            .transport
            .form("/api/v1/public/keys/packager/", &form)
            .await?;
        self.packager = Some(keys(answer.accepted()?, "migasfree-packager.pri")?);
        Ok(())
    }

    /// The sealed text of `claims`, rendered as the client renders them.
    ///
    /// # Errors
    /// Without keys.
    pub fn seal(&self, claims: &Value) -> Result<String> {
        let keys = self.keys.as_ref().context("fetch the keys first")?;
        Ok(seal(claims, keys))
    }

    /// A sealed call.
    ///
    /// # Errors
    /// When the server cannot be reached or its answer cannot be opened.
    pub async fn call(&self, path: &str, claims: &Value) -> Result<Reply> {
        self.send(path, &self.seal(claims)?).await
    }

    /// Sends a sealed text as it is.
    ///
    /// # Errors
    /// When the server cannot be reached or its answer cannot be opened.
    pub async fn send(&self, path: &str, msg: &str) -> Result<Reply> {
        let body = json!({ "msg": msg, "project": self.project });
        let answer = self.transport.json(path, &python::dumps(&body)).await?;
        let keys = self.keys.as_ref().context("fetch the keys first")?;
        unseal(answer, keys)
    }

    /// A sealed call with the computer's number and nothing else.
    ///
    /// # Errors
    /// When the server cannot be reached, or refuses.
    pub async fn ask(&self, path: &str) -> Result<Value> {
        self.call(path, &json!({ "id": self.known_id()? }))
            .await?
            .accepted()
    }

    /// The computer's number.
    ///
    /// # Errors
    /// When the computer is not registered.
    pub fn known_id(&self) -> Result<i64> {
        self.id.context("register the computer first")
    }

    /// Uploads a file as a packager does: as a package, or into a set when `set` names one.
    ///
    /// # Errors
    /// Without packager keys, or when the server cannot be reached.
    pub async fn upload(&self, file: &LocalFile<'_>, set: Option<&str>) -> Result<Reply> {
        let (path, claims) = match set {
            None => (
                "/api/v1/safe/packages/",
                json!({ "project": self.project, "store": file.store, "is_package": true }),
            ),
            Some(set) => (
                "/api/v1/safe/packages/set/",
                json!({
                    "project": self.project, "store": file.store, "packageset": set, "path": "",
                }),
            ),
        };
        self.upload_with(path, &claims, file).await
    }

    /// The same with claims of one's own.
    ///
    /// # Errors
    /// Without packager keys, or when the server cannot be reached.
    pub async fn upload_with(
        &self,
        path: &str,
        claims: &Value,
        file: &LocalFile<'_>,
    ) -> Result<Reply> {
        let keys = self
            .packager
            .as_ref()
            .context("fetch the packager's keys first")?;
        let msg = seal(claims, keys);
        let answer = self
            .transport
            .multipart(path, &msg, &self.project, file)
            .await?;
        unseal(answer, keys)
    }

    /// Asks for the publication of an uploaded package or set.
    ///
    /// # Errors
    /// Without packager keys, or when the server cannot be reached.
    pub async fn publish(&self, name: &str) -> Result<Reply> {
        let keys = self
            .packager
            .as_ref()
            .context("fetch the packager's keys first")?;
        let msg = seal(
            &json!({ "project": self.project, "packageset": name }),
            keys,
        );
        let body = python::dumps(&json!({ "msg": msg, "project": self.project }));
        unseal(
            self.transport
                .json("/api/v1/safe/packages/repos/", &body)
                .await?,
            keys,
        )
    }
}

/// A file at the packager's.
#[derive(Debug, Clone, Copy)]
pub struct LocalFile<'a> {
    /// Its absolute path there, which the client sends as the file name.
    pub path: &'a str,
    /// What is in it.
    pub content: &'a [u8],
    /// The store it is for.
    pub store: &'a str,
}

fn seal(claims: &Value, keys: &Keys) -> String {
    let text = python::dumps(claims);
    migasfree_envelope::unsealed::seal_rendered(&text, &text, &keys.own, &keys.server, None)
}

fn keys(members: Value, private: &str) -> Result<Keys> {
    let members = members.as_object().context("keys are an object")?;
    ensure!(
        members.len() == 2,
        "every member becomes a file, there may be no other"
    );
    let pem = |name: &str| -> Result<&str> {
        members
            .get(name)
            .and_then(Value::as_str)
            .with_context(|| format!("no {name}"))
    };
    Ok(Keys {
        server: PublicKey::from_pem(pem("migasfree-server.pub")?)?,
        own: PrivateKey::from_pem(pem(private)?)?,
    })
}

fn unseal(answer: Reply, keys: &Keys) -> Result<Reply> {
    let Some(msg) = answer.data.get("msg").and_then(Value::as_str) else {
        return Ok(answer);
    };
    match open(msg, &keys.own, &keys.server) {
        Ok(data) => Ok(Reply {
            data,
            sealed: true,
            ..answer
        }),
        Err(error) => bail!("the answer cannot be opened: {error}"),
    }
}
