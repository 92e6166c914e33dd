//! Progress on a terminal: a line for each running file and one for all. Elsewhere only what must be said.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use console::Term;
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::gauge;
use crate::cli::say;
use crate::domain::attachment::{AttachmentId, State};
use crate::domain::file_name;
use crate::domain::progress::Meter;
use crate::transfer::{Finished, Moving};

/// Columns of a terminal that does not tell.
const COLUMNS: usize = 80;

/// Lines of progress on standard error.
pub(super) struct Display {
    quiet: bool,
    /// Standard error is a terminal.
    seen: bool,
    began: Instant,
    lines: MultiProgress,
    files: RefCell<BTreeMap<AttachmentId, Known>>,
    running: RefCell<BTreeMap<AttachmentId, Running>>,
    all: RefCell<Option<All>>,
}

/// A file that was handed over.
struct Known {
    name: String,
    /// As it is on the disk; 0 where that is not known.
    size: u64,
    ended: Option<State>,
}

/// A file's line.
struct Running {
    bar: ProgressBar,
    meter: Meter,
    total_bytes: u64,
    note: Option<&'static str>,
}

/// The line of all files.
struct All {
    bar: ProgressBar,
    meter: Meter,
    total_bytes: u64,
}

impl Display {
    pub(super) fn new(quiet: bool) -> Self {
        // Draws on terminals only, at most ten times a second.
        let target =
            if quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr_with_hz(10) };
        Self {
            quiet,
            seen: Term::stderr().is_term(),
            began: Instant::now(),
            lines: MultiProgress::with_draw_target(target),
            files: RefCell::default(),
            running: RefCell::default(),
            all: RefCell::default(),
        }
    }

    /// The files in the order given.
    pub(super) fn begin<'a>(&self, files: impl Iterator<Item = (AttachmentId, &'a PathBuf)>) {
        let known = |path: &Path| {
            let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
            // Looked at for the terminal only; what cannot be uploaded is told by the engine.
            let size = if self.seen { std::fs::metadata(path).map_or(0, |facts| facts.len()) } else { 0 };
            Known { name: file_name::display(&name), size, ended: None }
        };
        let files: BTreeMap<_, _> = files.map(|(id, path)| (id, known(path))).collect();
        if files.len() > 1 {
            let total_bytes = files.values().map(|file| file.size).sum();
            let bar = self.lines.add(bar());
            *self.all.borrow_mut() = Some(All { bar, meter: Meter::new(total_bytes), total_bytes });
        }
        *self.files.borrow_mut() = files;
    }

    pub(super) fn state(&self, id: AttachmentId, state: State) {
        match state {
            State::Finishing => {
                if let Some(running) = self.running.borrow_mut().get_mut(&id) {
                    running.note = Some("finishing");
                }
            }
            State::Queued => self.drop_line(id),
            _ => {}
        }
    }

    /// Draws what is moving; to be called at a steady pace, also while nothing moves.
    pub(super) fn moving(&self, moving: &[Moving]) {
        if self.quiet || !self.seen {
            return;
        }
        let at_ms = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        let room = room();
        for gauge in moving.iter().filter(|gauge| gauge.total_bytes > 0) {
            self.draw(gauge, at_ms, room);
        }
        self.draw_all(moving, at_ms, room);
    }

    fn draw(&self, gauge: &Moving, at_ms: u64, room: usize) {
        let mut lines = self.running.borrow_mut();
        let running = lines.entry(gauge.id).or_insert_with(|| Running {
            bar: self.add_line(),
            meter: Meter::new(gauge.total_bytes),
            total_bytes: gauge.total_bytes,
            note: None,
        });
        if running.total_bytes != gauge.total_bytes {
            // Another request of the same file.
            (running.meter, running.total_bytes) = (Meter::new(gauge.total_bytes), gauge.total_bytes);
        }
        running.meter.record(at_ms, gauge.sent_bytes);
        let files = self.files.borrow();
        let name = files.get(&gauge.id).map_or("", |file| file.name.as_str());
        let line = gauge::line(name, &running.meter, running.total_bytes, running.note, room);
        running.bar.set_message(line);
    }

    fn draw_all(&self, moving: &[Moving], at_ms: u64, room: usize) {
        let mut all = self.all.borrow_mut();
        let Some(all) = &mut *all else { return };
        let files = self.files.borrow();
        // What was not uploaded is not left to do either.
        let counted = files.values().filter(|file| file.ended.is_none_or(|state| state == State::Done));
        let total_bytes = counted.map(|file| file.size).sum();
        if total_bytes != all.total_bytes {
            (all.meter, all.total_bytes) = (Meter::new(total_bytes), total_bytes);
        }
        let done = files.values().filter(|file| file.ended == Some(State::Done)).map(|file| file.size);
        let under_way = moving.iter().filter_map(|gauge| {
            let file = files.get(&gauge.id).filter(|file| file.ended.is_none())?;
            // A request is a little larger than the file that it wraps.
            Some(gauge.sent_bytes.min(file.size))
        });
        all.meter.record(at_ms, done.chain(under_way).sum());
        let ended = files.values().filter(|file| file.ended.is_some()).count();
        let name = format!("{ended} of {} files", files.len());
        all.bar.set_message(gauge::line(&name, &all.meter, total_bytes, None, room));
    }

    pub(super) fn finished(&self, finished: &Finished) {
        self.drop_line(finished.id);
        if let Some(file) = self.files.borrow_mut().get_mut(&finished.id) {
            file.ended = Some(finished.state);
        }
    }

    /// The file's name as it is shown.
    pub(super) fn name(&self, id: AttachmentId) -> String {
        self.files.borrow().get(&id).map(|file| file.name.clone()).unwrap_or_default()
    }

    /// A line above the progress, unless it is quiet.
    pub(super) fn note(&self, text: &str) {
        if !self.quiet {
            self.suspend(|| say::note(text));
        }
    }

    /// Prints something while the progress is out of the way.
    pub(super) fn suspend<T>(&self, print: impl FnOnce() -> T) -> T {
        self.lines.suspend(print)
    }

    /// Takes the lines away until they are drawn next.
    pub(super) fn clear(&self) {
        // Nobody sees what cannot be taken away.
        let _unseen = self.lines.clear();
    }

    /// Takes the lines away for good and, of several files, says how they ended.
    pub(super) fn end(&self) {
        for running in self.running.borrow().values() {
            running.bar.finish_and_clear();
        }
        if let Some(all) = &*self.all.borrow() {
            all.bar.finish_and_clear();
        }
        let files = self.files.borrow();
        if self.seen && files.len() > 1 {
            self.note(&summary(files.values().map(|file| file.ended.unwrap_or(State::Failed))));
        }
    }

    /// A line above the one of all files.
    fn add_line(&self) -> ProgressBar {
        match &*self.all.borrow() {
            Some(all) => self.lines.insert_before(&all.bar, bar()),
            None => self.lines.add(bar()),
        }
    }

    fn drop_line(&self, id: AttachmentId) {
        if let Some(running) = self.running.borrow_mut().remove(&id) {
            running.bar.finish_and_clear();
            self.lines.remove(&running.bar);
        }
    }
}

