//! Secrets where there is no keyring, where one waits for somebody, and in memory. `keyring_real` has a real one.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a helper of a test fails as the test does")]

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::process::Command;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

use affix::domain::describe::{Capability, Description, SecretSpec, Types, Visibility};
use affix::domain::error::{Failure, Kind};
use affix::domain::secret::Secret;
use affix::platform::dirs::Home;
use affix::secrets::{Environment, Forgotten, Keeper, Memory, Secrets, Source, State, Status, Trouble};

fn secret(text: &str) -> Secret {
    Secret::new(text)
}

fn environment(variables: &'static [(&str, &str)]) -> Environment {
    Environment::new(move |name| {
        variables.iter().find(|(known, _)| *known == name).map(|(_, value)| OsString::from(value))
    })
}

fn advice(failure: &Failure) -> &str {
    failure.advice.as_deref().unwrap_or_default()
}

#[tokio::test]
async fn what_is_stored_is_found_until_it_is_forgotten() {
    let secrets = Secrets::memory();
    assert_eq!(secrets.get("Bot", "token").await, Ok(None));
    assert_eq!(secrets.status("Bot", "token").await, Ok(Status::Missing));
    for value in ["short".to_owned(), "🔑键".repeat(3000), "again short".to_owned()] {
        secrets.set("Bot", "token", secret(&value)).await.unwrap();
        let found = secrets.clone().get("BOT", "token").await.unwrap();
        assert_eq!(found, Some((secret(&value), Source::Keyring)));
        assert_eq!(secrets.status("Bot", "token").await, Ok(Status::Kept));
    }
    assert_eq!(secrets.get("Bot", "other").await, Ok(None));
    assert_eq!(secrets.forget("Bot", "token").await, Ok(Forgotten::Removed));
    assert_eq!(secrets.get("Bot", "token").await, Ok(None));
    assert_eq!(secrets.forget("Bot", "token").await, Ok(Forgotten::WasMissing));
}

#[tokio::test]
async fn a_profile_is_forgotten_whole_and_alone() {
    let secrets = Secrets::memory();
    for (profile, key) in [("Bot", "id"), ("Bot", "key"), ("Bot 2", "key")] {
        secrets.set(profile, key, secret("x")).await.unwrap();
    }
    assert_eq!(secrets.forget_profile("Bot", &["id", "key", "never"]).await, Ok(Forgotten::Removed));
    assert_eq!(secrets.status("Bot", "id").await, Ok(Status::Missing));
    assert_eq!(secrets.status("Bot", "key").await, Ok(Status::Missing));
    assert_eq!(secrets.status("Bot 2", "key").await, Ok(Status::Kept));
}

#[tokio::test]
async fn an_empty_secret_is_refused() {
    let secrets = Secrets::memory();
    secrets.set("Bot", "token", secret("kept")).await.unwrap();
    let failure = secrets.set("Bot", "token", secret("")).await.unwrap_err();
    assert_eq!(failure.kind, Kind::Secret);
    assert_eq!(secrets.get("Bot", "token").await, Ok(Some((secret("kept"), Source::Keyring))));
}

#[tokio::test]
async fn the_keyring_goes_before_the_environment() {
    let variables =
        environment(&[("AFFIX_SECRET_MY_BOT_TOKEN", "outside"), ("AFFIX_SECRET_MY_BOT_EMPTY", "")]);
    let secrets = Secrets::new(Memory::default(), variables);
    assert_eq!(secrets.get("my bot", "token").await, Ok(Some((secret("outside"), Source::Environment))));
    assert_eq!(secrets.status("my bot", "token").await, Ok(Status::Environment));
    assert_eq!(secrets.get("my bot", "empty").await, Ok(None));

    secrets.set("my bot", "token", secret("kept")).await.unwrap();
    assert_eq!(secrets.get("my bot", "token").await, Ok(Some((secret("kept"), Source::Keyring))));
    assert_eq!(secrets.status("my bot", "token").await, Ok(Status::Kept));
}

#[cfg(unix)]
#[tokio::test]
async fn a_variable_that_is_no_text_is_told_without_its_value() {
    use std::os::unix::ffi::OsStringExt;

    let variables = Environment::new(|_name| Some(OsString::from_vec(b"hunter2\xff".to_vec())));
    let failure = Secrets::new(Memory::default(), variables).get("Bot", "token").await.unwrap_err();
    assert!(failure.broke.contains("AFFIX_SECRET_BOT_TOKEN"), "{failure}");
    assert!(!format!("{failure:?}").contains("hunter2"));
}

/// A keyring that always answers the same trouble, and counts the questions.
struct Troubled(State, SyncSender<()>);

impl Troubled {
    fn new(state: State) -> (Self, Receiver<()>) {
        let (asked, questions) = sync_channel(100);
        (Self(state, asked), questions)
    }

