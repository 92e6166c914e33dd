//! What one frame of the window costs, without a screen: the work of `logic`, `ui` and tessellation on one core, in the
//! processor's time; what else runs on the computer shows in the clock's.
//!
//! usage: cargo bench --bench frames [-- ROWS…]      (100 and 100,000 rows)
//!        cargo bench --bench frames -- FOLDER         (500 rows of the pictures in it, which are read meanwhile)
//! docs/benchmarks.md has the figures; nothing here fails when they change.
#![expect(clippy::print_stdout, reason = "a benchmark prints its table")]
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a benchmark that cannot run ends")]

#[path = "../tests/support/dropped.rs"]
mod dropped;

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use affix::app::{App, Start};
use affix::domain::attachment::{AttachmentId, State};
use affix::domain::secret::Secret;
use affix::media::Readers;
use affix::platform::dirs::Home;
use affix::secrets::Secrets;
use affix::settings::File;
use affix::store::{NewAttachment, NewBatch, SessionId, Store, system_clock};
use eframe::egui::{
    Context, Event, Key, Modifiers, MouseWheelSource, MouseWheelUnit, Pos2, RawInput, Rect, TouchPhase, Vec2,
    pos2, vec2,
};

use dropped::Dropped;

const BATCH: usize = 20;
const FRAMES: usize = 300;
const PHOTOS: usize = 500;
/// Of a screen.
const PACE: Duration = Duration::from_millis(16);

fn main() {
    let given: Vec<usize> = std::env::args().filter_map(|word| word.parse().ok()).collect();
    let sizes = if given.is_empty() { vec![100, 100_000] } else { given };
    println!("| rows | what | median µs | 99 % µs | worst µs | worst by the clock, µs |");
    println!("|---|---|---|---|---|---|");
    if let Some(folder) = std::env::args().map(PathBuf::from).skip(1).find(|path| path.is_dir()) {
        return photos(&folder);
    }
    for rows in sizes {
        measure(rows);
        under_way(rows);
    }
    println!();
    println!("| rows | 10,000 files dropped | ms |");
    println!("|---|---|---|");
    for rows in [100, 100_000] {
        dropped(rows);
    }
}

/// A home of these rows whose only other target is the sink.
fn with_sink(folder: &Path, rows: usize, slow: bool) -> (Bench, Sink) {
    let home = Home::resolve(Some(folder.join("home"))).unwrap();
    home.create().unwrap();
    fill(&home, rows, |name| Path::new("/home/anna").join(name));
    let sink = Sink::open(slow);
    let settings = format!(
        "default_profile = \"sink\"\n[uploads]\nask_first = false\nauto_copy = false\nnotify = false\ncheck_links = false\n\
         parallel = 50\nparallel_per_profile = 50\n[[profiles]]\nname = \"sink\"\nservice = \"cosmos\"\n\
         [profiles.settings]\nendpoint = \"http://127.0.0.1:{}\"\ndatabase = \"d\"\ncollection = \"c\"\ndocument = \"x\"\n",
        sink.port
    );
    affix::platform::files::write_atomically(&home.settings_file(), settings.as_bytes()).unwrap();
    let mut bench = Bench::new(home, Readers::here());
    bench.settle();
    (bench, sink)
}

fn files(folder: &Path, count: usize, bytes: usize) -> Vec<PathBuf> {
    let content: Vec<u8> = (0..bytes).map(|at| at.to_le_bytes()[0]).collect();
    let write = |number| {
        let path = folder.join(format!("{number:05}.bin"));
        std::fs::File::create(&path).unwrap().write_all(&content).unwrap();
        path
    };
    (0..count).map(write).collect()
}

