//! A disk that is really full: the home is on a small one of its own, in a mount namespace.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::json;

use crate::cli::{self, Home, PNG, Ran, filled};

/// Bytes of the disk that the home is on.
const DISK: usize = 4 << 20;

/// Uploads one file, waits until the disk is not full any more, and goes on.
const SCRIPT: &str = r#"
mount -t tmpfs -o size="$DISK" tmpfs "$HOME_DIR" && cp "$SETTINGS" "$HOME_DIR/settings.toml" || exit 9
"$AFFIX" --home "$HOME_DIR" upload -p Full "$FILE" >&2
echo "upload $?"
rm "$HOME_DIR/filler" || exit 9
exec "$AFFIX" --home "$HOME_DIR" resume -f json
"#;

/// A shell in a mount namespace of its own.
fn inside(script: &str) -> Command {
    let mut command = Command::new("unshare");
    command.args(["--user", "--map-root-user", "--mount", "sh", "-c", script]);
    command
}

/// Why this computer permits no such namespace; none where it does.
fn not_permitted() -> Option<String> {
    let output = inside("mount -t tmpfs tmpfs /mnt").output().map_err(|error| error.to_string());
    match output {
        Ok(output) if output.status.success() => None,
        Ok(output) => Some(String::from_utf8_lossy(&output.stderr).into_owned()),
        Err(error) => Some(error),
    }
}

/// Takes all the room that is left.
fn fill(path: &Path) {
    use std::io::Write as _;
    let mut filler = std::fs::File::create(path).unwrap();
    for size in [4096, 1] {
        while filler.write(&vec![0; size]).is_ok_and(|written| written > 0) {}
    }
}

/// Read as bytes: SQLite would look for the file in this namespace.
fn is_uploading(log: &Path) -> bool {
    std::fs::read(log).is_ok_and(|bytes| bytes.windows(9).any(|nine| nine == b"uploading"))
}

/// A sandbox beside the home, which has a profile for its forum: a service where a repeat makes a second object.
fn home_on_a_small_disk(home: &Home, file: &Path) -> (Command, PathBuf) {
    let dir = home.path().join("small");
    std::fs::create_dir(&dir).unwrap();
    let settings = home.file(
        "settings.toml",
        format!(
            "[uploads]\nretries = 0\n[[profiles]]\nname = \"Full\"\nservice = \"forum\"\nconfirmed = true\n\
             [profiles.settings]\nbase_url = \"{}/forum\"\ngroup_name = \"post\"\n",
            home.origin()
        ),
    );
    let mut command = inside(SCRIPT);
    command.env("AFFIX", env!("CARGO_BIN_EXE_affix")).env("HOME_DIR", &dir).env("SETTINGS", settings);
    command.env("DISK", DISK.to_string()).env("FILE", file).env("NO_PROXY", "*");
    command.env("AFFIX_SECRET_FULL_API_KEY", home.credential("forum_api_key"));
    command.env("AFFIX_SECRET_FULL_API_SECRET", home.credential("forum_api_secret"));
    command.env_remove("DBUS_SESSION_BUS_ADDRESS").stdin(Stdio::null());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    (command, dir)
}

#[test]
fn what_the_full_disk_cannot_record_is_not_sent_whole_and_goes_on_when_there_is_room() {
    if let Some(reason) = not_permitted() {
        eprintln!("NOT RUN: no mount namespace here: {reason}");
        return;
    }
    let home = Home::with_demos();
    home.start_sandbox();
    let file = home.file("large.png", filled(PNG, &vec![7; 20_000_000]));
    home.fault(&json!({ "fault": "slow=20000000", "service": "forum", "step": "upload" }));
    let (mut command, dir) = home_on_a_small_disk(&home, &file);
    let child = command.spawn().unwrap();
    let inside = PathBuf::from(format!("/proc/{}/root", child.id())).join(dir.strip_prefix("/").unwrap());
    cli::until("it is sent", || is_uploading(&inside.join("affix.db-wal")));
    fill(&inside.join("filler"));

    let ran = Ran::from(child.wait_with_output().unwrap());
    ran.says(0, &["The end of the file was held back", "The disk is full", "Free some space and try again"]);
    let (code, line) = ran.out.split_once('\n').unwrap();
    assert_eq!(code, "upload 1", "{}", ran.err);
    let line: serde_json::Value = serde_json::from_str(line).unwrap();
    assert_eq!((&line["status"], &line["attempts"]), (&json!("done"), &json!(2)), "{line}");
    let forum = home.requests().into_iter().filter(|asked| asked["service"] == "forum");
    let sent: Vec<_> =
        forum.filter_map(|asked| asked["body_bytes"].as_u64()).filter(|bytes| *bytes > 0).collect();
    assert!(sent.len() == 2 && sent[0] < sent[1], "only the second try had its end: {sent:?}");
    assert_eq!(cli::get(line["view_url"].as_str().unwrap()), std::fs::read(&file).unwrap());
}