    fn trouble<T>(&self) -> Result<T, Trouble> {
        self.1.send(()).unwrap();
        Err(Trouble::new(self.0, "raw"))
    }
}

impl Keeper for Troubled {
    fn get(&mut self, _entry: &str) -> Result<Option<Secret>, Trouble> {
        self.trouble()
    }

    fn set(&mut self, _entry: &str, _content: &Secret) -> Result<(), Trouble> {
        self.trouble()
    }

    fn delete(&mut self, _entry: &str) -> Result<bool, Trouble> {
        self.trouble()
    }
}

#[tokio::test]
async fn a_troubled_keyring_leaves_the_environment() {
    for state in [State::Absent, State::Locked, State::Refused, State::Broken] {
        let (keeper, _questions) = Troubled::new(state);
        let secrets = Secrets::new(keeper, environment(&[("AFFIX_SECRET_BOT_TOKEN", "outside")]));
        assert_eq!(secrets.get("Bot", "token").await, Ok(Some((secret("outside"), Source::Environment))));
        assert_eq!(secrets.status("Bot", "token").await, Ok(Status::Environment));
        let failure = secrets.get("Bot", "other").await.unwrap_err();
        assert!(advice(&failure).contains("AFFIX_SECRET_BOT_OTHER"), "{failure}");
        let absent = state == State::Absent;
        assert_eq!(secrets.status("Bot", "other").await.ok(), absent.then_some(Status::Missing));
        assert_eq!(secrets.forget("Bot", "token").await.ok(), absent.then_some(Forgotten::NoKeyring));
        secrets.set("Bot", "token", secret("x")).await.unwrap_err();
    }
}

const fn spec(key: &'static str) -> SecretSpec {
    SecretSpec { key, label: key, help: "", multiline: false }
}

static SAFE: Description = Description {
    id: "safe",
    name: "Safe",
    line: "A service for these tests",
    settings: &[],
    secrets: &[spec("token"), spec("id"), spec("key"), spec("extra")],
    credentials: &[&["token"], &["id", "key"]],
    capability: Capability {
        max_bytes: None,
        takes_empty: true,
        types: Types::Any,
        visibility: Visibility::Public,
        link_life: None,
        deletes: false,
        renews: false,
        saves: false,
        looks: false,
        checksum: None,
        repeats: &[],
    },
};

fn keys(found: &BTreeMap<String, Secret>) -> Vec<&str> {
    found.keys().map(String::as_str).collect()
}

#[tokio::test]
async fn one_complete_set_of_credentials_is_enough() {
    let secrets = Secrets::memory();
    secrets.set("Bot", "id", secret("1")).await.unwrap();
    secrets.set("Bot", "extra", secret("2")).await.unwrap();
    let failure = secrets.collect("Bot", &SAFE).await.unwrap_err();
    assert_eq!(failure.kind, Kind::Secret);
    assert!(advice(&failure).contains("AFFIX_SECRET_BOT_TOKEN"), "the best set is asked for: {failure}");

    secrets.set("Bot", "key", secret("3")).await.unwrap();
    assert_eq!(keys(&secrets.collect("Bot", &SAFE).await.unwrap()), ["extra", "id", "key"]);
}

#[tokio::test]
async fn a_troubled_keyring_is_asked_once_and_told_unless_the_environment_is_enough() {
    let (keeper, questions) = Troubled::new(State::Locked);
    let secrets = Secrets::new(keeper, environment(&[("AFFIX_SECRET_BOT_ID", "1")]));
    let failure = secrets.collect("Bot", &SAFE).await.unwrap_err();
    assert!(failure.broke.contains("locked"), "{failure}");
    assert_eq!(questions.try_iter().count(), 1, "each question might open a prompt");

    let (keeper, _questions) = Troubled::new(State::Absent);
    let secrets =
        Secrets::new(keeper, environment(&[("AFFIX_SECRET_BOT_ID", "1"), ("AFFIX_SECRET_BOT_KEY", "2")]));
    assert_eq!(keys(&secrets.collect("Bot", &SAFE).await.unwrap()), ["id", "key"]);
}

/// Waits in each call until it is let go, as a keyring's prompt does; says when a call begins.
struct Prompting {
    began: SyncSender<()>,
    go_on: Receiver<()>,
    memory: Memory,
}

impl Prompting {
    fn new() -> (Self, Receiver<()>, SyncSender<()>) {
        let (began, beginnings) = sync_channel(100);
        let (let_go, go_on) = sync_channel(100);
        (Self { began, go_on, memory: Memory::default() }, beginnings, let_go)
    }

    fn wait(&self) {
        self.began.send(()).unwrap();
        self.go_on.recv().unwrap();
    }
}

