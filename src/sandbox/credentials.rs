//! The credentials that the sandbox takes; random for each home, kept beside the sandbox's files.

use serde::{Deserialize, Serialize};

/// One credential for each emulated service. They open nothing but this sandbox.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Credentials {
    /// Bearer token of the plain sandbox service.
    pub plain_token: String,
    pub mixin_app_id: String,
    pub mixin_session_id: String,
    /// Hex of the 32-byte Ed25519 seed.
    pub mixin_seed: String,
    pub teable_token: String,
    /// Base64 of the 64-byte master key.
    pub cosmos_key: String,
    pub cronofy_api_key: String,
    pub forum_api_key: String,
    pub forum_api_secret: String,
    /// The AWS access key and secret that presigned URLs of the emulated Mixin storage are signed with.
    pub s3_access_key: String,
    pub s3_secret_key: String,
}
