//! `affix sandbox`.

use std::io::{BufRead as _, BufReader};
use std::process::Child;

use crate::home::{Home, get, http, objects, signal, stderr, wait_for};

/// Starts a server in the foreground; answers it with the address that it printed.
fn serve(home: &Home, args: &[&str]) -> (Child, String) {
    let mut child = home.start(&[&["sandbox"], args].concat());
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    assert!(line.starts_with("http://"), "{line:?}");
    (child, line.trim().to_owned())
}

/// One with a port below those that the system gives out: no other test takes it while the server is down.
fn free_address() -> String {
    let first = 20_000 + std::process::id() % 10_000;
    let mut addresses = (first..32_000).map(|port| format!("127.0.0.1:{port}"));
    addresses.find(|address| std::net::TcpListener::bind(address).is_ok()).unwrap()
}

fn status(origin: &str) -> u16 {
    http(origin, "GET /_sandbox/health", "", "").0
}

#[test]
fn it_serves_until_it_is_stopped_and_has_the_same_port_again() {
    let home = Home::new();
    let bind = free_address();
    let (mut child, origin) = serve(&home, &["--bind", &bind]);
    assert_eq!((origin.as_str(), status(&origin)), (format!("http://{bind}").as_str(), 200));
    home.file("a.txt", b"content");
    let link = home.ok(&["upload", "a.txt"]);
    assert!(link.starts_with(&origin), "{link} is not of {origin}");

    let stopped = home.affix(&["sandbox", "--stop"], "");
    assert!(stderr(&stopped).contains("The sandbox has ended."));
    assert!(child.wait().unwrap().success());
    assert!(home.server().is_none());
    let nothing = home.affix(&["sandbox", "--stop"], "");
    assert!(nothing.status.success() && stderr(&nothing).contains("No sandbox runs"));

    let (mut child, again) = serve(&home, &[]);
    assert_eq!(again, origin);
    assert_eq!(get(&link), (200, b"content".to_vec()), "an old link works again");
    signal(&child, "INT");
    assert!(child.wait().unwrap().success(), "Ctrl-C ends it in order");
    assert!(home.server().is_none());
}

#[test]
fn only_addresses_of_this_computer_are_taken() {
    let home = Home::new();
    for bind in ["0.0.0.0:0", "[::]:0", "192.0.2.1:80"] {
        let told = home.refused(&["sandbox", "--bind", bind], "", 2);
        assert!(told.contains("serves this computer only") && told.contains("127.0.0.1:0"), "{told}");
    }
    home.refused(&["sandbox", "--bind", "localhost"], "", 2);
}

#[test]
fn a_second_server_of_the_same_home_is_refused_in_words() {
    let home = Home::new();
    let (mut child, origin) = serve(&home, &[]);
    let told = home.refused(&["sandbox"], "", 1);
    assert!(told.contains("runs already") && told.contains(&origin), "{told}");
    assert_eq!(status(&origin), 200, "the first one goes on");
    home.ok(&["sandbox", "--stop"]);
    child.wait().unwrap();
}

#[test]
fn demo_profiles_are_added_once_and_each_of_them_uploads() {
    let home = Home::new();
    for _ in 0..2 {
        let (mut child, _) = serve(&home, &["--add-profiles"]);
        home.ok(&["sandbox", "--stop"]);
        child.wait().unwrap();
    }
    let profiles = objects(&home.ok(&["profiles", "list", "--json"]));
    let demos: Vec<_> = profiles.iter().skip(1).collect();
    assert_eq!(demos.len(), 5, "{profiles:?}");
    let photo = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cli_manage/dot.png");
    for demo in demos {
        assert_eq!(demo["host"], "this computer", "{demo}");
        let secrets = demo["secrets"].as_object().unwrap();
        assert!(!secrets.is_empty() && secrets.values().all(|status| status == "kept"), "{demo}");
        let name = demo["name"].as_str().unwrap();
        let output = home.affix(&["upload", "--format", "json", "--profile", name, photo], "");
        assert!(output.status.success(), "{name}: {}", stderr(&output));
    }
}

#[test]
fn a_background_server_ends_when_nobody_asks_any_more() {
    let home = Home::new();
    home.set_settings("[sandbox]\nkeep_serving_secs = 1\n");
    let home = home.with_sandbox();
    wait_for("the sandbox to end by itself", || home.server().is_none().then_some(()));
}
