//! Cosmos DB described as data.

use crate::domain::describe::{
    Capability, Choice, Description, Repeat, SecretSpec, SettingKind, SettingSpec, Types, Visibility,
};
use crate::domain::error::Step;
use crate::domain::profile::Target;

const fn text(key: &'static str, label: &'static str, help: &'static str) -> SettingSpec {
    SettingSpec { key, label, help, default: None, required: true, kind: SettingKind::Text }
}

pub(super) static DESCRIPTION: Description = Description {
    id: "cosmos",
    name: "Azure Cosmos DB",
    line: "Attaches files to a document of an existing Cosmos DB account",
    settings: &[
        SettingSpec {
            key: "endpoint",
            label: "Endpoint",
            help: "The account's address, such as https://myaccount.documents.azure.com.",
            default: None,
            required: true,
            kind: SettingKind::Url,
        },
        text("database", "Database", "The database's id."),
        text("collection", "Collection", "The id of the collection (container)."),
        text("document", "Document", "The id of the document that files are attached to."),
        SettingSpec {
            key: "partition_key",
            label: "Partition key",
            help: "The document's partition key value; empty for a collection without partitions. Taken as text \
                   unless it is JSON: 7, true and null keep their type, \"7\" in quotes is text, and an array \
                   such as [\"a\",\"b\"] is a key with several levels.",
            default: None,
            required: false,
            kind: SettingKind::Text,
        },
        SettingSpec {
            key: "mode",
            label: "What is sent",
            help: "raw uploads the file's bytes. link registers an address instead: hand over small .url, \
                   .webloc, .desktop or .txt files (at most 8 KiB) that hold one web address each.",
            default: Some("raw"),
            required: false,
            kind: SettingKind::Choice(&[
                Choice { value: "raw", label: "The file's bytes" },
                Choice { value: "link", label: "The web address inside a shortcut file" },
            ]),
        },
        SettingSpec {
            key: "upsert",
            label: "Replace attachments of the same name",
            help: "true replaces an attachment that has the name already; false refuses the upload.",
            default: Some("false"),
            required: false,
            kind: SettingKind::Flag,
        },
        SettingSpec {
            key: "api_version",
            label: "API version",
            help: "The REST API's version. 2015-08-06 to 2020-07-15 are known to have attachments.",
            default: Some("2018-12-31"),
            required: true,
            kind: SettingKind::Text,
        },
    ],
    secrets: &[
        SecretSpec {
            key: "key",
            label: "Master key",
            help: "The primary or secondary key, from “Keys” of the account in the Azure portal.",
            multiline: false,
        },
        SecretSpec {
            key: "resource_token",
            label: "Resource token",
            help: "Instead of the key: a token for this document, type=resource&ver=…",
            multiline: false,
        },
        SecretSpec {
            key: "aad_token",
            label: "Microsoft Entra token",
            help: "Instead of the key: an access token of Microsoft Entra ID (Azure AD). It lives about an hour.",
            multiline: false,
        },
    ],
    credentials: &[&["key"], &["resource_token"], &["aad_token"]],
    capability: Capability {
        // The quota is the account's, not the file's: preflight warns of it.
        max_bytes: None,
        takes_empty: true,
        types: Types::Any,
        visibility: Visibility::Private,
        link_life: None,
        deletes: true,
        renews: false,
        saves: true,
        looks: true,
        checksum: None,
        // A second create is answered with 409, and the upload then compares what is there with the file.
        repeats: &[(Step::Send, Repeat::Conflicts)],
    },
};

/// Names of a database, collection or document that cannot be part of a resource link.
pub(super) fn check(target: &Target) -> Vec<String> {
    let mut wrong = Vec::new();
    for key in ["database", "collection", "document"] {
        let name = target.setting(key).trim();
        if name.contains(['/', '\\', '?', '#']) || name.contains(char::is_control) {
            wrong.push(format!("{key} must not contain / \\ ? # or line ends"));
        } else if matches!(name, "." | "..") {
            wrong.push(format!("{key} must be a name, not {name}"));
        }
    }
    let version = target.setting("api_version");
    if !version.split('-').map(str::len).eq([4, 2, 2])
        || version.contains(|c: char| !c.is_ascii_digit() && c != '-')
    {
        wrong.push("api_version must be a date such as 2018-12-31".to_owned());
    }
    wrong
}
