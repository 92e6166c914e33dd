//! Teable's attachments as `services.md` has them, with its local storage: signature, bytes, notify, records.
//!
//! Its quirks are kept because clients must live with them: relative URLs that count from the server's origin,
//! a lower-case method, a length that is a JSON number, a JSON parser that eats JSON bodies, a token for one use.
//! (teableio/teable, apps/nestjs-backend/src/features/attachments)

use axum::body::{Body, to_bytes};
use axum::extract::{DefaultBodyLimit, Path, Query, Request, State as Extract};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, patch, post, put};
use axum::{Json, Router};
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::State;
use super::credentials::same;
use super::faults::inject::Expired;
use super::files::{By, KeepError, Kept};
use super::headers::{bearer, text};
use super::intake::{self, IntakeError};

mod memory;
mod read;
mod record;

pub use memory::Memory;
use memory::{Pending, Problem};

/// Of a JSON request, in bytes.
const MAX_JSON: usize = 1024 * 1024;
/// How long a token lives where the client does not say.
const TOKEN_SECS: i64 = 7 * 24 * 60 * 60;

/// The routes, below the service's own prefix.
pub fn router() -> Router<State> {
    let api = Router::new()
        .route("/attachments/signature", post(signature))
        .route("/attachments/upload/{token}", put(upload))
        .route("/attachments/notify/{token}", post(notify))
        .route("/attachments/read/{id}/{*name}", get(read::read))
        .route("/auth/user", get(user))
        .route("/table/{table}/record/{record}", patch(record::change).get(record::show))
        .route("/table/{table}/record/{record}/{field}/uploadAttachment", post(record::upload))
        .fallback(|| async { Refused::new(404, "not_found", "Cannot find what was asked for") })
        .layer(DefaultBodyLimit::disable());
    Router::new().nest("/api", api)
}

/// An error in Teable's shape.
#[derive(Debug)]
struct Refused {
    status: u16,
    code: &'static str,
    message: String,
}

impl Refused {
    fn new(status: u16, code: &'static str, message: &str) -> Self {
        Self { status, code, message: message.to_owned() }
    }

    fn invalid(message: impl Into<String>) -> Self {
        Self { status: 400, code: "validation_error", message: message.into() }
    }

    fn internal() -> Self {
        Self::new(500, "internal_server_error", "Internal Server Error")
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let Self { status, code, message } = self;
        let status_code = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        (status_code, Json(json!({"message": message, "status": status, "code": code}))).into_response()
    }
}

impl From<IntakeError> for Refused {
    fn from(problem: IntakeError) -> Self {
        match problem {
            IntakeError::TooLong { limit } => {
                let megabytes = limit / 1_000_000;
                Self::invalid(format!("File size exceeds the maximum limit of {megabytes} MB"))
            }
            IntakeError::Disk(_) => Self::internal(),
            IntakeError::Cut => Self::invalid("Size mismatch"),
        }
    }
}

impl From<KeepError> for Refused {
    fn from(problem: KeepError) -> Self {
        IntakeError::from(problem).into()
    }
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        Self::invalid(problem.message())
    }
}

/// What a handler answers.
type Answer = Result<Response, Refused>;

fn authorised(state: &State, headers: &HeaderMap) -> Result<(), Refused> {
    if same(bearer(headers), &state.credentials.teable_token) {
        return Ok(());
    }
    Err(Refused::new(401, "unauthorized", "Unauthorized"))
}

async fn json_body<T: DeserializeOwned>(body: Body) -> Result<T, Refused> {
    let bytes = to_bytes(body, MAX_JSON).await;
    let bytes =
        bytes.map_err(|_too_large| Refused::new(413, "payload_too_large", "request entity too large"))?;
    serde_json::from_slice(&bytes).map_err(|problem| Refused::invalid(format!("Validation error: {problem}")))
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wanted {
    content_type: String,
    content_length: u64,
    #[serde(rename = "type")]
    upload_type: u8,
    expires_in: Option<i64>,
    base_id: Option<String>,
    hash: Option<String>,
}

impl Wanted {
    fn problem(&self) -> Option<&'static str> {
        [
            (self.content_length == 0, "contentLength must be above 0"),
            (!(1..=14).contains(&self.upload_type), "type must be from 1 to 14"),
            (self.content_type.is_empty(), "contentType must not be empty"),
            (self.expires_in.is_some_and(|secs| secs < 1), "expiresIn must be above 0"),
            (self.base_id.as_ref().is_some_and(|id| !id.starts_with("bse")), "baseId must begin with bse"),
        ]
        .into_iter()
        .find_map(|(broken, message)| broken.then_some(message))
    }

    /// Where the real server would put the object: a `hash` becomes its name.
    fn path(&self, token: &str) -> String {
        let dir = match self.upload_type {
            1 => "table",
            2 => "avatar",
            3 => "form",
            4 => "oauth",
            5 => "import",
            6 => "plugin",
            7 => "comment",
            8 => "logo",
            9 => "export-base",
            10 => "template",
            _ => "other",
        };
        format!("{dir}/{}", self.hash.as_deref().unwrap_or(token))
    }
}

