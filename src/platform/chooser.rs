//! The system's own dialogs for files and folders. They open at once and answer later; nothing waits in between.

use std::future::Future;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use rfd::{AsyncFileDialog, FileHandle};

/// Where there is neither a portal nor zenity, the answer "nothing" comes sooner than anybody can cancel.
const SOONER_THAN_A_PERSON: Duration = Duration::from_millis(400);

/// What came of a dialog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice<T> {
    Chosen(T),
    Canceled,
    /// This desktop has no file chooser.
    Missing,
}

/// A kind of file that a dialog offers: its name and its extensions.
pub type Filter<'a> = (&'a str, &'a [&'a str]);

/// Any number of files, in the order that the dialog gives them.
pub fn pick_files(title: &str) -> impl Future<Output = Choice<Vec<PathBuf>>> + Send + use<> {
    several(dialog(title, &[]).pick_files())
}

/// Any number of folders.
pub fn pick_folders(title: &str) -> impl Future<Output = Choice<Vec<PathBuf>>> + Send + use<> {
    several(dialog(title, &[]).pick_folders())
}

/// One folder.
pub fn pick_folder(title: &str) -> impl Future<Output = Choice<PathBuf>> + Send + use<> {
    let (since, dialog) = (Instant::now(), dialog(title, &[]).pick_folder());
    async move { answer(since, dialog.await.map(PathBuf::from), false) }
}

fn several<D>(dialog: D) -> impl Future<Output = Choice<Vec<PathBuf>>> + Send + use<D>
where
    D: Future<Output = Option<Vec<FileHandle>>> + Send,
{
    let since = Instant::now();
    async move {
        let chosen = dialog.await;
        let told = chosen.is_some();
        answer(since, chosen.map(paths).filter(|paths| !paths.is_empty()), told)
    }
}

/// One file.
pub fn pick_file(
    title: &str,
    filters: &[Filter<'_>],
) -> impl Future<Output = Choice<PathBuf>> + Send + use<> {
    let (since, dialog) = (Instant::now(), dialog(title, filters).pick_file());
    async move { answer(since, dialog.await.map(PathBuf::from), false) }
}

/// A place for a new file of this name.
pub fn save_file(title: &str, name: &str) -> impl Future<Output = Choice<PathBuf>> + Send + use<> {
    let (since, dialog) = (Instant::now(), dialog(title, &[]).set_file_name(name).save_file());
    async move { answer(since, dialog.await.map(PathBuf::from), false) }
}

fn dialog(title: &str, filters: &[Filter<'_>]) -> AsyncFileDialog {
    let dialog = AsyncFileDialog::new().set_title(title);
    filters.iter().fold(dialog, |dialog, (name, extensions)| dialog.add_filter(*name, extensions))
}

fn paths(handles: Vec<FileHandle>) -> Vec<PathBuf> {
    handles.into_iter().map(PathBuf::from).collect()
}

/// `told`: the dialog itself said that nothing was chosen.
fn answer<T>(since: Instant, chosen: Option<T>, told: bool) -> Choice<T> {
    match chosen {
        Some(chosen) => Choice::Chosen(chosen),
        None if told || since.elapsed() >= SOONER_THAN_A_PERSON => Choice::Canceled,
        None => Choice::Missing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_that_nobody_can_have_given_means_that_there_is_no_chooser() {
        let long_ago = Instant::now().checked_sub(SOONER_THAN_A_PERSON).unwrap();
        assert_eq!(answer::<()>(Instant::now(), None, false), Choice::Missing);
        assert_eq!(answer::<()>(long_ago, None, false), Choice::Canceled);
        assert_eq!(answer::<()>(Instant::now(), None, true), Choice::Canceled, "an empty list is an answer");
        assert_eq!(answer(Instant::now(), Some(1), false), Choice::Chosen(1));
    }
}
