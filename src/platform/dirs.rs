//! Where settings, database, cache and sandbox files are.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use directories::{BaseDirs, ProjectDirs};

use super::files;
use crate::domain::error::{Failure, Kind};

/// The environment variable that does what `--home DIR` does.
pub const HOME_VARIABLE: &str = "AFFIX_HOME";

/// The folders of one user's Affix, or of one test's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home {
    config: PathBuf,
    data: PathBuf,
    cache: PathBuf,
    /// The folder given with `--home`; none where the platform's own folders are used.
    own: Option<PathBuf>,
}

impl Home {
    /// The folders under `dir`, else under the folder that `AFFIX_HOME` names, else the platform's own.
    /// Nothing is created; an empty path counts as none.
    pub fn resolve(dir: Option<PathBuf>) -> Result<Self, Failure> {
        let from_environment = || std::env::var_os(HOME_VARIABLE).map(PathBuf::from);
        match dir.or_else(from_environment).filter(|dir| !dir.as_os_str().is_empty()) {
            Some(dir) => Self::under(&dir),
            None => Self::of_the_platform(),
        }
    }

    fn under(dir: &Path) -> Result<Self, Failure> {
        let dir = real_path(dir).map_err(|error| {
            files::disk_failure(
                format!("The folder {} cannot be used as Affix's home", dir.display()),
                &error,
            )
        })?;
        Ok(Self { config: dir.clone(), data: dir.clone(), cache: dir.join("cache"), own: Some(dir) })
    }

    fn of_the_platform() -> Result<Self, Failure> {
        let dirs = ProjectDirs::from("", "", "affix").ok_or_else(|| {
            Failure::new(Kind::Storage, "This user has no home folder, so there is no place to keep anything")
                .advice("Name a folder with --home DIR or with the environment variable AFFIX_HOME.")
        })?;
        Ok(Self {
            config: dirs.config_dir().to_owned(),
            data: dirs.data_local_dir().to_owned(),
            cache: dirs.cache_dir().to_owned(),
            own: None,
        })
    }

    /// The folder given with `--home`; none where the platform's own folders are used.
    #[must_use]
    pub fn given(&self) -> Option<&Path> {
        self.own.as_deref()
    }

    /// The settings that people may edit.
    #[must_use]
    pub fn settings_file(&self) -> PathBuf {
        self.config.join("settings.toml")
    }

    /// The SQLite database of attachments and history.
    #[must_use]
    pub fn database(&self) -> PathBuf {
        self.data.join("affix.db")
    }

    /// What can be made again: thumbnails.
    #[must_use]
    pub fn cache_dir(&self) -> &Path {
        &self.cache
    }

    /// The sandbox's files and its credentials.
    #[must_use]
    pub fn sandbox_dir(&self) -> PathBuf {
        self.data.join("sandbox")
    }

    /// One lock file for each running Affix.
    #[must_use]
    pub fn sessions_dir(&self) -> PathBuf {
        self.data.join("sessions")
    }

    /// Whether the program itself makes files in `folder`, a path without symbolic links: settings and database, or
    /// anything below cache, sandbox, sessions and the desktop's thumbnails.
    #[must_use]
    pub fn is_own(&self, folder: &Path) -> bool {
        let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let thumbnails = desktop_cache().map(|cache| cache.join("thumbnails"));
        let below =
            [Some(self.cache.clone()), Some(self.sandbox_dir()), Some(self.sessions_dir()), thumbnails];
        [&self.config, &self.data].into_iter().any(|own| folder == real(own))
            || below.into_iter().flatten().any(|own| folder.starts_with(real(&own)))
    }

    /// The name under which the keyring keeps this home's secrets: `affix`, or `affix@/the/folder` where a folder
    /// was given, so that a trial home never touches the user's own secrets.
    #[must_use]
    pub fn keyring_service(&self) -> String {
        match &self.own {
            None => "affix".to_owned(),
            Some(dir) => format!("affix@{}", dir.display()),
        }
    }

    /// Creates every folder that is not there yet, readable by this user alone (mode 0700 on Unix).
    pub fn create(&self) -> Result<(), Failure> {
        for dir in [&self.config, &self.data, &self.cache, &self.sandbox_dir(), &self.sessions_dir()] {
            files::create_private_dir(dir)?;
        }
        Ok(())
    }
}

/// Where the programs of a freedesktop desktop keep what can be made again, for each other too; none on other systems.
#[must_use]
pub fn desktop_cache() -> Option<PathBuf> {
    let is_freedesktop = cfg!(all(unix, not(target_os = "macos")));
    BaseDirs::new().filter(|_| is_freedesktop).map(|dirs| dirs.cache_dir().to_owned())
}