/// A line that shows its message alone.
fn bar() -> ProgressBar {
    let style = ProgressStyle::with_template("{msg}").unwrap_or_else(|_never| ProgressStyle::default_bar());
    ProgressBar::new_spinner().with_style(style)
}

/// Columns to draw in: a terminal may wrap a line that ends in its last column.
fn room() -> usize {
    let columns = Term::stderr().size_checked().map_or(COLUMNS, |(_, columns)| columns.into());
    columns.saturating_sub(1)
}

/// How the files ended: `3 of 4 uploaded, 1 failed`.
fn summary(states: impl Iterator<Item = State>) -> String {
    let states: Vec<State> = states.collect();
    let count = |state| states.iter().filter(|is| **is == state).count();
    let uploaded = format!("{} of {} uploaded", count(State::Done), states.len());
    let others = [State::Failed, State::Canceled, State::Unsure].into_iter().filter_map(|state| {
        let count = count(state);
        (count > 0).then(|| format!("{count} {}", state.as_str()))
    });
    std::iter::once(uploaded).chain(others).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_counts_what_there_is() {
        for (states, words) in [
            (vec![State::Done, State::Done], "2 of 2 uploaded"),
            (vec![State::Done, State::Failed, State::Done, State::Done], "3 of 4 uploaded, 1 failed"),
            (vec![State::Canceled, State::Unsure, State::Canceled], "0 of 3 uploaded, 2 canceled, 1 unsure"),
        ] {
            assert_eq!(summary(states.into_iter()), words);
        }
    }
}
