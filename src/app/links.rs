//! Copies, opens and saves links.

use std::collections::HashMap;
use std::path::PathBuf;

use eframe::egui::{Context, OutputCommand};

use super::App;
use super::work::{Core, Reporter};
use crate::domain::attachment::{AttachmentId, BatchId, State};
use crate::domain::describe::Visibility;
use crate::domain::error::{Failure, Kind};
use crate::domain::link::Format;
use crate::domain::receipt::{Link, LinkKind, Receipt};
use crate::model::links::{Action, Rendered, Update, Wish};
use crate::model::{self, Notice};
use crate::platform::chooser::{self, Choice};
use crate::platform::{clipboard, desktop};
use crate::store::{Row, Store};
use crate::transfer::Event;
use crate::transfer::aftercare::Aftercare;

/// What was copied without being asked for.
#[derive(Debug, Default)]
pub(super) struct Sent {
    /// Batches whose end was told, and how many of each were done: one that is tried again ends once more, and the
    /// clipboard may hold something else by then.
    ended: HashMap<BatchId, usize>,
}

/// A text that this window put on the clipboard, or is about to.
#[derive(Debug)]
pub(super) struct Copied {
    text: String,
    /// Histories of the clipboard are asked not to keep it.
    secret: bool,
}

impl App {
    pub(super) fn links_action(&mut self, core: &Core, action: Action) {
        let (store, format) = (core.store.clone(), self.format());
        match action {
            Action::Copy(ids) => self.copy(async move { in_order(&store, ids).await }, format),
            Action::CopyBatch(batch) => self.copy(async move { store.batch(batch).await }, format),
            Action::CopyOne(id, kind) => self.copy_one(store, id, kind),
            Action::CopyText { text, secret, told } => {
                self.clipboard.push(Copied { text, secret });
                self.tell(Notice::text(told));
            }
            Action::Open(id) => self.open_link(store, id, None),
            Action::OpenOne(id, kind) => self.open_link(store, id, Some(kind)),
            Action::ShowInFolder(id) => {
                self.try_to(async move { desktop::show_in_folder(&row(&store, id).await?.path).await });
            }
            Action::Save(id) => self.save_attachment(core, id),
        }
    }

    pub(super) fn links_update(&mut self, ctx: &Context, update: Update) {
        match update {
            Update::Text(rendered) => self.copied(ctx, rendered),
            Update::Ended { batch, links, target, done, failed } => {
                if let Some(before) = self.links.ended.insert(batch, done) {
                    return self.ended_again(done.saturating_sub(before));
                }
                self.notify(ctx, batch, (&target, done, failed));
                if self.model.settings.uploads.auto_copy && links.links > 0 {
                    self.copied(ctx, links);
                }
            }
            Update::Pressed(batch, wish) => self.pressed(ctx, batch, wish),
            Update::Saved(Ok((path, bytes))) => {
                let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
                let size = self.texts.bytes(bytes);
                self.tell(Notice::text("saved-to").value("name", name).value("size", size));
            }
            Update::Saved(Err(failure)) => self.tell(Notice::Failure(failure)),
        }
    }

    /// A batch that has ended is told; the first time it may be copied by itself.
    pub(super) fn links_event(&mut self, event: &Event) {
        let (Event::BatchDone(batch), Some(core)) = (event, &self.core) else { return };
        let (store, format, batch) = (core.store.clone(), self.format(), *batch);
        let (reporter, now_ms) = (self.work.reporter(), self.model.now_ms);
        self.work.start(async move {
            match store.batch(batch).await {
                Ok(rows) => reporter.send(model::Update::Links(ended(batch, &format, &rows, now_ms))).await,
                Err(failure) => tell(&reporter, failure).await,
            }
        });
    }

    /// Some of a batch were tried again.
    fn ended_again(&mut self, more: usize) {
        if more > 0 {
            self.tell(Notice::text("notify-done").value("count", more));
        }
    }

    /// What the clipboard is handed in this frame.
    pub(super) fn links_due(&mut self, ctx: &Context) {
        for copied in std::mem::take(&mut self.clipboard) {
            self.put(ctx, copied);
        }
    }

    fn put(&mut self, ctx: &Context, copied: Copied) {
        ctx.copy_text(copied.text.clone());
        self.copied = Some(copied);
        self.handing_over = true;
    }

