//! Reads grants and orders. An input that begins with a brace is signed first, as the fuzzer cannot: what is taken then reads
//! the same again.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use migasfree_grant::{order, sign, verify};
use migasfree_native::key::KeyPair;

static SERVER: LazyLock<KeyPair> = LazyLock::new(|| KeyPair::generate(|seed| seed.fill(2)));

/// When the grant of the corpus can be used.
const NOW: i64 = 1_767_225_610;

/// Runs one input.
pub fn run(input: &[u8]) {
    let server = SERVER.public();
    if input.first() != Some(&b'{') {
        let text = String::from_utf8_lossy(input);
        if let Ok(grant) = verify(&text, server, NOW) {
            assert_eq!(grant.session, "4c9f3a5e-0000-4000-8000-000000000001");
        }
        return;
    }
    let text = signed(b"migasfree grant 1\n", input);
    if let Ok(grant) = verify(&text, server, NOW) {
        assert!(grant.issued <= grant.expires && grant.issued < grant.ends);
        let again = sign(&grant, &SERVER);
        assert!(verify(&again, server, NOW).is_ok_and(|read| read == grant) || again.len() > 8192);
    }
    let text = signed(b"migasfree action order 1\n", input);
    if let Ok(taken) = order::verify(&text, server, NOW) {
        let again = order::sign(&taken, &SERVER);
        let read = order::verify(&again, server, NOW);
        assert!(read.is_ok_and(|read| read == taken) || again.len() > 8192);
    }
}

fn signed(context: &[u8], input: &[u8]) -> String {
    let signature = SERVER.sign(&[context, input].concat());
    let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    format!("{}.{}", encode(input), encode(&signature))
}
