//! The record that a file is put into: looked at first, so that no repeat adds the file twice.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError, Weak};

use http::Method;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::api::{self, Api};
use super::stored::Noted;
use crate::domain::error::{Failure, Kind};
use crate::domain::profile::Target;
use crate::domain::receipt::Receipt;
use crate::services::http::{Exchange, Reply};

/// The three settings that name the place, with the prefixes of Teable's ids.
pub(super) const SETTINGS: &[(&str, &str)] =
    &[("table_id", "tbl"), ("record_id", "rec"), ("field_id", "fld")];

/// What Teable derives from an item on each read: links that expire. They are not written back.
const DERIVED: &[&str] = &["presignedUrl", "smThumbnailUrl", "lgThumbnailUrl"];

/// An attachment field of one record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    table: String,
    record: String,
    field: String,
}

/// The field's items, as they are now.
#[derive(Debug, PartialEq)]
pub(super) struct Cell(Vec<Value>);

#[derive(Deserialize)]
struct Record {
    /// Required: an answer without it is no record, and taking its field for empty would overwrite what stands there.
    fields: Map<String, Value>,
}

impl Place {
    /// The place that a target's settings name.
    pub(super) fn of_target(target: &Target) -> Option<Self> {
        Self::from(|key| target.optional(key))
    }

    /// The place that a receipt names.
    pub(super) fn of_receipt(receipt: &Receipt) -> Option<Self> {
        Self::from(|key| receipt.extra.get(key)?.as_str())
    }

    fn from<'a>(value: impl Fn(&str) -> Option<&'a str>) -> Option<Self> {
        let id = |key| value(key).map(|id| id.trim().to_owned());
        Some(Self { table: id("table_id")?, record: id("record_id")?, field: id("field_id")? })
    }

    /// Names and ids, as a receipt keeps them.
    pub(super) fn ids(&self) -> [(&'static str, &str); 3] {
        [("table_id", &self.table), ("record_id", &self.record), ("field_id", &self.field)]
    }

    /// Puts the item into the field unless it stands there; answers it as Teable then has it.
    pub(super) async fn put(
        &self,
        api: &Api,
        noted: &Noted,
        exchange: &mut Exchange,
    ) -> Result<Value, Failure> {
        let turn = self.turn(api);
        let _mine = turn.lock().await;
        let cell = self.look(api, exchange).await?;
        if cell.item(&noted.token).is_none() {
            let body = self.patch(&cell, noted.item());
            let answer = exchange.send(api.json(Method::PATCH, self.url(api), &body)?).await?;
            api::check(&answer).map_err(not_in_record)?;
            let cell = self.look(api, exchange).await?;
            return cell.item(&noted.token).cloned().ok_or_else(overwritten);
        }
        cell.item(&noted.token).cloned().ok_or_else(overwritten)
    }

    /// Reads the field.
    pub(super) async fn look(&self, api: &Api, exchange: &mut Exchange) -> Result<Cell, Failure> {
        let mut url = self.url(api);
        url.set_query(Some("fieldKeyType=id"));
        let answer = exchange.send(api.call(Method::GET, url)?).await?;
        self.cell(&answer)
    }

    pub(super) fn cell(&self, answer: &Reply) -> Result<Cell, Failure> {
        let record: Record = api::data(answer).map_err(not_in_record)?;
        match record.fields.get(&self.field) {
            None | Some(Value::Null) => Ok(Cell(Vec::new())),
            Some(Value::Array(items)) if items.iter().all(Value::is_object) => Ok(Cell(items.clone())),
            Some(_) => Err(not_in_record(
                Failure::new(Kind::Settings, "The field is not an attachment field")
                    .advice("Set field_id to an attachment field of the table."),
            )),
        }
    }

    /// The body of the PATCH: what stands there, then the new item.
    pub(super) fn patch(&self, cell: &Cell, item: Value) -> Value {
        let items: Vec<_> = cell.0.iter().cloned().chain([item]).map(without_derived).collect();
        json!({ "fieldKeyType": "id", "record": { "fields": { &self.field: items } } })
    }

    fn url(&self, api: &Api) -> url::Url {
        api.endpoint(&["table", &self.table, "record", &self.record])
    }

    /// One upload at a time may change a field: Teable takes whole values, so that the second of two writers who had
    /// read the same items would drop the first one's.
    fn turn(&self, api: &Api) -> Arc<tokio::sync::Mutex<()>> {
        type Turns = HashMap<String, Weak<tokio::sync::Mutex<()>>>;
        static TURNS: LazyLock<Mutex<Turns>> = LazyLock::new(Mutex::default);
        let mut turns = TURNS.lock().unwrap_or_else(PoisonError::into_inner);
        turns.retain(|_, turn| turn.strong_count() > 0);
        let key = format!("{}\n{}\n{}\n{}", api.base, self.table, self.record, self.field);
        if let Some(turn) = turns.get(&key).and_then(Weak::upgrade) {
            return turn;
        }
        let turn = Arc::default();
        turns.insert(key, Arc::downgrade(&turn));
        turn
    }
}

impl Cell {
    /// The item with this token.
    pub(super) fn item(&self, token: &str) -> Option<&Value> {
        self.0.iter().find(|item| item.get("token").and_then(Value::as_str) == Some(token))
    }
}

fn without_derived(mut item: Value) -> Value {
    if let Some(fields) = item.as_object_mut() {
        fields.retain(|name, _| !DERIVED.contains(&name.as_str()));
    }
    item
}

/// The file is at Teable already; a retry goes on at the record.
fn not_in_record(failure: Failure) -> Failure {
    let broke = format!("The file is in Teable, but could not be put into the record: {}", failure.broke);
    Failure { broke, ..failure }
}

fn overwritten() -> Failure {
    Failure::new(Kind::Protocol, "The file was put into the record, but is not there")
        .advice("Somebody else may have changed the record at the same moment. Retry.")
        .safe()
}