    /// In place of egui, which neither marks a secret nor, on Wayland, copies without the keyboard in its window. Where
    /// that fails egui copies.
    pub(super) fn copy_ourselves(&mut self, ctx: &Context) {
        let copied = self.copied.as_ref().filter(|_| std::mem::take(&mut self.handing_over));
        if copied.is_some_and(|copied| clipboard::put(&copied.text, copied.secret)) {
            ctx.output_mut(|output| {
                output.commands.retain(|command| !matches!(command, OutputCommand::CopyText(_)));
            });
        }
    }

    /// What was copied here can be pasted after the window has gone.
    pub(super) fn leave_copied(&self) {
        if let Some(Copied { text, secret }) = &self.copied {
            clipboard::outlive(text, *secret);
        }
    }

    /// The chosen format; a template of the settings file that is broken is told when the file is read.
    fn format(&self) -> Format {
        Format::parse(&self.model.settings.uploads.format).unwrap_or_default()
    }

    fn copy(&self, rows: impl Future<Output = Result<Vec<Row>, Failure>> + Send + 'static, format: Format) {
        let now_ms = self.model.now_ms;
        self.work.spawn(async move {
            match rows.await {
                Ok(rows) => model::Update::Links(Update::Text(render(&format, &rows, now_ms))),
                Err(failure) => model::Update::Tell(Notice::Failure(failure)),
            }
        });
    }

    fn copy_one(&self, store: Store, id: AttachmentId, kind: LinkKind) {
        let now_ms = self.model.now_ms;
        self.work.spawn(async move {
            match one_of(&store, id, kind, now_ms).await {
                Ok(rendered) => model::Update::Links(Update::Text(rendered)),
                Err(failure) => model::Update::Tell(Notice::Failure(failure)),
            }
        });
    }

    fn copied(&mut self, ctx: &Context, rendered: Rendered) {
        let Rendered { text, links, without, expired, secret } = rendered;
        let notice = match (links, without) {
            (0, _) => Notice::text("links-none"),
            _ if expired > 0 => {
                Notice::text("links-copied-expired").value("count", links).value("expired", expired)
            }
            (_, 0) => Notice::text("links-copied").value("count", links),
            _ => Notice::text("links-copied-some").value("count", links).value("without", without),
        };
        if links > 0 {
            self.put(ctx, Copied { text, secret });
        }
        self.tell(notice);
    }

    fn open_link(&self, store: Store, id: AttachmentId, kind: Option<LinkKind>) {
        self.try_to(async move {
            let link = link_of(&store, id, kind).await?;
            blocking(move || desktop::open_link(&link)).await
        });
    }

    fn save_attachment(&self, core: &Core, id: AttachmentId) {
        let store = core.store.clone();
        let aftercare = Aftercare {
            store: core.store.clone(),
            targets: core.targets.clone(),
            http: core.http.clone(),
            clock: self.clock,
        };
        let title = self.texts.get("save-as").trim_end_matches('…').to_owned();
        let reporter = self.work.reporter();
        self.work.start(async move {
            let saved = match row(&store, id).await {
                Ok(row) => save_as(&title, &aftercare, &row).await,
                Err(failure) => Some(Err(failure)),
            };
            if let Some(saved) = saved {
                reporter.send(model::Update::Links(Update::Saved(saved))).await;
            }
        });
    }

    /// Tells the end of a batch to somebody who looks at something else.
    fn notify(&mut self, ctx: &Context, batch: BatchId, (target, done, failed): (&str, usize, usize)) {
        let in_front = ctx.input(|input| input.raw.focused) && !self.is_hidden();
        if !self.model.settings.uploads.notify || in_front || done + failed == 0 {
            return;
        }
        let count = |key: &str, count: usize| self.texts.count(key, count as u64);
        let summary = match (done, failed) {
            (_, 0) => count("notify-done", done),
            (0, _) => count("notify-failed", failed),
            _ => format!("{}, {}", count("notify-done", done), count("notify-failed", failed)),
        };
        let words = |key: &str| self.texts.get(key).to_owned();
        let mut actions = vec![("default", words("show")), (Wish::Show.code(), words("show"))];
        if done > 0 {
            actions.insert(1, (Wish::Copy.code(), words("copy-links")));
        }
        self.notify_of(batch, desktop::Notice { summary, body: target.to_owned(), actions });
    }

    /// Runs something that is only heard of when it fails.
    fn try_to(&self, work: impl Future<Output = Result<(), Failure>> + Send + 'static) {
        let reporter = self.work.reporter();
        self.work.start(async move {
            if let Err(failure) = work.await {
                tell(&reporter, failure).await;
            }
        });
    }
}

