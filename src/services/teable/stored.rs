//! What Teable says about a stored file, and the receipt made of it.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::api::Api;
use super::record::Place;
use super::{LINK_LIFE, PUBLIC_TYPES};
use crate::domain::describe::Visibility;
use crate::domain::error::{Failure, Kind};
use crate::domain::receipt::{LinkKind, Receipt};
use crate::services::storage;

/// The answer to `POST /attachments/notify/{token}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Noted {
    pub(super) token: String,
    pub(super) size: u64,
    pub(super) path: String,
    pub(super) mimetype: String,
    #[serde(default)]
    pub(super) url: Option<String>,
    #[serde(default)]
    pub(super) width: Option<u32>,
    #[serde(default)]
    pub(super) height: Option<u32>,
    #[serde(default)]
    pub(super) presigned_url: Option<String>,
    /// The item's id and name in a record; ours, not Teable's.
    #[serde(default)]
    pub(super) item_id: String,
    #[serde(default)]
    pub(super) name: String,
}

impl Noted {
    /// The item of a record's field (teableio/teable `attachmentItemSchema`; optional fields may not be null).
    pub(super) fn item(&self) -> Value {
        let mut item = Map::new();
        let mut put = |name: &str, value: Value| item.insert(name.to_owned(), value);
        put("id", self.item_id.as_str().into());
        put("name", self.name.as_str().into());
        put("path", self.path.as_str().into());
        put("token", self.token.as_str().into());
        put("size", self.size.into());
        put("mimetype", self.mimetype.as_str().into());
        for (name, pixels) in [("width", self.width), ("height", self.height)] {
            if let Some(pixels) = pixels {
                put(name, pixels.into());
            }
        }
        item.into()
    }

    /// Compares what Teable stored with what was sent, loudly.
    pub(super) fn check_size(&self, sent: u64) -> Result<(), Failure> {
        if self.size == sent {
            return Ok(());
        }
        Err(Failure::new(Kind::Protocol, "Teable stored another number of bytes than was sent")
            .cause(format!("{} bytes were sent, {} were stored", sent, self.size))
            .advice("The stored file is damaged: do not use it. Upload it again."))
    }
}

/// A new id of a record's item: `act` and 16 letters or digits, as Teable's own clients make them.
pub(super) fn item_id(mut below: impl FnMut(usize) -> usize) -> String {
    const LETTERS: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let random = (0..16).filter_map(|_| LETTERS.get(below(LETTERS.len()))).map(|letter| char::from(*letter));
    "act".chars().chain(random).collect()
}

/// Where a file went and with which settings, for its receipt.
pub(super) struct Whence<'a> {
    pub(super) api: &'a Api,
    pub(super) upload_type: &'a str,
    pub(super) now_ms: i64,
}

impl Whence<'_> {
    /// The receipt of a stored file. `placed`: the record's item, whose links are fresher and which has thumbnails.
    pub(super) fn receipt(&self, noted: &Noted, placed: Option<(&Place, &Value)>) -> Receipt {
        let is_public = PUBLIC_TYPES.contains(&self.upload_type);
        let mut receipt = Receipt {
            size: Some(noted.size),
            width: noted.width,
            height: noted.height,
            extra: self.extra(noted),
            ..Receipt::default()
        };
        let item = placed.map_or(&Value::Null, |(_, item)| item);
        let view = text(item, "presignedUrl").or(noted.presigned_url.as_deref()).or(noted.url.as_deref());
        let life = (!is_public).then_some(self.now_ms);
        if !push_links(self.api, &mut receipt, view, item, life) {
            receipt.notes.push("Teable gave no link to view the file; its token can be used.".to_owned());
        }
        receipt.push(LinkKind::Id, &noted.token, Visibility::Private);
        if let Some((place, _)) = placed {
            receipt.extra.extend(place.ids().map(|(name, id)| (name.to_owned(), id.into())));
        }
        receipt
    }

    fn extra(&self, noted: &Noted) -> Map<String, Value> {
        let mut extra = Map::new();
        let mut put = |name: &str, value: &str| extra.insert(name.to_owned(), value.into());
        put("token", &noted.token);
        put("path", &noted.path);
        put("mimetype", &noted.mimetype);
        put("upload_type", self.upload_type);
        if let Some(url) = noted.url.as_deref().and_then(|url| self.api.absolute(url)) {
            put("url", url.as_str());
        }
        extra
    }
}

/// Adds the view link, with its end where `expiring_from_ms` says that it has one, and the item's thumbnails.
/// Answers whether there is a view link.
fn push_links(
    api: &Api,
    receipt: &mut Receipt,
    view: Option<&str>,
    item: &Value,
    expiring_from_ms: Option<i64>,
) -> bool {
    let Some(view) = view.and_then(|view| api.absolute(view)) else { return false };
    let visibility = if expiring_from_ms.is_some() { Visibility::Expiring } else { Visibility::Public };
    let default_end =
        |now_ms: i64| now_ms.div_euclid(1000) + i64::try_from(LINK_LIFE.as_secs()).unwrap_or(i64::MAX);
    receipt.expires_at =
        expiring_from_ms.map(|now_ms| storage::end(&view).unwrap_or_else(|| default_end(now_ms)));
    receipt.push(LinkKind::View, view, visibility);
    for (kind, name) in [(LinkKind::Thumbnail, "smThumbnailUrl"), (LinkKind::Preview, "lgThumbnailUrl")] {
        if let Some(url) = text(item, name).and_then(|url| api.absolute(url)) {
            receipt.push(kind, url, visibility);
        }
    }
    true
}

/// The receipt with the links that the record's item has now.
pub(super) fn renewed(api: &Api, earlier: &Receipt, item: &Value, now_ms: i64) -> Result<Receipt, Failure> {
    let mut receipt = Receipt { links: Vec::new(), ..earlier.clone() };
    if !push_links(api, &mut receipt, text(item, "presignedUrl"), item, Some(now_ms)) {
        return Err(Failure::new(Kind::Protocol, "Teable's record has the file, but no link to it")
            .advice("Retry later, or open the record in Teable."));
    }
    receipt.links.extend(earlier.links.iter().filter(|link| link.kind == LinkKind::Id).cloned());
    Ok(receipt)
}

/// The token under which a receipt's file stands in a record.
pub(super) fn token_of(receipt: &Receipt) -> Option<&str> {
    receipt.extra.get("token")?.as_str()
}

fn text<'a>(item: &'a Value, name: &str) -> Option<&'a str> {
    item.get(name)?.as_str().filter(|text| !text.is_empty())
}
