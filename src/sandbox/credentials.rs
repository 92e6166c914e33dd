//! The credentials that the sandbox takes; random for each home, kept beside the sandbox's files.

use std::fs;
use std::io;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::domain::error::{Failure, Kind};

/// The file's name in the sandbox's folder.
const FILE: &str = "credentials.json";

/// One credential for each emulated service. They open nothing but this sandbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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

impl Credentials {
    /// New random ones.
    #[must_use]
    pub fn generate() -> Self {
        let uuid = || uuid::Uuid::new_v4().to_string();
        let cosmos_key = [random(), random()].concat();
        Self {
            plain_token: format!("sbx_{}", hex::encode(random())),
            mixin_app_id: uuid(),
            mixin_session_id: uuid(),
            mixin_seed: hex::encode(random()),
            teable_token: format!("teable_{}", hex::encode(random())),
            cosmos_key: STANDARD.encode(cosmos_key),
            cronofy_api_key: format!("CRN_{}", hex::encode(random())),
            forum_api_key: uuid(),
            forum_api_secret: hex::encode(random()),
            s3_access_key: format!("SANDBOX{}", uuid::Uuid::new_v4().simple()),
            s3_secret_key: hex::encode(random()),
        }
    }

    /// The credentials kept in `dir`; made, and readable by this user only, where there are none yet. Blocks.
    ///
    /// # Errors
    /// `Kind::Storage` when the file cannot be read or written or is not what this program wrote.
    pub fn load_or_create(dir: &Path) -> Result<Self, Failure> {
        let path = dir.join(FILE);
        fs::create_dir_all(dir).map_err(|error| unwritable(&error))?;
        if let Some(credentials) = load(&path)? {
            return Ok(credentials);
        }
        let credentials = Self::generate();
        match store(dir, &path, &credentials) {
            Ok(()) => Ok(credentials),
            // Another process was quicker: its credentials are the home's.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                load(&path)?.ok_or_else(|| unwritable(&error))
            }
            Err(error) => Err(unwritable(&error)),
        }
    }
}

fn load(path: &Path) -> Result<Option<Credentials>, Failure> {
    let text = match fs::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => {
            let failure = Failure::new(Kind::Storage, "The sandbox's credentials could not be read");
            return Err(failure.cause(error));
        }
    };
    serde_json::from_slice(&text).map(Some).map_err(|error| {
        Failure::new(Kind::Storage, "The sandbox's credentials are damaged")
            .cause(error)
            .advice(format!("Delete {}: new ones are made at the next start.", path.display()))
    })
}

/// Writes a temporary file (0600) and links it in place, so no other process ever reads half of it.
fn store(dir: &Path, path: &Path, credentials: &Credentials) -> io::Result<()> {
    let mut file = tempfile::NamedTempFile::new_in(dir)?;
    serde_json::to_writer_pretty(&mut file, credentials).map_err(io::Error::from)?;
    file.as_file().sync_all()?;
    file.persist_noclobber(path).map_err(|error| error.error)?;
    Ok(())
}

fn unwritable(error: &io::Error) -> Failure {
    Failure::new(Kind::Storage, "The sandbox's credentials could not be written")
        .cause(error)
        .advice("Check the folder's permissions and the free disk space.")
}

/// 32 random bytes: the hash of three times 122 bits from the system's own random source.
fn random() -> [u8; 32] {
    let mut hash = Sha256::new();
    for _ in 0..3 {
        hash.update(uuid::Uuid::new_v4().as_bytes());
    }
    hash.finalize().into()
}

/// Whether a presented credential is the expected one. Hashes are compared, so the time taken tells nothing.
pub(super) fn same(presented: &str, expected: &str) -> bool {
    Sha256::digest(presented) == Sha256::digest(expected)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_home_keeps_its_credentials() {
        let dir = tempfile::tempdir().unwrap();
        let first = Credentials::load_or_create(dir.path()).unwrap();
        assert_eq!(Credentials::load_or_create(dir.path()).unwrap(), first);
        assert_ne!(Credentials::generate(), first);
        assert_eq!(STANDARD.decode(&first.cosmos_key).unwrap().len(), 64);
        assert_eq!(hex::decode(&first.mixin_seed).unwrap().len(), 32);
    }

    #[cfg(unix)]
    #[test]
    fn only_this_user_reads_them() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        Credentials::load_or_create(dir.path()).unwrap();
        let mode = fs::metadata(dir.path().join(FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn damaged_credentials_are_not_replaced_unasked() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(FILE);
        let mut file = fs::File::create(&path).unwrap();
        io::Write::write_all(&mut file, b"{").unwrap();
        let failure = Credentials::load_or_create(dir.path()).unwrap_err();
        assert_eq!(failure.kind, Kind::Storage);
        assert!(failure.to_string().contains("Delete"), "{failure}");
        assert_eq!(fs::read(path).unwrap(), b"{");
    }

    #[test]
    fn compares_whole_credentials() {
        assert!(same("abc", "abc"));
        assert!(!same("ab", "abc"));
        assert!(!same("", "abc"));
    }
}
