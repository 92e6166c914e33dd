//! On a terminal: bars, columns and questions.

use std::process::Command;

use serde_json::json;

use crate::home::{Home, output, stderr, stdout};

/// Runs the program on a terminal of so many columns; answers its exit code and what was on the terminal.
fn on_terminal(home: &Home, columns: u16, answers: &[(&str, &str)], args: &[&str]) -> (i32, String) {
    let program = home.command(args);
    let mut command = Command::new("python3");
    command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cli_manage/on_terminal.py"));
    command.arg(columns.to_string()).arg(json!(answers).to_string());
    command.arg(program.get_program()).args(program.get_args()).current_dir(home.path());
    for (name, value) in program.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command.env("TERM", "xterm-256color");
    command.env("AFFIX_SECRET_CALENDAR_API_KEY", calendar_key(home));
    let output = output(command, "");
    assert_eq!(stderr(&output), "", "on_terminal.py itself is broken");
    (output.status.code().unwrap(), stdout(&output))
}

fn calendar_key(home: &Home) -> String {
    home.credentials()["cronofy_api_key"].as_str().unwrap().to_owned()
}

/// The lines as they stand on a terminal of so many columns: what is longer goes on in the next one.
fn drawn(seen: &str, columns: usize) -> Vec<String> {
    let text = console::strip_ansi_codes(seen).replace('\r', "\n");
    let mut lines = Vec::new();
    for text in text.lines() {
        let mut line = String::new();
        for sign in text.chars() {
            if console::measure_text_width(&format!("{line}{sign}")) > columns {
                lines.push(std::mem::take(&mut line));
            }
            line.push(sign);
        }
        lines.push(line);
    }
    lines.into_iter().map(|line| line.trim_end().to_owned()).filter(|line| !line.is_empty()).collect()
}

/// A home with a sandbox and a profile that is not the sandbox's own, so that it asks.
fn with_calendar() -> Home {
    let home = Home::new().with_sandbox();
    let base = format!("base_url={}/cronofy", home.origin());
    home.ok(&["profiles", "add", "Calendar", "--service", "cronofy", "--set", &base]);
    home.file("notes.txt", b"notes");
    home
}

const UPLOAD: &[&str] = &["upload", "--profile", "Calendar", "--format", "{id}", "notes.txt"];

#[test]
fn progress_is_drawn_in_columns_that_never_wrap() {
    for columns in [80, 40] {
        let home = Home::new().with_sandbox();
        let name = "年度报告最终版本第三次修改之后.bin";
        home.file(name, &vec![7; 300_000]);
        home.file("small.bin", b"small");
        // A second and a half for the large one.
        home.fault("slow=200000", None);
        let (code, seen) = on_terminal(&home, columns, &[], &["upload", name, "small.bin", "absent.bin"]);
        assert_eq!(code, 1, "{seen}");
        let lines = drawn(&seen, columns.into());
        let bars: Vec<_> = lines.iter().filter(|line| line.contains("B of ")).collect();
        let is_of = |line: &str, start: &str| line.starts_with(start);
        for bar in &bars {
            let begun = ["年", "small", "0 of 3", "1 of 3", "2 of 3"].iter().any(|start| is_of(bar, start));
            assert!(begun, "it is the rest of a line that wrapped: {bar}\n{lines:#?}");
            assert!(console::measure_text_width(bar) < columns.into(), "{bar}");
        }
        assert!(bars.iter().any(|bar| is_of(bar, "年")), "{lines:#?}");
        assert!(bars.iter().any(|bar| bar.contains(" of 3 files ")), "{lines:#?}");
        assert!(!seen.contains("GB/s"), "{lines:#?}");
        if columns == 80 {
            assert!(bars.iter().any(|bar| bar.contains("B/s")), "{lines:#?}");
            assert!(bars.iter().any(|bar| bar.contains('━') || bar.contains('╌')), "{lines:#?}");
        }
        assert!(lines.contains(&"2 of 3 uploaded, 1 failed".to_owned()), "{lines:#?}");
    }
}

