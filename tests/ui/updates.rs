//! Asking for a newer version: of a real server, with a certificate that the settings name.
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use eframe::egui::{Key, Modifiers};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::certificates::{Authority, Shown};
use crate::desk::Desk;

/// Answers every connection with this, and counts them.
fn serve(desk: &Desk, authority: &Authority, answer: String) -> (u16, Arc<AtomicUsize>) {
    let listener = desk.runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let port = listener.local_addr().unwrap().port();
    let acceptor = authority.acceptor(Shown::Good);
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    desk.runtime.spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            count.fetch_add(1, Ordering::SeqCst);
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            let _head = stream.read(&mut [0; 4096]).await;
            let _over = stream.write_all(answer.as_bytes()).await;
            let _over = stream.shutdown().await;
        }
    });
    (port, asked)
}

fn answer(status: &str, header: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\n{header}content-length: {}\r\nconnection: close\r\n\r\n{body}", body.len())
}

/// What the page About says once the button was pressed; and that nobody was asked before.
fn told(answer: String, words: &str) {
    let (desk, authority) = (Desk::new(), Authority::new());
    let (port, asked) = serve(&desk, &authority, answer);
    let pem = desk.file("authority.pem", &authority.pem());
    desk.settings(&format!(
        "[window]\nlanguage = \"en\"\n[network]\nextra_ca = {:?}\n[updates]\nurl = \"https://127.0.0.1:{port}/affix.json\"\n",
        pem.to_str().unwrap()
    ));
    let mut window = desk.open();
    window.until("the engine is open", |window| window.has("Drop files here"));
    window.press(Modifiers::COMMAND, Key::Comma);
    window.click("About");
    // It stands above the button.
    let found = "This program was not installed by a package manager. Its file:";
    window.until("what was found", |window| window.has(found) && window.has("Look for updates"));
    assert_eq!(asked.load(Ordering::SeqCst), 0, "not unasked");
    window.click("Look for updates");
    window.until("the answer", |window| window.names().iter().any(|name| name.contains(words)));
}

#[test]
fn a_newer_version_and_this_one_are_told() {
    told(answer("200 OK", "", r#"{"version": "9.1.0", "page": "https://e.org"}"#), "Version 9.1.0 is there.");
    told(answer("200 OK", "", env!("CARGO_PKG_VERSION")), "This is the newest version.");
}

#[test]
fn an_answer_that_leads_out_of_https_is_not_followed() {
    let header = "location: http://127.0.0.1:9/affix.json\r\n";
    told(answer("302 Found", header, ""), "The service points to another host");
}
