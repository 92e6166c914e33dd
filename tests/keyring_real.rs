//! Secrets in a real gnome-keyring. Each test runs in a private session of its own, which `scripts/keyring-session`
//! makes, so none can disturb another or the user's own keyring. Without gnome-keyring they fail and say so.
#![expect(clippy::unwrap_used, reason = "a helper of a test fails as the test does")]
#![cfg(target_os = "linux")]

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use affix::domain::error::{Failure, Kind};
use affix::domain::secret::Secret;
use affix::platform::dirs::Home;
use affix::secrets::{Forgotten, Secrets, Source, Status};

const INSIDE: &str = "AFFIX_TEST_KEYRING_INSIDE";

/// Runs the test named `name` again inside a keyring session, and there its `body`.
fn in_session<F: Future<Output = ()>>(name: &str, body: impl FnOnce(Home) -> F) {
    if std::env::var_os(INSIDE).is_some() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::resolve(Some(folder.path().to_owned())).unwrap();
        tokio::runtime::Builder::new_multi_thread().enable_time().build().unwrap().block_on(body(home));
        return;
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/keyring-session");
    let output = Command::new(script)
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", name, "--nocapture"])
        .env(INSIDE, "1")
        .env("AFFIX_SECRET_OUTSIDE_TOKEN", "outside")
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && told.contains("1 passed"), "{told}");
}

type Found = Result<Option<(Secret, Source)>, Failure>;

#[expect(clippy::unnecessary_wraps, reason = "compared with what `get` answers")]
fn kept(text: &str) -> Found {
    Ok(Some((Secret::new(text), Source::Keyring)))
}

/// What the daemon itself has under this home: `user name → content`, asked with a tool that is not ours.
fn entries(home: &Home) -> Vec<String> {
    let listed = gdbus(
        "/org/freedesktop/secrets",
        "org.freedesktop.Secret.Service.SearchItems",
        &format!("{{\"service\": \"{}\"}}", home.keyring_service()),
    );
    let mut names: Vec<_> = listed
        .split('\'')
        .filter(|path| path.starts_with("/org/"))
        .map(|path| {
            let told =
                gdbus(path, "org.freedesktop.DBus.Properties.Get", "org.freedesktop.Secret.Item Attributes");
            told.split("'username': '").nth(1).and_then(|rest| rest.split('\'').next()).unwrap().to_owned()
        })
        .collect();
    names.sort();
    names
}