#[test]
fn lists_are_not_wider_than_the_terminal() {
    let home = Home::new().with_sandbox();
    home.file("a-name-that-is-quite-long-and-would-take-most-of-a-narrow-terminal.txt", b"x");
    home.ok(&["upload", "a-name-that-is-quite-long-and-would-take-most-of-a-narrow-terminal.txt"]);
    home.ok(&["profiles", "add", "一个名字很长的目标，用来检查列宽是否正确", "--service", "teable"]);
    for args in [&["history"][..], &["profiles", "list"]] {
        let (code, seen) = on_terminal(&home, 72, &[], args);
        assert_eq!(code, 0, "{seen}");
        assert_eq!(drawn(&seen, 72).len(), 2, "nothing wraps: {seen}");
    }
    let piped = home.ok(&["history"]);
    assert!(piped.contains("most-of-a-narrow-terminal.txt"), "a pipe gets everything: {piped}");
}

#[test]
fn the_first_upload_is_asked_about_until_the_answer_is_always() {
    let home = with_calendar();
    let (code, seen) = on_terminal(&home, 100, &[("Upload?", "n\n")], UPLOAD);
    assert_eq!(code, 1, "{seen}");
    assert!(seen.contains("first upload to “Calendar” (Cronofy): 1 file to 127.0.0.1"), "{seen}");
    assert_eq!(home.state_of("notes.txt").as_deref(), Some("canceled"));

    let (code, seen) = on_terminal(&home, 100, &[("Upload?", "y\n")], UPLOAD);
    assert_eq!(code, 0, "{seen}");
    assert_eq!(home.state_of("notes.txt").as_deref(), Some("done"));

    // The same content a second time is a question of its own.
    let answers = [("Upload?", "a\n"), ("Upload all the same?", "y\n")];
    let (code, seen) = on_terminal(&home, 100, &answers, UPLOAD);
    assert_eq!(code, 0, "yes was for that time only: {seen}");
    let (code, seen) = on_terminal(&home, 100, &[("Upload all the same?", "y\n")], UPLOAD);
    assert_eq!(code, 0, "{seen}");
    assert!(!seen.contains("Upload?"), "always is remembered: {seen}");
}

#[test]
fn without_a_terminal_the_question_counts_as_no_and_yes_goes_on() {
    let home = with_calendar();
    let run = |args: &[&str]| {
        let mut command = home.command(&[UPLOAD, args].concat());
        command.env("AFFIX_SECRET_CALENDAR_API_KEY", calendar_key(&home));
        output(command, "y\n")
    };
    let no = run(&[]);
    assert_eq!(no.status.code(), Some(1));
    let told = stderr(&no);
    assert!(told.contains("there is no terminal to ask on") && told.contains("--yes"), "{told}");
    assert_eq!(home.state_of("notes.txt").as_deref(), Some("canceled"));
    assert_eq!(run(&["--yes"]).status.code(), Some(0));
    assert_eq!(run(&[]).status.code(), Some(1), "it was not remembered");
}

#[test]
fn a_name_that_the_service_does_not_take_can_be_mended() {
    let home = with_calendar();
    home.file("报告.txt", b"report");
    let args = ["upload", "--profile", "Calendar", "--yes", "--format", "{id}", "报告.txt"];
    let (code, seen) = on_terminal(&home, 100, &[], &args);
    assert_eq!(code, 1, "--yes applies no repair: {seen}");

    let args = ["upload", "--profile", "Calendar", "--format", "{id}", "报告.txt"];
    let (code, seen) = on_terminal(&home, 100, &[("Upload?", "a\n"), ("Do that?", "n\n")], &args);
    assert_eq!(code, 1, "{seen}");
    assert_eq!(home.state_of("报告.txt").as_deref(), Some("failed"));

    let (code, seen) = on_terminal(&home, 100, &[("Do that?", "y\n")], &args);
    assert_eq!(code, 0, "{seen}");
    assert!(seen.contains("It can be sent as “__.txt”."), "{seen}");
    let row = &home.history()[0];
    assert_eq!(row["status"], "done", "{row}");
    assert!(row["extra"].to_string().contains("__.txt") || row["name"] == "__.txt", "{row}");
}

#[test]
fn ctrl_c_is_heard_while_a_question_waits() {
    let home = with_calendar();
    home.file("报告.txt", b"report");
    let args = ["upload", "--profile", "Calendar", "--format", "{id}", "报告.txt"];
    // Ctrl-C as a terminal has it: the key, not the signal.
    let (code, seen) = on_terminal(&home, 100, &[("Upload?", "y\n"), ("Do that?", "\u{3}")], &args);
    assert_eq!(code, 1, "{seen}");
    assert!(seen.contains("Cancelling"), "{seen}");
    assert_eq!(home.state_of("报告.txt").as_deref(), Some("canceled"));
}