async fn signature(Extract(state): Extract<State>, request: Request) -> Answer {
    let expired = request.extensions().get::<Expired>().is_some();
    let (parts, body) = request.into_parts();
    authorised(&state, &parts.headers)?;
    let wanted: Wanted = json_body(body).await?;
    if let Some(problem) = wanted.problem() {
        return Err(Refused::invalid(format!("Validation error: {problem}")));
    }
    let limit = state.files.limits().max_file_bytes;
    if wanted.content_length > limit {
        return Err(KeepError::TooLarge { limit }.into());
    }
    let token = uuid::Uuid::new_v4().simple().to_string();
    let path = wanted.path(&token);
    let life = if expired { -1 } else { wanted.expires_in.unwrap_or(TOKEN_SECS) };
    let answer = json!({
        "url": format!("/teable/api/attachments/upload/{token}"),
        "path": path,
        "uploadMethod": "put",
        "token": token,
        "requestHeaders": {"Content-Type": wanted.content_type, "Content-Length": wanted.content_length},
    });
    state.teable.issue(
        token,
        Pending {
            path,
            content_type: wanted.content_type,
            content_length: wanted.content_length,
            upload_type: wanted.upload_type,
            expires_at: Timestamp::now().as_second() + life,
            kept: None,
        },
    );
    Ok((StatusCode::CREATED, Json(answer)).into_response())
}

async fn upload(
    Extract(state): Extract<State>,
    Path(token): Path<String>,
    request: Request,
) -> Result<StatusCode, Refused> {
    let (parts, body) = request.into_parts();
    if parts.headers.contains_key(AUTHORIZATION) {
        return Err(Refused::invalid("Authorization is not allowed here: the storage may be another host"));
    }
    let now = Timestamp::now().as_second();
    let pending = state.teable.pending(&token, now)?;
    let mime = text(&parts.headers, CONTENT_TYPE.as_str());
    let mut incoming = intake::take(&state.files, body).await?;
    if is_json(mime) {
        // The server's own JSON parser has read the body, the storage finds nothing left of it.
        incoming = state.files.begin().await?;
    }
    if incoming.size() != pending.content_length {
        return Err(Refused::invalid("Size mismatch"));
    }
    if mime != pending.content_type {
        return Err(Refused::invalid(format!("Not allow upload {mime} file")));
    }
    let mut extra = Map::new();
    extra.insert(By::Token.field().to_owned(), json!(token));
    extra.insert("path".to_owned(), json!(pending.path));
    extra.insert("type".to_owned(), json!(pending.upload_type));
    let kept = incoming.keep("teable", &token, mime, extra).await?;
    let replaced = state.teable.uploaded(&token, &kept.id, now);
    let superfluous = replaced.as_ref().map_or(Some(&kept.id), Option::as_ref);
    if let Some(id) = superfluous {
        state.files.remove(id).await;
    }
    replaced?;
    Ok(StatusCode::OK)
}

fn is_json(mime: &str) -> bool {
    mime.split(';').next().is_some_and(|essence| essence.trim().eq_ignore_ascii_case("application/json"))
}

#[derive(Debug, Deserialize)]
struct Named {
    filename: Option<String>,
}

async fn notify(
    Extract(state): Extract<State>,
    Path(token): Path<String>,
    Query(Named { filename }): Query<Named>,
    headers: HeaderMap,
) -> Answer {
    authorised(&state, &headers)?;
    let id = state.teable.notified(&token, Timestamp::now().as_second())?;
    let mut kept = state.files.get(&id).await.ok_or(Problem::Invalid)?;
    if let Some(name) = filename.filter(|name| !name.is_empty()) {
        kept.name = name;
    }
    read::measure(&state, &mut kept).await;
    state.files.update(&kept).await?;
    Ok((StatusCode::CREATED, Json(facts(&state, &kept))).into_response())
}

/// What notify and a record say of a file.
fn facts(state: &State, kept: &Kept) -> Value {
    let extra = |key| kept.extra.get(key).cloned().unwrap_or(Value::Null);
    let mut facts = json!({
        "token": extra("token"),
        "size": kept.size,
        "url": read::stable_url(kept),
        "path": extra("path"),
        "mimetype": kept.mime,
        "presignedUrl": read::presigned_url(state, kept, Timestamp::now().as_second()),
    });
    if let (Value::Object(facts), Some(width)) = (&mut facts, kept.extra.get("width")) {
        facts.insert("width".to_owned(), width.clone());
        facts.insert("height".to_owned(), extra("height"));
    }
    facts
}

async fn user(Extract(state): Extract<State>, headers: HeaderMap) -> Answer {
    authorised(&state, &headers)?;
    let user = json!({"id": "usrSandbox", "name": "Sandbox user", "email": "sandbox@localhost"});
    Ok(Json(user).into_response())
}
