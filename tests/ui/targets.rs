//! The screen of targets, in the real app: what is entered is kept where it belongs, and said in words.

use std::collections::BTreeMap;
use std::sync::mpsc;

use crate::targets_page::TargetsPage;
use affix::domain::profile::{Again, Profile};
use affix::domain::secret::Secret;
use affix::secrets::{Environment, Keeper, Memory, Secrets, State, Trouble};
use affix::settings::{File, export};
use affix::store::{NewAttachment, NewBatch, SessionId, Store};
use affix::transfer::profiles::manage::{Manager, describe};

const TOKEN: &str = "teable_accHereIsTheToken";

fn teable(name: &str) -> Profile {
    Profile { name: name.to_owned(), service: "teable".to_owned(), ..Profile::default() }
}

/// A target of Teable with its token in the keyring, on the screen.
fn with_token(name: &str) -> TargetsPage {
    let mut page = TargetsPage::open(&[teable(name)]);
    page.runtime.block_on(page.secrets.set(name, "token", Secret::new(TOKEN))).unwrap();
    page.press(name);
    page.until("the keyring has answered", |page| page.says("Kept in the system keyring"));
    page
}

#[test]
fn a_new_target_goes_to_the_settings_and_its_secret_to_the_keyring_alone() {
    let mut page = TargetsPage::open(&[]);
    page.press("New target");
    page.press("Add Teable");
    page.fill("Name", "Team table");
    page.fill("API address", "https://table.example.com/api");
    page.fill("Personal access token", TOKEN);
    page.press("Save");
    page.until("it is listed and its secret is kept", |page| {
        page.has_button("Team table") && page.says("Kept in the system keyring")
    });
    let settings = page.settings();
    let profile = settings.profile("Team table").unwrap();
    let given = BTreeMap::from([("base_url".to_owned(), "https://table.example.com/api".to_owned())]);
    assert_eq!((profile.service.as_str(), &profile.settings), ("teable", &given));
    assert!(!page.settings_text().contains(TOKEN));
    assert_eq!(page.secret("Team table", "token").as_deref(), Some(TOKEN));
    assert!(!page.says(TOKEN), "a secret is on the screen");
}

#[test]
fn a_wrong_value_is_told_and_cannot_be_saved() {
    let mut page = TargetsPage::open(&[]);
    page.press("New target");
    page.press("Add Azure Cosmos DB");
    page.until("the form is there", |page| page.has_button("Save"));
    assert!(!page.is_enabled("Save"), "what is needed is missing");
    page.fill("Endpoint", "contoso");
    assert!(page.says("An address such as https://example.com"));
    for (label, value) in [("Database", "a"), ("Collection", "b"), ("Document", "c")] {
        page.fill(label, value);
    }
    assert!(!page.is_enabled("Save"));
    page.fill("Endpoint", "https://contoso.documents.azure.com");
    assert!(!page.says("An address such as https://example.com"));
    assert!(page.is_enabled("Save"));
    page.fill("API version", "yesterday");
    assert!(page.says("API version must be a date such as 2018-12-31"), "{:?}", page.words());
    assert!(!page.is_enabled("Save"));
    page.fill("API version", "2018-12-31");
    page.fill("Name", "sandbox");
    assert!(page.says("Another target has this name") && !page.is_enabled("Save"));
}

#[test]
fn limits_are_saved_with_the_target_and_wrong_ones_are_not() {
    let mut page = TargetsPage::open(&[teable("Team")]);
    page.press("Team");
    page.fill("Uploads at once", "65");
    assert!(page.says("A whole number from 1 to 64") && !page.is_enabled("Save"), "{:?}", page.words());
    page.fill("Uploads at once", "2");
    page.fill("Requests a minute", "30");
    page.choose("Content that is there already", "Use the existing link");
    page.press("Save");
    page.until("it is saved", |page| page.says("“Team” is saved"));
    let profile = page.settings().profile("Team").unwrap().clone();
    assert_eq!(
        (profile.parallel, profile.requests_per_minute, profile.again),
        (Some(2), Some(30), Again::Existing)
    );
    page.until("it is on the screen", |page| page.has_button("Team"));
    page.clear("Uploads at once");
    page.press("Save");
    page.until("none is kept", |page| page.settings().profile("Team").unwrap().parallel.is_none());
}

