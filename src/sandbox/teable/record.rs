//! Records whose cells hold attachments.

use axum::Json;
use axum::extract::{Multipart, Path, Request, State as Extract};
use axum::response::IntoResponse;
use http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Answer, Refused, authorised, facts, json_body, read};
use crate::sandbox::State;
use crate::sandbox::files::{By, Kept};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Change {
    /// Teable's default is `name`.
    #[serde(default)]
    field_key_type: Option<String>,
    record: Fields,
}

#[derive(Debug, Deserialize)]
struct Fields {
    fields: Map<String, Value>,
}

fn check(state: &State, headers: &HeaderMap, table: &str, record: &str) -> Result<(), Refused> {
    authorised(state, headers)?;
    if table.starts_with("tbl") && record.starts_with("rec") {
        return Ok(());
    }
    Err(Refused::new(404, "not_found", "Table or record not found: their ids begin with tbl and rec"))
}

fn answer(record: &str, fields: Map<String, Value>) -> Value {
    json!({"id": record, "fields": Value::Object(fields)})
}

/// `GET /table/{table}/record/{record}`.
pub(super) async fn show(
    Extract(state): Extract<State>,
    Path((table, record)): Path<(String, String)>,
    headers: HeaderMap,
) -> Answer {
    check(&state, &headers, &table, &record)?;
    let fields = state.teable.record(&table, &record, |fields| fields.clone());
    Ok(Json(answer(&record, fields)).into_response())
}

/// `PATCH /table/{table}/record/{record}`: replaces the named cells.
pub(super) async fn change(
    Extract(state): Extract<State>,
    Path((table, record)): Path<(String, String)>,
    request: Request,
) -> Answer {
    let (parts, body) = request.into_parts();
    check(&state, &parts.headers, &table, &record)?;
    let cells = cells(&state, json_body(body).await?).map_err(Refused::invalid)?;
    let fields = state.teable.record(&table, &record, |fields| {
        fields.extend(cells);
        fields.clone()
    });
    Ok(Json(answer(&record, fields)).into_response())
}

/// The new cells, with every attachment's facts filled in.
fn cells(state: &State, change: Change) -> Result<Map<String, Value>, String> {
    let by_id = match change.field_key_type.as_deref() {
        Some("id") => true,
        None | Some("name") => false,
        Some(other) => return Err(format!("fieldKeyType cannot be {other}")),
    };
    let mut cells = Map::new();
    for (field, value) in change.record.fields {
        if by_id != field.starts_with("fld") {
            return Err(format!("Field {field} is not found by fieldKeyType"));
        }
        let items: Vec<Item> = serde_json::from_value(value).map_err(|problem| problem.to_string())?;
        let items: Result<Vec<_>, _> = items.into_iter().map(|one| whole(state, one)).collect();
        cells.insert(field, Value::Array(items?));
    }
    Ok(cells)
}

#[derive(Debug, Deserialize)]
struct Item {
    id: Option<String>,
    token: String,
    name: String,
}

fn whole(state: &State, Item { id, token, name }: Item) -> Result<Value, String> {
    let found = state.files.find("teable", By::Token, &token);
    let kept = found.ok_or_else(|| format!("Attachment {token} is not found"))?;
    Ok(item(state, &kept, id, &name))
}

fn item(state: &State, kept: &Kept, id: Option<String>, name: &str) -> Value {
    let mut item = facts(state, kept);
    if let Value::Object(fields) = &mut item {
        let id = id.unwrap_or_else(|| format!("act{}", uuid::Uuid::new_v4().simple()));
        fields.insert("id".to_owned(), json!(id));
        fields.insert("name".to_owned(), json!(name));
        if fields.contains_key("width") {
            // The sandbox makes no smaller copies: the picture itself stands for both.
            let url = read::presigned_url(state, kept, Timestamp::now().as_second());
            fields.insert("smThumbnailUrl".to_owned(), json!(url));
            fields.insert("lgThumbnailUrl".to_owned(), json!(url));
        }
    }
    item
}

/// `POST …/{field}/uploadAttachment`: the part `file`, appended to the cell.
pub(super) async fn upload(
    Extract(state): Extract<State>,
    Path((table, record, field)): Path<(String, String, String)>,
    headers: HeaderMap,
    parts: Multipart,
) -> Answer {
    check(&state, &headers, &table, &record)?;
    if !field.starts_with("fld") {
        return Err(Refused::new(404, "not_found", "Field not found: its id begins with fld"));
    }
    let kept = receive_part(&state, parts).await?;
    let one = item(&state, &kept, None, &kept.name);
    let fields = state.teable.record(&table, &record, |fields| {
        match fields.entry(field).or_insert_with(|| json!([])) {
            Value::Array(cell) => cell.push(one),
            other => *other = json!([one]),
        }
        fields.clone()
    });
    Ok((StatusCode::CREATED, Json(answer(&record, fields))).into_response())
}

async fn receive_part(state: &State, mut parts: Multipart) -> Result<Kept, Refused> {
    let broken = |_problem| Refused::invalid("The multipart body is broken");
    while let Some(mut part) = parts.next_field().await.map_err(broken)? {
        if part.name() != Some("file") {
            continue;
        }
        let name = part.file_name().unwrap_or("file").to_owned();
        let mime = part.content_type().unwrap_or("application/octet-stream").to_owned();
        let mut incoming = state.files.begin().await?;
        while let Some(chunk) = part.chunk().await.map_err(broken)? {
            incoming.write(&chunk).await?;
        }
        let token = uuid::Uuid::new_v4().simple().to_string();
        let mut extra = Map::new();
        extra.insert("path".to_owned(), json!(format!("table/{token}")));
        extra.insert(By::Token.field().to_owned(), json!(token));
        extra.insert("type".to_owned(), json!(1));
        let mut kept = incoming.keep("teable", &name, &mime, extra).await?;
        read::measure(state, &mut kept).await;
        state.files.update(&kept).await?;
        return Ok(kept);
    }
    Err(Refused::invalid("The part file is missing"))
}
