//! Two starts in one process: locks and lines work between two handles of one process as between two processes.

use std::path::Path;

use tokio::io::AsyncWriteExt as _;

use super::*;

struct Stage {
    _folder: tempfile::TempDir,
    home: Home,
}

fn stage() -> Stage {
    let folder = tempfile::tempdir().unwrap();
    let home = Home::resolve(Some(folder.path().to_owned())).unwrap();
    home.create().unwrap();
    Stage { _folder: folder, home }
}

fn message(files: usize) -> Message {
    let paths = (0..files).map(|number| PathBuf::from(format!("/home/anna/photo {number}.jpg"))).collect();
    Message { token: Some("token".into()), choose: files == 0, files: paths }
}

fn first(home: &Home) -> Listener {
    match begin(home, &Message::default()) {
        Begun::First(listener) => listener,
        other => panic!("{other:?}"),
    }
}

fn later(home: &Home, message: Message) -> JoinHandle<Begun> {
    let home = home.clone();
    thread::Builder::new().spawn(move || begin(&home, &message)).unwrap()
}

/// A window that is open: it takes what comes as soon as it is woken.
fn open(listener: &Listener) -> std::sync::mpsc::Receiver<()> {
    let (sender, woken) = std::sync::mpsc::sync_channel(64);
    listener.open(Arc::new(move || sender.send(()).unwrap()));
    woken
}

fn take_next(listener: &mut Listener, woken: &std::sync::mpsc::Receiver<()>) -> Option<Message> {
    woken.recv_timeout(PATIENCE).unwrap();
    listener.arrived().unwrap().take()
}

#[test]
fn a_later_start_hands_over_and_ends() {
    let stage = stage();
    let mut window = first(&stage.home);
    let woken = open(&window);
    for files in [0, 1, 500] {
        let later = later(&stage.home, message(files));
        assert_eq!(take_next(&mut window, &woken), Some(message(files)));
        assert!(matches!(later.join().unwrap(), Begun::Taken));
    }
}

#[test]
fn what_comes_while_the_window_is_being_opened_waits_for_it() {
    let stage = stage();
    let mut window = first(&stage.home);
    let later = later(&stage.home, message(2));
    let woken = open(&window);
    assert_eq!(take_next(&mut window, &woken), Some(message(2)));
    assert!(matches!(later.join().unwrap(), Begun::Taken));
}

#[test]
fn of_many_at_once_one_is_the_window_and_gets_everything() {
    let stage = stage();
    let starts: Vec<_> = (0..8).map(|_| later(&stage.home, message(1))).collect();
    let mut window = None;
    let mut waiting = starts;
    while window.is_none() {
        let ended = waiting.iter().position(JoinHandle::is_finished);
        if let Some(index) = ended {
            match waiting.remove(index).join().unwrap() {
                Begun::First(listener) => window = Some(listener),
                other => panic!("{other:?} before there was a window"),
            }
        }
        thread::yield_now();
    }
    let mut window = window.unwrap();
    let woken = open(&window);
    for _ in 0..7 {
        assert_eq!(take_next(&mut window, &woken), Some(message(1)));
    }
    for start in waiting {
        assert!(matches!(start.join().unwrap(), Begun::Taken));
    }
}

#[test]
fn after_a_window_has_ended_the_next_start_is_one() {
    let stage = stage();
    let window = first(&stage.home);
    let address = read_address(&stage.home).unwrap();
    drop(window);
    assert!(!Path::new(&address).exists(), "its line has gone with it");
    drop(first(&stage.home));
}

#[test]
fn what_a_killed_window_left_is_in_nobodys_way() {
    let stage = stage();
    drop(first(&stage.home));
    let written = stage.home.sessions_dir().join(ADDRESS);
    files::write_atomically(&written, b"/run/user/0/affix-gone/window").unwrap();
    drop(first(&stage.home));
}

#[test]
fn another_home_is_another_instance() {
    let (one, other) = (stage(), stage());
    let _window = first(&one.home);
    drop(first(&other.home));
}

#[test]
fn a_window_that_closes_leaves_its_place_to_the_one_that_waits() {
    let stage = stage();
    let mut window = first(&stage.home);
    let woken = open(&window);
    let later = later(&stage.home, message(1));
    woken.recv_timeout(PATIENCE).unwrap();
    drop(window.arrived());
    drop(window);
    assert!(matches!(later.join().unwrap(), Begun::First(_)));
}

#[test]
fn a_window_that_does_not_take_it_gets_nothing_later() {
    let stage = stage();
    let mut window = first(&stage.home);
    let woken = open(&window);
    let later = later(&stage.home, message(1));
    woken.recv_timeout(PATIENCE).unwrap();
    let offer = window.arrived().unwrap();
    assert!(matches!(later.join().unwrap(), Begun::Unanswered));
    assert_eq!(offer.take(), None);
}

#[test]
fn a_later_start_that_has_gone_leaves_nothing() {
    let stage = stage();
    let mut window = first(&stage.home);
    let woken = open(&window);
    let address = read_address(&stage.home).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut line = line::connect(&address).await.unwrap();
        wire::greet(&mut line).await.unwrap();
        wire::send(&mut line, &message(1)).await.unwrap();
    });
    woken.recv_timeout(PATIENCE).unwrap();
    let offer = window.arrived().unwrap();
    let began = Instant::now();
    while !offer.taken.is_closed() {
        assert!(began.elapsed() < PATIENCE, "its end is not noticed");
        thread::yield_now();
    }
    assert_eq!(offer.take(), None);
}

#[test]
fn another_version_is_another_window() {
    let stage = stage();
    let _lock = try_lock(&stage.home).unwrap().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let begun = runtime.block_on(async {
        let mut doors = Doors::open().unwrap();
        let written = stage.home.sessions_dir().join(ADDRESS);
        files::write_atomically(&written, doors.address().as_encoded_bytes()).unwrap();
        let later = later(&stage.home, message(1));
        let mut line = doors.next().await.unwrap();
        line.write_all(b"affix-window\x07").await.unwrap();
        later.join().unwrap()
    });
    assert!(matches!(begun, Begun::Unanswered));
}

#[test]
fn a_disk_that_does_not_tell_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let home = Home::resolve(Some(folder.path().join("never made"))).unwrap();
    let Begun::Unknown(failure) = begin(&home, &Message::default()) else { panic!("it could not be told") };
    assert!(failure.broke.contains("sessions"), "{failure}");
}
