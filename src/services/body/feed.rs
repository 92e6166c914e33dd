//! The reader behind a streaming body: blocks of 256 KiB, read and hashed off the async threads, in buffers that
//! are used again and again.

use std::collections::VecDeque;
use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};
use tokio::sync::mpsc;
use tokio::time::Sleep;

use super::pass::{Demand, Hashes, Seen};
use super::throttle::{Place, Throttle};
use super::{Body, Door, FileSource, Held, Piece};
use crate::domain::error::{Failure, Kind};

/// Bytes of a file that are read at once; a multiple of three, so that base64 of a block needs no padding before
/// the last one.
const BLOCK: usize = 3 * 128 * 1024;

/// Blocks under way between the reader and the connection.
const BLOCKS_WAITING: usize = 2;

/// Bytes that are handed to the connection at once. A block is cut into such slices, which costs no copy and no hop
/// between threads, so that progress and the idle time-out see a slow connection move.
const SLICE: usize = 64 * 1024;

/// What is known of a body on its way; shared with whoever shows the progress.
#[derive(Debug, Default)]
pub struct Gauge {
    sent: AtomicU64,
    total: AtomicU64,
    whole: AtomicBool,
    /// The body waits here: for its turn under the user's limit, or for its door.
    held: AtomicBool,
    failure: Mutex<Option<Failure>>,
}

impl Gauge {
    /// Bytes handed to the connection.
    #[must_use]
    pub fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    /// Bytes of the whole body.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.total.load(Ordering::Relaxed)
    }

    /// The last byte has been handed to the connection, so the server may have acted on the request.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.whole.load(Ordering::Acquire)
    }

    /// The body stands still because of this side: the user's own limit, or its last bytes wait for their door.
    #[must_use]
    pub fn is_held(&self) -> bool {
        self.held.load(Ordering::Acquire)
    }

    /// Why the body ended early, where the reason was on this side: its file, or its door stayed closed.
    #[must_use]
    pub fn failure(&self) -> Option<Failure> {
        self.failure.lock().ok()?.clone()
    }

    fn fail(&self, failure: Failure) {
        if let Ok(mut place) = self.failure.lock() {
            *place = Some(failure);
        }
    }
}

/// A body on its way to a connection.
#[derive(Debug)]
pub struct Feed {
    blocks: Blocks,
    /// What is left of the block under way.
    block: Bytes,
    left: u64,
    gauge: Arc<Gauge>,
    /// Closed before the last slice.
    door: Option<Door>,
    throttle: Throttle,
    turn: Option<Turn>,
}

/// A slice that waits for its turn under a limit.
#[derive(Debug)]
struct Turn {
    bytes: usize,
    place: Place,
    sleep: Option<Pin<Box<Sleep>>>,
}

#[derive(Debug)]
enum Blocks {
    /// Nothing has to be read.
    Ready(VecDeque<Bytes>),
    Read(mpsc::Receiver<Result<Bytes, Failure>>),
}

impl Feed {
    /// Starts to read. Must be called inside a tokio runtime.
    #[must_use]
    pub fn start(body: &Body, gauge: Arc<Gauge>, throttle: Throttle) -> Self {
        let left = body.len();
        gauge.total.store(left, Ordering::Relaxed);
        gauge.whole.store(left == 0, Ordering::Release);
        let blocks = if body.is_at_hand() {
            let mut ready = VecDeque::new();
            let mut emit = |block| {
                ready.push_back(block);
                true
            };
            // What is held cannot fail, and nobody says that no more is wanted.
            let _whole = produce(body.pieces.clone(), &mut Out { emit: &mut emit, demand: &|| Demand::Busy });
            Blocks::Ready(ready)
        } else {
            let (sender, receiver) = mpsc::channel(BLOCKS_WAITING);
            let pieces = body.pieces.clone();
            tokio::task::spawn_blocking(move || {
                let demand = || match sender.capacity() {
                    0 => Demand::Busy,
                    BLOCKS_WAITING => Demand::Waiting,
                    _ => Demand::Between,
                };
                let mut emit = |block| sender.blocking_send(Ok(block)).is_ok();
                let result = produce(pieces, &mut Out { emit: &mut emit, demand: &demand });
                if let Err(Stop::Failed(failure)) = result {
                    // A closed channel means that nobody wants the reason any more.
                    let _closed = sender.blocking_send(Err(*failure));
                }
            });
            Blocks::Read(receiver)
        };
        Self { blocks, block: Bytes::new(), left, gauge, door: None, throttle, turn: None }
    }

    /// Holds the last slice back until the door opens.
    #[must_use]
    pub fn behind(self, door: Door) -> Self {
        Self { door: Some(door), ..self }
    }

