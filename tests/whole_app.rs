//! The real program in a real window: started, driven and read from outside by `tests/window/scenarios.py`, through
//! the accessibility tree, with real drag sources, Thunar among them, a real clipboard reader and, where it matters, a
//! real keyring.
//! On Wayland it is `tests/window/wayland.py`, in a headless sway. These come in a stage of their own of `scripts/test`,
//! which installs what they need.
#![cfg(test)]
#![cfg(target_os = "linux")]

use std::process::Command;

/// Debian's python: `gi` is not in another one.
const PYTHON: &str = "/usr/bin/python3";

fn scenario(name: &str) {
    run(Command::new(PYTHON), name);
}

/// The same with a real, unlocked keyring in the program's session.
fn scenario_with_keyring(name: &str) {
    let mut command = Command::new(concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/keyring-session"));
    command.arg(PYTHON);
    run(command, name);
}

/// In a headless Wayland session instead of an X server.
fn scenario_on_wayland(name: &str) {
    run_script(Command::new(PYTHON), "wayland.py", name);
}

fn run(command: Command, name: &str) {
    run_script(command, "scenarios.py", name);
}

fn run_script(mut command: Command, script: &str, name: &str) {
    let ended = command
        .arg(format!("{}/tests/window/{script}", env!("CARGO_MANIFEST_DIR")))
        .args([name, env!("CARGO_BIN_EXE_affix")])
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&ended.stderr);
    assert!(ended.status.success(), "{name}: {}\n{told}", String::from_utf8_lossy(&ended.stdout));
}

#[test]
fn three_dropped_files_give_three_links_that_work() {
    scenario("three_dropped_files");
}

#[test]
fn a_window_with_nothing_to_do_sleeps() {
    scenario("at_rest");
}

#[test]
fn files_of_the_command_line_are_uploaded_and_copied_once() {
    scenario("files_of_the_command_line");
}

#[test]
fn files_from_the_clipboard_are_uploaded() {
    scenario("pasted_files");
}

#[test]
fn a_target_with_a_secret_in_a_real_keyring_is_tested_and_used() {
    scenario_with_keyring("target_with_secret");
}

#[test]
fn windows_that_are_killed_go_on_by_themselves() {
    scenario("killed_windows");
}

#[test]
fn files_are_looked_over_and_changed_before_they_are_sent() {
    scenario("looked_over");
}

#[test]
fn a_second_start_hands_its_files_to_the_window_and_raises_it() {
    scenario("second_start");
}

#[test]
fn of_starts_at_the_same_moment_one_is_the_window() {
    scenario("starts_at_once");
}

#[test]
fn what_a_killed_window_left_is_in_nobodys_way() {
    scenario("killed_and_started");
}

#[test]
fn a_window_that_hangs_loses_no_files_of_a_second_start() {
    scenario("hung_window");
}

#[test]
fn what_a_launcher_gave_a_later_start_brings_the_window_to_the_front() {
    scenario("launched");
}

#[test]
fn each_switch_of_the_desktop_puts_a_file_there_and_takes_it_away() {
    scenario("switched_entries");
}

#[test]
fn entries_of_a_program_that_is_gone_are_mended_and_those_of_another_home_are_not() {
    scenario("mended_entries");
}

#[test]
fn files_dragged_from_thunar_are_uploaded() {
    scenario("dragged_from_thunar");
}

#[test]
fn the_entry_in_thunars_menu_sends_the_selected_files() {
    scenario("sent_by_thunar");
}

#[test]
fn closed_into_the_background_it_goes_on_and_tells_its_end() {
    scenario("closed_into_background");
}

#[test]
fn in_the_background_it_ends_with_its_last_upload() {
    scenario("background_ends");
}

#[test]
fn a_minimised_window_that_is_closed_comes_up_and_asks() {
    scenario("closed_minimised");
}

#[test]
fn closed_and_paused_it_is_paused_at_the_next_start() {
    scenario("closed_paused");
}

#[test]
fn closed_and_stopped_everything_is_canceled() {
    scenario("closed_stopped");
}

#[test]
fn a_notification_daemon_shows_a_batch_that_ended_out_of_sight() {
    scenario("told_by_dunst");
}

#[test]
fn a_notification_copies_the_links() {
    scenario("notified");
}

#[test]
fn files_dropped_from_wayland_programs_are_uploaded() {
    scenario_on_wayland("dropped_files");
}

#[test]
fn files_dragged_from_a_thunar_on_wayland_are_uploaded() {
    scenario_on_wayland("dragged_from_thunar");
}

#[test]
fn without_an_x_server_the_window_is_waylands_own() {
    scenario_on_wayland("without_drops");
}

#[test]
fn files_are_pasted_in_every_form_of_file_managers() {
    scenario("pasted_forms");
}

#[test]
fn files_that_sandboxed_programs_copied_come_from_the_portal() {
    scenario("pasted_from_sandboxes");
}

#[test]
fn links_can_be_pasted_after_the_window_has_gone() {
    scenario("links_outlive_the_window");
}

#[test]
fn who_holds_the_links_ends_with_the_screen() {
    scenario("links_end_with_the_screen");
}

#[test]
fn a_clipboard_manager_takes_over_the_links() {
    scenario("links_go_to_the_manager");
}

#[test]
fn nothing_that_was_copied_is_lost_for_the_links() {
    scenario("nothing_copied_is_lost");
}

#[test]
fn signed_links_are_not_for_histories() {
    scenario("signed_links_are_marked");
}

#[test]
fn signed_links_stay_where_there_is_a_manager_and_are_not_for_it() {
    scenario("signed_links_and_a_manager");
}

#[test]
fn links_can_be_pasted_on_wayland_after_the_window_has_gone() {
    scenario_on_wayland("clipboard");
}

#[test]
fn what_is_held_on_wayland_is_marked_overwrites_nothing_and_ends_with_the_compositor() {
    scenario_on_wayland("clipboard_held");
}

#[test]
fn what_is_complete_in_the_watched_folder_becomes_links() {
    scenario("watched_folder");
}

#[test]
fn ten_thousand_files_in_the_watched_folder_are_each_taken_once() {
    scenario("watched_crowd");
}
