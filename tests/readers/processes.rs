//! The real program as its own reader.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use affix::domain::changes::CopyWish;
use affix::media::{Area, Patience, Readers};

use crate::support::{AFFIX, Folder, is_listed, numbers, runs, until};

fn affix() -> PathBuf {
    PathBuf::from(AFFIX)
}

/// Affix as a reader, with the number of each process noted.
fn noting(folder: &Folder) -> (PathBuf, PathBuf) {
    let started = folder.join("started");
    let script = format!("echo $$ >>{}; exec {AFFIX} \"$@\"", started.display());
    (folder.program("reader", &script), started)
}

#[test]
fn every_call_answers_what_it_answers_without_a_process() {
    let folder = Folder::new();
    let (here, there) = (Readers::here(), Readers::processes(affix()));
    let files = [
        folder.picture("sea.png", [9, 99, 199, 128]),
        folder.file("words.txt", "Nur Wörter.\n".as_bytes()),
        folder.file("broken.png", b"\x89PNG\r\n\x1a\n\0\0"),
        folder.join("absent.jpg"),
    ];
    for path in &files {
        let name = path.display();
        assert_eq!(there.inspect(path), here.inspect(path), "{name}");
        assert_eq!(there.still(path, 64), here.still(path, 64), "{name}");
        assert_eq!(there.small(path), here.small(path), "{name}");
        let area = Area { x: 10, y: 20, width: 30, height: 40 };
        assert_eq!(there.part(path, area, 64), here.part(path, area, 64), "{name}");
        assert_eq!(there.frames(path, 64), here.frames(path, 64), "{name}");
        assert_eq!(there.excerpt(path), here.excerpt(path), "{name}");
        assert_eq!(there.moments(path, 3, 64), here.moments(path, 3, 64), "{name}");
        assert_eq!(there.thumbnail(path, None), here.thumbnail(path, None), "{name}");
        assert_eq!(there.metadata(path), here.metadata(path), "{name}");
        for max_bytes in [None, Some(700)] {
            let wish = CopyWish { max_bytes, ..CopyWish::default() };
            let copies = [&there, &here].map(|readers| {
                let into = tempfile::tempdir().unwrap();
                readers.copy(path, wish, into.path()).map(|copied| {
                    copied.map(|copied| {
                        let facts = copied.facts;
                        assert_eq!(facts.size, fs::metadata(&facts.path).unwrap().len());
                        (fs::read(&facts.path).unwrap(), facts.name, facts.mime, facts.pixels, copied.removed)
                    })
                })
            });
            assert_eq!(copies[0], copies[1], "{name}");
        }
    }
    assert!(here.still(&files[0], 64).is_ok(), "something was compared");
}

#[test]
fn names_need_not_be_text_nor_paths_absolute() {
    let folder = Folder::new();
    let readers = Readers::processes(affix());
    let odd = folder.path().join(OsStr::from_bytes(b"see\xff \n\"'.png"));
    fs::rename(folder.picture("sea.png", [1, 2, 3, 255]), &odd).unwrap();
    assert_eq!(readers.still(&odd, 64), Readers::here().still(&odd, 64));
    assert!(readers.still(&odd, 64).is_ok());
    let own = Path::new("tests/support/one-pixel.png");
    assert!(readers.still(own, 64).is_ok());
}

#[test]
fn a_thousand_calls_from_eight_threads_take_two_processes() {
    let folder = Folder::new();
    let (program, started) = noting(&folder);
    let readers = Readers::processes(program);
    let pictures: Vec<_> = (0..8).map(|n| folder.picture(&format!("{n}.png"), [n * 20, 7, 9, 255])).collect();
    std::thread::scope(|scope| {
        for (number, path) in (0_u8..).zip(&pictures) {
            let readers = &readers;
            scope.spawn(move || {
                for call in 0..125 {
                    // Uploads and previews share them.
                    if call % 5 == 0 {
                        assert!(readers.metadata(path).is_ok());
                        continue;
                    }
                    let picture = readers.small(path).unwrap();
                    assert_eq!(picture.pixels[..4], [number * 20, 7, 9, 255], "nobody gets another's answer");
                }
            });
        }
    });
    assert_eq!(numbers(&started).len(), 2);
}

#[test]
fn a_reader_without_work_ends() {
    let folder = Folder::new();
    let (program, started) = noting(&folder);
    let readers =
        Readers::patient(program, Patience { idle: Duration::from_millis(200), ..Patience::default() });
    let photo = folder.picture("sea.png", [0; 4]);
    assert!(readers.small(&photo).is_ok());
    let process = numbers(&started)[0];
    until("it ends", || !is_listed(process));
    assert!(readers.small(&photo).is_ok(), "another one is started");
    assert_eq!(numbers(&started).len(), 2);
}