/// Frames while 50 files move.
fn under_way(rows: usize) {
    let folder = tempfile::tempdir().unwrap();
    let (mut bench, sink) = with_sink(folder.path(), rows, true);
    bench.drop_files(&files(folder.path(), 50, 16 << 20));
    let until = Instant::now() + Duration::from_secs(20);
    while sink.connections.load(Ordering::Relaxed) < 50 {
        assert!(Instant::now() < until, "{} of 50 move", sink.connections.load(Ordering::Relaxed));
        bench.frame(Vec::new());
        std::thread::sleep(Duration::from_millis(4));
    }
    bench.row(rows, "50 uploads under way", |bench, _| bench.frame(Vec::new()));
    bench.row(rows, "scrolling with 50 uploads under way", |bench, _| bench.scroll(200.0));
}

/// The longest frame, and the first byte at the server, after 10,000 files of 10 KiB were dropped.
fn dropped(rows: usize) {
    let folder = tempfile::tempdir().unwrap();
    let (mut bench, sink) = with_sink(folder.path(), rows, false);
    let files = files(folder.path(), 10_000, 10_240);
    bench.settle();
    let since = Instant::now();
    let mut longest = bench.drop_files(&files);
    while sink.whole.load(Ordering::Relaxed) < files.len() {
        assert!(since.elapsed() < Duration::from_mins(2), "{} arrived", sink.whole.load(Ordering::Relaxed));
        longest = longest.max(bench.frame(Vec::new()));
        std::thread::sleep(Duration::from_millis(4));
    }
    let took = since.elapsed();
    let first = sink.first.lock().unwrap().unwrap() - since;
    println!("| {rows} | until the first byte of a file is sent | {} |", first.as_millis());
    println!("| {rows} | longest frame until all are sent | {} |", longest.as_millis());
    println!("| {rows} | until all are sent | {} |", took.as_millis());
}

/// A server that answers as Azure Cosmos DB does, and forgets what it is sent. A slow one takes 64 KiB of each file every
/// tenth of a second and never answers.
struct Sink {
    port: u16,
    connections: Arc<AtomicUsize>,
    whole: Arc<AtomicUsize>,
    first: Arc<Mutex<Option<Instant>>>,
}

impl Sink {
    fn open(slow: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let sink = Self { port, connections: Arc::default(), whole: Arc::default(), first: Arc::default() };
        let (connections, whole, first) = (sink.connections.clone(), sink.whole.clone(), sink.first.clone());
        let accept = move || {
            for stream in listener.incoming() {
                let (connections, whole, first) = (connections.clone(), whole.clone(), first.clone());
                let serve = move || serve(stream.unwrap(), slow, (&connections, &whole, &first));
                std::thread::Builder::new().name("sink".to_owned()).spawn(serve).unwrap();
            }
        };
        std::thread::Builder::new().name("sinks".to_owned()).spawn(accept).unwrap();
        sink
    }
}

/// Until the other side has gone.
fn serve(
    mut stream: TcpStream,
    slow: bool,
    (connections, whole, first): (&AtomicUsize, &AtomicUsize, &Mutex<Option<Instant>>),
) {
    const ANSWER: &[u8] =
        b"HTTP/1.1 201 Created\r\ncontent-type: application/json\r\ncontent-length: 70\r\n\r\n\
        {\"id\":\"a\",\"contentType\":\"application/octet-stream\",\"media\":\"/media/a\"}";
    let mut block = vec![0; 1 << 16];
    let mut pending: Vec<u8> = Vec::new();
    let mut left = None;
    connections.fetch_add(1, Ordering::Relaxed);
    while let Ok(got @ 1..) = stream.read(&mut block) {
        first.lock().unwrap().get_or_insert_with(Instant::now);
        if slow {
            std::thread::sleep(Duration::from_millis(100));
            continue;
        }
        pending.extend_from_slice(&block[..got]);
        if left.is_none()
            && let Some(end) = pending.windows(4).position(|four| four == b"\r\n\r\n")
        {
            let head = String::from_utf8_lossy(&pending[..end]).to_lowercase();
            let length = head.split("content-length: ").nth(1).unwrap().lines().next().unwrap();
            left = Some(length.parse::<usize>().unwrap());
            pending.drain(..end + 4);
        }
        if left.is_some_and(|left| pending.len() >= left) {
            pending.drain(..left.take().unwrap());
            whole.fetch_add(1, Ordering::Relaxed);
            stream.write_all(ANSWER).unwrap();
        }
    }
    connections.fetch_sub(1, Ordering::Relaxed);
}

