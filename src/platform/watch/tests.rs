use std::io::Write as _;

use super::*;

const PATIENCE: Duration = Duration::from_secs(30);

fn watch(folder: PathBuf) -> (Watch, Receiver<Seen>) {
    let (tell, told) = sync_channel(64);
    let is_own = |real: &Path| real.ends_with("own");
    (Watch::start(folder, is_own, move |seen| tell.send(seen).unwrap_or_default()).unwrap(), told)
}

struct Bench {
    dir: tempfile::TempDir,
    told: Receiver<Seen>,
    _watch: Watch,
}

impl Bench {
    /// Watches `folder` below a folder of its own, made by `prepare`.
    fn new(prepare: impl FnOnce(&Path)) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("in");
        prepare(&folder);
        let (watch, told) = watch(folder);
        Self { dir, told, _watch: watch }
    }

    fn watching() -> Self {
        let bench = Self::new(|folder| fs::create_dir(folder).unwrap());
        assert!(matches!(bench.next(), Seen::Watching));
        bench
    }

    fn folder(&self) -> PathBuf {
        self.dir.path().join("in")
    }

    #[track_caller]
    fn next(&self) -> Seen {
        self.told.recv_timeout(PATIENCE).unwrap()
    }

    /// The names that are told next.
    #[track_caller]
    fn complete(&self) -> Vec<String> {
        names_in(&self.folder(), self.next())
    }
}

#[track_caller]
fn names_in(folder: &Path, seen: Seen) -> Vec<String> {
    let Seen::Complete(paths) = seen else { panic!("{seen:?}") };
    let names = paths.iter().map(|path| path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned());
    names.collect()
}

fn write(path: &Path) -> fs::File {
    let mut file = fs::File::create(path).unwrap();
    file.write_all(b"some content").unwrap();
    file
}

#[test]
fn new_files_are_told_and_folders_and_links_never() {
    let bench = Bench::new(|folder| {
        fs::create_dir(folder).unwrap();
        write(&folder.join("old"));
    });
    assert!(matches!(bench.next(), Seen::Watching));
    let folder = bench.folder();
    fs::create_dir(folder.join("a folder")).unwrap();
    for name in ["a folder/inside", ".hidden", "a.part", "a~"] {
        write(&folder.join(name));
    }
    #[cfg(unix)]
    std::os::unix::fs::symlink(folder.join("old"), folder.join("a link")).unwrap();
    #[cfg(unix)]
    let _listening = std::os::unix::net::UnixListener::bind(folder.join("a socket")).unwrap();
    write(&folder.join("b"));
    write(&folder.join("c"));
    assert_eq!(bench.complete(), ["b", "c"]);
    write(&folder.join("d"));
    assert_eq!(bench.complete(), ["d"], "and nothing else in between");
}

#[test]
fn what_is_there_when_it_is_started_again_stays_as_it_is() {
    let bench = Bench::watching();
    let folder = bench.folder();
    write(&folder.join("told"));
    assert_eq!(bench.complete(), ["told"]);
    let Bench { dir: _dir, _watch: first, .. } = bench;
    drop(first);
    write(&folder.join("meanwhile"));
    let (_watch, told) = watch(folder.clone());
    assert!(matches!(told.recv_timeout(PATIENCE).unwrap(), Seen::Watching));
    write(&folder.join("new"));
    assert_eq!(names_in(&folder, told.recv_timeout(PATIENCE).unwrap()), ["new"]);
}

/// What is written there belongs to the folder behind the link, and is told as the user named it.
#[cfg(unix)]
#[test]
fn a_folder_behind_a_symbolic_link_is_watched() {
    let bench = Bench::new(|folder| {
        fs::create_dir(folder.with_file_name("real")).unwrap();
        std::os::unix::fs::symlink("real", folder).unwrap();
    });
    assert!(matches!(bench.next(), Seen::Watching));
    write(&bench.dir.path().join("real/a"));
    assert_eq!(bench.complete(), ["a"]);
    // Another folder behind it from now on.
    let other = bench.dir.path().join("other");
    fs::create_dir(&other).unwrap();
    write(&other.join("was there"));
    fs::remove_file(bench.folder()).unwrap();
    std::os::unix::fs::symlink("other", bench.folder()).unwrap();
    while !matches!(bench.next(), Seen::Watching) {}
    write(&other.join("new"));
    assert_eq!(bench.complete(), ["new"]);
}

#[cfg(unix)]
#[test]
fn the_programs_own_folder_is_refused_whatever_it_is_called() {
    let bench = Bench::new(|folder| {
        fs::create_dir(folder.with_file_name("own")).unwrap();
        std::os::unix::fs::symlink("own", folder).unwrap();
    });
    assert!(matches!(bench.next(), Seen::Own));
    fs::remove_file(bench.folder()).unwrap();
    fs::create_dir(bench.folder()).unwrap();
    assert!(matches!(bench.next(), Seen::Watching), "told once");
    write(&bench.folder().join("a"));
    assert_eq!(bench.complete(), ["a"]);
}