#[test]
fn readers_end_when_nobody_holds_them_any_more() {
    let folder = Folder::new();
    let (program, started) = noting(&folder);
    let readers = Readers::processes(program);
    assert!(readers.small(&folder.picture("sea.png", [0; 4])).is_ok());
    let process = numbers(&started)[0];
    assert!(runs(process));
    drop(readers);
    until("it ends", || !is_listed(process));
}

/// What another test starts, to kill it.
#[test]
#[ignore = "a part of killed_programs_leave_no_readers"]
fn holds_readers() {
    let program = std::env::var_os("READER").unwrap();
    let picture = std::env::var_os("PICTURE").unwrap();
    let video = PathBuf::from(std::env::var_os("VIDEO").unwrap());
    let readers = Readers::processes(program.into());
    assert!(readers.small(Path::new(&picture)).is_ok());
    let busy = readers.clone();
    let work = move || busy.thumbnail(&video, None);
    let _busy = std::thread::Builder::new().name("busy".to_owned()).spawn(work).unwrap();
    assert!(readers.small(Path::new(&picture)).is_ok());
    loop {
        std::thread::park();
    }
}

#[test]
fn killed_programs_leave_no_readers() {
    let folder = Folder::new();
    let (program, started) = noting(&folder);
    // A video that only ffmpeg can decode, and an ffmpeg that takes its time.
    let bin = folder.join("bin");
    fs::create_dir(&bin).unwrap();
    let begun = folder.join("begun");
    fs::rename(
        folder.program("x", &format!("echo $$ >>{}\nexec sleep 1000", begun.display())),
        bin.join("ffmpeg"),
    )
    .unwrap();
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    let mut holder = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "processes::holds_readers", "--ignored", "--nocapture"])
        .env("READER", &program)
        .env("PICTURE", folder.picture("sea.png", [0; 4]))
        .env("VIDEO", folder.file("clip.avi", b"RIFF\0\0\0\0AVI LIST"))
        .env("PATH", path)
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    until("both work", || numbers(&started).len() == 2 && numbers(&begun).len() == 1);
    let processes = [numbers(&started), numbers(&begun)].concat();
    assert!(processes.iter().all(|process| runs(*process)), "one idle, one at work, and what that started");
    holder.kill().unwrap();
    holder.wait().unwrap();
    until("all of them end", || !processes.iter().any(|process| runs(*process)));
}

#[test]
fn a_reader_knows_little_and_may_take_little() {
    let folder = Folder::new();
    let (environment, limits) = (folder.join("environment"), folder.join("limits"));
    let script =
        format!("env >{}; echo $$ >{}; exec {AFFIX} \"$@\"", environment.display(), limits.display());
    let readers = Readers::processes(folder.program("reader", &script));
    assert!(readers.small(&folder.picture("sea.png", [0; 4])).is_ok());

    let text = fs::read_to_string(environment).unwrap();
    let names: HashSet<&str> = text.lines().filter_map(|line| Some(line.split_once('=')?.0)).collect();
    assert!(std::env::var_os("CARGO_MANIFEST_DIR").is_some(), "there is something to be left out");
    let known = ["PATH", "HOME", "LANG", "LANGUAGE", "TMPDIR", "MALLOC_MMAP_THRESHOLD_", "MALLOC_ARENA_MAX"];
    // The shell's own.
    let known = [&known[..], &["PWD", "_", "SHLVL", "OLDPWD"]].concat();
    for name in names {
        let is_known = known.contains(&name) || name.starts_with("XDG_") || name.starts_with("LC_");
        assert!(is_known, "{name}");
    }

    let process = numbers(&limits)[0];
    let limits = fs::read_to_string(format!("/proc/{process}/limits")).unwrap();
    let limit = |name: &str| {
        let line = limits.lines().find(|line| line.starts_with(name)).unwrap();
        line[name.len()..].split_whitespace().take(2).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(limit("Max address space"), ["1610612736", "1610612736"]);
    assert_eq!(limit("Max core file size"), ["0", "0"]);
    let status = fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    let fields: Vec<&str> = status.rsplit(") ").next().unwrap().split(' ').collect();
    assert_eq!(fields[16], "10", "nice: {status}");
    let folders = [fs::read_link(format!("/proc/{process}/cwd")).unwrap()];
    assert_eq!(folders, [Path::new("/")]);
}

#[test]
fn the_hidden_command_is_not_in_the_help() {
    let output = Command::new(AFFIX).arg("--help").output().unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    assert!(help.contains("sandbox") && !help.contains("media-reader"), "{help}");
    // By hand it greets, and ends with its input.
    let mut reader =
        Command::new(AFFIX).arg("media-reader").stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
    let mut hello = String::new();
    BufReader::new(reader.stdout.take().unwrap()).read_line(&mut hello).unwrap();
    let greeting = concat!("affix-reader ", env!("CARGO_PKG_VERSION"), "\n");
    assert!(hello.is_empty() || hello == greeting, "{hello}");
    assert!(reader.wait().unwrap().success());
}