/// Scrolls while readers work and their pictures come.
fn photos(folder: &Path) {
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let place = tempfile::tempdir().unwrap();
    let home = Home::resolve(Some(place.path().to_owned())).unwrap();
    home.create().unwrap();
    let mut next = files.iter().cycle();
    fill(&home, PHOTOS, |_name| next.next().unwrap().clone());
    let readers = Readers::processes(env!("CARGO_BIN_EXE_affix").into());
    let mut bench = Bench::new(home, readers);
    bench.settle();
    bench.row(PHOTOS, "scrolling slowly through photos that are read", |bench, _| {
        std::thread::sleep(PACE);
        bench.scroll(20.0)
    });
    bench.row(PHOTOS, "scrolling fast through photos that are read", |bench, _| {
        std::thread::sleep(PACE);
        bench.scroll(200.0)
    });
}

fn measure(rows: usize) {
    let folder = tempfile::tempdir().unwrap();
    let home = Home::resolve(Some(folder.path().to_owned())).unwrap();
    home.create().unwrap();
    fill(&home, rows, |name| Path::new("/home/anna").join(name));
    let mut bench = Bench::new(home, Readers::here());
    bench.settle();
    bench.row(rows, "nothing changes", |bench, _| bench.frame(Vec::new()));
    bench.row(rows, "scrolling a third of a screen a frame", |bench, _| bench.scroll(200.0));
    bench.frame(vec![Event::PointerMoved(pos2(300.0, 300.0))]);
    bench.click(pos2(300.0, 300.0));
    bench.row(rows, "selecting all (Ctrl+A), then one", |bench, index| {
        if index % 2 == 0 {
            bench.frame(vec![key(Key::A, Modifiers::COMMAND)])
        } else {
            bench.frame(vec![key(Key::ArrowDown, Modifiers::NONE)])
        }
    });
    bench.frame(vec![key(Key::F, Modifiers::COMMAND)]);
    bench.row(rows, "typing a search", |bench, index| {
        let letter = char::from(b'0' + u8::try_from(index % 10).unwrap());
        if index % 6 == 5 {
            bench.frame(vec![key(Key::A, Modifiers::COMMAND), key(Key::Backspace, Modifiers::NONE)])
        } else {
            bench.frame(vec![Event::Text(letter.to_string())])
        }
    });
}

/// Batches of 20 files, most of them done.
fn fill(home: &Home, rows: usize, mut path: impl FnMut(&str) -> PathBuf) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let store = Store::open(&home.database(), SessionId::fresh()).unwrap();
        let mut ids: Vec<AttachmentId> = Vec::new();
        for batch in 0..rows / BATCH {
            let files = (0..BATCH).map(|file| {
                let name = format!("picture {batch}-{file} of the harbour 最终版.jpg");
                NewAttachment { path: path(&name), name }
            });
            let new = NewBatch { profile: "Sandbox".to_owned(), service: "sandbox".to_owned() };
            let (_, added) = store.add_batch(new, files.collect()).await.unwrap();
            ids.extend(added);
        }
        for part in ids.chunks(1000) {
            store.settle_many(part.to_vec(), State::Done).await.unwrap();
        }
        store.close().await;
    });
}

struct Bench {
    ctx: Context,
    app: App,
    time: f64,
    /// Of the processor, by all frames.
    worked: Duration,
}

