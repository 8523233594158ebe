//! Calls of packagers. More than a message is only taken from somebody who is known.

use axum::extract::{Multipart, Request};
use axum::routing::MethodRouter;
use migasfree_server_audit::Author;
use migasfree_server_auth::Connection;
use migasfree_server_body::{Verdict, pace::Known};
use migasfree_server_files::Spooled;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::arrival::{Arrival, posted};
use super::clear::unsealed;
use super::exchange::Exchange;
use super::{Repeat, claims};
use crate::ProtocolState;
use crate::safe::answer::{Refusal, Reply};
use crate::safe::body::{self, Texts};

/// A call by a packager, maybe with a file.
pub(in crate::safe) struct PackagerCall {
    pub(in crate::safe) state: ProtocolState,
    pub(in crate::safe) file: Option<Upload>,
    /// Who signed it.
    pub(in crate::safe) author: Author,
}

/// A file that came with a call.
pub(in crate::safe) struct Upload {
    /// Last component of the name it had at the sender's.
    pub(in crate::safe) name: String,
    pub(in crate::safe) content: Spooled,
}

/// A call for packagers. A file is only taken when the message that came before it is good.
pub(in crate::safe) fn packager<C, F, Fut>(repeat: Repeat, answer: F) -> MethodRouter<ProtocolState>
where
    C: DeserializeOwned + Send + 'static,
    F: Fn(PackagerCall, C) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Reply> + Send + 'static,
{
    posted(move |arrival: Arrival| {
        let answer = answer.clone();
        async move {
            let Arrival {
                state,
                protocol,
                connection,
                caller,
                request,
                ..
            } = arrival;
            let exchange = match Exchange::with_somebody(state, protocol).await {
                Ok(exchange) => exchange,
                Err(refusal) => return unsealed(refusal),
            };
            let reply = async {
                let opener = Opener {
                    exchange: &exchange,
                    connection,
                    repeat,
                };
                let (raw, author, file) = opener.with_file(request).await?;
                let _ = caller.who.set(author.name.clone());
                if let (Some(file), Some(claimed)) = (&file, raw.get("sha256")) {
                    file.is_what_was_sealed(claimed).await?;
                }
                let state = exchange.state.clone();
                let call = PackagerCall {
                    state,
                    file,
                    author,
                };
                answer(call, claims(raw)?).await
            };
            let reply = reply.await;
            exchange.finish(reply).await
        }
    })
}

/// Opens what a packager sends.
struct Opener<'a> {
    exchange: &'a Exchange,
    connection: Connection,
    repeat: Repeat,
}

impl Opener<'_> {
    async fn open(&self, message: String) -> Result<(Value, Author), Refusal> {
        self.exchange
            .open_upload(message, self.connection, self.repeat)
            .await
    }

    async fn with_file(
        &self,
        request: Request,
    ) -> Result<(Value, Author, Option<Upload>), Refusal> {
        let settings = &self.exchange.state.settings;
        if !body::is_multipart(&request) {
            let texts: Texts = body::read(request, settings.sealed_caps(0)).await?;
            let (claims, author) = self.open(texts.msg).await?;
            return Ok((claims, author, None));
        }
        // More than a message only comes from somebody who is known.
        let caps = settings.sealed_caps(0);
        let sender = request.extensions().get::<Known>().cloned();
        let (parts, verdict) = body::guarded_parts(request, caps).await?;
        let read = self
            .parts(parts, &verdict, &sender.unwrap_or_default())
            .await;
        match verdict.exceeded() {
            Some(exceeded) => Err(exceeded.into()),
            None => read,
        }
    }

    async fn parts(
        &self,
        mut parts: Multipart,
        verdict: &Verdict,
        sender: &Known,
    ) -> Result<(Value, Author, Option<Upload>), Refusal> {
        let mut texts = Texts::default();
        while let Some(field) = parts.next_field().await.map_err(body::broken_part)? {
            if field.name() != Some("file") {
                texts.take(field).await?;
                continue;
            }
            let (claims, author) = self.open(texts.msg).await?;
            sender.note();
            let name = field.file_name().unwrap_or_default();
            let name = name
                .rsplit(['/', '\\'])
                .next()
                .unwrap_or_default()
                .to_owned();
            let state = &self.exchange.state;
            let limit = state.settings.upload_limit;
            verdict.raise(state.settings.sealed_caps(limit).whole);
            let mut spool = state.files.spool(limit)?;
            spool.write_all(field).await?;
            let content = spool.finish().await?;
            return Ok((claims, author, Some(Upload { name, content })));
        }
        let (claims, author) = self.open(texts.msg).await?;
        Ok((claims, author, None))
    }
}