/// Calls the daemon past the library; arguments are separated by spaces unless they are one dictionary or list.
fn gdbus(path: &str, method: &str, arguments: &str) -> String {
    let arguments: Vec<_> =
        if arguments.starts_with(['{', '[']) { vec![arguments] } else { arguments.split(' ').collect() };
    let output = Command::new("gdbus")
        .args(["call", "--session", "-d", "org.freedesktop.secrets", "-o", path, "-m", method])
        .args(arguments)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn lock() {
    let login = "[objectpath \"/org/freedesktop/secrets/collection/login\"]";
    gdbus("/org/freedesktop/secrets", "org.freedesktop.Secret.Service.Lock", login);
}

/// A new daemon, unlocked, takes the old one's place.
fn restart_unlocked() {
    let mut daemon = Command::new("gnome-keyring-daemon")
        .args(["--replace", "--unlock", "--components=secrets"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let password = std::env::var("AFFIX_TEST_KEYRING_PASSWORD").unwrap();
    daemon.stdin.take().unwrap().write_all(password.as_bytes()).unwrap();
    assert!(daemon.wait().unwrap().success());
}

fn told(failure: &Failure, beginning: &str, advised: &str) {
    assert_eq!(failure.kind, Kind::Secret);
    assert!(failure.broke.starts_with(beginning), "{failure}");
    assert!(failure.advice.as_deref().unwrap().contains(advised), "{failure}");
    assert!(failure.cause.is_some(), "{failure}");
}

#[test]
fn a_secret_is_kept_between_runs_and_forgotten() {
    in_session("a_secret_is_kept_between_runs_and_forgotten", |home| async move {
        let secrets = Secrets::system(&home);
        assert_eq!(secrets.get("My bot", "token").await, Ok(None));
        secrets.set("My bot", "token", Secret::new("hunter2")).await.unwrap();
        secrets.set("My bot", "key", Secret::new("a\nb\n")).await.unwrap();
        drop(secrets);

        let later = Secrets::system(&home);
        assert_eq!(later.get("my BOT", "token").await, kept("hunter2"));
        assert_eq!(later.get("My bot", "key").await, kept("a\nb\n"));
        assert_eq!(later.status("My bot", "token").await, Ok(Status::Kept));
        assert_eq!(entries(&home), ["my bot/key", "my bot/token"]);

        assert_eq!(later.forget("My bot", "token").await, Ok(Forgotten::Removed));
        assert_eq!(later.status("My bot", "token").await, Ok(Status::Missing));
        assert_eq!(later.forget_profile("My bot", &["token", "key"]).await, Ok(Forgotten::Removed));
        assert_eq!(entries(&home), [""; 0]);
        assert_eq!(later.forget("My bot", "token").await, Ok(Forgotten::WasMissing));
    });
}

#[test]
fn a_long_secret_is_split_and_a_short_one_leaves_nothing_of_it() {
    in_session("a_long_secret_is_split_and_a_short_one_leaves_nothing_of_it", |home| async move {
        let secrets = Secrets::system(&home);
        let long = "🔑键é".repeat(700);
        secrets.set("Bot", "keystore", Secret::new(&long)).await.unwrap();
        assert_eq!(entries(&home), ["bot/keystore", "bot/keystore#a1", "bot/keystore#a2", "bot/keystore#a3"]);
        assert_eq!(secrets.get("Bot", "keystore").await, kept(&long));

        let other = "x".repeat(1281);
        secrets.set("Bot", "keystore", Secret::new(&other)).await.unwrap();
        assert_eq!(entries(&home), ["bot/keystore", "bot/keystore#b1", "bot/keystore#b2"]);
        assert_eq!(secrets.get("Bot", "keystore").await, kept(&other));

        secrets.set("Bot", "keystore", Secret::new("short")).await.unwrap();
        assert_eq!(entries(&home), ["bot/keystore"]);
        assert_eq!(secrets.get("Bot", "keystore").await, kept("short"));
    });
}

#[test]
fn two_homes_have_secrets_of_their_own() {
    in_session("two_homes_have_secrets_of_their_own", |home| async move {
        let folder = tempfile::tempdir().unwrap();
        let other = Home::resolve(Some(folder.path().to_owned())).unwrap();
        Secrets::system(&home).set("Bot", "token", Secret::new("one")).await.unwrap();
        assert_eq!(Secrets::system(&other).get("Bot", "token").await, Ok(None));
        Secrets::system(&other).set("Bot", "token", Secret::new("two")).await.unwrap();
        assert_eq!(Secrets::system(&home).get("Bot", "token").await, kept("one"));
    });
}

#[test]
fn a_locked_keyring_is_told_and_works_once_it_is_unlocked() {
    in_session("a_locked_keyring_is_told_and_works_once_it_is_unlocked", |home| async move {
        let secrets = Secrets::system(&home);
        secrets.set("Bot", "token", Secret::new("hunter2")).await.unwrap();
        secrets.set("Outside", "token", Secret::new("inside")).await.unwrap();
        lock();
        let patient = secrets.within(Duration::from_secs(20));
        let locked = "The keyring is locked";
        told(&patient.get("Bot", "token").await.unwrap_err(), locked, "AFFIX_SECRET_BOT_TOKEN");
        told(&patient.status("Bot", "token").await.unwrap_err(), locked, "Unlock it");
        told(&patient.set("Bot", "token", Secret::new("x")).await.unwrap_err(), locked, "never writes");
        told(&patient.set("Bot", "new", Secret::new("x")).await.unwrap_err(), locked, "never writes");
        told(&patient.forget("Bot", "token").await.unwrap_err(), locked, "Unlock it");
        let outside = Some((Secret::new("outside"), Source::Environment));
        assert_eq!(patient.get("Outside", "token").await, Ok(outside));

        restart_unlocked();
        assert_eq!(patient.get("Bot", "token").await, kept("hunter2"));
        assert_eq!(patient.get("Outside", "token").await, kept("inside"));
    });
}

#[test]
fn a_restarted_keyring_is_found_again() {
    in_session("a_restarted_keyring_is_found_again", |home| async move {
        let secrets = Secrets::system(&home);
        secrets.set("Bot", "token", Secret::new("hunter2")).await.unwrap();
        restart_unlocked();
        assert_eq!(secrets.get("Bot", "token").await, kept("hunter2"));
        secrets.set("Bot", "token", Secret::new("new")).await.unwrap();
        assert_eq!(secrets.get("Bot", "token").await, kept("new"));
    });
}

/// A bus that knows no service and starts none, as on a server.
const BARE_BUS: &str = r#"<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=/tmp</listen>
  <policy context="default">
    <allow send_destination="*"/><allow receive_sender="*"/><allow own="*"/>
  </policy>
</busconfig>"#;

#[test]
fn a_bus_without_a_keyring_is_told() {
    if std::env::var_os(INSIDE).is_some() {
        return in_session("", |home| async move {
            let secrets = Secrets::system(&home).within(Duration::from_secs(20));
            assert_eq!(secrets.status("Bot", "token").await, Ok(Status::Missing));
            let absent = "No keyring was found";
            told(&secrets.get("Bot", "token").await.unwrap_err(), absent, "gnome-keyring");
            told(&secrets.set("Bot", "token", Secret::new("x")).await.unwrap_err(), absent, "never writes");
            assert_eq!(secrets.forget("Bot", "token").await, Ok(Forgotten::NoKeyring));
        });
    }
    let mut config = tempfile::NamedTempFile::new().unwrap();
    config.write_all(BARE_BUS.as_bytes()).unwrap();
    let output = Command::new("dbus-run-session")
        .arg(format!("--config-file={}", config.path().display()))
        .arg("--")
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "a_bus_without_a_keyring_is_told", "--nocapture"])
        .env(INSIDE, "1")
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && told.contains("1 passed"), "{told}");
}