impl Bench {
    fn new(home: Home, readers: Readers) -> Self {
        let ctx = Context::default();
        let describe = |id: &str| affix::services::find(id).map(affix::services::Service::description);
        let loaded = File::new(home.settings_file(), describe).load();
        let secrets = Secrets::memory();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        // The key of the sink, where there is one.
        runtime.block_on(secrets.set("sink", "key", Secret::new("a2V5"))).unwrap();
        let start = Start { home, secrets, loaded, files: Vec::new(), readers, clock: system_clock };
        let app = App::new(&ctx, start).unwrap();
        Self { ctx, app, time: 0.0, worked: Duration::ZERO }
    }

    /// Frames until nothing is waited for any more.
    fn settle(&mut self) {
        let until = Instant::now() + Duration::from_secs(5);
        while Instant::now() < until {
            self.frame(Vec::new());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// One frame; answers how long it took by the clock.
    fn frame(&mut self, events: Vec<Event>) -> Duration {
        self.frame_of(RawInput { events, ..RawInput::default() })
    }

    fn drop_files(&mut self, paths: &[PathBuf]) -> Duration {
        let dropped_files = paths.iter().map(|path| Arc::new(Dropped(path.clone())) as _).collect();
        self.frame_of(RawInput { dropped_files, ..RawInput::default() })
    }

    fn frame_of(&mut self, input: RawInput) -> Duration {
        self.time += 1.0 / 60.0;
        let input = RawInput {
            screen_rect: Some(Rect::from_min_size(Pos2::ZERO, Vec2::new(1100.0, 720.0))),
            time: Some(self.time),
            focused: true,
            ..input
        };
        let (since, worked) = (Instant::now(), processor_time());
        self.app.logic(&self.ctx);
        let output = self.ctx.run_ui(input, |ui| self.app.ui(ui));
        let shapes = self.ctx.tessellate(output.shapes.clone(), output.pixels_per_point);
        let took = since.elapsed();
        self.worked += processor_time().saturating_sub(worked);
        std::hint::black_box(shapes);
        output.drop_without_applying_deltas();
        took
    }

    fn scroll(&mut self, points: f32) -> Duration {
        let wheel = Event::MouseWheel {
            unit: MouseWheelUnit::Point,
            delta: vec2(0.0, -points),
            phase: TouchPhase::Move,
            source: MouseWheelSource::Unknown,
            modifiers: Modifiers::NONE,
        };
        self.frame(vec![Event::PointerMoved(pos2(300.0, 400.0)), wheel])
    }

    fn click(&mut self, pos: Pos2) {
        for pressed in [true, false] {
            let button = eframe::egui::PointerButton::Primary;
            self.frame(vec![Event::PointerButton { pos, button, pressed, modifiers: Modifiers::NONE }]);
        }
    }

    fn row(&mut self, rows: usize, what: &str, mut one: impl FnMut(&mut Self, usize) -> Duration) {
        let mut took: Vec<u128> = Vec::with_capacity(FRAMES);
        let mut longest = Duration::ZERO;
        for index in 0..FRAMES {
            let before = self.worked;
            longest = longest.max(one(self, index));
            took.push(self.worked.saturating_sub(before).as_micros());
            // Answers from the store's thread come between frames, as they do on a screen.
            std::thread::sleep(Duration::from_millis(4));
        }
        took.sort_unstable();
        let at = |share: usize| took[(took.len() - 1) * share / 100];
        let longest = longest.as_micros();
        println!("| {rows} | {what} | {} | {} | {} | {longest} |", at(50), at(99), at(100));
    }
}

/// What this thread has had of the processor.
#[cfg(unix)]
fn processor_time() -> Duration {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::try_from(now).unwrap()
}

/// Not told: the clock's time.
#[cfg(not(unix))]
fn processor_time() -> Duration {
    static BEGIN: std::sync::LazyLock<Instant> = std::sync::LazyLock::new(Instant::now);
    BEGIN.elapsed()
}

fn key(key: Key, modifiers: Modifiers) -> Event {
    Event::Key { key, physical_key: None, pressed: true, repeat: false, modifiers }
}
