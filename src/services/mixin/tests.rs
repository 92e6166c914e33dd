use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use rsa::pkcs1::EncodeRsaPrivateKey as _;
use rsa::pkcs8::{EncodePrivateKey as _, LineEnding};
use rsa::sha2::{Digest as _, Sha512};
use rsa::{Pkcs1v15Sign, RsaPrivateKey};
use serde_json::{Value, json};

use super::keystore::{Key, Keystore};
use super::token::{Covered, Stamp, digest, sign};
use super::*;

const SEED: &str = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
const PAIR: &str = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2DXWpgBgrEKt9VL_tPJZAc6DuFy89qmIyWvAhpo9wdRGg";
const APP: &str = "89e0bdee-c355-47f2-945a-be48be875606";
const SESSION: &str = "c09cf313-7ded-425d-ad3f-a1ce4cfd5e5e";
const TOKEN: &str = "eyJhbGciOiJFZERTQSIsInR5cCI6IkpXVCJ9.eyJleHAiOjE3MDAwMDM2MDAsImlhdCI6MTcwMDAwMDAwMCwianRpIjoiMjU5NGFkNTctOWRhZC00MjRmLTg1OTUtYjE0NzI3ZTI0ZTYxIiwic2NwIjoiRlVMTCIsInNpZCI6ImMwOWNmMzEzLTdkZWQtNDI1ZC1hZDNmLWExY2U0Y2ZkNWU1ZSIsInNpZyI6ImM4MDQxMmU1ODNlMmJmZmE1MWI0NjRlYTNmYjQ3Yjg2YzJjMGJiMmE3ZTJmMzU1MDAwODlhNTg5ZjQzMGQ2ODQiLCJ1aWQiOiI4OWUwYmRlZS1jMzU1LTQ3ZjItOTQ1YS1iZTQ4YmU4NzU2MDYifQ.RAtg8DlwGQOojtta1ukF-N0noqWHAUZcCGM0nwfRVaZRCtzBxsJjnXc62JQ4nZR3FpgwZCHbTovgk3DmYj-uCg";
const STAMP: Stamp<'_> =
    Stamp { iat: 1_700_000_000, exp: 1_700_003_600, jti: "2594ad57-9dad-424f-8595-b14727e24e61" };
const TICKET: Covered<'_> = Covered { method: "POST", path_and_query: "/attachments", body: b"" };

fn accept(keystore: &Value) -> Result<Value, Failure> {
    let kept = Mixin.accept_secret("keystore", Secret::new(keystore.to_string()))?;
    Ok(serde_json::from_str(kept.expose()).unwrap())
}

fn refused(text: &str) -> Failure {
    let failure = Mixin.accept_secret("keystore", Secret::new(text)).unwrap_err();
    assert_eq!(failure.kind, Kind::Secret);
    assert!(failure.advice.is_some());
    failure
}

/// Fixed numbers, so that the generated key is the same each time.
struct Numbers(u64);

impl rsa::rand_core::RngCore for Numbers {
    fn next_u32(&mut self) -> u32 {
        u32::try_from(self.next_u64() >> 32).unwrap()
    }

    fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        for byte in bytes {
            *byte = self.next_u64().to_le_bytes()[0];
        }
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), rsa::rand_core::Error> {
        self.fill_bytes(bytes);
        Ok(())
    }
}

impl rsa::rand_core::CryptoRng for Numbers {}

fn rsa_key() -> RsaPrivateKey {
    RsaPrivateKey::new(&mut Numbers(1), 1024).unwrap()
}

#[test]
fn the_published_digests_come_out() {
    assert_eq!(digest(TICKET), "c80412e583e2bffa51b464ea3fb47b86c2c0bb2a7e2f35500089a589f430d684");
    let me = Covered { method: "GET", path_and_query: "/me", body: b"" };
    assert_eq!(digest(me), "5e6b58ffa10b3bc51724ff0bbd2afb91c4771ee340f5d685340dfa4c854bafba");
    assert_ne!(digest(Covered { body: b"{}", ..me }), digest(me));
}

