//! Names of hosts that cannot be found, and are found later.

use std::fs::File;
use std::io::Write as _;
use std::net::UdpSocket;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::cli::until;
use crate::namespace::{Rule, alone, shell};
use crate::stage::Stage;

/// The sandbox answers to few names; this one is found like any other once no file knows it.
const NAME: &str = "localhost";

/// Who is asked for names in this network alone.
struct NameService {
    knows: Arc<AtomicBool>,
    _files: tempfile::TempDir,
}

impl NameService {
    fn start() -> Self {
        let files = tempfile::tempdir().unwrap();
        let asks = "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n";
        for (name, content) in [("hosts", ""), ("resolv.conf", asks)] {
            let file = files.path().join(name);
            File::create(&file).unwrap().write_all(content.as_bytes()).unwrap();
            shell(&format!("mount --bind {} /etc/{name}", file.display()));
        }
        let socket = UdpSocket::bind("127.0.0.1:53").unwrap();
        let knows = Arc::new(AtomicBool::new(false));
        let answering = knows.clone();
        let serve = move || {
            let mut question = [0; 512];
            while let Ok((length, asker)) = socket.recv_from(&mut question) {
                let answer = answer(&question[..length], answering.load(Ordering::SeqCst));
                let _gone = socket.send_to(&answer, asker);
            }
        };
        std::thread::Builder::new().name("names".to_owned()).spawn(serve).unwrap();
        Self { knows, _files: files }
    }

    /// From now on every name is that of this computer.
    fn learn(&self) {
        self.knows.store(true, Ordering::SeqCst);
    }
}

/// RFC 1035: the question back, with “no such name” or with the address 127.0.0.1 where that is asked for.
fn answer(question: &[u8], knows: bool) -> Vec<u8> {
    const HEAD: usize = 12;
    const ADDRESS: [u8; 2] = [0, 1];
    let name = question[HEAD..].iter().position(|length| *length == 0).unwrap();
    let end = HEAD + name + 5;
    let is_asked = knows && question[end - 4..end - 2] == ADDRESS;
    let mut answer = question[..2].to_vec();
    answer.extend([0x81, if knows { 0x80 } else { 0x83 }, 0, 1, 0, u8::from(is_asked), 0, 0, 0, 0]);
    answer.extend(&question[HEAD..end]);
    if is_asked {
        // The name of the question, an address of the Internet, for no time at all, of 4 bytes.
        answer.extend([0xc0, 0x0c, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, 127, 0, 0, 1]);
    }
    answer
}

const SETTINGS: &str = "[uploads]\nretries = 1\n[network]\nconnect_timeout_secs = 2\n";

/// What cannot be found is waited for like what cannot be reached; `lift` makes the name known.
fn found_later(words: &str, names: &NameService, lift: impl FnOnce(&NameService)) {
    let mut stage = Stage::at(NAME, SETTINGS);
    let runs = ["cosmos", "forum"].map(|service| {
        let files = stage.files(12, 3_000);
        (service, stage.upload(service, &files), files)
    });
    until("both say that they wait", || runs.iter().all(|(_, run, _)| run.told().contains(words)));
    lift(names);
    for (service, run, files) in runs {
        let (code, told) = run.end();
        assert_eq!(code, 0, "{service}: {told}");
        stage.assert_once(service, &files);
        stage.rows(service, "done");
    }
}

#[test]
fn a_name_that_nobody_knows_is_waited_for() {
    alone("names::a_name_that_nobody_knows_is_waited_for", || {
        let names = NameService::start();
        found_later("cannot be reached: waiting", &names, NameService::learn);
    });
}

#[test]
fn a_name_service_that_is_silent_is_waited_for() {
    alone("names::a_name_service_that_is_silent_is_waited_for", || {
        let names = NameService::start();
        names.learn();
        let silence = Rule::new("-p udp --dport 53", "-j DROP");
        found_later("cannot be reached: waiting", &names, |_| drop(silence));
    });
}