#[test]
fn what_was_entered_stays_when_the_form_is_left() {
    let mut page = TargetsPage::open(&[teable("One"), teable("Two")]);
    page.press("One");
    page.fill("Base", "bseAbc");
    page.press("Two");
    page.until("the dot says so", |page| page.has_button("One, not saved yet"));
    page.press("Uploads");
    page.press("Targets");
    page.press("One, not saved yet");
    page.until("it is still there", |page| page.says("bseAbc"));
    page.press("Discard");
    page.until("nothing is unsaved", |page| page.has_button("One") && !page.says("bseAbc"));
}

#[test]
fn a_demo_is_made_and_its_connection_tested_step_by_step() {
    let mut page = TargetsPage::open(&[]);
    let (_serving, _) = page.serve_sandbox();
    page.press("New target");
    page.press("Try it in the sandbox: Mixin");
    page.until("the demo is there", |page| page.has_button("Mixin demo"));
    page.press("Test connection");
    page.until("it passed", |page| page.says("GET /mixin/me: answered as it should"));
    assert!(page.says("Reached 127.0.0.1"), "{:?}", page.words());
    page.until("the last sentence is there", |page| page.is_enabled("Test connection"));
    assert!(!page.says("Waiting for the answer"), "{:?}", page.words());
    let settings = page.settings();
    assert!(settings.profile("Mixin demo").is_some_and(|profile| profile.demo));
}

#[test]
fn a_wrong_credential_fails_the_test_in_words_before_anything_is_saved() {
    let mut page = TargetsPage::open(&[]);
    let (serving, _) = page.serve_sandbox();
    page.press("New target");
    page.press("Add Teable");
    page.fill("API address", &format!("{}/teable/api", serving.server().origin()));
    page.fill("Personal access token", TOKEN);
    page.press("Test connection");
    page.until("the refusal is told", |page| page.says("the credential was not accepted"));
    page.until("the reason is told", |page| page.says("Teable did not accept"));
    assert!(!page.says(TOKEN) && page.settings().profiles.len() == 1);
}

#[test]
fn a_secret_is_forgotten() {
    let mut page = with_token("Team");
    page.press("Forget");
    page.until("it is not set", |page| page.says("Not set"));
    assert_eq!(page.secret("Team", "token"), None);
}

#[test]
fn a_copy_has_the_secret_too_and_an_export_has_none() {
    let mut page = with_token("Team");
    page.press("Duplicate");
    page.until("the copy is listed", |page| page.has_button("Team 2"));
    assert_eq!(page.secret("Team 2", "token").as_deref(), Some(TOKEN));
    let copy = page.settings().profile("Team 2").unwrap().clone();
    let file = page.home.settings_file().with_file_name("copy.toml");
    let manager = Manager::new(File::new(page.home.settings_file(), describe), page.secrets.clone());
    manager.export(&copy, &file).unwrap();
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(!text.contains(TOKEN) && export::from_text(&text, describe).unwrap() == copy, "{text}");
}

#[test]
fn a_new_name_takes_the_secret_and_the_history_along() {
    let mut page = with_token("Team");
    let store = Store::open(&page.home.database(), SessionId::fresh()).unwrap();
    let batch = NewBatch { profile: "Team".to_owned(), service: "teable".to_owned() };
    let file = NewAttachment { path: "/a.txt".into(), name: "a.txt".to_owned() };
    page.runtime.block_on(store.add_batch(batch, vec![file])).unwrap();
    page.fill("Name", "Crew");
    page.press("Save");
    page.until("it is listed under its new name", |page| page.has_button("Crew") && !page.has_button("Team"));
    assert_eq!(page.secret("Crew", "token").as_deref(), Some(TOKEN));
    assert_eq!(page.secret("Team", "token"), None);
    let names: Vec<_> = page.settings().profiles.into_iter().map(|profile| profile.name).collect();
    assert_eq!(names, ["Sandbox", "Crew"]);
    let used = |page: &TargetsPage| page.runtime.block_on(store.targets_used()).unwrap();
    page.until("the history has its new name", |page| used(page) == ["Crew"]);
}

