//! Cronofy described as data.

use super::check::MAX_BYTES;
use crate::domain::describe::{
    Capability, Checksum, Choice, Description, Repeat, SecretSpec, SettingKind, SettingSpec, Types,
    Visibility,
};
use crate::domain::error::Step;

pub(super) static DESCRIPTION: Description = Description {
    id: "cronofy",
    name: "Cronofy",
    line: "Makes attachments for calendar events: gives an id, not a link",
    settings: &[
        SettingSpec {
            key: "data_center",
            label: "Data center",
            help: "Where your application is registered. A key works in its own data center only.",
            default: Some("us"),
            required: false,
            kind: SettingKind::Choice(&[
                Choice { value: "us", label: "United States" },
                Choice { value: "au", label: "Australia" },
                Choice { value: "ca", label: "Canada" },
                Choice { value: "de", label: "Germany" },
                Choice { value: "sg", label: "Singapore" },
                Choice { value: "uk", label: "United Kingdom" },
            ]),
        },
        SettingSpec {
            key: "base_url",
            label: "Base address",
            help: "Instead of a data center: the API's address.",
            default: None,
            required: false,
            kind: SettingKind::Url,
        },
        SettingSpec {
            key: "webhook_uri",
            label: "Webhook address",
            help: "Called by Cronofy once the virus scan has approved or rejected an attachment. Optional.",
            default: None,
            required: false,
            kind: SettingKind::Url,
        },
        SettingSpec {
            key: "webhook_interactions",
            label: "Webhook events",
            help: "approved, rejected or both with a comma; empty means both. Needs the webhook address.",
            default: None,
            required: false,
            kind: SettingKind::Text,
        },
    ],
    secrets: &[SecretSpec {
        key: "api_key",
        label: "API key",
        help: "The client secret of your application at Cronofy.",
        multiline: false,
    }],
    credentials: &[&["api_key"]],
    capability: Capability {
        max_bytes: Some(MAX_BYTES),
        // base64_content is required, and an empty text counts as none.
        takes_empty: false,
        types: Types::Table,
        visibility: Visibility::None,
        link_life: None,
        deletes: false,
        renews: false,
        saves: false,
        looks: false,
        checksum: Some(Checksum::Md5),
        // "Attachments are not upserted": every POST makes a new id.
        repeats: &[(Step::Send, Repeat::Ambiguous)],
    },
};