/// Runs the program itself with this home and text on standard input; answers exit code, results and the rest.
fn affix(home: &Home, args: &[&str], stdin: &str) -> (Option<i32>, String, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_affix"))
        .arg("--home")
        .arg(home.given().unwrap())
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(stdin.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

/// Runs it; it must succeed.
fn done(home: &Home, args: &[&str], stdin: &str) -> String {
    let (code, out, err) = affix(home, args, stdin);
    assert_eq!(code, Some(0), "{args:?}: {err}");
    out
}

#[test]
fn the_program_keeps_uploads_with_and_forgets_secrets() {
    in_session("the_program_keeps_uploads_with_and_forgets_secrets", |home| async move {
        let file = home.given().unwrap().join("photo.png");
        std::fs::copy(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cli_manage/dot.png"), &file).unwrap();
        let file = file.to_str().unwrap();
        let link = done(&home, &["upload", file], "");
        let origin = link.match_indices('/').nth(2).map(|(at, _)| &link[..at]).unwrap();
        let kept = std::fs::read(home.sandbox_dir().join("credentials.json")).unwrap();
        let kept: serde_json::Value = serde_json::from_slice(&kept).unwrap();
        let word = |key: &str| kept[key].as_str().unwrap();

        // Several secrets, a line each, in the order of --secret.
        let base = format!("base_url={origin}/forum");
        let add =
            ["profiles", "add", "Forum", "--service", "forum", "--set", &base, "--set", "group_name=post"];
        let secrets = ["--secret", "api_secret", "--secret", "api_key"];
        let typed = format!("{}\n{}\n", word("forum_api_secret"), word("forum_api_key"));
        done(&home, &[&add[..], &secrets].concat(), &typed);
        assert_eq!(entries(&home), ["forum/api_key", "forum/api_secret"]);

        // A keystore over several lines, as the dashboard gives it, then another secret after it.
        let keystore = serde_json::json!({
            "app_id": word("mixin_app_id"),
            "session_id": word("mixin_session_id"),
            "session_private_key": word("mixin_seed"),
            "spend_private_key": "5pend",
        });
        let base = format!("base_url={origin}/mixin");
        let add = ["profiles", "add", "Bot", "--service", "mixin", "--set", &base];
        let secrets = ["--secret", "keystore", "--secret", "token"];
        let typed = format!("{}\ntoken-after\n", serde_json::to_string_pretty(&keystore).unwrap());
        done(&home, &[&add[..], &secrets].concat(), &typed);
        let secrets = Secrets::system(&home);
        let (stored, _) = secrets.get("Bot", "keystore").await.unwrap().unwrap();
        assert!(!stored.expose().contains("5pend"), "what moves money is dropped at the door");
        assert_eq!(secrets.get("Bot", "token").await, self::kept("token-after"));
        secrets.forget("Bot", "token").await.unwrap();

        let list = done(&home, &["profiles", "list", "--json"], "");
        assert!(list.contains(r#"{"api_key":"kept","api_secret":"kept"}"#), "{list}");
        assert!(list.contains(r#"{"keystore":"kept","token":"missing"}"#), "{list}");
        for name in ["Forum", "Bot"] {
            let link = done(&home, &["upload", "--yes", "--profile", name, file], "");
            assert!(link.starts_with(origin), "{name}: {link}");
            done(&home, &["profiles", "remove", name], "");
        }
        assert_eq!(entries(&home), [""; 0], "removed profiles leave nothing");
        done(&home, &["sandbox", "--stop"], "");
    });
}

#[test]
fn a_locked_keyring_keeps_a_profile_that_is_to_be_removed() {
    in_session("a_locked_keyring_keeps_a_profile_that_is_to_be_removed", |home| async move {
        done(&home, &["profiles", "add", "Bot", "--service", "teable", "--secret", "token"], "hunter2\n");
        lock();
        let (code, _, told) = affix(&home, &["profiles", "remove", "Bot"], "");
        assert!(code == Some(2) && told.contains("The keyring is locked"), "{code:?} {told}");
        restart_unlocked();
        assert_eq!(entries(&home), ["bot/token"], "the secret is not orphaned");
        done(&home, &["profiles", "remove", "Bot"], "");
        assert_eq!(entries(&home), [""; 0]);
    });
}
