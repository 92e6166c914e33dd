//! A file that takes another one's place once it is whole.

use std::io;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::domain::error::{Failure, Kind};

/// Removed by itself unless it is kept.
pub(super) fn beside(to: &Path) -> io::Result<NamedTempFile> {
    let folder: PathBuf = match to.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    };
    let mut builder = tempfile::Builder::new();
    builder.prefix(".affix-").suffix(".part");
    // As the user's other files: less what the umask takes away.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder)
}

pub(super) fn keep(part: NamedTempFile, to: &Path) -> io::Result<()> {
    part.as_file().sync_all()?;
    part.persist(to).map(drop).map_err(|refused| refused.error)
}

pub(super) fn not_written(to: &Path, error: &io::Error) -> Failure {
    Failure::new(Kind::Storage, format!("{} cannot be written", to.display()))
        .cause(error)
        .advice("Choose another folder, or make room there.")
}