/// The absolute path with symbolic links resolved as far as it exists, so that one folder has one name
/// before and after it is created.
fn real_path(path: &Path) -> std::io::Result<PathBuf> {
    let absolute = std::path::absolute(path)?;
    let mut missing: Vec<OsString> = Vec::new();
    for ancestor in absolute.ancestors() {
        match ancestor.canonicalize() {
            Ok(real) => {
                let path = missing.into_iter().rev().fold(real, |path, name| path.join(name));
                return Ok(as_people_know_it(path));
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                missing.extend(ancestor.file_name().map(OsString::from));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(absolute)
}

/// Resolved, a path has Windows' own prefix `\\?\`, which no other program understands and nobody wants to read; it
/// stays where the path means something else without it.
#[cfg(windows)]
fn as_people_know_it(path: PathBuf) -> PathBuf {
    dunce::simplified(&path).to_owned()
}

#[cfg(not(windows))]
fn as_people_know_it(path: PathBuf) -> PathBuf {
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    fn real(folder: &tempfile::TempDir) -> PathBuf {
        as_people_know_it(folder.path().canonicalize().unwrap())
    }

    #[test]
    fn a_given_home_holds_everything() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::resolve(Some(folder.path().join("new"))).unwrap();
        home.create().unwrap();

        let root = real(&folder).join("new");
        assert!(!root.to_string_lossy().starts_with(r"\\?\"), "{}", root.display());
        assert_eq!(home.settings_file(), root.join("settings.toml"));
        assert_eq!(home.database(), root.join("affix.db"));
        for dir in [home.cache_dir(), &home.sandbox_dir(), &home.sessions_dir()] {
            assert!(dir.starts_with(&root) && dir.is_dir(), "{}", dir.display());
        }
    }

    #[test]
    fn it_knows_its_own_folders_and_a_folder_beside_them_is_the_users() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        let home = Home::resolve(Some(root.clone())).unwrap();
        home.create().unwrap();
        let own = ["", "cache", "cache/pasted", "sandbox", "sandbox/files", "sessions"];
        for (folders, is_own) in [(&own[..], true), (&["outbox", "outbox/sandbox", "sandboxes"], false)] {
            for name in folders {
                assert_eq!(home.is_own(&root.join(name)), is_own, "{name}");
            }
        }
        assert!(!home.is_own(root.parent().unwrap()));
        if let Some(cache) = desktop_cache() {
            let cache = cache.canonicalize().unwrap_or(cache);
            assert!(home.is_own(&cache.join("thumbnails/large")) && !home.is_own(&cache));
        }
    }

    #[test]
    fn a_given_home_has_secrets_of_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::resolve(Some(folder.path().to_owned())).unwrap();
        assert_eq!(home.keyring_service(), format!("affix@{}", real(&folder).display()));
        assert_eq!(Home::of_the_platform().unwrap().keyring_service(), "affix");
    }

    #[cfg(unix)]
    #[test]
    fn one_folder_has_one_name_before_and_after_it_is_created() {
        let folder = tempfile::tempdir().unwrap();
        let link = folder.path().join("link");
        std::os::unix::fs::symlink(folder.path(), &link).unwrap();

        let before = Home::resolve(Some(link.join("a/b"))).unwrap();
        before.create().unwrap();
        assert_eq!(Home::resolve(Some(folder.path().join("a/b"))).unwrap(), before);
    }

    #[cfg(unix)]
    #[test]
    fn new_folders_are_private() {
        use std::os::unix::fs::PermissionsExt;

        let folder = tempfile::tempdir().unwrap();
        let home = Home::resolve(Some(folder.path().join("home"))).unwrap();
        home.create().unwrap();
        for dir in [&folder.path().join("home"), home.cache_dir(), &home.sandbox_dir(), &home.sessions_dir()]
        {
            assert_eq!(dir.metadata().unwrap().permissions().mode() & 0o777, 0o700, "{}", dir.display());
        }
    }

    #[test]
    fn a_file_in_the_way_is_named() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let failure =
            Home::resolve(Some(file.path().join("home"))).and_then(|home| home.create()).unwrap_err();
        assert_eq!(failure.kind, Kind::Storage);
        assert!(failure.broke.contains(&*file.path().display().to_string()), "{failure}");
        assert!(failure.cause.is_some() && failure.advice.is_some(), "{failure}");
    }
}
