//! The screen of settings: each change is in the file at once, counts at once, and never costs anything else in it.
use crate::window::{self, Preparing, Window};
use affix::model::preferences::Display;
use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::{By, Queryable as _};

fn settings(toml: &str) -> Window {
    let mut window = Window::open(toml);
    window.press(Modifiers::COMMAND, Key::Comma);
    window.wait_for("Appearance");
    window
}

fn section(toml: &str, name: &str) -> Window {
    let mut window = settings(toml);
    // The first one may be the way back to the uploads.
    window.harness.query_all_by_role_and_label(Role::Button, name).last().unwrap().click();
    window.step();
    window
}

#[track_caller]
fn written(window: &mut Window, line: &str) {
    window.until(&format!("{line} in the file"), |window| window.settings().contains(line));
}

/// What is kept of the window is written a moment after the last change.
fn settled(window: &mut Window) {
    window.step();
    window.pass(1_500);
    window.step();
}

#[test]
fn on_wayland_the_window_system_is_chosen_and_what_runs_is_said() {
    let mut window = settings("[window]\nlanguage = \"en\"\n");
    assert!(!window.says("Window system") && !window.has("X11"), "elsewhere there is no choice");
    window.shown_through(Display::XWayland);
    window.wait_until_said("Now: X11 through XWayland. Files can be dropped.");
    assert!(!window.has("Counts from the next start"));
    window.click("Wayland");
    written(&mut window, "backend = \"wayland\"");
    window.wait_for("Counts from the next start");
    window.wait_until_said("Now: X11 through XWayland");
}

#[test]
fn a_window_that_takes_no_drops_promises_none() {
    let mut window = Window::open("[window]\nlanguage = \"en\"\n");
    window.wait_for("Drop files here");
    window.shown_through(Display::Wayland);
    window.wait_for("Paste files here with Ctrl+V");
    assert!(!window.says("Drop files") && !window.says("or paste"));
    assert!(window.has("choose files") && window.has("Add files"));
    window.press(Modifiers::COMMAND, Key::Comma);
    window.wait_until_said("Now: Wayland. Files cannot be dropped here");
}

#[test]
fn the_theme_counts_at_once_and_comments_stay() {
    let mut window = settings("# mine\n[window]\ntheme = \"light\" # day\n");
    assert!(!window.harness.ctx.global_style().visuals.dark_mode);
    window.click("Dark");
    written(&mut window, "theme = \"dark\"");
    window.until("dark", |window| window.harness.ctx.global_style().visuals.dark_mode);
    assert!(window.settings().starts_with("# mine\n"), "{}", window.settings());
}

#[test]
fn another_language_is_spoken_at_once() {
    let mut window = settings("[window]\nlanguage = \"en\"\n");
    window.click_role(Role::ComboBox, "Language");
    window.click("简体中文");
    window.wait_for("外观");
    written(&mut window, "language = \"zh-CN\"");
}

#[test]
fn two_quick_clicks_are_two_steps_and_the_bounds_hold() {
    let mut window = section("[uploads]\nparallel = 62\n", "Uploads");
    window.wait_for("Uploads at once in all: 62");
    window.click("Uploads at once in all: more");
    window.click("Uploads at once in all: more");
    written(&mut window, "parallel = 64");
    window.wait_for("Uploads at once in all: 64");
    assert!(!window.is_enabled("Uploads at once in all: more"));
}

#[test]
fn the_scale_has_keys_too() {
    let mut window = Window::open("");
    window.press(Modifiers::COMMAND, Key::Plus);
    written(&mut window, "scale_percent = 110");
    window.until("larger", |window| (window.harness.ctx.zoom_factor() - 1.1).abs() < 0.001);
    window.press(Modifiers::COMMAND, Key::Num0);
    written(&mut window, "scale_percent = 100");
}

#[test]
fn switches_write_true_and_false() {
    let mut window = section("", "Uploads");
    for (label, line) in [
        ("Continue unfinished uploads when Affix opens", "resume = false"),
        ("Check links after uploading", "check_links = false"),
        ("Copy the links when a batch ends", "auto_copy = false"),
        ("Ask before the first upload to a target", "ask_first = false"),
        ("Notify when a batch ends", "notify = false"),
    ] {
        window.click_role(Role::CheckBox, label);
        written(&mut window, line);
    }
}

#[test]
fn the_bandwidth_is_limited_here_and_at_the_foot() {
    let mut window = section("", "Uploads");
    window.click_role(Role::ComboBox, "Bandwidth limit");
    window.click("1 MB/s");
    written(&mut window, "bandwidth_kib = 977");
    window.press(Modifiers::NONE, Key::Escape);
    window.wait_for("Bandwidth limit: 1 MB/s");
    window.click("Bandwidth limit: 1 MB/s");
    window.click("No limit");
    written(&mut window, "bandwidth_kib = 0");
    window.wait_for("Bandwidth limit");
}