#[test]
fn a_removed_target_takes_its_secret_with_it() {
    let mut page = with_token("Team");
    page.press("Remove");
    page.until("it is asked", |page| page.says("Team?") || page.says("“Team”"));
    page.press("Remove");
    page.until("it is gone", |page| !page.has_button("Team"));
    assert!(page.settings().profile("Team").is_none());
    assert_eq!(page.secret("Team", "token"), None);
}

#[test]
fn a_keystore_keeps_its_lines_when_it_is_pasted() {
    let mut page = TargetsPage::open(&[]);
    let (_serving, credentials) = page.serve_sandbox();
    let keystore = format!(
        "{{\n  \"app_id\": \"{}\",\n  \"session_id\": \"{}\",\n  \"session_private_key\": \"{}\"\n}}\n",
        credentials.mixin_app_id, credentials.mixin_session_id, credentials.mixin_seed
    );
    page.press("New target");
    page.press("Add Mixin");
    page.until("the form is there", |page| page.has_button("Save"));
    page.paste("Keystore", "{\"app_id\": 1}");
    assert!(!page.is_enabled("Save"), "half a keystore is refused");
    page.paste("Keystore", &keystore);
    page.press("Save");
    page.until("it is kept", |page| page.says("Kept in the system keyring"));
    assert!(page.secret("Mixin", "keystore").is_some_and(|kept| kept.contains(&credentials.mixin_seed)));
}

/// Works for some calls; then it refuses to store, or waits until the test lets it go on.
struct Awkward {
    memory: Memory,
    wait: Option<mpsc::Receiver<()>>,
}

impl Keeper for Awkward {
    fn get(&mut self, entry: &str) -> Result<Option<Secret>, Trouble> {
        if let Some(wait) = &self.wait {
            // The system's prompt is on the screen.
            let _answered = wait.recv();
        }
        self.memory.get(entry)
    }

    fn set(&mut self, entry: &str, content: &Secret) -> Result<(), Trouble> {
        match &self.wait {
            Some(_) => self.memory.set(entry, content),
            None => Err(Trouble::new(State::Refused, "prompt dismissed")),
        }
    }

    fn delete(&mut self, entry: &str) -> Result<bool, Trouble> {
        self.memory.delete(entry)
    }
}

#[test]
fn where_the_keyring_refuses_nothing_is_added_and_the_form_says_why() {
    let keeper = Awkward { memory: Memory::default(), wait: None };
    let mut page = TargetsPage::with(Secrets::new(keeper, Environment::empty()), &[]);
    page.press("New target");
    page.press("Add Teable");
    page.fill("Personal access token", TOKEN);
    page.press("Save");
    page.until("it is told", |page| page.says("The keyring refused"));
    assert_eq!(page.settings().profiles.len(), 1);
    assert!(page.is_enabled("Save"), "what was entered is still there");
}

#[test]
fn a_keyring_that_waits_for_its_password_does_not_hold_the_window() {
    let (answer, wait) = mpsc::sync_channel(1);
    let keeper = Awkward { memory: Memory::default(), wait: Some(wait) };
    let mut page = TargetsPage::with(Secrets::new(keeper, Environment::empty()), &[]);
    page.press("New target");
    page.press("Add Teable");
    page.fill("Personal access token", TOKEN);
    page.press("Save");
    page.until("it says what it waits for", |page| page.says("Waiting for the keyring…"));
    page.press("Uploads");
    page.press("Targets");
    page.until("it still waits", |page| page.says("Waiting for the keyring…"));
    page.press("Cancel");
    page.until("the form can be used again", |page| page.is_enabled("Save"));
    // The prompt is answered after all: nothing is added by then.
    drop(answer);
    assert_eq!(page.secret("Teable", "token"), None);
    assert_eq!(page.settings().profiles.len(), 1);
}
