//! A reader that a file has taken over answers what it likes, or nothing.

use std::fs;
use std::time::Duration;

use affix::domain::changes::CopyWish;
use affix::domain::error::Kind;
use affix::media::Readers;

use crate::support::{AFFIX, Folder, HELLO, hasty, is_listed, numbers, until};

/// A message as a shell prints it: the head's length, the head.
fn message(head: &str) -> String {
    let length = u32::try_from(head.len()).unwrap().to_be_bytes();
    let length = length.map(|byte| format!("\\{byte:03o}")).concat();
    format!("printf '{length}'; printf '%s' '{head}'")
}

#[test]
fn what_makes_no_sense_is_a_failure_in_plain_words() {
    let pixel = |blobs: &str| format!(r#"{{"result":{{"Ok":{{"Pictures":[[1,1,0]]}}}},"blobs":{blobs}}}"#);
    let shape = |width: u64, height: u64, bytes: usize| {
        let head =
            format!(r#"{{"result":{{"Ok":{{"Pictures":[[{width},{height},0]]}}}},"blobs":[{bytes}]}}"#);
        format!("{}; head -c {bytes} /dev/zero", message(&head))
    };
    let answers = [
        ("words", "printf 'Segmentation fault (core dumped)'".to_owned()),
        ("an endless head", "printf '\\377\\377\\377\\377'; cat /dev/zero".to_owned()),
        ("an endless blob", format!("{}; cat /dev/zero", message(&pixel("[200000000000]")))),
        ("many blobs", message(&pixel("[100000000,100000000]"))),
        ("a sum that overflows", message(&pixel("[18446744073709551615,2]"))),
        ("half a head", "printf '\\000\\000\\000\\100{\"result\"'".to_owned()),
        ("half a picture", format!("{}; printf 'xx'", message(&pixel("[4]")))),
        ("no JSON", message("{\"result\":")),
        ("nothing", "exit 0".to_owned()),
        ("a crash", "kill -SEGV $$".to_owned()),
        ("an abort", "kill -ABRT $$".to_owned()),
        ("an answer to something else", message(r#"{"result":{"Ok":{"Copied":null}},"blobs":[]}"#)),
        ("no picture", message(r#"{"result":{"Ok":{"Pictures":[]}},"blobs":[]}"#)),
        ("more pixels than asked for", shape(257, 1, 257 * 4)),
        ("pixels that are not there", shape(200, 200, 200 * 200 * 4 - 4)),
        ("a picture without height", shape(10, 0, 0)),
        ("a size that overflows", shape(4_294_967_295, 4_294_967_295, 4)),
    ];
    for (what, script) in answers {
        let folder = Folder::new();
        let readers = Readers::processes(folder.reader(&script));
        let failure = readers.small(&folder.picture("sea.png", [0; 4])).unwrap_err();
        assert_eq!(failure.kind, Kind::Unreadable, "{what}");
        assert_eq!(
            failure.to_string(),
            "“sea.png” broke the program that reads it, so there is no preview.",
            "{what}"
        );
    }
}

#[test]
fn what_takes_much_memory_is_decoded_one_after_the_other() {
    let folder = Folder::new();
    let log = folder.join("log");
    let script = format!(
        "printf '{HELLO}'
        hear() {{ length=$(head -c 4 | od -An -tu4 --endian=big); test -n \"$length\" && head -c $length >/dev/null; }}
        while hear; do
            {much}
            hear
            echo in >>{log}; sleep 0.05; echo out >>{log}
            {answer}; printf 'abcd'
        done",
        much = message(r#"{"result":{"Ok":"Much"},"blobs":[]}"#),
        answer = message(r#"{"result":{"Ok":{"Pictures":[[1,1,0]]}},"blobs":[4]}"#),
        log = log.display(),
    );
    let readers = Readers::processes(folder.program("reader", &script));
    let photo = folder.picture("sea.png", [0; 4]);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (0..5).for_each(|_| assert_eq!(readers.small(&photo).unwrap().pixels, b"abcd")));
        }
    });
    assert_eq!(fs::read_to_string(log).unwrap(), "in\nout\n".repeat(20));
}

#[test]
fn who_asks_for_memory_again_and_again_gets_nowhere() {
    let folder = Folder::new();
    let much = message(r#"{"result":{"Ok":"Much"},"blobs":[]}"#);
    let readers = Readers::processes(folder.reader(&format!("while :; do {much}; done")));
    let failure = readers.small(&folder.picture("sea.png", [0; 4])).unwrap_err();
    assert!(failure.broke.contains("broke the program"), "{failure}");
}

#[test]
fn a_well_formed_answer_of_such_a_program_is_taken() {
    let folder = Folder::new();
    let head = message(r#"{"result":{"Ok":{"Pictures":[[1,1,0]]}},"blobs":[4]}"#);
    let readers = Readers::processes(folder.reader(&format!("{head}; printf 'abcd'; cat >/dev/null")));
    let picture = readers.small(&folder.picture("sea.png", [0; 4])).unwrap();
    assert_eq!((picture.width, picture.height, &picture.pixels[..]), (1, 1, &b"abcd"[..]));
}

#[test]
fn no_reader_can_have_another_file_sent() {
    let folder = Folder::new();
    let secret = folder.file("secret", b"of mine");
    let into = folder.join("copies");
    fs::create_dir(&into).unwrap();
    std::os::unix::fs::symlink(&secret, into.join("link")).unwrap();
    fs::create_dir(into.join("folder")).unwrap();
    std::io::Write::write_all(&mut std::fs::File::create(into.join("copy")).unwrap(), b"a copy").unwrap();
    let photo = folder.picture("sea.png", [0; 4]);
    let copy = |file: &str| {
        let units: Vec<u8> = file.bytes().collect();
        let head = format!(
            r#"{{"result":{{"Ok":{{"Copied":{{"file":{units:?},"name":"sea.png","mime":"image/png","pixels":null,"duration_secs":null,"removed":null}}}}}},"blobs":[]}}"#
        );
        let readers = Readers::processes(folder.reader(&format!("{}; cat >/dev/null", message(&head))));
        readers.copy(&photo, CopyWish { max_bytes: Some(9), ..CopyWish::default() }, &into)
    };
    for file in [
        "../secret",
        secret.to_str().unwrap(),
        "link",
        "folder",
        ".",
        "..",
        "",
        "absent",
        "copy/../../secret",
    ] {
        let failure = copy(file).unwrap_err();
        assert_eq!(failure.broke, "“sea.png” broke the program that reads it", "{file}");
    }
    let copied = copy("copy").unwrap().unwrap();
    assert_eq!((copied.facts.path, copied.facts.size), (into.join("copy"), 6));
}

#[test]
fn a_reader_that_hangs_is_ended_with_what_it_started() {
    let folder = Folder::new();
    let started = folder.join("started");
    let script = format!("sleep 1000 & echo $! >>{0}; echo $$ >>{0}; wait", started.display());
    let readers = hasty(&folder.reader(&script), Duration::from_millis(500));
    let photo = folder.picture("sea.png", [0; 4]);
    let failure = readers.small(&photo).unwrap_err();
    assert_eq!(failure.to_string(), "It took too long to read “sea.png”, so there is no preview.");
    let processes = numbers(&started);
    assert_eq!(processes.len(), 2);
    until("both processes end", || !processes.iter().any(|process| is_listed(*process)));
    let failure = readers.thumbnail(&photo, None).unwrap_err();
    assert_eq!(failure.broke, "It took too long to read “sea.png”", "an upload has no preview");
}

#[test]
fn a_reader_that_never_says_hello_is_not_waited_for() {
    let folder = Folder::new();
    let program = folder.program("reader", "sleep 1000");
    let failure = hasty(&program, Duration::from_millis(300)).small(&folder.picture("sea.png", [0; 4]));
    assert!(failure.unwrap_err().broke.starts_with("It took too long"));
}

#[test]
fn the_call_after_a_crash_has_a_fresh_reader() {
    let folder = Folder::new();
    let script = format!(
        "test -e {0} && exec {AFFIX} \"$@\"\ntouch {0}\nprintf '{HELLO}'\nkill -SEGV $$",
        folder.join("crashed").display()
    );
    let readers = Readers::processes(folder.program("reader", &script));
    let photo = folder.picture("sea.png", [9, 99, 199, 255]);
    assert!(readers.small(&photo).unwrap_err().broke.contains("broke the program"));
    assert_eq!(readers.small(&photo), Readers::here().small(&photo));
    assert!(readers.small(&photo).is_ok());
}

#[test]
fn an_idle_reader_that_died_costs_nobody_a_preview() {
    let folder = Folder::new();
    let started = folder.join("started");
    let script = format!("echo $$ >>{}; exec {AFFIX} \"$@\"", started.display());
    let readers = Readers::processes(folder.program("reader", &script));
    let photo = folder.picture("sea.png", [0; 4]);
    assert!(readers.small(&photo).is_ok());
    let process = numbers(&started)[0];
    let killed = std::process::Command::new("kill").args(["-KILL", &process.to_string()]).status().unwrap();
    assert!(killed.success());
    until("it is dead", || !crate::support::runs(process));
    assert!(readers.small(&photo).is_ok());
    assert_eq!(numbers(&started).len(), 2);
}

#[test]
fn where_no_reader_can_be_started_the_program_reads_by_itself() {
    let folder = Folder::new();
    let photo = folder.picture("sea.png", [9, 99, 199, 128]);
    let here = Readers::here().still(&photo, 64).unwrap();
    for program in [
        folder.join("removed-by-an-upgrade"),
        folder.path().to_owned(),
        folder.program("another", "echo Usage: another program; exit 2"),
        folder.program("older", "printf 'affix-reader 0.0.1\\n'; cat >/dev/null"),
        folder.program("silent", "exit 0"),
    ] {
        let readers = Readers::processes(program.clone());
        assert_eq!(readers.still(&photo, 64).unwrap(), here, "{}", program.display());
    }
}