#[test]
fn the_published_token_comes_out_of_every_ed25519_spelling() {
    let standard = STANDARD.encode(URL_SAFE_NO_PAD.decode(PAIR).unwrap());
    let spellings = [
        json!({ "app_id": APP, "session_id": SESSION, "session_private_key": SEED }),
        json!({ "app_id": APP, "session_id": SESSION, "session_private_key": SEED.to_uppercase() }),
        json!({ "client_id": APP, "session_id": SESSION, "private_key": PAIR }),
        json!({ "user_id": APP, "session_id": SESSION, "private_key": standard }),
        json!({ "user_id": APP, "session_id": SESSION, "private_key": format!(" {PAIR}==\n") }),
    ];
    for spelling in spellings {
        let kept = Mixin.accept_secret("keystore", Secret::new(spelling.to_string())).unwrap();
        let keystore = Keystore::parse(kept.expose()).unwrap();
        assert_eq!(sign(&keystore, TICKET, STAMP).unwrap().expose(), TOKEN, "{spelling}");
    }
}

#[test]
fn rsa_keys_of_1024_bits_sign_rs512_in_every_spelling() {
    let key = rsa_key();
    let pkcs1 = key.to_pkcs1_pem(LineEnding::LF).unwrap().to_string();
    let spellings = [
        pkcs1.clone(),
        pkcs1.replace('\n', "\\n"),
        pkcs1.replace('\n', "\r\n"),
        key.to_pkcs8_pem(LineEnding::LF).unwrap().to_string(),
    ];
    for pem in spellings {
        let kept =
            accept(&json!({ "client_id": APP, "session_id": SESSION, "private_key": pem, "pin": "123456" }));
        let kept = kept.unwrap();
        assert_eq!(kept["private_key"], pkcs1.as_str());
        let keystore = Keystore::parse(&kept.to_string()).unwrap();
        let token = sign(&keystore, TICKET, STAMP).unwrap();
        let (text, signature) = token.expose().rsplit_once('.').unwrap();
        let header = URL_SAFE_NO_PAD.decode(text.split_once('.').unwrap().0).unwrap();
        assert_eq!(header, br#"{"alg":"RS512","typ":"JWT"}"#);
        let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
        let scheme = Pkcs1v15Sign::new::<Sha512>();
        key.to_public_key().verify(scheme, &Sha512::digest(text), &signature).unwrap();
    }
}

#[test]
fn only_what_signs_is_kept() {
    let kept = accept(&json!({
        "app_id": APP, "session_id": SESSION, "session_private_key": SEED,
        "spend_private_key": "moves-money", "pin": "123456", "pin_token": "p", "server_public_key": "s", "scope": "x",
    }));
    assert_eq!(kept.unwrap(), json!({ "app_id": APP, "session_id": SESSION, "session_private_key": SEED }));
    let old =
        accept(&json!({ "client_id": APP, "session_id": SESSION, "private_key": PAIR, "pin_token": "p" }));
    assert_eq!(old.unwrap(), json!({ "app_id": APP, "session_id": SESSION, "session_private_key": SEED }));
}

#[test]
fn each_mistake_in_a_keystore_has_its_own_words_and_leaks_nothing() {
    let field =
        |name: &str, value: &str| json!({ "app_id": APP, "session_id": SESSION, name: value }).to_string();
    let mut wrong_half = URL_SAFE_NO_PAD.decode(PAIR).unwrap();
    wrong_half[63] ^= 1;
    let pem = rsa_key().to_pkcs1_pem(LineEnding::LF).unwrap().to_string();
    let cases = [
        ("top-secret".to_owned(), "The keystore is not JSON"),
        ("\"top-secret\"".to_owned(), "The keystore is not a JSON object"),
        (json!({ "session_id": SESSION, "session_private_key": SEED }).to_string(), "app_id"),
        (json!({ "app_id": APP, "session_private_key": SEED }).to_string(), "no session_id"),
        (json!({ "app_id": APP, "session_id": SESSION }).to_string(), "no key"),
        (field("spend_private_key", SEED), "moves money"),
        (field("session_private_key", &SEED[..62]), "wrong length: 31 bytes"),
        (field("session_private_key", "not a key!"), "neither hex nor base64"),
        (field("private_key", &URL_SAFE_NO_PAD.encode([7; 48])), "wrong length: 48 bytes"),
        (field("private_key", &URL_SAFE_NO_PAD.encode(&wrong_half)), "do not belong together"),
        (field("private_key", &pem.replace("RSA PRIVATE", "PUBLIC")), "not a readable RSA key"),
        (field("private_key", &pem[..200]), "not a readable RSA key"),
        (field("private_key", &pem.replace("RSA PRIVATE", "ENCRYPTED PRIVATE")), "passphrase"),
    ];
    for (text, words) in cases {
        let failure = refused(&text);
        assert!(failure.broke.contains(words), "{failure}");
        for secret in ["top-secret", &SEED[..20], &pem[40..60]] {
            assert!(!failure.to_string().contains(secret), "{failure}");
        }
    }
}

#[test]
fn a_ready_token_is_trimmed() {
    let accept = |text: &str| Mixin.accept_secret("token", Secret::new(text));
    assert_eq!(accept(" a.b.c\n").unwrap().expose(), "a.b.c");
    assert_eq!(accept("Bearer a.b.c").unwrap().expose(), "a.b.c");
    assert_eq!(accept("a b").unwrap_err().kind, Kind::Secret);
    assert_eq!(accept(" ").unwrap_err().kind, Kind::Secret);
}

#[test]
fn sizes_beyond_what_is_known_to_work_are_named() {
    const GIB: u64 = 1 << 30;
    let target = Target {
        profile: String::new(),
        settings: std::iter::empty().collect(),
        secrets: std::iter::empty().collect(),
    };
    let found = |size| {
        let file = FileFacts {
            path: "a".into(),
            name: "a".into(),
            size,
            mime: "a/b".into(),
            modified: None,
            pixels: None,
            duration_secs: None,
        };
        Mixin.preflight(&file, &target).into_iter().map(|finding| finding.is_error()).collect::<Vec<_>>()
    };
    assert_eq!(found(2 * GIB), [] as [bool; 0]);
    assert_eq!(found(2 * GIB + 1), [false]);
    assert_eq!(found(5 * GIB), [false]);
    assert_eq!(found(5 * GIB + 1), [true]);
}

#[test]
fn a_renewed_receipt_keeps_its_checksums() {
    let mut earlier = Receipt { md5: Some("m".into()), expires_at: Some(1), ..Receipt::default() };
    earlier.push(LinkKind::View, "https://old", Visibility::Expiring);
    earlier.extra.insert("kept".into(), true.into());
    let fresh = reply::Attachment {
        id: "id".into(),
        view_url: Some("https://new".into()),
        ..reply::Attachment::default()
    };
    let renewed = renewed(&earlier, reply::receipt(&fresh));
    assert_eq!(renewed.link(LinkKind::View), Some("https://new"));
    assert_eq!((renewed.md5.as_deref(), renewed.expires_at), (Some("m"), None));
    assert_eq!(renewed.extra["kept"], true);
    assert_eq!(renewed.extra["attachment_id"], "id");
}

#[test]
fn keys_stay_what_they_were() {
    let keystore =
        Keystore::parse(&json!({ "app_id": APP, "session_id": SESSION, "private_key": PAIR }).to_string());
    let Key::Ed25519(key) = keystore.unwrap().key else { panic!("another key") };
    assert_eq!(hex::encode(key.to_bytes()), SEED);
    assert_eq!(
        hex::encode(key.verifying_key().to_bytes()),
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    );
}
