//! Teable: files for tables, forms, comments and the other places of a Teable server.
//!
//! A signature names an upload address, the bytes go there in one request, `notify` makes them an attachment, and,
//! where a record is set, the attachment is added to its field.
//! Sources: the vendor's "Post attachments/signature"; teableio/teable `packages/openapi/src/attachment`,
//! `apps/nestjs-backend/src/features/attachments`.

mod api;
mod record;
mod signature;
mod stored;
mod upload;

use std::time::Duration;

use http::Method;

use self::api::Api;
use self::record::Place;
use super::http::Exchange;
use super::{Service, Stored, Upload, Work, address, texts};
use crate::domain::attachment::FileFacts;
use crate::domain::describe::{
    Capability, Choice, Description, Repeat, SecretSpec, SettingKind, SettingSpec, Types, Visibility,
};
use crate::domain::error::{Failure, Kind, Step};
use crate::domain::preflight::Finding;
use crate::domain::profile::Target;
use crate::domain::receipt::Receipt;
use crate::domain::secret::Secret;

/// How long a link of non-public storage lives unless the server is set up otherwise: 6 days.
const LINK_LIFE: Duration = Duration::from_hours(6 * 24);

/// What a file can be uploaded for: the vendor's `UploadType`.
const TYPES: &[Choice] = &[
    Choice { value: "1", label: "Table" },
    Choice { value: "2", label: "Avatar (public link)" },
    Choice { value: "3", label: "Form (public link)" },
    Choice { value: "4", label: "OAuth (public link)" },
    Choice { value: "5", label: "Import" },
    Choice { value: "6", label: "Plugin (public link)" },
    Choice { value: "7", label: "Comment" },
    Choice { value: "8", label: "Logo (public link)" },
    Choice { value: "9", label: "Base export" },
    Choice { value: "10", label: "Template (public link)" },
    Choice { value: "11", label: "Chat data visualization code (public link)" },
    Choice { value: "12", label: "App" },
    Choice { value: "13", label: "Chat file" },
    Choice { value: "14", label: "Automation" },
];

/// The types whose storage is public: their links stay.
const PUBLIC_TYPES: &[&str] = &["2", "3", "4", "6", "8", "10", "11"];

static DESCRIPTION: Description = Description {
    id: "teable",
    name: "Teable",
    line: "Attachments for Teable tables, straight into a record if you like",
    settings: SETTINGS,
    secrets: &[SecretSpec {
        key: "token",
        label: "Personal access token",
        help: "From Teable: your picture, then Settings, then Personal access tokens.",
        multiline: false,
    }],
    credentials: &[&["token"]],
    capability: Capability {
        max_bytes: None,
        takes_empty: false,
        types: Types::Any,
        visibility: Visibility::Expiring,
        link_life: Some(LINK_LIFE),
        deletes: false,
        renews: true,
        saves: false,
        looks: false,
        checksum: None,
        // A lost answer to `notify` sends a retry back to the ticket, which is safe: `notify` itself is never repeated.
        repeats: &[(Step::Ticket, Repeat::Safe), (Step::Send, Repeat::Safe), (Step::Confirm, Repeat::Safe)],
    },
};

const SETTINGS: &[SettingSpec] = &[
    SettingSpec {
        key: "base_url",
        label: "API address",
        help: "Your Teable server's address, with /api at the end.",
        default: Some("https://app.teable.ai/api"),
        required: true,
        kind: SettingKind::Url,
    },
    SettingSpec {
        key: "upload_type",
        label: "Upload for",
        help: "Where the file is used. The public ones give a link that stays; the others' links expire.",
        default: Some("1"),
        required: true,
        kind: SettingKind::Choice(TYPES),
    },
    optional("base_id", "Base", "The base's id, such as bse…, where the upload belongs to one."),
    SettingSpec {
        key: "expires_in",
        label: "Upload address lives for (seconds)",
        help: "How long the upload may take. Empty: as long as the server has it. The link's life is another one.",
        default: None,
        required: false,
        kind: SettingKind::Integer { min: 1, max: 604_800 },
    },
    optional("table_id", "Table", "To put the file into a record: the table's id, such as tbl…"),
    optional("record_id", "Record", "To put the file into a record: the record's id, such as rec…"),
    optional("field_id", "Field", "To put the file into a record: the attachment field's id, such as fld…"),
];

const fn optional(key: &'static str, label: &'static str, help: &'static str) -> SettingSpec {
    SettingSpec { key, label, help, default: None, required: false, kind: SettingKind::Text }
}

/// The service `teable`.
#[derive(Debug)]
pub struct Teable;

impl Service for Teable {
    fn description(&self) -> &'static Description {
        &DESCRIPTION
    }

    fn host(&self, target: &Target) -> String {
        address::host(target, "base_url")
    }

    fn accept_secret(&self, _key: &str, value: Secret) -> Result<Secret, Failure> {
        texts::bearer_token(&value)
    }

    fn check_settings(&self, target: &Target) -> Vec<String> {
        let missing: Vec<_> = record::SETTINGS
            .iter()
            .filter(|(key, _)| target.optional(key).is_none())
            .map(|(key, _)| *key)
            .collect();
        if missing.is_empty() || missing.len() == record::SETTINGS.len() {
            return Vec::new();
        }
        vec![format!(
            "To put files into a record, set {} too; or set none of the three",
            missing.join(" and ")
        )]
    }

    /// Ids of an unusual form are a warning only: the server decides.
    fn preflight(&self, _file: &FileFacts, target: &Target) -> Vec<Finding> {
        let odd = |(key, prefix): &(&str, &str)| {
            let value = target.optional(key)?.trim();
            (!value.starts_with(prefix)).then(|| {
                Finding::warning(
                    Kind::Settings,
                    format!("{key} is “{value}”, but Teable's begin with {prefix}"),
                )
            })
        };
        record::SETTINGS.iter().filter_map(odd).collect()
    }

    fn upload<'a>(&'a self, upload: &'a Upload, exchange: &'a mut Exchange) -> Work<'a, Receipt> {
        Box::pin(upload::run(upload, exchange))
    }

    fn test<'a>(&'a self, target: &'a Target, exchange: &'a mut Exchange) -> Work<'a, String> {
        Box::pin(async move {
            let api = Api::new(target)?;
            let answer = exchange.send(api.call(Method::GET, api.endpoint(&["auth", "user"]))?).await?;
            Ok(api::greeting(&api::data(&answer)?))
        })
    }

    /// Teable gives a fresh link with a record's item only; public links stay as they are.
    fn renew<'a>(&'a self, stored: &'a Stored, exchange: &'a mut Exchange) -> Work<'a, Receipt> {
        Box::pin(async move {
            if stored.receipt.expires_at.is_none() {
                return Ok(stored.receipt.clone());
            }
            let place = Place::of_receipt(&stored.receipt).ok_or_else(no_record)?;
            let token = stored::token_of(&stored.receipt).ok_or_else(no_record)?;
            let api = Api::new(&stored.target)?;
            exchange.step(Step::Confirm);
            let cell = place.look(&api, exchange).await?;
            let item = cell.item(token).ok_or_else(|| {
                Failure::new(Kind::Gone, "The file is no longer in its record")
                    .advice("Upload the file again.")
            })?;
            stored::renewed(&api, &stored.receipt, item, exchange.now_ms())
        })
    }
}

fn no_record() -> Failure {
    Failure::new(
        Kind::Refused,
        "Teable gives a fresh link only for files in a record, and this one is in none",
    )
    .advice(
        "Upload the file again. With a table, record and field in the target its link can be renewed later.",
    )
}

#[cfg(test)]
mod tests;
