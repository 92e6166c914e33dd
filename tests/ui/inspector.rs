//! The inspector in the real window: a photo uploaded, its link copied in every way; what failed; what has no picture.

use std::time::{Duration, Instant};

use crate::desk::{Desk, Window};
use affix::domain::attachment::State;
use affix::domain::error::{Failure, Kind, Step};
use affix::store::{NewAttachment, NewBatch, Outcome};
use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers, OutputCommand};
use egui_kittest::kittest::Queryable as _;

/// What the frame that was drawn last puts on the clipboard.
fn copied(window: &Window) -> Vec<String> {
    let commands = &window.harness.output().platform_output.commands;
    let text = |command: &OutputCommand| match command {
        OutputCommand::CopyText(text) => Some(text.clone()),
        _ => None,
    };
    commands.iter().filter_map(text).collect()
}

/// Draws frames until something is on the clipboard.
#[track_caller]
fn next_copy(window: &mut Window) -> String {
    window.until("something is copied", |window| !copied(window).is_empty());
    let texts = copied(window);
    // The frame after it, which copies nothing.
    window.harness.step();
    assert_eq!(texts.len(), 1, "{texts:?}");
    texts.into_iter().next().unwrap()
}

/// Clicks and answers what that put on the clipboard.
#[track_caller]
fn click_copies(window: &mut Window, name: &str) -> String {
    window.harness.get_by_label(name).click();
    next_copy(window)
}

/// A click on something that may lie below what is visible.
#[track_caller]
fn reach(window: &mut Window, name: &str) {
    window.harness.get_by_label(name).scroll_to_me();
    window.harness.run_steps(4);
}

fn photo() -> Vec<u8> {
    let picture = image::RgbImage::from_fn(640, 400, |x, y| {
        image::Rgb([u8::try_from(x / 3).unwrap_or(255), u8::try_from(y / 2).unwrap_or(255), 90])
    });
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, image::ImageFormat::Jpeg).unwrap();
    bytes.into_inner()
}

/// Uploads the photo and shows it in the inspector; answers its link, which the end of the batch copied.
fn uploaded(window: &mut Window, desk: &Desk) -> String {
    window.until("the window is ready", |window| window.has("Add files"));
    window.drop_files(&[desk.file("photo.jpg", &photo())]);
    let link = next_copy(window);
    window.until("it is done", |window| window.has("photo.jpg, Done"));
    window.click("photo.jpg, Done");
    window.until("the inspector shows it", |window| window.has("Copy view link"));
    link
}

#[test]
fn a_photo_is_uploaded_its_picture_comes_and_its_link_is_copied_as_it_is() {
    let desk = Desk::with_sandbox();
    let mut window = desk.open();
    let link = uploaded(&mut window, &desk);
    assert!(link.starts_with("http://127.0.0.1:"), "{link}");
    assert!(
        window.reads("640 × 400 · JPEG · 5.5 kB")
            || window.names().iter().any(|n| n.starts_with("640 × 400 · JPEG"))
    );
    assert_eq!(click_copies(&mut window, "Copy view link"), link);
    assert_ne!(click_copies(&mut window, "Copy ID"), link);

    let picture = |window: &Window| {
        window.harness.query_all_by_role_and_label(Role::Button, "Preview").next().is_some()
    };
    window.until("the picture comes", picture);
    window.harness.get_by_role_and_label(Role::Button, "Preview").click();
    window.until("it is large", |window| window.has("Close preview"));
    window.press(Modifiers::NONE, Key::Escape);
    window.until("Esc closes it", |window| !window.has("Close preview"));
    assert!(window.has("Copy view link"), "and leaves the selection");
    window.press(Modifiers::NONE, Key::Space);
    window.until("Space opens it", |window| window.has("Close preview"));
    window.click("Close preview");

    window.click("QR code");
    window.until("the code is shown", |window| window.has("Close"));
    window.press(Modifiers::NONE, Key::Escape);
    window.until("Esc closes the code", |window| !window.has("Close"));
}

#[test]
fn the_format_changes_what_is_shown_and_what_copy_link_gives() {
    let desk = Desk::with_sandbox();
    let mut window = desk.open();
    let link = uploaded(&mut window, &desk);
    for (label, text) in [
        ("Markdown", format!("![photo.jpg]({link})")),
        ("HTML", format!("<img src=\"{link}\" alt=\"photo.jpg\">")),
        ("BBCode", format!("[img]{link}[/img]")),
        ("Own", format!("photo.jpg: {link}")),
    ] {
        reach(&mut window, label);
        window.click(label);
        window.until(label, |window| window.reads(&text));
        assert_eq!(click_copies(&mut window, "Copy as shown"), text);
        assert_eq!(click_copies(&mut window, "Copy link"), text);
    }
    reach(&mut window, "URL");
    window.click("URL");
    window.until("no text besides the link", |window| !window.has("Copy as shown"));
    assert_eq!(click_copies(&mut window, "Copy link"), link);
}

#[test]
fn an_own_format_is_shown_while_it_is_typed_and_says_what_is_wrong() {
    let desk = Desk::with_sandbox();
    let mut window = desk.open();
    let link = uploaded(&mut window, &desk);
    reach(&mut window, "Own");
    window.click("Own");
    window.until("there is a field", |window| window.has("Own format"));
    reach(&mut window, "Own format");
    let field = |window: &mut Window, text: &str| {
        window.harness.get_by_role_and_label(Role::TextInput, "Own format").type_text(text);
        window.harness.run_steps(3);
    };
    window.harness.get_by_role_and_label(Role::TextInput, "Own format").focus();
    window.harness.run_steps(2);
    window.press(Modifiers::COMMAND, Key::A);
    field(&mut window, "{stem} {bad}");
    let wrong = |window: &Window| window.names().iter().any(|name| name.starts_with("{bad} is not known."));
    window.until("the reason is there", wrong);
    window.press(Modifiers::COMMAND, Key::A);
    field(&mut window, "{stem} at {url}");
    let text = format!("photo at {link}");
    window.until("the new text is there", |window| window.reads(&text));
    window.press(Modifiers::NONE, Key::Enter);
    let settings = desk.home.settings_file();
    window.until("it is kept", |_| {
        std::fs::read_to_string(&settings).unwrap().contains("own_format = \"{stem} at {url}\"")
    });
    assert_eq!(click_copies(&mut window, "Copy link"), text);
}

