//! Pictures of lists that were made before: the desktop's cache of thumbnails, or one of Affix's own in the same form.
//!
//! After the Thumbnail Managing Standard 0.9
//! (<https://specifications.freedesktop.org/thumbnail-spec/latest/>): a file's picture has the MD5 of its URI for a name,
//! and is good as long as URI, time and size in it are the file's. Whatever goes wrong with the cache, there is none.

mod entry;
mod subject;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use serde::{Deserialize, Serialize};

use crate::domain::error::{Failure, Kind};
use crate::media::readers::{SMALL_PX, wire::WirePath};
use crate::media::{Rgba, preview};
use crate::platform::dirs::{Home, desktop_cache};
use entry::Entry;
use subject::Subject;

/// What is looked at, best first, with the pixels of the longer side. The smallest ones count where they are whole.
const SIZES: [(&str, u32); 4] = [("large", 256), ("x-large", 512), ("xx-large", 1024), ("normal", 128)];
/// Where new ones go.
const LARGE: &str = "large";
/// Where those go that nothing could be made of, for as long as this version is used.
const FAILED: &str = concat!("fail/affix-", env!("CARGO_PKG_VERSION"));
/// What Affix's own cache may take.
const OWN_MAX_BYTES: u64 = 256 << 20;

/// A failure that took longer may be that of a computer with much to do.
const QUICK: Duration = Duration::from_secs(3);

/// A folder of thumbnails.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Cache {
    folder: WirePath,
    /// No pictures are kept of what is in these.
    apart: Vec<WirePath>,
    /// It is nobody else's.
    is_own: bool,
}

impl Cache {
    /// The desktop's, where there is one for the folders that are used; else one below them. What was pasted and what is
    /// in the folder for temporary files is left out.
    #[must_use]
    pub fn of(home: &Home) -> Self {
        let desktop = if home.given().is_none() { desktop_cache() } else { None };
        let cache = match desktop {
            Some(folder) => Self::at(&folder.join("thumbnails")),
            None => Self { is_own: true, ..Self::at(&home.cache_dir().join("thumbnails")) },
        };
        cache.without(home.cache_dir()).without(&std::env::temp_dir())
    }

    /// In this folder, shared with other programs.
    #[must_use]
    pub fn at(folder: &Path) -> Self {
        let folder = WirePath::absolute(folder);
        Self { apart: vec![folder.clone()], folder, is_own: false }
    }

    /// Without pictures of the files below this folder.
    #[must_use]
    pub fn without(mut self, folder: &Path) -> Self {
        self.apart.push(WirePath::absolute(folder));
        self
    }

    /// A picture of 256 pixels at most: a kept one, or one that is made and kept.
    pub(super) fn small(&self, path: &Path) -> Result<Rgba, Failure> {
        let Some(subject) = Subject::of(path, &self.apart) else { return preview(path, SMALL_PX) };
        if let Some(picture) = self.kept(&subject) {
            return Ok(picture);
        }
        if let Some(failure) = self.failed(&subject) {
            return Err(failure);
        }
        let since = Instant::now();
        let made = preview(path, SMALL_PX);
        if subject.is_settled() && Subject::of(path, &self.apart).as_ref() == Some(&subject) {
            match &made {
                Ok(picture) => self.put(LARGE, &subject, &Entry::of(&subject, picture.clone())),
                Err(failure) if since.elapsed() < QUICK && is_the_files_own(failure, path) => {
                    self.put(FAILED, &subject, &Entry::failed(&subject, failure));
                }
                Err(_) => {}
            }
        }
        made
    }

    fn kept(&self, subject: &Subject) -> Option<Rgba> {
        SIZES.iter().find_map(|(size, max_px)| {
            let entry = Entry::read(&self.folder.join(size).join(subject.name()))?;
            let longer = entry.picture.width.max(entry.picture.height);
            // A small one is whole only where it is smaller than it might be.
            let is_enough = *max_px >= SMALL_PX || longer < *max_px;
            (is_enough && entry.is_of(subject)).then(|| entry.at_most(SMALL_PX))
        })
    }

    fn failed(&self, subject: &Subject) -> Option<Failure> {
        let entry = Entry::read(&self.folder.join(FAILED).join(subject.name()))?;
        if entry.is_of(subject) { entry.failure() } else { None }
    }

    fn put(&self, folder: &str, subject: &Subject, entry: &Entry) {
        // Without a cache, everything is made again.
        let _no_cache = entry.write(&self.folder, &self.folder.join(folder), &subject.name());
    }

    /// Removes the oldest of a cache of Affix's own, down to 256 MiB. Blocks.
    pub fn trim(&self) {
        if self.is_own {
            self.trim_to(OWN_MAX_BYTES);
        }
    }

    fn trim_to(&self, max_bytes: u64) {
        let mut kept: Vec<(SystemTime, u64, PathBuf)> = Vec::new();
        for folder in [LARGE, FAILED] {
            let Ok(entries) = fs::read_dir(self.folder.join(folder)) else { continue };
            kept.extend(entries.flatten().filter_map(|entry| {
                let metadata = entry.metadata().ok().filter(fs::Metadata::is_file)?;
                Some((metadata.modified().ok()?, metadata.len(), entry.path()))
            }));
        }
        kept.sort_by_key(|(written, _, _)| *written);
        let mut bytes: u64 = kept.iter().map(|(_, bytes, _)| bytes).sum();
        for (_, size, path) in kept {
            if bytes <= max_bytes {
                return;
            }
            // What cannot be removed is tried again the next time.
            let _stays = fs::remove_file(path);
            bytes -= size;
        }
    }
}

/// It would fail again, whoever tries: the file is there to be read, and nothing can be made of it.
fn is_the_files_own(failure: &Failure, path: &Path) -> bool {
    matches!(failure.kind, Kind::TooLarge | Kind::Unreadable) && subject::is_readable(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_of_an_own_cache_go() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::at(folder.path());
        let large = folder.path().join(LARGE);
        fs::create_dir_all(&large).unwrap();
        for age in 0..10_u64 {
            let file = fs::File::create(large.join(format!("{age}.png"))).unwrap();
            file.set_len(100).unwrap();
            file.set_modified(SystemTime::now() - Duration::from_hours(age)).unwrap();
        }
        let names = || {
            let mut names: Vec<_> =
                fs::read_dir(&large).unwrap().map(|entry| entry.unwrap().file_name()).collect();
            names.sort();
            names
        };
        cache.trim();
        assert_eq!(names().len(), 10, "what is shared is not trimmed");
        cache.trim_to(350);
        assert_eq!(names(), ["0.png", "1.png", "2.png"]);
    }
}
