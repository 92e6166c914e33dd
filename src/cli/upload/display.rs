//! Progress on a terminal: a line for each running file and one for all. Elsewhere only what must be said.

use std::cell::RefCell;
use std::collections::BTreeMap;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::cli::say;
use crate::domain::attachment::{AttachmentId, State};
use crate::transfer::{Finished, Moving};

/// Lines of progress on standard error.
pub(super) struct Display {
    quiet: bool,
    lines: MultiProgress,
    all: RefCell<Option<ProgressBar>>,
    bars: RefCell<BTreeMap<AttachmentId, ProgressBar>>,
    names: RefCell<BTreeMap<AttachmentId, String>>,
    failed: RefCell<u64>,
}

impl Display {
    pub(super) fn new(quiet: bool) -> Self {
        // Draws on terminals only, at most ten times a second.
        let target =
            if quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr_with_hz(10) };
        Self {
            quiet,
            lines: MultiProgress::with_draw_target(target),
            all: RefCell::default(),
            bars: RefCell::default(),
            names: RefCell::default(),
            failed: RefCell::default(),
        }
    }

    /// The files in the order given, with the names to show.
    pub(super) fn begin(&self, files: impl Iterator<Item = (AttachmentId, String)>) {
        let names: BTreeMap<_, _> = files.collect();
        let count = names.len();
        *self.names.borrow_mut() = names;
        if count > 1 {
            let bar = ProgressBar::new(count as u64).with_style(style("{pos} of {len} files {msg}"));
            *self.all.borrow_mut() = Some(self.lines.add(bar));
        }
    }

    pub(super) fn state(&self, id: AttachmentId, state: State) {
        match state {
            State::Finishing => self.message(id, "finishing"),
            State::Queued => self.drop_bar(id),
            _ => {}
        }
    }

    pub(super) fn moving(&self, moving: &[Moving]) {
        for gauge in moving.iter().filter(|gauge| gauge.total_bytes > 0) {
            let mut bars = self.bars.borrow_mut();
            let bar = bars.entry(gauge.id).or_insert_with(|| {
                let bar = ProgressBar::new(gauge.total_bytes).with_style(style(
                    "{prefix:24} {bar:24} {decimal_bytes:>9} of {decimal_total_bytes} {decimal_bytes_per_sec} {eta} left {msg}",
                ));
                let name = self.names.borrow().get(&gauge.id).cloned().unwrap_or_default();
                self.lines.add(bar.with_prefix(name))
            });
            bar.set_length(gauge.total_bytes);
            bar.set_position(gauge.sent_bytes);
        }
    }

    pub(super) fn finished(&self, finished: &Finished) {
        self.drop_bar(finished.id);
        self.names.borrow_mut().remove(&finished.id);
        if finished.state != State::Done {
            *self.failed.borrow_mut() += 1;
        }
        if let Some(all) = &*self.all.borrow() {
            all.inc(1);
            let failed = *self.failed.borrow();
            if failed > 0 {
                all.set_message(format!("({failed} not uploaded)"));
            }
        }
    }

    /// A line above the progress, unless it is quiet.
    pub(super) fn note(&self, text: &str) {
        if !self.quiet {
            self.suspend(|| say::note(text));
        }
    }

    /// Takes the progress off the terminal until the next drawing.
    pub(super) fn hide(&self) {
        // A terminal that cannot be cleared shows the question below the progress.
        let _kept = self.lines.clear();
    }

    /// Prints something while the progress is out of the way.
    pub(super) fn suspend<T>(&self, print: impl FnOnce() -> T) -> T {
        self.lines.suspend(print)
    }

    pub(super) fn end(&self) {
        for bar in self.bars.borrow().values() {
            bar.finish_and_clear();
        }
        if let Some(all) = &*self.all.borrow() {
            all.finish_and_clear();
        }
    }

    fn message(&self, id: AttachmentId, text: &'static str) {
        if let Some(bar) = self.bars.borrow().get(&id) {
            bar.set_message(text);
        }
    }

    fn drop_bar(&self, id: AttachmentId) {
        if let Some(bar) = self.bars.borrow_mut().remove(&id) {
            bar.finish_and_clear();
        }
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template)
        .unwrap_or_else(|_never| ProgressStyle::default_bar())
        .progress_chars("━━ ")
}
