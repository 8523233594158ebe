//! noVNC in the page, over a stream of the tunnel.
use crate::remote::asset::{self, Handle, Told};
use js_sys::Uint8Array;
use web_sys::HtmlElement;

const SCRIPT: &str = "/assets/vnc/vnc.js";
const NAME: &str = "migasfreeVnc";

/// Fetches it; says whether it is here.
pub async fn fetch() -> bool {
    asset::fetch(NAME, SCRIPT, None).await
}

/// A viewer.
pub struct Client(pub Handle);

impl Client {
    /// Begins to speak with the server.
    pub fn open(place: &HtmlElement, told: Told) -> Option<Self> {
        Handle::open(NAME, &[place.clone().into()], told).map(Self)
    }

    /// Bytes of the server came.
    pub fn take(&self, bytes: &[u8]) {
        self.0.tell("take", [Uint8Array::from(bytes).into()]);
    }

    /// No more will come.
    pub fn gone(&self) {
        self.0.tell("gone", []);
    }

    /// Says who is there.
    pub fn answer(&self, account: &str, password: &str) {
        self.0.tell("answer", [account.into(), password.into()]);
    }

    pub fn fit(&self, is_fit: bool) {
        let name = if is_fit { "fit" } else { "actual" };
        self.0.tell("scale", [name.into()]);
    }

    pub fn view_only(&self, on: bool) {
        self.0.tell("viewOnly", [on.into()]);
    }

    pub fn ctrl_alt_del(&self) {
        self.0.tell("ctrlAltDel", []);
        self.0.tell("focus", []);
    }

    /// Puts a text on the computer's clipboard.
    pub fn paste(&self, text: &str) {
        self.0.tell("paste", [text.into()]);
    }
}