impl Keeper for Prompting {
    fn get(&mut self, entry: &str) -> Result<Option<Secret>, Trouble> {
        self.wait();
        self.memory.get(entry)
    }

    fn set(&mut self, entry: &str, content: &Secret) -> Result<(), Trouble> {
        self.wait();
        self.memory.set(entry, content)
    }

    fn delete(&mut self, entry: &str) -> Result<bool, Trouble> {
        self.wait();
        self.memory.delete(entry)
    }
}

/// Time is paused: the runtime has nothing to do but wait, so the limit passes at once. A runtime whose thread
/// stood in the prompt would hang.
#[tokio::test(start_paused = true)]
async fn a_prompt_stops_neither_the_runtime_nor_a_caller_who_gives_up() {
    let (keeper, beginnings, let_go) = Prompting::new();
    let secrets = Secrets::new(keeper, Environment::empty());
    let hurried = secrets.within(Duration::from_secs(30));

    let setting = tokio::spawn({
        let hurried = hurried.clone();
        async move { hurried.set("Bot", "token", secret("stored late")).await }
    });
    // Paused time stands still while a blocking task runs: the limit passes after the prompt was opened.
    let wait = move || beginnings.recv().map(|()| beginnings);
    let _beginnings = tokio::task::spawn_blocking(wait).await.unwrap().unwrap();
    let failure = setting.await.unwrap().unwrap_err();
    assert_eq!((failure.kind, failure.cause.as_deref()), (Kind::Secret, Some("waited 30 s")));
    assert!(advice(&failure).contains("prompt"), "{failure}");
    hurried.set("Bot", "never begun", secret("x")).await.unwrap_err();

    // Somebody answers the prompt, and from here on each call is answered at once.
    for _ in 0..20 {
        let_go.send(()).unwrap();
    }
    assert_eq!(secrets.get("Bot", "token").await, Ok(Some((secret("stored late"), Source::Keyring))));
    assert_eq!(secrets.get("Bot", "never begun").await, Ok(None));
}

struct Panicking;

impl Keeper for Panicking {
    fn get(&mut self, _entry: &str) -> Result<Option<Secret>, Trouble> {
        panic!("a bug in a library")
    }

    fn set(&mut self, _entry: &str, _content: &Secret) -> Result<(), Trouble> {
        Ok(())
    }

    fn delete(&mut self, _entry: &str) -> Result<bool, Trouble> {
        Ok(false)
    }
}

#[tokio::test]
async fn a_thread_that_dies_is_told_instead_of_waited_for() {
    let secrets = Secrets::new(Panicking, Environment::empty());
    for _ in 0..2 {
        let failure = secrets.get("Bot", "token").await.unwrap_err();
        assert!(failure.cause.as_deref().unwrap().contains("has ended"), "{failure}");
    }
}

#[test]
fn nothing_shows_a_secret() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let secrets = Secrets::new(Memory::default(), environment(&[("AFFIX_SECRET_BOT_TOKEN", "hunter2")]));
    let found = runtime.block_on(secrets.get("Bot", "token")).unwrap();
    assert_eq!(found.as_ref().map(|(secret, _)| secret.expose()), Some("hunter2"));
    assert!(!format!("{secrets:?} {found:?}").contains("hunter2"));
}

/// The real keyring code where there is no session bus, in a process of its own for its environment.
#[cfg(target_os = "linux")]
#[test]
fn without_a_session_bus_the_environment_alone_counts() {
    const CHILD: &str = "AFFIX_TEST_CHILD";
    if std::env::var_os(CHILD).is_none() {
        let status = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "without_a_session_bus_the_environment_alone_counts"])
            .env(CHILD, "1")
            .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus")
            .env("AFFIX_SECRET_BOT_TOKEN", "outside")
            .status()
            .unwrap();
        assert!(status.success());
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let secrets = Secrets::system(&Home::resolve(Some(folder.path().to_owned())).unwrap());
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        assert_eq!(secrets.get("Bot", "token").await, Ok(Some((secret("outside"), Source::Environment))));
        assert_eq!(secrets.status("Bot", "token").await, Ok(Status::Environment));
        assert_eq!(secrets.status("Bot", "other").await, Ok(Status::Missing));
        assert_eq!(secrets.forget("Bot", "token").await, Ok(Forgotten::NoKeyring));

        let failure = secrets.get("Bot", "other").await.unwrap_err();
        assert!(failure.broke.starts_with("No keyring was found"), "{failure}");
        assert!(advice(&failure).contains("AFFIX_SECRET_BOT_OTHER"), "{failure}");
        let failure = secrets.set("Bot", "token", secret("x")).await.unwrap_err();
        assert!(failure.broke.starts_with("No keyring was found"), "{failure}");
        assert!(advice(&failure).contains("never writes a secret to a file"), "{failure}");
    });
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing went to a file");
}