#[test]
fn of_two_thousand_files_each_is_told_once() {
    const MANY: usize = 2_000;
    let bench = Bench::watching();
    for number in 0..MANY {
        write(&bench.folder().join(format!("{number}.txt")));
    }
    let mut told = std::collections::BTreeSet::new();
    let mut batches = 0;
    while told.len() < MANY {
        let names = bench.complete();
        batches += 1;
        let before = told.len();
        told.extend(names.iter().cloned());
        assert_eq!(told.len(), before + names.len(), "told twice");
    }
    assert!(batches <= 5, "{batches}");
    write(&bench.folder().join("one more"));
    assert_eq!(bench.complete(), ["one more"], "and nothing else in between");
}

#[cfg(any(target_os = "linux", windows))]
#[test]
fn a_file_that_stays_open_for_writing_waits_until_it_is_closed() {
    let bench = Bench::watching();
    let open = write(&bench.folder().join("slow"));
    write(&bench.folder().join("quick"));
    assert_eq!(bench.complete(), ["quick"]);
    drop(open);
    assert_eq!(bench.complete(), ["slow"]);
}

#[test]
fn a_folder_that_goes_is_told_once_and_watched_again_when_it_is_back() {
    let bench = Bench::watching();
    let folder = bench.folder();
    fs::remove_dir(&folder).unwrap();
    let Seen::Lost(failure) = bench.next() else { panic!("it is gone") };
    assert!(failure.broke.contains(folder.to_str().unwrap()), "{failure}");
    fs::create_dir(&folder).unwrap();
    assert!(matches!(bench.next(), Seen::Watching), "told once, then back");
    write(&folder.join("a"));
    assert_eq!(bench.complete(), ["a"]);
}

#[test]
fn another_folder_in_its_place_is_watched() {
    let bench = Bench::watching();
    let folder = bench.folder();
    let other = bench.dir.path().join("other");
    fs::create_dir(&other).unwrap();
    write(&other.join("was there"));
    fs::rename(&folder, bench.dir.path().join("away")).unwrap();
    fs::rename(&other, &folder).unwrap();
    while !matches!(bench.next(), Seen::Watching) {}
    write(&folder.join("new"));
    assert_eq!(bench.complete(), ["new"]);
}

#[test]
fn what_is_no_folder_is_said() {
    let bench = Bench::new(|folder| drop(write(folder)));
    let Seen::Lost(failure) = bench.next() else { panic!("it is a file") };
    assert!(failure.broke.contains("cannot be read"), "{failure}");
}

#[test]
fn a_watch_that_is_dropped_ends() {
    let Bench { told, _watch: watch, .. } = Bench::watching();
    drop(watch);
    // The thread takes its sender with it.
    while told.recv_timeout(PATIENCE).is_ok() {}
    assert!(matches!(told.try_recv(), Err(std::sync::mpsc::TryRecvError::Disconnected)));
}

/// A thread's things, without the thread.
fn line() -> Line<impl Fn(&Path) -> bool, impl Fn(Seen)> {
    let (wake, woken) = sync_channel(WORDS);
    let stop = Arc::new(AtomicBool::new(false));
    Line { folder: PathBuf::new(), is_own: |_: &Path| false, tell: |_: Seen| (), woken, wake, stop }
}

#[test]
fn a_file_that_was_kept_open_is_not_waited_for_after_it_was_closed() {
    let (mut folder, now) = (Folder::default(), Instant::now());
    let facts = Facts { size: 1, modified: None };
    folder.look(&Listing::from([("log".into(), Some(facts))]), now);
    for _ in 0..4 {
        folder.is_open("log".as_ref(), now);
    }
    assert_eq!(folder.pause(now), Some(Duration::from_secs(30)));
    let line = line();
    line.wake.try_send(Word::Closed("log".into())).unwrap();
    line.wait(&mut folder, Duration::ZERO, PATIENCE);
    assert!(folder.pause(Instant::now()).unwrap() <= Duration::from_secs(2));
}

#[test]
fn what_changes_all_the_time_does_not_take_the_rest_away() {
    let (line, rest, began) = (line(), Duration::from_millis(400), Instant::now());
    let (wake, stop) = (line.wake.clone(), line.stop.clone());
    let changing = thread::Builder::new().spawn(move || {
        while !stop.load(Ordering::Relaxed) {
            let _full = wake.try_send(Word::Look);
            thread::yield_now();
        }
    });
    line.wait(&mut Folder::default(), rest, PATIENCE);
    line.stop.store(true, Ordering::Relaxed);
    changing.unwrap().join().unwrap();
    assert!((rest..PATIENCE).contains(&began.elapsed()), "{:?}", began.elapsed());
}

#[test]
fn reading_wakes_nothing_and_closing_tells_which() {
    let word = |kind: EventKind| word_of(&Event::new(kind).add_path(PathBuf::from("/in/a")));
    assert!(word(EventKind::Access(AccessKind::Open(AccessMode::Any))).is_none());
    assert!(word(EventKind::Access(AccessKind::Read)).is_none());
    let closed = word(EventKind::Access(AccessKind::Close(AccessMode::Write)));
    assert!(matches!(closed, Some(Word::Closed(name)) if name == "a"));
    assert!(matches!(word(EventKind::Create(notify::event::CreateKind::File)), Some(Word::Look)));
    let written = word(EventKind::Modify(ModifyKind::Data(notify::event::DataChange::Any)));
    assert_eq!(written.is_none(), cfg!(target_os = "linux"));
}
