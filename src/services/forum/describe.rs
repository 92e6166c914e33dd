//! The forum described as data.

use super::signature::{CUSTOM, DIGESTS, ENCODINGS};
use crate::domain::describe::{
    Capability, Choice, Description, Repeat, SecretSpec, SettingKind, SettingSpec, Types, Visibility,
};
use crate::domain::error::Step;

/// The choices of the setting `signature_preset`; a test keeps them equal to the presets.
pub(super) const PRESET_CHOICES: &[Choice] = &[
    Choice { value: CUSTOM, label: "By the three settings below" },
    Choice { value: "key-timestamp", label: "HMAC-SHA-256 of key and timestamp" },
    Choice {
        value: "method-timestamp-path-query-body",
        label: "HMAC-SHA-256 of method, timestamp, path, query and body, as Delta Exchange has it",
    },
    Choice {
        value: "key-secret-timestamp",
        label: "SHA-256 of key, secret and timestamp, as Hotelbeds has it",
    },
    Choice { value: "timestamp-body", label: "HMAC-SHA-256 of timestamp, dot and body, as Zenzap has it" },
    Choice { value: "timestamp-secret", label: "MD5 of timestamp and secret" },
    Choice { value: "key-timestamp-secret", label: "MD5 of key, timestamp and secret" },
    Choice { value: "timestamp-method-path", label: "HMAC-SHA-256 of timestamp, method and path" },
];

const fn choice(
    key: &'static str,
    label: &'static str,
    help: &'static str,
    default: &'static str,
    choices: &'static [Choice],
) -> SettingSpec {
    SettingSpec {
        key,
        label,
        help,
        default: Some(default),
        required: false,
        kind: SettingKind::Choice(choices),
    }
}

pub(super) static DESCRIPTION: Description = Description {
    id: "forum",
    name: "Forum",
    line: "Uploads images and videos through a forum's open API",
    settings: &[
        SettingSpec {
            key: "base_url",
            label: "Base address",
            help: "The open API's address, in front of /openapi/forum.",
            default: None,
            required: true,
            kind: SettingKind::Url,
        },
        choice(
            "group_name",
            "Group",
            "What the file is for.",
            "post",
            &[
                Choice { value: "tribe", label: "Community posts" },
                Choice { value: "tribeHub", label: "Community avatars" },
                Choice { value: "post", label: "General posts" },
                Choice { value: "tag", label: "Topic avatars" },
                Choice { value: "report", label: "Report materials" },
                Choice { value: "media", label: "Media resources" },
            ],
        ),
        SettingSpec {
            key: "server_list",
            label: "Ask for upload servers",
            help: "true asks the forum for its upload servers and takes one at random; false uploads to the base \
                   address.",
            default: Some("true"),
            required: false,
            kind: SettingKind::Flag,
        },
        choice(
            "signature_preset",
            "Signature rule",
            "The vendor does not publish the rule: choose one, test the connection, choose the next.",
            CUSTOM,
            PRESET_CHOICES,
        ),
        SettingSpec {
            key: "signature_template",
            label: "Signed text",
            help: "Counts when the signature rule is custom. Placeholders: {key} {secret} {timestamp} \
                   {timestamp_ms} {method} {path} {query} {body} {body_sha256} {nl}.",
            default: Some("{key}{timestamp}"),
            required: false,
            kind: SettingKind::Text,
        },
        choice(
            "signature_digest",
            "Digest",
            "Counts when the signature rule is custom.",
            "hmac-sha256",
            DIGESTS,
        ),
        choice(
            "signature_encoding",
            "Encoding",
            "Counts when the signature rule is custom.",
            "hex",
            ENCODINGS,
        ),
    ],
    secrets: &[
        SecretSpec {
            key: "api_key",
            label: "API key",
            help: "Sent as Api-Key to the forum and to the upload servers that it names.",
            multiline: false,
        },
        SecretSpec {
            key: "api_secret",
            label: "API secret",
            help: "Signs the requests; it is never sent.",
            multiline: false,
        },
    ],
    credentials: &[&["api_key", "api_secret"]],
    capability: Capability {
        max_bytes: None,
        takes_empty: false,
        types: Types::ImagesAndVideos,
        visibility: Visibility::Public,
        link_life: None,
        deletes: false,
        renews: false,
        saves: false,
        looks: false,
        checksum: None,
        repeats: &[(Step::Ticket, Repeat::Safe), (Step::Send, Repeat::Ambiguous)],
    },
};