    /// Whether the next slice may go, as far as the door is concerned.
    fn poll_door(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Failure>> {
        let is_last = self.left <= self.block.len().min(SLICE) as u64;
        let Some(door) = self.door.as_mut().filter(|_| is_last) else { return Poll::Ready(Ok(())) };
        let opened = door.poll(context);
        self.gauge.held.store(opened.is_pending(), Ordering::Release);
        if matches!(opened, Poll::Ready(Ok(()))) {
            self.door = None;
        }
        opened
    }

    /// How much of the block may go now.
    fn poll_turn(&mut self, context: &mut Context<'_>) -> Poll<usize> {
        let most = self.block.len().min(SLICE);
        let turn = match &mut self.turn {
            Some(turn) => turn,
            None => match self.throttle.part(SLICE) {
                None => return Poll::Ready(most),
                Some(part) => {
                    let bytes = most.min(part);
                    let place = self.throttle.join(bytes);
                    self.turn.insert(Turn { bytes, place, sleep: None })
                }
            },
        };
        while let Some(wait) = self.throttle.wait(turn.place) {
            self.gauge.held.store(true, Ordering::Release);
            let sleep = turn.sleep.get_or_insert_with(|| Box::pin(tokio::time::sleep(wait)));
            if sleep.as_mut().poll(context).is_pending() {
                return Poll::Pending;
            }
            turn.sleep = None;
        }
        let bytes = turn.bytes;
        self.turn = None;
        self.gauge.held.store(false, Ordering::Release);
        Poll::Ready(bytes)
    }

    fn hand_over(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Failure>>> {
        match self.poll_door(context) {
            Poll::Pending => return Poll::Pending,
            Poll::Ready(Ok(())) => {}
            Poll::Ready(Err(failure)) => {
                self.gauge.fail(failure.clone());
                return Poll::Ready(Some(Err(failure)));
            }
        }
        let Poll::Ready(bytes) = self.poll_turn(context) else { return Poll::Pending };
        let slice = self.block.split_to(bytes.min(self.block.len()));
        let size = slice.len() as u64;
        self.left = self.left.saturating_sub(size);
        self.gauge.sent.fetch_add(size, Ordering::Relaxed);
        if self.left == 0 {
            self.gauge.whole.store(true, Ordering::Release);
        }
        Poll::Ready(Some(Ok(Frame::data(slice))))
    }
}

impl HttpBody for Feed {
    type Data = Bytes;
    type Error = Failure;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Failure>>> {
        if !self.block.is_empty() {
            return self.hand_over(context);
        }
        let next = match &mut self.blocks {
            Blocks::Ready(blocks) => blocks.pop_front().map(Ok),
            Blocks::Read(receiver) => match receiver.poll_recv(context) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(next) => next,
            },
        };
        match next {
            None => Poll::Ready(None),
            Some(Ok(block)) => {
                self.block = block;
                self.hand_over(context)
            }
            Some(Err(failure)) => {
                self.gauge.fail(failure.clone());
                Poll::Ready(Some(Err(failure)))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

/// Reads the pieces once for a hasher.
pub(super) async fn read_through<S>(pieces: Vec<Piece>, mut sink: S) -> Result<S, Failure>
where
    S: FnMut(&[u8]) + Send + 'static,
{
    let read = tokio::task::spawn_blocking(move || {
        let mut emit = |block: Bytes| {
            sink(&block);
            true
        };
        // Nobody waits for more than this.
        let result = produce(pieces, &mut Out { emit: &mut emit, demand: &|| Demand::Busy });
        match result {
            Err(Stop::Failed(failure)) => Err(*failure),
            Ok(()) | Err(Stop::Unwanted) => Ok(sink),
        }
    });
    read.await
        .unwrap_or_else(|error| Err(Failure::new(Kind::Storage, "Reading the file broke off").cause(error)))
}

/// Why the reader ended before the last piece.
enum Stop {
    /// The other side went away.
    Unwanted,
    Failed(Box<Failure>),
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Failed(Box::new(failure))
    }
}

/// Where blocks go.
struct Out<'a> {
    /// Takes one; false: no more are wanted.
    emit: &'a mut dyn FnMut(Bytes) -> bool,
    demand: &'a dyn Fn() -> Demand,
}

impl Out<'_> {
    fn give(&mut self, block: Bytes) -> Result<(), Stop> {
        if (self.emit)(block) { Ok(()) } else { Err(Stop::Unwanted) }
    }
}

/// Gives every block of every piece to `out`, until it wants no more.
fn produce(pieces: Vec<Piece>, out: &mut Out<'_>) -> Result<(), Stop> {
    let pool = Pool::new();
    for piece in pieces {
        match piece {
            Piece::Bytes(bytes) if bytes.is_empty() => {}
            Piece::Bytes(bytes) => out.give(bytes)?,
            Piece::File(source) => read_file(&source, &pool, false, out)?,
            Piece::Base64(source) => read_file(&source, &pool, true, out)?,
        }
    }
    Ok(())
}

fn read_file(source: &FileSource, pool: &Pool, base64: bool, out: &mut Out<'_>) -> Result<(), Stop> {
    if let Some(held) = &source.held {
        return give_held(source, held, base64, out);
    }
    let mut file = File::open(&source.path).map_err(|error| unreadable(&error))?;
    let facts = file.metadata().map_err(|error| unreadable(&error))?;
    compare(source, &facts)?;
    let mut hashes = Some(Hashes::new(&source.digests));
    let mut left = source.size;
    while left > 0 {
        let wanted = usize::try_from(left).unwrap_or(BLOCK).min(BLOCK);
        let mut block = pool.take();
        read_exactly(&mut file, &mut block, wanted)?;
        left -= wanted as u64;
        if let Some(hashes) = &mut hashes {
            hashes.add(&block, (out.demand)());
        }
        if left == 0 {
            // Compared before the last block leaves: a file that changed meanwhile is never sent whole.
            compare(source, &file.metadata().map_err(|error| unreadable(&error))?)?;
            if let Some(hashes) = hashes.take() {
                source.digests.put(hashes.finish(Seen::of(&facts)));
            }
        }
        let block = pool.lend(block);
        out.give(if base64 { encode(&block, pool) } else { block })?;
    }
    if let Some(hashes) = hashes.filter(|_| source.size == 0) {
        source.digests.put(hashes.finish(Seen::of(&facts)));
    }
    Ok(())
}

fn give_held(source: &FileSource, held: &Held, base64: bool, out: &mut Out<'_>) -> Result<(), Stop> {
    let mut hashes = Hashes::new(&source.digests);
    hashes.add(&held.bytes, (out.demand)());
    source.digests.put(hashes.finish(held.seen));
    match &held.bytes {
        bytes if bytes.is_empty() => Ok(()),
        bytes if base64 => out.give(STANDARD.encode(bytes).into()),
        bytes => out.give(bytes.clone()),
    }
}

fn encode(block: &[u8], pool: &Pool) -> Bytes {
    let mut spare = pool.take();
    spare.clear();
    let mut text = String::from_utf8(spare).unwrap_or_default();
    STANDARD.encode_string(block, &mut text);
    pool.lend(text.into_bytes())
}

fn read_exactly(file: &mut File, block: &mut Vec<u8>, wanted: usize) -> Result<(), Stop> {
    // Not `read_to_end`: it feels its way forward and takes six system calls for a block.
    block.resize(wanted, 0);
    file.read_exact(block).map_err(|error| {
        let ended = error.kind() == io::ErrorKind::UnexpectedEof;
        if ended { changed("it became shorter") } else { unreadable(&error) }.into()
    })
}

/// Says how the file is no longer the one that was handed over. Blocks.
///
/// # Errors
/// [`Kind::ChangedOnDisk`], or [`Kind::Unreadable`] where it cannot be looked at.
pub fn untouched(source: &FileSource) -> Result<(), Failure> {
    let now = std::fs::metadata(&source.path).map_err(|error| unreadable(&error))?;
    compare(source, &now)
}

/// Compares the open file with what it was when it was handed over.
fn compare(source: &FileSource, now: &Metadata) -> Result<(), Failure> {
    if now.len() != source.size {
        return Err(changed(format!("it had {} bytes and has {} now", source.size, now.len())));
    }
    match (source.modified, now.modified().ok()) {
        (Some(then), Some(now)) if then != now => Err(changed("it was written to")),
        _ => Ok(()),
    }
}

fn changed(how: impl std::fmt::Display) -> Failure {
    Failure::new(Kind::ChangedOnDisk, "The file changed after it was handed over")
        .cause(how)
        .advice("Nothing was kept of it. Upload it again when it is complete.")
}

fn unreadable(error: &io::Error) -> Failure {
    let kind = if error.kind() == io::ErrorKind::NotFound { Kind::ChangedOnDisk } else { Kind::Unreadable };
    Failure::new(kind, "The file can no longer be read")
        .cause(error)
        .advice("Put it back or make it readable, then retry.")
}

/// Buffers that come back when the connection has written them.
struct Pool {
    free: Receiver<Vec<u8>>,
    back: SyncSender<Vec<u8>>,
}

impl Pool {
    fn new() -> Self {
        let (back, free) = sync_channel(BLOCKS_WAITING + 2);
        Self { free, back }
    }

    /// A buffer with whatever it held before.
    fn take(&self) -> Vec<u8> {
        self.free.try_recv().unwrap_or_default()
    }

    fn lend(&self, buffer: Vec<u8>) -> Bytes {
        Bytes::from_owner(Lent { buffer, back: self.back.clone() })
    }
}

struct Lent {
    buffer: Vec<u8>,
    back: SyncSender<Vec<u8>>,
}

impl AsRef<[u8]> for Lent {
    fn as_ref(&self) -> &[u8] {
        &self.buffer
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        // A full pool or an ended reader: the buffer is simply freed.
        let _freed = self.back.try_send(std::mem::take(&mut self.buffer));
    }
}

#[cfg(test)]
mod tests;