#[test]
fn each_request_is_listed_and_is_copied_as_a_command() {
    let desk = Desk::with_sandbox();
    let mut window = desk.open();
    uploaded(&mut window, &desk);
    let request = |window: &Window| {
        window
            .names()
            .into_iter()
            .find(|name| name.contains("/upload") || name.starts_with("PUT /") || name.starts_with("POST /"))
    };
    window.until("a request is listed", |window| request(window).is_some());
    let name = request(&window).unwrap();
    assert!(name.contains(", 20"), "with its status: {name}");
    reach(&mut window, &name);
    window.click(&name);
    reach(&mut window, "Copy as curl");
    let command = click_copies(&mut window, "Copy as curl");
    assert!(command.starts_with("curl \\\n") && command.contains("--url 'http://127.0.0.1:"), "{command}");
}

#[test]
fn a_batch_is_copied_once_as_one_text_in_its_order() {
    let desk = Desk::with_sandbox();
    let mut window = desk.open();
    window.until("the window is ready", |window| window.has("Add files"));
    let files = ["c.txt", "a.txt", "b.txt"].map(|name| desk.file(name, name.as_bytes()));
    window.drop_files(&files);
    let text = next_copy(&mut window);
    let names: Vec<&str> = text.lines().filter_map(|line| line.rsplit('/').next()).collect();
    assert_eq!(names, ["c.txt", "a.txt", "b.txt"]);
    window.until("all are done", |window| window.rows().iter().all(|row| row.ends_with(", Done")));
    let until = Instant::now() + Duration::from_millis(500);
    while Instant::now() < until {
        window.harness.step();
        assert_eq!(copied(&window), Vec::<String>::new(), "once");
    }
    window.click("a.txt, Done");
    window.click_with("c.txt, Done", Modifiers::COMMAND);
    window.until("two are summed up", |window| window.reads("2 files selected") && window.reads("10 B"));
}

#[test]
fn what_failed_is_told_in_all_its_layers() {
    let desk = Desk::new();
    let store = desk.store();
    desk.runtime.block_on(async {
        let batch = NewBatch { profile: "Sandbox".to_owned(), service: "sandbox".to_owned() };
        let file = NewAttachment { path: "/files/a.pdf".into(), name: "a.pdf".to_owned() };
        let id = store.add_batch(batch, vec![file]).await.unwrap().1[0];
        let failure = Failure::new(Kind::Unauthorized, "The service did not accept the token")
            .asked("Upload a.pdf to Sandbox")
            .cause("{\"error\":\"expired\"}")
            .advice("Renew it in Targets, then retry.")
            .status(401)
            .at(Step::Ticket);
        store.finish(id, State::Failed, Outcome { receipt: None, failure: Some(failure) }).await.unwrap();
        store.close().await;
    });
    let mut window = desk.open();
    window.until("it is listed", |window| window.has("a.pdf, Failed"));
    window.click("a.pdf, Failed");
    for layer in [
        "Upload a.pdf to Sandbox",
        "The service did not accept the token.",
        "Renew it in Targets, then retry.",
        "Raw cause · HTTP 401",
        "{\"error\":\"expired\"}",
    ] {
        window.until(layer, |window| window.reads(layer));
    }
    // The last that moves the rest: why there is no picture.
    window.until("the preview's reason", |window| window.reads("“a.pdf” does not exist"));
    let details = click_copies(&mut window, "Copy details");
    for part in ["HTTP status: 401", "{\"error\":\"expired\"}", "a.pdf", "Step: ticket"] {
        assert!(details.contains(part), "no {part} in {details}");
    }
}

/// A PNG that promises 2.5 billion pixels.
fn hostile() -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\xc3\x50\0\0\xc3\x50\x08\x06\0\0\0".to_vec();
    let crc = bytes[12..].iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(
            crc ^ u32::from(*byte),
            |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 },
        )
    });
    bytes.extend((!crc).to_be_bytes());
    bytes.extend(b"\0\0\0\0IDAT\x35\xaf\x06\x1e");
    bytes
}

#[test]
fn a_picture_that_would_fill_the_memory_has_an_icon_and_a_reason() {
    let desk = Desk::with_sandbox();
    let mut window = desk.open();
    window.until("the window is ready", |window| window.has("Add files"));
    window.drop_files(&[desk.file("huge.png", &hostile())]);
    window.until("it is done", |window| window.has("huge.png, Done"));
    window.click("huge.png, Done");
    let reason = "“huge.png” has 50000 × 50000 pixels, too many to be shown";
    window.until("the reason is there", |window| window.reads(reason));
    assert!(window.harness.query_by_role_and_label(Role::Button, "Preview").is_none());
}

#[test]
fn nothing_selected_is_said_calmly() {
    let desk = Desk::with_sandbox();
    let mut window = desk.open();
    uploaded(&mut window, &desk);
    window.press(Modifiers::NONE, Key::Escape);
    window.until("the hint is there", |window| window.reads("Nothing selected"));
    assert!(!window.has("Copy view link"));
}