#[test]
fn an_own_format_shows_what_it_gives_and_what_is_wrong_with_it() {
    let mut window = section("", "Uploads");
    window.clear("Own format");
    window.type_into("Own format", "see {url}");
    window.wait_for("see https://example.com/f/sunrise.jpg");
    window.press(Modifiers::NONE, Key::Enter);
    written(&mut window, "own_format = \"see {url}\"");

    window.clear("Own format");
    window.type_into("Own format", "{nothing}");
    window.wait_until_said("nothing");
    assert!(!window.says("see https://"));
    window.press(Modifiers::NONE, Key::Enter);
    assert!(window.settings().contains("own_format = \"see {url}\""), "what is wrong is not written");
}

#[test]
fn a_proxy_that_is_none_is_refused_in_words_and_an_empty_one_is_taken_back() {
    let mut window = section("[network]\nproxy = \"http://proxy.example:3128\"\n", "Network");
    window.clear("Proxy");
    window.type_into("Proxy", "socks5://a");
    window.press(Modifiers::NONE, Key::Enter);
    window.wait_until_said("network.proxy must be an address");
    assert!(window.settings().contains("http://proxy.example:3128"));
    window.clear("Proxy");
    window.press(Modifiers::NONE, Key::Enter);
    window.until("no proxy", |window| !window.settings().contains("proxy ="));
    window.wait_for("Counts from the next start");
}

#[test]
fn a_broken_value_is_named_and_costs_nothing_else() {
    let mut window = settings("[window]\ntheme = \"pink\"\nscale_percent = 125\n");
    window.wait_for("The settings file has mistakes");
    window.wait_until_said("window.theme must be one of");
    assert!((window.harness.ctx.zoom_factor() - 1.25).abs() < 0.001, "the rest counts");
    window.click("Dark");
    written(&mut window, "theme = \"dark\"");
    window.until("no banner", |window| !window.has("The settings file has mistakes"));
    assert!(window.settings().contains("scale_percent = 125"));
}

#[test]
fn a_file_that_does_not_parse_is_left_alone_until_it_is_mended() {
    let broken = "[window\ntheme = \"dark\"\n";
    let mut window = settings(broken);
    window.wait_for("The settings file cannot be used");
    assert!(!window.is_enabled("Dark") && !window.is_enabled("Scale: more"));
    window.press(Modifiers::COMMAND, Key::Plus);
    window.wait_until_said("nothing is changed in it");
    assert_eq!(window.settings(), broken);

    window::write(&window.home().join("settings.toml"), "[window]\ntheme = \"dark\"\n");
    window.click("Read again");
    window.until("mended", |window| !window.has("The settings file cannot be used"));
    window.until("dark", |window| window.harness.ctx.global_style().visuals.dark_mode);
}

#[test]
fn the_filter_and_the_size_are_kept() {
    let mut window = Window::open("");
    window.press(Modifiers::COMMAND, Key::Num4);
    settled(&mut window);
    written(&mut window, "filter = \"failed\"");
    window.harness.set_size(eframe::egui::vec2(900.0, 600.0));
    window.step();
    settled(&mut window);
    written(&mut window, "width = 900");
    written(&mut window, "height = 600");
}

#[test]
fn places_are_shown_with_the_size_of_the_database() {
    let mut window = section("", "Storage");
    window.wait_until_said("affix.db");
    window.wait_until_said("Database · ");
    assert_eq!(window.harness.query_all_by_label_contains("settings.toml").count(), 1);
    assert!(!window.is_enabled("Clear history…"), "there is none");
}

#[test]
fn every_section_fits_the_smallest_window_in_every_language() {
    for (language, sections) in [
        ("en", ["Appearance", "Uploads", "Network", "Desktop", "Storage", "About"]),
        ("zh-CN", ["外观", "上传", "网络", "桌面", "存储", "关于"]),
    ] {
        let mut preparing = Preparing::with_settings(&format!("[window]\nlanguage = \"{language}\"\n"));
        preparing.size = (720.0, 480.0);
        let mut window = preparing.open();
        window.press(Modifiers::COMMAND, Key::Comma);
        for section in sections {
            window.wait_for(section);
            window.harness.query_all_by_label(section).last().unwrap().click();
            window.step();
            let outside: Vec<_> = window
                .harness
                .query_all(By::new().role(Role::Button))
                .filter(|node| node.rect().right() > 720.5)
                .map(|node| format!("{node:?}"))
                .collect();
            assert!(outside.is_empty(), "{section}: {outside:?}");
        }
    }
}