async fn tell(reporter: &Reporter, failure: Failure) {
    reporter.send(model::Update::Tell(Notice::Failure(failure))).await;
}

async fn blocking(work: impl FnOnce() -> Result<(), Failure> + Send + 'static) -> Result<(), Failure> {
    let ended = |error| Failure::new(Kind::Settings, "It could not be opened").cause(error);
    tokio::task::spawn_blocking(work).await.map_err(ended)?
}

async fn row(store: &Store, id: AttachmentId) -> Result<Row, Failure> {
    let row = store.rows(vec![id]).await?.pop();
    row.ok_or_else(|| Failure::new(Kind::Gone, "The attachment is no longer in the history"))
}

/// The link of this kind, or the primary one, as it is.
async fn link_of(store: &Store, id: AttachmentId, kind: Option<LinkKind>) -> Result<String, Failure> {
    let receipt = row(store, id).await?.receipt.unwrap_or_default();
    let link = match kind {
        Some(kind) => receipt.link(kind),
        None => receipt.primary().map(|link| link.value.as_str()),
    };
    link.map(str::to_owned).ok_or_else(no_such_link)
}

fn no_such_link() -> Failure {
    Failure::new(Kind::Gone, "The attachment has no such link")
}

/// One link as a text for the clipboard.
async fn one_of(store: &Store, id: AttachmentId, kind: LinkKind, now_ms: i64) -> Result<Rendered, Failure> {
    let receipt = row(store, id).await?.receipt.unwrap_or_default();
    let link = receipt.links.iter().find(|link| link.kind == kind).ok_or_else(no_such_link)?;
    let expired = usize::from(is_over(&receipt, link, now_ms));
    let secret = link.is_key();
    Ok(Rendered { text: link.value.clone(), links: 1, without: 0, expired, secret })
}

fn is_over(receipt: &Receipt, link: &Link, now_ms: i64) -> bool {
    link.visibility == Visibility::Expiring && receipt.has_expired(now_ms.div_euclid(1000))
}

/// The rows in the order of the ids; those that are gone are left out.
async fn in_order(store: &Store, ids: Vec<AttachmentId>) -> Result<Vec<Row>, Failure> {
    let rows = store.rows(ids.clone()).await?;
    let mut rows: HashMap<AttachmentId, Row> = rows.into_iter().map(|row| (row.id, row)).collect();
    Ok(ids.iter().filter_map(|id| rows.remove(id)).collect())
}

/// One text, a line for each link.
fn render(format: &Format, rows: &[Row], now_ms: i64) -> Rendered {
    let facts = rows.iter().filter_map(Row::link_facts).filter(|facts| !facts.url.is_empty());
    let lines: Vec<String> = facts.map(|facts| format.render(&facts)).collect();
    let over = |row: &&Row| {
        let receipt = row.receipt.as_ref();
        receipt.is_some_and(|receipt| receipt.primary().is_some_and(|link| is_over(receipt, link, now_ms)))
    };
    let expired = rows.iter().filter(over).count();
    let secret = rows.iter().filter_map(|row| row.receipt.as_ref()).any(Receipt::has_key);
    Rendered {
        text: lines.join("\n"),
        links: lines.len(),
        without: rows.len() - lines.len(),
        expired,
        secret,
    }
}

fn ended(batch: BatchId, format: &Format, rows: &[Row], now_ms: i64) -> Update {
    let count = |states: &[State]| rows.iter().filter(|row| states.contains(&row.state)).count();
    Update::Ended {
        batch,
        links: render(format, rows, now_ms),
        target: rows.first().map(|row| row.profile.clone()).unwrap_or_default(),
        done: count(&[State::Done]),
        failed: count(&[State::Failed, State::Unsure]),
    }
}

/// Asks where to, then fetches; none where the user thought better of it.
async fn save_as(title: &str, aftercare: &Aftercare, row: &Row) -> Option<Result<(PathBuf, u64), Failure>> {
    match chooser::save_file(title, &row.name).await {
        Choice::Chosen(path) => Some(aftercare.save(row.id, &path).await.map(|bytes| (path, bytes))),
        Choice::Canceled => None,
        Choice::Missing => Some(Err(no_chooser())),
    }
}

fn no_chooser() -> Failure {
    Failure::new(Kind::Settings, "This desktop has no file chooser")
        .advice("Install xdg-desktop-portal with a backend for your desktop, or zenity.")
}
