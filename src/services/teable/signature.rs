//! The upload signature: what is asked, what is answered, and the request that it describes.

use http::Method;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HOST, HeaderMap, HeaderName, HeaderValue};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use url::Url;

use crate::domain::attachment::FileFacts;
use crate::domain::error::{Failure, Kind};
use crate::domain::profile::Target;
use crate::services::body::{Body, FileSource};
use crate::services::http::Call;

/// Headers of one connection, not of a request (RFC 9110, 7.6.1): a service that names them is up to something.
const HOP_BY_HOP: &[&str] = &[
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// The content type to declare. Teable's JSON and form parsers eat bodies of their own types before its storage sees
/// them, so such files go as plain bytes.
pub(super) fn declared_type(file: &FileFacts) -> &str {
    let eaten = ["application/json", "application/x-www-form-urlencoded"];
    let essence = file.mime.split(';').next().unwrap_or_default().trim();
    let is_eaten = eaten.iter().any(|mime| essence.eq_ignore_ascii_case(mime));
    if is_eaten || essence.is_empty() || file.extension() == "json" {
        "application/octet-stream"
    } else {
        &file.mime
    }
}

/// The body of `POST /attachments/signature`. `hash` is never sent: servers use it as the object's name, so that two
/// files of one hash would be one object.
pub(super) fn request(file: &FileFacts, size: u64, target: &Target) -> Result<Value, Failure> {
    let number = |key: &str| {
        let text = target.setting(key).trim();
        text.parse::<u32>().map_err(|error| {
            Failure::new(Kind::Settings, format!("The target's {key} is not a whole number"))
                .cause(error)
                .advice("Correct it in the target's settings.")
        })
    };
    let mut body = Map::new();
    body.insert("contentType".to_owned(), declared_type(file).into());
    body.insert("contentLength".to_owned(), size.into());
    body.insert("type".to_owned(), number("upload_type")?.into());
    if target.optional("expires_in").is_some() {
        body.insert("expiresIn".to_owned(), number("expires_in")?.into());
    }
    if let Some(base) = target.optional("base_id") {
        body.insert("baseId".to_owned(), base.trim().into());
    }
    Ok(body.into())
}

/// The answer to it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Signature {
    /// May be relative to the server's origin.
    pub(super) url: String,
    pub(super) upload_method: String,
    pub(super) token: String,
    #[serde(default)]
    pub(super) request_headers: Map<String, Value>,
}

impl Signature {
    /// The request that carries the bytes: never with the profile's token.
    pub(super) fn call(&self, url: Url, file: &FileFacts, source: FileSource) -> Result<Call, Failure> {
        let mut call = Call::new(self.method()?, url).body(Body::file(source));
        call.headers = self.headers()?;
        if !call.headers.contains_key(CONTENT_TYPE) {
            call = call.header("content-type", declared_type(file))?;
        }
        Ok(call)
    }

    fn method(&self) -> Result<Method, Failure> {
        match self.upload_method.trim().to_ascii_uppercase().as_str() {
            "PUT" => Ok(Method::PUT),
            "POST" => Ok(Method::POST),
            _ => Err(odd("Teable asks for an upload with an unusual method")
                .cause(self.upload_method.escape_debug())),
        }
    }

    /// The headers as given. Length and host are left to HTTP itself.
    fn headers(&self) -> Result<HeaderMap, Failure> {
        let mut headers = HeaderMap::new();
        for (name, value) in &self.request_headers {
            let text = match value {
                Value::Null => continue,
                Value::String(text) => text.clone(),
                Value::Number(_) | Value::Bool(_) => value.to_string(),
                Value::Array(_) | Value::Object(_) => return Err(odd_header(name)),
            };
            let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_told_by_name| odd_header(name))?;
            if name == CONTENT_LENGTH || name == HOST {
                continue;
            }
            if HOP_BY_HOP.contains(&name.as_str()) {
                return Err(odd_header(name.as_str()));
            }
            // Refuses line breaks, with which a server could smuggle a second request in.
            let value = HeaderValue::from_bytes(text.as_bytes())
                .map_err(|_told_by_name| odd_header(name.as_str()))?;
            headers.insert(name, value);
        }
        Ok(headers)
    }
}

fn odd(broke: &str) -> Failure {
    Failure::new(Kind::Protocol, broke)
        .advice("Check the address in the target's settings: it may not be Teable's.")
}

fn odd_header(name: &str) -> Failure {
    odd("Teable asks for a header that cannot be sent").cause(name.escape_debug())
}

/// The failure of an upload address that is none.
pub(super) fn odd_address() -> Failure {
    odd("Teable's answer has no usable upload address")
}
