//! Checks the JWT of one Mixin request: the signature for real, and every claim.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{Signature, SigningKey};
use http::HeaderMap;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::sandbox::credentials::Credentials;
use crate::sandbox::headers::{bearer, text};

/// How far the client's clock may be ahead, in seconds.
const SKEW_SECS: i64 = 60;

#[derive(Debug, Deserialize)]
struct Header {
    alg: String,
    typ: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Claims {
    uid: String,
    sid: String,
    iat: i64,
    exp: i64,
    jti: String,
    sig: String,
    scp: String,
}

/// `signed` is `METHOD + path-and-query + body`; `now` in seconds since 1970.
///
/// # Errors
/// What is wrong with the token, for the sandbox's user.
pub(super) fn check(
    credentials: &Credentials,
    headers: &HeaderMap,
    signed: &[u8],
    now: i64,
) -> Result<(), &'static str> {
    let mut parts = bearer(headers).split('.');
    let (Some(head), Some(payload), Some(signature), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err("there is no bearer token of three parts");
    };
    let header: Header = decode(head)?;
    if header.alg != "EdDSA" || header.typ.is_some_and(|typ| typ != "JWT") {
        return Err("the token's header is not EdDSA and JWT, as this keystore needs it");
    }
    verify(credentials, &format!("{head}.{payload}"), signature)?;
    let claims: Claims = decode(payload)?;
    check_claims(&claims, credentials, signed, now)?;
    if text(headers, "x-request-id") != claims.jti {
        return Err("X-Request-Id is not the token's jti");
    }
    Ok(())
}

fn check_claims(
    claims: &Claims,
    credentials: &Credentials,
    signed: &[u8],
    now: i64,
) -> Result<(), &'static str> {
    let broken = [
        (claims.uid != credentials.mixin_app_id, "the token's uid is not the app"),
        (claims.sid != credentials.mixin_session_id, "the token's sid is not the session"),
        (claims.scp != "FULL", "the token's scp is not FULL"),
        (claims.iat > now + SKEW_SECS, "the token's iat is in the future: the clock is wrong"),
        (claims.exp <= now, "the token has expired: the clock may be wrong"),
        (claims.exp <= claims.iat, "the token ends before it begins"),
        (uuid::Uuid::parse_str(&claims.jti).is_err(), "the token's jti is not a UUID"),
        (claims.sig != hex::encode(Sha256::digest(signed)), "the token's sig is of another request"),
    ];
    broken.iter().find(|(broken, _)| *broken).map_or(Ok(()), |(_, reason)| Err(*reason))
}

fn decode<T: for<'de> Deserialize<'de>>(part: &str) -> Result<T, &'static str> {
    const BROKEN: &str = "a part of the token is not JSON in unpadded base64url";
    let json = URL_SAFE_NO_PAD.decode(part).map_err(|_the_reason_says_it| BROKEN)?;
    serde_json::from_slice(&json).map_err(|_the_reason_says_it| BROKEN)
}

fn verify(credentials: &Credentials, message: &str, signature: &str) -> Result<(), &'static str> {
    const BROKEN: &str = "the token's signature is not of this session's key";
    let seed: [u8; 32] = hex::decode(&credentials.mixin_seed)
        .ok()
        .and_then(|seed| seed.try_into().ok())
        .ok_or("the sandbox's own key is damaged")?;
    let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_the_reason_says_it| BROKEN)?;
    let signature = Signature::from_slice(&signature).map_err(|_the_reason_says_it| BROKEN)?;
    let key = SigningKey::from_bytes(&seed).verifying_key();
    key.verify_strict(message.as_bytes(), &signature).map_err(|_the_reason_says_it| BROKEN)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    /// The full vector of services.md.
    const TOKEN: &str = "eyJhbGciOiJFZERTQSIsInR5cCI6IkpXVCJ9.eyJleHAiOjE3MDAwMDM2MDAsImlhdCI6MTcwMDAwMDAwMCwianRpIjoiMjU5NGFkNTctOWRhZC00MjRmLTg1OTUtYjE0NzI3ZTI0ZTYxIiwic2NwIjoiRlVMTCIsInNpZCI6ImMwOWNmMzEzLTdkZWQtNDI1ZC1hZDNmLWExY2U0Y2ZkNWU1ZSIsInNpZyI6ImM4MDQxMmU1ODNlMmJmZmE1MWI0NjRlYTNmYjQ3Yjg2YzJjMGJiMmE3ZTJmMzU1MDAwODlhNTg5ZjQzMGQ2ODQiLCJ1aWQiOiI4OWUwYmRlZS1jMzU1LTQ3ZjItOTQ1YS1iZTQ4YmU4NzU2MDYifQ.RAtg8DlwGQOojtta1ukF-N0noqWHAUZcCGM0nwfRVaZRCtzBxsJjnXc62JQ4nZR3FpgwZCHbTovgk3DmYj-uCg";
    const JTI: &str = "2594ad57-9dad-424f-8595-b14727e24e61";
    const NOW: i64 = 1_700_000_010;

    fn credentials() -> Credentials {
        Credentials {
            mixin_app_id: "89e0bdee-c355-47f2-945a-be48be875606".to_owned(),
            mixin_session_id: "c09cf313-7ded-425d-ad3f-a1ce4cfd5e5e".to_owned(),
            mixin_seed: "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60".to_owned(),
            ..Credentials::generate()
        }
    }

    fn headers(token: &str, request_id: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert("authorization", HeaderValue::try_from(format!("Bearer {token}")).unwrap());
        headers.insert("x-request-id", HeaderValue::try_from(request_id).unwrap());
        headers
    }

    fn refusal(token: &str, request_id: &str, signed: &str, now: i64) -> &'static str {
        check(&credentials(), &headers(token, request_id), signed.as_bytes(), now).unwrap_err()
    }

    #[test]
    fn the_published_token_is_accepted() {
        check(&credentials(), &headers(TOKEN, JTI), b"POST/attachments", NOW).unwrap();
    }

    #[test]
    fn everything_else_is_refused() {
        let other = uuid::Uuid::new_v4().to_string();
        assert!(refusal(TOKEN, &other, "POST/attachments", NOW).contains("X-Request-Id"));
        assert!(refusal(TOKEN, JTI, "POST/mixin/attachments", NOW).contains("another request"));
        assert!(refusal(TOKEN, JTI, "POST/attachments", 1_700_003_600).contains("expired"));
        assert!(refusal(TOKEN, JTI, "POST/attachments", 1_699_999_000).contains("future"));
        assert!(refusal("a.b", JTI, "POST/attachments", NOW).contains("three parts"));
        assert!(refusal("a.b.c", JTI, "POST/attachments", NOW).contains("JSON"));
        let changed = TOKEN.replace(".RAtg", ".RBtg");
        assert!(refusal(&changed, JTI, "POST/attachments", NOW).contains("signature"));
        let rsa = format!("{}.x.y", URL_SAFE_NO_PAD.encode(r#"{"alg":"RS512","typ":"JWT"}"#));
        assert!(refusal(&rsa, JTI, "POST/attachments", NOW).contains("EdDSA"));
        let stranger = Credentials { mixin_app_id: other, ..credentials() };
        let refused = check(&stranger, &headers(TOKEN, JTI), b"POST/attachments", NOW);
        assert!(refused.unwrap_err().contains("uid"));
    }
}
